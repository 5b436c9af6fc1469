//! The main job, played as the staff over the pages that people use. Every step prints what it checked; the first that does not hold
//! ends the story with an error.

mod aid;
mod family;
mod identity;
mod later;
mod money;
mod month;
mod proof;
mod system;

use super::browser::Browser;
use crate::cities::DemoStaff;
use anyhow::{Context, bail};
use platform::audit::Witness;
use serde_json::Value;
use std::collections::BTreeMap;
use webkit::House;

/// The cast: everybody signed in, by staff number.
struct Cast {
    staff: BTreeMap<&'static str, Browser>,
    /// Is the city connected? Then a newborn's number comes from 住基ネット by itself.
    connected: bool,
}

impl Cast {
    fn at(&mut self, staff_no: &str) -> anyhow::Result<&mut Browser> {
        self.staff.get_mut(staff_no).with_context(|| format!("職員 {staff_no} がいません"))
    }

    /// The approver opens the newest draft of an act, must find every one of the words on the page, and approves. Answers the page
    /// that was read.
    async fn approve(&mut self, approver: &str, act: &str, words: &[&str]) -> anyhow::Result<String> {
        let head = self.at(approver)?;
        let (id, version) = waiting(head, act).await?;
        let address = format!("/approvals/{id}");
        let read = head.open(&address).await?.to_owned();
        for word in words {
            if !read.contains(word) {
                bail!("× 決裁の画面に「{word}」がありません: {}", visible(&read));
            }
        }
        head.post(&address, &[("word", "approve"), ("version", &version)]).await?;
        if !head.status.is_success() {
            bail!("× {approver} が決裁できません({}): {}", head.status, visible(&head.page));
        }
        Ok(read)
    }
}

/// Sends a form and must be let through.
pub(super) async fn send(browser: &mut Browser, address: &str, values: &[(&str, &str)]) -> anyhow::Result<()> {
    browser.post(address, values).await?;
    if !browser.status.is_success() {
        bail!("× {address} を送れません({}): {}", browser.status, visible(&browser.page));
    }
    Ok(())
}

/// Acts for another of the purposes that the post allows.
pub(super) async fn act_for(staff: &mut Browser, purpose: &str) -> anyhow::Result<()> {
    let page = staff.open("/session/purpose").await?;
    let wanted = format!(":{purpose}");
    let choice = page.split("value=\"").skip(1).filter_map(|v| v.split('"').next()).find(|v| v.ends_with(&wanted));
    let choice = choice.with_context(|| format!("事務 {purpose} を選べません"))?.to_owned();
    send(staff, "/session/purpose", &[("purpose", &choice)]).await
}

pub(super) fn list<'a>(view: &'a Value, name: &str) -> &'a [Value] {
    view.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

pub(super) fn text<'a>(view: &'a Value, name: &str) -> &'a str {
    view.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn number(view: &Value, name: &str) -> Option<i64> {
    view.get(name).and_then(Value::as_i64)
}

/// What a page says about a problem, for the reader of the story.
pub(super) fn visible(page: &str) -> String {
    let main = page.split("message bad").nth(1).or_else(|| page.split("<main").nth(1)).unwrap_or(page);
    let texts = main.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text.trim()).filter(|t| !t.is_empty());
    texts.take(12).collect::<Vec<_>>().join(" / ")
}

pub(super) fn check(what: &str, holds: bool) -> anyhow::Result<()> {
    if !holds {
        bail!("× {what}");
    }
    println!("  ✓ {what}");
    Ok(())
}

/// Faults that can be planted: an entry of the log is changed, an entry is taken out, a sender's bill is one yen too high.
const FAULTS: [&str; 3] = ["tampered-log", "lost-entry", "wrong-bill"];

/// Plays everything, in a city that is connected or not. `plant` names a fault to plant; the story must then fail.
///
/// # Errors
/// The first thing that did not hold.
pub async fn play(
    house: &House,
    made: &synth::City,
    witness: &dyn Witness,
    passwords: &[(DemoStaff, String)],
    connected: bool,
    plant: Option<&str>,
) -> anyhow::Result<()> {
    if let Some(fault) = plant.filter(|fault| !FAULTS.contains(fault)) {
        bail!("「{fault}」という不具合は仕込めません。仕込めるもの: {}", FAULTS.join("、"));
    }
    let mut cast = sign_in(house, passwords, connected).await?;
    cases(&mut cast).await?;
    family::moves_in(&mut cast).await?;
    aid::apply(&mut cast).await?;
    family::child_is_born(&mut cast).await?;
    family::birth_date_is_corrected(&mut cast).await?;
    aid::review_what_rested_on_it(&mut cast).await?;
    let receipts = month::play(&mut cast, made, plant).await?;
    money::refund(&mut cast).await?;
    money::reimburse(&mut cast, made).await?;
    money::subsidy(&mut cast, receipts).await?;
    family::child_moves_out(&mut cast).await?;
    aid::follow_the_move(&mut cast).await?;
    later::card_and_evidence(&mut cast).await?;
    later::refused_and_held(&mut cast, &money::patient(made).context("償還払いを受ける子が合成の市にいません")?).await?;
    later::names(&mut cast).await?;
    later::taken_back_and_paid_back(&mut cast).await?;
    system::calls(house).await?;
    identity::outsiders(&mut cast, made).await?;
    later::protection(&mut cast).await?;
    proof::whole(house, witness, plant).await?;
    if let Some(fault) = plant {
        bail!("仕込んだ不具合「{fault}」を見つけられませんでした");
    }
    println!("すべて確かめました");
    Ok(())
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

async fn sign_in(house: &House, passwords: &[(DemoStaff, String)], connected: bool) -> anyhow::Result<Cast> {
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
    Ok(Cast { staff: all, connected })
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
