//! Two cities that really ask each other: network, 住基ネット peer, two gateway tenants and two cities, each with its own database, keys and
//! certificate, over mutual TLS on this machine.

use super::browser::Browser;
use super::story::{act_for, check, list, send, text};
use super::{DemoCity, Options, load, open_city};
use crate::running::Running;
use crate::zones::{self, CityLines, Plan, Process};
use anyhow::{Context, bail};
use kernel::Date;
use kernel::ident::AtenaNo;
use platform::City;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use wire::ident::{InstitutionCode, RequestId};
use wire::machine::Party;

/// 機関コード of みなと市 and やまて市, as the list of permitted inquiries names them.
const MINATO: &str = "0220127140310001";
const YAMATE: &str = "0220113104110001";
/// 保育料の決定, for which no consent is needed, and 子ども医療費の助成, for which it is.
const CHILDCARE: &str = "JT00000000000001";
const MEDICAL: &str = "JT00000000000003";
/// 地方税関係情報
const TAX: &str = "TM00000000000002";
const ITEM: &str = "市町村民税所得割額";
/// Residents of each city.
const RESIDENTS: u32 = 60;
/// Looks at what lines bring, before the story gives up, a quarter of a second apart.
const PATIENCE: usize = 160;

/// A connected city that runs.
struct Town {
    lines: Arc<CityLines>,
    city: City,
    running: Running,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    it: Browser,
    /// 係長 of 市民課, who keeps 支援措置.
    registry: Browser,
}

impl Town {
    async fn open(plan: &Plan, institution: &str, today: Date) -> anyhow::Result<Self> {
        let institution = InstitutionCode::parse(institution)?;
        let lines = Arc::new(CityLines::open(plan, &institution, zones::clock(Some(today)))?);
        let options = Options {
            database_url: None,
            data: plan.folder.join(format!("town-{institution}")),
            residents: RESIDENTS,
            fresh: false,
            today: Some(today),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            lines: Some(lines.clone()),
        };
        let DemoCity { house, passwords } = open_city(&options).await?;
        let witness = crate::witness(&options.data, house.city.keys());
        let (stop, stopped) = watch::channel(false);
        let tasks = zones::serve_city(plan, &lines, &house.city, stopped).await?;
        let (mut it, mut registry) = (Browser::new(house.router(), "情報政策課"), Browser::new(house.router(), "市民課 係長"));
        for (browser, no) in [(&mut it, "4001"), (&mut registry, "1002")] {
            let password = passwords.iter().find(|(s, _)| s.staff_no == no).map(|(_, p)| p.clone()).context("職員がいません")?;
            browser.sign_in(no, &password).await?;
        }
        act_for(&mut it, "hub").await?;
        send(&mut it, "/case", &[("title", "情報連携の点検"), ("ground", "受付")]).await?;
        let running = Running::start(house.clone().over_plain_http(), options.listen, witness).await?;
        Ok(Self { lines, city: house.city.clone(), running, stop, tasks, it, registry })
    }

    /// Tells the gateway of everybody who has a 団番.
    async fn announces(&self) -> anyhow::Result<usize> {
        let told = hub::lines::announce_all(&self.city, self.lines.as_ref()).await;
        told.map_err(|fault| anyhow::anyhow!("× {fault}"))
    }

    /// 団番 of a resident.
    async fn dan(&mut self, who: &str) -> anyhow::Result<String> {
        self.it.open("/hub").await?;
        send(&mut self.it, "/hub", &[("number", who)]).await?;
        Ok(text(&self.it.api(&format!("/hub/{who}")).await?, "dan_no").to_owned())
    }

    async fn call(&self, interface: &str, body: Value) -> anyhow::Result<Value> {
        self.lines.call(interface, &body).await.map_err(|fault| anyhow::anyhow!("× {interface}: {fault}"))
    }

