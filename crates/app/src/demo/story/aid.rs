//! 子ども医療: the children of the family are found, applied for and given their card; another child is refused; and what the registry
//! corrects or reports later reaches the office.

use super::family::{ELDER, FATHER, YOUNGER, find};
use super::{Cast, check, list, number, send, text};
use crate::demo::browser::Browser;
use anyhow::Context;
use kernel::ident::RecipientNo;
use kernel::time::wareki;
use serde_json::Value;

/// Looks at a queue that the outbox fills, before the story gives up, a quarter of a second apart.
const PATIENCE: usize = 80;

/// From 勧奨 to 医療証, and a refusal.
pub(super) async fn apply(cast: &mut Cast) -> anyhow::Result<()> {
    println!("子ども医療: 申請から医療証まで");
    let (father, elder, younger) = (find(cast, FATHER).await?, find(cast, ELDER).await?, find(cast, YOUNGER).await?);
    let clerk = cast.at("2001")?;
    clerk.open("/").await?;
    send(clerk, "/case", &[("title", "子ども医療の交付申請"), ("ground", "申請")]).await?;
    let waiting = clerk.api("/kodomo/recommend").await?;
    let listed: Vec<String> = list(&waiting, "children").iter().filter_map(Value::as_str).map(str::to_owned).collect();
    check("転入した子は、勧奨の一覧に並ぶ", listed.contains(&elder) && listed.contains(&younger))?;
    for child in [&elder, &younger] {
        let id = receive(cast, child, &father).await?;
        let path = format!("/kodomo/applications/{id}");
        let clerk = cast.at("2001")?;
        let open = clerk.api(&path).await?;
        check("保険などを確かめるまで、決定できない", outcome(&open) == "unclear")?;
        evidence(clerk, child, &father, "").await?;
        let judged = clerk.api(&path).await?;
        check(
            &format!("判定: {}つの理由に条文と根拠が付く", list(reasons(&judged), "reasons").len()),
            outcome(&judged) == "granted"
                && list(reasons(&judged), "reasons")
                    .iter()
                    .all(|r| !text(r, "title_ja").is_empty() && !text(r, "article").is_empty()),
        )?;
        clerk.open(&path).await?;
        send(clerk, &format!("{path}/draft"), &[]).await?;
        cast.approve("2002", "kodomo.grant", &["医療証の交付"]).await?;
        card(cast.at("2001")?, child).await?;
    }
    let clerk = cast.at("2001")?;
    let shown = clerk.open(&format!("/kodomo/person/{elder}/number")).await?;
    check(
        "個人番号は、申請の案件の中で子と保護者だけを確かめられる",
        shown.contains("990000100030") && shown.contains("990000100013"),
    )?;
    let other = listed.iter().find(|n| **n != elder && **n != younger).context("勧奨の一覧にほかの子がいません")?.clone();
    refuse(cast, &other).await
}

/// Takes the paper at the counter.
async fn receive(cast: &mut Cast, child: &str, guardian: &str) -> anyhow::Result<i64> {
    let clerk = cast.at("2001")?;
    let path = format!("/kodomo/apply/{child}");
    clerk.open(&path).await?;
    let form = [
        ("guardian", guardian),
        ("applied_on", "令和8年11月20日"),
        ("ward", "中央区"),
        ("reception", "窓口"),
        ("consent", "1"),
        ("bank", "0005"),
        ("branch", "001"),
        ("kind", "1"),
        ("number", "4815926"),
        ("holder", "ツジナガ ケンイチ"),
    ];
    send(clerk, &path, &form).await?;
    let id = clerk.address.rsplit('/').next().and_then(|id| id.parse().ok());
    id.with_context(|| format!("申請を受け付けられません: {}", super::visible(&clerk.page)))
}

/// What the office has to know before it decides: insurance, income of the guardian, and other schemes (`relief`, empty: none found).
async fn evidence(clerk: &mut Browser, child: &str, guardian: &str, relief: &str) -> anyhow::Result<()> {
    let base = format!("/kodomo/person/{child}");
    let insurance = [
        ("class", "協会けんぽ"),
        ("insurer_no", "01279918"),
        ("insurer_name", "全国健康保険協会 みなと支部"),
        ("symbol", "12345"),
        ("insured_no", "67"),
        ("insured_name", "辻永 健一"),
        ("relation", "家族"),
        ("valid_from", "令和8年11月18日"),
        ("checked_on", "令和8年11月20日"),
    ];
    clerk.open(&format!("{base}/insurance")).await?;
    send(clerk, &format!("{base}/insurance"), &insurance).await?;
    let income = [
        ("guardian", guardian),
        ("role", "父"),
        ("year", "8"),
        ("basis", "課税証明書"),
        ("checked_on", "令和8年11月20日"),
        ("total", "3200000"),
        ("other_dependants", "2"),
    ];
    clerk.open(&format!("{base}/income")).await?;
    send(clerk, &format!("{base}/income"), &income).await?;
    let mut found = vec![("checked_on", "令和8年11月20日"), ("how", "照会")];
    if !relief.is_empty() {
        found.extend([("kind", relief), ("valid_from", "令和8年10月1日")]);
    }
    clerk.open(&format!("{base}/relief")).await?;
    send(clerk, &format!("{base}/relief"), &found).await
}

