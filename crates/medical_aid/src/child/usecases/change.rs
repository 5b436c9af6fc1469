//! A change of entitlement: 喪失, 継続, 再開, 停止, 停止解除 and 訂正. The old row stays readable; a new one takes its place.

use crate::child::model::{Recipient, SharePeriod};
use crate::child::rules::rank;
use crate::child::store::{decision as decisions, eligibility as store};
use crate::child::usecases::decide::{Recorded, child_of, record};
use crate::child::usecases::grant::Snapshot;
use crate::child::words::{about, evidence_words, period_ja};
use async_trait::async_trait;
use kernel::decision::Decision;
use kernel::time::{Date, Period, wareki};
use platform::approval::{self, Act, DiffLine, Draft, NewDraft, Proposal};
use platform::{Fault, Unit, outbox, task};
use ports::{PROGRAMME_LINKED, Ports, ProgrammeLinked};
use serde::{Deserialize, Serialize};

/// What becomes of the row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Step {
    /// 喪失
    Lose {
        /// Last valid day.
        last_valid: Date,
        /// Day of the loss.
        lost_on: Date,
        /// 転出, 死亡 …
        reason: String,
    },
    /// 就学のため転出した子の継続: nothing ends.
    Keep {
        /// Last day that the 申立書 covers.
        until: Option<Date>,
    },
    /// 転出取消: the same number goes on as if nothing had happened.
    Resume,
    /// 停止
    Suspend {
        /// First day without the card.
        from: Date,
        /// Why.
        reason: String,
    },
    /// 停止解除
    Release {
        /// First day with the card again.
        from: Date,
        /// Why.
        reason: String,
    },
    /// 訂正: a fact was corrected, the decision was taken anew.
    Correct {
        /// The days that the corrected facts give; `None`: none.
        period: Option<Period>,
        /// 府市区分 of those days.
        shares: Vec<(String, Period)>,
        /// 年齢到達基準日
        age_limit: Option<Date>,
        /// Who the child is now.
        snapshot: Snapshot,
    },
}

impl Step {
    /// Kind of decision.
    pub fn kind(&self) -> &'static str {
        match self {
            Step::Lose { .. } => "loss",
            Step::Keep { .. } => "keep",
            Step::Resume => "resume",
            Step::Suspend { .. } => "suspend",
            Step::Release { .. } => "release",
            Step::Correct { .. } => "correct",
        }
    }

    fn outcome(&self) -> &'static str {
        match self {
            Step::Lose { .. } | Step::Suspend { .. } | Step::Correct { period: None, .. } => "非該当",
            _ => "該当",
        }
    }

    fn act(&self) -> &'static str {
        if matches!(self, Step::Lose { .. }) { "loss" } else { "change" }
    }

    /// The word for the title and the register.
    pub fn label_ja(&self) -> &'static str {
        match self {
            Step::Lose { .. } => "資格喪失",
            Step::Keep { .. } => "就学による継続",
            Step::Resume => "転出取消による再開",
            Step::Suspend { .. } => "停止",
            Step::Release { .. } => "停止解除",
            Step::Correct { .. } => "訂正",
        }
    }

    /// Writes itself into the row that takes the old one's place.
    fn put(&self, row: &mut Recipient, today: Date) {
        row.change_reason = self.label_ja().into();
        row.changed_on = today;
        match self {
            Step::Lose { last_valid, lost_on, reason } => {
                row.status = "喪失".into();
                row.last_valid_day = Some(*last_valid);
                row.lost_on = Some(*lost_on);
                row.lost_reason = Some(reason.clone());
                row.changed_on = *lost_on;
                row.valid_to = Some(*last_valid);
            }
            Step::Keep { until } => {
                row.valid_to = match (row.eligible_to, until) {
                    (Some(end), Some(until)) => Some(end.min(*until)),
                    (end, until) => end.or(*until),
                };
            }
            Step::Resume => {
                row.status = "受給中".into();
                (row.last_valid_day, row.lost_on, row.lost_reason) = (None, None, None);
                row.valid_to = row.eligible_to;
            }
            Step::Suspend { from, reason } => {
                row.status = "停止中".into();
                row.suspended_on = Some(*from);
                row.suspend_reason = Some(reason.clone());
                (row.resumed_on, row.resume_reason) = (None, None);
                row.changed_on = *from;
            }
            Step::Release { from, reason } => {
                row.status = "受給中".into();
                row.resumed_on = Some(*from);
                row.resume_reason = Some(reason.clone());
                row.changed_on = *from;
            }
            Step::Correct { period, age_limit, snapshot, .. } => {
                snapshot.put(row);
                row.age_limit_on = *age_limit;
                match period {
                    Some(p) => {
                        (row.valid_from, row.valid_to, row.acquired_on) = (p.from, p.to, p.from);
                        (row.eligible_from, row.eligible_to) = (p.from, p.to);
                        row.judgement = "該当".into();
                    }
                    None => {
                        row.cancelled_on = Some(today);
                        row.judgement = "非該当".into();
                    }
                }
            }
        }
    }
}

