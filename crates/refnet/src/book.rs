//! One batch of the network: rows are loaded for all messages at once, stepped in memory, and written back in the same transaction.

use crate::model::{CodeRow, OutgoingRow, PassageRow, PersonRow, RecordRow, State, from_json, shown};
use crate::store;
use kernel::time::Timestamp;
use platform::db::Tx;
use platform::keys::{Keys, Place};
use platform::{City, Fault};
use rand_chacha::ChaCha20Rng;
use std::collections::{BTreeMap, BTreeSet};
use wire::code::{AcquisitionNo, Code, InnerId, LineageKey};
use wire::ident::InstitutionCode;
use wire::machine::{Ask, Body, Effect, Machine, Message, Party, Turn};
use wire::network::{Authority, Passage, PassageEvent};

/// The generator of a batch, seeded by the operating system.
pub struct Dice(pub ChaCha20Rng);

impl wire::Randomness for Dice {
    fn fill(&mut self, out: &mut [u8]) {
        rand_core::RngCore::fill_bytes(&mut self.0, out);
    }
}

/// A passage in hand.
struct Held {
    person: Option<i64>,
    before: Option<Passage>,
    passage: Passage,
}

/// The batch.
pub struct Book<'a> {
    city: &'a City,
    authority: &'a Authority,
    now: Timestamp,
    dice: Dice,
    held: Vec<Held>,
    by_permit: BTreeMap<String, usize>,
    by_request: BTreeMap<String, usize>,
    sends: Vec<(Party, Body)>,
}

/// Keyed token of a 符号.
pub fn code_token(keys: &Keys, institution: &InstitutionCode, code: &Code) -> Result<Vec<u8>, Fault> {
    Ok(keys.token("refnet_code", &format!("{institution} {code}"))?)
}

fn lineage_token(keys: &Keys, lineage: &LineageKey) -> Result<Vec<u8>, Fault> {
    Ok(keys.token("refnet_lineage", &lineage.to_string())?)
}

fn request_key(ask: &Ask) -> String {
    format!("{} {}", ask.asker, ask.request)
}

/// The inner id of a person.
pub fn inner_id(keys: &Keys, row: &PersonRow) -> Result<InnerId, Fault> {
    let token = platform::keys::hex(&row.lineage_token);
    let place = Place { table: PersonRow::TABLE, column: "inner_id", row: &token };
    let bytes = keys.open_sealed(place, &row.inner_id)?;
    bytes.try_into().map(InnerId::from_bytes).map_err(|_| crate::model::broken("IDコード"))
}

fn new_person(keys: &Keys, token: Vec<u8>, now: Timestamp, dice: &mut Dice) -> Result<(InnerId, PersonRow), Fault> {
    let inner = InnerId::draw(dice);
    let text = platform::keys::hex(&token);
    let place = Place { table: PersonRow::TABLE, column: "inner_id", row: &text };
    let sealed = keys.seal(place, inner.as_bytes())?;
    Ok((inner, PersonRow { id: 0, lineage_token: token, inner_id: sealed, registered_at: now }))
}

impl<'a> Book<'a> {
    /// An empty batch.
    pub fn open(city: &'a City, authority: &'a Authority, dice: Dice) -> Self {
        let (by_permit, by_request) = (BTreeMap::new(), BTreeMap::new());
        Self { city, authority, now: city.now(), dice, held: vec![], by_permit, by_request, sends: vec![] }
    }

    /// Takes the messages of one party. What the party may not say is left out.
    pub async fn hear(&mut self, tx: &mut Tx, from: &Party, bodies: Vec<Body>) -> Result<(), Fault> {
        let (said, unheard): (Vec<Body>, Vec<Body>) = bodies.into_iter().partition(|body| self.authority.hears(from, body));
        if !unheard.is_empty() {
            tracing::warn!(peer = %from, messages = unheard.len(), "a peer said what it may not say");
        }
        let mut wanted = vec![];
        let (mut asks, mut others) = (vec![], vec![]);
        for body in said {
            match body {
                Body::CodeRequest { acquisition, lineage, institution } => wanted.push((acquisition, lineage, institution)),
                Body::PermitRequest(ask) => asks.push(*ask),
                body => others.push(body),
            }
        }
        self.issue(tx, wanted).await?;
        self.ask(tx, asks).await?;
        let permits: BTreeSet<String> = others.iter().filter_map(|b| b.permit_no().map(|no| no.to_string())).collect();
        self.load(store::by_permit(tx, &permits.into_iter().collect::<Vec<_>>()).await?)?;
        for body in others {
            let Some(at) = body.permit_no().and_then(|no| self.by_permit.get(&no.to_string()).copied()) else { continue };
            let message = Message { from: from.clone(), to: Party::Network, body };
            self.step(at, PassageEvent::Heard(message));
        }
        Ok(())
    }

