//! The registry on every database at hand, told as the counter would tell it.

use crate::exchange::Residents;
use crate::store;
use crate::usecases::issue_certificate::{Asked, Issued, issue};
use crate::usecases::{correct, move_in, move_out, protection};
use kernel::access::Action;
use kernel::ident::AtenaNo;
use kernel::time::{Date, PartialDate};
use law::resident::juminhyo::{Item, Purpose, Requester};
use platform::approval::{Acts, Word, decide};
use platform::city::{CityProfile, Office};
use platform::fault::FaultKind;
use platform::keys::Keys;
use platform::policy::{self, Policy};
use platform::staff::{OpenCase, Post};
use platform::testing::{FixedClock, TestDatabase, fresh_databases};
use platform::{City, Fault, StaffContext, Unit, subject};
use ports::ResidentPort;
use std::sync::Arc;

const OFFICES: &[Office] = &[Office { code: "shimin", name_ja: "市民課", purposes: &["juki"] }];
const TODAY: Date = Date::constant(2026, 9, 30);

struct Counter {
    city: City,
    clock: Arc<FixedClock>,
    acts: Acts,
    case: OpenCase,
}

fn post(rank: i64, roles: &[&str]) -> Option<Post> {
    Some(Post { id: 1, office: "shimin".into(), rank, roles: roles.iter().map(|r| (*r).to_owned()).collect(), ward: None })
}

impl Counter {
    async fn all() -> Vec<(Self, TestDatabase)> {
        let programme = crate::programme(None);
        let mut migrations = platform::MIGRATIONS.to_vec();
        migrations.extend(programme.migrations.iter().copied());
        let mut all = vec![];
        for database in fresh_databases(&migrations).await.unwrap() {
            let policy = Policy::load(policy::SCHEMA, policy::POLICIES, crate::GROUPS).unwrap();
            let profile = CityProfile {
                name_ja: "みなと市".into(),
                code: "279994".into(),
                prefecture_ja: "大阪府".into(),
                mayor_ja: "みなと市長 潮見 一郎".into(),
                wards: vec![],
                offices: OFFICES,
            };
            let clock = Arc::new(FixedClock::noon(TODAY));
            let city =
                City::new(database.db.clone(), Keys::ephemeral().unwrap(), clock.clone(), policy, profile, vec![crate::PURPOSE]);
            let none = OpenCase { id: 0, number: String::new(), ground: "受付".into(), subjects: vec![] };
            let mut counter = Self { city, clock, acts: Acts::new(programme.acts.clone()), case: none };
            let mut tx = counter.city.db().write().await.unwrap();
            let staff = counter.staff("1001", 1);
            counter.case = platform::case::open(&counter.city, &mut tx, &staff, "受付", "窓口", &[]).await.unwrap();
            tx.commit().await.unwrap();
            all.push((counter, database));
        }
        all
    }

    fn staff(&self, number: &str, rank: i64) -> StaffContext {
        StaffContext {
            staff_no: number.into(),
            name: format!("職員{number}"),
            post: post(rank, &["protection"]),
            terminal: "T-1".into(),
            purpose: Some("juki".into()),
            case: Some(self.case.clone()),
            ..StaffContext::nobody()
        }
    }

    async fn change(&self, action: Action) -> Unit {
        Unit::change(&self.city, &self.staff("1001", 1), "テスト", action).await.unwrap()
    }

    async fn look(&self, action: Action) -> Unit {
        Unit::look(&self.city, &self.staff("1001", 1), "テスト", action).await.unwrap()
    }

    async fn decide(&self, draft: i64, number: &str, rank: i64) -> Result<(), Fault> {
        let mut unit = Unit::change(&self.city, &self.staff(number, rank), "決裁", Action::Decide).await?;
        decide(&mut unit, &self.acts, draft, 1, Word::Approve, "").await?;
        unit.commit(()).await.map(|_| ())
    }

    /// How many events have been published.
    async fn told(&self) -> i64 {
        let mut unit = self.look(Action::Look).await;
        unit.tx.one("select count(*) as n from platform_outbox", vec![]).await.unwrap().get("n").unwrap()
    }

