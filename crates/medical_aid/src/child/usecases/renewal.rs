//! 年次更新: the list of cards that end, the decision, and the run that issues and prints the next ones.

use crate::child::forms::{medical_card, unprintable};
use crate::child::model::{Card, Recipient};
use crate::child::rules::rank;
use crate::child::store::eligibility as store;
use crate::child::usecases::card::card_days;
use ::forms::{Form, MedicalCard, Meta, Missing};
use async_trait::async_trait;
use kernel::access::Action;
use kernel::time::{Period, wareki};
use kernel::{Cleared, Date};
use platform::approval::{self, Act, DiffLine, Draft, NewDraft, Proposal};
use platform::job::{self, Job, Run};
use platform::{City, Fault, Unit, file, subject};
use ports::{Ports, ResidentFacts};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Cards in one document.
const BATCH: usize = 100;
/// Kind of the job.
pub const JOB: &str = "kodomo.renewal";

/// The draft and the payload of the job: cards that end on or before this day get a successor.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Renewal {
    /// Last day of the cards that end.
    pub until: Date,
    /// How many cards.
    pub count: i64,
}

/// Drafts the run.
///
/// # Errors
/// Nothing to renew, or an empty protection list.
pub async fn draft(unit: &mut Unit, until: Date) -> Result<i64, Fault> {
    subject::protection_list(&mut unit.tx).await?;
    let rows = store::without_card(&mut unit.tx, until).await?;
    if rows.is_empty() {
        return Err(Fault::conflict(
            "更新する医療証がありません",
            format!("{} の後も使える医療証が全員にあります", wareki(until)),
        ));
    }
    unit.bulk(&rows.iter().map(|r| r.subject).collect::<Vec<_>>(), &["kodomo.eligibility", "kodomo.card"]);
    let command = Renewal { until, count: i64::try_from(rows.len()).unwrap_or(i64::MAX) };
    let (rank, rule_ja) = rank(unit.city().profile(), "renewal", None, unit.today())?;
    let title = format!("医療証の年次更新 {}件", command.count);
    approval::draft(unit, NewDraft { act: JOB, title: &title, command: &command, subjects: &[], rank, rule_ja: &rule_ja }).await
}

/// The act: approving starts the run.
pub struct RenewalAct;

#[async_trait]
impl Act for RenewalAct {
    fn code(&self) -> &'static str {
        JOB
    }

    fn group(&self) -> &'static str {
        "kodomo.card"
    }

    async fn describe(&self, _: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let new: Renewal = approval::command(payload)?;
        let line = DiffLine {
            item_ja: "医療証".into(),
            now_ja: format!("{}まで", wareki(new.until)),
            draft_ja: format!("{}件を更新", new.count),
            reason_ja: "年次更新".into(),
        };
        Ok(Proposal {
            about_ja: format!("受給中の{}人", new.count),
            lines: vec![line],
            next_ja: vec!["一括処理で医療証を作る".into(), "支援措置の人の分は別に取り分ける".into()],
            ..Proposal::default()
        })
    }

    async fn apply(&self, unit: &mut Unit, _: &Draft, payload: &[u8]) -> Result<(), Fault> {
        subject::protection_list(&mut unit.tx).await?;
        job::submit(unit, JOB, "医療証の年次更新", payload).await.map(|_| ())
    }
}

/// The run. Each step stores a hundred cards and their document together, so that it goes on where it stopped.
pub struct RenewalJob {
    /// What others offer.
    pub ports: Ports,
}

#[async_trait]
impl Job for RenewalJob {
    fn kind(&self) -> &'static str {
        JOB
    }

    async fn run(&self, run: &Run, payload: &[u8]) -> Result<String, Fault> {
        let new: Renewal = approval::command(payload)?;
        let city = run.city().clone();
        let (mut done, mut held) = (0, 0);
        let people = self.people(&city, run, new.until).await?;
        loop {
            let (issued, kept) = self.step(&city, run, new.until, &people).await?;
            if issued == 0 {
                return Ok(format!("医療証を{done}件作りました。支援措置などで取り分けた分は{held}件です"));
            }
            done += issued;
            held += kept;
            run.progress(done, new.count, "医療証を作っています").await?;
        }
    }
}

