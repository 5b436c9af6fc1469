//! What is done with findings: 再審査等請求 to 支払基金, 過誤申立 to 国保連, or 不当利得返還 from the guardian; each after 決裁.

use crate::model::{FindingRow, StoredReceipt};
use crate::scheme::Scheme;
use crate::store;
use async_trait::async_trait;
use kernel::Yen;
use kernel::time::{YearMonth, fiscal_year};
use payments::NewDemand;
use platform::approval::{self, Act, DiffLine, Draft, NewDraft, Proposal};
use platform::{Fault, Unit, case};
use receipts::Examiner;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

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
/// Nothing chosen; a route that the sender does not know (支払基金 takes 再審査等請求, 国保連 過誤申立); 問題なし without a word why; 返還請求 about a
/// receipt whose person is not known.
pub async fn draft(unit: &mut Unit, handling: &Handling, scheme: &dyn Scheme) -> Result<i64, Fault> {
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
        if handling.route == "返還請求" && receipt.subject.is_none() {
            let why = "受給者の分からないレセプトは返還請求できません。請求元への申立てを選んでください";
            return Err(Fault::field("route", why));
        }
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
    let act = if handling.route == "返還請求" { "child_medical.recovery" } else { "claims.send_back" };
    let (rank, rule_ja) =
        scheme.rank(act, total, unit.today()).ok_or_else(|| Fault::refused("この扱いを決裁できる職が専決規程にありません"))?;
    let new = NewDraft { act: "claims.send_back", title: &title, command: handling, subjects: &[], rank, rule_ja: &rule_ja };
    approval::draft(unit, new).await
}

/// The act.
pub struct SendBack {
    /// Who knows whom to ask for money.
    pub scheme: Arc<dyn Scheme>,
}

impl SendBack {
    /// 不当利得返還: the city's share of a receipt is asked back from the guardian.
    async fn demand(&self, unit: &mut Unit, finding: &FindingRow, receipt: &StoredReceipt) -> Result<(), Fault> {
        let subject = receipt.subject.ok_or_else(|| Fault::missing("受給者"))?;
        let debtor = self.scheme.debtor(unit, subject).await?;
        let care = receipt.care_month.wareki();
        let demanded = NewDemand {
            origin: &format!("claims.finding:{}", finding.id),
            title: &format!("子ども医療費 {care}診療分 返還金"),
            subject,
            debtor: &debtor,
            amount: finding.amount,
            reason: &format!("{care}診療分のうち市が負担した額。{}: {}", finding.kind, finding.text_ja),
            article: "民法703条",
            document_no: None,
        };
        payments::demand(unit, demanded).await.map(|_| ())
    }
}

/// 文書番号 of the request to a sender: one a month.
async fn document_no(unit: &mut Unit, sender: i64) -> Result<String, Fault> {
    let today = unit.today();
    if let Some(known) = store::document(&mut unit.tx, YearMonth::of(today), sender).await? {
        return Ok(known);
    }
    let serial = case::next_number(&mut unit.tx, "claims-document").await?;
    Ok(format!("医年請第{}-{serial}号", fiscal_year(today) - 2018))
}

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
            "返還請求" => "返還金に登録し、通知書と納付書を送る",
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
        let all = load(unit, &handling).await?;
        let today = unit.today();
        for (finding, receipt) in &all {
            let (state, document) = match handling.route.as_str() {
                "返還請求" => ("recovering", None),
                "問題なし" => ("accepted", None),
                _ => ("sent", Some(document_no(unit, receipt.sender).await?)),
            };
            if !store::decide_finding(&mut unit.tx, finding.id, state, today, document.as_deref()).await? {
                return Err(Fault::conflict("所見の一つを扱えません", "起案の後に状態が変わりました"));
            }
            if state == "recovering" {
                self.demand(unit, finding, receipt).await?;
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
