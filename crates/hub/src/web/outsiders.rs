//! 住登外者: search by two keys, and entering a person.

use crate::model::{OUTSIDER, OUTSIDER_ADDRESS, Outsider};
use crate::store;
use crate::usecases::register_outsider::{self, Entry, REASONS, open_to};
use kernel::access::Action::Search;
use kernel::text::{kana_key, name_key};
use kernel::time::PartialDate;
use maud::{Markup, html};
use platform::fault::{FaultKind, FieldProblem};
use platform::{Fault, Unit};
use ports::ResidentPort;
use std::sync::Arc;
use webkit::components::{
    Action, AsidePanel, Choice, Column, Field, Row, Table, button_row, card, error_summary, get_form, post_form, table,
};
use webkit::{Begun, Call, Form, Reply, Screen};

/// Page of the list.
pub const LIST: &str = "/hub/outsiders";
/// How a new person gets a number.
const KINDS: [Choice<'static>; 2] = [
    Choice { value: "0", label: "新しい番号を付ける", note: "" },
    Choice { value: "3", label: "住民だったときの番号を引き継ぐ", note: "" },
];
/// Most people that a search shows.
const MOST: usize = 50;

/// What the form says, as it is.
pub fn entry(form: &Form) -> Entry {
    let text = |name: &str| form.text(name).to_owned();
    Entry {
        kind: text("kind"),
        atena_no: text("atena_no"),
        rev: text("rev"),
        withheld: form.ticked("withheld"),
        name: text("name"),
        kana: text("kana"),
        alias: text("alias"),
        birth: text("birth"),
        sex: text("sex"),
        postal_code: text("postal_code"),
        address: text("address"),
        phone: text("phone"),
        my_number: text("my_number"),
        reason: text("reason"),
        moved_on: text("moved_on"),
        successor: text("successor"),
    }
}

/// The fields of a record. The 個人番号 is typed anew or left as it is.
pub fn fields(form: &Form, problems: &[FieldProblem]) -> Markup {
    let error = |name: &str| problems.iter().find(|p| p.field == name).map(|p| p.message.as_str());
    let field = |name, label| Field::new(name, label).value(form.text(name)).error(error(name));
    let sexes = ["男", "女", "不明"].map(|s| Choice { value: s, label: s, note: "" });
    html! {
        (field("name", "氏名").required().text())
        (field("kana", "氏名カナ").required().kana())
        (field("alias", "通称").text())
        (field("birth", "生年月日").required().hint("分からないときは「年月日不詳」").text())
        (field("sex", "性別").required().radio(&sexes))
        (field("postal_code", "郵便番号").hint("7桁").digits())
        (field("address", "住所").required().text())
        (field("phone", "電話番号").text())
        (field("my_number", "個人番号").hint("本人か通知から確かめたときだけ。空欄なら登録済みの番号のまま").digits())
        (field("moved_on", "異動年月日").required().date())
        (Field::new("withheld", "ほかの業務には見せない(他業務参照不可)").checkbox(form.ticked("withheld")))
    }
}

/// Problems of a fault for the summary above a form.
pub fn summary(problems: &[FieldProblem]) -> Markup {
    let all: Vec<_> =
        problems.iter().map(|p| webkit::components::FieldError { field: p.field.into(), message: p.message.clone() }).collect();
    error_summary(&all)
}

/// The page.
pub async fn show(call: Call) -> Result<Reply, Fault> {
    let unit = call.look().await?;
    render(&call, unit, None).await
}

/// People of whom two of the three keys agree, today or in a former record: one alone would show half a city.
async fn found(call: &Call, unit: &mut Unit) -> Result<Option<Vec<Outsider>>, Fault> {
    let (kana, name, birth) = (call.query.text("kana"), call.query.text("name"), call.query.text("birth"));
    if kana.is_empty() && name.is_empty() && birth.is_empty() {
        return Ok(None);
    }
    let birth = PartialDate::parse(birth).map_err(|_| Fault::field("birth", "生年月日と、氏名かカナの二つで探してください"))?;
    if kana.is_empty() && name.is_empty() {
        return Err(Fault::field("kana", "生年月日と、氏名かカナの二つで探してください"));
    }
    let purpose = call.staff.purpose.clone().unwrap_or_default();
    let fits = |row: &Outsider| {
        kana_key(&row.kana).starts_with(&kana_key(kana)) && name_key(&row.name, |c| c).starts_with(&name_key(name, |c| c))
    };
    let rows = store::outsiders_who(&mut unit.tx, &birth.to_string(), fits).await?;
    Ok(Some(rows.into_iter().filter(|row| open_to(row, &purpose)).collect()))
}

