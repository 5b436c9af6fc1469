//! What comes after the card: 停止 and 解除, 再交付 and 回収, facts that are entered again, a claim that is refused, a finding that
//! the sender takes back and one that a family pays back, names for the receipts, and 支援措置.

use super::family::{ELDER, find};
use super::money::{applicant, take, who};
use super::{Cast, check, list, number, send, text};
use crate::demo::browser::Browser;
use anyhow::Context;
use serde_json::Value;
use std::time::Duration;

/// 停止, its 解除, a lost card, and evidence that is entered a second time: nothing is overwritten.
pub(super) async fn card_and_evidence(cast: &mut Cast) -> anyhow::Result<()> {
    println!("資格のその後");
    let child = find(cast, ELDER).await?;
    let base = format!("/kodomo/person/{child}");
    let clerk = cast.at("2001")?;
    clerk.open("/").await?;
    send(clerk, "/case", &[("title", "資格の変更の届出"), ("ground", "受付")]).await?;
    for (from, reason, state) in [("令和8年11月20日", "所在不明", "停止中"), ("令和8年11月20日", "所在の判明", "受給中")]
    {
        let clerk = cast.at("2001")?;
        let release = if state == "受給中" { "yes" } else { "" };
        clerk.open(&format!("{base}/suspend")).await?;
        send(clerk, &format!("{base}/suspend"), &[("from", from), ("reason", reason), ("release", release)]).await?;
        cast.approve("2002", "kodomo.change", &[]).await?;
        let view = cast.at("2001")?.api(&base).await?;
        check(&format!("{reason}: 決裁のあと {state}"), text(&view, "status") == state)?;
    }
    let clerk = cast.at("2001")?;
    let old = clerk.api(&base).await?.pointer("/cards/0/id").and_then(Value::as_i64).context("医療証がありません")?;
    clerk.open(&base).await?;
    send(clerk, &format!("{base}/reissue"), &[("reason", "紛失")]).await?;
    cast.approve("2002", "kodomo.reissue", &[]).await?;
    let clerk = cast.at("2001")?;
    clerk.open(&base).await?;
    send(clerk, &format!("/kodomo/cards/{old}/collect"), &[("on", "令和8年11月20日"), ("how", "破棄の届出")]).await?;
    let view = clerk.api(&base).await?;
    let cards = list(&view, "cards");
    let collected = |c: &&Value| c.get("collected") == Some(&true.into());
    check("紛失の再交付で新しい医療証が出て、古い証は回収済み", cards.len() >= 2 && cards.iter().filter(collected).count() == 1)?;
    again(clerk, &child).await?;
    let ledger = clerk.api(&format!("{base}/ledger")).await?;
    let kept = ledger.pointer("/registers/medical_aid_insurance").and_then(Value::as_array).map_or(0, Vec::len);
    let page = clerk.open(&format!("{base}/ledger")).await?;
    check("台帳に、この課が登録した全項目が載る", kept > 0 && page.contains("保険者電話番号") && page.contains("06-0000-0000"))
}

/// The same facts again, with what was missing.
async fn again(clerk: &mut Browser, child: &str) -> anyhow::Result<()> {
    let base = format!("/kodomo/person/{child}");
    let insurance = [
        ("class", "組合健保"),
        ("insurer_no", "06270011"),
        ("insurer_name", "みなと港湾健康保険組合"),
        ("insurer_postal", "5520000"),
        ("insurer_address", "大阪府みなと市中央区港町"),
        ("insurer_phone", "06-0000-0000"),
        ("symbol", "77"),
        ("insured_no", "1008"),
        ("insured_name", "辻永 健一"),
        ("relation", "家族"),
        ("valid_from", "令和8年11月20日"),
        ("checked_on", "令和8年11月20日"),
    ];
    clerk.open(&format!("{base}/insurance")).await?;
    send(clerk, &format!("{base}/insurance"), &insurance).await?;
    for (kind, day) in [("", "令和8年11月20日"), ("ひとり親家庭医療", "令和8年11月20日"), ("ひとり親家庭医療", "令和8年11月20日")]
    {
        let mut form = vec![("checked_on", day), ("how", "照会")];
        if !kind.is_empty() {
            form.extend([("kind", kind), ("valid_from", "令和8年4月1日"), ("valid_to", "令和8年5月31日")]);
        }
        clerk.open(&format!("{base}/relief")).await?;
        send(clerk, &format!("{base}/relief"), &form).await?;
    }
    for school in ["みなと第一小学校", "みなと第二小学校"] {
        let form = [
            ("filed_on", "令和8年11月20日"),
            ("school", school),
            ("valid_from", "令和8年4月1日"),
            ("valid_to", "令和9年3月31日"),
            ("guardian_in_city", "yes"),
        ];
        clerk.open(&format!("{base}/school")).await?;
        send(clerk, &format!("{base}/school"), &form).await?;
    }
    Ok(())
}

