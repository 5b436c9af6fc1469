//! 住登外者の登録: a person whom a programme deals with and who is not in the resident registry gets a number of its own kind.

use super::edit_outsider;
use super::link_programme::used_until;
use crate::model::{Link, OUTSIDER, OUTSIDER_ADDRESS, OUTSIDER_NUMBER, Outsider};
use crate::store;
use kernel::Date;
use kernel::ident::AtenaNo;
use kernel::time::{PartialDate, parse_date};
use mynumber::IndividualNumber;
use platform::fault::FieldProblem;
use platform::keys::Place;
use platform::{Fault, Unit, case, outbox, subject};
use ports::ResidentPort;
use serde::{Deserialize, Serialize};

/// Topic of [`OutsiderEntered`].
pub const OUTSIDER_ENTERED: &str = "hub.outsider_entered";
/// 現存
pub const LIVING: &str = "現存";
/// 消除
pub const ENDED: &str = "消除";
/// 異動事由 of a later record: the first corrects, the others end it.
pub const REASONS: [&str; 3] = ["修正", "住民となった", "利用の終了"];

/// A 住登外者 was entered or changed: 名寄せ looks at the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutsiderEntered {
    /// Who.
    pub atena_no: AtenaNo,
}

/// What is entered, as typed or sent. The fields of 住登外者宛名番号管理 under names of our own; its 処理区分 and codes are the published ones.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// 処理区分: 0 a new person, 1 a new record of a known one, 2 a new person who seems to be the chosen candidate. Ours beside them: 3 a person who
    /// was a resident goes on under that number (住民番号引継).
    pub kind: String,
    /// 宛名番号, for 1 and 3 the person's own, for 2 the candidate's.
    pub atena_no: String,
    /// 履歴番号 of the record that is changed, for 1: a record that has changed since it was read is not overwritten.
    pub rev: String,
    /// 他業務参照不可
    pub withheld: bool,
    /// 氏名
    pub name: String,
    /// 氏名カナ
    pub kana: String,
    /// 通称
    pub alias: String,
    /// 生年月日
    pub birth: String,
    /// 性別
    pub sex: String,
    /// 郵便番号
    pub postal_code: String,
    /// 住所
    pub address: String,
    /// 電話番号
    pub phone: String,
    /// 個人番号
    pub my_number: String,
    /// 異動事由, for 1.
    pub reason: String,
    /// 異動年月日
    pub moved_on: String,
    /// 引継先の宛名番号, when the person became a resident.
    pub successor: String,
}

/// What the entry says, once it is in order.
struct Checked {
    birth: PartialDate,
    moved_on: Date,
    my_number: Option<IndividualNumber>,
    number: Option<AtenaNo>,
    successor: Option<AtenaNo>,
}

/// 異動事由 of the first record of somebody who was a resident.
const INHERITED: &str = "住民番号の引継";

/// What the interface requires.
const REQUIRED: [&str; 6] = ["name", "kana", "birth", "sex", "address", "moved_on"];
/// What an extract of another system requires: such systems often know less.
const TAKEN_OVER: [&str; 3] = ["name", "birth", "moved_on"];

