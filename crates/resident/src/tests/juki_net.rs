//! The registry tells 住基ネット by itself.

use super::{Counter, SPRING, TODAY, number};
use crate::juki_net::{Facts, JukiNet, OnResident, REFUSED};
use crate::usecases::{birth, death, move_within, protection};
use async_trait::async_trait;
use kernel::access::Action;
use kernel::ident::{AtenaNo, JuminhyoCode};
use kernel::time::{Date, PartialDate};
use mynumber::IndividualNumber;
use platform::fault::FaultKind;
use platform::outbox::{Subscription, deliver};
use platform::{Fault, Unit, task};
use ports::ResidentPort;
use std::sync::{Arc, Mutex};

#[derive(Default)]
struct State {
    down: bool,
    refuses: bool,
    said: Vec<String>,
    issued: Vec<String>,
}

/// 住基ネット as the city hears it.
#[derive(Default)]
struct Line(Mutex<State>);

impl Line {
    fn hears(&self, what: String) -> Result<(), Fault> {
        let mut state = self.0.lock().unwrap();
        if state.down {
            return Err(Fault::new(FaultKind::Unavailable, "接続先へ送れません", "回線", "待つ"));
        }
        if state.refuses {
            return Err(Fault::conflict("接続先が受け付けませんでした", "この個人番号の人はいません"));
        }
        state.said.push(what);
        Ok(())
    }

    fn said(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().said)
    }
}

#[async_trait]
impl JukiNet for Line {
    async fn lives_here(&self, number: &IndividualNumber, address: &str) -> Result<(), Fault> {
        self.hears(format!("住民 {} {address}", number.expose()))
    }
    async fn died(&self, number: &IndividualNumber) -> Result<(), Fault> {
        self.hears(format!("死亡 {}", number.expose()))
    }
    async fn numbers(&self, who: &AtenaNo, facts: Facts<'_>) -> Result<(IndividualNumber, JuminhyoCode), Fault> {
        self.hears(format!("付番 {} {} {}", facts.name, facts.birth, facts.sex))?;
        let issued = &mut self.0.lock().unwrap().issued;
        if !issued.contains(&who.to_string()) {
            issued.push(who.to_string());
        }
        let body = format!("99000009{:03}", issued.iter().position(|known| known == who.as_str()).unwrap());
        Ok((IndividualNumber::from_body(&body).unwrap(), JuminhyoCode::issue(77).unwrap()))
    }
}

/// The line, and what listens for it.
fn connected() -> (Arc<Line>, Vec<Arc<dyn Subscription>>) {
    let line = Arc::new(Line::default());
    (line.clone(), vec![Arc::new(OnResident { line: Some(line) })])
}

async fn my_number(c: &Counter, who: &AtenaNo) -> Option<String> {
    let mut unit = c.drafting(&[who]).await;
    let number = crate::exchange::Residents.individual_number(&mut unit, who).await.unwrap();
    number.map(|n| n.expose().to_owned())
}

async fn tasks(c: &Counter, kind: &str) -> usize {
    let mut unit: Unit = c.look(Action::Look).await;
    task::open(&mut unit).await.unwrap().iter().filter(|t| t.kind == kind).count()
}

#[tokio::test]
async fn a_move_in_a_move_and_a_death_are_told_in_their_order_and_nothing_twice() {
    for (c, database) in Counter::all().await {
        let (line, listens) = connected();
        let who = c.resident("サカイ イチロウ", "99000000201", SPRING).await;
        deliver(&c.city, &listens).await.unwrap();
        let lives = |place: &str| format!("住民 {} {place}", number("99000000201"));
        assert_eq!(line.said(), [lives("大阪府みなと市港町二丁目7番5号")]);
        deliver(&c.city, &listens).await.unwrap();
        assert_eq!(line.said(), Vec::<String>::new());

        // The line is cut for a while: what happened meanwhile is told afterwards, as things stand then.
        line.0.lock().unwrap().down = true;
        let mut unit = c.drafting(&[&who]).await;
        let moved = move_within::MoveWithin {
            number: who.clone(),
            moved_on: Date::constant(2026, 9, 1),
            notified_on: Date::constant(2026, 9, 2),
            address: "大阪府みなと市浜町一丁目1番1号".into(),
            building: None,
        };
        let draft = move_within::draft(&mut unit, &moved).await;
        c.decided(unit, draft, 2).await;
        assert!(deliver(&c.city, &listens).await.is_err());
        assert!(deliver(&c.city, &listens).await.is_err(), "it waits, however often it is tried");
        line.0.lock().unwrap().down = false;
        deliver(&c.city, &listens).await.unwrap();
        assert_eq!(line.said(), [lives("大阪府みなと市浜町一丁目1番1号")]);

        let mut unit = c.drafting(&[&who]).await;
        let died_on = PartialDate::known(Date::constant(2026, 9, 20));
        let died = death::Death { number: who.clone(), died_on, notified_on: TODAY };
        let draft = death::draft(&mut unit, &died).await;
        c.decided(unit, draft, 2).await;
        deliver(&c.city, &listens).await.unwrap();
        assert_eq!(line.said(), [format!("死亡 {}", number("99000000201"))]);
        database.remove().await;
    }
}