/// The draft.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Change {
    /// 宛名番号 of the child.
    pub child: String,
    /// The child in the log.
    pub subject: i64,
    /// The row that the change starts from.
    pub row: i64,
    /// What becomes of it.
    pub step: Step,
    /// 届出日 or 通知日
    pub notified_on: Date,
    /// The notice of the registry that it answers.
    pub notice: Option<i64>,
    /// The decision that is looked at again.
    pub review: Option<i64>,
    /// The answer of the law.
    pub decision: Decision,
}

/// Drafts a change.
///
/// # Errors
/// A colleague's draft about the same child.
pub async fn draft(unit: &mut Unit, recipient_no: &str, change: &Change) -> Result<i64, Fault> {
    unit.require(change.subject, &["kodomo.eligibility"]).await?;
    let (rank, rule_ja) = rank(unit.city().profile(), change.step.act(), None, unit.today())?;
    let title = format!("{} {recipient_no}", change.step.label_ja());
    let subjects = &[change.subject];
    let id = approval::draft(
        unit,
        NewDraft { act: "kodomo.change", title: &title, command: change, subjects, rank, rule_ja: &rule_ja },
    );
    let id = id.await?;
    if let Some(notice) = change.notice {
        store::set_notice(&mut unit.tx, notice, "drafted", None).await?;
    }
    Ok(id)
}

/// The act.
pub struct ChangeAct {
    /// What others offer.
    pub ports: Ports,
}

async fn live(unit: &mut Unit, change: &Change) -> Result<Recipient, Fault> {
    let rows = store::recipients(&mut unit.tx, &child_of(&change.child)?, store::NOW).await?;
    rows.into_iter().find(|r| r.id == change.row).ok_or_else(|| {
        Fault::conflict("資格の記録が変わっています", "ほかの決裁が先に同じ記録を変えました。差し戻して作り直してください")
    })
}

