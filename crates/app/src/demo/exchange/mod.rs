//! Two cities that really ask each other: network, 住基ネット peer, two gateway tenants and two cities, each with its own database, keys and
//! certificate, over mutual TLS on this machine. A family moves from one to the other.

mod connected;
pub mod desk;
pub mod hall;
pub mod portal;

pub use connected::Connected;

use super::Town;
use super::browser::Browser;
use super::serve::plan;
use super::story::{check, list, text};
use crate::cities::{DemoCity, MINATO, YAMATE};
use crate::zones::{Bound, Installation, Plan};
use anyhow::Context;
use hall::{Hall, Newcomer, records, staff, until};
use kernel::Date;
use kernel::ident::AtenaNo;
use portal::Visitor;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use synth::{Household, Person};
use wire::ident::{InstitutionCode, RequestId};
use wire::machine::Party;

/// 保育料の決定, for which no consent is needed, and 子ども医療費の助成, for which it is.
pub const CHILDCARE: &str = "JT00000000000001";
/// See [`CHILDCARE`].
pub const MEDICAL: &str = "JT00000000000003";
/// 地方税関係情報
pub const TAX: &str = "TM00000000000002";
/// Its version of 令和8年度; the records of earlier years stand in version 1.
pub const VERSION: u16 = 2;
/// The item of it that all questions are about.
pub const ITEM: &str = "市町村民税所得割額";
/// Residents of each city.
pub const RESIDENTS: u32 = 60;
/// Where the family lives afterwards.
const NEW_HOME: &str = "大阪府みなと市中央区元町一丁目2番3号";

/// A connected city of the story, in this process.
async fn town(all: &mut Installation, city: &'static DemoCity) -> anyhow::Result<Town> {
    let institution = InstitutionCode::parse(city.institution)?;
    let options = super::Options {
        database_url: None,
        data: all.plan.zone(&Party::City(institution.clone())).join("town"),
        residents: RESIDENTS,
        fresh: false,
        today: all.plan.today,
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        lines: None,
        city,
    };
    let new = super::place::begin(&options).await?;
    let bound = Bound::of(all.line(&institution)?, options.listen).await?;
    Town::open(&all.plan, options, new, bound).await
}

/// The one-time password of a zone's staff.
pub fn password(all: &Installation, party: &Party, no: &str) -> Option<String> {
    all.passwords.get(party)?.iter().find(|(staff_no, _)| staff_no == no).map(|(_, password)| password.clone())
}

/// The hall of a city that runs in this process.
async fn hall(all: &Installation, town: &Town) -> anyhow::Result<Hall> {
    let own = |no: &str| town.zone.passwords.iter().find(|(s, _)| *s == no).map(|(_, p)| p.clone());
    let gateway = Party::Gateway(InstitutionCode::parse(town.city.institution)?);
    let place = |name: &str| Browser::new(town.house.router(), name);
    Hall::open(&all.plan, town.city, place, own, |no| password(all, &gateway, no), false).await
}

/// A family of a city whose members can all move: parents and children, Japanese, unprotected.
///
/// # Errors
/// No such family in a city this small.
pub fn family(city: &DemoCity, residents: u32, today: Date) -> anyhow::Result<Household> {
    let plain = |p: &Person| p.is_resident() && p.current().foreign.is_none() && p.current().move_out.is_none();
    let fits = |h: &Household| {
        let relations = |wanted: &str| h.people.iter().any(|p| p.current().relation == wanted);
        let known = h.people.iter().all(|p| plain(p) && p.birth().earliest == p.birth().latest);
        known && relations("世帯主") && relations("妻") && relations("子") && h.protections.is_empty() && h.people.len() <= 5
    };
    city.people(residents, today).households().find(fits).context("引っ越せる家族が合成の市にいません")
}

/// 宛名番号 of synthetic people.
///
/// # Errors
/// A serial without one.
pub fn numbers<'a>(people: impl IntoIterator<Item = &'a Person>) -> anyhow::Result<Vec<String>> {
    people.into_iter().map(|p| Ok(AtenaNo::issue(p.serial)?.to_string())).collect()
}

/// A question of one city about somebody's tax of 令和8年度, for the people in `made_for`.
pub fn question(request: RequestId, dan: &str, provider: &DemoCity, procedure: &str, made_for: &[String]) -> Value {
    json!({
        "request": request, "dan": dan, "provider": provider.institution, "procedure": procedure,
        "data_set": { "id": TAX, "version": VERSION }, "items": [ITEM], "key": "2026", "made_for": made_for,
    })
}

/// A record of somebody's tax of 令和8年度.
pub fn tax(serial: u64, dan: &str, amount: &str) -> Value {
    json!({
        "serial": serial, "dan": dan, "data_set": { "id": TAX, "version": VERSION }, "key": "2026",
        "published": { "from": "2026-06-01", "to": null }, "items": { ITEM: { "given": amount } },
    })
}

/// What was answered about the item.
pub fn given(answer: &Value) -> Option<&str> {
    answer.pointer(&format!("/records/0/items/{ITEM}/given")).and_then(Value::as_str)
}

