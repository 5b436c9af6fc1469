//! Money that goes to families: 自動償還, and a 償還払い that waits, is paid, comes back from the bank and is paid once more.

use super::{Cast, check, list, number, send, text};
use anyhow::Context;
use kernel::time::{Date, age_on};
use serde_json::Value;

/// Looks at a queue that the outbox fills, before the story gives up, a quarter of a second apart.
const PATIENCE: usize = 80;
/// First day of the stay that is claimed.
const STAY: Date = Date::constant(2026, 6, 10);

/// The month that was just checked made somebody pay more than the monthly cap: found, drafted, decided.
pub(super) async fn refund(cast: &mut Cast) -> anyhow::Result<()> {
    println!("自動償還");
    let clerk = cast.at("2001")?;
    let mut open = None;
    for _ in 0..PATIENCE {
        let view = clerk.api("/kodomo/claims").await?;
        open = list(&view, "refunds").iter().find(|r| text(r, "state") == "open").cloned();
        if open.is_some() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
    let open = open.context("月の上限を超えた人が見つかりません")?;
    let (id, excess) = (number(&open, "id").context("番号がありません")?, number(&open, "excess").unwrap_or_default());
    let child = who(cast, text(&open, "recipient_no")).await?;
    take(cast, &child).await?;
    let path = format!("/kodomo/refunds/{id}");
    let clerk = cast.at("2001")?;
    clerk.open(&path).await?;
    send(clerk, &format!("{path}/draft"), &[]).await?;
    cast.approve("2003", "kodomo.refund", &[]).await?;
    let after = cast.at("2001")?.api(&path).await?;
    check(
        &format!("医療機関をまたぐ月の上限を超えた {excess}円 を、申請なしで償還する"),
        excess > 0 && number(&after, "granted") == Some(excess),
    )
}

/// 宛名番号 of a recipient.
pub(super) async fn who(cast: &mut Cast, recipient: &str) -> anyhow::Result<String> {
    let found = cast.at("2001")?.api(&format!("/kodomo/recipients?q={recipient}")).await?;
    let hit = list(&found, "recipients").first().map(|r| text(r, "atena_no").to_owned());
    hit.with_context(|| format!("受給者 {recipient} が見つかりません"))
}

/// Whom the form proposes as the one who asks for money.
pub(super) fn applicant(page: &str) -> anyhow::Result<String> {
    let field =
        page.split("name=\"applicant\"").nth(1).and_then(|t| t.split("value=\"").nth(1)).and_then(|v| v.split('"').next());
    Ok(field.context("申請者の欄がありません")?.to_owned())
}

/// Takes a child into the open case.
pub(super) async fn take(cast: &mut Cast, child: &str) -> anyhow::Result<()> {
    let clerk = cast.at("2001")?;
    clerk.open(&format!("/kodomo/person/{child}")).await?;
    Ok(())
}

/// Out of the prefecture, with 高額療養費 decided and 附加給付 pending: held; the notice comes; decided by another; returned; paid once.
pub(super) async fn reimburse(cast: &mut Cast, made: &synth::City) -> anyhow::Result<()> {
    println!("償還払い");
    let recipient = patient(made).context("償還払いを受ける子が合成の市にいません")?;
    let child = who(cast, &recipient).await?;
    take(cast, &child).await?;
    let clerk = cast.at("2001")?;
    let path = format!("/kodomo/person/{child}/claim");
    let page = clerk.open(&path).await?;
    let applicant = applicant(page)?;
    let form = [
        ("applicant", applicant.as_str()),
        ("aid_kind", "府外受診"),
        ("claimed_on", "令和8年8月3日"),
        ("receipt_on", "令和8年6月30日"),
        ("ward", "中央区"),
        ("institution", "隣県病院"),
        ("care_kind", "医科"),
        ("place", "入院"),
        ("days", "令和8年6月10日 令和8年6月11日 令和8年6月12日"),
        ("charge", "84340"),
        ("total_cost", "281130"),
        ("high_cost_state", "決定"),
        ("high_cost", "4101"),
        ("additional_state", "決定待ち"),
        ("bank", "0005"),
        ("branch", "001"),
        ("kind", "1"),
        ("number", "4815934"),
        ("holder", "シミン タロウ"),
    ];
    send(clerk, &path, &form).await?;
    let claim = clerk.address.clone();
    clerk.open(&claim).await?;
    send(clerk, &format!("{claim}/draft"), &[]).await?;
    let held = clerk.api(&claim).await?;
    check(
        "附加給付が決まるまで保留にし、払わない",
        text(&held, "state") == "保留" && held.get("amount").is_none_or(Value::is_null),
    )?;
    clerk.open(&claim).await?;
    let notice = [("kind", "附加給付"), ("amount", "55200"), ("number", "組第88号"), ("on", "令和8年9月10日")];
    send(clerk, &format!("{claim}/notice"), &notice).await?;
    let judged = clerk.api(&claim).await?;
    check("通知のあとの支給額は 24,039円", number(&judged, "amount") == Some(24_039))?;
    clerk.open(&claim).await?;
    send(clerk, &format!("{claim}/draft"), &[]).await?;
    cast.approve("2002", "kodomo.claim", &["24,039円"]).await?;
    let clerk = cast.at("2001")?;
    let decided = clerk.api(&claim).await?;
    let decision = number(&decided, "decision_id").context("決定がありません")?;
    let pdf = clerk.fetch(&format!("/kodomo/decisions/{decision}/print")).await?;
    check("支給決定通知書がPDFで出る", pdf.starts_with(b"%PDF"))?;
    transfer(cast, "1回目の振込").await?;
    let clerk = cast.at("2001")?;
    clerk.open("/payments").await?;
    let paid = of_claim(&clerk.api("/payments").await?, &claim, "sent");
    let first = paid.first().context("支払がありません")?;
    send(clerk, &format!("/payments/{first}/return"), &[("reason", "口座相違")]).await?;
    clerk.open(&claim).await?;
    let account = [("bank", "0005"), ("branch", "002"), ("kind", "1"), ("number", "4815942"), ("holder", "シミン タロウ")];
    send(clerk, &format!("{claim}/repay"), &account).await?;
    clerk.open(&claim).await?;
    clerk.post(&format!("{claim}/repay"), &account).await?;
    check("再振込は一度だけ", clerk.status.is_client_error())?;
    transfer(cast, "再振込").await?;
    let view = cast.at("2001")?.api("/payments").await?;
    let (back, sent) = (of_claim(&view, &claim, "returned"), of_claim(&view, &claim, "sent"));
    check("銀行から返った1件と、払い直した1件だけが残る", back.len() == 1 && sent.len() == 1)
}

/// 府補助の実績 counts every receipt and claim of the year once.
pub(super) async fn subsidy(cast: &mut Cast, receipts: i64) -> anyhow::Result<()> {
    println!("府補助の実績");
    let clerk = cast.at("2001")?;
    let view = clerk.api("/kodomo/subsidy").await?;
    let count = |way: &str| -> i64 {
        list(&view, "lines").iter().filter(|l| text(l, "way") == way).filter_map(|l| number(l, "count")).sum()
    };
    let (in_kind, cash) = (count("現物給付"), count("償還払い"));
    let pdf = clerk.fetch("/kodomo/subsidy/print").await?;
    check(
        &format!("現物給付 {in_kind}件、償還払い {cash}件を、府補助分と市単独分に分けて印刷した"),
        in_kind == receipts && cash >= 1 && pdf.starts_with(b"%PDF"),
    )
}

/// Payments of a claim in a state.
fn of_claim(view: &Value, claim: &str, state: &str) -> Vec<i64> {
    let id = claim.rsplit('/').next().unwrap_or_default();
    let origin = format!("claim:{id}");
    let mine = |p: &&Value| text(p, "origin").ends_with(&origin) && text(p, "state") == state;
    list(view, "payments").iter().filter(mine).filter_map(|p| number(p, "id")).collect()
}

/// Everything that waits for families is drafted as one run, decided by the 課長, and the bank file leaves.
async fn transfer(cast: &mut Cast, what: &str) -> anyhow::Result<()> {
    let clerk = cast.at("2001")?;
    clerk.open("/payments").await?;
    let view = clerk.api("/payments").await?;
    let open: Vec<String> = list(&view, "payments")
        .iter()
        .filter(|p| text(p, "state") == "open" && text(p, "origin").contains("kodomo"))
        .filter_map(|p| number(p, "id"))
        .map(|id| id.to_string())
        .collect();
    let mut form: Vec<(&str, &str)> = open.iter().map(|id| ("payment", id.as_str())).collect();
    form.push(("pay_on", "令和8年12月10日"));
    send(clerk, "/payments/transfers", &form).await?;
    cast.approve("2003", "payments.transfer", &[]).await?;
    let view = cast.at("2001")?.api("/payments").await?;
    let run = list(&view, "transfers").iter().filter_map(|t| number(t, "id")).max().context("振込がありません")?;
    let head = cast.at("2003")?;
    head.open("/").await?;
    send(head, "/case", &[("title", "全銀ファイルの持出し"), ("ground", "申請")]).await?;
    let file = head.fetch(&format!("/payments/transfers/{run}/file")).await?;
    let records: Vec<&[u8]> =
        file.split(|b| *b == b'\n').map(|l| l.strip_suffix(b"\r").unwrap_or(l)).filter(|l| !l.is_empty()).collect();
    let even = records.iter().all(|r| r.len() == 120) || file.len() % 120 == 0;
    check(
        &format!("{what}: 全銀ファイル {}件を課長の決裁で作り、持ち出した", open.len()),
        !open.is_empty() && even && file.first() == Some(&b'1'),
    )
}

/// A child between 7 and 14 who was entitled during the stay and still is.
pub(super) fn patient(made: &synth::City) -> Option<String> {
    let today = made.today;
    made.households()
        .flat_map(|h| {
            let born: Vec<(u64, Option<Date>)> = h.people.iter().map(|p| (p.serial, p.birth().exact())).collect();
            h.aids.into_iter().map(move |aid| (born.iter().find(|b| b.0 == aid.child).and_then(|b| b.1), aid))
        })
        .filter(|(birth, aid)| birth.is_some_and(|b| (7..=14).contains(&age_on(b, STAY))) && aid.guardian.is_some())
        .filter(|(_, aid)| [STAY, today].iter().all(|day| aid.valid_periods().any(|p| p.contains(*day))))
        .filter(|(_, aid)| aid.insurance_on(STAY).is_some() && aid.reliefs.is_empty() && aid.other_laws.is_empty())
        .find_map(|(_, aid)| aid.recipient_no.map(|n| n.as_str().to_owned()))
}
