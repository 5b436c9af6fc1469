//! 償還払い: a guardian brings receipts.

use crate::child::dossier::Dossier;
use crate::child::entitlement::share_on;
use crate::child::model::{Application, ClaimLineRow, ClaimRow, ClaimVisit};
use crate::child::rules::{ordinance, params, unruled};
use crate::child::store::eligibility as store;
use crate::child::usecases::apply::{seal, unseal};
use kernel::Yen;
use kernel::ident::AtenaNo;
use kernel::time::{Date, Period, YearMonth};
use payments::Account;
use platform::city::CityProfile;
use platform::task::{self, NewTask};
use platform::{Fault, Unit, case};
use ports::Ports;

/// Days within which a claim should be decided.
const DAYS: i64 = 30;
/// 療養費区分
pub const KINDS: &[&str] = &["府外受診", "医療証不提示", "療養費"];

/// What the insurer gives on top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Benefit {
    /// なし
    None,
    /// 決定待ち
    Waiting,
    /// 決定
    Decided(Yen),
}

impl Benefit {
    fn words(self) -> (String, Option<Yen>) {
        match self {
            Benefit::None => ("なし".into(), Some(Yen::ZERO)),
            Benefit::Waiting => ("決定待ち".into(), None),
            Benefit::Decided(amount) => ("決定".into(), Some(amount)),
        }
    }
}

/// One institution, month and kind of care.
#[derive(Debug, Clone)]
pub struct NewLine {
    /// Ten digits, or the name of an institution outside of the table.
    pub institution: String,
    /// Name.
    pub name: String,
    /// 医科, 歯科, 調剤
    pub care_kind: String,
    /// 入院
    pub inpatient: bool,
    /// Days of one month, in order.
    pub days: Vec<Date>,
    /// Paid on each day, when each day has a receipt of its own; as many as days.
    pub daily: Option<Vec<Yen>>,
    /// Paid for insured care in all.
    pub charge: Yen,
    /// Paid for meals: kind, price, count.
    pub meals: Option<(String, Yen, i64)>,
    /// Paid for what no insurance covers.
    pub uninsured: Yen,
}

/// The paper.
#[derive(Debug, Clone)]
pub struct NewClaim {
    /// The child.
    pub child: AtenaNo,
    /// The applicant, usually the guardian.
    pub applicant: AtenaNo,
    /// 療養費区分
    pub aid_kind: String,
    /// 申請日
    pub claimed_on: Date,
    /// Day of the last payment to an institution.
    pub receipt_on: Date,
    /// 受付区
    pub ward: String,
    /// 窓口, 郵送
    pub reception_kind: String,
    /// 総医療費
    pub total_cost: Yen,
    /// 高額療養費
    pub high_cost: Benefit,
    /// 附加給付
    pub additional: Benefit,
    /// The account; without one, that of the 交付申請.
    pub account: Option<Account>,
    /// Lines.
    pub lines: Vec<NewLine>,
}

fn check(new: &NewClaim, today: Date) -> Result<(), Fault> {
    if new.claimed_on > today {
        return Err(Fault::field("claimed_on", "申請日は、きょう以前の日を入力してください"));
    }
    if new.receipt_on > new.claimed_on {
        return Err(Fault::field("receipt_on", "領収日は、申請日以前の日を入力してください"));
    }
    if new.lines.is_empty() {
        return Err(Fault::field("days", "領収書を1件以上入力してください"));
    }
    for line in &new.lines {
        let Some(first) = line.days.first() else { return Err(Fault::field("days", "受診日を入力してください")) };
        let month = YearMonth::of(*first);
        if line.days.iter().any(|d| YearMonth::of(*d) != month || *d > new.receipt_on) {
            return Err(Fault::field("days", "受診日は、領収日以前の同じ月の日を入力してください(月が違うときは明細を分けます)"));
        }
        if line.daily.as_ref().is_some_and(|d| d.len() != line.days.len() || d.iter().copied().sum::<Yen>() != line.charge) {
            return Err(Fault::field("charge", "日ごとの額の合計が支払額と合いません"));
        }
    }
    Ok(())
}

