//! 住登外者 and 名寄せ: somebody who is no resident gets a number, is linked wrongly by two people, and the link is called back.

use super::family::{ELDER, FATHER, find};
use super::money::{patient, who};
use super::{Cast, act_for, check, list, number, send, text};
use anyhow::Context;
use kernel::ident::AtenaNo;
use serde_json::Value;
use std::time::Duration;

/// Looks at what the outbox fills, before the story gives up, a quarter of a second apart.
const PATIENCE: usize = 80;

/// Registers, compares, joins, splits and calls back.
pub(super) async fn outsiders(cast: &mut Cast, made: &synth::City) -> anyhow::Result<()> {
    println!("住登外者と名寄せ");
    let recipient = patient(made).context("償還払いを受ける子が合成の市にいません")?;
    let child = who(cast, &recipient).await?;
    let typed = made
        .households()
        .flat_map(|h| h.people)
        .find(|p| AtenaNo::issue(p.serial).is_ok_and(|n| n.as_str() == child))
        .map(|p| p.individual_number.expose().to_owned())
        .context("子の個人番号がありません")?;
    let outsider = registered(cast, &typed).await?;
    let clerk = cast.at("4001")?;
    let query = |text: &str| webkit::server::encode(text);
    let found = clerk.api(&format!("/hub/search?birth={}&kana={}", query("R2.11.2"), query(ELDER))).await?;
    check("統合宛名の検索は、二つの項目で住登外者も見つける", found.to_string().contains(&outsider))?;
    let linked = |view: &Value| view.get("dan_no").is_some_and(|d| !d.is_null());
    let question = asked(cast, "個人番号は一致").await?;
    let view = about(cast, &outsider).await?;
    check("個人番号が同じでも氏名が違えば、自動ではつながない", !linked(&view))?;

    let clerk = cast.at("4001")?;
    let path = format!("/hub/review/{question}");
    clerk.open("/hub/review").await?;
    send(clerk, &format!("{path}/take"), &[]).await?;
    let both = clerk.open(&path).await?.to_owned();
    check("二つの記録を見比べる画面に、一致と相違が出る", both.contains("一致") && both.contains("相違"))?;
    send(clerk, &path, &[("reason", "窓口の聞き取りによる")]).await?;
    act_for(cast.at("4002")?, "hub").await?;
    cast.approve("4002", "hub.join", &["どちらも"]).await?;
    let clerk = cast.at("4001")?;
    let asked = clerk.open(&path).await?.contains("窓口の聞き取りによる");
    let kept = clerk.api(&path).await?.pointer("/registers/hub_answer").and_then(Value::as_array).map_or(0, Vec::len);
    check("判断の履歴に、起案と決裁が残る", asked && kept == 2)?;
    check("二人の判断でつなぐ", linked(&about(cast, &outsider).await?))?;

    let clerk = cast.at("4001")?;
    clerk.open(&format!("/hub/{outsider}")).await?;
    send(clerk, &format!("/hub/{outsider}/split"), &[("reason", "出生届で別の人と分かった")]).await?;
    let proposal = cast.approve("4002", "hub.split", &["回収"]).await?;
    check("解除の決裁の画面に、その連携にもとづく支給の額が出る", proposal.contains("24,039円"))?;
    check("解除すると、前の状態に戻る", !linked(&about(cast, &outsider).await?))?;
    called_back(cast).await?;
    extract(cast, made).await?;
    ends(cast, &outsider).await
}

