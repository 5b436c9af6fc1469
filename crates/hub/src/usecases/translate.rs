//! 番号の変換: the numbers of a programme as 団番, and 団番 as its numbers. Good rows go on, bad rows are listed, the order is kept.

use crate::model::{LINK, NUMBER};
use crate::store;
use kernel::ident::DanNo;
use platform::{Fault, Unit};
use std::fmt;

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The programme's number → 団番.
    ToDan,
    /// 団番 → the programme's number.
    FromDan,
}

/// Why a number has no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It has not the form of a 団番.
    Form,
    /// Nobody's.
    Unknown,
    /// The person's 個人番号 is not known yet.
    Waiting,
    /// The person has several numbers of the programme, and nothing says which is meant.
    Several(Vec<String>),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Form => f.write_str("団体内統合宛名番号の形ではありません"),
            Refusal::Unknown => f.write_str("この業務の番号として登録されていません"),
            Refusal::Waiting => f.write_str("個人番号が分からず、付番を待っています"),
            Refusal::Several(numbers) => {
                write!(f, "この業務の番号が{}つあり、どれのことか決められません: {}", numbers.len(), numbers.join("、"))
            }
        }
    }
}

/// One row: what was asked, and the answer or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Translated {
    /// The number asked for, as it came.
    pub asked: String,
    /// The other number, or why the row cannot go on.
    pub answer: Result<String, Refusal>,
}

/// Translates all rows; the unit records them as one run.
///
/// # Errors
/// The database's refusal. A bad row is no error.
pub async fn run(unit: &mut Unit, programme: &str, way: Way, numbers: &[String]) -> Result<Vec<Translated>, Fault> {
    let (mut rows, mut subjects) = (Vec::with_capacity(numbers.len()), vec![]);
    for asked in numbers {
        let links = match way {
            Way::ToDan => store::link(&mut unit.tx, programme, asked).await?.into_iter().collect(),
            Way::FromDan => match DanNo::parse(asked) {
                Ok(dan_no) => {
                    let mut links = store::links_of_dan(&mut unit.tx, &dan_no).await?;
                    links.retain(|l| l.programme == programme);
                    links
                }
                Err(_) => {
                    rows.push(Translated { asked: asked.clone(), answer: Err(Refusal::Form) });
                    continue;
                }
            },
        };
        for link in &links {
            subjects.extend(unit.find_subject(&link.atena_no).await?);
        }
        let answer = match (way, links.as_slice()) {
            (_, []) => Err(Refusal::Unknown),
            (Way::ToDan, [link, ..]) => link.dan_no.clone().map(String::from).ok_or(Refusal::Waiting),
            (Way::FromDan, [link]) => Ok(link.number.clone()),
            (Way::FromDan, several) => Err(Refusal::Several(several.iter().map(|l| l.number.clone()).collect())),
        };
        rows.push(Translated { asked: asked.clone(), answer });
    }
    unit.bulk(&subjects, &[NUMBER, LINK]);
    Ok(rows)
}
