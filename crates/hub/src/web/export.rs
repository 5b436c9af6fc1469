//! 全項目の持出し: each register of the hub as a file, with every column and all of its history, for 移行 and for whoever checks.

use super::csv;
use crate::model::{
    Answer, Batch, BatchRow, Deletion, DeletionRow, FormerNumber, LINK, Link, NUMBER, OUTSIDER, OUTSIDER_ADDRESS,
    OUTSIDER_NUMBER, Outsider, Person, Question, Recall, RecallUse, Removal, Request,
};
use crate::store;
use kernel::ident::AtenaNo;
use platform::keys::Place;
use platform::register::{Register, Shown};
use platform::{Fault, Unit, subject};
use webkit::{Call, Download, Reply};

/// A register as a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// 団体内統合宛名
    People,
    /// 個人番号の変更履歴
    Former,
    /// 連携
    Links,
    /// 住登外者
    Outsiders,
    /// 名寄せの確認
    Questions,
    /// 名寄せの判断
    Answers,
    /// 名寄せの一括処理
    Batches,
    /// その結果
    BatchRows,
    /// 誤った連携の回収
    Recalls,
    /// その使用
    Uses,
    /// 照会した番号
    Requests,
    /// 消去の一覧
    Deletions,
    /// その対象
    DeletionRows,
    /// 消去の証明
    Removals,
}

/// All of them, with page and label.
pub const PARTS: [(Part, &str, &str); 14] = [
    (Part::People, "/hub/exports/people.csv", "団体内統合宛名の持出し"),
    (Part::Former, "/hub/exports/former-numbers.csv", "個人番号の変更履歴の持出し"),
    (Part::Links, "/hub/exports/links.csv", "連携(履歴を含む)の持出し"),
    (Part::Outsiders, "/hub/exports/outsiders.csv", "住登外者(履歴と個人番号を含む)の持出し"),
    (Part::Questions, "/hub/exports/questions.csv", "名寄せの確認の持出し"),
    (Part::Answers, "/hub/exports/answers.csv", "名寄せの判断の履歴の持出し"),
    (Part::Batches, "/hub/exports/batches.csv", "名寄せの一括処理の持出し"),
    (Part::BatchRows, "/hub/exports/batch-rows.csv", "名寄せの一括処理の結果の持出し(全件)"),
    (Part::Recalls, "/hub/exports/recalls.csv", "誤った連携の回収の持出し"),
    (Part::Uses, "/hub/exports/recall-uses.csv", "誤った連携の使用の持出し"),
    (Part::Requests, "/hub/exports/requests.csv", "照会した番号の持出し"),
    (Part::Deletions, "/hub/exports/deletions.csv", "統合宛名の消去の持出し"),
    (Part::DeletionRows, "/hub/exports/deletion-rows.csv", "統合宛名の消去の対象の持出し"),
    (Part::Removals, "/hub/exports/removals.csv", "統合宛名の消去の証明の持出し"),
];

/// One row on its way out.
struct Line {
    id: i64,
    who: Option<AtenaNo>,
    cells: Vec<Shown>,
    /// 個人番号, sealed.
    secret: Option<Vec<u8>>,
}

macro_rules! every {
    ($unit:expr, $page:path, $who:expr, $secret:expr) => {{
        let (mut lines, mut after) = (vec![], 0);
        loop {
            let page = $page(&mut $unit.tx, after).await?;
            let Some(last) = page.last() else { break lines };
            after = last.id;
            lines.extend(page.iter().map(|row| Line {
                id: row.id,
                who: $who(row),
                cells: row.in_all_words(),
                secret: $secret(row),
            }));
        }
    }};
    ($unit:expr, $page:path, $who:expr) => {
        every!($unit, $page, $who, |_| None)
    };
}

impl Part {
    fn register(self) -> Register {
        match self {
            Part::People => Person::REGISTER,
            Part::Former => FormerNumber::REGISTER,
            Part::Links => Link::REGISTER,
            Part::Outsiders => Outsider::REGISTER,
            Part::Questions => Question::REGISTER,
            Part::Answers => Answer::REGISTER,
            Part::Batches => Batch::REGISTER,
            Part::BatchRows => BatchRow::REGISTER,
            Part::Recalls => Recall::REGISTER,
            Part::Uses => RecallUse::REGISTER,
            Part::Requests => Request::REGISTER,
            Part::Deletions => Deletion::REGISTER,
            Part::DeletionRows => DeletionRow::REGISTER,
            Part::Removals => Removal::REGISTER,
        }
    }