#[tokio::test]
async fn a_newborns_numbers_come_by_themselves_and_nobody_waits_for_them_any_more() {
    for (c, database) in Counter::all().await {
        let (line, listens) = connected();
        let parent = c.resident("ツジ サクラ", "99000000202", SPRING).await;
        let mut unit = c.drafting(&[&parent]).await;
        let command = birth::Birth {
            parent: parent.clone(),
            name: "辻 光".into(),
            kana: "ツジ ヒカル".into(),
            born_on: Date::constant(2026, 9, 1),
            sex: "女".into(),
            relation: "子".into(),
            notified_on: Date::constant(2026, 9, 10),
            domicile: None,
            koseki_head: None,
            nationality: None,
        };
        let draft = birth::draft(&mut unit, &command).await;
        c.decided(unit, draft, 2).await;
        let child = c.find("ツジ ヒカル").await.first().unwrap().atena_no.clone();
        assert_eq!((my_number(&c, &child).await, tasks(&c, birth::AWAIT_NUMBER).await), (None, 1));
        deliver(&c.city, &listens).await.unwrap();
        let said = line.said();
        assert_eq!(said.iter().filter(|s| s.starts_with("付番")).collect::<Vec<_>>(), ["付番 辻 光 2026-09-01 女"]);
        assert_eq!((my_number(&c, &child).await, tasks(&c, birth::AWAIT_NUMBER).await), (Some(number("99000009000")), 0));
        assert!(said.last().unwrap().contains(&number("99000009000")), "and the new number is told back: {said:?}");
        database.remove().await;
    }
}

#[tokio::test]
async fn what_is_not_taken_becomes_a_task_and_stops_nobody_else() {
    for (c, database) in Counter::all().await {
        let (line, listens) = connected();
        line.0.lock().unwrap().refuses = true;
        c.resident("ツジ ケンイチ", "99000000203", SPRING).await;
        deliver(&c.city, &listens).await.unwrap();
        assert_eq!(tasks(&c, REFUSED).await, 1);
        line.0.lock().unwrap().refuses = false;
        c.resident("ツジ サクラ", "99000000204", SPRING).await;
        deliver(&c.city, &listens).await.unwrap();
        assert_eq!(line.said().len(), 1);
        assert_eq!(tasks(&c, REFUSED).await, 1);
        database.remove().await;
    }
}

#[tokio::test]
async fn protected_people_are_told_of_too_and_a_city_without_a_line_tells_nobody() {
    for (c, database) in Counter::all().await {
        let (line, listens) = connected();
        let who = c.resident("ミナト マモル", "99000000205", SPRING).await;
        let mut unit = c.drafting(&[&who]).await;
        protection::start(&mut unit, &who, "DV", Some("配偶者")).await.unwrap();
        unit.commit(()).await.unwrap();
        let alone: Vec<Arc<dyn Subscription>> = vec![Arc::new(OnResident { line: None })];
        deliver(&c.city, &alone).await.unwrap();
        deliver(&c.city, &listens).await.unwrap();
        assert_eq!(line.said(), Vec::<String>::new(), "what happened before the line was there is told by the first load");
        let (line, _) = connected();
        let listens: Vec<Arc<dyn Subscription>> = vec![Arc::new(Renamed(OnResident { line: Some(line.clone()) }))];
        deliver(&c.city, &listens).await.unwrap();
        assert_eq!(line.said().len(), 1, "支援措置 hides nobody from 住基ネット");
        database.remove().await;
    }
}

/// The same listener under another name: it hears everything from the beginning.
struct Renamed(OnResident);

#[async_trait]
impl Subscription for Renamed {
    fn name(&self) -> &'static str {
        "resident.again"
    }
    fn topic(&self) -> &'static str {
        self.0.topic()
    }
    fn works_for(&self) -> (&'static str, &'static str) {
        self.0.works_for()
    }
    async fn handle(&self, unit: &mut Unit, payload: &[u8]) -> Result<(), Fault> {
        self.0.handle(unit, payload).await
    }
}
