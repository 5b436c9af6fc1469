//! The network: permits, conversion of codes, routing, its own records.

use crate::support::{
    Dice, at, code, data_set, item, izumi, network_key, person, procedure, said, sakai, seal_key, secret, shinjuku, tax, tenant,
};
use std::collections::{BTreeMap, BTreeSet};
use wire::code::{AcquisitionNo, InnerId, LineageKey};
use wire::error::ExchangeError;
use wire::ident::{DataSet, InstitutionCode, LoadId, Mode, RequestId};
use wire::limits::Limits;
use wire::list::{Kind, Permission, PermittedList};
use wire::machine::{Ask, Body, Correction, Effect, Machine, Message, Party, Turn};
use wire::network::{Authority, Member, Passage, PassageEvent};
use wire::permit::Permit;
use wire::seal::Sealed;

fn authority() -> Authority {
    let member = |at: &InstitutionCode| (at.clone(), Member { kind: Kind("city".to_owned()), key: seal_key(at).public() });
    Authority {
        key: network_key(),
        secret: secret(),
        list: PermittedList::load().unwrap(),
        members: BTreeMap::from([member(&sakai()), member(&shinjuku())]),
        limits: Limits::load().unwrap(),
        serves: BTreeSet::from([Mode::Production]),
    }
}

fn ask() -> Ask {
    Ask {
        request: RequestId::from_bytes([4; 16]),
        asker: sakai(),
        code: code(1, &sakai()),
        provider: shinjuku(),
        procedure: procedure(3),
        data_set: tax(),
        items: vec![item("市町村民税所得割額")],
        hidden: false,
        mode: Mode::Production,
    }
}

fn open_for(ask: Ask, subject: Option<InnerId>) -> Result<(Passage, Vec<Effect>), ExchangeError> {
    let who = authority();
    Passage::open(ask, subject, &mut Turn { who: &who, now: at("2026-09-01T10:00:00"), rng: &mut Dice::new(1) })
}

fn open() -> (Passage, Permit) {
    let (passage, effects) = open_for(ask(), Some(person(1))).unwrap();
    let Body::PermitGranted(permit) = said(&effects)[0].clone() else { panic!("{effects:?}") };
    (passage, permit)
}

fn step(passage: Passage, event: PassageEvent, now: &str) -> (Passage, Vec<Effect>) {
    let who = authority();
    passage.step(event, &mut Turn { who: &who, now: at(now), rng: &mut Dice::new(2) })
}

fn from(who: &InstitutionCode, body: Body) -> PassageEvent {
    PassageEvent::Heard(Message { from: Party::Gateway(who.clone()), to: Party::Network, body })
}

const TEN: &str = "2026-09-01T10:00:00";

#[test]
fn a_permit_turns_the_askers_code_into_the_providers() {
    let (_, permit) = open();
    assert!(permit.is_signed_by(&network_key().public()));
    assert!(permit.terms.concerns(&code(1, &sakai())));
    assert_eq!(permit.provider_code(&seal_key(&shinjuku())), Ok(code(1, &shinjuku())));
    assert_eq!(permit.terms.expires_at, at("2026-09-02T10:00:00"));
}

#[test]
fn what_is_outside_the_list_is_denied_and_recorded() {
    let denied = |ask: Ask, subject| {
        let (passage, effects) = open_for(ask, subject).unwrap();
        assert!(!passage.record.granted && passage.due().is_none());
        let [Body::PermitDenied { error, record, .. }] = said(&effects)[..] else { panic!("{effects:?}") };
        assert_eq!(**record, passage.record);
        *error
    };
    let known = Some(person(1));
    let other = DataSet { id: data_set(10), version: 1 };
    assert_eq!(denied(Ask { data_set: other, ..ask() }, known), ExchangeError::NotPermitted);
    assert_eq!(denied(Ask { procedure: procedure(17), ..ask() }, known), ExchangeError::NotPermitted);
    assert_eq!(denied(Ask { provider: sakai(), ..ask() }, known), ExchangeError::NotPermitted, "oneself");
    assert_eq!(denied(Ask { provider: izumi(), ..ask() }, known), ExchangeError::ProviderUnknown);
    assert_eq!(denied(Ask { asker: izumi(), ..ask() }, known), ExchangeError::NotPermitted);
    assert_eq!(denied(ask(), None), ExchangeError::CodeNotBound);
}

