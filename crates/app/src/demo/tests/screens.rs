//! Every page as people see it after the story: filled, with a form that was sent wrongly, and with the longest names. In each state axe
//! finds nothing, nothing is asked elsewhere, and nothing sticks out of the window. With `ATENA_SCREENS` the pictures are kept there.

use super::canaries::{addresses, leak, story_people};
use super::played::{Playing, play};
use super::remove;
use crate::cities::{OFFICES, STAFF};
use std::collections::BTreeSet;
use testkit::browser::{Browser, Page};

/// Pages whose pictures are kept: the route, the name, and whose screen it is where several people have the page.
const KEPT: &[(&str, &str, &str)] = &[
    ("/juki/person/{no}", "person", ""),
    ("/juki/person/{no}/ledger", "person-ledger", ""),
    ("/juki/person/{no}/certificate", "certificate", ""),
    ("/juki/person/{no}/moves", "moves", ""),
    ("/juki/move-in", "move-in", ""),
    ("/juki/protections", "protections", ""),
    ("/approvals", "approvals", "2002"),
    ("/jobs", "jobs", "2002"),
    ("/kodomo/recommend", "kodomo-recommend", ""),
    ("/kodomo/person/{no}", "kodomo-person", ""),
    ("/kodomo/person/{no}/ledger", "kodomo-ledger", ""),
    ("/kodomo/applications/{id}", "kodomo-application", ""),
    ("/kodomo/claims/{id}", "kodomo-claim", ""),
    ("/kodomo/decisions/{id}", "kodomo-decision", ""),
    ("/kodomo/renewals", "kodomo-renewals", ""),
    ("/kodomo/subsidy", "kodomo-subsidy", ""),
    ("/claims/{month}", "claims-month", ""),
    ("/claims/{month}/findings", "claims-findings", ""),
    ("/claims/receipts/{id}", "claims-receipt", ""),
    ("/payments", "payments", ""),
    ("/payments/transfers/{id}", "payments-transfer", ""),
    ("/payments/demands/{id}", "payments-demand", ""),
    ("/hub/{number}", "hub-person", "4001"),
    ("/hub/outsiders/{number}", "hub-outsider", "4001"),
    ("/hub/review/{id}", "hub-review", "4001"),
    ("/hub/recalls/{id}", "hub-recall", "4001"),
    ("/audit", "audit", "5001"),
    ("/staff", "staff", "4001"),
];

struct Desk {
    page: Page,
    origin: String,
    wrong: Vec<String>,
}

impl Desk {
    async fn sign_in(origin: &str, staff_no: &str, password: &str, purpose: &str) -> Self {
        let page = Browser::shared().await.unwrap().page().await.unwrap();
        page.goto(&format!("{origin}/sign-in")).await.unwrap();
        page.fill("#f-login", staff_no).await.unwrap();
        page.fill("#f-password", password).await.unwrap();
        page.load_after(page.press("Enter")).await.unwrap();
        page.goto(&format!("{origin}/session/purpose")).await.unwrap();
        let choose = format!(
            "(() => {{ const c = document.querySelector('main input[value$=\":{purpose}\"]'); if (!c) return false; c.checked = true; c.form.requestSubmit(); return true }})()"
        );
        if page.eval(&format!("!!document.querySelector('main input[value$=\":{purpose}\"]')")).await.unwrap() == true {
            page.load_after(page.eval(&choose)).await.unwrap();
        }
        page.goto(origin).await.unwrap();
        page.fill("#f-title", "画面の点検").await.unwrap();
        page.load_after(page.press("F9")).await.unwrap();
        Self { page, origin: origin.into(), wrong: vec![] }
    }

    /// Takes people into the case as a clerk does: searches and takes.
    async fn take(&self, people: &[String]) {
        for number in people {
            self.page.goto(&format!("{}/juki/search?q={number}", self.origin)).await.unwrap();
            if self.page.eval("!!document.querySelector('main form[action$=\"/take\"] button')").await.unwrap() == true {
                self.page.load_after(self.page.click("main form[action$=\"/take\"] button")).await.unwrap();
            }
        }
    }

