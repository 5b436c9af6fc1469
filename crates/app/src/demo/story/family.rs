//! A family of the resident registry: in, corrected, and a child out again.

use super::{Cast, act_for, check, list, send, waiting};
use anyhow::Context;
use serde_json::Value;

/// Everybody of the family has this name.
pub(super) const FATHER: &str = "ツジナガ ケンイチ";
/// The elder child.
pub(super) const ELDER: &str = "ツジナガ ハルト";
/// The younger child.
pub(super) const YOUNGER: &str = "ツジナガ ヒマリ";

/// 宛名番号 of the one resident with a name, as the 市民課 finds it.
pub(super) async fn find(cast: &mut Cast, name: &str) -> anyhow::Result<String> {
    let hits = cast.at("1001")?.api(&format!("/juki/search?q={}", webkit::server::encode(name))).await?;
    let number = hits.pointer("/hits/0/atena_no").and_then(|v| v.as_str());
    number.map(str::to_owned).with_context(|| format!("{name} が見つかりません{}", unexpected(&hits)))
}

/// A family of four moves in: drafted, invisible, decided, found in every script, and given its paper.
pub(super) async fn moves_in(cast: &mut Cast) -> anyhow::Result<()> {
    println!("転入から住民票まで");
    let clerk = cast.at("1001")?;
    clerk.open("/juki/move-in").await?;
    let values = [
        ("moved_on", "令和8年11月18日"),
        ("notified_on", "令和8年11月20日"),
        ("address", "みなと市中央区港町二丁目7番5号"),
        ("building", "みなとハイツ302"),
        ("postal_code", "5999001"),
        ("previous_address", "東京都新宿区歌舞伎町一丁目4番1号"),
        ("name_1", "辻\u{E0100}永 健一"),
        ("kana_1", "ツジナガ ケンイチ"),
        ("birth_1", "S60.2.28"),
        ("relation_1", "世帯主"),
        ("sex_1", "男"),
        ("my_number_1", "990000100018"),
        ("domicile_1", "東京都新宿区歌舞伎町一丁目4番"),
        ("koseki_head_1", "辻\u{E0100}永 健一"),
        ("name_2", "陳 玉鈴"),
        ("kana_2", "チン ギョクレイ"),
        ("latin_name_2", "TSUJINAGA YULING"),
        ("alias_2", "辻永 レイ"),
        ("birth_2", "1987-06-04"),
        ("relation_2", "妻"),
        ("sex_2", "女"),
        ("nationality_2", "台湾"),
        ("residence_status_2", "永住者"),
        ("name_3", "辻\u{E0100}永 陽翔"),
        ("kana_3", "ツジナガ ハルト"),
        ("birth_3", "R2.11.3"),
        ("relation_3", "子"),
        ("sex_3", "男"),
        ("name_4", "辻\u{E0100}永 陽葵"),
        ("kana_4", "ツジナガ ヒマリ"),
        ("birth_4", "令和5年6月1日"),
        ("relation_4", "子"),
        ("sex_4", "女"),
    ];
    let numbers = ["99000010001", "99000010002", "99000010003", "99000010004"].map(mynumber::IndividualNumber::from_body);
    let mut all: Vec<(String, String)> =
        values.iter().filter(|(n, _)| !n.starts_with("my_number")).map(|(n, v)| ((*n).into(), (*v).into())).collect();
    for (n, number) in (1..).zip(&numbers) {
        let number = number.as_ref().map_err(|e| anyhow::anyhow!("{e}"))?;
        all.push((format!("my_number_{n}"), number.expose().to_owned()));
    }
    let form: Vec<(&str, &str)> = all.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    clerk.post("/juki/move-in", &form).await?;
    check("係員が転入を起案した", clerk.page.contains("転入 4人"))?;
    let hits = clerk.api("/juki/search?q=%E3%83%84%E3%82%B8%E3%83%8A%E3%82%AC").await?;
    check(&format!("決裁の前は、だれにも見えない{}", unexpected(&hits)), count(&hits) == 0)?;
    let draft = waiting(cast.at("1002")?, "resident.move_in").await?;
    let clerk = cast.at("1001")?;
    clerk.open("/case").await?;
    clerk.post(&format!("/approvals/{}", draft.0), &[("word", "approve"), ("version", &draft.1)]).await?;
    check("係員は決裁できない", clerk.status == axum::http::StatusCode::FORBIDDEN)?;
    let read = cast.approve("1002", "resident.move_in", &["陳 玉鈴"]).await?;
    check("係長は4人の起案の中身を見て、決裁した", ["健一", "陽翔", "陽葵"].iter().all(|name| read.contains(name)))?;
    let clerk = cast.at("1001")?;
    for query in ["ツジナガ ハルト", "辻永 R2.11.3", "ﾂｼﾞﾅｶﾞ ﾊﾙﾄ", "ツジナガ 20201103"] {
        let hits = clerk.api(&format!("/juki/search?q={}", webkit::server::encode(query))).await?;
        check(&format!("「{query}」で見つかる"), count(&hits) == 1)?;
    }
    let mother = find(cast, "TSUJINAGA YULING").await?;
    let clerk = cast.at("1001")?;
    clerk.open("/juki/search").await?;
    clerk.post(&format!("/juki/person/{mother}/take"), &[]).await?;
    check(
        "外国人住民の母: 氏名はアルファベットと漢字、通称は別",
        clerk.page.contains("通称") && clerk.page.contains("辻永 レイ"),
    )?;
    clerk.open(&format!("/juki/person/{mother}/certificate")).await?;
    let asked = [
        ("requester", "person"),
        ("extent", "household"),
        ("identity", "1"),
        ("items", "relationship"),
        ("items", "foreign"),
        ("reason", "1"),
    ];
    let path = format!("/juki/person/{mother}/certificate");
    let pdf = clerk.post_file(&path, &asked).await?;
    check("住民票の写し(世帯全員)がPDFで出る", pdf.starts_with(b"%PDF") && pdf.len() > 10_000)?;
    clerk.open(&format!("/juki/person/{mother}/certificate")).await?;
    clerk
        .post(&format!("/juki/person/{mother}/certificate"), &[("requester", "third"), ("extent", "person"), ("identity", "1")])
        .await?;
    check("理由のない第三者には交付しない", clerk.page.contains("交付できません"))
}