    /// What the asking programme sees, once it is no longer `while_it_is`.
    async fn after(&self, request: RequestId, while_it_is: &str) -> anyhow::Result<Value> {
        for _ in 0..PATIENCE {
            let shown = self.call("SKI_10712", json!({ "request": request })).await?;
            if text(&shown, "shown") != while_it_is {
                return Ok(shown);
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        bail!("× 照会が「{while_it_is}」のままです")
    }

    async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            tokio::time::timeout(Duration::from_secs(6), task).await.map(|_| ()).unwrap_or_default();
        }
        self.running.stop().await;
    }
}

/// Somebody of a zone's own staff, at its pages.
async fn operator(web: &str, zone: &Process, staff_no: &str) -> anyhow::Result<Browser> {
    let mut browser = Browser::at(web, staff_no);
    let password = zone.passwords.iter().find(|(no, _)| *no == staff_no).map(|(_, p)| p.clone()).context("職員がいません")?;
    browser.sign_in(staff_no, &password).await?;
    Ok(browser)
}

fn question(request: RequestId, dan: &str, procedure: &str) -> Value {
    json!({
        "request": request, "dan": dan, "provider": YAMATE, "procedure": procedure,
        "data_set": { "id": TAX, "version": 1 }, "items": [ITEM], "key": "2026", "made_for": [],
    })
}

/// Plays the exchange in a folder of its own. `program` is `atena`: each zone is a process of it.
///
/// # Errors
/// The first thing that did not hold.
pub async fn play(program: &Path, folder: &Path, today: Date) -> anyhow::Result<()> {
    println!("二つの市の情報連携");
    let now = zones::clock(Some(today)).now();
    let mut plan = Plan::make(folder, Some(today), &[(MINATO, "みなと市", true), (YAMATE, "やまて市", true)], now)?;
    plan.network_key = Some(zones::open_network(&plan).await?.public());
    plan.store()?;
    let [a, b] = [InstitutionCode::parse(MINATO)?, InstitutionCode::parse(YAMATE)?];
    let process = |party: Party| Process::start(program, folder, &party);
    let (network, _juki) = (process(Party::Network)?, process(Party::Juki)?);
    let (gateway_a, gateway_b) = (process(Party::Gateway(a.clone()))?, process(Party::Gateway(b.clone()))?);
    let mut minato = Town::open(&plan, MINATO, today).await?;
    let mut yamate = Town::open(&plan, YAMATE, today).await?;
    let mut network_it = operator(&plan.network.web, &network, "7001").await?;
    let mut asker = operator(&plan.city(&a)?.gateway.web, &gateway_a, "6001").await?;
    let mut provider = operator(&plan.city(&b)?.gateway.web, &gateway_b, "6001").await?;
    println!("  網・住基ネット・二つの中間サーバーは別のプロセスで、それぞれの鍵とデータベースを持ちます");

    let people = everybody(&minato, today).await?;
    let who = people.first().context("住民がいません")?.clone();
    let told = (minato.announces().await?, yamate.announces().await?);
    check(&format!("団体内統合宛名番号 {}件を中間サーバーに知らせる", told.0), told.0 >= people.len() && told.0 == told.1)?;
    codes(&mut asker, &mut provider, people.len()).await?;
    let (dan_a, dan_b) = (minato.dan(&who).await?, yamate.dan(&who).await?);
    asked_and_answered(&minato, &yamate, &dan_a, &dan_b).await?;
    protected(&mut yamate, &who, &dan_b).await?;
    held(&minato, &yamate, &mut provider, &dan_a).await?;
    consent(&minato, &dan_a, today).await?;
    records(&mut asker, &mut provider, &mut network_it).await?;
    for town in [minato, yamate] {
        town.stop().await;
    }
    Ok(())
}

/// The residents of both cities.
pub fn residents(today: Date) -> Vec<synth::model::Person> {
    let made = synth::City::generate(load::SEED, RESIDENTS, today);
    made.households().flat_map(|h| h.people).filter(synth::model::Person::is_resident).collect()
}

