//! The unit of work and the disclosure gate in one: whoever looks or changes gets a [`Unit`], says what is seen, and receives the
//! result as [`Cleared`] only after the audit entry is durable.

use crate::audit::{self, Entry, Shown, Sighting};
use crate::city::City;
use crate::db::{DbError, Tx};
use crate::fault::{Fault, FaultKind};
use crate::keys::{DataKey, Place, sha256};
use crate::policy::{Circumstances, Principal};
use crate::staff::{OpenCase, StaffContext};
use crate::{case, params, subject};
use kernel::Cleared;
use kernel::access::{Action, Relation};
use kernel::ident::AtenaNo;
use kernel::time::{Date, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

crate::statements! {
    /// The number of this commit.
    COMMIT_ROW = "insert into platform_commit (at, staff_no, case_id, screen) values ($1, $2, $3, $4) returning id";
    /// Serialises writers on PostgreSQL, so that commit numbers rise in commit order.
    IN_ORDER = "insert into platform_counter (name, value) values ('commit', 1) on conflict (name) do update set value = platform_counter.value + 1";
    /// The last commit at an instant, for 知り得た日.
    COMMIT_AT = "select cast(coalesce(max(id), 0) as bigint) as id from platform_commit where at <= $1";
    /// A command that was already stored.
    COMMAND = "select outcome from platform_command where key = $1";
    /// Claims the key of a command. Whoever sends the same command at the same instant waits here for the first one.
    CLAIM = "insert into platform_command (key, staff_no, outcome, at) values ($1, $2, '', $3) on conflict (key) do nothing";
    /// Remembers the outcome of a command.
    REMEMBER = "update platform_command set outcome = $2 where key = $1";
}

const NOT_ALLOWED: &str = "いまの所属・事務・案件では認められていない項目です";

/// Groups of a person's record that may be shown, after the policy spoke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    groups: BTreeSet<&'static str>,
    /// The person is under 支援措置.
    pub protected: bool,
    /// How the person came into view.
    pub relation: Option<Relation>,
}

impl Seen {
    /// May this group be shown?
    pub fn has(&self, group: &str) -> bool {
        self.groups.contains(group)
    }

    /// What a bulk run may show, which [`Unit::bulk`] records as one leaf and the caller has asked [`Unit::permit`] for.
    pub fn bulk(groups: &[&'static str], protected: bool) -> Self {
        Self { groups: groups.iter().copied().collect(), protected, relation: Some(Relation::Incidental) }
    }

    /// `value` when the group may be shown.
    pub fn show<T>(&self, group: &str, value: T) -> Option<T> {
        self.has(group).then_some(value)
    }
}

/// What the gate knows about a person within one unit.
#[derive(Debug, Clone, Copy)]
struct Standing {
    protected: bool,
    released: bool,
    relation: Relation,
}

/// One look or one change, from first read to durable audit entry.
pub struct Unit {
    /// The transaction. A look reads a snapshot; a change writes.
    pub tx: Tx,
    city: City,
    staff: StaffContext,
    screen: &'static str,
    action: Action,
    detail: String,
    seen: BTreeMap<i64, (Relation, BTreeSet<String>)>,
    standing: BTreeMap<i64, Standing>,
    bulk: Option<audit::Bulk>,
    command: Option<String>,
    seq: Option<i64>,
    /// A refusal threw away what this change wrote: it can no longer be committed.
    undone: bool,
}

impl Unit {
    /// A look: reads one snapshot; the entry is written at [`Unit::commit`].
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn look(city: &City, staff: &StaffContext, screen: &'static str, action: Action) -> Result<Self, Fault> {
        let tx = city.db().read().await?;
        Ok(Self::of(tx, city, staff, screen, action))
    }

    /// A change: rows, entry and outbox are stored together or not at all.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn change(city: &City, staff: &StaffContext, screen: &'static str, action: Action) -> Result<Self, Fault> {
        let tx = city.db().write().await?;
        Ok(Self::of(tx, city, staff, screen, action))
    }

    fn of(tx: Tx, city: &City, staff: &StaffContext, screen: &'static str, action: Action) -> Self {
        Self {
            tx,
            city: city.clone(),
            staff: staff.clone(),
            screen,
            action,
            detail: String::new(),
            seen: BTreeMap::new(),
            standing: BTreeMap::new(),
            bulk: None,
            command: None,
            seq: None,
            undone: false,
        }
    }

    /// The city.
    pub fn city(&self) -> &City {
        &self.city
    }

    /// Who acts.
    pub fn staff(&self) -> &StaffContext {
        &self.staff
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.city.now()
    }

    /// The business date.
    pub fn today(&self) -> Date {
        self.city.today()
    }

    /// Notes what was done, for the log. Never personal data.
    pub fn note(&mut self, detail: impl Into<String>) {
        self.detail = detail.into();
    }

