//! 消去 (番号法20条): people whom no programme needs any longer are listed, two people decide about the list, and then they go, first at the
//! gateway, which lets go of 符号 and 副本 or says what it must still keep, then here. What remains is a proof without any number.

use super::issue::removed_token;
use super::match_up::dan_of;
use crate::lines::Lines;
use crate::model::{Deletion, DeletionRow, JUKI, LINK, NUMBER, Removal};
use crate::rules::Rules;
use crate::store::{self, deletion};
use async_trait::async_trait;
use kernel::Date;
use kernel::access::Action;
use kernel::ident::{AtenaNo, DanNo};
use kernel::time::{Timestamp, wareki};
use platform::approval::{self, Act, DiffLine, Draft, NewDraft, Proposal};
use platform::fault::FaultKind;
use platform::job::{self, Job, Run};
use platform::{Fault, Unit, subject};
use ports::LinkUses;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use wire::limits::Limits;

/// Code of the act.
pub const DELETE: &str = "hub.delete";
/// Kind of the job that makes a list.
pub const SEEK: &str = "hub.seek_deletable";
/// Kind of the job that deletes.
pub const WORK: &str = "hub.delete_people";

/// The list is being made.
pub const SEEKING: &str = "調査中";
/// It is there, and somebody looks through it.
pub const CHECKING: &str = "確認中";
/// It waits for its second person.
pub const DRAFTED: &str = "決裁待ち";
/// Its people are being deleted.
pub const DECIDED: &str = "決裁済";
/// Everybody on it was worked through.
pub const DONE: &str = "完了";

/// A person to be deleted.
pub const LISTED: &str = "対象";
/// A person who stays.
pub const HELD: &str = "保留";
/// A person who is deleted.
pub const DELETED: &str = "消去済";

/// People in one unit of work.
const STEP: usize = 20;
const SCREEN: &str = "統合宛名の消去";

/// The draft.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Delete {
    /// The list.
    pub list: i64,
    /// Why they are to be deleted.
    pub reason: String,
}

fn unreadable() -> Fault {
    Fault::missing("消去の依頼")
}

/// Asks for a list as of today; answers the number of its job.
///
/// # Errors
/// Broken parameters, the database's refusal.
pub async fn start(unit: &mut Unit) -> Result<i64, Fault> {
    let limits = Limits::load().map_err(|why| Fault::conflict("保存する年数が分かりません", why.to_string()))?;
    let cutoff = unit.today().checked_sub(jiff::Span::new().years(limits.identity_years)).unwrap_or(Date::MIN);
    let list = Deletion {
        id: 0,
        cutoff,
        state: SEEKING.into(),
        requested_by: unit.staff().name.clone(),
        requested_at: unit.now(),
        reason: None,
        decided_by: None,
        decided_at: None,
        finished_at: None,
        seq: unit.seq().await?,
    };
    let id = list.insert(&mut unit.tx).await?;
    submit(unit, SEEK, "消去できる人の調査", id).await
}

async fn submit(unit: &mut Unit, kind: &'static str, title: &str, list: i64) -> Result<i64, Fault> {
    job::submit(unit, kind, title, &serde_json::to_vec(&list).map_err(|_| unreadable())?).await
}

/// Drafts that the people of a list be deleted.
///
/// # Errors
/// A list that nobody can decide about now, or with nobody on it.
pub async fn draft(unit: &mut Unit, delete: &Delete, rules: &Rules) -> Result<(), Fault> {
    unit.permit(Action::Draft, NUMBER).await?;
    let list = deletion::list(&mut unit.tx, delete.list).await?;
    if count(unit, list.id, LISTED).await? == 0 {
        return Err(Fault::conflict("消去する人がいません", "この一覧に、消去の対象となる人はいません"));
    }
    advance(unit, Deletion { reason: Some(delete.reason.clone()), state: DRAFTED.into(), ..list }, CHECKING).await?;
    let (rank, rule_ja) = (rules.rank)(DELETE, unit.today())?;
    let new = NewDraft { act: DELETE, title: SCREEN, command: delete, subjects: &[], rank, rule_ja: &rule_ja };
    approval::draft(unit, new).await.map(|_| ())
}

