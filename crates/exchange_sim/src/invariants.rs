//! What must hold when everything has settled, whatever happened on the way.

use crate::story::canary;
use crate::world::World;
use std::collections::BTreeSet;
use wire::compare::{differences, fingerprint};
use wire::ident::{InstitutionCode, PermitNo};
use wire::inquiry::{Inquiry, InquiryState, Outward};
use wire::network::Passage;
use wire::provide::{Provision, ProvisionState};
use wire::record::{Record, history};
use wire::replica::Value;

type Check = fn(&World) -> Result<(), String>;

const CHECKS: [(&str, Check); 11] = [
    ("no silence without a cause", silence_has_a_cause),
    ("published states", published_states),
    ("exactly once", exactly_once),
    ("records equal", records_equal),
    ("replica equal", replica_equal),
    ("only what is listed", only_listed),
    ("right tenant", right_tenant),
    ("right person", right_person),
    ("hidden is not seen", hidden_is_not_seen),
    ("codes", codes),
    ("called back", called_back),
];

/// Their names.
pub fn names() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().map(|(name, _)| *name)
}

/// Checks all of them.
///
/// # Errors
/// The name of the first broken one and what was found.
pub fn check(world: &World) -> Result<(), String> {
    CHECKS.iter().try_for_each(|(name, check)| check(world).map_err(|what| format!("{name}: {what}")))
}

fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}

fn passages(world: &World) -> impl Iterator<Item = &Passage> {
    world.center.store.passages.values()
}

fn inquiries(world: &World) -> impl Iterator<Item = (&InstitutionCode, &Inquiry)> {
    world.gateways.iter().flat_map(|(at, g)| g.store.inquiries.values().map(move |i| (at, i)))
}

/// Which states of an inquiry may follow one another.
pub fn may_follow(from: InquiryState, to: InquiryState) -> bool {
    use InquiryState as S;
    let waiting = matches!(from, S::PermitRequested | S::Permitted | S::Sent | S::HeldAtProvider);
    match (from, to) {
        _ if from == to => true,
        (S::Registered, S::PermitRequested | S::Error | S::Cancelled) => true,
        (S::PermitRequested, S::Permitted | S::Denied) => true,
        (S::Permitted, S::Sent) | (S::Sent, S::HeldAtProvider) => true,
        // The answer may overtake the confirmation that the question has arrived, and may come after the time is over.
        (S::Permitted | S::Sent | S::HeldAtProvider | S::Expired | S::Refused, S::Answered | S::NoData) => true,
        (S::Permitted | S::Sent | S::HeldAtProvider, S::Refused) => true,
        (S::CancelRequested | S::CancelTooLate, S::Expired | S::Refused) => true,
        (S::CancelRequested, S::Cancelled | S::CancelTooLate) => true,
        (S::Answered | S::NoData | S::CancelTooLate, S::Fetched) => true,
        // An answer that was called back is followed by a new one, or by none in time.
        (S::Answered | S::NoData | S::Fetched, S::Answered | S::NoData | S::Expired) => true,
        (_, S::Expired | S::CancelRequested) => waiting,
        _ => false,
    }
}

/// Which states of a provision may follow one another.
pub fn may_follow_there(from: ProvisionState, to: ProvisionState) -> bool {
    use ProvisionState as S;
    matches!(
        (from, to),
        (S::Received, S::AutoAnswered | S::Held | S::Refused)
            | (S::Held, S::ContentRegistered | S::Refused | S::TimedOut)
            | (S::ContentRegistered, S::SendPermitted | S::Refused | S::TimedOut)
            | (S::SendPermitted, S::Sent)
            // What a wrong link spoilt is drafted anew, and answered by itself or held, once the link is right.
            | (S::ContentRegistered | S::AutoAnswered | S::SendPermitted | S::Sent, S::Held)
            | (S::Held | S::SendPermitted | S::Sent, S::AutoAnswered)
    ) || from == to
}

/// No machine took a way that the diagrams do not show.
fn published_states(world: &World) -> Result<(), String> {
    for gateway in world.gateways.values() {
        let wrong = gateway.moves.inquiries.iter().find(|(from, to)| !may_follow(*from, *to));
        ensure(wrong.is_none(), || format!("an inquiry went {wrong:?}"))?;
        let wrong = gateway.moves.provisions.iter().find(|(from, to)| !may_follow_there(*from, *to));
        ensure(wrong.is_none(), || format!("a provision went {wrong:?}"))?;
    }
    Ok(())
}