/// Every procedure × data set × kind of asker × kind of provider, asked of the network itself: a permit exactly where the list has a row.
#[test]
fn the_network_grants_exactly_what_is_in_the_list() {
    let mut who = authority();
    let (list, on) = (who.list.clone(), kernel::time::civil(at(TEN)));
    let (mut asked, mut granted) = (0, 0);
    for (asker_kind, provider_kind) in list.kinds().keys().flat_map(|a| list.kinds().keys().map(move |b| (a, b))) {
        who.members.get_mut(&sakai()).unwrap().kind = asker_kind.clone();
        who.members.get_mut(&shinjuku()).unwrap().kind = provider_kind.clone();
        for procedure in list.procedures().keys() {
            for id in list.data_sets().keys() {
                let ask = Ask { procedure: procedure.clone(), data_set: DataSet { id: id.clone(), version: 1 }, ..ask() };
                let mut turn = Turn { who: &who, now: at(TEN), rng: &mut Dice::new(1) };
                let (passage, _) = Passage::open(ask, Some(person(1)), &mut turn).unwrap();
                let live = |row: &&Permission| {
                    (&row.procedure, &row.data_set) == (procedure, id)
                        && (&row.asker, &row.provider) == (asker_kind, provider_kind)
                        && row.period.contains(on)
                };
                assert_eq!(
                    passage.record.granted,
                    list.rows().any(|row| live(&row)),
                    "{procedure} {id} {asker_kind:?} {provider_kind:?}"
                );
                asked += 1;
                granted += u32::from(passage.record.granted);
            }
        }
    }
    assert_eq!(asked, 6 * 6 * 19 * 14);
    assert_eq!(granted as usize, list.rows().filter(|row| row.period.contains(on)).count());
}

#[test]
fn a_repeated_request_gets_the_same_permit() {
    let (passage, permit) = open();
    let (_, effects) = step(passage, PassageEvent::Again, "2026-09-01T10:30:00");
    assert_eq!(said(&effects), [&Body::PermitGranted(permit)]);
}

#[test]
fn a_test_message_in_production_and_any_message_in_an_outage_leave_nothing() {
    assert_eq!(open_for(Ask { mode: Mode::Test, ..ask() }, Some(person(1))), Err(ExchangeError::OutOfService));
    let away = Authority { serves: BTreeSet::new(), ..authority() };
    let mut turn = Turn { who: &away, now: at(TEN), rng: &mut Dice::new(1) };
    assert_eq!(Passage::open(ask(), Some(person(1)), &mut turn), Err(ExchangeError::OutOfService));
}

#[test]
fn the_provider_is_told_of_the_permit_until_it_has_recorded_it() {
    let (passage, permit) = open();
    let (passage, effects) = step(passage, PassageEvent::Tick, "2026-09-01T10:05:00");
    assert_eq!(said(&effects), [&Body::Notice(permit.clone())]);
    assert!(!passage.is_noticed(), "not shown to the person before both sides could hide it");
    let stranger = from(&izumi(), Body::NoticeReceived { no: permit.terms.no, hidden: false });
    let (passage, _) = step(passage, stranger, TEN);
    assert!(!passage.is_noticed());
    let (passage, _) = step(passage, from(&shinjuku(), Body::NoticeReceived { no: permit.terms.no, hidden: false }), TEN);
    assert!(passage.is_noticed() && passage.due().is_none());
}

#[test]
fn it_routes_between_the_two_parties_of_the_permit_and_nobody_else() {
    let (passage, permit) = open();
    let sealed = Sealed::new(b"?", &seal_key(&shinjuku()).public(), b"", &mut Dice::new(3)).unwrap();
    let inquiry = Body::Inquiry { permit: permit.clone(), sealed: sealed.clone() };
    let relayed = |who: &InstitutionCode, body: Body| step(passage.clone(), from(who, body), TEN).1;
    let to = |who: &InstitutionCode, body: &Body| vec![Effect::Send { to: Party::Gateway(who.clone()), body: body.clone() }];
    assert_eq!(relayed(&sakai(), inquiry.clone()), to(&shinjuku(), &inquiry));
    assert_eq!(relayed(&izumi(), inquiry.clone()), vec![]);
    assert_eq!(relayed(&shinjuku(), inquiry), vec![], "a provider does not ask under the asker's permit");
    let no = permit.terms.no;
    let answer = Body::Answer { no, provided_at: Some(at(TEN)), sealed };
    assert_eq!(relayed(&shinjuku(), answer.clone()), to(&sakai(), &answer));
    assert_eq!(relayed(&sakai(), answer.clone()), vec![]);
    assert_eq!(relayed(&izumi(), answer), vec![]);
}

#[test]
fn it_keeps_when_something_was_provided_and_nothing_of_what() {
    let (passage, permit) = open();
    let plain = "所得割額123000";
    let sealed = Sealed::new(plain.as_bytes(), &seal_key(&sakai()).public(), b"", &mut Dice::new(3)).unwrap();
    let answer = Body::Answer { no: permit.terms.no, provided_at: Some(at("2026-09-01T11:00:00")), sealed: sealed.clone() };
    let (passage, _) = step(passage, from(&shinjuku(), answer), "2026-09-01T11:00:01");
    assert_eq!(passage.record.provided_at, Some(at("2026-09-01T11:00:00")));
    let kept = format!("{passage:?}") + &serde_json::to_string(&passage.record).unwrap();
    assert!(!kept.contains(plain) && !kept.contains(&String::from(sealed)));
}

