//! Bulk load of a synthetic or migrated city: rows prepared in memory, stored a few hundred at a time.

use crate::model::{Person, SecretNumber};
use crate::store;
use platform::keys::{DataKey, Keys, Place};
use platform::subject::Minted;
use platform::{Fault, Unit, params};

/// One person to load: all rows in order, and kind (my_number, juminhyo_code, pension_no) and value of each secret number.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// Rows; `seq` and `recorded_at` are filled when they are stored.
    pub rows: Vec<Person>,
    /// Secret numbers.
    pub secrets: Vec<(&'static str, String)>,
}

/// People ready to be stored: keys made, numbers sealed, search tokens built. This is most of the work and needs no database, so it can be
/// done on another core while the people before them are being stored.
pub struct Prepared {
    minted: Minted,
    rows: Vec<Person>,
    secrets: Vec<SecretNumber>,
    tokens: Vec<(&'static str, String, String)>,
}

impl Prepared {
    /// Prepares people whose subjects are numbered from `first` on.
    ///
    /// # Errors
    /// When the key ring refuses.
    pub fn new(keys: &Keys, first: i64, people: Vec<NewPerson>) -> Result<Self, Fault> {
        let numbers = people.iter().filter_map(|p| p.rows.last()).map(|r| r.atena_no.clone()).collect();
        let minted = Minted::new(keys, first, numbers)?;
        let (mut rows, mut tokens, mut secrets) = (vec![], vec![], vec![]);
        for (person, (_, key)) in people.into_iter().filter(|p| !p.rows.is_empty()).zip(&minted.keys) {
            let Some(last) = person.rows.last() else { continue };
            tokens.extend(store::tokens(last).into_iter().map(|(kind, token)| (kind, token, last.atena_no.clone())));
            for (kind, value) in &person.secrets {
                let place = Place { table: "resident_secret", column: kind, row: &last.atena_no };
                secrets.push(SecretNumber {
                    id: 0,
                    atena_no: last.atena_no.clone(),
                    kind: (*kind).into(),
                    sealed: keys.seal_for(key, place, value.as_bytes())?,
                    token: keys.token(kind, value)?,
                    seq: 0,
                    superseded_seq: None,
                });
            }
            rows.extend((1i64..).zip(person.rows).map(|(n, row)| Person { rireki_no: n, ..row }));
        }
        // In the order of their index, so that neighbours are written to the same page.
        tokens.sort_unstable();
        secrets.sort_unstable_by(|a, b| (&a.kind, &a.token).cmp(&(&b.kind, &b.token)));
        Ok(Self { minted, rows, secrets, tokens })
    }

    /// Subject and data key of each person, in their order.
    pub fn subjects(&self) -> &[(i64, DataKey)] {
        &self.minted.keys
    }
}

/// Stores people. Recorded by the caller's unit as one bulk run.
///
/// # Errors
/// The database's refusal; nothing is kept once the unit is dropped.
pub async fn insert(unit: &mut Unit, people: Prepared) -> Result<(), Fault> {
    let (seq, now) = (unit.seq().await?, unit.now());
    let ids: Vec<i64> = people.minted.keys.iter().map(|(id, _)| *id).collect();
    platform::subject::load(&mut unit.tx, people.minted).await?;
    let rows: Vec<Person> = people.rows.into_iter().map(|row| Person { seq, recorded_at: now, ..row }).collect();
    let secrets: Vec<SecretNumber> = people.secrets.into_iter().map(|secret| SecretNumber { seq, ..secret }).collect();
    let tokens = people.tokens.into_iter().map(|(kind, token, number)| params![kind, token, number]).collect();
    Person::insert_all(&rows, &mut unit.tx).await?;
    unit.tx.insert_rows("resident_token", store::TOKEN_COLUMNS, tokens).await?;
    SecretNumber::insert_all(&secrets, &mut unit.tx).await?;
    unit.bulk(&ids, &["juki.identify", "juki.address", "juki.household", "juki.status"]);
    Ok(())
}

/// Sets the protection flag of loaded people.
///
/// # Errors
/// The database's refusal.
pub async fn protect(unit: &mut Unit, rows: &[crate::model::ProtectionRow]) -> Result<(), Fault> {
    let now = unit.now();
    for row in rows {
        row.insert(&mut unit.tx).await?;
        let number = kernel::ident::AtenaNo::parse(&row.atena_no).map_err(|_| Fault::missing("宛名番号"))?;
        if row.ended_on.is_none()
            && let Some(subject) = platform::subject::find(&mut unit.tx, &number).await?
        {
            platform::subject::protect(&mut unit.tx, subject, Some(&row.state), now).await?;
        }
    }
    Ok(())
}