    /// Takes people into the case as 情報政策課 does: by 宛名番号.
    async fn look_up(&self, people: &[String]) {
        for number in people {
            self.page.goto(&format!("{}/hub", self.origin)).await.unwrap();
            if self.page.eval("!!document.querySelector('main [name=number]')").await.unwrap() == true {
                self.page.fill("main [name=number]", number).await.unwrap();
                self.page.load_after(self.page.press("Enter")).await.unwrap();
            }
        }
    }

    /// What must hold for the page that is open.
    async fn judge(&mut self, what: &str) {
        for v in self.page.axe().await.unwrap() {
            self.wrong.push(format!("{what}: {v:?}"));
        }
        let foreign = self.page.requests().into_iter().filter(|u| !u.starts_with(&self.origin) && !u.starts_with("data:"));
        self.wrong.extend(foreign.map(|u| format!("{what} asks elsewhere: {u}")));
        let wide = self.page.eval("document.documentElement.scrollWidth - document.documentElement.clientWidth").await.unwrap();
        if wide.as_i64().unwrap_or(0) > 0 {
            self.wrong.push(format!("{what} sticks out of the window by {wide} px"));
        }
    }
}

/// A page of the house, and not a paper or a file.
async fn is_page(browser: &mut crate::demo::browser::Browser, address: &str) -> bool {
    let bytes = browser.fetch(address).await.unwrap();
    browser.status.is_success() && bytes.starts_with(b"<!DOCTYPE")
}

fn pattern_of(house: &webkit::House, address: &str) -> &'static str {
    let parts: Vec<&str> = address.split('/').collect();
    let fits = |path: &str| {
        let wanted: Vec<&str> = path.split('/').collect();
        wanted.len() == parts.len() && wanted.iter().zip(&parts).all(|(w, p)| w.starts_with('{') || w == p)
    };
    let mut all: Vec<&'static str> = house.routes().map(|r| r.path).filter(|p| fits(p)).collect();
    all.sort_by_key(|p| p.matches('{').count());
    all.first().copied().unwrap_or_default()
}