    async fn find(&self, query: &str) -> Vec<ports::facts::ResidentHit> {
        let mut unit = self.look(Action::Search).await;
        let hits = Residents.search(&mut unit, query, 10).await.unwrap();
        unit.commit(()).await.unwrap();
        hits
    }

    /// A person moves in and is decided; the 宛名番号 comes back.
    async fn resident(&self, kana: &str, body: &str, moved_on: Date) -> AtenaNo {
        let mut unit = self.change(Action::Draft).await;
        let draft = move_in::draft(&mut unit, &family(&[(kana, "世帯主", body)], moved_on)).await.unwrap();
        unit.commit(()).await.unwrap();
        self.decide(draft, "1002", 2).await.unwrap();
        self.find(kana).await.first().unwrap().atena_no.clone()
    }

    async fn as_of(&self, number: &AtenaNo, day: Date, known: i64) -> crate::model::Person {
        let mut tx = self.city.db().read().await.unwrap();
        store::as_of(&mut tx, number, day, known).await.unwrap().unwrap()
    }

    async fn run_move_out(&self, command: move_out::MoveOut) {
        let mut unit = self.change(Action::Draft).await;
        let draft = move_out::draft(&mut unit, &command).await.unwrap();
        unit.commit(()).await.unwrap();
        self.decide(draft, "1002", 2).await.unwrap();
    }
}

fn number(body: &str) -> String {
    mynumber::IndividualNumber::from_body(body).unwrap().expose().to_owned()
}

fn family(people: &[(&str, &str, &str)], moved_on: Date) -> move_in::MoveIn {
    let person = |(kana, relation, body): &(&str, &str, &str)| move_in::Newcomer {
        name: format!("辻\u{E0100} {kana}"),
        kana: (*kana).into(),
        latin_name: None,
        alias: None,
        birth: PartialDate::known(Date::constant(2018, 5, 1)),
        sex: "男".into(),
        relation: (*relation).into(),
        nationality: None,
        residence_status: None,
        residence_until: None,
        domicile: Some("大阪府みなと市港町1番地".into()),
        koseki_head: Some("辻 健一".into()),
        my_number: number(body),
        juminhyo_code: None,
    };
    move_in::MoveIn {
        entry: move_in::Entry::Domestic,
        moved_on,
        notified_on: moved_on,
        address: "大阪府みなと市港町二丁目7番5号".into(),
        building: None,
        postal_code: None,
        ward: None,
        previous_address: "東京都新宿区".into(),
        people: people.iter().map(person).collect(),
    }
}

mod juki_net;
mod moves;
mod papers;

const SPRING: Date = Date::constant(2026, 4, 1);

#[tokio::test]
async fn a_move_in_is_nobodys_business_until_another_person_of_rank_decides() {
    for (c, database) in Counter::all().await {
        let mut unit = c.change(Action::Draft).await;
        let people = [("ツジ ケンイチ", "世帯主", "99000000001"), ("ツジ ミライ", "子", "99000000002")];
        let draft = move_in::draft(&mut unit, &family(&people, SPRING)).await.unwrap();
        unit.commit(()).await.unwrap();
        assert!(c.find("ツジ").await.is_empty(), "a draft is in no register");
        assert_eq!(c.told().await, 0, "and nobody is told of it: hub, programmes and 情報連携 hear of 本登録 only (ATN-12)");
        assert_eq!(c.decide(draft, "1001", 2).await.unwrap_err().kind, FaultKind::Refused, "not by the author");
        assert_eq!(c.decide(draft, "1009", 1).await.unwrap_err().kind, FaultKind::Refused, "not without rank");
        assert_eq!(c.told().await, 0);
        c.decide(draft, "1002", 2).await.unwrap();
        assert_eq!(c.told().await, 2, "now of both");
        let hits = c.find("ﾂｼﾞ").await;
        assert_eq!(hits.len(), 2);
        assert_eq!(
            c.find("辻 ミライ 2018-05-01").await.len(),
            1,
            "the variant of the surname and the western date find the child"
        );
        let mut unit = c.change(Action::Draft).await;
        let again = move_in::draft(&mut unit, &family(&people[..1], SPRING)).await.unwrap_err();
        assert_eq!(again.kind, FaultKind::Conflict, "the same 個人番号 is somebody's already");
        drop(unit);
        database.remove().await;
    }
}