/// A claim below the co-payment is refused with reasons; another is held until the insurer has decided.
pub(super) async fn refused_and_held(cast: &mut Cast, recipient: &str) -> anyhow::Result<()> {
    println!("不支給と保留");
    let child = who(cast, recipient).await?;
    take(cast, &child).await?;
    let path = format!("/kodomo/person/{child}/claim");
    let clerk = cast.at("2001")?;
    let page = clerk.open(&path).await?;
    let applicant = applicant(page)?;
    let common = [
        ("applicant", applicant.as_str()),
        ("aid_kind", "府外受診"),
        ("claimed_on", "令和8年9月1日"),
        ("receipt_on", "令和8年8月20日"),
        ("ward", "中央区"),
        ("institution", "隣県医院"),
        ("care_kind", "医科"),
        ("high_cost_state", "なし"),
        ("bank", "0005"),
        ("branch", "001"),
        ("kind", "1"),
        ("number", "4815934"),
        ("holder", "シミン タロウ"),
    ];
    let small = [
        ("place", "入院"),
        ("days", "令和8年8月19日 令和8年8月20日"),
        ("charge", "900"),
        ("daily", "450 450"),
        ("total_cost", "3000"),
        ("additional_state", "なし"),
        ("meal_unit", "510"),
        ("meal_count", "4"),
        ("uninsured", "1100"),
    ];
    clerk.open(&path).await?;
    send(clerk, &path, &[common.as_slice(), &small].concat()).await?;
    let claim = clerk.address.clone();
    clerk.open(&claim).await?;
    send(clerk, &format!("{claim}/draft"), &[]).await?;
    cast.approve("2003", "kodomo.claim", &["不支給"]).await?;
    let clerk = cast.at("2001")?;
    let decided = clerk.api(&claim).await?;
    let decision = number(&decided, "decision_id").context("決定がありません")?;
    let pdf = clerk.fetch(&format!("/kodomo/decisions/{decision}/print")).await?;
    let words = decided.to_string();
    check(
        "自己負担額までの支払は0円になり、不支給決定通知書(理由・教示つき)が出る",
        words.contains("不支給") && pdf.starts_with(b"%PDF"),
    )?;
    let waiting = [
        ("place", "外来"),
        ("days", "令和8年8月20日"),
        ("charge", "6000"),
        ("total_cost", "20000"),
        ("additional_state", "決定待ち"),
    ];
    clerk.open(&path).await?;
    send(clerk, &path, &[common.as_slice(), &waiting].concat()).await?;
    let claim = clerk.address.clone();
    clerk.open(&claim).await?;
    send(clerk, &format!("{claim}/draft"), &[]).await?;
    let held = clerk.api(&claim).await?;
    check("附加給付の決定を待つ請求は、保留のまま残る", text(&held, "state") == "保留")
}

