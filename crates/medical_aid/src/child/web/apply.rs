//! 交付申請: taking the paper.

use super::{error, errors, lead, number};
use crate::child::dossier::Dossier;
use crate::child::store::eligibility as store;
use crate::child::usecases::apply::{self, NewApplication};
use kernel::ident::AtenaNo;
use kernel::time::wareki;
use maud::{Markup, html};
use payments::Account;
use platform::fault::FaultKind;
use platform::{Fault, Unit};
use ports::Ports;
use webkit::components::{Action, AsidePanel, Choice, Field, button_row, card, error_summary, field_group, post_form};
use webkit::form::Reader;
use webkit::{Begun, Call, Form, Reply, Screen};

const KINDS: &[Choice] = &[Choice::new("窓口", "窓口"), Choice::new("郵送", "郵送"), Choice::new("電子", "電子")];
const ACCOUNTS: &[Choice] = &[Choice::new("1", "普通"), Choice::new("2", "当座"), Choice::new("4", "貯蓄")];

/// The empty form.
pub async fn show(call: Call, ports: Ports) -> Result<Reply, Fault> {
    let unit = call.look().await?;
    render(&call, &ports, unit, None).await
}

/// Fields of an account, for every form that asks for one.
pub fn account_fields(form: &Form, problems: &[webkit::components::FieldError]) -> Markup {
    html! {
        (Field::new("bank", "銀行コード").short().value(form.text("bank")).hint("4桁").error(error(problems, "bank")).digits())
        (Field::new("branch", "支店コード").short().value(form.text("branch")).hint("3桁").error(error(problems, "branch")).digits())
        (Field::new("kind", "預金種目").value(form.some("kind").unwrap_or("1")).error(error(problems, "kind")).select(ACCOUNTS))
        (Field::new("number", "口座番号").short().value(form.text("number")).hint("7桁まで").error(error(problems, "number")).digits())
        (Field::new("holder", "口座名義(カナ)").value(form.text("holder")).error(error(problems, "holder")).kana())
    }
}

/// Reads an account when one is given.
pub fn read_account(form: &Form, reader: &mut Reader<'_>) -> Option<Account> {
    form.some("bank").or(form.some("number"))?;
    let t = |name: &str| form.text(name);
    match Account::checked(t("bank"), t("branch"), form.some("kind").unwrap_or("1"), t("number"), t("holder")) {
        Ok(account) => Some(account),
        Err((field, message)) => {
            reader.problem(field, message);
            None
        }
    }
}

async fn render(call: &Call, ports: &Ports, mut unit: Unit, fault: Option<Fault>) -> Result<Reply, Fault> {
    let child = number(call)?;
    let today = unit.today();
    let dossier = Dossier::open(&mut unit, ports, &child, today, store::NOW).await?;
    let household = match &dossier.person.setai_no {
        Some(no) => ports.residents.household(&mut unit, no, today).await?,
        None => vec![],
    };
    let problems = errors(fault.as_ref());
    let e = |name: &str| error(&problems, name);
    let f = &call.form;
    let adults: Vec<(String, String)> = household
        .iter()
        .filter(|m| m.atena_no != child)
        .map(|m| (m.atena_no.to_string(), format!("{} {}", m.relation.as_deref().unwrap_or_default(), m.name)))
        .collect();
    let choices: Vec<Choice> = adults.iter().map(|(no, label)| Choice::new(no, label)).collect();
    let day = f.some("applied_on").map_or_else(|| wareki(today), str::to_owned);
    let ward = f.some("ward").or(dossier.person.ward.as_deref()).unwrap_or("本庁").to_owned();
    let guardian = f.some("guardian").or(choices.first().map(|c| c.value)).unwrap_or_default().to_owned();
    let body = html! {
        (error_summary(&problems))
        (field_group("申請", html! {
            @if choices.is_empty() {
                (Field::new("guardian", "保護者の宛名番号").required().value(&guardian).error(e("guardian")).digits())
            } @else {
                (Field::new("guardian", "保護者").required().value(&guardian).error(e("guardian")).select(&choices))
            }
            (Field::new("applied_on", "申請日").required().value(&day).error(e("applied_on")).date())
            (Field::new("ward", "受付区").required().value(&ward).error(e("ward")).text())
            (Field::new("reception", "受付の方法").value(f.some("reception").unwrap_or("窓口")).error(e("reception")).select(KINDS))
            (Field::new("consent", "所得を市が確認することに同意する").checkbox(f.ticked("consent")))
        }))
        (field_group("償還の口座(任意)", account_fields(f, &problems)))
        (button_row(&[Action::submit("申請を受け付ける").key("F9").primary(), Action::link("戻る", &format!("/kodomo/person/{child}")).key("F6")], html! {}))
    };
    let path = format!("/kodomo/apply/{child}");
    let screen = Screen {
        title: "交付申請の受付".into(),
        lead: Some(lead(&dossier, today, "shikaku")),
        main: card(
            "交付申請",
            "保険・所得・他制度は、受け付けた後に審査の画面で登録します",
            post_form("apply", &path, false, &call.hidden(), body),
        ),
        aside: vec![AsidePanel::next("次にすること", &["保険・所得・他制度を確かめる", "審査する", "決裁を受ける"])],
        asked: "申請・口座・同意".into(),
        incidental: "世帯員の氏名".into(),
        data: serde_json::json!({ "atena_no": child.as_str(), "guardians": adults.iter().map(|a| &a.0).collect::<Vec<_>>() }),
        status: fault.map_or(0, |_| 422),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Takes the application.
pub async fn submit(call: Call, ports: Ports) -> Result<Reply, Fault> {
    match try_submit(&call, &ports).await {
        Err(fault) if fault.kind == FaultKind::Invalid && call.key.is_some() => {
            let unit = call.look().await?;
            render(&call, &ports, unit, Some(fault)).await
        }
        other => other,
    }
}

async fn try_submit(call: &Call, ports: &Ports) -> Result<Reply, Fault> {
    let child = number(call)?;
    let mut reader = call.form.reader();
    let guardian = reader.parsed("guardian", "保護者", AtenaNo::parse);
    let applied_on = reader.date("applied_on", "申請日");
    let ward = reader.text("ward", "受付区");
    let kind = reader.choice("reception", "受付の方法", &["窓口", "郵送", "電子"]);
    let account = read_account(&call.form, &mut reader);
    reader.finish()?;
    let Some(guardian) = guardian else { return Err(Fault::field("guardian", "保護者を入力してください")) };
    let consent = call.form.ticked("consent");
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    let new = NewApplication { child, guardian, applied_on, ward, kind, consent, account };
    let id = apply::run(&mut unit, ports, &new).await?;
    let to = format!("/kodomo/applications/{id}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}