/// An inquiry that ran out of time was waiting for a person at the provider — a clerk, or whoever puts a link right —, never for a line.
fn silence_has_a_cause(world: &World) -> Result<(), String> {
    for (at, inquiry) in inquiries(world).filter(|(_, i)| i.state == InquiryState::Expired) {
        let there = world.gateways.get(&inquiry.question.provider);
        let held = inquiry.permit.as_ref().and_then(|permit| there?.store.provisions.get(&permit.terms.no));
        let undecided = |p: &Provision| matches!(p.state, ProvisionState::TimedOut | ProvisionState::Refused) && p.hold.is_some();
        let by_staff = held.is_some_and(|p| p.recalled || undecided(p));
        ensure(by_staff, || format!("an inquiry of {at} ran out of time without a person's doing: {held:?}"))?;
    }
    Ok(())
}

/// One permit per request, one answer per permit and one more for each that was called back, and no passage more than one request made.
fn exactly_once(world: &World) -> Result<(), String> {
    for ((asker, request), permits) in &world.observed.permits {
        ensure(permits.len() == 1, || format!("{asker} got {} permits for {request:?}", permits.len()))?;
    }
    for (no, answers) in &world.observed.answers {
        let allowed = 1 + world.observed.called_back.get(no).map_or(0, BTreeSet::len);
        ensure(answers.len() <= allowed, || format!("{no:?} was answered {} times", answers.len()))?;
    }
    let requests: BTreeSet<_> = world.center.store.passages.keys().map(|(asker, request, _)| (asker, request)).collect();
    ensure(requests.len() == world.center.store.passages.len(), || "a request was recorded twice".to_owned())
}

/// The network, the asker and — when a permit was given — the provider hold the same record, and nobody holds another.
fn records_equal(world: &World) -> Result<(), String> {
    let of = |at: &InstitutionCode, no: PermitNo| world.gateways.get(at).and_then(|g| g.store.records.get(&no));
    let mut known = BTreeSet::new();
    for record in passages(world).map(|p| &p.record) {
        known.insert(record.no);
        let asker = of(&record.asker, record.no);
        ensure(asker == Some(record), || format!("asker's record of {:?}: {asker:?} ≠ {record:?}", record.no))?;
        let provider = of(&record.provider, record.no);
        let expected = (record.granted || record.provider == record.asker).then_some(record);
        ensure(provider == expected, || format!("provider's record of {:?}: {provider:?} ≠ {expected:?}", record.no))?;
    }
    let held = world.gateways.iter().flat_map(|(at, g)| g.store.records.values().map(move |r| (at, r)));
    for (at, record) in held {
        ensure(known.contains(&record.no), || format!("{at} holds a record that the network has not"))?;
        ensure(*at == record.asker || *at == record.provider, || format!("{at} holds a record of others"))?;
    }
    Ok(())
}

/// Root hashes of 正本 and 副本 are equal; if not, the person and item are named.
fn replica_equal(world: &World) -> Result<(), String> {
    for (at, city) in &world.cities {
        let Some(gateway) = world.gateways.get(at) else { continue };
        let (original, replica) = (city.original.values(), gateway.store.replica.values());
        let equal = fingerprint(original.clone()).root == fingerprint(replica.clone()).root;
        ensure(equal, || format!("{at}: {:?}", differences(original, replica)))?;
        let refused = city.uploads.values().flat_map(|u| &u.rejected).count();
        ensure(refused == 0, || format!("{at}: {refused} rows refused"))?;
    }
    Ok(())
}

/// What the law lets the story's cities ask of one another in 令和8年9月, in the words of the law and not by the list's own code: tax for
/// 保育料 and 児童手当, and for 子ども医療 in the cities that have notified their ordinance.
fn is_lawful(record: &Record) -> bool {
    let notified = ["0220127140310001", "0220113104110001"].contains(&record.asker.as_str());
    let procedure = match record.procedure.as_str() {
        "JT00000000000001" | "JT00000000000002" => true,
        "JT00000000000003" => notified,
        _ => false,
    };
    procedure && record.data_set.id.as_str() == "TM00000000000002"
}

/// Every permit given, and every answer under it, is in the list.
fn only_listed(world: &World) -> Result<(), String> {
    for record in passages(world).map(|p| &p.record) {
        let listed = is_lawful(record);
        let other = record.asker != record.provider;
        ensure(!record.granted || (listed && other), || format!("{:?} was permitted outside the list", record.no))?;
        ensure(record.granted || record.provided_at.is_none(), || format!("{:?} was provided without a permit", record.no))?;
    }
    for (at, inquiry) in inquiries(world).filter(|(_, i)| i.stop.is_some()) {
        let left =
            passages(world).any(|p| p.record.asker == *at && Some(p.record.no) == inquiry.permit.as_ref().map(|p| p.terms.no));
        ensure(!left && inquiry.ask.is_none(), || "a question that was stopped left the city".to_owned())?;
    }
    Ok(())
}