async fn count(unit: &mut Unit, list: i64, state: &str) -> Result<i64, Fault> {
    let counts = deletion::counts(&mut unit.tx, list).await?;
    Ok(counts.into_iter().find(|(of, _)| of == state).map_or(0, |(_, n)| n))
}

/// Brings a list into its next state.
async fn advance(unit: &mut Unit, list: Deletion, from: &str) -> Result<(), Fault> {
    if deletion::set_list(&mut unit.tx, &list, from).await? {
        return Ok(());
    }
    Err(Fault::conflict("この一覧は、もう先へ進んでいます", "ほかの職員が先に起案したか、調査が終わっていません"))
}

/// The act.
pub struct DeletePeople;

#[async_trait]
impl Act for DeletePeople {
    fn code(&self) -> &'static str {
        DELETE
    }

    fn group(&self) -> &'static str {
        NUMBER
    }

    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let delete: Delete = approval::command(payload)?;
        let list = deletion::list(&mut unit.tx, delete.list).await?;
        let (listed, held) = (count(unit, list.id, LISTED).await?, count(unit, list.id, HELD).await?);
        let lines = vec![DiffLine {
            item_ja: "統合宛名".into(),
            now_ja: format!("{listed}人(最後の利用が{}より前)", wareki(list.cutoff)),
            draft_ja: "消去".into(),
            reason_ja: delete.reason,
        }];
        Ok(Proposal {
            about_ja: format!("どの業務も使わなくなった人を消去します。一覧: /hub/deletions/{}", list.id),
            lines,
            next_ja: vec![
                "中間サーバーの符号と副本も消える".into(),
                format!("保留の{held}人は残る。利用が再開された人も残る"),
                "消去した番号は二度と付けない。元には戻せない".into(),
            ],
            ..Proposal::default()
        })
    }

    async fn apply(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let delete: Delete = approval::command(payload)?;
        let list = deletion::list(&mut unit.tx, delete.list).await?;
        let (decided_by, decided_at) = (Some(unit.staff().name.clone()), Some(unit.now()));
        advance(unit, Deletion { state: DECIDED.into(), decided_by, decided_at, ..list }, DRAFTED).await?;
        submit(unit, WORK, SCREEN, delete.list).await.map(|_| ())
    }

    async fn discard(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let delete: Delete = approval::command(payload)?;
        let list = deletion::list(&mut unit.tx, delete.list).await?;
        advance(unit, Deletion { state: CHECKING.into(), reason: None, ..list }, DRAFTED).await
    }
}

/// The numbers under which the city knows somebody, the registry's before every other.
async fn numbers_of(unit: &mut Unit, dan_no: Option<&DanNo>, atena_no: Option<&AtenaNo>) -> Result<Vec<AtenaNo>, Fault> {
    let Some(dan_no) = dan_no else { return Ok(atena_no.cloned().into_iter().collect()) };
    let mut links = store::links_of_dan(&mut unit.tx, dan_no).await?;
    links.sort_by_key(|l| (l.programme != JUKI, l.atena_no.clone()));
    let mut numbers: Vec<AtenaNo> = vec![];
    for link in links {
        if !numbers.contains(&link.atena_no) {
            numbers.push(link.atena_no);
        }
    }
    Ok(numbers)
}

/// What must not be lost yet.
struct Keeping<'a> {
    users: &'a [Arc<dyn LinkUses>],
    cutoff: Date,
}

