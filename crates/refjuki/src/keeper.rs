//! The 住基ネット peer over a database: who has which numbers, and what cities may have done.

use crate::model::{AFFAIRS, Facts, FormerRow, Inside, LookupRow, OutgoingRow, PersonRow, Standing, broken};
use crate::store;
use kernel::ident::JuminhyoCode;
use kernel::text::name_key;
use mynumber::IndividualNumber;
use platform::db::Tx;
use platform::fault::FaultKind;
use platform::keys::{Keys, Place};
use platform::{City, Fault};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use wire::code::{AcquisitionNo, LineageKey};
use wire::ident::InstitutionCode;
use wire::machine::{Body, NoCode, Party};

/// Most candidates that a search by facts answers.
const CANDIDATES: i64 = 10;
/// Draws of a number before giving up; one in eleven has no check digit, hardly any is taken.
const DRAWS: u32 = 100;

/// Years for which look-ups are kept (no published rule; ours).
const LOOKUP_YEARS: i64 = 3;

/// A person as the demo's cities hand them in, at first load or when they move in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPerson {
    /// Present 個人番号.
    pub individual_number: IndividualNumber,
    /// Present 住民票コード; at first load also the first of the lineage.
    pub resident_code: JuminhyoCode,
    /// The four facts.
    pub facts: Facts,
    /// City of residence.
    pub city: InstitutionCode,
}

/// Both numbers of a newborn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbers {
    /// 個人番号.
    pub individual_number: IndividualNumber,
    /// 住民票コード.
    pub resident_code: JuminhyoCode,
}

/// By what a city looks for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// By 個人番号, present or former.
    Number(IndividualNumber),
    /// By name and birth date; with an address only people at that address.
    Facts {
        /// 氏名.
        name: String,
        /// 生年月日.
        birth: kernel::Date,
        /// 住所.
        address: Option<String>,
    },
}

/// 本人確認情報 as a city gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Both numbers of today.
    pub numbers: Numbers,
    /// The four facts.
    pub facts: Facts,
    /// City of residence.
    pub city: InstitutionCode,
    /// Where the person stands.
    pub standing: Standing,
    /// The 個人番号 asked for was changed since.
    pub number_changed: bool,
}

/// What leaves for another zone. In the queue it is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Letter {
    /// To the network or a gateway, `POST /messages`.
    Message(Body),
    /// To the network, `POST /portal`: this token stands for this person.
    PortalUser {
        /// The person.
        lineage: LineageKey,
        /// Given to the person.
        token: String,
    },
}

/// The peer of one zone.
pub struct Keeper {
    pub(crate) city: City,
    lineage: [u8; 32],
    pub(crate) wake: Notify,
}

fn person_place(token: &str) -> Place<'_> {
    Place { table: PersonRow::TABLE, column: "sealed", row: token }
}

fn lineage_place(token: &str) -> Place<'_> {
    Place { table: PersonRow::TABLE, column: "lineage", row: token }
}

fn level(text: &str) -> String {
    name_key(text, |c| c)
}

fn number_token(keys: &Keys, number: &IndividualNumber) -> Result<Vec<u8>, Fault> {
    Ok(keys.token("refjuki_number", number.expose())?)
}

fn resident_token(keys: &Keys, code: &JuminhyoCode) -> Result<Vec<u8>, Fault> {
    Ok(keys.token("refjuki_resident_code", code.as_str())?)
}

fn facts_token(keys: &Keys, name: &str, birth: kernel::Date) -> Result<Vec<u8>, Fault> {
    Ok(keys.token("refjuki_facts", &format!("{} {birth}", level(name)))?)
}

/// Opens a person's row.
fn inside(keys: &Keys, row: &PersonRow) -> Result<Inside, Fault> {
    let token = platform::keys::hex(&row.resident_token);
    let plain = keys.open_sealed(person_place(&token), &row.sealed)?;
    serde_json::from_slice(&plain).map_err(|_| broken("本人確認情報"))
}

fn lineage_of(keys: &Keys, row: &PersonRow) -> Result<LineageKey, Fault> {
    let token = platform::keys::hex(&row.resident_token);
    let plain = keys.open_sealed(lineage_place(&token), &row.lineage)?;
    plain.try_into().map(LineageKey::from_bytes).map_err(|_| broken("系統鍵"))
}

fn seal_inside(keys: &Keys, resident_token: &[u8], inside: &Inside) -> Result<Vec<u8>, Fault> {
    let plain = serde_json::to_vec(inside).map_err(|_| broken("本人確認情報"))?;
    Ok(keys.seal(person_place(&platform::keys::hex(resident_token)), &plain)?)
}

fn unknown_person() -> Fault {
    Fault::new(FaultKind::Missing, "該当する人がいません", "この個人番号の本人確認情報はありません", "番号を確かめてください")
}