impl RenewalJob {
    /// The registry's answer for everybody of the run, in one bulk look.
    async fn people(&self, city: &City, run: &Run, until: Date) -> Result<HashMap<String, ResidentFacts>, Fault> {
        let mut unit = Unit::look(city, run.staff(), "医療証の年次更新", Action::Print).await?;
        let rows = store::without_card(&mut unit.tx, until).await?;
        let (Some(first), Some(last)) = (rows.iter().map(|r| r.birth_earliest).min(), rows.iter().map(|r| r.birth_latest).max())
        else {
            return Ok(HashMap::new());
        };
        let today = unit.today();
        let people = self.ports.residents.born_between(&mut unit, first, last, today).await?;
        let cleared = unit.commit(people).await?;
        Ok(cleared.into_inner().into_iter().map(|p| (p.atena_no.as_str().to_owned(), p)).collect())
    }

    /// One step: how many cards were issued, and how many of them wait apart because their place may not be printed.
    async fn step(
        &self,
        city: &City,
        run: &Run,
        until: Date,
        people: &HashMap<String, ResidentFacts>,
    ) -> Result<(i64, i64), Fault> {
        let mut unit = Unit::change(city, run.staff(), "医療証の年次更新", Action::Print).await?;
        let protected = subject::protection_list(&mut unit.tx).await?;
        let mut rows = store::without_card(&mut unit.tx, until).await?;
        rows.truncate(BATCH);
        let from = until.tomorrow().unwrap_or(until);
        let (seq, recorded_at, today) = (unit.seq().await?, unit.now(), unit.today());
        let (mut pages, mut last_printed): (Vec<MedicalCard>, i64) = (vec![], 0);
        let shown = |row: &Recipient| people.get(&row.atena_no).filter(|p| !protected.contains(&row.subject) && may_print(p));
        // Those that are printed come first, so that the document's cards are one run of numbers.
        rows.sort_by_key(|row| shown(row).is_none());
        for row in &rows {
            let Period { from, to: Some(to) } = card_days(unit.city().profile(), from, row.valid_to)? else { continue };
            let card = Card {
                id: 0,
                subject: row.subject,
                atena_no: row.atena_no.clone(),
                recipient_no: row.recipient_no.clone(),
                bearer_no: row.bearer_no.clone(),
                form_kind: "医療証".into(),
                reissue: "更新".into(),
                issue_kind: "一括".into(),
                issue_reason: "年次更新".into(),
                valid_from: from,
                valid_to: to,
                issued_on: today,
                collected_on: None,
                collected_how: None,
                collected_ward: None,
                processed_on: today,
                decision_id: None,
                file_id: None,
                seq,
                recorded_at,
            };
            let id = card.insert(&mut unit.tx).await?;
            if let Some(person) = shown(row) {
                pages.push(medical_card(city, &card, person, None)?);
                last_printed = id;
            }
        }
        let held = i64::try_from(rows.len() - pages.len()).unwrap_or(0);
        let subjects: Vec<i64> = rows.iter().map(|r| r.subject).collect();
        unit.bulk(&subjects, &["kodomo.card", "juki.identify", "juki.address"]);
        unit.note(format!("医療証の年次更新 {}件", rows.len()));
        let cleared = unit.commit(pages).await?;
        if !cleared.is_empty() {
            print(city, run, cleared.each(), seq, last_printed).await?;
        }
        Ok((i64::try_from(rows.len()).unwrap_or(i64::MAX), held))
    }
}

/// May the place of this person stand on a mass print?
fn may_print(person: &ResidentFacts) -> bool {
    !person.protected && person.address.is_some()
}

/// Sets a hundred cards as one document and keeps it sealed.
async fn print(city: &City, run: &Run, pages: Vec<Cleared<MedicalCard>>, seq: i64, last: i64) -> Result<(), Fault> {
    let forms: Vec<Form> = pages.into_iter().map(Form::MedicalCard).collect();
    let ident = format!("renewal-{}-{seq}", run.id());
    let meta = Meta { ident: ident.clone(), issued_at: city.now(), missing: Missing::Geta };
    let body = ::forms::render_batch(&forms, &meta).map_err(unprintable)?;
    let mut unit = Unit::change(city, run.staff(), "医療証の年次更新", Action::Print).await?;
    let case = run.staff().case.as_ref().map(|c| c.id);
    let file = file::store(&mut unit.tx, city, &format!("{ident}.pdf"), "application/pdf", &body, case).await?;
    store::printed(&mut unit.tx, seq, last, file).await?;
    unit.commit(()).await.map(|_| ())
}
