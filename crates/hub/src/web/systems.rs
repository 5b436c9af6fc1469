//! 住登外者宛名番号付番 and 照会 for other systems (庁内連携): the interface as 共通機能標準仕様書 別紙7-2 publishes it. The names that the publication
//! gives are its own; those of the remaining items follow its way of writing (Hepburn without long vowels) and stand in this file alone.

use crate::model::{OUTSIDER, OUTSIDER_ADDRESS, Outsider};
use crate::store;
use crate::usecases::register_outsider::{self, ENDED, Entry, open_to};
use kernel::access::Action::Search;
use kernel::ident::AtenaNo;
use kernel::text::{kana_key, name_key};
use kernel::time::{PartialDate, Timestamp, civil, clock_seconds};
use platform::fault::FieldProblem;
use platform::{Fault, Unit};
use ports::ResidentPort;
use serde_json::{Value, json};
use std::sync::Arc;
use webkit::{Begun, Call, Form, Reply};

/// 住登外者宛名番号付番
pub const NUMBERING: &str = "/app_submit/v10/jutogaishaatenabangofuban";
/// Its scope.
pub const NUMBERING_SCOPE: &str = "031:app_submit/v10/jutogaishaatenabangofuban:Create";
/// 住登外者宛名基本情報照会
pub const INQUIRY: &str = "/app_submit/v10/jutogaishaatenakihonjohosyokai";
/// Its scope.
pub const INQUIRY_SCOPE: &str = "031:app_submit/v10/jutogaishaatenakihonjohosyokai:Read";

/// Most people whom an inquiry answers; of more, somebody has to know more about the person.
const MOST: usize = 50;

/// Items of a record: as the interface names them, and as the form of a clerk does.
const ITEMS: [(&str, &str); 15] = [
    ("shorikubun", "kind"),
    ("atenabango", "atena_no"),
    ("rirekibango", "rev"),
    ("tagyomusanshofukaflag", "withheld"),
    ("shimei", "name"),
    ("shimeifurigana", "kana"),
    ("tsusho", "alias"),
    ("seinengappi", "birth"),
    ("seibetsu", "sex"),
    ("yubinbango", "postal_code"),
    ("jusho", "address"),
    ("denwabango", "phone"),
    ("idojiyu", "reason"),
    ("idonengappi", "moved_on"),
    ("hikitsugiatenabango", "successor"),
];
/// What a numbering request may say.
pub const NUMBERING_ITEMS: [&str; 19] = [
    "shikuchosonkodo",
    "sosashaid",
    "shorikubun",
    "atenabango",
    "rirekibango",
    "tagyomusanshofukaflag",
    "shimei",
    "shimeifurigana",
    "tsusho",
    "seinengappi",
    "seinengappifushoflag",
    "seinengappifushohyoki",
    "seibetsu",
    "yubinbango",
    "jusho",
    "denwabango",
    "idojiyu",
    "idonengappi",
    "hikitsugiatenabango",
];
/// What an inquiry may say.
pub const INQUIRY_ITEMS: [&str; 13] = [
    "shikuchosonkodo",
    "sosashaid",
    "atenabango",
    "shimei",
    "shimeifurigana",
    "seinengappi",
    "seinengappifushoflag",
    "seinengappifushohyoki",
    "seibetsu",
    "jusho",
    "kensakukubun",
    "rirekikubun",
    "koshintsuban",
];
/// 性別 as データ要件 codes it.
const SEXES: [(&str, &str); 3] = [("0", "不明"), ("1", "男"), ("2", "女")];

/// Reads a request item by item and keeps everything that is wrong.
struct Items<'a> {
    form: &'a Form,
    problems: Vec<FieldProblem>,
}

