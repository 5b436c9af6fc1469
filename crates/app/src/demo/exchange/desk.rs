//! 情報連携 at the pages of a city: 正本 handed over, consents, questions and their answers, answers that two clerks release.

use super::hall::{Hall, until};
use super::{ITEM, MEDICAL, TAX};
use crate::cities::DemoCity;
use crate::demo::story::{list, send, text};
use anyhow::{Context, bail};
use kernel::Date;
use kernel::time::wareki;
use serde_json::Value;

/// The tax system hands over 令和8年度 of some people; 副本 stand at the gateway when this returns.
///
/// # Errors
/// A row that is not taken, or a copy that never arrives.
pub async fn hands_over(hall: &mut Hall, taxes: &[(&str, &str)]) -> anyhow::Result<()> {
    hands_over_year(hall, 2026, taxes).await
}

/// The same of a fiscal year.
///
/// # Errors
/// A row that is not taken, or a copy that never arrives.
pub async fn hands_over_year(hall: &mut Hall, year: i16, taxes: &[(&str, &str)]) -> anyhow::Result<()> {
    let row = |(who, amount): &(&str, &str)| format!("登録,{who},{year},{year}-06-01,{}-05-31,{amount}\n", year + 7);
    let rows: String = taxes.iter().map(row).collect();
    // The last row cannot be read: it is listed, and the others go on.
    let file = format!("処理,宛名番号,年度など,公開開始日,公開終了日,{ITEM}\n{rows}登録,123,{year},{year}-06-01,,1\n");
    let [desk, _] = &mut hall.desk;
    desk.open("/exchange/originals").await?;
    let form = [("system", "税システム"), ("data_set", TAX)];
    desk.upload("/exchange/originals", &form, &[("file", &format!("zei_{year}.csv"), file.as_bytes())]).await?;
    until("副本が中間サーバーに登録されません", async || {
        let view = desk.api("/exchange/originals").await?;
        let there = |c: &&Value| text(c, "data_set") == TAX && text(c, "state") == "登録済";
        let copies = list(&view, "copies").iter().find(there).and_then(|c| c.get("records")).and_then(Value::as_u64);
        Ok((copies.unwrap_or_default() >= u64::try_from(taxes.len())?).then_some(()))
    })
    .await
}

/// In which versions the gateway provides 地方税関係情報.
///
/// # Errors
/// The gateway's page refuses.
pub async fn tax_versions(hall: &mut Hall) -> anyhow::Result<Vec<u64>> {
    let view = hall.gateway.api("/gateway/replica").await?;
    let of_tax = list(&view, "data_sets").iter().filter(|set| text(set, "data_set") == TAX);
    Ok(of_tax.filter_map(|set| set.get("version").and_then(Value::as_u64)).collect())
}

/// 正本 and 副本 are compared; answers what the page says of the comparison.
///
/// # Errors
/// No comparison ever ends.
pub async fn compares(hall: &mut Hall) -> anyhow::Result<Value> {
    let [desk, _] = &mut hall.desk;
    let before = desk.api("/exchange").await?;
    desk.open("/exchange/originals").await?;
    send(desk, "/exchange/originals/compare", &[]).await?;
    until("照合が終わりません", async || {
        let view = desk.api("/exchange").await?;
        Ok((view.get("compared_at") != before.get("compared_at")).then_some(view))
    })
    .await
}

/// A consent from its paper.
///
/// # Errors
/// The page refuses.
pub async fn consents(hall: &mut Hall, who: &str, on: Date) -> anyhow::Result<()> {
    hall.aid.open("/exchange/consents").await?;
    let day = wareki(on);
    let form = [
        ("number", who),
        ("procedure", MEDICAL),
        ("data_set", TAX),
        ("given_on", &day),
        ("until", "令和9年3月31日"),
        ("evidence", "交付申請書の同意欄"),
    ];
    send(&mut hall.aid, "/exchange/consents", &form).await
}

/// Asks another city for the tax of a child's parent of 令和8年度; answers the page of the inquiry.
///
/// # Errors
/// The page refuses.
pub async fn asks(hall: &mut Hall, who: &str, child: &str, provider: &DemoCity) -> anyhow::Result<String> {
    hall.aid.open(&format!("/exchange/inquiries/new/{MEDICAL}/{TAX}")).await?;
    let form = [
        ("number", who),
        ("made_for", child),
        ("procedure", MEDICAL),
        ("data_set", TAX),
        ("items", ITEM),
        ("key", "2026"),
        ("provider", provider.institution),
    ];
    send(&mut hall.aid, "/exchange/inquiries", &form).await?;
    let page = hall.aid.address.clone();
    if !page.starts_with("/exchange/inquiries/") {
        bail!("× 照会を登録できません");
    }
    Ok(page)
}

/// An inquiry once it has come out of these states.
///
/// # Errors
/// It never does.
pub async fn comes_back(hall: &mut Hall, page: &str) -> anyhow::Result<Value> {
    until("照会が終わりません", async || {
        let view = hall.aid.api(page).await?;
        Ok((!["送信待ち", "回答待ち"].contains(&text(&view, "state"))).then_some(view))
    })
    .await
}

/// The amount in an answer.
pub fn amount(view: &Value) -> Option<&str> {
    view.pointer(&format!("/records/0/items/{ITEM}")).and_then(Value::as_str)
}

/// An inquiry of another city that waits for staff; answers its page.
///
/// # Errors
/// None ever comes.
pub async fn held(hall: &mut Hall) -> anyhow::Result<String> {
    let [desk, _] = &mut hall.desk;
    let permit = until("確認を待つ照会がありません", async || {
        let view = desk.api("/exchange/provisions").await?;
        Ok(list(&view, "waiting").first().map(|w| text(w, "permit").to_owned()))
    })
    .await?;
    Ok(format!("/exchange/provisions/{permit}"))
}

/// Two clerks look at a held inquiry: one registers what the city holds, the other permits it. Answers what the first one saw.
///
/// # Errors
/// A page that refuses, or that lets one of them do both.
pub async fn two_release(hall: &mut Hall, page: &str) -> anyhow::Result<Value> {
    let [first, second] = &mut hall.desk;
    for clerk in [&mut *first, &mut *second] {
        clerk.open("/exchange/provisions").await?;
        send(clerk, &format!("{page}/take"), &[]).await?;
    }
    let seen = first.api(page).await?;
    first.open(page).await?;
    send(first, &format!("{page}/register"), &[]).await?;
    first.open(page).await?;
    let alone = first.post(&format!("{page}/permit"), &[]).await?;
    if !alone.contains("別の職員") {
        bail!("× 登録した職員が、自分で送信を許可できました");
    }
    second.open(page).await?;
    send(second, &format!("{page}/permit"), &[]).await?;
    Ok(seen)
}

/// The city's copy of the records, once there are so many and each was provided.
///
/// # Errors
/// There never are.
pub async fn records(hall: &mut Hall, how_many: usize) -> anyhow::Result<Vec<Value>> {
    let [desk, _] = &mut hall.desk;
    until("情報提供等記録の控えがそろいません", async || {
        let view = desk.api("/exchange/records").await?;
        let all = list(&view, "records");
        let whole = all.len() == how_many && all.iter().all(|r| r.get("provided_at").is_some_and(Value::is_string));
        Ok(whole.then(|| all.to_vec()))
    })
    .await
    .context("控え")
}
