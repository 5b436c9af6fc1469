//! A month of receipts, from the senders' files to the decided payment.

use super::{Cast, check, list, number, send, text, visible};
use crate::demo::browser::Browser;
use anyhow::{Context, bail};
use kernel::Yen;
use kernel::time::{YearMonth, wareki};
use serde_json::Value;
use std::time::Duration;
use synth::month::Bill;

/// Receipts of the month.
const RECEIPTS: usize = 10_500;
/// Looks at a job before the story gives up, a quarter of a second apart.
const PATIENCE: usize = 240;

/// Plays the month as 2001 and 2003 of the 医療年金課; answers how many receipts it had.
///
/// # Errors
/// The first thing that did not hold.
pub(super) async fn play(cast: &mut Cast, made: &synth::City, plant: Option<&str>) -> anyhow::Result<i64> {
    println!("レセプトの月");
    let month = YearMonth::of(made.today);
    let sent = made.receipt_month(month, RECEIPTS);
    let page = format!("/claims/{}", month.compact());
    let clerk = cast.at("2001")?;
    clerk.open("/").await?;
    clerk.post("/case", &[("title", "レセプトの審査月"), ("ground", "通知")]).await?;
    let files: Vec<(&str, &str, &[u8])> = sent.files.iter().map(|f| ("file", f.name.as_str(), f.bytes.as_slice())).collect();
    upload(clerk, month, &files).await?;
    let shown = until(clerk, &page, "取込み", |view| !list(view, "files").iter().any(|f| text(f, "state") == "received")).await?;
    check(
        &format!("{}ファイル {}件を、合計を確かめて取り込んだ", sent.files.len(), sent.ledger.len()),
        list(&shown, "files").len() == sent.files.len()
            && list(&shown, "files").iter().all(|f| text(f, "state") == "visible")
            && number(&shown, "total") == i64::try_from(sent.ledger.len()).ok(),
    )?;
    upload(clerk, month, &files).await?;
    let again = clerk.api(&page).await?;
    check("同じファイルをもう一度送っても、何も変わらない", again == shown)?;

    clerk.open(&page).await?;
    clerk.post(&format!("{page}/check"), &[]).await?;
    until(clerk, &page, "資格突合", |view| !list(view, "checks").is_empty()).await?;
    findings(clerk, &page, &sent).await?;

    send_back(cast, &page).await?;
    for bill in &sent.bills {
        bills(cast, &page, bill, plant).await?;
    }
    Ok(i64::try_from(sent.ledger.len()).unwrap_or_default())
}

async fn upload(clerk: &mut Browser, month: YearMonth, files: &[(&str, &str, &[u8])]) -> anyhow::Result<()> {
    clerk.open("/claims").await?;
    clerk.upload("/claims/files", &[("month", &month.wareki())], files).await?;
    if !clerk.status.is_success() {
        bail!("× ファイルを送れません({}): {}", clerk.status, visible(&clerk.page));
    }
    Ok(())
}

