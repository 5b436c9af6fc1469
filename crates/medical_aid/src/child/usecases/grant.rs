//! 認定: the child enters the scheme, gets its number for life and a card.

use crate::child::model::{Card, Recipient, SharePeriod};
use crate::child::rules::bearer_no;
use crate::child::store::eligibility as store;
use crate::child::usecases::decide::{Recorded, child_of, record};
use crate::child::words::{about, evidence_words, period_ja};
use async_trait::async_trait;
use kernel::Date;
use kernel::decision::Decision;
use kernel::ident::RecipientNo;
use kernel::time::{PartialDate, Period};
use platform::approval::{self, Act, DiffLine, Draft, Proposal};
use platform::{Fault, Unit, case, outbox, task};
use ports::{PROGRAMME_LINKED, Ports, ProgrammeLinked, ResidentFacts};
use serde::{Deserialize, Serialize};

/// Who the child is, as the registry said when it was decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// 氏名カナ
    pub kana: String,
    /// 氏名
    pub name: String,
    /// 生年月日
    pub birth: PartialDate,
    /// 性別
    pub sex: String,
    /// 所管区
    pub ward: Option<String>,
}

impl Snapshot {
    /// From the registry's answer.
    pub fn of(p: &ResidentFacts) -> Self {
        Self { kana: p.kana.clone(), name: p.name.clone(), birth: p.birth.clone(), sex: p.sex.clone(), ward: p.ward.clone() }
    }

    /// Writes it into a row.
    pub fn put(&self, row: &mut Recipient) {
        row.kana.clone_from(&self.kana);
        row.name.clone_from(&self.name);
        row.birth.clone_from(&self.birth.text);
        row.birth_earliest = self.birth.earliest;
        row.birth_latest = self.birth.latest;
        row.sex.clone_from(&self.sex);
        row.ward.clone_from(&self.ward);
    }
}

/// The draft.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Grant {
    /// The application.
    pub application: i64,
    /// 宛名番号 of the child.
    pub child: String,
    /// The child in the log.
    pub subject: i64,
    /// 宛名番号 of the guardian.
    pub guardian: String,
    /// 資格のある期間
    pub period: Period,
    /// 府市区分 of its days.
    pub shares: Vec<(String, Period)>,
    /// Days printed on the card.
    pub card: Option<Period>,
    /// 年齢到達基準日
    pub age_limit: Option<Date>,
    /// 公費資格取得事由
    pub reason: String,
    /// Who the child is.
    pub snapshot: Snapshot,
    /// The answer of the law.
    pub decision: Decision,
}

/// The act.
pub struct GrantAct {
    /// What others offer.
    pub ports: Ports,
}