    /// Lets time pass for passages that wait; answers how many there were.
    pub async fn tick(&mut self, tx: &mut Tx, limit: i64) -> Result<usize, Fault> {
        let rows = store::due(tx, self.now, limit).await?;
        self.load(rows)?;
        for at in 0..self.held.len() {
            self.step(at, PassageEvent::Tick);
        }
        Ok(self.held.len())
    }

    async fn issue(&mut self, tx: &mut Tx, wanted: Vec<(AcquisitionNo, LineageKey, InstitutionCode)>) -> Result<(), Fault> {
        let keys = self.city.keys();
        let tokens: Result<Vec<_>, Fault> = wanted.iter().map(|(_, lineage, _)| lineage_token(keys, lineage)).collect();
        let tokens = tokens?;
        let mut people = BTreeMap::new();
        for row in store::people(tx, &tokens).await? {
            people.insert(row.lineage_token.clone(), (row.id, inner_id(keys, &row)?));
        }
        let mut codes = vec![];
        for ((acquisition, _, institution), token) in wanted.into_iter().zip(tokens) {
            let known = people.get(&token).copied();
            let (person, inner) = match known {
                Some(known) => known,
                None => {
                    let (inner, row) = new_person(keys, token.clone(), self.now, &mut self.dice)?;
                    let id = row.insert(tx).await?;
                    people.insert(token, (id, inner));
                    (id, inner)
                }
            };
            let Some(code) = self.authority.issue(&inner, &institution) else { continue };
            let token = code_token(keys, &institution, &code)?;
            let row = CodeRow {
                id: 0,
                institution: institution.to_string(),
                code_token: token,
                person_id: person,
                issued_at: self.now,
            };
            codes.push(row);
            self.sends.push((Party::Gateway(institution), Body::CodeIssued { acquisition, code }));
        }
        let tokens: Vec<Vec<u8>> = codes.iter().map(|row| row.code_token.clone()).collect();
        let mut stored: BTreeSet<Vec<u8>> = store::codes(tx, &tokens).await?.into_iter().map(|row| row.code_token).collect();
        codes.retain(|row| stored.insert(row.code_token.clone()));
        Ok(tx.load_rows(CodeRow::TABLE, CodeRow::COLUMNS, codes.iter().map(CodeRow::values).collect()).await?)
    }

    async fn ask(&mut self, tx: &mut Tx, asks: Vec<Ask>) -> Result<(), Fault> {
        let keys = self.city.keys();
        let requests: BTreeSet<String> = asks.iter().map(request_key).collect();
        self.load(store::by_request(tx, &requests.into_iter().collect::<Vec<_>>()).await?)?;
        let tokens: Result<Vec<_>, Fault> = asks.iter().map(|ask| code_token(keys, &ask.asker, &ask.code)).collect();
        let tokens = tokens?;
        let codes: BTreeMap<Vec<u8>, i64> =
            store::codes(tx, &tokens).await?.into_iter().map(|row| (row.code_token, row.person_id)).collect();
        let people: Vec<i64> = codes.values().copied().collect::<BTreeSet<_>>().into_iter().collect();
        let mut inner = BTreeMap::new();
        for row in store::people_by_id(tx, &people).await? {
            inner.insert(row.id, inner_id(keys, &row)?);
        }
        for (ask, token) in asks.into_iter().zip(tokens) {
            let key = request_key(&ask);
            if let Some(at) = self.by_request.get(&key).copied() {
                self.step(at, PassageEvent::Again);
                continue;
            }
            let person = codes.get(&token).copied();
            let subject = person.and_then(|person| inner.get(&person).copied());
            let mut turn = Turn { who: self.authority, now: self.now, rng: &mut self.dice };
            let Ok((passage, effects)) = Passage::open(ask, subject, &mut turn) else { continue };
            let at = self.held.len();
            self.by_permit.insert(passage.record.no.to_string(), at);
            self.by_request.insert(key, at);
            self.held.push(Held { person, before: None, passage });
            self.carry_out(effects);
        }
        Ok(())
    }

