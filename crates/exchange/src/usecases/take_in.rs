//! 正本ファイルの受取り: a system outside of Atena hands over what it holds. Good rows go on, bad rows are listed, nothing of a row stands
//! in a message.

use crate::lines::Line;
use crate::model::{Intake, ORIGINAL, OriginalRow};
use crate::originals::{Sources, seal};
use crate::store;
use async_trait::async_trait;
use kernel::access::Action;
use kernel::ident::AtenaNo;
use kernel::time::{Period, civil, parse_date};
use platform::job::{self, Job, Run};
use platform::{Fault, Unit, file};
use std::collections::BTreeMap;
use wire::catalogue::Catalogue;
use wire::ident::{DataSet, DataSetId, ItemId, RecordKey};
use wire::replica::{Reason, Value};

/// Kind of the job.
pub const JOB: &str = "exchange.take_in";
/// Rows a step.
const STEP: usize = 5_000;
/// Bad rows that are listed one by one.
const LISTED: usize = 200;
/// Columns that every file has, before its items.
pub const COLUMNS: [&str; 5] = ["処理", "宛名番号", "年度など", "公開開始日", "公開終了日"];
/// What the first column says.
const PUT: &str = "登録";
const DELETE: &str = "削除";

/// A file as it came.
pub struct NewFile<'a> {
    /// Its name.
    pub name: &'a str,
    /// Which system sent it.
    pub system: &'a str,
    /// What it holds.
    pub data_set: DataSet,
    /// Its bytes.
    pub body: &'a [u8],
}

/// Takes a file and has it worked through.
///
/// # Errors
/// A data set that a programme of the house holds itself, a file without the columns, a refusal.
pub async fn receive(unit: &mut Unit, sources: &Sources, new: NewFile<'_>) -> Result<i64, Fault> {
    unit.permit(Action::Run, ORIGINAL).await?;
    let ours = sources.last().is_some_and(|files| files.holds(&new.data_set.id));
    if !ours {
        return Err(Fault::field("data_set", "この特定個人情報は、業務の記録から自動で作られます。ファイルでは受け取りません"));
    }
    let mut reader = reader(new.body);
    let head = reader.headers().map_err(|_| Fault::field("file", "CSVとして読めません。文字コードはUTF-8です"))?;
    let fits = head.iter().take(COLUMNS.len()).eq(COLUMNS) && head.len() > COLUMNS.len();
    if !fits {
        let wanted = COLUMNS.join("・");
        return Err(Fault::field("file", format!("1行目の見出しは{wanted}で始まり、項目名が続きます")));
    }
    let catalogue = crate::list()?.items();
    let newest = catalogue.layout(&new.data_set).map_err(|why| Fault::field("data_set", why.to_string()))?;
    let anywhere = |id: ItemId| catalogue.versions(&new.data_set.id).any(|layout| layout.item(&id).is_some());
    let known = |name: &str| ItemId::parse(name).is_ok_and(anywhere);
    if let Some(name) = head.iter().skip(COLUMNS.len()).find(|name| !known(name)) {
        let names: Vec<&str> = newest.items.iter().map(|item| item.id.as_str()).collect();
        let why = format!("見出し「{name}」は項目表にありません。使える項目は{}です", names.join("・"));
        return Err(Fault::field("file", why));
    }
    let (city, now) = (unit.city().clone(), unit.now());
    let file_id = file::store(&mut unit.tx, &city, new.name, "text/csv", new.body, None).await?;
    let row = Intake {
        id: 0,
        name: new.name.to_owned(),
        system: new.system.to_owned(),
        data_set: new.data_set.id.to_string(),
        version: i64::from(new.data_set.version),
        file_id,
        good: 0,
        bad: 0,
        problems: String::new(),
        received_by: unit.staff().name.clone(),
        received_at: now,
        done_at: None,
    };
    let id = row.insert(&mut unit.tx).await?;
    job::submit(unit, JOB, "正本ファイルの受取り", id.to_string().as_bytes()).await
}

fn reader(body: &[u8]) -> csv::Reader<&[u8]> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(body)
}

/// The work on a received file.
pub struct TakeIn {
    /// Whether the city is connected: then the copy follows at once.
    pub line: Option<Line>,
}

/// A row that can go on.
enum Good {
    Put(OriginalRow, BTreeMap<ItemId, Value>),
    Delete(OriginalRow),
}

impl Good {
    fn who(&self) -> &AtenaNo {
        match self {
            Self::Put(row, _) | Self::Delete(row) => &row.atena_no,
        }
    }
}

/// The reason that a cell gives for being empty: (未申告).
fn reason(cell: &str) -> Option<Reason> {
    Reason::of(cell.strip_prefix('(')?.strip_suffix(')')?)
}