/// All problems at once, each with the code of the interface: E0001 必須, E0002 指定文字, E0003 桁数, E0004 相関.
fn check(entry: &Entry, needed: &[&str]) -> Result<Checked, Fault> {
    let mut problems: Vec<FieldProblem> = vec![];
    let mut problem = |field, code, message: &str| problems.push(FieldProblem::coded(field, code, message));
    let required = [
        ("name", &entry.name, "氏名を入れてください"),
        ("kana", &entry.kana, "氏名カナを入れてください"),
        ("birth", &entry.birth, "生年月日を入れてください。分からないときは「年月日不詳」"),
        ("sex", &entry.sex, "性別を選んでください"),
        ("address", &entry.address, "住所を入れてください"),
        ("moved_on", &entry.moved_on, "異動年月日を入れてください"),
    ];
    for (field, value, message) in required {
        if value.is_empty() && needed.contains(&field) {
            problem(field, "E0001", message);
        }
    }
    if !entry.kana.chars().all(|c| matches!(c, 'ァ'..='ヺ' | 'ー' | '・' | ' ' | '\u{3000}')) {
        problem("kana", "E0002", "カタカナで入れてください");
    }
    if !entry.sex.is_empty() && !["男", "女", "不明"].contains(&entry.sex.as_str()) {
        problem("sex", "E0002", "男・女・不明から選んでください");
    }
    if !entry.postal_code.is_empty() && (entry.postal_code.len() != 7 || !entry.postal_code.bytes().all(|b| b.is_ascii_digit())) {
        problem("postal_code", "E0003", "郵便番号は数字7桁で入れてください");
    }
    let birth = PartialDate::parse(&entry.birth).ok();
    if !entry.birth.is_empty() && birth.is_none() {
        problem("birth", "E0002", "生年月日として読めません");
    }
    let moved_on = parse_date(&entry.moved_on).ok();
    if !entry.moved_on.is_empty() && moved_on.is_none() {
        problem("moved_on", "E0002", "異動年月日として読めません");
    }
    let my_number = IndividualNumber::parse(&entry.my_number).ok();
    if !entry.my_number.is_empty() && my_number.is_none() {
        let digits = entry.my_number.len() == 12 && entry.my_number.bytes().all(|b| b.is_ascii_digit());
        let (code, message) = if digits {
            ("E0004", "個人番号の検査用数字が合いません。番号を確かめてください")
        } else {
            ("E0003", "個人番号は数字12桁で入れてください")
        };
        problem("my_number", code, message);
    }
    let number = AtenaNo::parse(&entry.atena_no).ok();
    match (entry.kind.as_str(), &number) {
        ("0", _) if !entry.atena_no.is_empty() => {
            problem("atena_no", "E0004", "新規のときは宛名番号を入れません");
        }
        ("0", _) => {}
        ("1" | "2" | "3", None) => problem("atena_no", "E0004", "処理区分が1・2・3のときは、宛名番号が必要です"),
        ("1" | "2" | "3", Some(_)) => {}
        _ => problem("kind", if entry.kind.is_empty() { "E0001" } else { "E0002" }, "処理区分は0・1・2・3から選んでください"),
    }
    if entry.kind == "1" && entry.rev.parse::<i64>().is_err() {
        problem("rev", "E0004", "処理区分が1のときは、開いた記録の履歴番号が必要です");
    }
    if entry.kind == "1" && !REASONS.contains(&entry.reason.as_str()) {
        problem("reason", "E0004", "異動事由を選んでください");
    }
    let successor = AtenaNo::parse(&entry.successor).ok();
    if (entry.reason == REASONS[1]) != successor.is_some() {
        problem("successor", "E0004", "住民となったときだけ、引継先の宛名番号を入れてください");
    }
    match (birth, moved_on) {
        (Some(birth), Some(moved_on)) if problems.is_empty() => Ok(Checked { birth, moved_on, my_number, number, successor }),
        _ => Err(Fault::invalid(problems)),
    }
}

/// What is wrong with an entry, before anybody looks for the person.
pub fn problems(entry: &Entry) -> Vec<FieldProblem> {
    check(entry, &REQUIRED).err().map(|fault| fault.fields).unwrap_or_default()
}

/// One item that does not fit the others or the records.
fn unfit(field: &'static str, message: &str) -> Fault {
    Fault::invalid(vec![FieldProblem::coded(field, "E0004", message)])
}

/// Counter of the numbers of 住登外者.
const COUNTER: &str = "hub.outsider";
/// Their serials begin here, far above those of residents: the two spaces never meet.
const FIRST_SERIAL: u64 = 50_000_000_000_000;

async fn next_number(unit: &mut Unit) -> Result<AtenaNo, Fault> {
    loop {
        let n = case::next_number(&mut unit.tx, COUNTER).await?;
        // A serial whose check digit the specification leaves open is passed over, and a number that somebody has.
        let Ok(number) = AtenaNo::issue(FIRST_SERIAL + u64::try_from(n).unwrap_or_default()) else { continue };
        if unit.find_subject(&number).await?.is_none() {
            return Ok(number);
        }
    }
}

/// Is the number one of the space of 住登外者? Who was a resident and is a 住登外者 now keeps the resident's number (住民番号引継).
pub fn is_outsiders(number: &AtenaNo) -> bool {
    number.as_str().get(..14).and_then(|serial| serial.parse::<u64>().ok()).is_some_and(|serial| serial >= FIRST_SERIAL)
}

/// May this office see the record? 他業務参照不可 shuts out all but the programme that registered the person, and the hub itself.
pub fn open_to(row: &Outsider, purpose: &str) -> bool {
    !row.withheld || row.programme == purpose || purpose == crate::PURPOSE.code
}

