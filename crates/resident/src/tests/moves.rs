//! The moves of the registry, told as the counter would tell them, on every database.

use super::{Counter, SPRING, TODAY, family, number};
use crate::store;
use crate::usecases::birth::{self, Birth};
use crate::usecases::cancel::{self, Cancel};
use crate::usecases::household::{self, HouseholdChange, Kind};
use crate::usecases::numbers::{self, NewNumber, Which};
use crate::usecases::restate::{self, Restate};
use crate::usecases::{move_in, move_out};
use kernel::access::Action;
use kernel::ident::AtenaNo;
use kernel::time::{Date, PartialDate};
use platform::fault::FaultKind;
use platform::{Fault, Unit, subject, task};
use std::collections::BTreeMap;

impl Counter {
    /// A family moves in and is decided; the 宛名番号 of everybody, in the order of the form.
    pub(super) async fn household_of(&self, people: &[(&str, &str, &str)]) -> Vec<AtenaNo> {
        let mut unit = self.change(Action::Draft).await;
        let draft = move_in::draft(&mut unit, &family(people, SPRING)).await.unwrap();
        unit.commit(()).await.unwrap();
        self.decide(draft, "1002", 2).await.unwrap();
        let mut all = vec![];
        for (kana, ..) in people {
            all.push(self.find(kana).await.first().unwrap().atena_no.clone());
        }
        all
    }

    pub(super) async fn drafting(&self, people: &[&AtenaNo]) -> Unit {
        let mut unit = self.change(Action::Draft).await;
        for number in people {
            let id = subject::find(&mut unit.tx, number).await.unwrap().unwrap();
            unit.take_into_case(id).await.unwrap();
        }
        unit
    }

    pub(super) async fn decided(&self, unit: Unit, draft: Result<i64, Fault>, rank: i64) {
        let draft = draft.unwrap();
        unit.commit(()).await.unwrap();
        self.decide(draft, &format!("100{}", rank + 1), rank).await.unwrap();
    }

    pub(super) async fn now(&self, number: &AtenaNo) -> crate::model::Person {
        self.as_of(number, TODAY, store::NOW).await
    }
}

fn restated(kind: &str, number: &AtenaNo, changed_on: Date, values: &[(&str, &str)]) -> Restate {
    Restate {
        kind: kind.into(),
        number: number.clone(),
        changed_on,
        notified_on: changed_on,
        evidence: "9条2項通知".into(),
        values: values.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
    }
}

#[tokio::test]
async fn a_child_is_born_into_the_household_and_waits_for_its_number() {
    for (c, database) in Counter::all().await {
        let parents = c.household_of(&[("ツジ ケンイチ", "世帯主", "99000000101"), ("ツジ サクラ", "妻", "99000000102")]).await;
        let mut command = Birth {
            parent: parents[1].clone(),
            name: "辻 光".into(),
            kana: "ツジ ヒカル".into(),
            born_on: Date::constant(2026, 9, 1),
            sex: "女".into(),
            relation: "長女".into(),
            notified_on: Date::constant(2026, 9, 10),
            domicile: None,
            koseki_head: None,
            nationality: None,
        };
        let mut unit = c.drafting(&[&parents[1]]).await;
        let wrong = birth::draft(&mut unit, &command).await.unwrap_err();
        assert_eq!(wrong.fields.first().map(|f| f.field), Some("relation"), "長女 is no word of the register");
        command.relation = "子".into();
        let draft = birth::draft(&mut unit, &command).await;
        c.decided(unit, draft, 2).await;
        let child = c.find("ツジ ヒカル").await.first().unwrap().atena_no.clone();
        let row = c.now(&child).await;
        assert_eq!((row.setai_no, row.head_name), (c.now(&parents[0]).await.setai_no, c.now(&parents[0]).await.name));
        assert_eq!(row.resident_on, Date::constant(2026, 9, 1), "a resident from birth");
        let mut unit = c.look(Action::Look).await;
        assert_eq!(task::open(&mut unit).await.unwrap().iter().filter(|t| t.kind == birth::AWAIT_NUMBER).count(), 1);
        drop(unit);

        let mut unit = c.drafting(&[&child]).await;
        let mut new = NewNumber {
            which: Which::MyNumber,
            number: child.clone(),
            value: number("99000000101"),
            changed_on: Date::constant(2026, 9, 20),
            reason: "付番の通知".into(),
        };
        assert_eq!(numbers::draft(&mut unit, &new).await.unwrap_err().kind, FaultKind::Conflict, "the father's number");
        new.value = "123456789012".into();
        assert_eq!(numbers::draft(&mut unit, &new).await.unwrap_err().kind, FaultKind::Invalid, "a wrong check digit");
        new.value = number("99000000103");
        let draft = numbers::draft(&mut unit, &new).await;
        c.decided(unit, draft, 2).await;
        let mut unit = c.look(Action::Look).await;
        assert!(task::open(&mut unit).await.unwrap().iter().all(|t| t.kind != birth::AWAIT_NUMBER), "nothing waits any more");
        drop(unit);
        database.remove().await;
    }
}