async fn render(call: &Call, mut unit: Unit, fault: Option<Fault>) -> Result<Reply, Fault> {
    unit.permit(Search, OUTSIDER).await?;
    let (hits, wrong) = match found(call, &mut unit).await {
        Ok(hits) => (hits, None),
        Err(fault) if fault.kind == FaultKind::Invalid => (None, Some(fault)),
        Err(fault) => return Err(fault),
    };
    let many = hits.as_ref().map_or(0, Vec::len);
    let note = match many > MOST {
        true => format!("{many}人のうち{MOST}人を出しました。項目を足して絞り込んでください"),
        false => format!("最大{MOST}人"),
    };
    let (mut rows, mut data) = (vec![], vec![]);
    for row in hits.iter().flatten().take(MOST) {
        let Some(subject) = unit.find_subject(&row.atena_no).await? else { continue };
        let seen = unit.see_for(Search, subject, &[OUTSIDER, OUTSIDER_ADDRESS]).await?;
        let place = seen.show(OUTSIDER_ADDRESS, row.address.clone()).unwrap_or_else(|| "表示しません".into());
        let take = Action::post("案件の対象にする", &format!("{LIST}/{}/take", row.atena_no), call.hidden_owned());
        rows.push(Row::new(vec![
            html! { (row.name) div.note { (row.kana) } }.into(),
            row.birth.clone().into(),
            place.clone().into(),
            row.atena_no.to_string().into(),
            row.state.clone().into(),
            html! { @if call.staff.case.is_some() { (take.render()) } @else { "案件を始めてから" } }.into(),
        ]));
        data.push(serde_json::json!({
            "atena_no": row.atena_no.as_str(), "name": row.name, "kana": row.kana, "birth": row.birth, "address": place,
            "rev": row.rev, "state": row.state,
        }));
    }
    let empty = match &hits {
        Some(_) => ("該当する人はいません".to_owned(), "漢字とカナの両方を確かめてから、新しく登録してください。".to_owned()),
        None => ("二つの項目で探してください".to_owned(), "生年月日と、氏名かカナです。消除した記録も出ます。".to_owned()),
    };
    let columns = ["氏名", "生年月日", "住所", "宛名番号", "状態"].map(Column::text).into_iter();
    let columns = columns.chain([Column::text("操作").unseen()]).collect();
    let list = Table { caption: "見つかった人".into(), columns, rows, empty, ..Table::default() };
    let wrong: Vec<FieldProblem> = wrong.into_iter().flat_map(|f| f.fields).collect();
    let asked = |name, label| Field::new(name, label).value(call.query.text(name));
    let error = |name: &str| wrong.iter().find(|p| p.field == name).map(|p| p.message.as_str());
    let search = html! {
        (summary(&wrong))
        (asked("birth", "生年月日").error(error("birth")).text())
        (asked("kana", "氏名カナ").error(error("kana")).kana())
        (asked("name", "氏名").text())
        (button_row(&[Action::submit("探す").key("Enter")], html! { "住民は「住民を探す」で先に確かめます" }))
    };
    let problems: Vec<FieldProblem> = fault.iter().flat_map(|f| f.fields.clone()).collect();
    let kind = call.form.some("kind").filter(|kind| KINDS.iter().any(|k| k.value == *kind)).unwrap_or(KINDS[0].value);
    let former = problems.iter().find(|p| p.field == "atena_no").map(|p| p.message.as_str());
    let enter = html! {
        (summary(&problems))
        (Field::new("kind", "宛名番号の付け方").required().value(kind).radio(&KINDS))
        (Field::new("atena_no", "住民だったときの宛名番号").value(call.form.text("atena_no")).error(former).hint("引き継ぐときだけ。15桁").digits())
        (fields(&call.form, &problems))
        (button_row(&[Action::submit("登録する").key("F9").primary()], html! { "登録のあと、名寄せが自動で行われます" }))
    };
    let main = html! {
        (card("住登外者を探す", "住民でも、住民だった人でもないことを確かめてから", get_form("住登外者の検索", LIST, search)))
        (card("見つかった人", &note, table(&list)))
        (card("新しく登録する", "案件が必要です", post_form("enter", LIST, false, &call.hidden(), enter)))
    };
    let screen = Screen {
        title: "住登外者".into(),
        main,
        asked: "氏名・生年月日・住所".into(),
        aside: vec![AsidePanel::text(
            "二つの項目で探します",
            "一つの項目だけでは、関係のない人の記録まで開いてしまうためです。見つかった人は、探した記録が残ります。",
        )],
        data: serde_json::json!({ "people": data, "full": many > MOST }),
        status: if problems.is_empty() && wrong.is_empty() { 0 } else { 422 },
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Enters a person, or (処理区分 1) a new record of a known one.
pub async fn enter(call: Call, residents: Arc<dyn ResidentPort>) -> Result<Reply, Fault> {
    match try_enter(&call, residents.as_ref()).await {
        Err(fault) if fault.kind == FaultKind::Invalid && call.key.is_some() && call.form.text("kind") != "1" => {
            let unit = call.look().await?;
            render(&call, unit, Some(fault)).await
        }
        other => other,
    }
}

async fn try_enter(call: &Call, residents: &dyn ResidentPort) -> Result<Reply, Fault> {
    let entry = entry(&call.form);
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    unit.permit(call.action, OUTSIDER).await?;
    let number = register_outsider::run(&mut unit, residents, &entry).await?;
    let to = format!("{LIST}/{number}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}

/// The form of a new record, filled with the present one.
pub fn filled(row: &Outsider, address: Option<&str>) -> Form {
    let mut form = Form::default();
    let values = [
        ("name", row.name.as_str()),
        ("kana", &row.kana),
        ("alias", row.alias.as_deref().unwrap_or_default()),
        ("birth", &row.birth),
        ("sex", &row.sex),
        ("postal_code", address.and(row.postal_code.as_deref()).unwrap_or_default()),
        ("address", address.unwrap_or_default()),
        ("phone", address.and(row.phone.as_deref()).unwrap_or_default()),
        ("withheld", if row.withheld { "1" } else { "" }),
    ];
    values.iter().filter(|(_, value)| !value.is_empty()).for_each(|(name, value)| form.add(name, value));
    form
}

/// 異動事由 as choices.
pub fn reasons() -> [Choice<'static>; 3] {
    REASONS.map(|r| Choice { value: r, label: r, note: "" })
}
