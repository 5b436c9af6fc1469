//! Starting, going on, and ending: ports that others have, a parent that is killed, certificates.

use crate::world::{empty, files, program};
use app::demo::serve::plan;
use app::zones::{Installation, Plan, PortTaken, Process};
use kernel::Date;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use wire::machine::Party;

const TODAY: Date = Date::constant(2026, 11, 20);

fn answers(at: &str) -> bool {
    TcpStream::connect(at).is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_another_program_has_is_exchanged_and_keys_and_codes_stay() {
    let folder = empty("ports");
    let first = plan(&folder, Some(TODAY), [10, 10]).unwrap();
    // Somebody takes two ports between the plan and the start.
    let (line, web) = (first.juki.line.clone(), first.cities[1].own.web.clone());
    let taken = [TcpListener::bind(&line).unwrap(), TcpListener::bind(&web).unwrap()];
    let all = Installation::start(program(), first.clone(), &[]).await.unwrap();
    assert!(all.plan.juki.line != line && all.plan.cities[1].own.web != web);
    assert_eq!(all.plan.network, first.network, "the others stay where they are");
    assert!(answers(&all.plan.juki.line) && answers(&all.plan.cities[1].own.web));
    assert_eq!(all.passwords.len(), 6, "no password is lost");
    let (before, certificate) = (all.plan.clone(), files(&folder.join("network").join("line")));
    let certificate = std::fs::read(&certificate[0]).unwrap();
    all.stop().await;
    drop(taken);

    // The clock may be set back.
    let again = plan(&folder, Some(TODAY.yesterday().unwrap()), [10, 10]).unwrap();
    let all = Installation::start(program(), again, &[]).await.unwrap();
    let now = &all.plan;
    assert_eq!((now.network_key, &now.cities, &now.juki), (before.network_key, &before.cities, &before.juki));
    assert!(all.passwords.is_empty());
    assert_ne!(std::fs::read(&files(&folder.join("network").join("line"))[0]).unwrap(), certificate);
    all.stop().await;
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_zone_whose_port_is_taken_ends_before_it_makes_anything() {
    let folder = empty("taken");
    let plan = plan(&folder, Some(TODAY), [10, 10]).unwrap();
    plan.store().unwrap();
    for at in [&plan.juki.web, &plan.juki.line] {
        let taken = TcpListener::bind(at).unwrap();
        let mut zone = Process::spawn(program(), &folder, &Party::Juki).unwrap();
        let why = zone.ready().unwrap_err();
        assert!(why.is::<PortTaken>() && why.to_string().contains(at), "{why}");
        assert!(zone.passwords.is_empty() && !folder.join("juki").join("zone.db").exists());
        drop(taken);
    }
    let mut zone = Process::spawn(program(), &folder, &Party::Juki).unwrap();
    zone.ready().unwrap();
    assert_eq!(zone.passwords.len(), 1);
    drop(zone);
    std::fs::remove_dir_all(folder).unwrap();
}

/// `atena demo` in a folder, once it says where its pages are; with what it printed until then.
fn demo(folder: &Path, fresh: bool) -> (Child, Vec<String>) {
    let mut command = Command::new(program());
    command.args(["demo", "--residents", "60", "--neighbours", "60", "--listen", "127.0.0.1:0", "--data"]).arg(folder);
    if fresh {
        command.arg("--fresh");
    }
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut said = vec![];
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for line in lines.by_ref().map_while(Result::ok) {
        said.push(line);
        if said.last().unwrap().contains("Ctrl-C") {
            std::thread::spawn(move || lines.for_each(drop));
            break;
        }
    }
    (child, said)
}

/// SIGKILL: nobody can tidy up any more. The zones end all the same.
fn killed(mut child: Child, folder: &Path) {
    let plan = Plan::load(&folder.join("zones")).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let begun = Instant::now();
    while !gone(&plan) {
        assert!(begun.elapsed() < Duration::from_secs(20), "a zone outlives whoever started it");
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn gone(plan: &Plan) -> bool {
    let mut places = vec![plan.network.web.as_str(), &plan.portal, &plan.juki.web];
    places.extend(plan.cities.iter().map(|c| c.gateway.web.as_str()));
    places.push(&plan.cities[1].own.web);
    places.iter().all(|at| !answers(at))
}

#[test]
fn the_demo_starts_everything_and_all_of_it_ends_with_it_even_when_it_is_killed() {
    let folder = empty("killed");
    let (child, said) = demo(&folder, false);
    let text = said.join("\n");
    for zone in [
        "情報提供ネットワークシステム",
        "マイナポータル",
        "住基ネット",
        "みなと市 中間サーバー",
        "やまて市 中間サーバー",
        "やまて市(架空)",
    ] {
        assert!(text.contains(zone), "{text}");
    }
    for no in ["1001", "6001", "7001", "8001"] {
        assert!(text.contains(&format!("    {no}  ")), "{text}");
    }
    let plan = Plan::load(&folder.join("zones")).unwrap();
    assert!(answers(&plan.network.web) && answers(&plan.portal) && answers(&plan.cities[1].own.web));
    killed(child, &folder);
    // The same cities again, without new passwords; then new ones.
    let (child, said) = demo(&folder, false);
    assert!(said.join("\n").contains("前回の続きです"), "{said:?}");
    assert_eq!(Plan::load(&folder.join("zones")).unwrap().network_key, plan.network_key);
    killed(child, &folder);
    let (child, said) = demo(&folder, true);
    assert!(said.join("\n").contains("はじめのパスワード"), "{said:?}");
    assert_ne!(Plan::load(&folder.join("zones")).unwrap().network_key, plan.network_key, "every zone begins anew");
    killed(child, &folder);
    std::fs::remove_dir_all(folder).unwrap();
}