#[tokio::test]
async fn every_page_is_accessible_filled_sent_wrongly_and_with_the_longest_names() {
    let Playing { house, options, running, chosen, .. } = play("screens").await;
    let origin = format!("http://localhost:{}", running.address.port());
    let people = story_people(&house, &[]).await;
    let all = addresses(&house, &people).await;
    let keep = std::env::var_os("ATENA_SCREENS").map(std::path::PathBuf::from);
    let (mut wrong, mut states) = (vec![], [0_usize; 3]);
    for (member, password) in
        STAFF.iter().zip(&chosen).filter(|(m, _)| !matches!(m.staff_no, "1001" | "1003" | "2001" | "2003" | "4002"))
    {
        for purpose in OFFICES.iter().find(|o| o.code == member.office).map_or(&[][..], |o| o.purposes) {
            let mut desk = Desk::sign_in(&origin, member.staff_no, password, purpose).await;
            if member.office == "shimin" {
                desk.take(&people).await;
            }
            if member.office == "joho" {
                desk.look_up(&people).await;
            }
            let cookie = desk.page.cookie().await.unwrap();
            let mut quick = crate::demo::browser::Browser::new(house.router(), member.name).with_cookie(&cookie);
            let mut done = BTreeSet::new();
            let mut own = vec![];
            for address in &all {
                let pattern = pattern_of(&house, address);
                let key = if pattern.contains("{kind}") { address.rsplit('/').next().unwrap_or_default() } else { pattern };
                if pattern.starts_with("/session") || done.contains(key) || !is_page(&mut quick, address).await {
                    continue;
                }
                done.insert(key.to_owned());
                own.push((address.clone(), pattern));
            }
            for (address, pattern) in &own {
                desk.page.goto(&format!("{origin}{address}")).await.unwrap();
                desk.judge(&format!("{} {address}", member.staff_no)).await;
                states[0] += 1;
                if let (Some(folder), Some((_, name, _))) =
                    (&keep, KEPT.iter().find(|(p, _, whose)| p == pattern && (whose.is_empty() || *whose == member.staff_no)))
                {
                    desk.page.screenshot(&folder.join(format!("{name}.png")), 1500, true).await.unwrap();
                }
            }
            if let (Some(folder), "shimin") = (&keep, member.office) {
                desk.page.goto(&format!("{origin}/juki/search?q=%E3%83%84%E3%82%B8%E3%83%8A%E3%82%AC")).await.unwrap();
                desk.page.screenshot(&folder.join("search.png"), 1500, true).await.unwrap();
            }
            for (address, _) in own.iter().filter(|(_, p)| !p.contains("findings")) {
                desk.page.goto(&format!("{origin}{address}")).await.unwrap();
                if sent_wrongly(&desk.page).await {
                    states[1] += 1;
                    desk.judge(&format!("{} {address} sent wrongly", member.staff_no)).await;
                }
            }
            wrong.append(&mut desk.wrong);
        }
    }
    lengthen(&house).await;
    for (member, password) in STAFF.iter().zip(&chosen).filter(|(m, _)| matches!(m.staff_no, "1002" | "2002")) {
        let mut desk = Desk::sign_in(&origin, member.staff_no, password, "").await;
        let paths = if member.office == "shimin" {
            desk.take(&people).await;
            ["/juki/person/{no}", "/juki/person/{no}/ledger", "/juki/person/{no}/moves", "/juki/person/{no}/certificate"]
        } else {
            ["/kodomo/person/{no}", "/kodomo/person/{no}/ledger", "/kodomo/apply/{no}", "/kodomo/recommend"]
        };
        for path in paths {
            for width in [1_500, 1_024] {
                desk.page.resize(width, 1_000).await.unwrap();
                desk.page.goto(&format!("{origin}{}", path.replace("{no}", &people[0]))).await.unwrap();
                desk.judge(&format!("{path} with the longest names, {width} px")).await;
                states[2] += 1;
            }
        }
        wrong.append(&mut desk.wrong);
    }
    running.stop().await;
    remove(&options, None).await;
    assert!(wrong.is_empty(), "{} problems:\n{}", wrong.len(), wrong.join("\n"));
    assert!(states[0] > 60 && states[1] > 8 && states[2] == 16, "filled, sent wrongly, long: {states:?}");
}

/// Writes nonsense into every field of the page's own form and sends it by F9. Answers whether the page came back with what is wrong.
async fn sent_wrongly(page: &Page) -> bool {
    let spoil = "(() => { const b = document.querySelector('main form[method=post] button[data-key=\"F9\"], main form[method=post] button[aria-keyshortcuts=\"F9\"]'); \
        if (!b) return false; let n = 0; \
        for (const i of b.form.querySelectorAll('input[type=text], input:not([type])')) { i.value = '？？'; n++ } \
        b.form.noValidate = true; return n > 0 })()";
    if page.eval(spoil).await.unwrap() != true {
        return false;
    }
    page.load_after(page.press("F9")).await.is_ok() && page.status() == Some(422)
}

/// The longest names that the registers take.
async fn lengthen(house: &webkit::House) {
    let name = "バーソロミュー・アレクサンドロヴィチ・ロドリゲス=デ・ラ・クルス・イ・モンテネグロ・長宗我部之輔左衛門尉";
    let building = "みなと港湾中央再開発第二期事業地区公営高層共同住宅サウスタワーウエストウイング三千八百十二号室";
    let mut tx = house.city.db().write().await.unwrap();
    for (table, columns) in [
        ("resident_person", &["name", "kana", "latin_name", "head_name", "alias"][..]),
        ("medical_aid_recipient", &["name", "kana"]),
        ("medical_aid_insurance", &["insured_name", "insurer_name"]),
    ] {
        for column in columns {
            tx.run(leak(format!("update {table} set {column} = $1")), vec![name.into()]).await.unwrap();
        }
    }
    tx.run("update resident_person set building = $1, address = address || $1", vec![building.into()]).await.unwrap();
    tx.commit().await.unwrap();
}