/// Stores a new person or a new record of a known one; answers the number.
///
/// # Errors
/// Fields with the codes of the interface; somebody else's lock; a record that has changed since it was read; a record that this office may not see, which looks like none.
pub async fn run(unit: &mut Unit, residents: &dyn ResidentPort, entry: &Entry) -> Result<AtenaNo, Fault> {
    let checked = check(entry, &REQUIRED)?;
    let known = match (&checked.number, entry.kind.as_str()) {
        (Some(number), "1") => Some(current(unit, number).await?),
        (Some(number), "3") => inherited(unit, residents, number).await?,
        _ => None,
    };
    let inherits = entry.kind == "3";
    for (field, named) in
        [("atena_no", checked.number.as_ref().filter(|_| entry.kind == "2")), ("successor", checked.successor.as_ref())]
    {
        if let Some(named) = named {
            require_known(unit, field, named).await?;
        }
    }
    if !inherits && known.as_ref().is_some_and(|row| row.state == ENDED) {
        return Err(Fault::conflict("消除した記録は変えられません", "この住登外者の記録は終わっています"));
    }
    if !inherits && known.as_ref().is_some_and(|row| row.rev.to_string() != entry.rev) {
        return Err(Fault::conflict(
            "この記録は、開いたあとに変わっています",
            "ほかの職員が先に記録を改めました。いまの記録を開き直して、必要な変更を入れ直してください",
        ));
    }
    if let Some(row) = &known {
        refuse_renumbering(unit, row, &checked).await?;
    }
    let number = match (&known, &checked.number) {
        (Some(row), _) => row.atena_no.clone(),
        (None, Some(number)) if inherits => number.clone(),
        (None, _) => next_number(unit).await?,
    };
    let id = subject::of(&mut unit.tx, &number).await?;
    unit.take_into_case(id).await?;
    unit.require(id, &[OUTSIDER, OUTSIDER_ADDRESS]).await?;
    edit_outsider::lock(unit, id).await?;
    let purpose = unit.staff().purpose.clone().unwrap_or_default();
    let row = record(unit, id, entry, &checked, &number, known.as_ref(), &purpose).await?;
    match &known {
        Some(old) => {
            store::revise_outsider(&mut unit.tx, old, &row).await?;
            if row.state == ENDED {
                for link in store::links(&mut unit.tx, &number).await?.into_iter().filter(|l| l.programme == row.programme) {
                    used_until(unit, link, Some(row.moved_on)).await?;
                }
            }
        }
        None => {
            row.insert(&mut unit.tx).await?;
            link(unit, &row, number.as_str()).await?;
        }
    }
    // Who moved in again under the old number is the same person: nobody has to confirm it.
    let successor = row.successor.as_ref().filter(|successor| **successor != number);
    if entry.kind == "2"
        && let Some(candidate) = &checked.number
    {
        super::match_up::claimed(unit, &number, candidate).await?;
    }
    if let Some(successor) = successor {
        super::match_up::claimed(unit, &number, successor).await?;
    }
    subject::edit_unlock(&mut unit.tx, id).await?;
    outbox::publish(unit, OUTSIDER_ENTERED, &OutsiderEntered { atena_no: number.clone() }).await?;
    Ok(number)
}

/// Somebody whom an entry names as the same person: a withheld record of another programme looks like none.
async fn require_known(unit: &mut Unit, field: &'static str, number: &AtenaNo) -> Result<(), Fault> {
    let purpose = unit.staff().purpose.clone().unwrap_or_default();
    let known = match store::outsider(&mut unit.tx, number).await? {
        Some(row) => open_to(&row, &purpose),
        None => unit.find_subject(number).await?.is_some() && !is_outsiders(number),
    };
    if known {
        Ok(())
    } else {
        Err(unfit(field, "この宛名番号の記録はありません。番号を確かめてください"))
    }
}

/// 住民番号引継: the number of somebody who was a resident, and the record that ended under it before, if they were a 住登外者 already.
async fn inherited(unit: &mut Unit, residents: &dyn ResidentPort, number: &AtenaNo) -> Result<Option<Outsider>, Fault> {
    let nobody = || unfit("atena_no", "この宛名番号の住民だった人はいません。番号を確かめてください");
    let subject = unit.find_subject(number).await?.ok_or_else(nobody)?;
    unit.take_into_case(subject).await?;
    let today = unit.today();
    let facts = residents.person(unit, number, today).await?.ok_or_else(nobody)?;
    if facts.resident {
        return Err(Fault::conflict("住民は住登外者として登録できません", "この宛名番号の人は、いま住民です"));
    }
    match store::outsider(&mut unit.tx, number).await? {
        Some(row) if row.state == LIVING => {
            Err(Fault::conflict("この人は登録されています", "同じ宛名番号の住登外者の記録があります。その記録を改めてください"))
        }
        row => Ok(row),
    }
}

