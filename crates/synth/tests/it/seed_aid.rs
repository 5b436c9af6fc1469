use super::{TODAY, households, others};
use kernel::ident::{InsurerNo, KohiBearerNo, RecipientNo};
use kernel::money::Yen;
use kernel::time::{Date, Period, march_31_after};
use std::collections::BTreeSet;
use synth::model::{ChildAid, IncomeFact, InsuranceFact};
use synth::{Household, MINATO, Person, YAMATE};

fn aids() -> impl Iterator<Item = (&'static Household, &'static Person, &'static ChildAid)> {
    households().iter().flat_map(|h| {
        h.aids
            .iter()
            .map(move |a| (h, h.people.iter().find(|p| p.serial == a.child).expect("the child lives in the household"), a))
    })
}

/// The numbers of 資格情報 that a child's record fills.
fn filled(child: &Person, aid: &ChildAid) -> BTreeSet<u8> {
    let mut all = BTreeSet::new();
    let mut put = |number: u8, there: bool| {
        if there {
            all.insert(number);
        }
    };
    let row = child.current();
    put(1, true);
    put(5, aid.recipient_no.is_some());
    put(6, aid.recipient_no.is_some());
    for e in &aid.entitlements {
        let there = [
            (2, !e.record.approval.is_empty()),
            (3, e.record.cancelled_on.is_some()),
            (4, !e.state.is_empty()),
            (7, true),
            (8, !e.acquired_reason.is_empty()),
            (9, e.stop.is_some()),
            (10, e.stop.is_some_and(|s| !s.reason.is_empty())),
            (11, e.stop.is_some_and(|s| s.released.is_some())),
            (12, e.stop.and_then(|s| s.released).is_some_and(|(_, reason)| !reason.is_empty())),
            (13, e.lost_on.is_some()),
            (14, e.lost_reason.is_some()),
            (15, true),
            (16, !e.record.ward.is_empty()),
            (17, true),
            (18, !e.record.reason.is_empty()),
            (21, true),
            (22, !e.judgement.is_empty()),
            (34, !e.shares.is_empty()),
            (35, !e.shares.is_empty()),
            (36, e.shares.iter().any(|(_, p)| p.to.is_some())),
        ];
        there.into_iter().for_each(|(n, is)| put(n, is));
    }
    put(23, !row.name.kana().is_empty());
    put(24, !row.name.main().is_empty());
    put(25, !row.address.postal_code.is_empty());
    put(26, !row.address.text.is_empty());
    put(27, !row.address.lot.is_empty());
    put(28, row.address.building.as_ref().is_some_and(|b| !b.kana.is_empty()));
    put(29, row.address.building.is_some());
    put(30, true);
    put(31, true);
    put(32, !row.address.ward.is_empty());
    put(33, aid.guardian.is_some());
    for c in &aid.cards {
        let there = [
            (19, true),
            (20, c.valid.to.is_some()),
            (37, !c.form.is_empty()),
            (38, !c.reissue.is_empty()),
            (39, !c.issue.is_empty()),
            (40, !c.reason.is_empty()),
            (41, true),
            (42, c.collected.is_some()),
            (43, c.collected.is_some_and(|(_, how, _)| !how.is_empty())),
            (44, c.collected.is_some_and(|(.., ward)| !ward.is_empty())),
            (45, true),
        ];
        there.into_iter().for_each(|(n, is)| put(n, is));
    }
    aid.incomes.iter().flat_map(income).for_each(|n| put(n, true));
    aid.insurances.iter().flat_map(insurance).for_each(|n| put(n, true));
    all
}

fn income(f: &IncomeFact) -> Vec<u8> {
    let i = &f.items;
    let yen = |y: Yen| y != Yen::ZERO;
    let there = [
        (46, true),
        (47, true),
        (48, !f.basis.is_empty()),
        (49, !f.role.is_empty()),
        (50, yen(f.net)),
        (51, yen(f.limit)),
        (62, !f.verdict.is_empty()),
        (63, yen(i.total)),
        (64, yen(i.short_term)),
        (65, yen(i.long_term)),
        (66, yen(i.futures)),
        (67, yen(i.forestry)),
        (68, yen(i.retirement)),
        (69, yen(i.other)),
        (70, yen(i.short_term_deduction)),
        (71, yen(i.long_term_deduction)),
        (72, yen(i.net_loss)),
        (73, yen(i.casualty_loss)),
        (74, yen(i.residence_loss)),
        (75, yen(i.futures_loss)),
        (76, yen(i.sum)),
        (77, i.disabled.is_some()),
        (78, i.widowed.is_some()),
        (79, i.working_student),
        (80, yen(i.own_disability)),
        (81, yen(i.own_special_disability)),
        (82, yen(i.widow)),
        (83, yen(i.single_parent)),
        (84, yen(i.student)),
        (85, i.disabled_dependants > 0),
        (86, i.specially_disabled_dependants > 0),
        (87, yen(i.disability)),
        (88, yen(i.special_disability)),
        (89, yen(i.casualty)),
        (90, yen(i.medical)),
        (91, yen(i.mutual_aid)),
        (92, yen(i.deductions)),
        (93, i.spouse),
        (94, i.elderly_dependants > 0),
        (95, i.other_dependants > 0),
    ];
    there.into_iter().filter_map(|(n, is)| is.then_some(n)).collect()
}

