//! Dated evidence: insurance, other schemes, 申立書, and the proof that somebody asked.

use crate::child::model::{InquiryRow, InsuranceRow, ReliefRow, SchoolLeaveRow};
use crate::child::store::eligibility as store;
use kernel::Date;
use kernel::ident::AtenaNo;
use kernel::time::Period;
use platform::{Fault, Unit};

/// Kinds of other schemes.
pub const SCHEMES: &[&str] = &["生活保護", "生活保護(停止中)", "措置入所", "重度障害者医療", "ひとり親家庭医療", "他法"];
/// How somebody asked.
pub const WAYS: &[&str] = &["資格確認書", "マイナポータル", "照会", "申告"];

async fn subject(unit: &mut Unit, child: &AtenaNo, group: &'static str) -> Result<i64, Fault> {
    let subject = unit.find_subject(child).await?.ok_or_else(|| Fault::missing("対象者"))?;
    unit.require(subject, &[group]).await?;
    Ok(subject)
}

fn not_later(unit: &Unit, field: &'static str, day: Date) -> Result<(), Fault> {
    if day > unit.today() {
        return Err(Fault::field(field, "きょう以前の日を入力してください"));
    }
    Ok(())
}

/// A new insurance: the membership that was open ends on the day before, unless it began later.
///
/// # Errors
/// A day of checking in the future, or days that overlap another membership.
pub async fn insurance(unit: &mut Unit, child: &AtenaNo, mut new: InsuranceRow) -> Result<i64, Fault> {
    not_later(unit, "checked_on", new.checked_on)?;
    let subject = subject(unit, child, "kodomo.insurance").await?;
    let (seq, recorded_at) = (unit.seq().await?, unit.now());
    let span = Period::new(new.valid_from, new.valid_to).map_err(|e| Fault::field("valid_to", e.to_string()))?;
    for old in store::insurances(&mut unit.tx, child, store::NOW).await?.into_iter().filter(|i| i.cancelled_on.is_none()) {
        if !(Period { from: old.valid_from, to: old.valid_to }).overlaps(&span) {
            continue;
        }
        let Some(last) = new.valid_from.yesterday().ok().filter(|d| *d >= old.valid_from && old.valid_to.is_none()) else {
            return Err(Fault::field("valid_from", "登録済みの保険の期間と重なります。期間を確かめてください"));
        };
        store::end_insurance(&mut unit.tx, old.id, seq).await?;
        let closed = InsuranceRow { valid_to: Some(last), lost_on: Some(new.valid_from), seq, recorded_at, ..old };
        closed.insert(&mut unit.tx).await?;
    }
    new.subject = subject;
    new.atena_no = child.as_str().into();
    new.lost_on = new.valid_to.and_then(|d| d.tomorrow().ok());
    (new.seq, new.recorded_at, new.superseded_seq) = (seq, recorded_at, None);
    Ok(new.insert(&mut unit.tx).await?)
}

/// What was found about other schemes: rows, or nothing. Both ways the question counts as asked.
///
/// # Errors
/// A day of checking in the future, or an unknown scheme.
pub async fn relief(
    unit: &mut Unit,
    child: &AtenaNo,
    checked_on: Date,
    how: &str,
    found: Option<ReliefRow>,
) -> Result<(), Fault> {
    not_later(unit, "checked_on", checked_on)?;
    if !WAYS.contains(&how) {
        return Err(Fault::field("how", "確認の方法を選んでください"));
    }
    let subject = subject(unit, child, "kodomo.relief").await?;
    let (seq, recorded_at) = (unit.seq().await?, unit.now());
    for topic in ["relief", "other_scheme"] {
        store::end_inquiry(&mut unit.tx, child.as_str(), topic, seq).await?;
        let row = InquiryRow {
            id: 0,
            subject,
            atena_no: child.as_str().into(),
            topic: topic.into(),
            checked_on,
            how: how.into(),
            seq,
            recorded_at,
            superseded_seq: None,
        };
        row.insert(&mut unit.tx).await?;
    }
    if let Some(mut row) = found {
        if !SCHEMES.contains(&row.kind.as_str()) {
            return Err(Fault::field("kind", "制度を選んでください"));
        }
        Period::new(row.valid_from, row.valid_to).map_err(|e| Fault::field("valid_to", e.to_string()))?;
        let same = store::reliefs(&mut unit.tx, child, store::NOW).await?;
        for old in same.iter().filter(|o| o.kind == row.kind && o.valid_from == row.valid_from) {
            store::end_relief(&mut unit.tx, old.id, seq).await?;
        }
        row.subject = subject;
        row.atena_no = child.as_str().into();
        (row.checked_on, row.seq, row.recorded_at, row.superseded_seq) = (checked_on, seq, recorded_at, None);
        row.insert(&mut unit.tx).await?;
    }
    Ok(())
}

/// 申立書 of a child who leaves for school.
#[derive(Debug, Clone)]
pub struct Leave {
    /// 申立日
    pub filed_on: Date,
    /// The school.
    pub school: String,
    /// The guardian lives in the city; `None` while not checked.
    pub guardian_in_city: Option<bool>,
    /// The days.
    pub period: Period,
}

/// Stores a 申立書.
///
/// # Errors
/// A day in the future.
pub async fn school_leave(unit: &mut Unit, child: &AtenaNo, leave: &Leave) -> Result<i64, Fault> {
    not_later(unit, "filed_on", leave.filed_on)?;
    let subject = subject(unit, child, "kodomo.eligibility").await?;
    let row = SchoolLeaveRow {
        id: 0,
        subject,
        atena_no: child.as_str().into(),
        filed_on: leave.filed_on,
        school: leave.school.clone(),
        guardian_in_city: leave.guardian_in_city,
        valid_from: leave.period.from,
        valid_to: leave.period.to,
        seq: unit.seq().await?,
        recorded_at: unit.now(),
        superseded_seq: None,
    };
    Ok(row.insert(&mut unit.tx).await?)
}