#[tokio::test]
async fn a_household_separates_merges_and_changes_its_head() {
    for (c, database) in Counter::all().await {
        let all = c
            .household_of(&[
                ("ツジ ケンイチ", "世帯主", "99000000111"),
                ("ツジ サクラ", "妻", "99000000112"),
                ("ツジ イサム", "父", "99000000113"),
            ])
            .await;
        let [head, wife, father] = [&all[0], &all[1], &all[2]];
        let day = Date::constant(2026, 9, 1);
        let mut command = HouseholdChange {
            kind: Kind::Separate,
            number: head.clone(),
            changed_on: day,
            notified_on: day,
            leaving: vec![father.clone()],
            into: None,
            relations: BTreeMap::new(),
        };
        let mut unit = c.drafting(&[head]).await;
        let headless = household::draft(&mut unit, &command).await.unwrap_err();
        assert_eq!(headless.fields.first().map(|f| f.field), Some("relation"), "the new household needs a head");
        command.relations = BTreeMap::from([(father.to_string(), "世帯主".to_owned())]);
        let draft = household::draft(&mut unit, &command).await;
        c.decided(unit, draft, 2).await;
        let alone = c.now(father).await;
        assert_ne!(alone.setai_no, c.now(head).await.setai_no);
        assert_eq!((alone.relation.as_str(), &alone.head_name), ("世帯主", &alone.name));
        assert_eq!(c.as_of(father, day.yesterday().unwrap(), store::NOW).await.relation, "父", "before that day as it was");

        let mut unit = c.drafting(&[father]).await;
        let merge = HouseholdChange {
            kind: Kind::Merge,
            number: father.clone(),
            leaving: vec![],
            into: Some(wife.clone()),
            changed_on: Date::constant(2026, 9, 15),
            relations: BTreeMap::from([(father.to_string(), "父".to_owned())]),
            ..command.clone()
        };
        let draft = household::draft(&mut unit, &merge).await;
        c.decided(unit, draft, 2).await;
        assert_eq!(c.now(father).await.setai_no, c.now(head).await.setai_no);

        let mut unit = c.drafting(&[head]).await;
        let relations = [(head, "夫"), (wife, "世帯主"), (father, "夫の父")].map(|(n, r)| (n.to_string(), r.to_owned()));
        let new_head = HouseholdChange {
            kind: Kind::NewHead,
            number: head.clone(),
            leaving: vec![],
            changed_on: Date::constant(2026, 9, 20),
            relations: BTreeMap::from(relations),
            ..command
        };
        let draft = household::draft(&mut unit, &new_head).await;
        c.decided(unit, draft, 2).await;
        let name = c.now(wife).await.name;
        for (person, relation) in [(head, "夫"), (wife, "世帯主"), (father, "夫の父")] {
            let row = c.now(person).await;
            assert_eq!((row.relation.as_str(), &row.head_name), (relation, &name), "everybody's 続柄 is restated");
        }
        database.remove().await;
    }
}

