//! The demo as people click through it: a city in this process and, unless it is to be alone, everybody it speaks with in others.

use super::town::city_of;
use super::{Opened, Options, Town, open_city, place};
use crate::cities::{DemoCity, MINATO, YAMATE};
use crate::running::{Running, asked_to_stop};
use crate::zones::{Bound, Installation, NewCity, Plan, clock, operators};
use anyhow::Context;
use std::path::{Path, PathBuf};
use std::time::Instant;
use wire::ident::{InstitutionCode, Mode};
use wire::machine::Party;

/// Folder of the zones below a city's data.
pub fn zones_folder(data: &Path) -> PathBuf {
    data.join("zones")
}

/// The plan of a folder of zones: an earlier one to go on with, or a new one with the cities of the demo, of so many residents.
///
/// # Errors
/// A folder or port that cannot be had.
pub fn plan(folder: &Path, today: Option<kernel::Date>, residents: [u32; 2]) -> anyhow::Result<Plan> {
    let now = clock(today).now();
    if folder.join(Plan::FILE).exists() {
        return Plan::again(folder, today, now);
    }
    let new = |(city, residents): (&'static DemoCity, u32)| NewCity {
        institution: city.institution,
        name_ja: city.name_ja,
        mode: Mode::Production,
        residents,
    };
    Plan::make(folder, today, &[&MINATO, &YAMATE].into_iter().zip(residents).map(new).collect::<Vec<_>>(), now)
}

/// Serves one city that is connected with nobody, until Ctrl-C.
///
/// # Errors
/// What stands in its way, in words.
pub async fn alone(options: &Options) -> anyhow::Result<()> {
    let begun = Instant::now();
    let Opened { house, passwords } = open_city(options).await?;
    let engine = house.city.db().engine();
    let witness = crate::witness(&options.data, house.city.keys());
    let running = Running::start(house.over_plain_http(), options.listen, witness)
        .await
        .with_context(|| format!("{} で待ち受けられません", options.listen))?;
    let passwords: Vec<_> = passwords.into_iter().map(|(member, password)| (member.staff_no, password)).collect();
    ready(options, engine, begun, running.address.port(), &passwords);
    println!("  止めるには Ctrl-C");
    asked_to_stop().await?;
    running.stop().await;
    println!("止めました。記録は {} に残っています", options.data.display());
    Ok(())
}

/// Serves a city together with everybody whom the exchange needs, each in a process of its own, until Ctrl-C. `neighbours` live in the
/// other city.
///
/// # Errors
/// What stands in its way, in words.
pub async fn connected(program: &Path, options: &Options, neighbours: u32) -> anyhow::Result<()> {
    let begun = Instant::now();
    let new = place::begin(options).await?;
    let institution = InstitutionCode::parse(options.city.institution)?;
    let mut plan = plan(&zones_folder(&options.data), options.today, [options.residents, neighbours])?;
    plan.pages_at(&institution, options.listen);
    let mut all = Installation::start(program, plan, &[options.city.institution]).await?;
    let bound = Bound::of(all.line(&institution)?, options.listen).await?;
    let town = Town::open(&all.plan, options.clone(), new, bound).await?;
    let engine = town.house.city.db().engine();
    ready(options, engine, begun, town.zone.running.address.port(), &town.zone.passwords);
    neighbourhood(&all);
    println!("  止めるには Ctrl-C");
    asked_to_stop().await?;
    town.zone.stop().await;
    all.stop().await;
    println!("止めました。記録は {} に残っています", options.data.display());
    Ok(())
}

fn ready(options: &Options, engine: &str, begun: Instant, port: u16, passwords: &[(&'static str, String)]) {
    let took = begun.elapsed().as_secs_f64();
    println!("{}(架空) … {engine}、{took:.1}秒で準備できました", options.city.name_ja);
    println!("  http://localhost:{port}");
    if let Some(today) = options.today {
        println!("  業務日を {} として動いています(--today)", kernel::time::wareki(today));
    }
    println!("  鍵は {} に自分で作ったものです。本番では PKCS#11 の鍵を使います", options.data.join("keys").display());
    println!("  このデモは TLS なしで動くため、サインインの Cookie に Secure を付けていません。本番(serve)では付きます");
    if passwords.is_empty() {
        println!("  前回の続きです。最初からやり直すには --fresh を付けてください");
    } else {
        println!("  はじめのパスワード(一度だけ使えます):");
        for (no, password) in passwords {
            println!("    {no}  {password}  {}", job(options.city, no));
        }
    }
}

fn job(city: &DemoCity, staff_no: &str) -> String {
    let member = city.staff.iter().find(|m| m.staff_no == staff_no);
    member.map(|m| format!("{} {}", m.job_ja, m.name)).unwrap_or_default()
}

/// Prints who else runs, where its pages are, and who signs in there.
fn neighbourhood(all: &Installation) {
    let plan = &all.plan;
    println!("別のプロセスで動いている相手(相互TLSでつながっています):");
    for party in all.processes().iter().map(|process| &process.party) {
        let mut staff: Vec<(&str, String)> = operators(party).iter().map(|o| (o.no, o.job_ja.to_owned())).collect();
        let (name, web) = match party {
            Party::Network => ("情報提供ネットワークシステム(参照実装)".to_owned(), &plan.network.web),
            Party::Juki => ("住基ネット(参照実装)".to_owned(), &plan.juki.web),
            Party::Gateway(code) | Party::City(code) => {
                let (Ok(connected), Ok(city)) = (plan.city(code), city_of(code)) else { continue };
                if matches!(party, Party::City(_)) {
                    staff.extend(city.staff.iter().map(|m| (m.staff_no, job(city, m.staff_no))));
                    (format!("{}(架空)", city.name_ja), &connected.own.web)
                } else {
                    (format!("{} 中間サーバー", city.name_ja), &connected.gateway.web)
                }
            }
        };
        println!("  {name}  http://{web}");
        let given = all.passwords.get(party);
        for (no, job) in staff {
            let password = given.and_then(|all| all.iter().find(|(n, _)| n == no)).map_or("(前回のパスワード)", |(_, p)| p);
            println!("    {no}  {password}  {job}");
        }
        if *party == Party::Network {
            println!("  マイナポータル(参照実装)  http://{}/portal", plan.portal);
            println!("    利用者トークンは atena card が出します");
        }
    }
    if !all.passwords.is_empty() {
        println!("  住民の符号は、これから裏で取得します");
    }
}
