//! 閲覧記録: who looked at whom, why, asked for or along the way.

use kernel::Date;
use kernel::access::{Action, Relation};
use kernel::ident::AtenaNo;
use kernel::time::{civil, clock_time, wareki_short};
use maud::html;
use platform::audit::{self, AccessLine, Place};
use platform::{City, Fault};
use webkit::components::{Column, Field, Row, Table, Tone, badge, card, get_form, table};
use webkit::{Call, Reply, Screen};

/// The access list of one person, for the protection officer and the auditor.
pub async fn show(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(call.action, "system.audit").await?;
    let typed = call.query.text("person");
    let number = AtenaNo::parse(typed);
    let mut lines = vec![];
    if let Ok(number) = &number {
        let subject = unit.find_subject(number).await?.ok_or_else(|| Fault::missing("この宛名番号の人"))?;
        let keys = call.city.keys().clone();
        lines = audit::access_list(&mut unit.tx, &keys, subject, Date::constant(2000, 1, 1), call.city.today()).await?;
        lines.reverse();
    }
    let error = (!typed.is_empty()).then(|| number.as_ref().err().map(ToString::to_string)).flatten();
    let form = html! {
        (Field::new("person", "宛名番号").value(typed).error(error.as_deref()).digits())
        button.button.primary type="submit" { "調べる" }
    };
    let list = Table {
        caption: "閲覧・操作の記録".into(),
        columns: ["日時", "所属・職員", "事務", "案件", "操作", "項目", "求めた・付随", "記録"].map(Column::text).into(),
        rows: lines.iter().map(|l| row(&call.city, l)).collect(),
        empty: ("記録はありません".into(), "宛名番号を入れると、その人の記録が見られた・変えられた履歴が出ます。".into()),
        filter: true,
        ..Table::default()
    };
    let main = html! {
        (card("だれの記録を調べるか", "", get_form("閲覧記録の検索", "/audit", form)))
        (card("閲覧・操作の記録", "本人の閲覧履歴にもこのまま載ります", table(&list)))
    };
    let data = serde_json::json!({ "entries": lines });
    let screen = Screen { title: "閲覧記録".into(), main, data, ..Screen::default() };
    Ok(Reply::Page(unit.commit(screen).await?))
}

fn row(city: &City, line: &AccessLine) -> Row {
    let when = format!("{} {}", wareki_short(civil(line.at)), clock_time(line.at));
    let action = Action::ALL.iter().find(|a| a.code() == line.action).map_or(line.action.as_str(), |a| a.label_ja());
    let place = match line.place {
        Place::Recorded => "記録済".to_owned(),
        Place::Sealed(n) => format!("封印済 #{n}"),
    };
    let denied = line.result == "denied";
    let Some(said) = &line.said else {
        let erased = "保存期間が過ぎ、内容は消去されています";
        return Row::new(vec![
            when.into(),
            erased.into(),
            "".into(),
            "".into(),
            action.into(),
            "".into(),
            "".into(),
            place.into(),
        ]);
    };
    let name = |key: &str| city.policy().group(key).map_or_else(|| key.to_owned(), |g| g.name_ja.to_owned());
    let fields: Vec<String> = said.fields.iter().map(|f| name(f)).collect();
    let relation = match line.relation() {
        Some(Relation::AskedFor) => badge(Tone::Info, "求めた"),
        Some(Relation::Incidental) => badge(Tone::Neutral, "付随"),
        None => html! {},
    };
    let purpose = city.purpose(&said.purpose).map_or(said.purpose.as_str(), |p| p.name_ja).to_owned();
    Row::new(vec![
        when.into(),
        html! { (said.office) " " (said.staff_name) }.into(),
        purpose.into(),
        said.case_no.clone().unwrap_or_default().into(),
        html! { (action) @if denied { " " (badge(Tone::Bad, "拒否")) } }.into(),
        fields.join("、").into(),
        relation.into(),
        place.into(),
    ])
}