impl<'a> Items<'a> {
    /// Begins with what every request says: the city and the operator.
    fn of(call: &'a Call) -> Self {
        let mut items = Self { form: &call.form, problems: vec![] };
        let city = items.needed("shikuchosonkodo", "市区町村コードを入れてください");
        if !city.is_empty() && city.len() != 6 {
            items.wrong("shikuchosonkodo", "E0003", "市区町村コードは数字6桁で入れてください");
        } else if !city.is_empty() && city != call.city.profile().code {
            items.wrong("shikuchosonkodo", "E0004", "この市の市区町村コードではありません");
        }
        let operator = items.needed("sosashaid", "操作者IDを入れてください");
        if !operator.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.@".contains(&b)) {
            items.wrong("sosashaid", "E0002", "操作者IDは半角の英数字で入れてください");
        } else if operator.len() > 20 {
            items.wrong("sosashaid", "E0003", "操作者IDは20桁までで入れてください");
        }
        items
    }

    fn wrong(&mut self, field: &'static str, code: &'static str, message: &str) {
        self.problems.push(FieldProblem::coded(field, code, message));
    }

    fn needed(&mut self, field: &'static str, message: &str) -> &'a str {
        let text = self.form.text(field);
        if text.is_empty() {
            self.wrong(field, "E0001", message);
        }
        text
    }

    /// One of the codes, or empty.
    fn code(&mut self, field: &'static str, codes: &[&str]) -> &'a str {
        let text = self.form.text(field);
        if !text.is_empty() && !codes.contains(&text) {
            self.wrong(field, "E0002", &format!("{} から選んでください", codes.join("・")));
        }
        text
    }

    /// DATE `YYYY-MM-DD`, or empty.
    fn date(&mut self, field: &'static str) -> &'a str {
        let text = self.form.text(field);
        if !text.is_empty() && text.parse::<kernel::Date>().is_err() {
            self.wrong(field, "E0002", "日付は YYYY-MM-DD で入れてください");
        }
        text
    }

    /// 生年月日: a date, or what is known of it when the flag says so.
    fn birth(&mut self) -> &'a str {
        let said = self.form.text("seinengappifushohyoki");
        match self.code("seinengappifushoflag", &["0", "1"]) {
            "1" if said.is_empty() => {
                self.wrong("seinengappifushohyoki", "E0004", "不詳フラグが1のときは、不詳表記が必要です");
                ""
            }
            "1" if said.chars().count() > 72 => {
                self.wrong("seinengappifushohyoki", "E0003", "不詳表記は72文字までで入れてください");
                ""
            }
            "1" => said,
            _ => self.date("seinengappi"),
        }
    }

    fn sex(&mut self) -> &'static str {
        let text = self.code("seibetsu", &["0", "1", "2"]);
        SEXES.iter().find(|(code, _)| *code == text).map_or("", |(_, name)| name)
    }

    fn end(self) -> Result<(), Fault> {
        if self.problems.is_empty() { Ok(()) } else { Err(Fault::invalid(self.problems)) }
    }
}

/// The problem under the name that the interface has for the item.
fn renamed(problem: FieldProblem) -> FieldProblem {
    let field = ITEMS.iter().find(|(_, ours)| *ours == problem.field).map_or(problem.field, |(theirs, _)| theirs);
    FieldProblem { field, ..problem }
}

/// The entry of a numbering request.
///
/// # Errors
/// Everything that is wrong, form and content, at once.
fn entry(call: &Call) -> Result<Entry, Fault> {
    let mut items = Items::of(call);
    let text = |name: &str| call.form.text(name).to_owned();
    let entry = Entry {
        kind: items.code("shorikubun", &["0", "1", "2"]).to_owned(),
        atena_no: text("atenabango"),
        rev: text("rirekibango"),
        withheld: items.code("tagyomusanshofukaflag", &["0", "1"]) == "1",
        name: text("shimei"),
        kana: text("shimeifurigana"),
        alias: text("tsusho"),
        birth: items.birth().to_owned(),
        sex: items.sex().to_owned(),
        postal_code: text("yubinbango"),
        address: text("jusho"),
        phone: text("denwabango"),
        my_number: String::new(),
        reason: text("idojiyu"),
        moved_on: items.date("idonengappi").to_owned(),
        successor: text("hikitsugiatenabango"),
    };
    let of_content = register_outsider::problems(&entry).into_iter().map(renamed);
    for problem in of_content {
        // A date that is none was said to be none already.
        let said =
            |p: &FieldProblem| p.field == problem.field || (problem.field == "seinengappi" && p.field.starts_with("seinengappi"));
        if !items.problems.iter().any(said) {
            items.problems.push(problem);
        }
    }
    items.end()?;
    Ok(entry)
}

