//! The main job, played as the staff over the pages that people use. Every step prints what it checked; the first that does not hold
//! ends the story with an error.

use super::browser::Browser;
use crate::minato::DemoStaff;
use anyhow::{Context, bail};
use platform::audit::Witness;
use std::collections::BTreeMap;
use webkit::House;

/// The cast: everybody signed in, by staff number.
struct Cast(BTreeMap<&'static str, Browser>);

impl Cast {
    fn at(&mut self, staff_no: &str) -> anyhow::Result<&mut Browser> {
        self.0.get_mut(staff_no).with_context(|| format!("職員 {staff_no} がいません"))
    }
}

pub(super) fn check(what: &str, holds: bool) -> anyhow::Result<()> {
    if !holds {
        bail!("× {what}");
    }
    println!("  ✓ {what}");
    Ok(())
}

/// Plays everything. `plant` names a fault to plant; the story must then fail.
///
/// # Errors
/// The first thing that did not hold.
pub async fn play(
    house: &House,
    made: &synth::City,
    witness: &dyn Witness,
    passwords: &[(DemoStaff, String)],
    plant: Option<&str>,
) -> anyhow::Result<()> {
    let mut cast = sign_in(house, passwords).await?;
    cases(&mut cast).await?;
    family(&mut cast).await?;
    correction(&mut cast).await?;
    super::story_month::play(&mut cast.0, made).await?;
    proof(house, witness, plant).await?;
    if let Some(fault) = plant {
        bail!("仕込んだ不具合「{fault}」を見つけられませんでした");
    }
    println!("すべて確かめました");
    Ok(())
}

/// A family of four moves in: drafted, invisible, decided, found in every script, and given its paper.
async fn family(cast: &mut Cast) -> anyhow::Result<()> {
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
    let head = cast.at("1002")?;
    head.open(&format!("/approvals/{}", draft.0)).await?;
    check("係長は新旧の違いを見る", head.page.contains("YULING") || head.page.contains("陳 玉鈴"))?;
    head.post(&format!("/approvals/{}", draft.0), &[("word", "approve"), ("version", &draft.1)]).await?;
    check("係長が決裁した", head.page.contains("決裁待ち"))?;
    let clerk = cast.at("1001")?;
    for query in ["ツジナガ ハルト", "辻永 R2.11.3", "ﾂｼﾞﾅｶﾞ ﾊﾙﾄ", "ツジナガ 20201103"] {
        let hits = clerk.api(&format!("/juki/search?q={}", webkit::server::encode(query))).await?;
        check(&format!("「{query}」で見つかる"), count(&hits) == 1)?;
    }
    let hits = clerk.api(&format!("/juki/search?q={}", webkit::server::encode("TSUJINAGA YULING"))).await?;
    let mother = hits.pointer("/hits/0/atena_no").and_then(|v| v.as_str()).context("母が見つかりません")?.to_owned();
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

/// Number and version of the draft of an act that waits for this approver.
pub(super) async fn waiting(approver: &mut Browser, act: &str) -> anyhow::Result<(String, String)> {
    let inbox = approver.api("/approvals").await?;
    let drafts = inbox.get("drafts").and_then(|d| d.as_array()).context("決裁待ちを読めません")?;
    let draft =
        drafts.iter().rev().find(|d| d.get("act").and_then(|a| a.as_str()) == Some(act)).context("起案が決裁待ちにありません")?;
    let field = |name: &str| draft.get(name).map(ToString::to_string).unwrap_or_default();
    Ok((field("id"), field("version")))
}

/// A birth date is corrected: both what is true and what was believed stay readable.
async fn correction(cast: &mut Cast) -> anyhow::Result<()> {
    println!("生年月日の職権修正");
    let clerk = cast.at("1001")?;
    let hits = clerk.api(&format!("/juki/search?q={}", webkit::server::encode("ツジナガ ハルト"))).await?;
    let child = hits.pointer("/hits/0/atena_no").and_then(|v| v.as_str()).context("子が見つかりません")?.to_owned();
    clerk.open("/juki/search").await?;
    clerk.post(&format!("/juki/person/{child}/take"), &[]).await?;
    let path = format!("/juki/person/{child}/correct");
    clerk
        .post(&path, &[("birth", "令和2年11月2日"), ("evidence", "9条2項通知"), ("correct_notified_on", "令和8年11月18日")])
        .await?;
    let draft = waiting(cast.at("1002")?, "resident.correct").await?;
    let head = cast.at("1002")?;
    head.open(&format!("/approvals/{}", draft.0)).await?;
    check("新旧の生年月日が並ぶ", head.page.contains("令和2年11月3日") || head.page.contains("R2.11.3"))?;
    head.post(&format!("/approvals/{}", draft.0), &[("word", "approve"), ("version", &draft.1)]).await?;
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

/// The log is whole, or the story names what was done to it.
async fn proof(house: &House, witness: &dyn Witness, plant: Option<&str>) -> anyhow::Result<()> {
    println!("記録の証明");
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    if plant == Some("tampered-log") {
        platform::testing::tamper_with_log(house.city.db()).await?;
    }
    let witnessed = witness.last()?.unwrap_or_default();
    check("証人が点検点を持っている", !witnessed.is_empty())?;
    let report = platform::audit::verify(house.city.db(), &house.city.keys().log_public_key(), &witnessed).await?;
    for finding in &report.findings {
        println!("  … {finding}");
    }
    check(&format!("{}件の記録に改変・欠落・入替え・巻戻しがない", report.sealed), report.intact() && report.sealed > 0)
}

async fn sign_in(house: &House, passwords: &[(DemoStaff, String)]) -> anyhow::Result<Cast> {
    println!("サインイン");
    let router = house.router();
    let mut stranger = Browser::new(router.clone(), "だれでもない人");
    stranger.open("/").await?;
    check("サインインしていない人はサインインの画面へ送られる", stranger.address.starts_with("/sign-in"))?;
    let mut all = BTreeMap::new();
    for (member, password) in passwords {
        let mut browser = Browser::new(router.clone(), member.name);
        browser.sign_in(member.staff_no, password).await?;
        check(&format!("{} がサインインし、自分のパスワードに変えた", member.job_ja), browser.page.contains(member.name))?;
        all.insert(member.staff_no, browser);
    }
    Ok(Cast(all))
}

async fn cases(cast: &mut Cast) -> anyhow::Result<()> {
    println!("事務と案件");
    let clerk = cast.at("1001")?;
    clerk.open("/").await?;
    clerk.post("/case", &[("title", "転入の届出"), ("ground", "受付")]).await?;
    check("案件に番号が付いた", clerk.page.contains("R8-住記-000001") || clerk.page.contains("案件"))?;
    let auditor = cast.at("5001")?;
    auditor.open("/approvals").await?;
    check("監査は決裁の中身に触れない", !auditor.page.contains("承認する"))?;
    Ok(())
}

/// The API's own words, when it did not answer a list of hits.
fn unexpected(hits: &serde_json::Value) -> String {
    hits.get("title").map(|t| format!("({t})")).unwrap_or_default()
}
