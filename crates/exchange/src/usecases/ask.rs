//! 情報照会: entering a question, and reading its answer.

use super::person;
use crate::model::{ANSWER, INQUIRY, Inquiry, WAITS};
use crate::{Needs, store};
use kernel::ident::AtenaNo;
use platform::keys::Place;
use platform::{Fault, Unit, subject};
use ports::ResidentPort;
use std::collections::BTreeSet;
use wire::ident::{DataSet, InstitutionCode, ItemId, ProcedureId, RecordKey, RequestId};
use wire::inquiry::Given;

/// A question.
#[derive(Debug, Clone)]
pub struct NewInquiry {
    /// About whom.
    pub who: AtenaNo,
    /// Whose matter it is, when that is somebody else.
    pub made_for: Option<AtenaNo>,
    /// Whom to ask.
    pub provider: InstitutionCode,
    /// For which procedure.
    pub procedure: ProcedureId,
    /// For what.
    pub data_set: DataSet,
    /// Which items.
    pub items: Vec<ItemId>,
    /// Which record; all when there is none.
    pub key: Option<RecordKey>,
}

/// Enters a question; the courier takes it to the gateway, which stops what the law does not allow.
///
/// # Errors
/// A person without 団番, one whose 個人番号 is in doubt, a refusal.
pub async fn enter(unit: &mut Unit, needs: &Needs, new: NewInquiry) -> Result<i64, Fault> {
    let (subject, dan_no) = person(unit, needs.hub.as_ref(), &new.who).await?;
    unit.require(subject, &[INQUIRY]).await?;
    if needs.hub.is_frozen(unit, &dan_no).await? {
        return Err(Fault::conflict(
            "いまは照会できません",
            "この人の個人番号は、ほかの記録と食い違いがあり、情報政策課が確かめています。終わるまで情報連携を止めています",
        ));
    }
    if let Some(child) = &new.made_for {
        let (subject, _) = person(unit, needs.hub.as_ref(), child).await?;
        unit.require(subject, &[INQUIRY]).await?;
    }
    let undisclosed = undisclosed(unit, needs.residents.as_ref()).await?;
    let request = RequestId::from_bytes(unit.city().keys().random()?);
    let (now, seq) = (unit.now(), unit.seq().await?);
    let items: Vec<&str> = new.items.iter().map(ItemId::as_str).collect();
    let row = Inquiry {
        id: 0,
        request: request.to_string(),
        programme: unit.staff().purpose.clone().unwrap_or_default(),
        office: unit.staff().office().to_owned(),
        atena_no: new.who,
        dan_no,
        made_for: new.made_for,
        provider: new.provider.to_string(),
        procedure_code: new.procedure.to_string(),
        data_set: format!("{}/{}", new.data_set.id, new.data_set.version),
        items: items.join("\n"),
        record_key: new.key.map(|k| k.to_string()),
        undisclosed,
        state: WAITS.into(),
        reason: None,
        asked_by: unit.staff().name.clone(),
        asked_at: now,
        checked_at: None,
        answered_at: None,
        as_of: None,
        root: None,
        answer: None,
        seq,
    };
    Ok(row.insert(&mut unit.tx).await?)
}

/// 照会側不開示: is somebody under 支援措置 whom the question concerns? Those are the people of the open case, to whom whoever is asked about
/// and whose matter it is belong by now, and everybody who lives with one of them: the exchange would tell the one asked about which city
/// they have come to.
async fn undisclosed(unit: &mut Unit, residents: &dyn ResidentPort) -> Result<bool, Fault> {
    let (today, subjects) = (unit.today(), unit.staff().case.as_ref().map(|c| c.subjects.clone()).unwrap_or_default());
    for subject in &subjects {
        if subject::is_protected(&mut unit.tx, *subject).await? {
            return Ok(true);
        }
    }
    let mut households = BTreeSet::new();
    for subject in subjects {
        let who = subject::number(&mut unit.tx, subject).await?;
        households.extend(residents.person(unit, &who, today).await?.and_then(|facts| facts.setai_no));
    }
    for household in households {
        if residents.household(unit, &household, today).await?.iter().any(|member| member.protected) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Where an answer is sealed.
pub fn place(request: &str) -> Place<'_> {
    Place { table: Inquiry::TABLE, column: "answer", row: request }
}

/// Opens the answer of an inquiry for whoever may read it.
///
/// # Errors
/// A refusal; an answer that cannot be opened any more.
pub async fn answer(unit: &mut Unit, row: &Inquiry) -> Result<Vec<Given>, Fault> {
    let subject = unit.find_subject(&row.atena_no).await?.ok_or_else(|| Fault::missing("宛名番号"))?;
    let Some(sealed) = &row.answer else { return Ok(vec![]) };
    unit.require(subject, &[ANSWER]).await?;
    let plain = unit.unseal(subject, place(&row.request), sealed).await?;
    serde_json::from_str(&plain)
        .map_err(|_| Fault::conflict("回答を読めません", "受け取ったときの形と違います。照会し直してください"))
}

/// The question of a row, for the gateway.
///
/// # Errors
/// A row that cannot be read any more.
pub fn question(row: &Inquiry, made_for: Vec<kernel::ident::DanNo>) -> Result<crate::messages::NewInquiry, Fault> {
    let bad = super::unreadable;
    let (id, version) = row.data_set.split_once('/').unwrap_or((&row.data_set, "1"));
    let items = row.items.lines().map(|item| ItemId::parse(item).map_err(bad)).collect::<Result<_, _>>()?;
    Ok(crate::messages::NewInquiry {
        request: RequestId::parse(&row.request).map_err(bad)?,
        dan: row.dan_no.clone(),
        provider: InstitutionCode::parse(&row.provider).map_err(bad)?,
        procedure: ProcedureId::parse(&row.procedure_code).map_err(bad)?,
        data_set: DataSet { id: wire::ident::DataSetId::parse(id).map_err(bad)?, version: version.parse().unwrap_or(1) },
        items,
        key: row.record_key.as_deref().map(|k| RecordKey::parse(k).map_err(bad)).transpose()?,
        made_for,
        hidden: row.undisclosed,
    })
}

/// An inquiry of the acting office whose person is in the open case.
///
/// # Errors
/// [`Fault::missing`] for another office's; a refusal.
pub async fn seen(unit: &mut Unit, id: i64) -> Result<Inquiry, Fault> {
    let row = store::inquiry(&mut unit.tx, id).await?;
    if row.office != unit.staff().office() {
        return Err(Fault::missing("照会"));
    }
    let subject = unit.find_subject(&row.atena_no).await?.ok_or_else(|| Fault::missing("宛名番号"))?;
    unit.require(subject, &[INQUIRY]).await?;
    Ok(row)
}