/// 付番: a new number, or a new record of a known person (住民番号引継 is left to a clerk). The same request again is answered with the number
/// that it was given.
pub async fn number(call: Call, residents: Arc<dyn ResidentPort>) -> Result<Reply, Fault> {
    let entry = entry(&call)?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(Reply::See(outcome)) => return again(&call, &outcome).await,
        Begun::Done(reply) => return Ok(reply),
    };
    unit.note(format!("操作者 {}", call.form.text("sosashaid")));
    let done = register_outsider::run(&mut unit, residents.as_ref(), &entry).await;
    let number = done.map_err(|fault| Fault { fields: fault.fields.into_iter().map(renamed).collect(), ..fault })?;
    let row = store::outsider(&mut unit.tx, &number).await?.ok_or_else(|| Fault::missing("住登外者"))?;
    let answer = numbered(&call, &row);
    Ok(Reply::Json(unit.commit_as(answer, &format!("{number}/{}", row.rev)).await?))
}

/// The answer that the same request had.
async fn again(call: &Call, outcome: &str) -> Result<Reply, Fault> {
    let (number, rev) = outcome.split_once('/').unwrap_or((outcome, ""));
    let number = AtenaNo::parse(number).map_err(|_| Fault::missing("住登外者"))?;
    let mut unit = call.look().await?;
    let rows = store::outsider_history(&mut unit.tx, &number).await?;
    let row = rows.into_iter().find(|row| row.rev.to_string() == rev).ok_or_else(|| Fault::missing("住登外者"))?;
    let answer = numbered(call, &row);
    Ok(Reply::Json(unit.commit(answer).await?))
}

fn numbered(call: &Call, row: &Outsider) -> Value {
    let mut result = stamp(call, row);
    result["sosashaid"] = call.form.text("sosashaid").into();
    answer(NUMBERING, "住登外者宛名番号付番", "正常に終了しました", vec![result])
}

fn answer(path: &str, title: &str, detail: &str, result: Vec<Value>) -> Value {
    json!({ "metadata": { "title": title, "detail": detail }, "_links": { "self": { "href": path } }, "result": result })
}

/// Which record, and when it was made.
fn stamp(call: &Call, row: &Outsider) -> Value {
    let at: Timestamp = row.recorded_at;
    json!({
        "shikuchosonkodo": call.city.profile().code, "atenabango": row.atena_no, "rirekibango": row.rev,
        "sosanengappi": civil(at).to_string(), "sosajikoku": clock_seconds(at),
    })
}

/// A record as the asking system may see it.
async fn shown(call: &Call, unit: &mut Unit, row: &Outsider) -> Result<Option<Value>, Fault> {
    let Some(subject) = unit.find_subject(&row.atena_no).await? else { return Ok(None) };
    let seen = unit.see_for(Search, subject, &[OUTSIDER, OUTSIDER_ADDRESS]).await?;
    if !seen.has(OUTSIDER) {
        return Ok(None);
    }
    let exact = PartialDate::parse(&row.birth).ok().and_then(|birth| birth.exact());
    let sex = SEXES.iter().find(|(_, name)| *name == row.sex).map_or("0", |(code, _)| code);
    let mut said = stamp(call, row);
    let items = json!({
        "tagyomusanshofukaflag": u8::from(row.withheld).to_string(), "shimei": row.name, "shimeifurigana": row.kana, "tsusho": row.alias,
        "seinengappi": exact.map(|day| day.to_string()), "seinengappifushoflag": u8::from(exact.is_none()).to_string(),
        "seinengappifushohyoki": exact.is_none().then_some(&row.birth), "seibetsu": sex,
        "yubinbango": seen.show(OUTSIDER_ADDRESS, &row.postal_code), "jusho": seen.show(OUTSIDER_ADDRESS, &row.address),
        "denwabango": seen.show(OUTSIDER_ADDRESS, &row.phone), "idojiyu": row.reason, "idonengappi": row.moved_on.to_string(),
        "hikitsugiatenabango": row.successor, "shojoflag": u8::from(row.state == ENDED).to_string(), "koshintsuban": row.seq,
    });
    if let (Value::Object(said), Value::Object(items)) = (&mut said, items) {
        said.extend(items);
    }
    Ok(Some(said))
}