/// The card of a child, printed; its number passes its own check digit.
async fn card(clerk: &mut Browser, child: &str) -> anyhow::Result<()> {
    let person = clerk.api(&format!("/kodomo/person/{child}")).await?;
    let id = person.pointer("/cards/0/id").and_then(Value::as_i64).context("医療証がありません")?;
    let pdf = clerk.fetch(&format!("/kodomo/cards/{id}/print")).await?;
    let recipient = text(&person, "recipient_no");
    check(
        &format!("受給者番号 {recipient}(検証番号つき)の医療証がPDFで出る"),
        RecipientNo::parse(recipient).is_ok() && pdf.starts_with(b"%PDF"),
    )
}

/// A child whose household lives on 生活保護 is refused, by the 課長, with reasons and the way to object.
async fn refuse(cast: &mut Cast, child: &str) -> anyhow::Result<()> {
    let clerk = cast.at("2001")?;
    let view = clerk.api(&format!("/kodomo/apply/{child}")).await?;
    let guardian = list(&view, "guardians").first().and_then(Value::as_str).context("保護者がいません")?.to_owned();
    let id = receive(cast, child, &guardian).await?;
    let clerk = cast.at("2001")?;
    evidence(clerk, child, &guardian, "生活保護").await?;
    let path = format!("/kodomo/applications/{id}");
    let judged = clerk.api(&path).await?;
    check("生活保護の世帯の子は、対象にならない", outcome(&judged) == "refused")?;
    clerk.open(&path).await?;
    send(clerk, &format!("{path}/draft"), &[]).await?;
    cast.approve("2003", "kodomo.refuse", &["却下"]).await?;
    let clerk = cast.at("2001")?;
    let person = clerk.api(&format!("/kodomo/person/{child}")).await?;
    let decision = list(&person, "decisions").first().and_then(|d| number(d, "id")).context("決定がありません")?;
    let pdf = clerk.fetch(&format!("/kodomo/decisions/{decision}/print")).await?;
    check("課長が決裁した却下通知書(理由・教示つき)がPDFで出る", pdf.starts_with(b"%PDF"))
}

/// The decision that rested on the corrected birth date is listed in the office that made it, and in no other.
pub(super) async fn review_what_rested_on_it(cast: &mut Cast) -> anyhow::Result<()> {
    println!("訂正された事実を使った決定");
    let elder = find(cast, ELDER).await?;
    let clerk = cast.at("2001")?;
    for _ in 0..PATIENCE {
        let view = clerk.api("/kodomo/reviews").await?;
        let mine: Vec<&Value> = list(&view, "decisions").iter().filter(|d| text(d, "atena_no") == elder).collect();
        if let Some(decision) = mine.first() {
            let id = number(decision, "id").context("決定の番号がありません")?;
            let page = clerk.open(&format!("/kodomo/decisions/{id}")).await?;
            return check("旧い生年月日を使った交付の決定が、見直す決定に並ぶ", page.contains("見直"));
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
    check("旧い生年月日を使った交付の決定が、見直す決定に並ぶ", false)
}

/// The notice of the move arrives as work; the office decides the loss by the city's own rule.
pub(super) async fn follow_the_move(cast: &mut Cast) -> anyhow::Result<()> {
    println!("転出と資格");
    let child = find(cast, YOUNGER).await?;
    let clerk = cast.at("2001")?;
    clerk.open("/").await?;
    send(clerk, "/case", &[("title", "住民異動の通知"), ("ground", "通知")]).await?;
    let (mut path, mut view) = (String::new(), Value::Null);
    for _ in 0..PATIENCE {
        let page = clerk.open(&format!("/kodomo/person/{child}?tab=rireki")).await?.to_owned();
        for id in page.split("/kodomo/notices/").skip(1).filter_map(|rest| rest.split('"').next()) {
            let notice = clerk.api(&format!("/kodomo/notices/{id}")).await?;
            if notice.get("step").is_some_and(Value::is_string) {
                (path, view) = (format!("/kodomo/notices/{id}"), notice);
            }
        }
        if !path.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
    check(&format!("転出の通知が届き、この制度での判定が出る: {}", text(&view, "result")), !path.is_empty())?;
    clerk.open(&path).await?;
    send(clerk, &format!("{path}/draft"), &[]).await?;
    cast.approve("2002", "kodomo.change", &[]).await?;
    let person = cast.at("2001")?.api(&format!("/kodomo/person/{child}")).await?;
    let last = text(&person, "valid_to").parse::<kernel::Date>().map(wareki).unwrap_or_default();
    check(&format!("資格は {last} まで"), text(&person, "valid_to") == "2026-11-19")
}

fn reasons(view: &Value) -> &Value {
    view.get("decision").unwrap_or(&Value::Null)
}

fn outcome(view: &Value) -> String {
    text(reasons(view), "outcome").to_lowercase()
}
