//! 支出: a run over open payments is drafted, decided by another person, and becomes a bank file.

use crate::model::{Payment, Transfer};
use crate::store;
use crate::zengin::{self, Line, Orderer};
use async_trait::async_trait;
use kernel::time::wareki;
use kernel::{Date, Yen};
use platform::approval::{self, Act, DiffLine, Draft, NewDraft, Proposal};
use platform::city::CityProfile;
use platform::{Fault, Unit, case, file};
use serde::{Deserialize, Serialize};

/// Who may decide a run of this total: rank and the rule that says so. `None`: nobody.
pub type RankRule = fn(&CityProfile, Yen, Date) -> Option<(i64, String)>;

/// Who orders the transfers that are carried out on a day.
pub type OrdererRule = fn(&CityProfile, Date) -> Result<Orderer, Fault>;

/// The draft of a run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Run {
    /// 振込指定日
    pub pay_on: Date,
    /// Numbers of the payments.
    pub payments: Vec<i64>,
}

/// Drafts a run: the payments are taken out of the open ones.
///
/// # Errors
/// Nothing chosen, a day in the past or on which banks are closed, or a payment somebody else has taken.
pub async fn draft(unit: &mut Unit, run: &Run, rule: RankRule) -> Result<i64, Fault> {
    if run.payments.is_empty() {
        return Err(Fault::field("payment", "振り込む支払を選んでください"));
    }
    if run.pay_on < unit.today() || reference::holidays::bank_closed(run.pay_on) {
        return Err(Fault::field("pay_on", "振込指定日は、きょう以後の銀行営業日にしてください"));
    }
    let (mut total, mut subjects) = (Yen::ZERO, vec![]);
    for id in &run.payments {
        let payment = store::find(&mut unit.tx, *id).await?;
        if payment.office != unit.staff().office() || !store::hold(&mut unit.tx, *id).await? {
            return Err(Fault::conflict("選んだ支払の一つは起案できません", "ほかの振込に入ったか、既に支払われています"));
        }
        total += payment.amount;
        subjects.extend(payment.subject);
    }
    let (rank, rule_ja) = rule(unit.city().profile(), total, unit.today())
        .ok_or_else(|| Fault::refused("この支出を決裁できる職が専決規程にありません"))?;
    subjects.sort_unstable();
    subjects.dedup();
    let title = format!("振込 {}件 {total}", run.payments.len());
    // The people paid are named in the entry as one bulk run; the draft itself is about the run, not about one person's record.
    unit.bulk(&subjects, &["kodomo.payment"]);
    approval::draft(
        unit,
        NewDraft { act: "payments.transfer", title: &title, command: run, subjects: &[], rank, rule_ja: &rule_ja },
    )
    .await
}

/// The act of paying.
pub struct PayRun {
    /// Who orders the transfers.
    pub orderer: OrdererRule,
}

async fn payments(unit: &mut Unit, run: &Run) -> Result<Vec<Payment>, Fault> {
    let mut all = Vec::with_capacity(run.payments.len());
    for id in &run.payments {
        all.push(store::find(&mut unit.tx, *id).await?);
    }
    Ok(all)
}

#[async_trait]
impl Act for PayRun {
    fn code(&self) -> &'static str {
        "payments.transfer"
    }

    fn group(&self) -> &'static str {
        "kodomo.payment"
    }

    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let run: Run = approval::command(payload)?;
        let all = payments(unit, &run).await?;
        let subjects: Vec<i64> = all.iter().filter_map(|p| p.subject).collect();
        unit.bulk(&subjects, &["kodomo.payment", "kodomo.account"]);
        let mut lines = vec![];
        for payment in &all {
            let account = store::open_account(unit.city().keys(), payment)?;
            lines.push(DiffLine {
                item_ja: payment.title.clone(),
                now_ja: "未払".into(),
                draft_ja: format!("{} {}", payment.amount, account.masked_ja()),
                reason_ja: payment.origin.clone(),
            });
        }
        let total: Yen = all.iter().map(|p| p.amount).sum();
        Ok(Proposal {
            about_ja: format!("{}件 {total} 振込指定日 {}", all.len(), wareki(run.pay_on)),
            lines,
            next_ja: vec![
                "全銀ファイルを作る".into(),
                "持出しの記録を残して銀行へ渡す".into(),
                "振込不能は返却として登録する".into(),
            ],
            ..Proposal::default()
        })
    }

    async fn apply(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let run: Run = approval::command(payload)?;
        let all = payments(unit, &run).await?;
        let subjects: Vec<i64> = all.iter().filter_map(|p| p.subject).collect();
        unit.bulk(&subjects, &["kodomo.payment", "kodomo.account"]);
        let serial = case::next_number(&mut unit.tx, "transfer").await?;
        let transfer = Transfer {
            id: 0,
            number: format!("支出-{serial:06}"),
            office: unit.staff().office().into(),
            pay_on: run.pay_on,
            count: i64::try_from(all.len()).unwrap_or(i64::MAX),
            total: all.iter().map(|p| p.amount).sum(),
            state: "made".into(),
            file_id: None,
            approved_by: Some(unit.staff().name.clone()),
            created_at: unit.now(),
        };
        let id = transfer.insert(&mut unit.tx).await?;
        let mut lines = vec![];
        for payment in &all {
            if !store::send(&mut unit.tx, payment.id, id, run.pay_on).await? {
                return Err(Fault::conflict(
                    "支払の一つを送れません",
                    "起案の後に状態が変わりました。差し戻して作り直してください",
                ));
            }
            let reference = u64::try_from(payment.id).unwrap_or_default();
            lines.push(Line { account: store::open_account(unit.city().keys(), payment)?, amount: payment.amount, reference });
        }
        let bytes = zengin::write(&(self.orderer)(unit.city().profile(), run.pay_on)?, run.pay_on, &lines)
            .map_err(|e| Fault::conflict("全銀ファイルを作れません", e.to_string()))?;
        let name = format!("{}.txt", transfer.number);
        let case = unit.staff().case.as_ref().map(|c| c.id);
        let city = unit.city().clone();
        let file = file::store(&mut unit.tx, &city, &name, "application/octet-stream", &bytes, case).await?;
        store::set_file(&mut unit.tx, id, file).await?;
        Ok(())
    }

    async fn discard(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let run: Run = approval::command(payload)?;
        for id in run.payments {
            store::release(&mut unit.tx, id).await?;
        }
        Ok(())
    }
}