/// Only the provider named in a permit provides under it.
fn right_tenant(world: &World) -> Result<(), String> {
    for (at, gateway) in &world.gateways {
        for provision in gateway.store.provisions.values() {
            let provider = &provision.permit.terms.provider;
            ensure(provider == at, || format!("{at} took an inquiry for {provider}"))?;
        }
    }
    for (no, answers) in &world.observed.answers {
        let provider = world.center.store.passage(*no).map(|p| &p.record.provider);
        for (by, _) in answers {
            ensure(Some(by) == provider, || format!("{by} answered under a permit for {provider:?}"))?;
        }
    }
    Ok(())
}

/// What came back is the provider's own value of the very person asked about.
fn right_person(world: &World) -> Result<(), String> {
    for (at, inquiry) in inquiries(world) {
        let Some(answer) = &inquiry.answer else { continue };
        let (asker, provider) = (world.cities.get(at), world.cities.get(&inquiry.question.provider));
        let lineage = asker.and_then(|c| c.people.get(&inquiry.question.subject)).copied().flatten();
        let there = provider.and_then(|c| c.people.iter().find(|(_, key)| **key == lineage && lineage.is_some()));
        for value in answer.outcome.iter().flatten().flat_map(|given| given.items.values()) {
            let Value::Given(text) = value else { continue };
            let mark = there.map(|(dan, _)| canary(&inquiry.question.provider, dan)).unwrap_or_default();
            let right = !mark.is_empty() && text.as_str().starts_with(&mark);
            ensure(right, || "an answer is about somebody else".to_owned())?;
        }
    }
    Ok(())
}

/// What anybody sees of themselves is what they would see had the hidden exchanges not happened; and what one side hid when the permit was
/// given could be seen at no moment.
fn hidden_is_not_seen(world: &World) -> Result<(), String> {
    let seen = world.observed.to_hide.intersection(&world.observed.shown).next();
    ensure(seen.is_none(), || format!("{seen:?} was to be hidden and could be seen"))?;
    for person in world.center.store.people.values() {
        let theirs = || passages(world).filter(|p| p.subject.as_ref() == Some(person) && p.is_noticed()).map(|p| &p.record);
        let without: Vec<&Record> = theirs().filter(|record| !record.hidden).collect();
        ensure(history(theirs()) == history(without), || "a hidden exchange changes what the person sees".to_owned())?;
    }
    Ok(())
}

/// Every 符号 stands for the person whom the city registered, no two people share one, and no 取得番号 is left.
fn codes(world: &World) -> Result<(), String> {
    let mut all = BTreeSet::new();
    for (at, gateway) in &world.gateways {
        for (dan, acquisition) in &gateway.store.acquisitions {
            ensure(acquisition.number().is_none(), || format!("{at} still holds a 取得番号"))?;
            let lineage = world.cities.get(at).and_then(|c| c.people.get(dan)).copied().flatten();
            let person = lineage.and_then(|key| world.center.store.people.get(&key)).copied();
            let named = acquisition.code().and_then(|code| world.center.store.codes.get(&(at.clone(), code))).copied();
            ensure(person == named, || format!("{at}: a 符号 stands for somebody else, or is missing"))?;
            let fresh = acquisition.code().is_none_or(|code| all.insert(code));
            ensure(fresh, || "two people or two institutions share a 符号".to_owned())?;
        }
    }
    Ok(())
}

/// An answer that its provider has called back is used by nobody, and one that stands is with the asker, whatever the storm did in between.
fn called_back(world: &World) -> Result<(), String> {
    for (at, inquiry) in inquiries(world) {
        let there = world.gateways.get(&inquiry.question.provider);
        let no = inquiry.permit.as_ref().map(|permit| permit.terms.no);
        let Some(provision) = no.and_then(|no| there?.store.provisions.get(&no)) else { continue };
        let stands = provision.standing();
        let wrong = provision.dan.as_ref().is_some_and(|dan| there.is_some_and(|g| g.store.recalled.contains(dan)));
        ensure(!wrong || stands.is_none(), || "an answer stands about a person whose link is wrong".to_owned())?;
        let used = matches!(inquiry.outward(), Outward::Answered | Outward::NoData);
        let here = inquiry.answer.as_ref().map(|answer| answer.revision).filter(|_| used);
        ensure(here == stands, || format!("{at} uses answer {here:?}, and {stands:?} stands"))?;
    }
    Ok(())
}
