//! Bulk load of a synthetic or migrated city: rows prepared in memory, stored a few hundred at a time.

use crate::model::{Person, SecretNumber};
use crate::store;
use platform::keys::{Keys, Place};
use platform::{Fault, Unit};

/// One person with all rows of their history and their secret numbers.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// Rows, in order; `seq` and `recorded_at` are filled here.
    pub rows: Vec<Person>,
    /// Kind (my_number, juminhyo_code, pension_no) and value.
    pub secrets: Vec<(&'static str, String)>,
}

/// Loads people. Subjects and data keys are made here. Recorded by the caller's unit as one bulk run.
///
/// # Errors
/// The database's refusal; nothing is kept once the unit is dropped.
pub async fn insert(unit: &mut Unit, people: &[NewPerson]) -> Result<(), Fault> {
    let (seq, now) = (unit.seq().await?, unit.now());
    let keys: Keys = unit.city().keys().clone();
    let numbers: Vec<&str> = people.iter().filter_map(|p| p.rows.last()).map(|r| r.atena_no.as_str()).collect();
    let subjects = platform::subject::load(&mut unit.tx, &keys, &numbers).await?;
    let (mut rows, mut tokens, mut secrets) = (vec![], vec![], vec![]);
    for (person, (_, key)) in people.iter().zip(&subjects) {
        for (n, row) in (1i64..).zip(&person.rows) {
            rows.push(Person { rireki_no: n, seq, recorded_at: now, ..row.clone() });
        }
        let Some(last) = person.rows.last() else { continue };
        tokens.extend(store::token_rows(last));
        for (kind, value) in &person.secrets {
            let place = Place { table: "resident_secret", column: kind, row: &last.atena_no };
            secrets.push(SecretNumber {
                id: 0,
                atena_no: last.atena_no.clone(),
                kind: (*kind).into(),
                sealed: keys.seal_for(key, place, value.as_bytes())?,
                token: keys.token(kind, value)?,
                seq,
                superseded_seq: None,
            });
        }
    }
    Person::insert_all(&rows, &mut unit.tx).await?;
    unit.tx.insert_rows("resident_token", store::TOKEN_COLUMNS, tokens).await?;
    SecretNumber::insert_all(&secrets, &mut unit.tx).await?;
    let ids: Vec<i64> = subjects.iter().map(|(id, _)| *id).collect();
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