#[async_trait]
impl Act for GrantAct {
    fn code(&self) -> &'static str {
        "kodomo.grant"
    }

    fn group(&self) -> &'static str {
        "kodomo.eligibility"
    }

    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let new: Grant = approval::command(payload)?;
        let line = |item: &str, draft: String, reason: &str| DiffLine {
            item_ja: item.into(),
            now_ja: "なし".into(),
            draft_ja: draft,
            reason_ja: reason.into(),
        };
        let mut lines = vec![line("資格", format!("受給中 {}", period_ja(&new.period)), &new.reason)];
        lines.extend(new.shares.iter().map(|(share, p)| line("府市区分", format!("{share} {}", period_ja(p)), "就学前と所得")));
        lines.extend(new.card.map(|p| line("医療証", period_ja(&p), "新規認定")));
        Ok(Proposal {
            about_ja: about(unit, &self.ports, &new.child).await?,
            lines,
            evidence_ja: evidence_words(&new.decision),
            decision: Some(new.decision),
            next_ja: vec!["受給者番号を付ける".into(), "医療証を印刷して交付する".into()],
            ..Proposal::default()
        })
    }

    async fn apply(&self, unit: &mut Unit, draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let new: Grant = approval::command(payload)?;
        let child = child_of(&new.child)?;
        let today = unit.today();
        let application = store::application(&mut unit.tx, new.application).await?;
        let recorded = Recorded {
            kind: "grant",
            outcome: "該当",
            child: &new.child,
            subject: new.subject,
            period: Some(new.period),
            amount: None,
            origin: format!("application:{}", new.application),
            decision: &new.decision,
        };
        let (decision, _) = record(unit, draft, recorded).await?;
        let recipient_no = match store::number_of(&mut unit.tx, &child).await? {
            Some(number) => number,
            None => issue(unit).await?,
        };
        let bearer = bearer_no(unit.city().profile(), today)?.as_str().to_owned();
        let (seq, recorded_at) = (unit.seq().await?, unit.now());
        let mut row = Recipient {
            id: 0,
            subject: new.subject,
            atena_no: new.child.clone(),
            approval: "決裁済".into(),
            recipient_no: recipient_no.clone(),
            bearer_no: bearer.clone(),
            status: "受給中".into(),
            cancelled_on: None,
            acquired_on: new.period.from,
            acquired_reason: new.reason.clone(),
            suspended_on: None,
            suspend_reason: None,
            resumed_on: None,
            resume_reason: None,
            last_valid_day: None,
            lost_on: None,
            lost_reason: None,
            notified_on: application.applied_on,
            reception_ward: application.reception_ward.clone(),
            changed_on: new.period.from,
            change_reason: "新規認定".into(),
            eligible_from: new.period.from,
            eligible_to: new.period.to,
            age_limit_on: new.age_limit,
            judgement: "該当".into(),
            kana: String::new(),
            name: String::new(),
            birth: String::new(),
            birth_earliest: new.period.from,
            birth_latest: new.period.from,
            sex: String::new(),
            ward: None,
            guardian_no: Some(new.guardian.clone()),
            decision_id: Some(decision),
            valid_from: new.period.from,
            valid_to: new.period.to,
            seq,
            recorded_at,
            superseded_seq: None,
        };
        new.snapshot.put(&mut row);
        match store::current(&mut unit.tx, &child).await? {
            Some(old) if old.status != "喪失" => {
                return Err(Fault::conflict("既に受給中です", "この子の資格は決定されています"));
            }
            _ => row.insert(&mut unit.tx).await?,
        };
        let shares = new.shares.iter().map(|(share, p)| SharePeriod {
            id: 0,
            subject: new.subject,
            atena_no: new.child.clone(),
            share: share.clone(),
            valid_from: p.from,
            valid_to: p.to,
            decision_id: Some(decision),
            seq,
            recorded_at,
            superseded_seq: None,
        });
        store::replace_shares(&mut unit.tx, &child, seq, &shares.collect::<Vec<_>>()).await?;
        let linked_no = recipient_no.clone();
        if let Some(Period { from, to: Some(to) }) = new.card {
            let card = Card {
                id: 0,
                subject: new.subject,
                atena_no: new.child.clone(),
                recipient_no,
                bearer_no: bearer,
                form_kind: "医療証".into(),
                reissue: "新規".into(),
                issue_kind: "即時".into(),
                issue_reason: "新規認定".into(),
                valid_from: from,
                valid_to: to,
                issued_on: today,
                collected_on: None,
                collected_how: None,
                collected_ward: None,
                processed_on: today,
                decision_id: Some(decision),
                file_id: None,
                seq,
                recorded_at,
            };
            card.insert(&mut unit.tx).await?;
        }
        let linked =
            ProgrammeLinked { programme: "kodomo".into(), number: linked_no, atena_no: child.clone(), until: new.period.to };
        outbox::publish(unit, PROGRAMME_LINKED, &linked).await?;
        store::decide_application(&mut unit.tx, new.application, "認定", Some(decision)).await?;
        let now = unit.now();
        Ok(task::done_reference(&mut unit.tx, "kodomo.review_application", &new.application.to_string(), now).await?)
    }
}

/// Counter of 受給者番号.
pub const NUMBERS: &str = "kodomo-recipient";

async fn issue(unit: &mut Unit) -> Result<String, Fault> {
    let serial = case::next_number(&mut unit.tx, NUMBERS).await?;
    let serial = u32::try_from(serial).unwrap_or(u32::MAX);
    let number = RecipientNo::issue(serial).map_err(|e| Fault::conflict("受給者番号を付けられません", e.to_string()))?;
    Ok(number.as_str().to_owned())
}