/// The official masters give the codes of a receipt their names.
pub(super) async fn names(cast: &mut Cast) -> anyhow::Result<()> {
    println!("基本マスター");
    // Two rows of the official layouts, in Shift_JIS: 初診料, and a drug with its unit 錠.
    let row = |width: usize, filled: &[(usize, &[u8])]| -> Vec<u8> {
        let cell = |n| filled.iter().find(|(at, _)| *at == n).map_or(b"0".as_slice(), |(_, value)| *value);
        [(0..width).map(cell).collect::<Vec<_>>().join(&b','), b"\r\n".to_vec()].concat()
    };
    let act = row(88, &[(1, b"S"), (2, b"111000110"), (4, b"\x8f\x89\x90\x66\x97\xbf"), (9, b"")]);
    let drug = row(42, &[(1, b"Y"), (2, b"620000001"), (4, b"ACETAMINOPHEN 200mg"), (9, b"\x8f\xf9")]);
    let clerk = cast.at("2001")?;
    clerk.open("/claims/masters").await?;
    let files = [("file", "s.csv", act.as_slice()), ("file", "y.csv", drug.as_slice())];
    clerk.upload("/claims/masters", &[("valid_from", "令和8年4月1日")], &files).await?;
    let mut visible = 0;
    for _ in 0..80 {
        let view = clerk.api("/claims/masters").await?;
        visible = list(&view, "masters").iter().filter(|m| text(m, "state") == "visible").count();
        if visible == files.len() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    check("医科診療行為と医薬品の公式マスターの名称を取り込んだ", visible == files.len())
}

/// A finding that the sender accepts comes back as a negative line of a later bill, and one that the family owes is paid back.
pub(super) async fn taken_back_and_paid_back(cast: &mut Cast) -> anyhow::Result<()> {
    println!("過誤調整と返還金");
    let clerk = cast.at("2001")?;
    let months = clerk.api("/claims").await?;
    let month = list(&months, "months").first().and_then(|m| m.get("month")).map(|m| m.to_string().replace('"', ""));
    let page = format!("/claims/{}/findings", month.context("審査月がありません")?);
    let found = clerk.api(&page).await?;
    let sent = list(&found, "findings").iter().find(|f| text(f, "state") == "sent").and_then(|f| number(f, "receipt"));
    let receipt = clerk.api(&format!("/claims/receipts/{}", sent.context("申し立てた所見がありません")?)).await?;
    let (management_no, share) = (text(&receipt, "management_no").to_owned(), number(&receipt, "city_share").unwrap_or_default());
    let lines = format!("{management_no},-{share},再審査");
    let amount = format!("-{share}");
    let bill = [
        ("sender", "1"),
        ("count", "0"),
        ("amount", amount.as_str()),
        ("fee_count", "0"),
        ("fee_amount", "0"),
        ("due", "令和9年1月20日"),
        ("lines", &lines),
    ];
    clerk.open("/claims/202612").await?;
    send(clerk, "/claims/202612/bills", &bill).await?;
    let view = clerk.api("/claims/202612").await?;
    let blocked = list(&view, "bills").iter().any(|b| !list(b, "obstacles").is_empty());
    let after = clerk.api(&page).await?;
    let closed = list(&after, "findings").iter().any(|f| text(f, "state") == "closed");
    check("翌月の請求の過誤調整で、申し立てた所見が閉じる", closed && !blocked)?;

    let open = || list(&after, "findings").iter().filter(|f| text(f, "state") == "open");
    let outside = open().find(|f| ["資格取得前受診", "資格喪失後受診"].contains(&text(f, "kind")));
    // Who is not known cannot be asked for money back.
    let open = outside.or_else(|| open().find(|f| text(f, "kind") != "該当者なし")).and_then(|f| number(f, "id"));
    let open = open.context("扱っていない所見がありません")?.to_string();
    clerk.open(&page).await?;
    let form = [("finding", open.as_str()), ("route", "返還請求"), ("scope", "公費分のみ"), ("note", "資格のない日の受診")];
    send(clerk, &page, &form).await?;
    cast.approve("2003", "claims.send_back", &[]).await?;
    let clerk = cast.at("2001")?;
    let mut demand = None;
    for _ in 0..80 {
        let view = clerk.api("/payments/demands").await?;
        demand = list(&view, "demands").first().cloned();
        if demand.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    let demand = demand.context("返還金がありません")?;
    let (id, amount) = (number(&demand, "id").context("番号がありません")?, number(&demand, "amount").unwrap_or_default());
    let path = format!("/payments/demands/{id}");
    for (paper, name) in [("notice", "返還決定通知書"), ("slip", "納付書")] {
        let pdf = clerk.fetch(&format!("{path}/{paper}")).await?;
        check(&format!("返還金 {amount}円の{name}がPDFで出る"), pdf.starts_with(b"%PDF"))?;
    }
    let amount = amount.to_string();
    clerk.open(&path).await?;
    let form = [("received_on", "令和8年11月20日"), ("amount", amount.as_str()), ("channel", "納付書")];
    send(clerk, &format!("{path}/incomes"), &form).await?;
    let paid = clerk.api(&path).await?;
    check("納められて、完納になる", text(&paid, "closed_on") == "2026-11-20")
}

/// 支援措置 begins with the 申出, and 係長 and 課長 alone can see that it exists.
pub(super) async fn protection(cast: &mut Cast) -> anyhow::Result<()> {
    println!("支援措置");
    let chief = cast.at("1002")?;
    chief.open("/").await?;
    send(chief, "/case", &[("title", "支援措置の申出"), ("ground", "申請")]).await?;
    let hits = chief.api(&format!("/juki/search?q={}", webkit::server::encode("サト"))).await?;
    let person = list(&hits, "hits").first().map(|h| text(h, "atena_no").to_owned()).context("該当がありません")?;
    chief.open("/juki/search").await?;
    send(chief, &format!("/juki/person/{person}/take"), &[]).await?;
    chief.open(&format!("/juki/person/{person}")).await?;
    send(chief, &format!("/juki/person/{person}/protect"), &[("ground", "DV"), ("opponent", "配偶者")]).await?;
    let clerk = cast.at("1001")?;
    clerk.open("/juki/search").await?;
    send(clerk, &format!("/juki/person/{person}/take"), &[]).await?;
    let seen = clerk.open(&format!("/juki/person/{person}/ledger")).await?.to_owned();
    let chief = cast.at("1002")?;
    let known = chief.open(&format!("/juki/person/{person}/ledger")).await?.to_owned();
    check("申出の日から、係員の画面に住所も相手方も出ない", !seen.contains("配偶者") && known.contains("配偶者"))
}