/// The family while it moves: in the old city, and in the new one.
struct Family {
    people: Vec<Person>,
    there: Vec<String>,
    here: Vec<String>,
}

/// Plays the exchange in a folder of its own. `program` is `atena`: each zone but the cities is a process of it.
///
/// # Errors
/// The first thing that did not hold.
pub async fn play(program: &Path, folder: &Path, today: Date) -> anyhow::Result<()> {
    println!("二つの市の情報連携");
    let plan: Plan = plan(folder, Some(today), [RESIDENTS, RESIDENTS])?;
    let mut all = Installation::start(program, plan, &[MINATO.institution, YAMATE.institution]).await?;
    let (here, there) = (town(&mut all, &MINATO).await?, town(&mut all, &YAMATE).await?);
    println!("  網・住基ネット・二つの中間サーバーは別のプロセスで、それぞれの鍵とデータベースを持ちます");
    let (mut minato, mut yamate) = (hall(&all, &here).await?, hall(&all, &there).await?);
    let one_time = password(&all, &Party::Network, "7001").context("網の職員がいません")?;
    let mut network = staff(Browser::at(&all.plan.network.web, "網の運用"), "7001", &one_time, false).await?;

    for hall in [&mut minato, &mut yamate] {
        let bound = hall.has_bound(RESIDENTS.into()).await?;
        hall.check(&format!("符号取得: 住民 {RESIDENTS}人の符号が中間サーバーに届く({bound}人)"), true)?;
    }
    let family = moves(&mut minato, &mut yamate, today).await?;
    let (guardian, spouse) = ((&family.here[0], &family.there[0]), (&family.here[1], &family.there[1]));
    let child = family.here.last().context("子がいません")?;
    originals(&mut yamate, guardian.1, spouse.1).await?;
    asked_and_answered(&mut minato, &mut yamate, guardian, child, today).await?;
    let spouse_b = yamate.dan(spouse.1).await?;
    yamate.protects(spouse.1, &spouse_b).await?;
    yamate.check("支援措置の申出で、中間サーバーの自動応答不可と不開示がすぐに付く", true)?;
    held(&mut minato, &mut yamate, spouse.0, child, today).await?;
    agree(&mut minato, &mut yamate, &mut network).await?;
    seen_by_the_resident(&all.plan, &family.people).await?;
    for town in [here, there] {
        town.zone.stop().await;
    }
    all.stop().await;
    Ok(())
}

/// A family leaves やまて市 and comes to みなと市 with its 個人番号: numbered there, with other 符号 than before.
async fn moves(minato: &mut Hall, yamate: &mut Hall, today: Date) -> anyhow::Result<Family> {
    println!("家族の引越し");
    let mut people = family(yamate.city, RESIDENTS, today)?.people;
    people.sort_by_key(|p| match p.current().relation {
        "世帯主" => 0,
        "妻" => 1,
        _ => 2,
    });
    let there = numbers(&people)?;
    yamate.lets_go(&there, today, NEW_HOME).await?;
    yamate.check(&format!("{}人の転出届を受け、転入通知で消除する", there.len()), true)?;
    let before = minato.bound().await?;
    let here = minato.takes_in(&people.iter().map(Newcomer::of).collect::<Vec<_>>(), today, NEW_HOME).await?;
    minato.check(&format!("{}人の転入届を個人番号とともに受ける", here.len()), here.len() == people.len())?;
    let arrived = before + u64::try_from(people.len())?;
    let bound = minato.has_bound(arrived).await?;
    minato.check("転入した家族に団体内統合宛名番号が付き、みなと市の符号が届く", bound >= arrived)?;
    Ok(Family { people, there, here })
}

/// B's tax system hands over what it holds, and 副本 is proved equal to it.
async fn originals(yamate: &mut Hall, guardian: &str, spouse: &str) -> anyhow::Result<()> {
    println!("正本と副本");
    desk::hands_over_year(yamate, 2025, &[(guardian, "110000")]).await?;
    desk::hands_over(yamate, &[(guardian, "120000"), (spouse, "80000")]).await?;
    yamate.check("税システムの正本ファイルを受け取り、副本を中間サーバーに登録する", true)?;
    let versions = desk::tax_versions(yamate).await?;
    yamate.check("令和7年度の副本は第1版、令和8年度は第2版で並んで提供される", versions == [1, 2])?;
    let compared = desk::compares(yamate).await?;
    let equal = compared.get("differences") == Some(&json!(0));
    yamate.check("住民全員と税の正本と副本が、照合で一致する", equal)
}

