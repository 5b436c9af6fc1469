//! SKI: 情報照会.

use super::desk::{Desk, Outcome, Refusal};
use crate::store::registers;
use crate::work::{Needs, Work};
use kernel::ident::DanNo;
use kernel::time::{Timestamp, civil};
use platform::Fault;
use platform::db::Param;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use wire::catalogue::Catalogue;
use wire::error::ExchangeError;
use wire::ident::{DataSet, Digest, InstitutionCode, ItemId, ProcedureId, RecordKey, RequestId};
use wire::inquiry::{AskFacts, Given, Inquiry, InquiryEvent, InquiryState, Outward, Question};

/// 情報照会内容.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewInquiry {
    /// Id of the inquiry, drawn by the city; a repetition has the same.
    pub request: RequestId,
    /// The person asked about.
    pub dan: DanNo,
    /// 情報提供者.
    pub provider: InstitutionCode,
    /// 事務手続.
    pub procedure: ProcedureId,
    /// 特定個人情報.
    pub data_set: DataSet,
    /// Items.
    pub items: Vec<ItemId>,
    /// Which record; all when there is none.
    #[serde(default)]
    pub key: Option<RecordKey>,
    /// For whom it is asked: one protected person among them hides the exchange.
    #[serde(default)]
    pub made_for: Vec<DanNo>,
    /// 照会側不開示: the city knows of somebody concerned who is protected and is not named here.
    #[serde(default)]
    pub hidden: bool,
}

/// An inquiry by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// Id of the inquiry.
    pub request: RequestId,
}

/// What the programme sees of an inquiry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Id of the inquiry.
    pub request: RequestId,
    /// 回答待ち, 回答あり …
    pub shown: Outward,
    /// The same in words.
    pub words: String,
    /// Since when.
    pub since: Timestamp,
    /// Why it failed.
    pub error: Option<Refusal>,
}

/// 情報照会結果.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetched {
    /// Id of the inquiry.
    pub request: RequestId,
    /// 回答待ち, 回答あり …
    pub shown: Outward,
    /// The records; none while there is no answer.
    pub records: Vec<Given>,
    /// Why there are none.
    pub error: Option<Refusal>,
    /// As of when the provider's replica was right.
    pub as_of: Option<Timestamp>,
    /// Hash of the provider's replica.
    pub root: Option<Digest>,
}

/// 情報照会取りやめ結果.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Withdrawal {
    /// Never asked for.
    NotRequested,
    /// On its way.
    Requested,
    /// Done before it was answered.
    Cancelled,
    /// Answered before.
    TooLate,
}

/// 取りやめ of an inquiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawn {
    /// Id of the inquiry.
    pub request: RequestId,
    /// What became of it.
    pub result: Withdrawal,
}

fn shown(inquiry: &Inquiry) -> Shown {
    let (outward, error) = (inquiry.outward(), inquiry.error.map(Refusal::from));
    Shown { request: inquiry.question.request, shown: outward, words: outward.name().to_owned(), since: inquiry.since, error }
}

fn requests(all: &[Which]) -> Needs {
    Needs { requests: all.iter().map(|w| w.request).collect(), ..Needs::default() }
}

/// SKI_101: enters inquiries. What the city itself must stop is refused and leaves nothing but its trace here.
pub(crate) async fn register(desk: &mut Desk<'_>, all: Vec<NewInquiry>) -> Result<Vec<Outcome<Shown>>, Fault> {
    let people: BTreeSet<&DanNo> = all.iter().map(|new| &new.dan).collect();
    let codes = desk.keeper.codes(desk.tx, &people.into_iter().cloned().collect::<Vec<_>>()).await?;
    let concerned: BTreeSet<&DanNo> = all.iter().flat_map(|new| new.made_for.iter().chain([&new.dan])).collect();
    let flags = registers::flags(desk.tx, concerned.into_iter().map(Param::from).collect()).await?;
    let protected: BTreeSet<DanNo> = flags.into_iter().filter(|f| f.undisclosed).map(|f| f.dan_no).collect();
    let needs = Needs { requests: all.iter().map(|new| new.request).collect(), ..Needs::default() };
    let mut work = Work::load(desk.tx, desk.keeper, &needs, desk.now).await?;
    let (profile, me, today) = (desk.keeper.profile(), &desk.keeper.tenant().institution, civil(desk.now));
    let mut entered = Vec::with_capacity(all.len());
    for new in &all {
        let permission = profile.permission(me, &new.provider, &new.procedure, &new.data_set.id, today);
        let consent_needed = permission.map(|p| p.consent);
        let consented = match consent_needed {
            Some(true) => {
                let (procedure, set) = (new.procedure.as_str(), new.data_set.id.as_str());
                registers::consented(desk.tx, &new.dan, procedure, set, today).await?
            }
            _ => false,
        };
        entered.push(AskFacts {
            code: codes.get(&new.dan).copied(),
            connected: profile.asks(&new.procedure),
            consent_needed,
            consented,
            hidden: new.hidden || new.made_for.iter().chain([&new.dan]).any(|dan| protected.contains(dan)),
        });
    }
    let answers = desk.keeper.step(desk.now, |turn| {
        let mut answers = Vec::with_capacity(all.len());
        for (new, facts) in all.into_iter().zip(entered) {
            answers.push(enter(&mut work, &profile.items, new, facts, turn));
        }
        answers
    });
    work.store(desk.tx, desk.keeper).await?;
    Ok(answers)
}

