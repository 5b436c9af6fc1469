//! 照会の同意: what people have consented to being asked about.

use super::pick::{self, Role};
use super::{Desk, choices, field_errors, named};
use crate::model::{CONSENT, Consent};
use crate::offer::{offered, offers};
use crate::usecases::consent::{self, NewConsent};
use crate::{list, store};
use kernel::access::Action::Search;
use maud::html;
use platform::fault::{FaultKind, FieldProblem};
use platform::{Fault, Unit};
use webkit::components::{Action, AsidePanel, Field, Ledger, button_row, card, error_summary, post_form};
use webkit::{Begun, Call, Reply, Screen};

/// The page.
pub const PAGE: &str = "/exchange/consents";

const WHO: Role = Role {
    picked: "person",
    label: "同意した人",
    typed: "number",
    number: "同意した人の宛名番号",
    required: true,
    hint: "案件の対象の人から選ぶ",
};

/// Procedures and data sets that the acting purpose may ask for with a consent only, as (code, name).
fn consented(call: &Call, desk: &Desk) -> Result<[Vec<(String, String)>; 2], Fault> {
    let (names, purpose) = (list()?, call.staff.purpose.as_deref().unwrap_or_default());
    let [mut procedures, mut sets] = [vec![], vec![]];
    for row in offers(&desk.needs, purpose, call.city.today())?.into_iter().map(|o| o.row).filter(|row| row.consent) {
        let (procedure, set) = (row.procedure.to_string(), row.data_set.to_string());
        let (procedure, set) = ((procedure.clone(), names.procedure_ja(&procedure)), (set.clone(), names.data_set_ja(&set)));
        for (all, one) in [(&mut procedures, procedure), (&mut sets, set)] {
            if !all.contains(&one) {
                all.push(one);
            }
        }
    }
    Ok([procedures, sets])
}

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
    let [procedures, sets] = consented(call, desk)?;
    let people = pick::of_the_case(call, desk, &mut unit).await?;
    let error = |name: &str| problems.iter().find(|p| p.field == name).map(|p| p.message.as_str());
    let typed = |name, label| Field::new(name, label).value(call.form.text(name)).error(error(name));
    let form = html! {
        (error_summary(&field_errors(&problems)))
        (pick::fields(&call.form, &people, &WHO, &problems))
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
    let purpose = call.staff.purpose.as_deref().unwrap_or_default();
    let (procedure, data_set) = (call.form.text("procedure"), call.form.text("data_set"));
    let offer = offered(&desk.needs, purpose, call.city.today(), procedure, data_set);
    let mut reader = call.form.reader();
    let who = pick::read(&call.form, &mut reader, &WHO);
    for problem in offer.as_ref().err().iter().flat_map(|fault| &fault.fields) {
        reader.problem(problem.field, problem.message.clone());
    }
    let given_on = reader.date("given_on", "同意日");
    let until = reader.optional_date("until", "同意の終わり");
    let evidence = reader.text("evidence", "同意の書類");
    reader.finish()?;
    let row = offer?.row;
    let new = NewConsent {
        who: who.ok_or_else(|| Fault::missing("宛名番号"))?,
        procedure: row.procedure.clone(),
        data_set: row.data_set.clone(),
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