#[tokio::test]
async fn a_cancelled_move_restores_what_stood_before_and_keeps_what_was_believed() {
    for (c, database) in Counter::all().await {
        let person = c.resident("ミナト ソラ", "99000000121", SPRING).await;
        let before = c.now(&person).await;
        let day = Date::constant(2026, 9, 1);
        let mut unit = c.drafting(&[&person]).await;
        let renamed =
            restate::draft(&mut unit, &restated("name", &person, day, &[("name", "港 空"), ("kana", "ミナト ソラ")])).await;
        c.decided(unit, renamed, 2).await;
        let wrong = c.now(&person).await;
        assert_eq!(wrong.name, "港 空");
        let mut unit = c.drafting(&[&person]).await;
        let (seq, _) = cancel::last_move(&mut unit, &person).await.unwrap();
        let command = Cancel { number: person.clone(), seq, notified_on: TODAY, reason: "届書の取下げ".into() };
        let draft = cancel::draft(&mut unit, &command).await;
        c.decided(unit, draft, 3).await;
        let restored = c.now(&person).await;
        assert_eq!(
            (&restored.name, &restored.change_reason, restored.valid_from, restored.valid_to),
            (&before.name, &before.change_reason, before.valid_from, before.valid_to)
        );
        assert_eq!(c.as_of(&person, TODAY, seq).await.name, "港 空", "what was believed then can still be read");
        let mut unit = c.drafting(&[&person]).await;
        let stale = cancel::draft(&mut unit, &command).await.unwrap_err();
        assert_eq!(stale.kind, FaultKind::Conflict, "the same move is not cancelled twice");
        drop(unit);

        // A cancelled move-in ends the record on the day on which it began.
        let mut unit = c.drafting(&[&person]).await;
        let (seq, _) = cancel::last_move(&mut unit, &person).await.unwrap();
        drop(unit);
        let entered = c.resident("ミナト リク", "99000000122", SPRING).await;
        let mut unit = c.drafting(&[&entered]).await;
        let (own, _) = cancel::last_move(&mut unit, &entered).await.unwrap();
        assert_ne!(seq, own);
        let command = Cancel { number: entered.clone(), seq: own, notified_on: TODAY, reason: "転入の事実がない".into() };
        let draft = cancel::draft(&mut unit, &command).await;
        c.decided(unit, draft, 3).await;
        assert!(!c.now(&entered).await.is_resident(TODAY));
        database.remove().await;
    }
}

#[tokio::test]
async fn who_comes_back_keeps_the_old_number() {
    for (c, database) in Counter::all().await {
        let person = c.resident("ミナト カエル", "99000000131", SPRING).await;
        let june = |day| Date::constant(2026, 6, day);
        c.run_move_out(move_out::MoveOut::Notify {
            number: person.clone(),
            notified_on: june(1),
            planned_on: june(10),
            to_address: "東京都新宿区".into(),
        })
        .await;
        c.run_move_out(move_out::MoveOut::Confirm {
            number: person.clone(),
            notice_on: june(20),
            moved_in_on: Some(june(10)),
            to_address: None,
        })
        .await;
        let mut unit = c.change(Action::Draft).await;
        let back = move_in::MoveIn {
            entry: move_in::Entry::WithCard,
            ..family(&[("ミナト カエル", "世帯主", "99000000131")], Date::constant(2026, 9, 1))
        };
        let draft = move_in::draft(&mut unit, &back).await.unwrap();
        unit.commit(()).await.unwrap();
        c.decide(draft, "1002", 2).await.unwrap();
        let row = c.now(&person).await;
        assert!(row.is_resident(TODAY));
        assert_eq!(row.change_reason, "特例転入");
        assert!(!c.as_of(&person, june(15), store::NOW).await.is_resident(june(15)), "in between the person was away");
        assert_eq!(c.find("ミナト カエル").await.len(), 1, "one person, not two");
        database.remove().await;
    }
}

#[tokio::test]
async fn from_abroad_without_a_number_and_with_a_birth_date_partly_unknown() {
    for (c, database) in Counter::all().await {
        let mut command = family(&[("アリ ハサン", "世帯主", "99000000141")], SPRING);
        command.people[0].my_number = String::new();
        let mut unit = c.change(Action::Draft).await;
        assert_eq!(
            move_in::draft(&mut unit, &command).await.unwrap_err().kind,
            FaultKind::Invalid,
            "from another city it is needed"
        );
        command.entry = move_in::Entry::Abroad;
        command.people[0].birth = PartialDate::parse("昭和60年月日不詳").unwrap();
        let draft = move_in::draft(&mut unit, &command).await.unwrap();
        unit.commit(()).await.unwrap();
        c.decide(draft, "1002", 2).await.unwrap();
        let person = c.find("アリ ハサン").await.first().unwrap().atena_no.clone();
        let row = c.now(&person).await;
        assert_eq!((row.birth_earliest, row.birth_latest), (Date::constant(1985, 1, 1), Date::constant(1985, 12, 31)));
        assert_eq!(c.find("アリ 昭和60年5月5日").await.len(), 1, "any day of that year may be the one");
        database.remove().await;
    }
}