#[test]
fn a_correction_goes_to_the_asker_and_back_and_says_when_was_provided_what_was_lost_on_the_way() {
    let (passage, permit) = open();
    let correction = Correction { no: permit.terms.no, revision: 0, provided_at: Some(at(TEN)), until: None };
    let (passage, effects) = step(passage, from(&shinjuku(), Body::Correction(correction)), TEN);
    assert_eq!((said(&effects), passage.record.provided_at), (vec![&Body::Correction(correction)], Some(at(TEN))));
    let (passage, effects) = step(passage, from(&sakai(), Body::CorrectionReceived(correction)), TEN);
    assert_eq!(effects, [Effect::Send { to: Party::Gateway(shinjuku()), body: Body::CorrectionReceived(correction) }]);
    assert!(step(passage, from(&sakai(), Body::Correction(correction)), TEN).1.is_empty(), "an asker corrects nothing");
}

#[test]
fn what_one_side_hides_both_are_told_until_each_confirms() {
    let (passage, permit) = open();
    let no = permit.terms.no;
    let told = |effects: &[Effect]| {
        let to = |effect: &Effect| match effect {
            Effect::Send { to, body: Body::Hide(about) } if *about == no => Some(to.clone()),
            _ => None,
        };
        effects.iter().filter_map(to).collect::<BTreeSet<_>>()
    };
    let [asker, provider] = [sakai(), shinjuku()].map(Party::Gateway);
    // Whoever says the word may only repeat what it has overheard: it has to confirm, too.
    let (passage, effects) = step(passage, from(&shinjuku(), Body::NoticeReceived { no, hidden: true }), TEN);
    assert!(passage.record.hidden);
    assert_eq!(told(&effects), BTreeSet::from([asker.clone(), provider.clone()]));
    let (passage, effects) = step(passage, PassageEvent::Tick, "2026-09-01T10:10:00");
    assert_eq!(told(&effects), BTreeSet::from([asker, provider.clone()]));
    let (passage, _) = step(passage, from(&sakai(), Body::HideReceived(no)), TEN);
    assert!(passage.due().is_some(), "one of two has confirmed");
    let (passage, effects) = step(passage, PassageEvent::Tick, "2026-09-01T10:20:00");
    assert_eq!(told(&effects), BTreeSet::from([provider]));
    let (passage, _) = step(passage, from(&shinjuku(), Body::HideReceived(no)), TEN);
    assert!(passage.due().is_none() && passage.record.hidden);
}

#[test]
fn nobody_asks_in_another_citys_name_and_only_住基ネット_asks_for_codes() {
    let who = authority();
    let gateway = |of: &InstitutionCode| Party::Gateway(of.clone());
    let request = Body::PermitRequest(Box::new(ask()));
    assert!(who.hears(&gateway(&sakai()), &request));
    assert!(!who.hears(&gateway(&shinjuku()), &request) && !who.hears(&Party::City(sakai()), &request));
    let codes = Body::CodeRequest {
        acquisition: AcquisitionNo::from_bytes([1; 16]),
        lineage: LineageKey::from_bytes([1; 32]),
        institution: sakai(),
    };
    assert!(who.hears(&Party::Juki, &codes) && !who.hears(&gateway(&sakai()), &codes));
    let (_, permit) = open();
    assert!(!who.hears(&gateway(&izumi()), &Body::Hide(permit.terms.no)), "not on the network");
}

#[test]
fn a_gateway_listens_to_the_network_to_its_own_city_and_to_no_other_gateway() {
    let (tenant, (_, permit)) = (tenant(&sakai()), open());
    let no = permit.terms.no;
    let correction = Body::Correction(Correction { no, revision: 0, provided_at: None, until: None });
    let network_only = [Body::PermitGranted(permit.clone()), Body::Notice(permit.clone()), Body::Hide(no), correction];
    for body in network_only {
        assert!(tenant.hears(&Party::Network, &body));
        for other in [Party::Gateway(shinjuku()), Party::City(sakai()), Party::Juki] {
            assert!(!tenant.hears(&other, &body), "{other:?} {body:?}");
        }
    }
    let chunk = Body::Chunk { load: LoadId::from_bytes([1; 16]), part: 0, records: vec![] };
    assert!(tenant.hears(&Party::City(sakai()), &chunk));
    assert!(!tenant.hears(&Party::City(shinjuku()), &chunk) && !tenant.hears(&Party::Network, &chunk));
    assert!(!tenant.hears(&Party::Network, &Body::NoticeReceived { no, hidden: false }), "that is for the network's ears");
}