fn count(hits: &serde_json::Value) -> usize {
    hits.get("hits").and_then(|h| h.as_array()).map_or(usize::MAX, Vec::len)
}

/// A birth date is corrected: both what is true and what was believed stay readable.
pub(super) async fn birth_date_is_corrected(cast: &mut Cast) -> anyhow::Result<()> {
    println!("生年月日の職権修正");
    let child = find(cast, ELDER).await?;
    let clerk = cast.at("1001")?;
    clerk.open("/juki/search").await?;
    clerk.post(&format!("/juki/person/{child}/take"), &[]).await?;
    let path = format!("/juki/person/{child}/correct");
    clerk
        .post(&path, &[("birth", "令和2年11月2日"), ("evidence", "9条2項通知"), ("correct_notified_on", "令和8年11月18日")])
        .await?;
    let read = cast.approve("1002", "resident.correct", &[]).await?;
    check("新旧の生年月日が並ぶ", read.contains("令和2年11月3日") && read.contains("令和2年11月2日"))?;
    let clerk = cast.at("1001")?;
    let now = clerk.api(&format!("/juki/person/{child}")).await?;
    check("いまの記録は令和2年11月2日", now.get("birth").and_then(|b| b.as_str()) == Some("令和2年11月2日"))?;
    let before = clerk.api(&format!("/juki/person/{child}?known_at=2026-11-19")).await;
    check("きのうの時点では、まだ知らなかった", before.is_ok_and(|b| b.get("title").is_some() || b.get("birth").is_none()))?;
    let officer = cast.at("3001")?;
    let list = officer.api(&format!("/audit?person={child}")).await?;
    let entries = list.get("entries").and_then(|e| e.as_array()).map_or(0, Vec::len);
    check(&format!("本人の閲覧履歴に{entries}件が載る"), entries >= 4)?;
    let iryo = cast.at("2001")?;
    iryo.open(&format!("/juki/person/{child}")).await?;
    check("医療年金課は住民記録の画面を開けない", iryo.status == axum::http::StatusCode::FORBIDDEN)
}

/// The API's own words, when it did not answer a list of hits.
fn unexpected(hits: &serde_json::Value) -> String {
    hits.get("title").map(|t| format!("({t})")).unwrap_or_default()
}

/// The younger child moves out with a notice ahead of the day.
pub(super) async fn child_moves_out(cast: &mut Cast) -> anyhow::Result<()> {
    println!("子の転出");
    let child = find(cast, YOUNGER).await?;
    let clerk = cast.at("1001")?;
    clerk.open("/juki/search").await?;
    send(clerk, &format!("/juki/person/{child}/take"), &[]).await?;
    let form = [
        ("kind", "notify"),
        ("notified_on", "令和8年11月20日"),
        ("planned_on", "令和8年11月24日"),
        ("to_address", "奈良県奈良市二条大路南一丁目1番1号"),
    ];
    send(clerk, &format!("/juki/person/{child}/move-out"), &form).await?;
    cast.approve("1002", "resident.move_out", &["11月24日"]).await?;
    let page = cast.at("1001")?.open(&format!("/juki/person/{child}")).await?;
    check("転出届は決裁され、記録に転出予定日が載る", page.contains("令和8年11月24日") || page.contains("R8.11.24"))?;
    let clerk = cast.at("1001")?;
    let form = [("kind", "confirm"), ("notified_on", "令和8年11月20日"), ("moved_in_on", "令和8年11月20日")];
    send(clerk, &format!("/juki/person/{child}/move-out"), &form).await?;
    cast.approve("1002", "resident.move_out", &[]).await?;
    let page = cast.at("1001")?.open(&format!("/juki/person/{child}")).await?;
    check("転入通知の日が予定より早いので、その日に消除する", page.contains("令和8年11月20日") || page.contains("R8.11.20"))
}

