//! One 住登外者 of the open case: the record, its history, its links, and a new record.

use super::outsiders::{LIST, fields, filled, reasons};
use super::reworded;
use crate::model::{LINK, Link, NUMBER, OUTSIDER, OUTSIDER_ADDRESS, OUTSIDER_NUMBER, Outsider, Question};
use crate::rules::Rules;
use crate::store;
use crate::usecases::edit_outsider::{self, MINUTES};
use crate::usecases::register_outsider::{self, LIVING};
use crate::usecases::renumber::{self, Renumber};
use kernel::ident::AtenaNo;
use maud::html;
use platform::Fault;
use webkit::components::{Action, Field, Ledger, button_row, card, post_form};
use webkit::{Begun, Call, Reply, Screen};

fn number_of(call: &Call) -> Result<AtenaNo, Fault> {
    AtenaNo::parse(call.part("number")).map_err(|_| Fault::missing("住登外者"))
}

/// The record.
pub async fn show(call: Call) -> Result<Reply, Fault> {
    let number = number_of(&call)?;
    let mut unit = call.look().await?;
    // First whether there is such a record for this office: a withheld one looks like none.
    let row = register_outsider::current(&mut unit, &number).await?;
    let subject = unit.find_subject(&number).await?.ok_or_else(|| Fault::missing("住登外者"))?;
    unit.require(subject, &[OUTSIDER]).await?;
    let seen = unit.see(subject, &[OUTSIDER, OUTSIDER_ADDRESS, OUTSIDER_NUMBER, LINK, NUMBER]).await?;
    let history = store::outsider_history(&mut unit.tx, &number).await?;
    let links = store::link_history(&mut unit.tx, &number).await?;
    let questions = store::questions_about(&mut unit.tx, &number).await?;
    let may = |group: &str| seen.has(group);
    let ledger = Ledger::default()
        .with(Outsider::REGISTER, history.iter().map(|row| reworded(&call.city, row.in_words())))
        .with(Link::REGISTER, links.iter().rev().map(|row| reworded(&call.city, row.in_words())))
        .with(Question::REGISTER, questions.iter().rev().map(Question::in_words));
    let renumbers =
        row.state == LIVING && may(NUMBER) && may(LINK) && links.iter().any(|l| l.superseded_seq.is_none() && l.dan_no.is_some());
    let address = seen.show(OUTSIDER_ADDRESS, row.address.clone());
    let form = filled(&row, address.as_deref());
    let number_text = number.to_string();
    let rev = row.rev.to_string();
    let mut hidden = call.hidden();
    hidden.extend([("kind", "1"), ("atena_no", number_text.as_str()), ("rev", rev.as_str())]);
    let editor = edit_outsider::editor(&mut unit, subject).await?;
    let edits = editor.as_ref().is_some_and(|e| e.staff_no == call.staff.staff_no);
    let path = format!("{LIST}/{number}/edit");
    let change = html! {
        (Field::new("reason", "異動事由").required().value("修正").radio(&reasons()))
        (Field::new("successor", "引継先の宛名番号").hint("住民となったとき。15桁").digits())
        (fields(&form, &[]))
        (button_row(&[Action::submit("この内容で記録する").key("F9").primary()], html! { "送るまで、ほかの職員はこの記録を変えられません" }))
    };
    let mut leave = call.hidden_owned();
    leave.push(("stop".into(), "1".into()));
    let edit = html! {
        @match &editor {
            Some(_) if edits => {
                (post_form("change", LIST, false, &hidden, change))
                (button_row(&[Action::post("編集をやめる", &path, leave)], html! {}))
            }
            Some(colleague) => {
                p { (colleague.name) "さんが編集中です。終わるか" (MINUTES) "分たつと、編集できます。" }
            }
            None => { (button_row(&[Action::post("記録を改める", &path, call.hidden_owned()).key("F8")], html! { "ほかの職員は、その間は見るだけになります" })) }
        }
    };
    let mut actions = vec![Action::link("住登外者へ戻る", LIST).key("F6")];
    if may(NUMBER) {
        actions.push(Action::link("連携を見る", &format!("/hub/{number}")));
    }
    let main = html! {
        (ledger.cards(may))
        @if row.state == LIVING { (card("記録を改める", "前の記録は履歴に残ります", edit)) }
        @if renumbers {
            (card("個人番号の変更", "団体内統合宛名番号は変わりません。別の職員が決裁します", post_form("renumber", &format!("{LIST}/{number}/number"), false, &call.hidden(), html! {
                (Field::new("my_number", "新しい個人番号").required().hint("12桁。番号カードか通知から").digits())
                (Field::new("changed_on", "変更年月日").required().date())
                (Field::new("reason", "確認の方法").required().hint("何で確かめたか。氏名と番号は書きません").text())
                (button_row(&[Action::submit("変更を起案する")], html! {}))
            })))
        }
        (button_row(&actions, html! {}))
    };
    let screen = Screen {
        title: "住登外者の記録".into(),
        subtitle: number_text.clone(),
        main,
        asked: "氏名・生年月日・住所・連携".into(),
        data: serde_json::json!({ "atena_no": number_text.as_str(), "rev": row.rev, "state": row.state, "edited_by": editor.as_ref().map(|e| e.name.as_str()), "ledger": ledger.json(may) }),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Takes the person into the open case.
pub async fn take(call: Call) -> Result<Reply, Fault> {
    let number = number_of(&call)?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    register_outsider::current(&mut unit, &number).await?;
    let subject = unit.find_subject(&number).await?.ok_or_else(|| Fault::missing("住登外者"))?;
    unit.take_into_case(subject).await?;
    unit.require(subject, &[OUTSIDER]).await?;
    let to = format!("{LIST}/{number}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}

/// Drafts a change of the 個人番号.
pub async fn renumber(call: Call, rules: Rules) -> Result<Reply, Fault> {
    let number = number_of(&call)?;
    let mut reader = call.form.reader();
    let my_number = reader.text("my_number", "新しい個人番号");
    let changed_on = reader.date("changed_on", "変更年月日");
    let reason = reader.text("reason", "確認の方法");
    reader.finish()?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    unit.permit(call.action, LINK).await?;
    renumber::draft(&mut unit, &Renumber { atena_no: number.clone(), my_number, changed_on, reason }, &rules).await?;
    let to = format!("{LIST}/{number}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}

/// Opens the form of the person, or gives it up.
pub async fn edit(call: Call) -> Result<Reply, Fault> {
    let number = number_of(&call)?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    match call.form.ticked("stop") {
        true => edit_outsider::stop(&mut unit, &number).await?,
        false => edit_outsider::begin(&mut unit, &number).await?,
    }
    let to = format!("{LIST}/{number}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}
