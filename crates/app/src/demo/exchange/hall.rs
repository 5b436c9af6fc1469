//! A city hall of the exchange as those see it who work there: its pages, its line, and its gateway's pages.

use super::super::browser::Browser;
use super::super::story::{act_for, check, list, send, text, visible, waiting};
use crate::cities::DemoCity;
use crate::zones::{self, CityLines, Plan};
use anyhow::{Context, bail};
use kernel::Date;
use kernel::time::wareki;
use serde_json::{Value, json};
use std::time::Duration;
use synth::Person;
use wire::ident::{InstitutionCode, RequestId};

/// Looks at what lines bring, before a story gives up, a quarter of a second apart.
const PATIENCE: usize = 240;

/// Looks until something holds.
///
/// # Errors
/// It never did, or a look failed.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
    for _ in 0..PATIENCE {
        if let Some(seen) = look().await? {
            return Ok(seen);
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    bail!("× {what}")
}

/// A city hall.
pub struct Hall {
    /// Which city.
    pub city: &'static DemoCity,
    /// The city's own line, as its exchange uses it.
    pub lines: CityLines,
    /// 市民課 係員
    pub clerk: Browser,
    /// 市民課 係長
    pub chief: Browser,
    /// 市民課 課長
    pub head: Browser,
    /// 情報政策課, for 統合宛名
    pub it: Browser,
    /// Two of 情報政策課, for 情報連携
    pub desk: [Browser; 2],
    /// 医療年金課, which asks other cities
    pub aid: Browser,
    /// 連携の職員, at the gateway's pages.
    pub gateway: Browser,
}

/// Somebody of a zone's staff who signs in for the first time, or again with the password chosen then.
///
/// # Errors
/// They cannot sign in.
pub async fn staff(mut browser: Browser, no: &str, password: &str, again: bool) -> anyhow::Result<Browser> {
    match again {
        false => browser.sign_in(no, password).await?,
        true => browser.sign_in_again(no, password).await?,
    }
    Ok(browser)
}

impl Hall {
    /// Everybody of a city's hall signs in. `place` is where the city's pages are, `own` and `gateways` give the one-time passwords of the
    /// city and of its gateway; `again` when they have own ones.
    ///
    /// # Errors
    /// Somebody who cannot sign in, or a city that the plan does not know.
    pub async fn open(
        plan: &Plan,
        city: &'static DemoCity,
        place: impl Fn(&str) -> Browser,
        own: impl Fn(&str) -> Option<String>,
        gateways: impl Fn(&str) -> Option<String>,
        again: bool,
    ) -> anyhow::Result<Self> {
        let institution = InstitutionCode::parse(city.institution)?;
        let lines = CityLines::open(plan, &institution, zones::clock(plan.today))?;
        let at = async |no: &str, name: &str| {
            let password = own(no).with_context(|| format!("職員 {no} がいません"))?;
            staff(place(name), no, &password, again).await
        };
        let (clerk, chief) = (at("1001", "市民課 係員").await?, at("1002", "市民課 係長").await?);
        let (head, it) = (at("1003", "市民課 課長").await?, at("4001", "情報政策課").await?);
        let aid = at("2001", "医療年金課").await?;
        // The same member of staff at a second terminal.
        let twice = own("4001").context("職員 4001 がいません")?;
        let desk = [staff(place("情報連携 係長"), "4001", &twice, true).await?, at("4002", "情報連携 課長").await?];
        let web = &plan.city(&institution)?.gateway.web;
        let password = gateways("6001").context("連携の職員がいません")?;
        let gateway = staff(Browser::at(web, "中間サーバー"), "6001", &password, again).await?;
        let mut hall = Self { city, lines, clerk, chief, head, it, desk, aid, gateway };
        act_for(&mut hall.it, "hub").await?;
        let [one, two] = &mut hall.desk;
        for browser in [&mut *one, &mut *two] {
            act_for(browser, "renkei").await?;
        }
        for (browser, title) in [
            (&mut hall.it, "情報連携の点検"),
            (one, "情報提供の確認"),
            (two, "情報提供の確認"),
            (&mut hall.aid, "子ども医療の審査"),
            (&mut hall.clerk, "住所の異動"),
            (&mut hall.chief, "支援措置の申出"),
        ] {
            browser.open("/").await?;
            send(browser, "/case", &[("title", title), ("ground", "受付")]).await?;
        }
        Ok(hall)
    }

    /// 団番 of somebody, once the hub has given one.
    ///
    /// # Errors
    /// It never did.
    pub async fn dan(&mut self, who: &str) -> anyhow::Result<String> {
        self.it.open("/hub").await?;
        send(&mut self.it, "/hub", &[("number", who)]).await?;
        until("団体内統合宛名番号が付きません", async || {
            let view = self.it.api(&format!("/hub/{who}")).await?;
            Ok(Some(text(&view, "dan_no").to_owned()).filter(|d| !d.is_empty()))
        })
        .await
    }

    /// How many people have a 符号 at the gateway.
    ///
    /// # Errors
    /// The page cannot be read.
    pub async fn bound(&mut self) -> anyhow::Result<u64> {
        let view = self.gateway.api("/gateway/codes").await?;
        let counts = list(&view, "counts").iter().filter(|c| text(c, "state") == "BOUND");
        Ok(counts.filter_map(|c| c.get("people").and_then(Value::as_u64)).sum())
    }

    /// Waits until so many people have a 符号.
    ///
    /// # Errors
    /// They never had.
    pub async fn has_bound(&mut self, people: u64) -> anyhow::Result<u64> {
        until("符号が届きません", async || Ok(Some(self.bound().await?).filter(|bound| *bound >= people))).await
    }

    /// Calls an interface of the gateway.
    ///
    /// # Errors
    /// The gateway's refusal.
    pub async fn call(&self, interface: &str, body: Value) -> anyhow::Result<Value> {
        self.lines.call(interface, &body).await.map_err(|fault| anyhow::anyhow!("× {interface}: {fault}"))
    }

    /// Asks 住基ネット or tells it something.
    ///
    /// # Errors
    /// Its refusal.
    pub async fn juki(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.lines.ask_juki(path, &body).await.map_err(|fault| anyhow::anyhow!("× {path}: {fault}"))
    }

    /// What the asking programme sees of an inquiry, once it no longer waits.
    ///
    /// # Errors
    /// It waits for ever.
    pub async fn after(&self, request: RequestId) -> anyhow::Result<Value> {
        until("照会が回答待ちのままです", async || {
            let shown = self.call("SKI_10712", json!({ "request": request })).await?;
            Ok(Some(shown).filter(|s| text(s, "shown") != "waiting"))
        })
        .await
    }

    /// An approver approves the newest draft of an act.
    ///
    /// # Errors
    /// There is none, or they may not.
    pub async fn approve(approver: &mut Browser, act: &str) -> anyhow::Result<()> {
        let (id, version) = waiting(approver, act).await?;
        send(approver, &format!("/approvals/{id}"), &[("word", "approve"), ("version", &version)]).await
    }

    /// The one resident with this reading who was born on that day.
    ///
    /// # Errors
    /// Nobody, or several.
    pub async fn find(&mut self, person: &Person) -> anyhow::Result<String> {
        let query = format!("{} {}", person.current().name.kana(), person.birth_day().strftime("%Y%m%d"));
        let hits = self.clerk.api(&format!("/juki/search?q={}", webkit::server::encode(&query))).await?;
        match list(&hits, "hits") {
            [one] => Ok(text(one, "atena_no").to_owned()),
            other => bail!("× 転入した人が{}人見つかりました", other.len()),
        }
    }

    /// 転出届, and the 確定 by the other city's 転入通知: the records end.
    ///
    /// # Errors
    /// A page or approver that refuses.
    pub async fn lets_go(&mut self, people: &[String], on: Date, to: &str) -> anyhow::Result<()> {
        let day = wareki(on);
        for who in people {
            let clerk = &mut self.clerk;
            clerk.open("/juki/search").await?;
            send(clerk, &format!("/juki/person/{who}/take"), &[]).await?;
            clerk.open(&format!("/juki/person/{who}")).await?;
            let path = format!("/juki/person/{who}/move-out");
            let form = [("kind", "notify"), ("notified_on", &day), ("planned_on", &day), ("to_address", to)];
            send(clerk, &path, &form).await?;
            Self::approve(&mut self.chief, "resident.move_out").await?;
            let clerk = &mut self.clerk;
            clerk.open(&format!("/juki/person/{who}")).await?;
            send(clerk, &path, &[("kind", "confirm"), ("notified_on", &day), ("moved_in_on", &day)]).await?;
            Self::approve(&mut self.chief, "resident.move_out").await?;
        }
        Ok(())
    }

    /// 転入届 of a family, the head first, with the 個人番号 that they bring; the registry tells 住基ネット. Answers their 宛名番号.
    ///
    /// # Errors
    /// A page or approver that refuses.
    pub async fn takes_in(&mut self, family: &[Newcomer<'_>], on: Date, address: &str) -> anyhow::Result<Vec<String>> {
        let previous = family.first().map(|n| n.person.current().address.text.clone()).context("だれも転入しません")?;
        let day = wareki(on);
        let mut form: Vec<(String, String)> =
            [("moved_on", day.as_str()), ("notified_on", &day), ("address", address), ("previous_address", &previous)]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into();
        for (n, Newcomer { person, relation, number }) in (1..).zip(family) {
            let row = person.current();
            let birth = person.birth_day().to_string();
            let (domicile, koseki) = row.koseki.as_ref().map(|k| (k.place.as_str(), k.head.as_str())).unwrap_or_default();
            let fields = [
                ("name", row.name.main()),
                ("kana", row.name.kana()),
                ("birth", &birth),
                ("relation", relation),
                ("sex", row.sex.label()),
                ("my_number", number),
                ("juminhyo_code", person.juminhyo_code.as_str()),
                ("domicile", domicile),
                ("koseki_head", koseki),
            ];
            form.extend(fields.map(|(name, value)| (format!("{name}_{n}"), value.to_owned())));
        }
        let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        self.clerk.open("/juki/move-in").await?;
        send(&mut self.clerk, "/juki/move-in", &form).await?;
        if !self.clerk.page.contains(&format!("転入 {}人", family.len())) {
            bail!("× 転入を起案できません: {}", visible(&self.clerk.page));
        }
        Self::approve(&mut self.chief, "resident.move_in").await?;
        let mut numbers = vec![];
        for Newcomer { person, .. } in family {
            numbers.push(self.find(person).await?);
        }
        Ok(numbers)
    }

    /// 支援措置 for somebody; the flags follow at the gateway.
    ///
    /// # Errors
    /// The page refuses, or the gateway never hears of it.
    pub async fn protects(&mut self, who: &str, dan: &str) -> anyhow::Result<()> {
        let chief = &mut self.chief;
        chief.open("/juki/search").await?;
        send(chief, &format!("/juki/person/{who}/take"), &[]).await?;
        chief.open(&format!("/juki/person/{who}")).await?;
        send(chief, &format!("/juki/person/{who}/protect"), &[("ground", "DV"), ("opponent", "配偶者")]).await?;
        until("支援措置が中間サーバーに伝わりません", async || Ok(self.flagged(dan).await?.then_some(()))).await
    }

    /// Are 自動応答不可 and 不開示 set at the gateway?
    ///
    /// # Errors
    /// The gateway's refusal.
    pub async fn flagged(&self, dan: &str) -> anyhow::Result<bool> {
        let flags = self.call("DBM_90112", json!({ "dan": dan })).await?;
        Ok(["no_automatic", "undisclosed"].iter().all(|flag| flags.get(*flag) == Some(&true.into())))
    }

    /// The permitted exchanges in the records of the gateway, without what is known on one side only.
    ///
    /// # Errors
    /// The page cannot be read.
    pub async fn records(&mut self) -> anyhow::Result<Vec<String>> {
        records(&mut self.gateway, "/gateway/records", "record").await
    }

    /// Prints what was checked, under the city's name.
    ///
    /// # Errors
    /// It does not hold.
    pub fn check(&self, what: &str, holds: bool) -> anyhow::Result<()> {
        check(&format!("{}: {what}", self.city.name_ja), holds)
    }
}

/// The permitted exchanges of a page of records.
///
/// # Errors
/// The page cannot be read.
pub async fn records(browser: &mut Browser, path: &str, name: &str) -> anyhow::Result<Vec<String>> {
    let view = browser.api(path).await?;
    let granted = list(&view, "records").iter().filter(|r| r.get("granted") == Some(&true.into()));
    let line = |r: &Value| {
        let hidden = r.get("hidden").map(ToString::to_string).unwrap_or_default();
        let words = [name, "asker", "provider", "procedure", "data_set", "provided_at"].map(|n| text(r, n).to_owned());
        format!("{} {hidden}", words.join(" "))
    };
    let mut lines: Vec<String> = granted.map(line).collect();
    lines.sort();
    Ok(lines)
}

/// Somebody on a 転入届.
#[derive(Clone, Copy)]
pub struct Newcomer<'a> {
    /// Who.
    pub person: &'a Person,
    /// 続柄
    pub relation: &'a str,
    /// The 個人番号 on their card.
    pub number: &'a str,
}

impl<'a> Newcomer<'a> {
    /// Somebody whose relation to the head and number stay.
    pub fn of(person: &'a Person) -> Self {
        Self { person, relation: person.current().relation, number: person.individual_number.expose() }
    }
}