fn not_yours() -> Fault {
    let todo = "住所地の市区町村から届け出てください";
    Fault::new(FaultKind::Refused, "この人の届出は受け付けられません", "住所地の市区町村ではありません", todo)
}

impl Keeper {
    /// Opens the peer over a migrated database. The secret of the lineages is drawn at first start and kept sealed by the key ring.
    ///
    /// # Errors
    /// The database's refusal, or a key ring of another zone.
    pub async fn open(city: City) -> Result<Self, Fault> {
        let place = Place { table: "refjuki_secret", column: "sealed", row: "lineage" };
        let mut tx = city.db().write().await?;
        if store::secret(&mut tx, "lineage").await?.is_none() {
            let fresh: [u8; 32] = city.keys().random()?;
            store::add_secret(&mut tx, "lineage", &city.keys().seal(place, &fresh)?).await?;
        }
        let sealed = store::secret(&mut tx, "lineage").await?.ok_or_else(|| broken("秘密"))?;
        tx.commit().await?;
        let lineage = city.keys().open_sealed(place, &sealed)?.try_into().map_err(|_| broken("秘密"))?;
        Ok(Self { city, lineage, wake: Notify::new() })
    }

    /// The zone.
    pub fn city(&self) -> &City {
        &self.city
    }

    fn row(&self, new: &NewPerson, born: Option<String>) -> Result<PersonRow, Fault> {
        let keys = self.city.keys();
        let resident_token = resident_token(keys, &new.resident_code)?;
        let inside = Inside {
            individual_number: new.individual_number.expose().to_owned(),
            resident_code: new.resident_code.as_str().to_owned(),
            facts: new.facts.clone(),
        };
        let lineage = LineageKey::derive(&self.lineage, &new.resident_code);
        let lineage = keys.seal(lineage_place(&platform::keys::hex(&resident_token)), lineage.as_bytes())?;
        Ok(PersonRow {
            id: 0,
            number_token: number_token(keys, &new.individual_number)?,
            facts_token: facts_token(keys, &new.facts.name, new.facts.birth)?,
            city: new.city.to_string(),
            standing: Standing::Resident.code().to_owned(),
            sealed: seal_inside(keys, &resident_token, &inside)?,
            lineage,
            born_reference: born,
            updated_at: self.city.now(),
            resident_token,
        })
    }

    /// Takes many people in at once; their 住民票コード is the first of their lineage.
    ///
    /// # Errors
    /// A conflict when one of the numbers is somebody's already: then nobody is taken in.
    pub async fn register(&self, people: &[NewPerson]) -> Result<(), Fault> {
        let rows: Result<Vec<PersonRow>, Fault> = people.iter().map(|new| self.row(new, None)).collect();
        let mut tx = self.city.db().write().await?;
        PersonRow::insert_all(&rows?, &mut tx).await?;
        Ok(tx.commit().await?)
    }

    async fn send(&self, tx: &mut Tx, to: &Party, letter: &Letter) -> Result<(), Fault> {
        let receiver = to.to_string();
        let plain = serde_json::to_vec(letter).map_err(|_| broken("電文"))?;
        let place = Place { table: OutgoingRow::TABLE, column: "body", row: &receiver };
        let body = self.city.keys().seal(place, &plain)?;
        let now = self.city.now();
        OutgoingRow { id: 0, receiver, body, attempts: 0, due: now, created_at: now }.insert(tx).await?;
        Ok(())
    }

    async fn find(&self, tx: &mut Tx, number: &IndividualNumber) -> Result<Option<(PersonRow, bool)>, Fault> {
        let token = number_token(self.city.keys(), number)?;
        if let Some(row) = store::by_number(tx, &token).await? {
            return Ok(Some((row, false)));
        }
        Ok(store::by_former_number(tx, &token).await?.map(|row| (row, true)))
    }