    async fn lines(self, unit: &mut Unit) -> Result<Vec<Line>, Fault> {
        Ok(match self {
            Part::People => every!(unit, store::people_after, |_: &Person| None),
            Part::Former => every!(unit, store::former_after, |_: &FormerNumber| None),
            Part::Links => every!(unit, store::every_link_after, |row: &Link| Some(row.atena_no.clone())),
            Part::Outsiders => {
                let (who, secret) = (|row: &Outsider| Some(row.atena_no.clone()), |row: &Outsider| row.my_number.clone());
                every!(unit, store::every_outsider_after, who, secret)
            }
            Part::Questions => every!(unit, store::questions_after, |row: &Question| Some(row.atena_no.clone())),
            Part::Answers => every!(unit, store::answers_after, |_: &Answer| None),
            Part::Batches => every!(unit, store::batches_after, |_: &Batch| None),
            Part::BatchRows => every!(unit, store::batch_rows_after, |row: &BatchRow| row.atena_no.clone()),
            Part::Recalls => every!(unit, store::recalls_after, |row: &Recall| Some(row.atena_no.clone())),
            Part::Uses => every!(unit, store::uses_after, |_: &RecallUse| None),
            Part::Requests => every!(unit, store::requests_after, |_: &Request| None),
            Part::Deletions => every!(unit, store::deletions_after, |_: &Deletion| None),
            Part::DeletionRows => every!(unit, store::deletion_rows_after, |row: &DeletionRow| row.atena_no.clone()),
            Part::Removals => every!(unit, store::removals_after, |_: &Removal| None),
        })
    }
}

/// A column that means nothing outside: a token is made anew from the number by whoever has the key.
fn is_token(name: &str) -> bool {
    name == "number_token"
}

/// The file of a register. Places of protected people stay here.
pub async fn all(call: Call, part: Part, name_ja: &'static str) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    let groups: &[&'static str] = match part {
        Part::Outsiders => &[OUTSIDER, OUTSIDER_ADDRESS, OUTSIDER_NUMBER],
        _ => &[NUMBER, LINK],
    };
    for group in groups {
        unit.permit(call.action, group).await?;
    }
    let protected = subject::protection_list(&mut unit.tx).await?;
    let (mut rows, mut subjects) = (vec![], vec![]);
    for line in part.lines(&mut unit).await? {
        let subject = match &line.who {
            Some(who) => unit.find_subject(who).await?,
            None => None,
        };
        let hide = subject.is_some_and(|id| protected.contains(&id));
        let number = match (subject, &line.who, &line.secret) {
            (Some(id), Some(who), Some(sealed)) => {
                let place = Place { table: Outsider::TABLE, column: "my_number", row: who.as_str() };
                unit.unseal(id, place, sealed).await?
            }
            _ => String::new(),
        };
        let cell = |(column, words): Shown| match column.name {
            "my_number" => number.clone(),
            _ if hide && column.group == OUTSIDER_ADDRESS => String::new(),
            _ => words,
        };
        let cells = line.cells.into_iter().filter(|(column, _)| !is_token(column.name)).map(cell);
        rows.push([line.id.to_string()].into_iter().chain(cells).collect::<Vec<_>>());
        subjects.extend(subject);
    }
    unit.bulk(&subjects, groups);
    unit.note(format!("{name_ja} {}件", rows.len()));
    let labels = part.register().columns.iter().filter(|c| !is_token(c.name)).map(|c| c.label_ja);
    let head: Vec<&str> = ["行番号"].into_iter().chain(labels).collect();
    let body = csv(&head, rows.into_iter());
    let download =
        Download { name: format!("{}.csv", part.register().name_ja), mime: "text/csv; charset=utf-8", body, inline: false };
    Ok(Reply::File(unit.commit(download).await?))
}