/// Stores the claim and puts its review into the queue.
///
/// # Errors
/// A child who was never in the scheme, receipts that do not fit, no account, or a refusal.
pub async fn run(unit: &mut Unit, ports: &Ports, new: &NewClaim) -> Result<i64, Fault> {
    let today = unit.today();
    check(new, today)?;
    let dossier = Dossier::open(unit, ports, &new.child, today, store::NOW).await?;
    let subject = dossier.subject;
    unit.take_into_case(subject).await?;
    unit.require(subject, &["kodomo.claim", "kodomo.account"]).await?;
    let Some(recipient_no) = store::number_of(&mut unit.tx, &new.child).await? else {
        return Err(Fault::conflict("償還払いを受け付けられません", "この子は子ども医療の受給者になったことがありません"));
    };
    let applicant_subject = unit.find_subject(&new.applicant).await?;
    let applicant_subject = applicant_subject.ok_or_else(|| Fault::field("applicant", "申請者が住民記録にありません"))?;
    let applicant = ports.residents.person(unit, &new.applicant, today).await?;
    let applicant_name = applicant.map(|p| p.name).ok_or_else(|| Fault::field("applicant", "申請者が住民記録にありません"))?;
    let account = match &new.account {
        Some(account) => account.clone(),
        None => account_on_file(unit, &dossier).await?,
    };
    let serial = case::next_number(&mut unit.tx, "kodomo-claim").await?;
    let document_no = format!("子医償-{serial:06}");
    let (sealed, token) = seal(unit, subject, ClaimRow::TABLE, &document_no, &account).await?;
    let first = new.lines.iter().flat_map(|l| &l.days).min().copied().unwrap_or(new.receipt_on);
    let insurance = dossier.insurances.iter().rfind(|i| Period { from: i.valid_from, to: i.valid_to }.contains(first));
    let (additional_state, additional) = new.additional.words();
    let (high_cost_state, high_cost) = new.high_cost.words();
    let paid = |l: &NewLine| l.charge + l.uninsured + meal_sum(l);
    let row = ClaimRow {
        id: 0,
        subject,
        atena_no: new.child.as_str().into(),
        approval: "未決裁".into(),
        aid_kind: new.aid_kind.clone(),
        scheme_kind: "子ども医療".into(),
        law_code: ordinance(unit.city().profile())?.law_code.at(today).map_err(unruled)?.value.clone(),
        notice_to: if new.applicant == new.child { "本人" } else { "保護者" }.into(),
        applicant_no: new.applicant.as_str().into(),
        applicant_subject,
        applicant_name,
        claimed_on: new.claimed_on,
        decided_month: None,
        pay_due: None,
        pay_method: "口座振込".into(),
        account: Some(sealed),
        account_token: Some(token),
        insurance_id: insurance.map(|i| i.id),
        burden_ratio: burden(unit.city().profile(), &dossier, first)?,
        receipt_on: new.receipt_on,
        total_cost: new.total_cost,
        own_charge: new.lines.iter().map(paid).sum(),
        copay: None,
        additional_state,
        additional,
        high_cost_state,
        high_cost,
        granted: None,
        paid_total: None,
        share: share_on(&dossier.shares, first),
        ward: dossier.person.ward.clone(),
        reception_ward: new.ward.clone(),
        state: "受付".into(),
        reception_kind: new.reception_kind.clone(),
        refuse_code: None,
        counter_form: "領収書".into(),
        recipient_no,
        returned: false,
        claim_month: YearMonth::of(new.claimed_on),
        document_no: document_no.clone(),
        hold_reason: None,
        decision_id: None,
        payment_id: None,
        seq: unit.seq().await?,
        recorded_at: unit.now(),
    };
    let id = row.insert(&mut unit.tx).await?;
    for line in &new.lines {
        store_line(unit, id, line).await?;
    }
    let due = today.checked_add(jiff::Span::new().days(DAYS)).ok();
    let (title, reference, now) = (format!("償還払いの審査 {document_no}"), id.to_string(), unit.now());
    let kind = "kodomo.review_claim";
    let new_task = NewTask {
        office: "iryo",
        purpose: "kodomo",
        kind,
        title: &title,
        subject: Some(subject),
        reference: Some(&reference),
        due,
    };
    task::add(&mut unit.tx, new_task, now).await?;
    unit.note(format!("償還払いの受付 {document_no}"));
    Ok(id)
}

fn meal_sum(line: &NewLine) -> Yen {
    line.meals.as_ref().and_then(|(_, unit, count)| unit.times(*count)).unwrap_or(Yen::ZERO)
}

async fn store_line(unit: &mut Unit, claim_id: i64, line: &NewLine) -> Result<(), Fault> {
    let (Some(first), Some(last)) = (line.days.iter().min(), line.days.iter().max()) else { return Ok(()) };
    let row = ClaimLineRow {
        id: 0,
        claim_id,
        care_kind: line.care_kind.clone(),
        care_month: YearMonth::of(*first),
        inpatient: line.inpatient,
        care_from: *first,
        care_to: *last,
        day_count: i64::try_from(line.days.len()).unwrap_or(i64::MAX),
        visit_days: line.days.iter().fold(0, |bits, d| bits | 1 << (i64::from(d.day()) - 1)),
        institution: line.institution.clone(),
        institution_name: line.name.clone(),
        charge: line.charge,
        daily: line.daily.is_some(),
        meal_kind: line.meals.as_ref().map(|m| m.0.clone()),
        meal_unit: line.meals.as_ref().map(|m| m.1),
        meal_count: line.meals.as_ref().map(|m| m.2),
        meals: meal_sum(line),
        uninsured: line.uninsured,
    };
    let line_id = row.insert(&mut unit.tx).await?;
    let visits = line.daily.iter().flatten().zip(&line.days).map(|(charge, day)| ClaimVisit {
        id: 0,
        line_id,
        day: *day,
        charge: *charge,
    });
    ClaimVisit::insert_all(&visits.collect::<Vec<_>>(), &mut unit.tx).await?;
    Ok(())
}

/// 2割 or 3割 on a day of treatment.
fn burden(city: &CityProfile, dossier: &Dossier, day: Date) -> Result<String, Fault> {
    let birth = dossier.person.birth.latest;
    let share = law::benefit_rate::own_share(birth, day, &params(city)?.benefit_rates).map_err(unruled)?;
    Ok(law::benefit_rate::share_ja(share.value))
}

/// The account of the newest 交付申請.
///
/// # Errors
/// A child without one.
pub async fn account_on_file(unit: &mut Unit, dossier: &Dossier) -> Result<Account, Fault> {
    let found = dossier.applications.iter().find_map(|a| Some((a.document_no.clone(), a.account.clone()?)));
    match found {
        Some((row, sealed)) => unseal(unit, dossier.subject, Application::TABLE, &row, &sealed).await,
        None => Err(Fault::field("bank", "口座の登録がありません。振込先を入力してください")),
    }
}