    fn load(&mut self, rows: Vec<PassageRow>) -> Result<(), Fault> {
        for row in rows {
            if self.by_permit.contains_key(&row.permit_no) {
                continue;
            }
            let place = Place { table: PassageRow::TABLE, column: "machine", row: &row.permit_no };
            let passage: Passage = from_json("状態機械の値", &self.city.keys().open_sealed(place, &row.machine)?)?;
            let at = self.held.len();
            self.by_permit.insert(row.permit_no, at);
            self.by_request.insert(row.request, at);
            self.held.push(Held { person: row.person_id, before: Some(passage.clone()), passage });
        }
        Ok(())
    }

    fn step(&mut self, at: usize, event: PassageEvent) {
        let Some(held) = self.held.get_mut(at) else { return };
        let mut turn = Turn { who: self.authority, now: self.now, rng: &mut self.dice };
        let (next, effects) = held.passage.clone().step(event, &mut turn);
        held.passage = next;
        self.carry_out(effects);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        let sends = effects.into_iter().filter_map(|effect| match effect {
            Effect::Send { to, body } => Some((to, body)),
            _ => None,
        });
        self.sends.extend(sends);
    }

    /// Writes what changed, and the messages that may leave once the transaction is durable. Answers how many messages.
    pub async fn close(self, tx: &mut Tx) -> Result<usize, Fault> {
        let keys = self.city.keys();
        let (mut passages, mut known, mut new_records) = (vec![], vec![], vec![]);
        let request_of: BTreeMap<usize, String> = self.by_request.into_iter().map(|(request, at)| (at, request)).collect();
        for (at, held) in self.held.iter().enumerate() {
            if held.before.as_ref() == Some(&held.passage) {
                continue;
            }
            let record = RecordRow::of(&held.passage, held.person);
            let row = passage_row(keys, held, &record, request_of.get(&at).cloned().unwrap_or_default())?;
            match &held.before {
                None => new_records.push(record),
                Some(before) => {
                    known.push(record.permit_no.clone());
                    if before.record != held.passage.record || shown(before) != record.shown {
                        store::keep_record(tx, &record).await?;
                    }
                }
            }
            passages.push(row.values());
        }
        // In the place of what was there: for many rows that is faster than changing one after another.
        store::remove_passages(tx, &known).await?;
        tx.insert_rows(PassageRow::TABLE, PassageRow::COLUMNS, passages).await?;
        let records = new_records.iter().map(RecordRow::values).collect();
        tx.insert_rows(RecordRow::TABLE, RecordRow::COLUMNS, records).await?;
        let outgoing = self.sends.iter().map(|(to, body)| Ok(outgoing(keys, to, body, self.now)?.values()));
        let outgoing: Result<Vec<_>, Fault> = outgoing.collect();
        tx.insert_rows(OutgoingRow::TABLE, OutgoingRow::COLUMNS, outgoing?).await?;
        Ok(self.sends.len())
    }
}

fn passage_row(keys: &Keys, held: &Held, record: &RecordRow, request: String) -> Result<PassageRow, Fault> {
    let place = Place { table: PassageRow::TABLE, column: "machine", row: &record.permit_no };
    let machine = serde_json::to_vec(&held.passage).map_err(|_| crate::model::broken("状態機械の値"))?;
    Ok(PassageRow {
        id: 0,
        request,
        permit_no: record.permit_no.clone(),
        asker: record.asker.clone(),
        provider: record.provider.clone(),
        state: State::of(&held.passage).code().to_owned(),
        due: held.passage.due(),
        person_id: held.person,
        asked_at: record.asked_at,
        machine: keys.seal(place, &machine)?,
    })
}

fn outgoing(keys: &Keys, to: &Party, body: &Body, now: Timestamp) -> Result<OutgoingRow, Fault> {
    let receiver = to.to_string();
    let plain = serde_json::to_vec(body).map_err(|_| crate::model::broken("電文"))?;
    let sealed = keys.seal(Place { table: OutgoingRow::TABLE, column: "body", row: &receiver }, &plain)?;
    Ok(OutgoingRow { id: 0, receiver, body: sealed, attempts: 0, due: now, created_at: now })
}