/// A child is born into the family, and its 個人番号 comes later; the hub then knows it, with the number of the medical office.
pub(super) async fn child_is_born(cast: &mut Cast) -> anyhow::Result<()> {
    println!("出生");
    let father = find(cast, FATHER).await?;
    let clerk = cast.at("1001")?;
    clerk.open("/juki/search").await?;
    send(clerk, &format!("/juki/person/{father}/take"), &[]).await?;
    let moves = format!("/juki/person/{father}/moves");
    let menu = clerk.api(&moves).await?;
    check("異動の種類から届出を選ぶ", menu.to_string().contains("birth"))?;
    clerk.open(&format!("{moves}/birth")).await?;
    let form = [
        ("name", "辻\u{E0100}永 美月"),
        ("kana", "ツジナガ ミヅキ"),
        ("born_on", "令和8年11月19日"),
        ("sex", "女"),
        ("relation", "子"),
        ("notified_on", "令和8年11月20日"),
        ("domicile", "東京都新宿区歌舞伎町一丁目4番"),
        ("koseki_head", "辻\u{E0100}永 健一"),
    ];
    send(clerk, &format!("{moves}/birth"), &form).await?;
    cast.approve("1002", "resident.birth", &["美月"]).await?;
    let child = find(cast, "ツジナガ ミヅキ").await?;
    let operator = cast.at("4001")?;
    act_for(operator, "hub").await?;
    send(operator, "/case", &[("title", "統合宛名の照会"), ("ground", "受付")]).await?;
    let joined = |view: &Value| list(view, "links").iter().filter(|l| l.get("joined") == Some(&true.into())).count();
    if !cast.connected {
        let waiting = hub_shows(cast, &child, |view| !list(view, "links").is_empty() && joined(view) == 0).await?;
        check("統合宛名: 新生児は、個人番号の通知まで付番待ち", waiting)?;
    }
    let clerk = cast.at("1001")?;
    clerk.open("/juki/search").await?;
    send(clerk, &format!("/juki/person/{child}/take"), &[]).await?;
    if !cast.connected {
        new_number(cast, &child, "99000010005", "付番の通知").await?;
    }
    check("統合宛名: 新生児の番号がつながる", hub_shows(cast, &child, |view| joined(view) == 1).await?)?;
    let elder = find(cast, ELDER).await?;
    check("統合宛名: 医療証のある兄の番号が2業務でつながる", hub_shows(cast, &elder, |view| joined(view) == 2).await?)?;
    new_number(cast, &child, "99000010006", "漏えいのおそれによる変更請求").await?;
    let changed = hub_shows(cast, &child, |view| list(view, "number_changed_on").len() == 1 && joined(view) == 1).await?;
    check("統合宛名: 個人番号が変わっても同じ人のまま、変更の日が残る", changed)
}

/// Drafts and decides a new 個人番号 of somebody in the open case.
async fn new_number(cast: &mut Cast, who: &str, body: &str, reason: &str) -> anyhow::Result<()> {
    let number = mynumber::IndividualNumber::from_body(body).map_err(|e| anyhow::anyhow!("{e}"))?;
    let form = [("value", number.expose()), ("changed_on", "令和8年11月20日"), ("reason", reason)];
    let moves = format!("/juki/person/{who}/moves/my-number");
    let clerk = cast.at("1001")?;
    clerk.open(&moves).await?;
    send(clerk, &moves, &form).await?;
    cast.approve("1002", "resident.numbers", &["末尾4桁"]).await.map(|_| ())
}

/// Does the hub's page of a person come to show this? It listens to the registry, so it may take a moment.
async fn hub_shows(cast: &mut Cast, who: &str, wanted: impl Fn(&Value) -> bool) -> anyhow::Result<bool> {
    let operator = cast.at("4001")?;
    operator.open("/hub").await?;
    send(operator, "/hub", &[("number", who)]).await?;
    for _ in 0..80 {
        if wanted(&operator.api(&format!("/hub/{who}")).await?) {
            return Ok(true);
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
    Ok(false)
}