impl Keeping<'_> {
    fn since(&self) -> Timestamp {
        let midnight = jiff::tz::Offset::constant(9).to_timestamp(self.cutoff.at(0, 0, 0, 0));
        midnight.unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Why somebody stays; `None` when nothing points at them any longer. Names no case of the other programmes, only the kind.
    async fn why(&self, unit: &mut Unit, dan_no: Option<&DanNo>, numbers: &[AtenaNo]) -> Result<Option<String>, Fault> {
        if let Some(dan_no) = dan_no
            && store::open_recalls(&mut unit.tx).await?.contains(dan_no)
        {
            return Ok(Some("誤った連携の回収が終わっていません".into()));
        }
        for number in numbers {
            let subject = unit.concern(number).await?;
            unit.require(subject, &[NUMBER, LINK]).await?;
            if dan_of(unit, number).await?.as_ref() != dan_no {
                return Ok(Some("団体内統合宛名番号が変わりました".into()));
            }
            let links = store::links(&mut unit.tx, number).await?;
            if links.iter().any(|l| l.ended_on.is_none_or(|day| day >= self.cutoff)) {
                return Ok(Some("利用が再開されました".into()));
            }
            if deletion::pending_questions(&mut unit.tx, number).await? > 0 {
                return Ok(Some("名寄せの確認が終わっていません".into()));
            }
            if subject::is_protected(&mut unit.tx, subject).await? {
                return Ok(Some("支援措置が続いています".into()));
            }
            for user in self.users {
                let uses = user.uses(unit, number, self.since()).await?;
                if let Some(last) = uses.iter().max_by_key(|u| u.used_on) {
                    return Ok(Some(format!("{}に{}があります", wareki(last.used_on), last.kind)));
                }
            }
        }
        Ok(None)
    }
}

/// The job that makes a list.
pub struct SeekDeletable {
    /// Asked what rests on a person.
    pub users: Vec<Arc<dyn LinkUses>>,
}

#[async_trait]
impl Job for SeekDeletable {
    fn kind(&self) -> &'static str {
        SEEK
    }

    async fn run(&self, run: &Run, payload: &[u8]) -> Result<String, Fault> {
        let id: i64 = serde_json::from_slice(payload).map_err(|_| unreadable())?;
        let city = run.city().clone();
        let mut tx = city.db().read().await?;
        let list = deletion::list(&mut tx, id).await?;
        let mut ended = deletion::ended(&mut tx, list.cutoff).await?;
        // An interrupted run goes on with those who are not on the list yet.
        let mut known = BTreeSet::new();
        for state in [LISTED, HELD] {
            let rows = deletion::rows(&mut tx, id, state, i64::MAX).await?;
            known.extend(rows.into_iter().map(|row| (row.dan_no.clone(), row.dan_no.map_or(row.atena_no, |_| None))));
        }
        drop(tx);
        ended.retain(|one| !known.contains(&(one.dan_no.clone(), one.atena_no.clone())));
        let keeping = Keeping { users: &self.users, cutoff: list.cutoff };
        let (mut done, total) = (known.len(), known.len() + ended.len());
        for step in ended.chunks(STEP) {
            let mut unit = Unit::change(&city, run.staff(), SCREEN, Action::Run).await?;
            for one in step {
                let numbers = numbers_of(&mut unit, one.dan_no.as_ref(), one.atena_no.as_ref()).await?;
                let why = keeping.why(&mut unit, one.dan_no.as_ref(), &numbers).await?;
                let row = DeletionRow {
                    id: 0,
                    deletion_id: id,
                    dan_no: one.dan_no.clone(),
                    atena_no: numbers.into_iter().next(),
                    last_on: one.last_on,
                    state: if why.is_some() { HELD } else { LISTED }.into(),
                    reason: why.unwrap_or_default(),
                };
                row.insert(&mut unit.tx).await?;
            }
            unit.commit(()).await?;
            done += step.len();
            run.progress(sized(done), sized(total), SCREEN).await?;
        }
        let mut unit = Unit::change(&city, run.staff(), SCREEN, Action::Run).await?;
        advance(&mut unit, Deletion { state: CHECKING.into(), ..list }, SEEKING).await?;
        let (listed, held) = (count(&mut unit, id, LISTED).await?, count(&mut unit, id, HELD).await?);
        unit.note(format!("消去の対象 {listed}人、保留 {held}人"));
        unit.commit(()).await?;
        Ok(format!("消去の対象 {listed}人、保留 {held}人"))
    }
}