fn insurance(f: &InsuranceFact) -> Vec<u8> {
    let some = |t: &str| !t.is_empty();
    let there = [
        (52, f.cancelled_on.is_some()),
        (53, some(f.insurer_no)),
        (54, some(&f.symbol)),
        (55, some(&f.number)),
        (56, some(&f.insured_name)),
        (57, some(f.family)),
        (58, true),
        (59, f.lost_on.is_some()),
        (60, f.specified_disease_on.is_some()),
        (61, f.supplement.is_some()),
        (96, some(f.insurer_name)),
        (97, some(f.insurer_address_code)),
        (98, some(f.insurer_postal_code)),
        (99, some(f.insurer_address)),
        (100, some(f.insurer_lot)),
        (101, some(f.insurer_building)),
        (102, some(f.insurer_phone)),
        (103, some(f.class)),
        (104, f.supplement.is_some()),
        (105, f.supplement.is_some_and(|s| s.period.to.is_some())),
        (106, f.supplement.is_some_and(|s| some(s.note))),
        (107, f.rebate.is_some()),
        (108, f.rebate.is_some()),
        (109, f.rebate.is_some_and(|s| s.period.to.is_some())),
        (110, f.rebate.is_some_and(|s| some(s.note))),
    ];
    there.into_iter().filter_map(|(n, is)| is.then_some(n)).collect()
}

#[test]
fn every_item_of_the_eligibility_list_is_filled_for_somebody() {
    let all: BTreeSet<u8> = aids().flat_map(|(_, child, aid)| filled(child, aid)).collect();
    let missing: Vec<u8> = (1..=110).filter(|n| !all.contains(n)).collect();
    assert_eq!(missing, Vec::<u8>::new());
}

#[test]
fn a_small_demo_city_fills_the_eligibility_list_too() {
    let person = |h: &Household, a: &ChildAid| h.people.iter().find(|p| p.serial == a.child).expect("child").clone();
    for seed in 70..80 {
        let small: Vec<Household> = synth::City::generate(seed, 300, TODAY).households().collect();
        let all: BTreeSet<u8> =
            small.iter().flat_map(|h| h.aids.iter().flat_map(|a| filled(&person(h, a), a)).collect::<Vec<_>>()).collect();
        assert_eq!((1..=110).filter(|n| !all.contains(n)).collect::<Vec<u8>>(), Vec::<u8>::new(), "seed {seed}");
    }
}

#[test]
fn entitlement_lies_within_residence_and_the_age_limit() {
    for (_, child, aid) in aids() {
        for e in aid.entitlements.iter().filter(|e| e.record.cancelled_on.is_none()) {
            let (row, limit) = (child.current(), march_31_after(child.birth_day(), 18));
            assert!(e.acquired_on >= row.entry.on && e.acquired_on <= TODAY);
            assert!(e.last_day.is_none_or(|last| last <= limit && last >= e.acquired_on), "{e:#?}");
            assert_eq!(e.last_day.and_then(|d| d.tomorrow().ok()), e.lost_on);
            if let Some(removal) = row.removal.as_ref().filter(|r| r.reason == "国内転出" && aid.school_leave.is_none()) {
                assert!(e.last_day.is_some_and(|last| last < removal.on.earliest), "消除の日に失う: {e:#?}");
            }
            assert!(e.shares.first().is_some_and(|(_, p)| p.from == e.acquired_on));
            for pair in e.shares.windows(2) {
                assert_eq!(pair[0].1.to.and_then(|d| d.tomorrow().ok()), Some(pair[1].1.from));
                assert_ne!(pair[0].0, pair[1].0);
            }
            assert_eq!(e.shares.last().and_then(|(_, p)| p.to), e.last_day);
        }
        let periods: Vec<Period> = aid.valid_periods().collect();
        for (i, a) in periods.iter().enumerate() {
            assert!(periods.iter().skip(i + 1).all(|b| !a.overlaps(b)), "{periods:?}");
        }
    }
}

#[test]
fn a_child_who_left_for_school_keeps_the_card() {
    let (_, child, aid) = aids().find(|(_, _, a)| a.school_leave.is_some()).expect("a child at school elsewhere");
    assert!(!child.is_resident());
    assert!(aid.entitlements.iter().any(|e| e.lost_on.is_none() && e.state == "受給中"));
}

