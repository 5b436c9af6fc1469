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
    check("二人の判断でつなぐ", linked(&about(cast, &outsider).await?))?;

    let clerk = cast.at("4001")?;
    clerk.open(&format!("/hub/{outsider}")).await?;
    send(clerk, &format!("/hub/{outsider}/split"), &[("reason", "出生届で別の人と分かった")]).await?;
    let proposal = cast.approve("4002", "hub.split", &["回収"]).await?;
    check("解除の決裁の画面に、その連携にもとづく支給の額が出る", proposal.contains("24,039円"))?;
    check("解除すると、前の状態に戻る", !linked(&about(cast, &outsider).await?))?;
    called_back(cast).await?;
    ends(cast, &outsider).await
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
    let entry = [
        ("kind", "1"),
        ("atena_no", outsider),
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