/// The 住基ネット peer learns of all people; both synthetic cities have the same ones, as if everybody had moved from one to the other.
async fn everybody(town: &Town, today: Date) -> anyhow::Result<Vec<String>> {
    let people = residents(today);
    let facts: Vec<Value> = people
        .iter()
        .map(|p| {
            json!({
                "individual_number": p.individual_number.expose(), "resident_code": p.juminhyo_code.as_str(), "name": p.current().name.main(),
                "birth": p.birth_day().to_string(), "sex": "unknown", "address": "大阪府みなと市",
            })
        })
        .collect();
    town.lines.tell_juki("/register", &facts).await.map_err(|fault| anyhow::anyhow!("× {fault}"))?;
    Ok(people.iter().filter_map(|p| AtenaNo::issue(p.serial).ok()).map(|n| n.to_string()).collect())
}

/// 符号 of everybody reach both gateways.
async fn codes(asker: &mut Browser, provider: &mut Browser, people: usize) -> anyhow::Result<()> {
    for gateway in [asker, provider] {
        let mut bound = 0;
        for _ in 0..PATIENCE {
            let view = gateway.api("/gateway/codes").await?;
            let counts = list(&view, "counts").iter().filter(|c| text(c, "state") == "BOUND");
            bound = counts.filter_map(|c| c.get("people").and_then(Value::as_u64)).sum();
            if usize::try_from(bound)? >= people {
                break;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        check(&format!("符号取得: 住民 {people}人の符号が中間サーバーに届く({bound}人)"), usize::try_from(bound)? >= people)?;
    }
    Ok(())
}

fn tax(serial: u64, dan: &str, amount: &str) -> Value {
    json!({
        "serial": serial, "dan": dan, "data_set": { "id": TAX, "version": 1 }, "key": "2026",
        "published": { "from": "2026-06-01", "to": null }, "items": { ITEM: { "given": amount } },
    })
}

/// B loads its 副本; A asks; B answers by itself.
async fn asked_and_answered(minato: &Town, yamate: &Town, dan_a: &str, dan_b: &str) -> anyhow::Result<()> {
    yamate.call("DBM_10111", tax(1, dan_b, "120000")).await?;
    let request = RequestId::from_bytes([1; 16]);
    minato.call("SKI_10111", question(request, dan_a, CHILDCARE)).await?;
    let shown = minato.after(request, "waiting").await?;
    check("照会に、相手の市の副本が自動で答える", text(&shown, "shown") == "answered")?;
    let answer = minato.call("SKI_11112", json!({ "request": request })).await?;
    let given = answer.pointer(&format!("/records/0/items/{ITEM}/given")).and_then(Value::as_str);
    check(
        "市町村民税所得割額 120000円が、時点と副本のハッシュ値つきで届く",
        given == Some("120000") && answer.get("root").is_some(),
    )?;
    check("団体内統合宛名番号は、市ごとに別のまま", !answer.to_string().contains(dan_b))
}

/// 支援措置 in the city sets both flags at its gateway.
async fn protected(yamate: &mut Town, who: &str, dan: &str) -> anyhow::Result<()> {
    let chief = &mut yamate.registry;
    chief.open("/").await?;
    send(chief, "/case", &[("title", "支援措置の申出"), ("ground", "申請")]).await?;
    chief.open("/juki/search").await?;
    send(chief, &format!("/juki/person/{who}/take"), &[]).await?;
    chief.open(&format!("/juki/person/{who}")).await?;
    send(chief, &format!("/juki/person/{who}/protect"), &[("ground", "DV"), ("opponent", "配偶者")]).await?;
    for _ in 0..PATIENCE {
        let flags = yamate.call("DBM_90112", json!({ "dan": dan })).await?;
        if ["no_automatic", "undisclosed"].iter().all(|flag| flags.get(*flag) == Some(&true.into())) {
            return check("支援措置の申出で、中間サーバーの自動応答不可と不開示がすぐに付く", true);
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    bail!("× 支援措置が中間サーバーに伝わりません")
}

/// A protected person's answer waits for two clerks; the asker sees 回答待ち all the while.
async fn held(minato: &Town, yamate: &Town, provider: &mut Browser, dan_a: &str) -> anyhow::Result<()> {
    let request = RequestId::from_bytes([2; 16]);
    minato.call("SKI_10111", question(request, dan_a, CHILDCARE)).await?;
    let mut permit = String::new();
    for _ in 0..PATIENCE {
        let view = provider.api("/gateway/provisions").await?;
        if let Some(waiting) = list(&view, "waiting").first() {
            text(waiting, "permit").clone_into(&mut permit);
            break;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    let shown = minato.call("SKI_10712", json!({ "request": request })).await?;
    check(
        "自動応答不可の人への照会は職員の確認を待ち、相手には回答待ちとだけ見える",
        !permit.is_empty() && text(&shown, "shown") == "waiting",
    )?;
    let records = json!([{ "key": "2026", "items": { ITEM: { "given": "120000" } } }]);
    yamate.call("TKY_20311", json!({ "permit": permit, "records": records, "staff": "2001" })).await?;
    yamate.call("TKY_20511", json!({ "permit": permit, "staff": "2002" })).await?;
    let shown = minato.after(request, "waiting").await?;
    check("二人の職員が内容を登録し、送信を許可すると届く", text(&shown, "shown") == "answered")
}

/// What needs the person's consent does not leave the city without it.
async fn consent(minato: &Town, dan: &str, today: Date) -> anyhow::Result<()> {
    let request = RequestId::from_bytes([3; 16]);
    let stopped = minato.lines.call("SKI_10111", &question(request, dan, MEDICAL)).await;
    check(
        "本人の同意の記録がない照会は、市から出ない",
        stopped.is_err_and(|fault| fault.why.contains("同意の記録がありません")),
    )?;
    let consent = json!([{
        "dan": dan, "procedure": MEDICAL, "data_set": TAX, "given_on": today.to_string(), "evidence": "交付申請書の同意欄",
    }]);
    minato.lines.tell_gateway("/consents", &consent).await.map_err(|fault| anyhow::anyhow!("× {fault}"))?;
    let request = RequestId::from_bytes([4; 16]);
    minato.call("SKI_10111", question(request, dan, MEDICAL)).await?;
    let shown = minato.call("SKI_10712", json!({ "request": request })).await?;
    check("同意を記録すると、照会が市から出る", ["waiting", "answered"].contains(&text(&shown, "shown")))
}

/// Asker, provider and network hold the same records: of the three inquiries that were permitted.
async fn records(asker: &mut Browser, provider: &mut Browser, network: &mut Browser) -> anyhow::Result<()> {
    let mut all: Vec<Vec<String>> = vec![];
    for _ in 0..PATIENCE {
        all.clear();
        for (browser, path, name) in [
            (&mut *asker, "/gateway/records", "record"),
            (&mut *provider, "/gateway/records", "record"),
            (&mut *network, "/network/records", "permit_no"),
        ] {
            let view = browser.api(path).await?;
            let granted = list(&view, "records").iter().filter(|r| r.get("granted") == Some(&true.into()));
            let line = |r: &Value| {
                [name, "asker", "provider", "procedure", "data_set", "provided_at"].map(|n| text(r, n).to_owned()).join(" ")
            };
            let mut lines: Vec<String> = granted.map(line).collect();
            lines.sort();
            all.push(lines);
        }
        if all.iter().all(|lines| lines.len() == 3 && Some(lines) == all.first()) {
            return check("情報提供等記録 3件が、照会者・提供者・網の三者で一致する", true);
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    bail!("× 情報提供等記録が三者で一致しません: {all:?}")
}