fn sized(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// The job that deletes the people of a list that was decided about.
pub struct WorkOff {
    /// Asked what rests on a person.
    pub users: Vec<Arc<dyn LinkUses>>,
    /// The gateway goes first.
    pub lines: Arc<dyn Lines>,
}

#[async_trait]
impl Job for WorkOff {
    fn kind(&self) -> &'static str {
        WORK
    }

    async fn run(&self, run: &Run, payload: &[u8]) -> Result<String, Fault> {
        let id: i64 = serde_json::from_slice(payload).map_err(|_| unreadable())?;
        let city = run.city().clone();
        let mut tx = city.db().read().await?;
        let list = deletion::list(&mut tx, id).await?;
        let left = deletion::rows(&mut tx, id, LISTED, i64::MAX).await?;
        drop(tx);
        let total = sized(left.len());
        let mut done = 0;
        if list.state != DECIDED {
            return Err(Fault::conflict("消去できません", "この一覧は決裁されていません"));
        }
        for row in left {
            // One person, one unit: whoever is gone at the gateway is gone here too, also when the next one fails.
            let mut unit = Unit::change(&city, run.staff(), SCREEN, Action::Run).await?;
            let row = self.delete(&mut unit, &list, row).await?;
            deletion::set_row(&mut unit.tx, &row).await?;
            unit.commit(()).await?;
            done += 1;
            run.progress(done, total, SCREEN).await?;
        }
        let mut unit = Unit::change(&city, run.staff(), SCREEN, Action::Run).await?;
        let (deleted, held) = (count(&mut unit, id, DELETED).await?, count(&mut unit, id, HELD).await?);
        let now = unit.now();
        advance(&mut unit, Deletion { state: DONE.into(), finished_at: Some(now), ..list }, DECIDED).await?;
        unit.note(format!("統合宛名の消去 {deleted}人、保留 {held}人"));
        unit.commit(()).await?;
        Ok(format!("消去 {deleted}人、保留 {held}人"))
    }
}

impl WorkOff {
    /// Deletes one person, unless something speaks against it by now.
    async fn delete(&self, unit: &mut Unit, list: &Deletion, row: DeletionRow) -> Result<DeletionRow, Fault> {
        let stays = |reason: String| DeletionRow { state: HELD.into(), reason, ..row.clone() };
        let numbers = numbers_of(unit, row.dan_no.as_ref(), row.atena_no.as_ref()).await?;
        let keeping = Keeping { users: &self.users, cutoff: list.cutoff };
        let Some(number) = row.dan_no.as_ref().map(DanNo::as_str).or(numbers.first().map(AtenaNo::as_str)) else {
            return Ok(stays("番号がありません".into()));
        };
        if numbers.is_empty() {
            return Ok(stays("連携がありません".into()));
        }
        if let Some(why) = keeping.why(unit, row.dan_no.as_ref(), &numbers).await? {
            return Ok(stays(why));
        }
        if let Some(dan_no) = &row.dan_no {
            match self.lines.forget(dan_no).await {
                Err(fault) if fault.kind == FaultKind::Unavailable => return Err(fault),
                Err(fault) => return Ok(stays(format!("中間サーバー: {}", fault.why))),
                Ok(()) => {}
            }
        }
        let number_token = removed_token(unit, number)?;
        let (removed_rows, digest) = deletion::remove(&mut unit.tx, row.dan_no.as_ref(), &numbers).await?;
        let (removed_on, seq) = (unit.today(), unit.seq().await?);
        let proof =
            Removal { id: 0, deletion_id: list.id, number_token, digest, removed_rows, last_on: row.last_on, removed_on, seq };
        proof.insert(&mut unit.tx).await?;
        unit.note(format!("統合宛名の消去 {removed_rows}行"));
        Ok(DeletionRow { state: DELETED.into(), dan_no: None, atena_no: None, ..row })
    }
}
