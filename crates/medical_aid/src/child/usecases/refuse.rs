//! 却下: a refusal is a decision with 理由 and 教示.

use crate::child::store::eligibility as store;
use crate::child::usecases::decide::{Recorded, record};
use crate::child::words::{about, evidence_words};
use async_trait::async_trait;
use kernel::decision::Decision;
use platform::approval::{self, Act, DiffLine, Draft, Proposal};
use platform::{Fault, Unit, task};
use ports::Ports;
use serde::{Deserialize, Serialize};

/// The draft.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Refusal {
    /// The application.
    pub application: i64,
    /// 宛名番号 of the child.
    pub child: String,
    /// The child in the log.
    pub subject: i64,
    /// The answer of the law.
    pub decision: Decision,
}

/// The act.
pub struct RefuseAct {
    /// What others offer.
    pub ports: Ports,
}

#[async_trait]
impl Act for RefuseAct {
    fn code(&self) -> &'static str {
        "kodomo.refuse"
    }

    fn group(&self) -> &'static str {
        "kodomo.eligibility"
    }

    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let new: Refusal = approval::command(payload)?;
        let line = DiffLine {
            item_ja: "申請".into(),
            now_ja: "受付".into(),
            draft_ja: "却下".into(),
            reason_ja: new.decision.refusal_reasons().join(" "),
        };
        Ok(Proposal {
            about_ja: about(unit, &self.ports, &new.child).await?,
            lines: vec![line],
            evidence_ja: evidence_words(&new.decision),
            decision: Some(new.decision),
            next_ja: vec!["却下通知書(理由・教示)を送る".into()],
            ..Proposal::default()
        })
    }

    async fn apply(&self, unit: &mut Unit, draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let new: Refusal = approval::command(payload)?;
        let recorded = Recorded {
            kind: "refuse",
            outcome: "非該当",
            child: &new.child,
            subject: new.subject,
            period: None,
            amount: None,
            origin: format!("application:{}", new.application),
            decision: &new.decision,
        };
        let (decision, _) = record(unit, draft, recorded).await?;
        store::decide_application(&mut unit.tx, new.application, "却下", Some(decision)).await?;
        let now = unit.now();
        Ok(task::done_reference(&mut unit.tx, "kodomo.review_application", &new.application.to_string(), now).await?)
    }
}
