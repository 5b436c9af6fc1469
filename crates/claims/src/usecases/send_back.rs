//! What is done with findings: 再審査等請求 to 支払基金, 過誤申立 to 国保連, or 不当利得返還 from the guardian; each after 決裁.

use crate::model::{FindingRow, StoredReceipt};
use crate::store;
use async_trait::async_trait;
use kernel::Yen;
use kernel::time::YearMonth;
use platform::approval::{self, Act, DiffLine, Draft, NewDraft, Proposal};
use platform::{Fault, Unit};
use receipts::Examiner;
use serde::{Deserialize, Serialize};

/// 専決規程 of sending back: the 係長 decides (みなと市事務専決規程別表2, `claims.send_back`).
pub const RANK: (i64, &str) = (2, "みなと市事務専決規程別表2");

/// Ways of handling a finding.
pub const ROUTES: [&str; 4] = ["再審査等請求", "過誤申立", "返還請求", "問題なし"];
/// How much of a 併用 receipt is sent back.
pub const SCOPES: [&str; 2] = ["公費分のみ", "全体"];

/// The draft.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Handling {
    /// 審査月 of the findings.
    pub month: YearMonth,
    /// Findings.
    pub findings: Vec<i64>,
    /// One of [`ROUTES`].
    pub route: String,
    /// One of [`SCOPES`].
    pub scope: String,
    /// Word of the clerk.
    pub note: Option<String>,
}

/// Drafts what is done with findings.
///
/// # Errors
/// Nothing chosen; a route that the sender does not know (支払基金 takes 再審査等請求, 国保連 過誤申立); 問題なし without a word why.
pub async fn draft(unit: &mut Unit, handling: &Handling, rank: (i64, &str)) -> Result<i64, Fault> {
    if handling.findings.is_empty() {
        return Err(Fault::field("finding", "扱う所見を選んでください"));
    }
    if handling.route == "問題なし" && handling.note.is_none() {
        return Err(Fault::field("note", "問題なしとする理由を書いてください"));
    }
    let mut total = Yen::ZERO;
    for id in &handling.findings {
        let finding = store::finding(&mut unit.tx, *id).await?;
        let receipt = store::receipt(&mut unit.tx, finding.receipt_id).await?;
        let right = match handling.route.as_str() {
            "再審査等請求" => receipt.sender == i64::from(Examiner::PaymentFund.code()),
            "過誤申立" => receipt.sender == i64::from(Examiner::HealthFederation.code()),
            _ => true,
        };
        if !right {
            return Err(Fault::field(
                "route",
                "支払基金のレセプトは再審査等請求、国保連のレセプトは過誤申立です。請求元ごとに選んでください",
            ));
        }
        if !store::draft_finding(&mut unit.tx, *id, &handling.route, &handling.scope, handling.note.as_deref()).await? {
            return Err(Fault::conflict("選んだ所見の一つは起案できません", "既に扱われています"));
        }
        total += finding.amount;
    }
    let title = format!("{} {}件 {total}", handling.route, handling.findings.len());
    approval::draft(
        unit,
        NewDraft { act: "claims.send_back", title: &title, command: handling, subjects: &[], rank: rank.0, rule_ja: rank.1 },
    )
    .await
}

/// The act.
pub struct SendBack;

async fn load(unit: &mut Unit, handling: &Handling) -> Result<Vec<(FindingRow, StoredReceipt)>, Fault> {
    let mut all = vec![];
    for id in &handling.findings {
        let finding = store::finding(&mut unit.tx, *id).await?;
        let receipt = store::receipt(&mut unit.tx, finding.receipt_id).await?;
        all.push((finding, receipt));
    }
    let subjects: Vec<i64> = all.iter().filter_map(|(_, r)| r.subject).collect();
    unit.bulk(&subjects, &["kodomo.receipt"]);
    Ok(all)
}

#[async_trait]
impl Act for SendBack {
    fn code(&self) -> &'static str {
        "claims.send_back"
    }

    fn group(&self) -> &'static str {
        "kodomo.receipt"
    }

    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let handling: Handling = approval::command(payload)?;
        let all = load(unit, &handling).await?;
        let lines = all
            .iter()
            .map(|(finding, receipt)| DiffLine {
                item_ja: format!("{} {} {}", receipt.recipient_no, receipt.institution_name, receipt.care_month.wareki()),
                now_ja: format!("{} {}", finding.kind, finding.amount),
                draft_ja: format!("{} {}", handling.route, handling.scope),
                reason_ja: finding.text_ja.clone(),
            })
            .collect();
        let next = match handling.route.as_str() {
            "返還請求" => "保護者への返還請求へ進む",
            "問題なし" => "所見を問題なしとして閉じる",
            _ => "請求元へ送り、後の審査月の減額で閉じる",
        };
        Ok(Proposal {
            about_ja: handling.note.clone().unwrap_or_default(),
            lines,
            next_ja: vec![next.into()],
            ..Proposal::default()
        })
    }

    async fn apply(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let handling: Handling = approval::command(payload)?;
        load(unit, &handling).await?;
        let state = match handling.route.as_str() {
            "返還請求" => "recovering",
            "問題なし" => "accepted",
            _ => "sent",
        };
        let month = YearMonth::of(unit.today());
        for id in &handling.findings {
            if !store::decide_finding(&mut unit.tx, *id, state, month).await? {
                return Err(Fault::conflict("所見の一つを扱えません", "起案の後に状態が変わりました"));
            }
        }
        store::judge(&mut unit.tx, handling.month).await?;
        Ok(())
    }

    async fn discard(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let handling: Handling = approval::command(payload)?;
        for id in &handling.findings {
            store::reopen_finding(&mut unit.tx, *id).await?;
        }
        Ok(())
    }
}