/// A 個人番号 under which the person has a 団番 is changed by two people, not on the way.
async fn refuse_renumbering(unit: &mut Unit, row: &Outsider, checked: &Checked) -> Result<(), Fault> {
    let (Some(held), Some(typed)) = (&row.number_token, &checked.my_number) else { return Ok(()) };
    let token = unit.city().keys().token(crate::model::MY_NUMBER, typed.expose())?;
    if token == *held || super::match_up::dan_of(unit, &row.atena_no).await?.is_none() {
        return Ok(());
    }
    Err(unfit("my_number", "登録済みの個人番号と違います。変わったときは「個人番号の変更」で起案してください"))
}

/// Takes over a person of another system as that system knows them, under its own number; 名寄せ is the caller's. Answers the 宛名番号.
///
/// # Errors
/// Fields with the codes of the interface.
pub async fn take_over(unit: &mut Unit, entry: &Entry, programme: &str, own_number: &str) -> Result<AtenaNo, Fault> {
    let checked = check(entry, &TAKEN_OVER)?;
    let number = next_number(unit).await?;
    let id = unit.concern(&number).await?;
    unit.require(id, &[OUTSIDER, OUTSIDER_ADDRESS]).await?;
    let row = record(unit, id, entry, &checked, &number, None, programme).await?;
    row.insert(&mut unit.tx).await?;
    link(unit, &row, own_number).await?;
    Ok(number)
}

/// The record that an entry makes; a 個人番号 is sealed, and one that is not typed again stays.
async fn record(
    unit: &mut Unit,
    id: i64,
    entry: &Entry,
    checked: &Checked,
    number: &AtenaNo,
    known: Option<&Outsider>,
    purpose: &str,
) -> Result<Outsider, Fault> {
    let (mut my_number, mut number_token) = known.map_or((None, None), |r| (r.my_number.clone(), r.number_token.clone()));
    if let Some(digits) = &checked.my_number {
        unit.require(id, &[OUTSIDER_NUMBER]).await?;
        let place = Place { table: Outsider::TABLE, column: "my_number", row: number.as_str() };
        my_number = Some(unit.seal(id, place, digits.expose()).await?);
        number_token = Some(unit.city().keys().token(crate::model::MY_NUMBER, digits.expose())?);
    }
    let optional = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let reason = match entry.kind.as_str() {
        "1" => entry.reason.clone(),
        "3" => INHERITED.to_owned(),
        _ => "新規".to_owned(),
    };
    let ends = entry.kind == "1" && entry.reason != REASONS[0];
    Ok(Outsider {
        id: 0,
        atena_no: number.clone(),
        rev: known.map_or(1, |r| r.rev + 1),
        programme: known.map_or_else(|| purpose.to_owned(), |r| r.programme.clone()),
        withheld: entry.withheld,
        name: entry.name.clone(),
        kana: entry.kana.clone(),
        alias: optional(&entry.alias),
        birth: checked.birth.to_string(),
        sex: entry.sex.clone(),
        postal_code: optional(&entry.postal_code),
        address: entry.address.clone(),
        phone: optional(&entry.phone),
        my_number,
        number_token,
        reason,
        moved_on: checked.moved_on,
        state: if ends { ENDED.into() } else { LIVING.into() },
        successor: checked.successor.clone(),
        recorded_by: unit.staff().name.clone(),
        recorded_at: unit.now(),
        seq: unit.seq().await?,
        superseded_seq: None,
    })
}

/// A number of the registering programme as the person's; a 団番 comes with 名寄せ, or is there with an inherited number.
async fn link(unit: &mut Unit, row: &Outsider, number: &str) -> Result<(), Fault> {
    let link = Link {
        id: 0,
        programme: row.programme.clone(),
        number: number.to_owned(),
        atena_no: row.atena_no.clone(),
        dan_no: super::match_up::dan_of(unit, &row.atena_no).await?,
        valid_from: row.moved_on,
        recorded_at: row.recorded_at,
        basis: None,
        unified: false,
        ended_on: None,
        seq: row.seq,
        superseded_seq: None,
    };
    Ok(link.insert(&mut unit.tx).await.map(|_| ())?)
}

/// The record of a 住登外者 as it stands, when this office may see it.
///
/// # Errors
/// [`Fault::missing`] otherwise: a withheld record looks like none.
pub async fn current(unit: &mut Unit, number: &AtenaNo) -> Result<Outsider, Fault> {
    let purpose = unit.staff().purpose.clone().unwrap_or_default();
    let row = store::outsider(&mut unit.tx, number).await?.filter(|row| open_to(row, &purpose));
    row.ok_or_else(|| Fault::missing("住登外者"))
}