#[test]
fn every_stage_of_an_application_is_there() {
    let any = |f: &dyn Fn(&ChildAid) -> bool| aids().any(|(_, _, a)| f(a));
    assert!(any(&|a| a.application.is_none() && a.recipient_no.is_none() && a.reliefs.is_empty()), "勧奨");
    for state in ["受給中", "停止中", "喪失"] {
        assert!(any(&|a| a.entitlements.iter().any(|e| e.state == state)), "{state}");
    }
    for reason in ["転出", "生活保護開始", "他制度該当", "年齢到達"] {
        assert!(any(&|a| a.entitlements.iter().any(|e| e.lost_reason == Some(reason))), "{reason}");
    }
    for reason in ["出生", "転入", "生活保護廃止"] {
        assert!(any(&|a| a.entitlements.iter().any(|e| e.acquired_reason == reason)), "{reason}");
    }
    for law in [21, 52, 54] {
        assert!(any(&|a| a.other_laws.iter().any(|c| c.law == law)), "{law}");
    }
    assert!(any(&|a| a.cards.iter().any(|c| c.reissue == "再発行")));
    assert!(any(&|a| a.insurances.windows(2).any(|w| w[0].class != "国保" && w[1].class == "国保")), "社保から国保");
    assert!(any(&|a| a.reliefs.iter().any(|r| r.kind == "生活保護(停止中)")));
}

#[test]
fn a_child_on_public_assistance_has_no_valid_card() {
    for (_, _, aid) in aids().filter(|(_, _, a)| a.reliefs.iter().any(|r| r.kind == "生活保護" && r.period.to.is_none())) {
        assert!(aid.valid_periods().all(|p| !p.contains(TODAY)));
    }
}

#[test]
fn insurances_do_not_overlap_and_cover_the_entitled() {
    others().iter().for_each(|(today, all)| all.iter().flat_map(|h| &h.aids).for_each(|aid| insured(aid, *today)));
    aids().for_each(|(_, _, aid)| insured(aid, TODAY));
}

fn insured(aid: &ChildAid, today: Date) {
    let standing: Vec<&InsuranceFact> = aid.insurances.iter().filter(|i| i.cancelled_on.is_none()).collect();
    for (i, a) in standing.iter().enumerate() {
        assert!(standing.iter().skip(i + 1).all(|b| !a.period.overlaps(&b.period)), "{standing:#?}");
        assert!(InsurerNo::parse(a.insurer_no).is_ok());
    }
    for e in aid.entitlements.iter().filter(|e| e.record.cancelled_on.is_none() && e.state == "受給中") {
        assert!(aid.insurance_on(e.acquired_on).is_some(), "{aid:#?}");
        assert!(aid.insurance_on(today).is_some(), "{aid:#?}");
    }
}

#[test]
fn cards_carry_right_numbers_and_the_current_one_lasts_until_march() {
    for place in [&MINATO, &YAMATE] {
        assert!(KohiBearerNo::parse(place.bearer).is_ok_and(|b| b.law_code() == "86"));
    }
    for (_, _, aid) in aids() {
        assert!(aid.recipient_no.iter().all(|n| RecipientNo::parse(n.as_str()).is_ok()));
        for card in &aid.other_laws {
            assert!(KohiBearerNo::parse(card.bearer).is_ok_and(|b| b.law_code() == card.law.to_string()));
            assert!(RecipientNo::parse(&card.recipient).is_ok());
        }
        if aid.valid_periods().any(|p| p.contains(TODAY)) {
            let card = aid.cards.last().expect("a card");
            let end = card.valid.to.expect("an end");
            assert!(card.valid.contains(TODAY) && end <= march_31_after(TODAY, 0), "{card:?}");
        }
        assert!(aid.cards.iter().all(|c| c.issued_on <= TODAY && c.collected.is_none_or(|(on, ..)| on <= TODAY)));
    }
}

#[test]
fn incomes_add_up() {
    for fact in aids().flat_map(|(_, _, a)| &a.incomes) {
        let i = &fact.items;
        let gains = i.total + i.short_term + i.long_term + i.futures + i.forestry + i.retirement + i.other;
        let minus =
            i.short_term_deduction + i.long_term_deduction + i.net_loss + i.casualty_loss + i.residence_loss + i.futures_loss;
        assert!(i.sum == gains - minus || gains < minus);
        assert_eq!(fact.net, Yen((i.sum.0 - i.deductions.0).max(0)));
        match fact.verdict {
            "未申告" => assert!(fact.undeclared && i.total == Yen::ZERO),
            "基準内" => assert!(fact.net < fact.limit),
            _ => assert!(fact.net >= fact.limit),
        }
    }
    assert!(aids().flat_map(|(_, _, a)| &a.incomes).any(|f| f.undeclared), "nobody is 未申告");
}