    /// The subject of a 宛名番号; `None` for a person nobody has registered.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn find_subject(&mut self, number: &AtenaNo) -> Result<Option<i64>, Fault> {
        Ok(subject::find(&mut self.tx, number).await?)
    }

    /// The subjects of many 宛名番号; a person nobody has registered is left out.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn find_subjects(&mut self, numbers: &BTreeSet<&AtenaNo>) -> Result<BTreeMap<AtenaNo, i64>, Fault> {
        Ok(subject::find_all(&mut self.tx, numbers).await?)
    }

    /// Is the person a subject of the open case?
    pub fn is_case_subject(&self, subject: i64) -> bool {
        self.staff.case.as_ref().is_some_and(|c| c.subjects.contains(&subject))
    }

    /// Crosses into another programme: what follows runs under its role, until [`Unit::leave`]. Answers the role before.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn enter(&mut self, programme: &'static str) -> Result<Option<&'static str>, Fault> {
        Ok(self.tx.act_as(Some(programme)).await?)
    }

    /// Comes back from [`Unit::enter`] with what was done there.
    ///
    /// # Errors
    /// What was answered there, or the database's refusal.
    pub async fn leave<R>(&mut self, before: Option<&'static str>, done: Result<R, Fault>) -> Result<R, Fault> {
        match (self.tx.act_as(before).await, done) {
            // After a failed statement the transaction is lost; what failed is told, not what followed from it.
            (_, Err(fault)) => Err(fault),
            (Err(error), Ok(_)) => Err(error.into()),
            (Ok(_), done) => done,
        }
    }

    /// Takes a person into the open case within this unit, so that what follows is *asked for*.
    ///
    /// # Errors
    /// A refusal without an open case; the database's refusal.
    pub async fn take_into_case(&mut self, subject: i64) -> Result<(), Fault> {
        let now = self.now();
        let Some(case) = self.staff.case.as_mut() else {
            return Err(Fault::refused("案件を始めてから操作してください"));
        };
        // The case of an event or a message is not stored.
        if case.id != 0 {
            case::add_subject(&mut self.tx, case.id, subject, now).await?;
        }
        if !case.subjects.contains(&subject) {
            case.subjects.push(subject);
        }
        self.standing.remove(&subject);
        Ok(())
    }

    /// Works on behalf of a case from here on (one that this unit has just opened).
    pub fn enter_case(&mut self, case: OpenCase) {
        self.staff.case = Some(case);
        self.standing.clear();
    }

    /// Makes a person the one subject of this unit's case, for work that no clerk began: an event or a message named them. The case keeps its
    /// number and becomes a 通知. A person nobody has registered is registered. Answers the permanent id.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn concern(&mut self, number: &AtenaNo) -> Result<i64, Fault> {
        let subject = subject::of(&mut self.tx, number).await?;
        let number = self.staff.case.take().map(|case| case.number).unwrap_or_default();
        self.enter_case(OpenCase { id: 0, number, ground: "通知".into(), subjects: vec![subject] });
        Ok(subject)
    }

    /// Asks to see field groups of a person and notes what is allowed. The rest is left out, not blanked.
    ///
    /// # Errors
    /// A refusal, recorded as such, when nothing at all is allowed.
    pub async fn see(&mut self, subject: i64, groups: &[&'static str]) -> Result<Seen, Fault> {
        self.see_for(self.action, subject, groups).await
    }

    /// [`Unit::see`] for another action than the unit's own, for instance looking while drafting.
    ///
    /// # Errors
    /// A refusal, recorded as such, when nothing at all is allowed.
    pub async fn see_for(&mut self, action: Action, subject: i64, groups: &[&'static str]) -> Result<Seen, Fault> {
        let standing = self.standing(subject).await?;
        let principal = self.principal();
        let when = self.circumstances(standing);
        let policy = self.city.policy();
        let allowed: BTreeSet<&'static str> =
            groups.iter().copied().filter(|g| policy.allows(&principal, action, g, &when)).collect();
        if allowed.is_empty() {
            return Err(self.refuse(Some(subject), groups).await);
        }
        let entry = self.seen.entry(subject).or_insert((standing.relation, BTreeSet::new()));
        entry.1.extend(allowed.iter().map(|g| (*g).to_owned()));
        Ok(Seen { groups: allowed, protected: standing.protected, relation: Some(standing.relation) })
    }

    /// Asks to see all of these groups, or nothing.
    ///
    /// # Errors
    /// A refusal, recorded as such, when one is not allowed.
    pub async fn require(&mut self, subject: i64, groups: &[&'static str]) -> Result<Seen, Fault> {
        let seen = self.see(subject, groups).await?;
        if groups.iter().all(|g| seen.has(g)) { Ok(seen) } else { Err(self.refuse(Some(subject), groups).await) }
    }

    /// Asks for a task of the system or a list without one person, for instance `system.job` or a search.
    ///
    /// # Errors
    /// A refusal, recorded as such.
    pub async fn permit(&mut self, action: Action, group: &'static str) -> Result<(), Fault> {
        let standing = Standing { protected: false, released: false, relation: Relation::AskedFor };
        let when = self.circumstances(standing);
        if self.city.policy().allows(&self.principal(), action, group, &when) {
            return Ok(());
        }
        Err(self.refuse(None, &[group]).await)
    }

    /// Records a refusal that a rule besides the policy made (rank, authorship), and answers it in that rule's own words.
    pub async fn refuse_because(&mut self, group: &'static str, why: impl Into<String>) -> Fault {
        match self.refuse(None, &[group]).await {
            fault if fault.kind == FaultKind::Refused => Fault::refused(why),
            fault => fault,
        }
    }

    /// Records that a whole screen was refused.
    pub async fn refuse_door(&mut self, group: &'static str) -> Fault {
        self.refuse(None, &[group]).await
    }

    /// Would it be allowed? Asks without recording, to decide which buttons to offer.
    pub fn may(&self, action: Action, group: &str) -> bool {
        let when = self.circumstances(Standing { protected: false, released: false, relation: Relation::AskedFor });
        self.city.policy().allows(&self.principal(), action, group, &when)
    }

    fn principal(&self) -> Principal {
        principal(&self.staff)
    }

    fn circumstances(&self, standing: Standing) -> Circumstances {
        Circumstances {
            purpose: self.staff.purpose.clone().unwrap_or_default(),
            ground: self.staff.case.as_ref().map(|c| c.ground.clone()).unwrap_or_default(),
            relation: standing.relation,
            protected: standing.protected,
            released: standing.released,
        }
    }

    async fn standing(&mut self, subject: i64) -> Result<Standing, Fault> {
        if let Some(known) = self.standing.get(&subject) {
            return Ok(*known);
        }
        let protected = subject::is_protected(&mut self.tx, subject).await?;
        let case = self.staff.case.as_ref().map(|c| c.id);
        let now = self.now();
        let released = match (protected, case) {
            (true, Some(case)) => subject::is_released(&mut self.tx, subject, case, now).await?,
            _ => false,
        };
        let relation = if self.is_case_subject(subject) { Relation::AskedFor } else { Relation::Incidental };
        let standing = Standing { protected, released, relation };
        self.standing.insert(subject, standing);
        Ok(standing)
    }

    /// Records a refusal durably and answers it. Whatever the unit wrote so far is thrown away.
    async fn refuse(&mut self, subject: Option<i64>, groups: &[&'static str]) -> Fault {
        let sightings = subject.map(|s| {
            let relation = if self.is_case_subject(s) { Relation::AskedFor } else { Relation::Incidental };
            Sighting { subject: s, relation, fields: groups.iter().map(|g| (*g).to_owned()).collect() }
        });
        let entry = self.entry(Shown::Denied, sightings.into_iter().collect());
        self.undone |= self.tx.writes();
        if self.tx.writes()
            && let Err(error) = self.tx.restart().await
        {
            return error.into();
        }
        let recorded = async {
            if !self.tx.writes() {
                return Ok(self.city.record(&entry).await.map(|_| ())?);
            }
            let mut tx = std::mem::replace(&mut self.tx, self.city.db().read().await?);
            audit::append(&mut tx, self.city.keys(), &entry).await?;
            Ok::<(), Fault>(tx.commit().await?)
        };
        match recorded.await {
            Ok(()) => Fault::refused(NOT_ALLOWED),
            Err(fault) => fault,
        }
    }

    fn entry(&self, result: Shown, sightings: Vec<Sighting>) -> Entry {
        Entry {
            at: self.now(),
            staff_no: self.staff.staff_no.clone(),
            staff_name: self.staff.name.clone(),
            office: self.city.office_name(self.staff.office()),
            terminal: self.staff.terminal.clone(),
            purpose: self.staff.purpose.clone().unwrap_or_default(),
            case_no: self.staff.case.as_ref().map(|c| c.number.clone()),
            ground: self.staff.case.as_ref().map(|c| c.ground.clone()),
            action: self.action,
            screen: self.screen.to_owned(),
            result,
            sightings,
            detail: self.detail.clone(),
            bulk: self.bulk,
        }
    }

    /// Records a run over many people as one leaf with a root over (subject, field groups), instead of one leaf each.
    pub fn bulk(&mut self, subjects: &[i64], groups: &[&str]) {
        let mut text = groups.join(",");
        for subject in subjects {
            text.push_str(&format!("\n{subject}"));
        }
        let count = i64::try_from(subjects.len()).unwrap_or(i64::MAX);
        self.bulk = Some(audit::Bulk { root: sha256(text.as_bytes()), count });
    }

    /// The number of this commit, for rows that record what was known when. Only in a change.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn seq(&mut self) -> Result<i64, DbError> {
        if let Some(seq) = self.seq {
            return Ok(seq);
        }
        self.tx.run(IN_ORDER, vec![]).await?;
        let case = self.staff.case.as_ref().map(|c| c.id);
        let row = self.tx.one(COMMIT_ROW, params![self.now(), &self.staff.staff_no, case, self.screen]).await?;
        let seq = row.get("id")?;
        self.seq = Some(seq);
        Ok(seq)
    }

    /// The last commit known at the end of a day, for 知り得た日.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn seq_known_at(&mut self, day: Date) -> Result<i64, DbError> {
        let end = jiff::tz::Offset::constant(9).to_timestamp(day.at(23, 59, 59, 999_999_999)).unwrap_or(Timestamp::MAX);
        self.tx.one(COMMIT_AT, params![end]).await?.get("id")
    }

    /// Makes the command idempotent: answers the stored outcome when this key was already committed. Only in a change.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn already_done(&mut self, key: &str) -> Result<Option<String>, Fault> {
        if self.tx.run(CLAIM, params![key, &self.staff.staff_no, self.now()]).await? == 0 {
            return Ok(Some(self.tx.one(COMMAND, params![key]).await?.get("outcome")?));
        }
        self.command = Some(key.to_owned());
        Ok(None)
    }

    /// Sets a form from a context before the entry is durable: the paper may be stored within this unit, but leaves only through
    /// [`Unit::commit`], which makes the entry durable first.
    pub fn render<T, R>(&self, context: T, set: impl FnOnce(Cleared<T>) -> R) -> R {
        set(Cleared::seal(context, 0))
    }

    /// The data key of a person, to seal or open secrets.
    ///
    /// # Errors
    /// When the key is gone.
    pub async fn data_key(&mut self, subject: i64) -> Result<DataKey, Fault> {
        let city = self.city.clone();
        subject::data_key(&mut self.tx, &city, subject).await
    }

    /// Seals a secret of a person.
    ///
    /// # Errors
    /// When the key is gone.
    pub async fn seal(&mut self, subject: i64, place: Place<'_>, plain: &str) -> Result<Vec<u8>, Fault> {
        let key = self.data_key(subject).await?;
        Ok(self.city.keys().seal_for(&key, place, plain.as_bytes())?)
    }

    /// Opens a secret of a person.
    ///
    /// # Errors
    /// When the key is gone or the bytes were changed.
    pub async fn unseal(&mut self, subject: i64, place: Place<'_>, sealed: &[u8]) -> Result<String, Fault> {
        let key = self.data_key(subject).await?;
        let plain = self.city.keys().open_for(&key, place, sealed)?;
        String::from_utf8(plain).map_err(|_| crate::keys::KeyError::Broken.into())
    }

    /// Writes the audit entry, stores everything durably, and only then hands the value out.
    ///
    /// # Errors
    /// When the entry or the rows cannot be made durable, or a change was refused on the way: then nothing is shown and nothing stored.
    pub async fn commit<T>(self, value: T) -> Result<Cleared<T>, Fault> {
        self.commit_as(value, "").await
    }

    /// [`Unit::commit`] that remembers the outcome of the command (a location) for its idempotency key.
    ///
    /// # Errors
    /// As [`Unit::commit`].
    pub async fn commit_as<T>(mut self, value: T, outcome: &str) -> Result<Cleared<T>, Fault> {
        if self.undone {
            return Err(Fault::refused(NOT_ALLOWED));
        }
        let changed = self.tx.writes();
        let seen = std::mem::take(&mut self.seen);
        let sightings = seen.into_iter().map(|(subject, (relation, fields))| Sighting {
            subject,
            relation,
            fields: fields.into_iter().collect(),
        });
        let sightings = sightings.collect();
        let entry = self.entry(if changed { Shown::Changed } else { Shown::Shown }, sightings);
        let city = self.city.clone();
        let mut tx = self.tx;
        if !changed {
            // The snapshot ends before the entry is written with those of others, so that nobody waits for a connection that a reader holds.
            drop(tx);
            return Ok(Cleared::seal(value, city.record(&entry).await?));
        }
        if let Some(key) = &self.command {
            tx.run(REMEMBER, params![key, outcome]).await?;
        }
        let number = audit::append(&mut tx, city.keys(), &entry).await?;
        tx.commit().await?;
        Ok(Cleared::seal(value, number))
    }
}

/// The Cedar principal of a session.
pub fn principal(staff: &StaffContext) -> Principal {
    Principal {
        office: staff.office().to_owned(),
        rank: staff.rank(),
        roles: staff.post.as_ref().map(|p| p.roles.clone()).unwrap_or_default(),
    }
}