#[async_trait]
impl Act for ChangeAct {
    fn code(&self) -> &'static str {
        "kodomo.change"
    }

    fn group(&self) -> &'static str {
        "kodomo.eligibility"
    }

    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let change: Change = approval::command(payload)?;
        let now = live(unit, &change).await?;
        let mut new = now.clone();
        change.step.put(&mut new, unit.today());
        let reason = change.step.label_ja();
        let days = |r: &Recipient| period_ja(&Period { from: r.valid_from, to: r.valid_to });
        let mut lines = vec![];
        let mut line = |item: &str, now: String, draft: String| {
            if now != draft {
                lines.push(DiffLine { item_ja: item.into(), now_ja: now, draft_ja: draft, reason_ja: reason.into() });
            }
        };
        line("資格の状態", now.status.clone(), new.status.clone());
        line("有効な期間", days(&now), days(&new));
        line("喪失日", day_ja(now.lost_on), day_ja(new.lost_on));
        line("使える最後の日", day_ja(now.last_valid_day), day_ja(new.last_valid_day));
        line("停止日", day_ja(now.suspended_on), day_ja(new.suspended_on));
        line("停止解除日", day_ja(now.resumed_on), day_ja(new.resumed_on));
        line("生年月日", now.birth.clone(), new.birth.clone());
        line("氏名", now.name.clone(), new.name.clone());
        line("異動事由", now.change_reason.clone(), new.change_reason.clone());
        let next = match change.step {
            Step::Lose { .. } => vec!["資格喪失通知書を送る".into(), "医療証を回収する".into()],
            _ => vec!["受給者番号はそのまま使う".into()],
        };
        Ok(Proposal {
            about_ja: about(unit, &self.ports, &change.child).await?,
            lines,
            evidence_ja: evidence_words(&change.decision),
            decision: Some(change.decision),
            next_ja: next,
            ..Proposal::default()
        })
    }

    async fn apply(&self, unit: &mut Unit, draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let change: Change = approval::command(payload)?;
        let (today, child) = (unit.today(), child_of(&change.child)?);
        let old = live(unit, &change).await?;
        let mut row = old.clone();
        change.step.put(&mut row, today);
        let recorded = Recorded {
            kind: change.step.kind(),
            outcome: change.step.outcome(),
            child: &change.child,
            subject: change.subject,
            period: Some(Period { from: row.valid_from, to: row.valid_to }),
            amount: None,
            origin: change.notice.map_or_else(|| format!("recipient:{}", change.row), |n| format!("notice:{n}")),
            decision: &change.decision,
        };
        let (decision, _) = record(unit, draft, recorded).await?;
        row.decision_id = Some(decision);
        row.notified_on = change.notified_on;
        row.seq = unit.seq().await?;
        row.recorded_at = unit.now();
        store::replace(&mut unit.tx, old.id, &row).await?;
        let until = |row: &Recipient| row.last_valid_day.or(row.eligible_to);
        if until(&old) != until(&row) {
            let linked = ProgrammeLinked {
                programme: "kodomo".into(),
                number: row.recipient_no.clone(),
                atena_no: child.clone(),
                until: until(&row),
            };
            outbox::publish(unit, PROGRAMME_LINKED, &linked).await?;
        }
        if let Step::Correct { shares, .. } = &change.step {
            let new = |(share, p): &(String, Period)| SharePeriod {
                id: 0,
                subject: change.subject,
                atena_no: change.child.clone(),
                share: share.clone(),
                valid_from: p.from,
                valid_to: p.to,
                decision_id: Some(decision),
                seq: row.seq,
                recorded_at: row.recorded_at,
                superseded_seq: None,
            };
            let rows: Vec<SharePeriod> = shares.iter().map(new).collect();
            store::replace_shares(&mut unit.tx, &child, row.seq, &rows).await?;
        }
        let now = unit.now();
        if let Some(notice) = change.notice {
            store::set_notice(&mut unit.tx, notice, "done", Some(decision)).await?;
            task::done_reference(&mut unit.tx, "kodomo.notice", &notice.to_string(), now).await?;
        }
        if let Some(review) = change.review {
            decisions::set_review(&mut unit.tx, review, "見直し済").await?;
            task::done_reference(&mut unit.tx, "kodomo.review_decision", &review.to_string(), now).await?;
        }
        Ok(())
    }

    async fn discard(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let change: Change = approval::command(payload)?;
        if let Some(notice) = change.notice {
            store::set_notice(&mut unit.tx, notice, "open", None).await?;
        }
        Ok(())
    }
}

fn day_ja(day: Option<Date>) -> String {
    day.map_or_else(|| "なし".to_owned(), wareki)
}
