//! Writing history: what is true from a day on, what was always true but recorded wrongly, and the event that tells others.

use crate::model::Person;
use crate::store;
use kernel::Date;
use kernel::ident::{AtenaNo, SetaiNo};
use platform::db::Tx;
use platform::keys::Place;
use platform::{Fault, Unit, case, outbox};
use ports::{RESIDENT_EVENT, ResidentChange, ResidentEvent};

/// The next 宛名番号 that can be issued; serials with an open check digit are skipped.
///
/// # Errors
/// The database's refusal.
pub async fn issue_atena_no(tx: &mut Tx) -> Result<AtenaNo, Fault> {
    loop {
        let serial = case::next_number(tx, "atena").await?;
        if let Ok(number) = AtenaNo::issue(u64::try_from(serial).unwrap_or_default()) {
            return Ok(number);
        }
    }
}

/// The next 世帯番号.
///
/// # Errors
/// The database's refusal.
pub async fn issue_setai_no(tx: &mut Tx) -> Result<SetaiNo, Fault> {
    loop {
        let serial = case::next_number(tx, "setai").await?;
        if let Ok(number) = SetaiNo::issue(u64::try_from(serial).unwrap_or_default()) {
            return Ok(number);
        }
    }
}

/// The record of a person as believed now and true on a day.
///
/// # Errors
/// [`Fault::missing`].
pub async fn current(unit: &mut Unit, number: &AtenaNo, day: Date) -> Result<Person, Fault> {
    store::as_of(&mut unit.tx, number, day, store::NOW).await?.ok_or_else(|| Fault::missing("住民の記録"))
}

/// Stores a new snapshot: history number, commit and time are filled here. Answers its row.
///
/// # Errors
/// The database's refusal.
pub async fn add(unit: &mut Unit, mut row: Person) -> Result<i64, Fault> {
    row.rireki_no = store::next_rireki(&mut unit.tx, &row.atena_no).await?;
    row.seq = unit.seq().await?;
    row.recorded_at = unit.now();
    row.superseded_seq = None;
    Ok(row.insert(&mut unit.tx).await?)
}

/// From `day` on the person's record is `after`. What was believed before stays readable: the old row is replaced by one that ends the
/// day before. Rows that begin later are replaced too: a later event has to be entered again on the new ground.
///
/// # Errors
/// The database's refusal, or a colleague who was faster.
pub async fn from_day(unit: &mut Unit, before: &Person, mut after: Person, day: Date) -> Result<i64, Fault> {
    let seq = unit.seq().await?;
    let number = before.number()?;
    for old in store::believed(&mut unit.tx, &number, store::NOW).await? {
        if old.valid_to.is_some_and(|to| to < day) {
            continue;
        }
        replace(unit, old.id, seq).await?;
        if old.valid_from < day {
            add(unit, Person { valid_to: day.yesterday().ok(), ..old }).await?;
        }
    }
    after.valid_from = day;
    after.valid_to = None;
    let row = add(unit, after.clone()).await?;
    store::rebuild_tokens(&mut unit.tx, &after).await?;
    Ok(row)
}

/// The record was wrong all along: every row believed until now is replaced by the same row with `fix` applied. 知り得た日 before this
/// commit still shows what was believed then.
///
/// # Errors
/// The database's refusal, or a colleague who was faster.
pub async fn all_along(unit: &mut Unit, number: &AtenaNo, fix: impl Fn(&mut Person)) -> Result<(Vec<i64>, i64), Fault> {
    let seq = unit.seq().await?;
    let (mut old_rows, mut last) = (vec![], 0);
    for mut row in store::believed(&mut unit.tx, number, store::NOW).await? {
        replace(unit, row.id, seq).await?;
        old_rows.push(row.id);
        fix(&mut row);
        let latest = row.clone();
        last = add(unit, row).await?;
        store::rebuild_tokens(&mut unit.tx, &latest).await?;
    }
    Ok((old_rows, last))
}

/// The head of a household has another name from a day on: every member's record says so.
///
/// # Errors
/// As [`from_day`].
pub async fn rename_head(unit: &mut Unit, head: &Person, day: Date) -> Result<(), Fault> {
    for member in store::household(&mut unit.tx, &head.household()?, day).await? {
        if member.head_name == head.name && member.head_latin_name == head.latin_name {
            continue;
        }
        let mut after = member.clone();
        after.head_name.clone_from(&head.name);
        after.head_latin_name.clone_from(&head.latin_name);
        from_day(unit, &member, after, day.max(member.valid_from)).await?;
    }
    Ok(())
}

/// A new person of the registry, with subject, in the open case; the row is stored and can be found.
///
/// # Errors
/// The database's refusal.
pub async fn enter(unit: &mut Unit, case: i64, person: &Person) -> Result<(i64, i64), Fault> {
    let subject = platform::subject::of(&mut unit.tx, &person.number()?).await?;
    let now = unit.now();
    case::add_subject(&mut unit.tx, case, subject, now).await?;
    unit.take_into_case(subject).await?;
    let row = add(unit, person.clone()).await?;
    store::rebuild_tokens(&mut unit.tx, person).await?;
    Ok((subject, row))
}

/// Replaces a row that was believed.
///
/// # Errors
/// A colleague who was faster.
pub async fn replace(unit: &mut Unit, row: i64, seq: i64) -> Result<(), Fault> {
    if store::supersede(&mut unit.tx, row, seq).await? {
        return Ok(());
    }
    Err(Fault::conflict("記録を変えられません", "起案の後に、ほかの異動でこの人の記録が変わりました"))
}

/// Keeps a secret number of a person: sealed, with its token.
///
/// # Errors
/// When the key is gone.
pub async fn keep_secret(unit: &mut Unit, subject: i64, number: &AtenaNo, kind: &'static str, value: &str) -> Result<(), Fault> {
    let place = Place { table: "resident_secret", column: kind, row: number.as_str() };
    let sealed = unit.seal(subject, place, value).await?;
    let token = unit.city().keys().token(kind, value)?;
    let seq = unit.seq().await?;
    let row = crate::model::SecretNumber {
        id: 0,
        atena_no: number.to_string(),
        kind: kind.into(),
        sealed,
        token,
        seq,
        superseded_seq: None,
    };
    row.insert(&mut unit.tx).await?;
    Ok(())
}

/// What others are told.
pub struct Told<'a> {
    /// What happened.
    pub change: ResidentChange,
    /// The record after.
    pub person: &'a Person,
    /// 異動年月日.
    pub effective: Date,
    /// Items whose value changed.
    pub items: &'a [&'a str],
    /// Row before.
    pub row_before: Option<i64>,
    /// Row after.
    pub row_after: Option<i64>,
}

/// Publishes the event in the unit that made it happen.
///
/// # Errors
/// The database's refusal.
pub async fn tell(unit: &mut Unit, told: Told<'_>) -> Result<(), Fault> {
    let event = ResidentEvent {
        change: told.change,
        atena_no: told.person.number()?,
        setai_no: told.person.household()?,
        effective: told.effective,
        notified: told.person.notified_on,
        planned: told.person.planned_move_out,
        items: told.items.iter().map(|i| (*i).to_owned()).collect(),
        row_before: told.row_before,
        row_after: told.row_after,
        reason_ja: told.person.change_reason.clone(),
    };
    outbox::publish(unit, RESIDENT_EVENT, &event).await
}