#[tokio::test]
async fn a_corrected_birth_date_keeps_what_was_believed() {
    for (c, database) in Counter::all().await {
        let child = c.resident("ミナト ソウタ", "99000000011", SPRING).await;
        let mut tx = c.city.db().read().await.unwrap();
        let before: i64 = store::believed(&mut tx, &child, store::NOW).await.unwrap().last().unwrap().seq;
        drop(tx);
        c.clock.set(Date::constant(2026, 11, 20));
        let mut unit = c.change(Action::Draft).await;
        let id = subject::find(&mut unit.tx, &child).await.unwrap().unwrap();
        unit.take_into_case(id).await.unwrap();
        let command = correct::Correct {
            number: child.clone(),
            birth: PartialDate::known(Date::constant(2018, 4, 30)),
            notified_on: Date::constant(2026, 11, 18),
            evidence: "9条2項通知".into(),
        };
        let draft = correct::draft(&mut unit, &command).await.unwrap();
        unit.commit(()).await.unwrap();
        c.decide(draft, "1002", 2).await.unwrap();
        let day = Date::constant(2026, 5, 1);
        assert_eq!(c.as_of(&child, day, store::NOW).await.birth, "平成30年4月30日", "true all along");
        assert_eq!(c.as_of(&child, day, before).await.birth, "平成30年5月1日", "but not known then");
        database.remove().await;
    }
}

#[tokio::test]
async fn the_record_ends_on_the_earlier_of_plan_and_arrival_and_a_cancellation_restores_it() {
    let september = |day| Date::constant(2026, 9, day);
    for (c, database) in Counter::all().await {
        for (kana, body, moved_in, expected) in [
            ("ミナト イチ", "99000000021", september(16), september(16)),
            ("ミナト ニ", "99000000022", september(25), september(20)),
        ] {
            let child = c.resident(kana, body, SPRING).await;
            let notify = move_out::MoveOut::Notify {
                number: child.clone(),
                notified_on: september(10),
                planned_on: september(20),
                to_address: "東京都新宿区".into(),
            };
            c.run_move_out(notify).await;
            assert!(c.as_of(&child, september(15), store::NOW).await.is_resident(september(15)), "a notification ends nothing");
            let confirm = move_out::MoveOut::Confirm {
                number: child.clone(),
                notice_on: september(28),
                moved_in_on: Some(moved_in),
                to_address: None,
            };
            c.run_move_out(confirm).await;
            assert_eq!(c.as_of(&child, TODAY, store::NOW).await.removed_on, Some(expected), "{kana}");
            let last = expected.yesterday().unwrap();
            assert!(c.as_of(&child, last, store::NOW).await.is_resident(last));
            c.run_move_out(move_out::MoveOut::Cancel { number: child.clone(), notified_on: september(29) }).await;
            let restored = c.as_of(&child, TODAY, store::NOW).await;
            assert!(restored.is_resident(TODAY) && restored.removed_on.is_none() && restored.planned_move_out.is_none());
        }
        database.remove().await;
    }
}

#[tokio::test]
async fn a_protected_person_is_not_found_by_a_place_and_shows_none() {
    for (c, database) in Counter::all().await {
        let person = c.resident("ミナト マモル", "99000000031", SPRING).await;
        assert_eq!(c.find("港町2-7").await.len(), 1);
        let mut unit = c.change(Action::Draft).await;
        let id = subject::find(&mut unit.tx, &person).await.unwrap().unwrap();
        unit.take_into_case(id).await.unwrap();
        protection::start(&mut unit, &person, "DV", None).await.unwrap();
        unit.commit(()).await.unwrap();
        assert!(c.find("港町2-7").await.is_empty(), "not by a place");
        let hits = c.find("ミナト マモル").await;
        assert_eq!(hits.first().map(|h| h.address.clone()), Some(None), "by name, but without a place");
        database.remove().await;
    }
}

