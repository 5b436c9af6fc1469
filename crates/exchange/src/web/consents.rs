//! 照会の同意: what people have consented to being asked about.

use super::inquiries::{askable, choices};
use super::{Desk, named};
use crate::model::{CONSENT, Consent};
use crate::store;
use crate::usecases::consent::{self, NewConsent};
use kernel::access::Action::Search;
use kernel::ident::AtenaNo;
use maud::html;
use platform::fault::{FaultKind, FieldProblem};
use platform::{Fault, Unit};
use webkit::components::{Action, AsidePanel, Field, FieldError, Ledger, button_row, card, error_summary, post_form};
use webkit::{Begun, Call, Reply, Screen};
use wire::ident::{DataSetId, ProcedureId};

/// The page.
pub const PAGE: &str = "/exchange/consents";

/// The page.
pub async fn show(call: Call, desk: Desk) -> Result<Reply, Fault> {
    let unit = call.look().await?;
    render(&call, &desk, unit, None).await
}

async fn render(call: &Call, desk: &Desk, mut unit: Unit, fault: Option<Fault>) -> Result<Reply, Fault> {
    unit.permit(Search, CONSENT).await?;
    let problems: Vec<FieldProblem> = fault.iter().flat_map(|f| f.fields.clone()).collect();
    let mut rows = vec![];
    // The ledger shows the people of the open case only: a consent says who asks for what.
    let subjects = call.staff.case.as_ref().map(|c| c.subjects.clone()).unwrap_or_default();
    for subject in subjects {
        let who = platform::subject::number(&mut unit.tx, subject).await?;
        unit.require(subject, &[CONSENT]).await?;
        rows.extend(store::consents_of(&mut unit.tx, &who).await?);
    }
    let purpose = call.staff.purpose.clone().unwrap_or_default();
    let [procedures, sets] = askable(desk, &purpose)?;
    let error = |name: &str| problems.iter().find(|p| p.field == name).map(|p| p.message.as_str());
    let typed = |name, label| Field::new(name, label).value(call.form.text(name)).error(error(name));
    let all: Vec<_> = problems.iter().map(|p| FieldError { field: p.field.into(), message: p.message.clone() }).collect();
    let form = html! {
        (error_summary(&all))
        (typed("number", "同意した人の宛名番号").required().digits())
        (typed("procedure", "事務手続").required().select(&choices(&procedures)))
        (typed("data_set", "特定個人情報").required().select(&choices(&sets)))
        (typed("given_on", "同意日").required().date())
        (typed("until", "同意の終わり").hint("取り消されたときは、その前の日").date())
        (typed("evidence", "同意の書類").required().hint("申請書の番号など。氏名は書きません").text())
        (button_row(&[Action::submit("登録する").key("F9").primary()], html! { "同じ同意日でもう一度登録すると、終わりと書類が改まります" }))
    };
    let ledger = Ledger::default().with(Consent::REGISTER, rows.iter().map(|r| named(&call.city, &desk.needs, r.in_words())));
    let main = html! {
        (card("同意を登録する", "同意した人は、案件の対象になります", post_form("consent", PAGE, false, &call.hidden(), form)))
        (ledger.cards(|_| true))
    };
    let screen = Screen {
        title: "照会の同意".into(),
        main,
        asked: "同意".into(),
        aside: vec![AsidePanel::text(
            "同意がないとき",
            "条例による手続では、本人の同意の記録がないと、照会は市から出ません。書類を受け取った日と番号を登録してください。",
        )],
        data: serde_json::json!({ "registers": ledger.json(|_| true) }),
        status: if problems.is_empty() { 0 } else { 422 },
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Records a consent.
pub async fn record(call: Call, desk: Desk) -> Result<Reply, Fault> {
    match try_record(&call, &desk).await {
        Err(fault) if fault.kind == FaultKind::Invalid && call.key.is_some() => {
            let unit = call.look().await?;
            render(&call, &desk, unit, Some(fault)).await
        }
        other => other,
    }
}

async fn try_record(call: &Call, desk: &Desk) -> Result<Reply, Fault> {
    let purpose = call.staff.purpose.clone().unwrap_or_default();
    let [procedures, sets] = askable(desk, &purpose)?;
    let mut reader = call.form.reader();
    let who = reader.parsed("number", "同意した人の宛名番号", AtenaNo::parse);
    let codes: Vec<&str> = procedures.iter().map(|(code, _)| code.as_str()).collect();
    let procedure = reader.choice("procedure", "事務手続", &codes);
    let codes: Vec<&str> = sets.iter().map(|(code, _)| code.as_str()).collect();
    let data_set = reader.choice("data_set", "特定個人情報", &codes);
    let given_on = reader.date("given_on", "同意日");
    let until = reader.optional_date("until", "同意の終わり");
    let evidence = reader.text("evidence", "同意の書類");
    reader.finish()?;
    let bad = |error: wire::ident::IdError| Fault::field("procedure", error.to_string());
    let new = NewConsent {
        who: who.ok_or_else(|| Fault::missing("宛名番号"))?,
        procedure: ProcedureId::parse(&procedure).map_err(bad)?,
        data_set: DataSetId::parse(&data_set).map_err(bad)?,
        given_on,
        until,
        evidence,
    };
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    consent::record(&mut unit, desk.needs.hub.as_ref(), new).await?;
    unit.commit_as((), PAGE).await?;
    Ok(Reply::See(PAGE.into()))
}