/// Asks until the work behind the page is done.
async fn until(clerk: &mut Browser, page: &str, work: &str, done: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
    for _ in 0..PATIENCE {
        let view = clerk.api(page).await?;
        if done(&view) {
            return Ok(view);
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    bail!("× {work}が終わりません")
}

/// What was found is what was planted: the same reasons about the same recipients, nothing missed and nothing invented.
async fn findings(clerk: &mut Browser, page: &str, sent: &synth::ReceiptMonth) -> anyhow::Result<()> {
    let view = clerk.api(&format!("{page}/findings")).await?;
    let mut found: Vec<(String, String)> =
        list(&view, "findings").iter().map(|f| (text(f, "kind").to_owned(), text(f, "recipient_no").to_owned())).collect();
    let mut planted: Vec<(String, String)> = sent.answers.iter().map(|a| (a.expected.to_owned(), a.recipient.clone())).collect();
    found.sort();
    planted.sort();
    for (kind, recipient) in planted.iter().filter(|p| !found.contains(p)) {
        println!("  … 見つからない: {kind} {recipient}");
    }
    for (kind, recipient) in found.iter().filter(|f| !planted.contains(f)) {
        println!("  … 植えていない: {kind} {recipient}");
    }
    let mut kinds: Vec<&str> = planted.iter().map(|(kind, _)| kind.as_str()).collect();
    kinds.dedup();
    check(&format!("植えた誤り{}件({}種)だけが所見になった", planted.len(), kinds.len()), !planted.is_empty() && found == planted)
}

/// One finding of 支払基金 goes back to the sender after 決裁, on the sender's own paper.
async fn send_back(cast: &mut Cast, page: &str) -> anyhow::Result<()> {
    let clerk = cast.at("2001")?;
    let address = format!("{page}/findings");
    let view = clerk.api(&format!("{address}?sender=1")).await?;
    let finding = list(&view, "findings").iter().find(|f| text(f, "state") == "open").and_then(|f| number(f, "id"));
    let finding = finding.context("支払基金の所見がありません")?.to_string();
    clerk.open(&address).await?;
    let form = [("finding", finding.as_str()), ("route", "再審査等請求"), ("scope", "公費分のみ"), ("note", "資格喪失後の受診")];
    send(clerk, &address, &form).await?;
    cast.approve("2003", "claims.send_back", &[]).await?;
    let clerk = cast.at("2001")?;
    let paper = clerk.fetch(&format!("{page}/appeals/1/paper")).await?;
    let view = clerk.api(&address).await?;
    let sent = list(&view, "findings").iter().any(|f| text(f, "state") == "sent");
    check("所見の1件を、決裁を経て支払基金へ再審査等請求した", sent && paper.starts_with(b"%PDF"))
}

/// One yen off blocks the payment; the right bill is drafted by one person and decided by another.
async fn bills(cast: &mut Cast, page: &str, bill: &Bill, plant: Option<&str>) -> anyhow::Result<()> {
    let (sender, code) = (bill.sender.label(), bill.sender.code().to_string());
    let pay = format!("{page}/bills/{code}/pay");
    let clerk = cast.at("2001")?;
    enter(clerk, page, bill, bill.amount + Yen(1)).await?;
    let blocked = obstacles(clerk, page, &code).await?;
    clerk.open(page).await?;
    clerk.post(&pay, &[]).await?;
    let refused = clerk.status.is_client_error();
    check(
        &format!("{sender}: 1円多い請求は支払えない"),
        refused && blocked.len() == 1 && blocked.iter().all(|o| o.contains("1円 多い")),
    )?;
    let wrong = Yen(i64::from(plant == Some("wrong-bill")));
    enter(clerk, page, bill, bill.amount + wrong).await?;
    let left = obstacles(clerk, page, &code).await?;
    for obstacle in &left {
        println!("  … {sender}: {obstacle}");
    }
    check(&format!("{sender}: 請求 {} と手数料 {} がレセプトと円まで一致", bill.amount, bill.fee_amount), left.is_empty())?;
    clerk.open(page).await?;
    clerk.post(&pay, &[]).await?;
    check(&format!("{sender}: 係員が支出を起案した"), clerk.page.contains("支出の決裁待ち"))?;
    cast.approve("2003", "claims.pay_bill", &[&bill.total().to_string()]).await?;
    let clerk = cast.at("2001")?;
    clerk.open(page).await?;
    check(&format!("{sender}: 課長が {} の支払を決裁した", bill.total()), clerk.page.contains("支出決裁済"))
}

async fn enter(clerk: &mut Browser, page: &str, bill: &Bill, amount: Yen) -> anyhow::Result<()> {
    let (code, count, amount, fees) =
        (bill.sender.code().to_string(), bill.count.to_string(), amount.0.to_string(), bill.fee_amount.0.to_string());
    let (fee_count, due) = (bill.fee_count.to_string(), wareki(bill.due));
    let values = [
        ("sender", code.as_str()),
        ("count", &count),
        ("amount", &amount),
        ("fee_count", &fee_count),
        ("fee_amount", &fees),
        ("due", &due),
        ("lines", ""),
    ];
    clerk.open(page).await?;
    send(clerk, &format!("{page}/bills"), &values).await
}

async fn obstacles(clerk: &mut Browser, page: &str, code: &str) -> anyhow::Result<Vec<String>> {
    let view = clerk.api(page).await?;
    let bill = list(&view, "bills")
        .iter()
        .find(|b| b.get("sender").and_then(serde_json::Value::as_u64).is_some_and(|s| Some(s) == code.parse().ok()));
    let bill = bill.context("請求書が画面にありません")?;
    Ok(list(bill, "obstacles").iter().filter_map(|o| o.as_str().map(str::to_owned)).collect())
}