/// 情報政策課 takes over the persons of a system that is no part of Atena: one is a resident, one is nobody's, one row is wrong.
async fn extract(cast: &mut Cast, made: &synth::City) -> anyhow::Result<()> {
    let mut people = made.households().flat_map(|h| h.people);
    let one = people.find(|p| p.is_resident() && p.current().class == "日本人住民").context("合成の市に住民がいません")?;
    let (digits, row) = (one.individual_number.expose(), one.current());
    let file = format!(
        "宛名番号,氏名,氏名カナ,生年月日,性別,住所,個人番号\nZ1,{},{},{},,,{digits}\nZ2,架空 太郎,カクウ タロウ,S30.1.1,1,京都府京都市北区1番,\nZ3,,,,,,\n",
        row.name.main(),
        row.name.kana(),
        row.birth
    );
    let clerk = cast.at("4001")?;
    clerk.open("/hub/batches").await?;
    let fields = [("programme", "zei"), ("source", "file")];
    clerk.upload("/hub/batches", &fields, &[("file", "zei.csv", file.as_bytes())]).await?;
    if !clerk.status.is_success() {
        anyhow::bail!("× 抽出ファイルを送れません({}): {}", clerk.status, super::visible(&clerk.page));
    }
    for _ in 0..PATIENCE {
        let newest = clerk.api("/hub/batches").await?;
        let newest = list(&newest, "batches").first().cloned().unwrap_or_default();
        if text(&newest, "state") == "完了" {
            let path = format!("/hub/batches/{}", number(&newest, "id").unwrap_or_default());
            let page = clerk.open(&path).await?.contains("氏名を入れてください");
            let view = clerk.api(&path).await?;
            let of = |end: &str| view.pointer(&format!("/counts/{end}")).and_then(Value::as_i64);
            let ends = [of("連携"), of("新規"), of("誤り")];
            return check("ほかのシステムの抽出: 確実な一人はつながり、誤りの行は理由とともに並ぶ", page && ends == [Some(1); 3]);
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    anyhow::bail!("× 名寄せの一括処理が終わりません")
}

/// 医療年金課 registers a guardian's child who lives elsewhere, with a number that is somebody else's; answers the 宛名番号.
async fn registered(cast: &mut Cast, typed: &str) -> anyhow::Result<String> {
    let clerk = cast.at("2001")?;
    clerk.open("/").await?;
    send(clerk, "/case", &[("title", "住登外者の登録"), ("ground", "受付")]).await?;
    clerk.open("/hub/outsiders").await?;
    let entry = [
        ("kind", "0"),
        ("name", "辻永 陽翔"),
        ("kana", ELDER),
        ("alias", "辻永 ハル"),
        ("birth", "令和2年11月2日"),
        ("sex", "男"),
        ("postal_code", "1600021"),
        ("address", "東京都新宿区歌舞伎町一丁目4番1号"),
        ("phone", "03-0000-0000"),
        ("my_number", typed),
        ("moved_on", "R8.11.20"),
    ];
    send(clerk, "/hub/outsiders", &entry).await?;
    let outsider = clerk.address.rsplit('/').next().unwrap_or_default().to_owned();
    let page = clerk.open(&format!("/hub/outsiders/{outsider}")).await?;
    check("住登外者に、住民とは別の番号が付く", AtenaNo::parse(&outsider).is_ok() && page.contains("辻永 陽翔"))?;
    Ok(outsider)
}

/// The number of the question with these words in its evidence, once 名寄せ has asked it.
async fn asked(cast: &mut Cast, words: &str) -> anyhow::Result<i64> {
    let clerk = cast.at("4001")?;
    clerk.open("/").await?;
    send(clerk, "/case", &[("title", "名寄せの確認"), ("ground", "受付")]).await?;
    for _ in 0..PATIENCE {
        let queue = clerk.api("/hub/review").await?;
        let question = list(&queue, "questions").iter().find(|q| text(q, "evidence").contains(words));
        if let Some(id) = question.and_then(|q| number(q, "id")) {
            check("名寄せの確認に並ぶ(氏名は出ない)", !queue.to_string().contains("陽翔"))?;
            return Ok(id);
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    anyhow::bail!("× 名寄せの確認に並びません")
}

/// What the hub says of a 宛名番号.
async fn about(cast: &mut Cast, who: &str) -> anyhow::Result<Value> {
    let clerk = cast.at("4001")?;
    clerk.open("/hub").await?;
    send(clerk, "/hub", &[("number", who)]).await?;
    clerk.api(&format!("/hub/{who}")).await
}

/// Every office puts right what rested on the link.
async fn called_back(cast: &mut Cast) -> anyhow::Result<()> {
    let clerk = cast.at("4001")?;
    let recalls = clerk.api("/hub/recalls").await?;
    let recall = list(&recalls, "recalls").first().and_then(|r| number(r, "id")).context("回収がありません")?;
    let path = format!("/hub/recalls/{recall}");
    let uses = clerk.api(&path).await?.pointer("/registers/hub_recall_use").and_then(Value::as_array).map_or(0, Vec::len);
    check(&format!("回収: その連携にもとづく事務 {uses}件が担当課の処理待ちに入る"), uses > 0)?;
    for n in 1..=uses {
        clerk.open(&path).await?;
        send(clerk, &format!("{path}/uses/{n}"), &[("note", "正しい人の記録であることを確かめた")]).await?;
    }
    check("回収は、全部の処理が済んで完了", clerk.api(&path).await?.get("closed") == Some(&true.into()))
}

/// The person becomes a resident: the record ends, and says under which number the person goes on.
async fn ends(cast: &mut Cast, outsider: &str) -> anyhow::Result<()> {
    let father = find(cast, FATHER).await?;
    let clerk = cast.at("2001")?;
    let page = format!("/hub/outsiders/{outsider}");
    clerk.open(&page).await?;
    send(clerk, &format!("{page}/edit"), &[]).await?;
    let entry = [
        ("kind", "1"),
        ("atena_no", outsider),
        ("rev", "1"),
        ("reason", "住民となった"),
        ("successor", father.as_str()),
        ("name", "辻永 陽翔"),
        ("kana", ELDER),
        ("birth", "令和2年11月2日"),
        ("sex", "男"),
        ("address", "東京都新宿区歌舞伎町一丁目4番1号"),
        ("moved_on", "R8.11.20"),
    ];
    send(clerk, "/hub/outsiders", &entry).await?;
    let view = clerk.api(&page).await?;
    check("住民となった住登外者の記録は、引継先を残して終わる", text(&view, "state") == "消除" && number(&view, "rev") == Some(2))
}
