//! 番号の変換: the numbers of a programme as 団番, and 団番 as its numbers. Good rows go on, bad rows are listed, the order is kept.

use crate::model::{LINK, NUMBER};
use crate::store;
use kernel::ident::DanNo;
use platform::{Fault, Unit};

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The programme's number → 団番.
    ToDan,
    /// 団番 → the programme's number.
    FromDan,
}

/// One row: what was asked, and the answer or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Translated {
    /// The number asked for, as it came.
    pub asked: String,
    /// The other number, or why the row cannot go on.
    pub answer: Result<String, &'static str>,
}

/// Translates all rows; the unit records them as one run.
///
/// # Errors
/// The database's refusal. A bad row is no error.
pub async fn run(unit: &mut Unit, programme: &str, way: Way, numbers: &[String]) -> Result<Vec<Translated>, Fault> {
    let (mut rows, mut subjects) = (Vec::with_capacity(numbers.len()), vec![]);
    for asked in numbers {
        let link = match way {
            Way::ToDan => Ok(store::link(&mut unit.tx, programme, asked).await?),
            Way::FromDan => match DanNo::parse(asked) {
                Ok(dan_no) => {
                    Ok(store::links_of_dan(&mut unit.tx, &dan_no).await?.into_iter().find(|l| l.programme == programme))
                }
                Err(_) => Err("団体内統合宛名番号の形ではありません"),
            },
        };
        let answer = match link {
            Err(why) => Err(why),
            Ok(None) => Err("この業務の番号として登録されていません"),
            Ok(Some(link)) => {
                subjects.extend(unit.find_subject(&link.atena_no).await?);
                match way {
                    Way::ToDan => link.dan_no.map(String::from).ok_or("個人番号が分からず、付番を待っています"),
                    Way::FromDan => Ok(link.number),
                }
            }
        };
        rows.push(Translated { asked: asked.clone(), answer });
    }
    unit.bulk(&subjects, &[NUMBER, LINK]);
    Ok(rows)
}