fn asked(number: &AtenaNo, requester: Requester, items: Vec<Item>) -> Asked {
    Asked {
        number: number.clone(),
        household: false,
        requester,
        identity_checked: true,
        authority_shown: false,
        items,
        purpose: Purpose::NotStated,
        opponent: false,
    }
}

#[tokio::test]
async fn incident_kawasaki_same_second() {
    for (c, database) in Counter::all().await {
        let protected = c.resident("ミナト マモル", "99000000041", SPRING).await;
        let (one, two) =
            (c.resident("ミナト アキ", "99000000042", SPRING).await, c.resident("ミナト ハル", "99000000043", SPRING).await);
        // Until somebody is on the protection list, nothing is issued at all.
        let mut unit = c.change(Action::Print).await;
        for number in [&protected, &one, &two] {
            let id = subject::find(&mut unit.tx, number).await.unwrap().unwrap();
            unit.take_into_case(id).await.unwrap();
        }
        let refused = issue(unit, &asked(&one, Requester::Person, vec![])).await.unwrap();
        assert!(matches!(&*refused, Issued::Refused(_)), "incident_meiwa_missing_list: an empty list stops the paper");
        let mut unit = c.change(Action::Draft).await;
        let id = subject::find(&mut unit.tx, &protected).await.unwrap().unwrap();
        unit.take_into_case(id).await.unwrap();
        protection::start(&mut unit, &protected, "DV", None).await.unwrap();
        unit.commit(()).await.unwrap();

        let mut waiting = vec![];
        for n in 0..12 {
            let (city, staff) = (c.city.clone(), c.staff(&format!("10{n:02}"), 1));
            let (number, kana) = if n % 2 == 0 { (one.clone(), "アキ") } else { (two.clone(), "ハル") };
            waiting.push(tokio::spawn(async move {
                let mut unit = Unit::change(&city, &staff, "証明書", Action::Print).await.unwrap();
                let id = subject::find(&mut unit.tx, &number).await.unwrap().unwrap();
                unit.take_into_case(id).await.unwrap();
                let issued = issue(unit, &asked(&number, Requester::Person, vec![Item::Relationship])).await.unwrap();
                let Issued::Paper { number: paper, .. } = issued.into_inner() else { panic!("refused") };
                (paper, number, kana)
            }));
        }
        let mut papers = std::collections::BTreeSet::new();
        for one in waiting {
            let (paper, number, _) = one.await.unwrap();
            let mut tx = c.city.db().read().await.unwrap();
            let stored = store::certificates(&mut tx, &number).await.unwrap();
            assert!(
                stored.iter().any(|r| r.number == paper && r.outcome == "issued"),
                "the paper belongs to whom it was asked for"
            );
            papers.insert(paper);
        }
        assert_eq!(papers.len(), 12, "every paper has a number of its own");
        database.remove().await;
    }
}

#[tokio::test]
async fn every_statement_is_valid_on_every_database() {
    for (c, database) in Counter::all().await {
        for statement in store::STATEMENTS {
            c.city.db().prepare(statement.sql).await.unwrap_or_else(|e| panic!("{}: {e}", statement.name));
        }
        database.remove().await;
    }
}

/// 正本 of the registry keep to the catalogue of items, of those who live here and of those who are gone.
#[tokio::test]
async fn what_the_registry_offers_to_others_is_in_the_catalogue_of_items() {
    let catalogue = wire::catalogue::Catalogue::load().unwrap();
    for (counter, database) in Counter::all().await {
        let gone = counter.resident("サカイ イチロウ", "10000000001", Date::constant(2026, 9, 1)).await;
        let person = counter.as_of(&gone, TODAY, store::NOW).await;
        let removed = crate::model::Person { removed_on: Some(TODAY), removed_reason: Some("転出".into()), ..person.clone() };
        for person in [person, removed] {
            let original = crate::originals::original(&person).unwrap();
            let layout = catalogue.layout(&original.data_set).unwrap();
            assert_eq!(layout.check(&original.items), Ok(()));
            assert_eq!(layout.items.len(), original.items.len(), "and nothing of it is missing");
        }
        database.remove().await;
    }
}