#[tokio::test]
async fn the_office_removes_on_evidence_and_only_by_the_section_chief() {
    for (c, database) in Counter::all().await {
        let person = c.resident("ミナト フメイ", "99000000151", SPRING).await;
        let day = Date::constant(2026, 9, 1);
        let mut unit = c.drafting(&[&person]).await;
        let no_paper = Restate { evidence: " ".into(), ..restated("removal", &person, day, &[]) };
        assert_eq!(restate::draft(&mut unit, &no_paper).await.unwrap_err().fields.first().map(|f| f.field), Some("evidence"));
        let draft = restate::draft(&mut unit, &restated("removal", &person, day, &[])).await.unwrap();
        unit.commit(()).await.unwrap();
        assert_eq!(c.decide(draft, "1002", 2).await.unwrap_err().kind, FaultKind::Refused, "職権消除 is the 課長's");
        c.decide(draft, "1003", 3).await.unwrap();
        assert_eq!(c.now(&person).await.removed_reason.as_deref(), Some("職権消除"));
        database.remove().await;
    }
}

#[tokio::test]
async fn names_of_foreign_residents_and_nationals_have_their_own_rules() {
    for (c, database) in Counter::all().await {
        let person = c.resident("ミナト アオイ", "99000000161", SPRING).await;
        let day = Date::constant(2026, 9, 1);
        let mut unit = c.drafting(&[&person]).await;
        let alias = restate::draft(&mut unit, &restated("alias", &person, day, &[("alias", "青井")])).await.unwrap_err();
        assert_eq!(alias.kind, FaultKind::Conflict, "通称 are for foreign residents");
        let nothing = restate::draft(&mut unit, &restated("maiden", &person, day, &[("maiden_name", "")])).await.unwrap_err();
        assert_eq!(nothing.kind, FaultKind::Invalid, "nothing changes");
        let draft = restate::draft(&mut unit, &restated("maiden", &person, day, &[("maiden_name", "海野")])).await;
        c.decided(unit, draft, 2).await;
        assert_eq!(c.now(&person).await.maiden_name.as_deref(), Some("海野"));
        let mut unit = c.drafting(&[&person]).await;
        let draft = restate::draft(&mut unit, &restated("maiden", &person, TODAY, &[("maiden_name", "")])).await;
        c.decided(unit, draft, 2).await;
        assert_eq!(c.now(&person).await.maiden_name, None, "taken off the record");
        assert_eq!(c.as_of(&person, day, store::NOW).await.maiden_name.as_deref(), Some("海野"), "it stood until then");
        database.remove().await;
    }
}

#[tokio::test]
async fn one_clerk_edits_a_person_at_a_time() {
    for (c, database) in Counter::all().await {
        let person = c.resident("ミナト ヒトリ", "99000000171", SPRING).await;
        let day = Date::constant(2026, 9, 1);
        let mut unit = c.drafting(&[&person]).await;
        restate::draft(&mut unit, &restated("kana", &person, day, &[("kana", "ミナト ヒトミ")])).await.unwrap();
        unit.commit(()).await.unwrap();
        let colleague = c.staff("1007", 1);
        let mut unit = Unit::change(&c.city, &colleague, "テスト", Action::Draft).await.unwrap();
        let id = subject::find(&mut unit.tx, &person).await.unwrap().unwrap();
        unit.take_into_case(id).await.unwrap();
        let second = restate::draft(&mut unit, &restated("kana", &person, day, &[("kana", "ミナト ヒロミ")])).await.unwrap_err();
        assert_eq!(second.kind, FaultKind::Conflict, "a colleague is at it");
        drop(unit);
        database.remove().await;
    }
}