/// 照会: the record of a number; the candidates who are alike, today or in a former record; or the records of the asking system's own 業務 behind a
/// 更新通番.
pub async fn inquire(call: Call) -> Result<Reply, Fault> {
    let mut items = Items::of(&call);
    let birth = items.birth();
    let sex = items.sex();
    let partly = items.code("kensakukubun", &["0", "1"]) == "1";
    let history = items.code("rirekikubun", &["0", "1"]) == "1";
    let (name, kana, place) = (call.form.text("shimei"), call.form.text("shimeifurigana"), call.form.text("jusho"));
    let number = AtenaNo::parse(call.form.text("atenabango")).ok();
    let since = call.form.some("koshintsuban").map(|text| text.parse::<i64>());
    if number.is_none() && call.form.some("atenabango").is_some() {
        items.wrong("atenabango", "E0002", "宛名番号として読めません");
    }
    if matches!(since, Some(Err(_))) {
        items.wrong("koshintsuban", "E0002", "更新通番は数字で入れてください");
    }
    let alike = number.is_none() && since.is_none();
    if alike && birth.is_empty() {
        items.wrong("seinengappi", "E0001", "宛名番号、更新通番、または生年月日と氏名・フリガナで照会してください");
    }
    if alike && name.is_empty() && kana.is_empty() {
        items.wrong("shimei", "E0001", "生年月日のほかに、氏名かフリガナを入れてください");
    }
    let born = PartialDate::parse(birth);
    if alike && !birth.is_empty() && born.is_err() {
        items.wrong("seinengappi", "E0002", "生年月日として読めません");
    }
    items.end()?;
    let mut unit = call.look().await?;
    unit.note(format!("操作者 {}", call.form.text("sosashaid")));
    let purpose = call.staff.purpose.clone().unwrap_or_default();
    let (rows, detail) = match (number, since, born) {
        (Some(number), _, _) => {
            let mut rows = store::outsider_history(&mut unit.tx, &number).await?;
            // The newest record decides who may see the person: a withheld one looks like none, with its history.
            let open = rows.first().is_some_and(|now| open_to(now, &purpose));
            rows.truncate(if open && history { rows.len() } else { usize::from(open) });
            let detail = format!("{}人", usize::from(open && !rows.is_empty()));
            (rows, detail)
        }
        (None, Some(Ok(since)), _) => {
            let (rows, more) = store::outsiders_changed(&mut unit.tx, &purpose, since).await?;
            let more = if more {
                "。続きがあります。最後の更新通番で、もう一度照会してください"
            } else {
                ""
            };
            let detail = format!("{}件{more}", rows.len());
            (rows, detail)
        }
        (None, _, Ok(birth)) => {
            let same = |held: &str, asked: &str| asked.is_empty() || if partly { held.starts_with(asked) } else { held == asked };
            let fits = |row: &Outsider| {
                same(&name_key(&row.name, |c| c), &name_key(name, |c| c))
                    && same(&kana_key(&row.kana), &kana_key(kana))
                    && same(&row.address, place)
                    && (sex.is_empty() || row.sex == sex)
            };
            let mut rows = store::outsiders_who(&mut unit.tx, &birth.to_string(), fits).await?;
            rows.retain(|row| open_to(row, &purpose));
            if rows.len() > MOST {
                let many = FieldProblem::coded("shimei", "E0004", "該当する人が50人を超えます。項目を足して絞り込んでください");
                return Err(Fault::invalid(vec![many]));
            }
            let detail = format!("{}人", rows.len());
            (if history { histories(&mut unit, rows).await? } else { rows }, detail)
        }
        // Said above.
        (None, _, Err(_)) => (vec![], String::new()),
    };
    let mut result = vec![];
    for row in &rows {
        result.extend(shown(&call, &mut unit, row).await?);
    }
    let answer = answer(INQUIRY, "住登外者宛名基本情報照会", &detail, result);
    Ok(Reply::Json(unit.commit(answer).await?))
}

async fn histories(unit: &mut Unit, people: Vec<Outsider>) -> Result<Vec<Outsider>, Fault> {
    let mut all = vec![];
    for person in people {
        all.extend(store::outsider_history(&mut unit.tx, &person.atena_no).await?);
    }
    Ok(all)
}