fn enter(
    work: &mut Work,
    catalogue: &Catalogue,
    new: NewInquiry,
    facts: AskFacts,
    turn: &mut wire::Turn<'_, wire::machine::Tenant>,
) -> Outcome<Shown> {
    let NewInquiry { request, dan, provider, procedure, data_set, items, key, .. } = new;
    if items.is_empty() {
        return Err(Refusal::bad("照会する項目がありません。項目を指定してください"));
    }
    let question = Question { request, subject: dan, provider, procedure, data_set, items, key };
    if work.inquiries.get(&request).is_some_and(|known| known.question != question) {
        return Err(Refusal::conflict("同じ照会IDで別の内容が登録されています。照会IDを改めてください"));
    }
    if !work.inquiries.contains_key(&request) {
        // What the list does not permit is stopped below, and leaves its trace.
        if facts.connected && facts.consent_needed.is_some() {
            let known = catalogue.layout(&question.data_set).and_then(|layout| layout.knows(&question.items));
            known.map_err(|misfit| misfit.error())?;
        }
        work.enter(Inquiry::new(question, turn.now), InquiryEvent::Submit(facts), turn);
    }
    let inquiry = work.inquiries.get(&request).ok_or_else(|| Refusal::missing("照会"))?;
    match inquiry.stop {
        Some(stop) => Err(Refusal::of(&crate::words::state_text(&stop.error()), crate::words::stop_ja(stop))),
        None => Ok(shown(inquiry)),
    }
}

/// SKI_107: where inquiries stand.
pub(crate) async fn status(desk: &mut Desk<'_>, all: Vec<Which>) -> Result<Vec<Outcome<Shown>>, Fault> {
    let work = Work::load(desk.tx, desk.keeper, &requests(&all), desk.now).await?;
    let found = all.iter().map(|w| work.inquiries.get(&w.request).map(shown).ok_or_else(|| Refusal::missing("照会")));
    Ok(found.collect())
}

/// SKI_109: inquiries as they were entered.
pub(crate) async fn content(desk: &mut Desk<'_>, all: Vec<Which>) -> Result<Vec<Outcome<Question>>, Fault> {
    let work = Work::load(desk.tx, desk.keeper, &requests(&all), desk.now).await?;
    let question = |w: &Which| work.inquiries.get(&w.request).map(|i| i.question.clone());
    Ok(all.iter().map(|w| question(w).ok_or_else(|| Refusal::missing("照会"))).collect())
}

/// SKI_111: answers. Who takes one has it; what was recalled cannot be taken.
pub(crate) async fn result(desk: &mut Desk<'_>, all: Vec<Which>) -> Result<Vec<Outcome<Fetched>>, Fault> {
    let mut work = Work::load(desk.tx, desk.keeper, &requests(&all), desk.now).await?;
    desk.keeper.step(desk.now, |turn| {
        for which in &all {
            work.inquiry(which.request, InquiryEvent::Fetch, turn);
        }
    });
    let fetched = |which: &Which| {
        let inquiry = work.inquiries.get(&which.request).ok_or_else(|| Refusal::missing("照会"))?;
        let answer = inquiry.answer.as_ref().filter(|_| !inquiry.is_called_back());
        let outcome = answer.map(|answer| &answer.outcome);
        let error: Option<ExchangeError> = match outcome {
            Some(outcome) => outcome.as_ref().err().copied(),
            None => inquiry.error,
        };
        Ok(Fetched {
            request: which.request,
            shown: inquiry.outward(),
            records: outcome.and_then(|o| o.as_ref().ok()).cloned().unwrap_or_default(),
            error: error.map(Refusal::from),
            as_of: answer.map(|a| a.as_of),
            root: answer.map(|a| a.root),
        })
    };
    let answers = all.iter().map(fetched).collect();
    work.store(desk.tx, desk.keeper).await?;
    Ok(answers)
}

/// SKI_501: 取りやめ.
pub(crate) async fn cancel(desk: &mut Desk<'_>, all: Vec<Which>) -> Result<Vec<Outcome<Withdrawn>>, Fault> {
    let mut work = Work::load(desk.tx, desk.keeper, &requests(&all), desk.now).await?;
    desk.keeper.step(desk.now, |turn| {
        for which in &all {
            work.inquiry(which.request, InquiryEvent::Cancel, turn);
        }
    });
    let answers = all.iter().map(|which| match withdrawn(&work, which)? {
        Withdrawn { result: Withdrawal::NotRequested, .. } => {
            Err(Refusal::conflict("この照会は、もう取りやめられません。照会の状況を確かめてください"))
        }
        withdrawn => Ok(withdrawn),
    });
    let answers = answers.collect();
    work.store(desk.tx, desk.keeper).await?;
    Ok(answers)
}

/// SKI_504: what became of 取りやめ.
pub(crate) async fn cancel_result(desk: &mut Desk<'_>, all: Vec<Which>) -> Result<Vec<Outcome<Withdrawn>>, Fault> {
    let work = Work::load(desk.tx, desk.keeper, &requests(&all), desk.now).await?;
    Ok(all.iter().map(|which| withdrawn(&work, which)).collect())
}

fn withdrawn(work: &Work, which: &Which) -> Outcome<Withdrawn> {
    let inquiry = work.inquiries.get(&which.request).ok_or_else(|| Refusal::missing("照会"))?;
    let result = match inquiry.state {
        InquiryState::CancelRequested => Withdrawal::Requested,
        InquiryState::Cancelled => Withdrawal::Cancelled,
        InquiryState::CancelTooLate => Withdrawal::TooLate,
        _ => Withdrawal::NotRequested,
    };
    Ok(Withdrawn { request: which.request, result })
}