    /// 符号取得 for a person of a city: the network is asked for a 符号 of the lineage, or the city's gateway hears that there is none.
    /// Nothing about the request is kept once the message is delivered.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn code(&self, city: &InstitutionCode, number: &IndividualNumber, acquisition: AcquisitionNo) -> Result<(), Fault> {
        let mut tx = self.city.db().write().await?;
        let found = self.find(&mut tx, number).await?;
        let resident = found.filter(|(row, changed)| !changed && row.standing == Standing::Resident.code());
        let institution = city.clone();
        let (to, body) = match resident {
            Some((row, _)) => {
                let lineage = lineage_of(self.city.keys(), &row)?;
                (Party::Network, Body::CodeRequest { acquisition, lineage, institution })
            }
            None => (Party::Gateway(institution), Body::CodeUnavailable { acquisition, reason: NoCode::NoResidentCode }),
        };
        self.send(&mut tx, &to, &Letter::Message(body)).await?;
        tx.commit().await?;
        self.wake.notify_one();
        Ok(())
    }

    /// 本人確認情報 for a 事務 of a city, nationwide. Every look-up is recorded, whether somebody was found or not.
    ///
    /// # Errors
    /// A refusal, recorded nowhere because nothing was looked up, for a 事務 that the law does not name; the database's refusal.
    pub async fn look_up(&self, city: &InstitutionCode, affair: &str, sought: &Sought) -> Result<Vec<Found>, Fault> {
        if !AFFAIRS.iter().any(|(code, ..)| *code == affair) {
            let todo = "事務を選び直してください";
            let why = "住基法30条の10〜12に定める事務ではありません";
            return Err(Fault::new(FaultKind::Refused, "本人確認情報を提供できません", why, todo));
        }
        let keys = self.city.keys();
        let mut tx = self.city.db().write().await?;
        let rows: Vec<(PersonRow, bool)> = match sought {
            Sought::Number(number) => self.find(&mut tx, number).await?.into_iter().collect(),
            Sought::Facts { name, birth, .. } => {
                let rows = store::by_facts(&mut tx, &facts_token(keys, name, *birth)?, CANDIDATES).await?;
                rows.into_iter().map(|row| (row, false)).collect()
            }
        };
        let at = match sought {
            Sought::Facts { address: Some(address), .. } => Some(level(address)),
            _ => None,
        };
        let mut found = vec![];
        let mut person_id = None;
        for (row, number_changed) in rows {
            let inside = inside(keys, &row)?;
            if at.as_ref().is_some_and(|at| *at != level(&inside.facts.address)) {
                continue;
            }
            person_id = Some(row.id);
            found.push(Found {
                numbers: Numbers { individual_number: inside.individual_number()?, resident_code: inside.resident_code()? },
                city: InstitutionCode::parse(&row.city).map_err(|_| broken("機関コード"))?,
                standing: Standing::of(&row.standing)?,
                facts: inside.facts,
                number_changed,
            });
        }
        let sought_by = if matches!(sought, Sought::Number(_)) { "number" } else { "facts" };
        let note = LookupRow {
            id: 0,
            city: city.to_string(),
            affair: affair.to_owned(),
            sought_by: sought_by.to_owned(),
            person_id: person_id.filter(|_| found.len() == 1),
            found: i64::try_from(found.len()).unwrap_or(i64::MAX),
            at: self.city.now(),
        };
        store::note(&mut tx, &note).await?;
        tx.commit().await?;
        Ok(found)
    }

    /// Removes look-ups whose years are over; answers how many.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn remove_old(&self) -> Result<u64, Fault> {
        let first = self.city.today().checked_sub(jiff::Span::new().years(LOOKUP_YEARS)).unwrap_or(kernel::Date::MIN);
        let before = jiff::tz::Offset::constant(9).to_timestamp(first.at(0, 0, 0, 0)).unwrap_or(self.city.now());
        let mut tx = self.city.db().write().await?;
        let removed = store::remove_lookups(&mut tx, before).await?;
        tx.commit().await?;
        Ok(removed)
    }

    async fn fresh_number(&self, tx: &mut Tx) -> Result<IndividualNumber, Fault> {
        for _ in 0..DRAWS {
            let body = u64::from_be_bytes(self.city.keys().random()?) % 100_000_000_000;
            let Ok(number) = IndividualNumber::from_body(&format!("{body:011}")) else { continue };
            if self.find(tx, &number).await?.is_none() {
                return Ok(number);
            }
        }
        Err(broken("個人番号の付番"))
    }

    async fn fresh_resident_code(&self, tx: &mut Tx) -> Result<JuminhyoCode, Fault> {
        for _ in 0..DRAWS {
            let serial = u64::from_be_bytes(self.city.keys().random()?) % 10_000_000_000;
            let Ok(code) = JuminhyoCode::issue(serial) else { continue };
            let token = resident_token(self.city.keys(), &code)?;
            if store::by_resident_code(tx, &token).await?.is_none() {
                return Ok(code);
            }
        }
        Err(broken("住民票コードの付番"))
    }

    /// 個人番号 and 住民票コード for a city's newborn. The same request, by the city's own number of it, gets the same numbers.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn newborn(&self, city: &InstitutionCode, reference: &str, facts: &Facts) -> Result<Numbers, Fault> {
        if reference.is_empty() || reference.len() > 64 {
            return Err(Fault::field("reference", "付番依頼の番号を64字以内で付けてください"));
        }
        let reference = format!("{city} {reference}");
        let mut tx = self.city.db().write().await?;
        if let Some(row) = store::born(&mut tx, &reference).await? {
            let inside = inside(self.city.keys(), &row)?;
            return Ok(Numbers { individual_number: inside.individual_number()?, resident_code: inside.resident_code()? });
        }
        let (individual_number, resident_code) = (self.fresh_number(&mut tx).await?, self.fresh_resident_code(&mut tx).await?);
        let numbers = Numbers { individual_number: individual_number.clone(), resident_code: resident_code.clone() };
        let new = NewPerson { individual_number, resident_code, facts: facts.clone(), city: city.clone() };
        self.row(&new, Some(reference))?.insert(&mut tx).await?;
        tx.commit().await?;
        Ok(numbers)
    }

    async fn resident_of(
        &self,
        tx: &mut Tx,
        city: &InstitutionCode,
        number: &IndividualNumber,
    ) -> Result<(PersonRow, Inside), Fault> {
        let (row, changed) = self.find(tx, number).await?.ok_or_else(unknown_person)?;
        if changed || row.city != city.as_str() {
            return Err(if changed { unknown_person() } else { not_yours() });
        }
        let inside = inside(self.city.keys(), &row)?;
        Ok((row, inside))
    }

    /// A new 個人番号 for a resident of the city (番号法7条2項). The lineage, and with it every 符号, stays.
    ///
    /// # Errors
    /// Missing for a number that nobody has today, a refusal when the person lives elsewhere; the database's refusal.
    pub async fn change(
        &self,
        city: &InstitutionCode,
        number: &IndividualNumber,
        reason: &str,
    ) -> Result<IndividualNumber, Fault> {
        let mut tx = self.city.db().write().await?;
        let (mut row, mut inside) = self.resident_of(&mut tx, city, number).await?;
        let fresh = self.fresh_number(&mut tx).await?;
        let (today, reason) = (self.city.today(), reason.chars().take(100).collect());
        let former = FormerRow { id: 0, person_id: row.id, number_token: row.number_token, changed_on: today, reason };
        former.insert(&mut tx).await?;
        inside.individual_number = fresh.expose().to_owned();
        row.number_token = number_token(self.city.keys(), &fresh)?;
        self.keep(&mut tx, row, &inside).await?;
        tx.commit().await?;
        Ok(fresh)
    }

    /// A person moves into the city, from anywhere: the city and the address change, the numbers stay.
    ///
    /// # Errors
    /// Missing for a number that nobody has today; the database's refusal.
    pub async fn moved_in(&self, city: &InstitutionCode, number: &IndividualNumber, address: &str) -> Result<(), Fault> {
        let mut tx = self.city.db().write().await?;
        let (mut row, changed) = self.find(&mut tx, number).await?.ok_or_else(unknown_person)?;
        if changed {
            return Err(unknown_person());
        }
        let mut inside = inside(self.city.keys(), &row)?;
        inside.facts.address = address.to_owned();
        row.city = city.to_string();
        row.standing = Standing::Resident.code().to_owned();
        self.keep(&mut tx, row, &inside).await?;
        Ok(tx.commit().await?)
    }

    /// 死亡 or 国外転出 of a resident of the city.
    ///
    /// # Errors
    /// Missing for a number that nobody has today, a refusal when the person lives elsewhere; the database's refusal.
    pub async fn ended(&self, city: &InstitutionCode, number: &IndividualNumber, standing: Standing) -> Result<(), Fault> {
        let mut tx = self.city.db().write().await?;
        let (mut row, inside) = self.resident_of(&mut tx, city, number).await?;
        row.standing = standing.code().to_owned();
        self.keep(&mut tx, row, &inside).await?;
        Ok(tx.commit().await?)
    }

    async fn keep(&self, tx: &mut Tx, mut row: PersonRow, inside: &Inside) -> Result<(), Fault> {
        row.sealed = seal_inside(self.city.keys(), &row.resident_token, inside)?;
        row.facts_token = facts_token(self.city.keys(), &inside.facts.name, inside.facts.birth)?;
        row.updated_at = self.city.now();
        Ok(store::keep(tx, row).await?)
    }

    /// Registers a person with the マイナポータル peer, as their card would, and answers the token that lets them in.
    ///
    /// # Errors
    /// Missing for a number that nobody has today; the database's refusal.
    pub async fn portal_user(&self, number: &IndividualNumber) -> Result<String, Fault> {
        let mut tx = self.city.db().write().await?;
        let (row, _) = self.find(&mut tx, number).await?.ok_or_else(unknown_person)?;
        let lineage = lineage_of(self.city.keys(), &row)?;
        let token = platform::keys::hex(&self.city.keys().random::<32>()?);
        self.send(&mut tx, &Party::Network, &Letter::PortalUser { lineage, token: token.clone() }).await?;
        tx.commit().await?;
        self.wake.notify_one();
        Ok(token)
    }
}