/// A asks with the guardian's consent, and not without it; B answers by itself.
async fn asked_and_answered(
    minato: &mut Hall,
    yamate: &mut Hall,
    (here, there): (&String, &String),
    child: &str,
    today: Date,
) -> anyhow::Result<()> {
    println!("保護者の地方税関係情報");
    let page = desk::asks(minato, here, child, &YAMATE).await?;
    let stopped = desk::comes_back(minato, &page).await?;
    let why = text(&stopped, "reason").contains("同意の記録がありません");
    minato.check("本人の同意の記録がない照会は、市から出ない", text(&stopped, "state") == "照会できません" && why)?;
    desk::consents(minato, here, today).await?;
    let page = desk::asks(minato, here, child, &YAMATE).await?;
    let answer = desk::comes_back(minato, &page).await?;
    minato.check("同意を登録すると、前に住んでいた市の副本が自動で答える", text(&answer, "state") == "回答あり")?;
    let whole =
        desk::amount(&answer) == Some("120000") && !text(&answer, "root").is_empty() && !text(&answer, "as_of").is_empty();
    minato.check("市町村民税所得割額 120000円が、時点と副本のハッシュ値つきで届く", whole)?;
    let (dan_a, dan_b) = (minato.dan(here).await?, yamate.dan(there).await?);
    check("団体内統合宛名番号は、市ごとに別のまま", dan_a != dan_b && !answer.to_string().contains(&dan_b))
}

/// A protected person's answer waits for two clerks; the asker sees 回答待ち all the while.
async fn held(minato: &mut Hall, yamate: &mut Hall, here: &str, child: &str, today: Date) -> anyhow::Result<()> {
    desk::consents(minato, here, today).await?;
    let asked = desk::asks(minato, here, child, &YAMATE).await?;
    let page = desk::held(yamate).await?;
    let shown = minato.aid.api(&asked).await?;
    let waits = text(&shown, "state") == "回答待ち";
    check("自動応答不可の人への照会は職員の確認を待ち、相手には回答待ちとだけ見える", waits)?;
    let seen = desk::two_release(yamate, &page).await?;
    let original = seen.pointer(&format!("/originals/0/items/{ITEM}")).and_then(Value::as_str);
    let whole = seen.get("protected") == Some(&json!(true)) && original == Some("80000");
    yamate.check("一人目が支援措置と正本を見て登録し、二人目が送信を許可する", whole)?;
    let answer = desk::comes_back(minato, &asked).await?;
    minato.check("許可された回答が届く", desk::amount(&answer) == Some("80000"))
}

/// Asker, provider and network hold the same records: of the two inquiries that were permitted, one of them 不開示.
async fn agree(minato: &mut Hall, yamate: &mut Hall, network: &mut Browser) -> anyhow::Result<()> {
    until("情報提供等記録が三者で一致しません", async || {
        let all = [minato.records().await?, yamate.records().await?, records(network, "/network/records", "permit_no").await?];
        let [first, others @ ..] = &all;
        let hidden = first.iter().filter(|line| line.ends_with("true")).count();
        Ok((first.len() == 2 && hidden == 1 && others.iter().all(|lines| lines == first)).then_some(()))
    })
    .await?;
    check("情報提供等記録 2件が、照会者・提供者・網の三者で一致する。不開示は支援措置の1件だけ", true)?;
    for (hall, side) in [(minato, "照会"), (yamate, "提供")] {
        let own = desk::records(hall, 2).await?;
        let hidden = own.iter().filter(|r| r.get("hidden") == Some(&json!(true))).count();
        hall.check(
            &format!("{side}の記録の控えが、市の画面にもある"),
            own.iter().all(|r| text(r, "side") == side) && hidden == 1,
        )?;
    }
    Ok(())
}

/// The guardian sees the exchange in the portal and obtains their own information; the protected spouse sees nothing of it.
async fn seen_by_the_resident(plan: &Plan, people: &[Person]) -> anyhow::Result<()> {
    println!("マイナポータル");
    let [guardian, spouse, ..] = people else { anyhow::bail!("× 家族がいません") };
    let mut guardian = Visitor::arrives(plan, guardian.individual_number.clone()).await?;
    let history = guardian.history().await?;
    let lines = list(&history, "exchanges");
    let named = |x: &Value| text(x, "asker") == MINATO.name_ja && text(x, "provider") == YAMATE.name_ja;
    check("本人: やりとり履歴に、二つの市の照会と提供が見える", lines.len() == 1 && lines.iter().all(named))?;
    let own = guardian.own(&YAMATE).await?;
    let shown = own.pointer(&format!("/own/records/0/items/{ITEM}/given")).and_then(Value::as_str);
    check("本人: やまて市が持つ自分の地方税関係情報を取得する", shown == Some("120000"))?;
    check("本人: 画面にも同じ履歴が出る", guardian.page().await?.contains(YAMATE.name_ja))?;
    let mut spouse = Visitor::arrives(plan, spouse.individual_number.clone()).await?;
    let hidden = list(&spouse.history().await?, "exchanges").is_empty();
    check("支援措置を受ける配偶者のやりとりは、だれの画面にも出ない", hidden)
}

/// The residents of both cities.
pub fn residents(today: Date) -> Vec<Person> {
    let of = |city: &DemoCity| city.people(RESIDENTS, today).households().flat_map(|h| h.people).filter(Person::is_resident);
    of(&MINATO).chain(of(&YAMATE)).collect()
}