/// Reads a row into the version of its year; what is wrong is said without its contents.
fn read(
    (intake, set): (&Intake, &DataSetId),
    catalogue: &Catalogue,
    head: &csv::StringRecord,
    row: &csv::StringRecord,
) -> Result<Good, String> {
    let cell = |n: usize| row.get(n).unwrap_or_default();
    if row.len() != head.len() {
        return Err(format!("列の数が見出しと違います({}列)", row.len()));
    }
    let date = |n: usize, name: &str| parse_date(cell(n)).map_err(|_| format!("{name}が日付ではありません"));
    let from = date(3, "公開開始日")?;
    let to = if cell(4).is_empty() { None } else { Some(date(4, "公開終了日")?) };
    let published = Period::new(from, to).map_err(|_| "公開終了日が公開開始日より前です".to_owned())?;
    let key = RecordKey::parse(cell(2)).map_err(|_| "「年度など」は英数字とハイフン20字以内です".to_owned())?;
    let layout = catalogue.of(set, &key, civil(intake.received_at)).ok_or("この特定個人情報は項目表にありません")?;
    let record = OriginalRow {
        id: 0,
        atena_no: AtenaNo::parse(cell(1)).map_err(|_| "宛名番号の検査数字が合いません".to_owned())?,
        data_set: intake.data_set.clone(),
        version: i64::from(layout.data_set.version),
        record_key: cell(2).to_owned(),
        published_from: published.from,
        published_to: published.to,
        items: vec![],
        system: intake.system.clone(),
        recorded_at: intake.received_at,
        seq: 0,
    };
    match cell(0) {
        DELETE => return Ok(Good::Delete(record)),
        PUT => {}
        _ => return Err(format!("処理は「{PUT}」か「{DELETE}」です")),
    }
    let mut items = BTreeMap::new();
    for (name, value) in head.iter().zip(row.iter()).skip(COLUMNS.len()) {
        let item = ItemId::parse(name).map_err(|_| "項目名を読めません".to_owned())?;
        if value.is_empty() && layout.item(&item).is_none() {
            // A column of another version.
            continue;
        }
        let value = match reason(value) {
            Some(reason) => Value::Absent(reason),
            None => Value::given(value).map_err(|_| format!("「{name}」が空です。値か、(未申告)などの未設定事由が要ります"))?,
        };
        items.insert(item, value);
    }
    layout.check(&items).map_err(|why| why.to_string())?;
    Ok(Good::Put(record, items))
}

#[async_trait]
impl Job for TakeIn {
    fn kind(&self) -> &'static str {
        JOB
    }

    async fn run(&self, run: &Run, payload: &[u8]) -> Result<String, Fault> {
        let city = run.city().clone();
        let id: i64 = String::from_utf8_lossy(payload).parse().map_err(|_| Fault::missing("ファイル"))?;
        let mut tx = city.db().read().await?;
        let mut intake = store::intake(&mut tx, id).await?;
        let body = file::load(&mut tx, &city, intake.file_id).await?.body;
        drop(tx);
        if intake.done_at.is_some() {
            return Ok("既に登録してあります。何も変えていません".into());
        }
        (intake.good, intake.bad, intake.problems) = (0, 0, String::new());
        let mut reader = reader(&body);
        let head = reader.headers().map_err(|_| Fault::missing("見出し"))?.clone();
        let set = crate::data_set_of(&intake.data_set, &intake.version.to_string());
        let set = set.ok_or_else(|| Fault::missing("特定個人情報"))?.id;
        let catalogue = crate::list()?.items();
        let mut step = Vec::with_capacity(STEP);
        let mut rows = reader.into_records().zip(2..);
        loop {
            let next = rows.next();
            let last = next.is_none();
            if let Some((row, line)) = next {
                let read = match row {
                    Ok(row) => read((&intake, &set), catalogue, &head, &row),
                    Err(_) => Err("CSVとして読めません".to_owned()),
                };
                step.push((line, read));
            }
            if last || step.len() >= STEP {
                self.keep(run, &mut intake, std::mem::take(&mut step), last).await?;
                run.progress(intake.good + intake.bad, 0, &intake.name).await?;
            }
            if last {
                break;
            }
        }
        if self.line.is_some() {
            let mut unit = Unit::change(&city, run.staff(), "副本の登録の依頼", Action::Run).await?;
            job::submit(&mut unit, super::load::JOB, "副本の登録", b"").await?;
            unit.commit(()).await?;
        }
        Ok(format!("{}行を登録しました。受け付けられない行 {}", intake.good, intake.bad))
    }
}

impl TakeIn {
    async fn keep(
        &self,
        run: &Run,
        intake: &mut Intake,
        step: Vec<(u64, Result<Good, String>)>,
        last: bool,
    ) -> Result<(), Fault> {
        let mut unit = Unit::change(run.city(), run.staff(), "正本ファイルの受取り", Action::Run).await?;
        unit.permit(Action::Run, ORIGINAL).await?;
        let (seq, keys) = (unit.seq().await?, run.city().keys().clone());
        let known = unit.find_subjects(&step.iter().filter_map(|(_, good)| good.as_ref().ok()).map(Good::who).collect()).await?;
        let (mut subjects, mut changed) = (vec![], BTreeMap::new());
        for (line, good) in step {
            let who = good.as_ref().ok().and_then(|good| known.get(good.who())).copied();
            let problem = match (good, who) {
                (Err(why), _) => Some(why),
                (Ok(_), None) => Some("この宛名番号の人はいません".to_owned()),
                (Ok(Good::Delete(row)), Some(subject)) => {
                    subjects.push(subject);
                    changed.insert((row.atena_no, row.data_set, row.record_key), None);
                    None
                }
                (Ok(Good::Put(row, items)), Some(subject)) => {
                    subjects.push(subject);
                    let row = OriginalRow { items: seal(&keys, &row, &items)?, seq, ..row };
                    // Of several rows for one place the last counts.
                    changed.insert((row.atena_no.clone(), row.data_set.clone(), row.record_key.clone()), Some(row));
                    None
                }
            };
            match problem {
                None => intake.good += 1,
                Some(why) => {
                    intake.bad += 1;
                    if usize::try_from(intake.bad).unwrap_or(usize::MAX) <= LISTED {
                        intake.problems.push_str(&format!("{line}行目: {why}\n"));
                    }
                }
            }
        }
        if last {
            intake.done_at = Some(unit.now());
        }
        store::change_originals(&mut unit.tx, changed).await?;
        store::set_intake(&mut unit.tx, intake).await?;
        unit.bulk(&subjects, &[ORIGINAL]);
        unit.note(format!("正本 {}行、受け付けられない行 {}", intake.good, intake.bad));
        unit.commit(()).await.map(|_| ())
    }
}
