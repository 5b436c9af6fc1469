//! A network in memory over `wire::network`, with 住基ネット behind it: what two gateways need to meet in a test.

use kernel::ident::DanNo;
use kernel::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use wire::Randomness;
use wire::code::{Code, CodeSecret, InnerId, LineageKey};
use wire::ident::{InstitutionCode, Mode, PermitNo, RequestId};
use wire::limits::Limits;
use wire::list::{Kind, PermittedList};
use wire::machine::{Body, Effect, Machine, Message, NoCode, Party, Turn};
use wire::network::{Authority, Member, Passage, PassageEvent};
use wire::permit::NetworkKey;
use wire::seal::SealPublic;

/// Repeatable randomness.
pub struct Dice(testkit::SeededRandom);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(testkit::SeededRandom::new(seed))
    }

    pub fn seed(&mut self) -> [u8; 32] {
        self.0.bytes()
    }
}

impl Randomness for Dice {
    fn fill(&mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            let word: [u8; 8] = self.0.bytes();
            chunk.iter_mut().zip(word).for_each(|(to, from)| *to = from);
        }
    }
}

pub struct Network {
    pub authority: Authority,
    pub passages: BTreeMap<(InstitutionCode, RequestId), Passage>,
    numbers: BTreeMap<PermitNo, (InstitutionCode, RequestId)>,
    people: BTreeMap<LineageKey, InnerId>,
    codes: BTreeMap<(InstitutionCode, Code), InnerId>,
    /// Who a city's people are on 住基ネット.
    pub lineages: BTreeMap<(InstitutionCode, DanNo), LineageKey>,
    /// What waits for each gateway, with who says it.
    pub waiting: BTreeMap<InstitutionCode, Vec<(Party, Body)>>,
    dice: Dice,
}

impl Network {
    pub fn new(members: &[(InstitutionCode, SealPublic)], limits: Limits) -> Self {
        let mut dice = Dice::new(7);
        let member =
            |(code, key): &(InstitutionCode, SealPublic)| (code.clone(), Member { kind: Kind("city".to_owned()), key: *key });
        let authority = Authority {
            key: NetworkKey::from_seed(&[5; 32]).unwrap(),
            secret: CodeSecret::new(&dice.seed()),
            list: PermittedList::load().unwrap(),
            members: members.iter().map(member).collect(),
            limits,
            serves: BTreeSet::from([Mode::Production]),
        };
        Self {
            authority,
            passages: BTreeMap::new(),
            numbers: BTreeMap::new(),
            people: BTreeMap::new(),
            codes: BTreeMap::new(),
            lineages: BTreeMap::new(),
            waiting: BTreeMap::new(),
            dice,
        }
    }

    pub fn passage(&self, no: PermitNo) -> &Passage {
        &self.passages[&self.numbers[&no]]
    }

    /// The network's own id of a person.
    pub fn person(&self, lineage: &LineageKey) -> InnerId {
        self.people[lineage]
    }

    fn post(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::Send { to: Party::Gateway(to), body } = effect {
                self.waiting.entry(to).or_default().push((Party::Network, body));
            }
        }
    }

    /// The city and 住基ネット: a 団番 becomes a code request, or there is no 住民票コード.
    pub fn at_city(&mut self, city: &InstitutionCode, body: &Body, now: Timestamp) {
        let Body::CodeWanted { acquisition, dan } = body else { return };
        let (acquisition, institution) = (*acquisition, city.clone());
        match self.lineages.get(&(city.clone(), dan.clone())).copied() {
            Some(lineage) => self.hear(&Party::Juki, Body::CodeRequest { acquisition, lineage, institution }, now),
            None => {
                let body = Body::CodeUnavailable { acquisition, reason: NoCode::NoResidentCode };
                self.waiting.entry(institution).or_default().push((Party::Juki, body));
            }
        }
    }

    pub fn hear(&mut self, from: &Party, body: Body, now: Timestamp) {
        if !self.authority.hears(from, &body) {
            return;
        }
        let mut turn = Turn { who: &self.authority, now, rng: &mut self.dice };
        let effects = match body {
            Body::CodeRequest { acquisition, lineage, institution } => {
                let person = *self.people.entry(lineage).or_insert_with(|| InnerId::draw(turn.rng));
                let code = self.authority.issue(&person, &institution).unwrap();
                self.codes.insert((institution.clone(), code), person);
                vec![Effect::Send { to: Party::Gateway(institution), body: Body::CodeIssued { acquisition, code } }]
            }
            Body::PermitRequest(ask) => {
                let key = (ask.asker.clone(), ask.request);
                match self.passages.remove(&key) {
                    Some(known) => {
                        let (passage, effects) = known.step(PassageEvent::Again, &mut turn);
                        self.passages.insert(key, passage);
                        effects
                    }
                    None => {
                        let subject = self.codes.get(&(ask.asker.clone(), ask.code)).copied();
                        let Ok((passage, effects)) = Passage::open(*ask, subject, &mut turn) else { return };
                        self.numbers.insert(passage.record.no, key.clone());
                        self.passages.insert(key, passage);
                        effects
                    }
                }
            }
            body => {
                let key = body.permit_no().and_then(|no| self.numbers.get(&no)).cloned();
                let Some((key, passage)) = key.and_then(|key| self.passages.remove(&key).map(|p| (key, p))) else { return };
                let message = Message { from: from.clone(), to: Party::Network, body };
                let (passage, effects) = passage.step(PassageEvent::Heard(message), &mut turn);
                self.passages.insert(key, passage);
                effects
            }
        };
        self.post(effects);
    }
}
