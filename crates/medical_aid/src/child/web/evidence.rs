//! 証拠の登録: insurance, income, other schemes, 申立書; and 停止・停止解除.

use super::{error, errors, lead, number};
use crate::child::dossier::Dossier;
use crate::child::model::{IncomeRow, InsuranceRow, ReliefRow};
use crate::child::store::eligibility as store;
use crate::child::usecases::record_evidence::{self as evidence, Leave, SCHEMES, WAYS};
use crate::child::usecases::record_income::{self as income, Amount, DEDUCTIONS, INCOMES, LOSSES, Sheet};
use crate::child::usecases::suspend;
use kernel::Yen;
use kernel::ident::{AtenaNo, InsurerNo};
use kernel::time::{Period, Timestamp, fiscal_year, wareki};
use maud::{Markup, html};
use platform::fault::FaultKind;
use platform::{Fault, Unit};
use ports::Ports;
use webkit::components::{Action, Choice, Field, FieldError, button_row, card, error_summary, field_group, post_form};
use webkit::{Begun, Call, Reply, Screen};

const CLASSES: &[&str] = &["協会けんぽ", "組合健保", "共済", "船員", "国保", "国保組合"];
const BASES: &[&str] = &["課税証明書", "住民税情報", "申告"];
const ROLES: &[&str] = &["父", "母", "養育者"];

/// A form about a child: title, name of the last part of its path, and its fields.
struct Paper {
    title: &'static str,
    part: &'static str,
    fields: fn(&Call, &Dossier, &[FieldError]) -> Markup,
}

const INSURANCE: Paper = Paper { title: "医療保険の登録", part: "insurance", fields: insurance_fields };
const INCOME: Paper = Paper { title: "所得の登録", part: "income", fields: income_fields };
const RELIEF: Paper = Paper { title: "他制度の登録", part: "relief", fields: relief_fields };
const SCHOOL: Paper = Paper { title: "就学の申立書", part: "school", fields: school_fields };
const SUSPEND: Paper = Paper { title: "停止・停止解除の起案", part: "suspend", fields: suspend_fields };

async fn render(call: &Call, ports: &Ports, mut unit: Unit, paper: &Paper, fault: Option<Fault>) -> Result<Reply, Fault> {
    let child = number(call)?;
    let today = unit.today();
    let dossier = Dossier::open(&mut unit, ports, &child, today, store::NOW).await?;
    let problems = errors(fault.as_ref());
    let back = format!("/kodomo/person/{child}");
    let body = html! {
        (error_summary(&problems))
        ((paper.fields)(call, &dossier, &problems))
        (button_row(&[Action::submit("登録").key("F9").primary(), Action::link("戻る", &back).key("F6")], html! {}))
    };
    let path = format!("{back}/{}", paper.part);
    let screen = Screen {
        title: paper.title.into(),
        lead: Some(lead(&dossier, today, "shikaku")),
        main: card(paper.title, "", post_form("evidence", &path, false, &call.hidden(), body)),
        asked: paper.title.into(),
        data: serde_json::json!({ "atena_no": child.as_str() }),
        status: fault.map_or(0, |_| 422),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Runs a command; an invalid form comes back with what was typed.
async fn again(call: &Call, ports: &Ports, paper: &Paper, done: Result<Reply, Fault>) -> Result<Reply, Fault> {
    match done {
        Err(fault) if fault.kind == FaultKind::Invalid && call.key.is_some() => {
            let unit = call.look().await?;
            render(call, ports, unit, paper, Some(fault)).await
        }
        other => other,
    }
}

macro_rules! pages {
    ($($(#[$doc:meta])* $show:ident, $submit:ident, $paper:ident, $run:ident;)*) => { $(
        $(#[$doc])*
        pub async fn $show(call: Call, ports: Ports) -> Result<Reply, Fault> {
            let unit = call.look().await?;
            render(&call, &ports, unit, &$paper, None).await
        }

        /// Stores what the form says.
        pub async fn $submit(call: Call, ports: Ports) -> Result<Reply, Fault> {
            let done = $run(&call).await;
            again(&call, &ports, &$paper, done).await
        }
    )* };
}

pages! {
    /// 医療保険.
    insurance, insurance_submit, INSURANCE, try_insurance;
    /// 所得.
    income_page, income_submit, INCOME, try_income;
    /// 他制度・生活保護.
    relief, relief_submit, RELIEF, try_relief;
    /// 申立書.
    school, school_submit, SCHOOL, try_school;
    /// 停止.
    suspend_page, suspend_submit, SUSPEND, try_suspend;
}

fn choices<'a>(words: &[&'a str]) -> Vec<Choice<'a>> {
    words.iter().map(|w| Choice::new(w, w)).collect()
}

fn text<'a>(call: &'a Call, problems: &'a [FieldError], name: &'a str, label: &'a str) -> Field<'a> {
    Field::new(name, label).value(call.form.text(name)).error(error(problems, name))
}

fn insurance_fields(call: &Call, _: &Dossier, p: &[FieldError]) -> Markup {
    let f = |name, label| text(call, p, name, label);
    html! {
        (field_group("保険", html! {
            (Field::new("class", "保険種別").required().value(call.form.some("class").unwrap_or("協会けんぽ")).error(error(p, "class")).select(&choices(CLASSES)))
            (f("insurer_no", "保険者番号").required().hint("6桁又は8桁").digits())
            (f("insurer_name", "保険者名称").required().text())
            (f("symbol", "記号").text())
            (f("insured_no", "番号").required().text())
            (f("insured_name", "被保険者氏名").required().text())
            (Field::new("relation", "本人・家族").value(call.form.some("relation").unwrap_or("家族")).error(error(p, "relation")).select(&choices(&["家族", "本人"])))
            (f("valid_from", "取得日").required().date())
            (f("valid_to", "最後の日").date())
            (f("special_disease_on", "特定疾病の認定日").date())
            (f("checked_on", "資格確認日").required().date())
        }))
        (field_group("保険者の連絡先", html! {
            (f("insurer_town_code", "住所コード").digits())
            (f("insurer_postal", "郵便番号").text())
            (f("insurer_address", "住所").text())
            (f("insurer_lot", "地番").text())
            (f("insurer_building", "方書").text())
            (f("insurer_phone", "電話番号").text())
        }))
        (field_group("附加金・還元金", html! {
            (Field::new("additional", "附加給付がある").checkbox(call.form.ticked("additional")))
            (f("additional_from", "附加金開始日").date())
            (f("additional_to", "附加金廃止日").date())
            (f("additional_note", "附加金の内容").text())
            (Field::new("rebate", "還元金がある").checkbox(call.form.ticked("rebate")))
            (f("rebate_from", "還元金開始日").date())
            (f("rebate_to", "還元金廃止日").date())
            (f("rebate_note", "還元金の内容").text())
        }))
    }
}

async fn begin(call: &Call) -> Result<Result<Unit, Reply>, Fault> {
    Ok(match call.command().await? {
        Begun::New(unit) => Ok(*unit),
        Begun::Done(reply) => Err(reply),
    })
}

async fn finish(unit: Unit, child: &AtenaNo) -> Result<Reply, Fault> {
    let to = format!("/kodomo/person/{child}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}

async fn try_insurance(call: &Call) -> Result<Reply, Fault> {
    let child = number(call)?;
    let mut r = call.form.reader();
    let insurer = r.parsed("insurer_no", "保険者番号", InsurerNo::parse);
    let row = InsuranceRow {
        id: 0,
        subject: 0,
        atena_no: child.as_str().into(),
        cancelled_on: None,
        insurer_no: insurer.as_ref().map_or_else(String::new, |n| n.as_str().to_owned()),
        symbol: call.form.text("symbol").into(),
        insured_no: r.text("insured_no", "番号"),
        insured_name: r.text("insured_name", "被保険者氏名"),
        relation: r.choice("relation", "本人・家族", &["本人", "家族"]),
        valid_from: r.date("valid_from", "取得日"),
        valid_to: r.optional_date("valid_to", "最後の日"),
        lost_on: None,
        special_disease_on: r.optional_date("special_disease_on", "特定疾病の認定日"),
        additional: call.form.ticked("additional"),
        insurer_name: r.text("insurer_name", "保険者名称"),
        insurer_town_code: r.optional("insurer_town_code"),
        insurer_postal: r.optional("insurer_postal"),
        insurer_address: r.optional("insurer_address"),
        insurer_lot: r.optional("insurer_lot"),
        insurer_building: r.optional("insurer_building"),
        insurer_phone: r.optional("insurer_phone"),
        class: r.choice("class", "保険種別", CLASSES),
        additional_from: r.optional_date("additional_from", "附加金開始日"),
        additional_to: r.optional_date("additional_to", "附加金廃止日"),
        additional_note: r.optional("additional_note"),
        rebate: call.form.ticked("rebate"),
        rebate_from: r.optional_date("rebate_from", "還元金開始日"),
        rebate_to: r.optional_date("rebate_to", "還元金廃止日"),
        rebate_note: r.optional("rebate_note"),
        checked_on: r.date("checked_on", "資格確認日"),
        seq: 0,
        recorded_at: Timestamp::UNIX_EPOCH,
        superseded_seq: None,
    };
    r.finish()?;
    let mut unit = match begin(call).await? {
        Ok(unit) => unit,
        Err(done) => return Ok(done),
    };
    evidence::insurance(&mut unit, &child, row).await?;
    finish(unit, &child).await
}

fn income_fields(call: &Call, d: &Dossier, p: &[FieldError]) -> Markup {
    let f = |name, label| text(call, p, name, label);
    let form = &call.form;
    let guardian = d.applications.first().map(|a| a.guardian_no.clone()).unwrap_or_default();
    let year = (fiscal_year(call.city.today()) - 2018).to_string();
    let amounts = |all: &'static [Amount]| html! { @for (name, label, _) in all { (f(name, label).yen()) } };
    html! {
        (field_group("所得者", html! {
            (Field::new("guardian", "所得者の宛名番号").required().value(form.some("guardian").unwrap_or(&guardian)).error(error(p, "guardian")).digits())
            (Field::new("role", "対象者区分").value(form.some("role").unwrap_or("父")).error(error(p, "role")).select(&choices(ROLES)))
            (Field::new("year", "年度(令和)").required().short().value(form.some("year").unwrap_or(&year)).error(error(p, "year")).digits())
            (Field::new("basis", "所得の根拠").value(form.some("basis").unwrap_or("課税証明書")).error(error(p, "basis")).select(&choices(BASES)))
            (Field::new("undeclared", "未申告(0円とはみなしません)").checkbox(form.ticked("undeclared")))
            (f("checked_on", "確認日").required().date())
        }))
        (field_group("所得", amounts(INCOMES)))
        (field_group("特別控除・損失", amounts(LOSSES)))
        (field_group("控除", amounts(DEDUCTIONS)))
        (field_group("扶養", html! {
            (Field::new("spouse", "控除対象配偶者がいる").checkbox(form.ticked("spouse")))
            (f("elderly_dependants", "老人扶養の人数").short().digits())
            (f("other_dependants", "その他の扶養の人数").short().digits())
            (f("disabled_dependants", "普通障害の扶養の人数").short().digits())
            (f("specially_disabled_dependants", "特別障害の扶養の人数").short().digits())
            (f("disabled", "本人の障害(普通・特別)").short().text())
            (f("widowed", "寡婦・ひとり親").short().text())
            (Field::new("working_student", "勤労学生").checkbox(form.ticked("working_student")))
        }))
    }
}

async fn try_income(call: &Call) -> Result<Reply, Fault> {
    let child = number(call)?;
    let form = &call.form;
    let mut r = form.reader();
    let guardian = r.parsed("guardian", "所得者", AtenaNo::parse);
    let role = r.choice("role", "対象者区分", ROLES);
    let year = r.number("year", "年度", 1, 99);
    let basis = r.choice("basis", "所得の根拠", BASES);
    let checked_on = r.date("checked_on", "確認日");
    let mut amounts: Vec<(Amount, Yen)> = vec![];
    for amount in INCOMES.iter().chain(LOSSES).chain(DEDUCTIONS) {
        amounts.push((*amount, r.optional_yen(amount.0, amount.1).unwrap_or(Yen::ZERO)));
    }
    let mut count = |name: &'static str, label: &str| if form.some(name).is_some() { r.number(name, label, 0, 30) } else { 0 };
    let elderly = count("elderly_dependants", "老人扶養の人数");
    let other = count("other_dependants", "その他の扶養の人数");
    let disabled = count("disabled_dependants", "普通障害の扶養の人数");
    let severely = count("specially_disabled_dependants", "特別障害の扶養の人数");
    r.finish()?;
    let Some(guardian) = guardian else { return Err(Fault::field("guardian", "所得者を入力してください")) };
    let fiscal_year = i16::try_from(2018 + year).unwrap_or_default();
    let sheet =
        Sheet { child: child.clone(), guardian, role, fiscal_year, basis, undeclared: form.ticked("undeclared"), checked_on };
    let mut unit = match begin(call).await? {
        Ok(unit) => unit,
        Err(done) => return Ok(done),
    };
    let fill = |row: &mut IncomeRow| {
        for ((_, _, at), yen) in &amounts {
            *at(row) = *yen;
        }
        row.spouse = form.ticked("spouse");
        (row.elderly_dependants, row.other_dependants) = (elderly, other);
        (row.disabled_dependants, row.specially_disabled_dependants) = (disabled, severely);
        row.disabled = form.some("disabled").map(str::to_owned);
        row.widowed = form.some("widowed").map(str::to_owned);
        row.working_student = form.ticked("working_student");
    };
    income::run(&mut unit, &sheet, fill).await?;
    finish(unit, &child).await
}

fn relief_fields(call: &Call, _: &Dossier, p: &[FieldError]) -> Markup {
    let f = |name, label| text(call, p, name, label);
    let mut kinds = vec![Choice::new("", "該当なし")];
    kinds.extend(choices(SCHEMES));
    html! {
        (field_group("確認", html! {
            (f("checked_on", "確認日").required().date())
            (Field::new("how", "確認の方法").value(call.form.some("how").unwrap_or("照会")).error(error(p, "how")).select(&choices(WAYS)))
        }))
        (field_group("見つかった制度", html! {
            (Field::new("kind", "制度").value(call.form.text("kind")).error(error(p, "kind")).select(&kinds))
            (f("valid_from", "開始日").date())
            (f("valid_to", "最後の日").date())
            (f("law_code", "法別番号").short().digits())
            (f("bearer_no", "公費負担者番号").digits())
            (f("other_recipient_no", "受給者番号").digits())
        }))
    }
}

async fn try_relief(call: &Call) -> Result<Reply, Fault> {
    let child = number(call)?;
    let mut r = call.form.reader();
    let checked_on = r.date("checked_on", "確認日");
    let how = r.choice("how", "確認の方法", WAYS);
    let kind = r.optional("kind");
    let found = kind.map(|kind| ReliefRow {
        id: 0,
        subject: 0,
        atena_no: child.as_str().into(),
        kind,
        law_code: r.optional("law_code"),
        bearer_no: r.optional("bearer_no"),
        other_recipient_no: r.optional("other_recipient_no"),
        checked_on,
        valid_from: r.date("valid_from", "開始日"),
        valid_to: r.optional_date("valid_to", "最後の日"),
        seq: 0,
        recorded_at: Timestamp::UNIX_EPOCH,
        superseded_seq: None,
    });
    r.finish()?;
    let mut unit = match begin(call).await? {
        Ok(unit) => unit,
        Err(done) => return Ok(done),
    };
    evidence::relief(&mut unit, &child, checked_on, &how, found).await?;
    finish(unit, &child).await
}

fn school_fields(call: &Call, _: &Dossier, p: &[FieldError]) -> Markup {
    let f = |name, label| text(call, p, name, label);
    let answers = [Choice::new("", "未確認"), Choice::new("yes", "市内に住所がある"), Choice::new("no", "市内に住所がない")];
    html! {
        (f("filed_on", "申立日").required().date())
        (f("school", "学校").required().text())
        (f("valid_from", "認める期間の初日").required().date())
        (f("valid_to", "認める期間の末日").date())
        (Field::new("guardian_in_city", "保護者の住所").value(call.form.text("guardian_in_city")).select(&answers))
    }
}

async fn try_school(call: &Call) -> Result<Reply, Fault> {
    let child = number(call)?;
    let mut r = call.form.reader();
    let (filed_on, school) = (r.date("filed_on", "申立日"), r.text("school", "学校"));
    let (from, to) = (r.date("valid_from", "初日"), r.optional_date("valid_to", "末日"));
    r.finish()?;
    let period = Period::new(from, to).map_err(|e| Fault::field("valid_to", e.to_string()))?;
    let guardian_in_city = match call.form.text("guardian_in_city") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    let mut unit = match begin(call).await? {
        Ok(unit) => unit,
        Err(done) => return Ok(done),
    };
    evidence::school_leave(&mut unit, &child, &Leave { filed_on, school, guardian_in_city, period }).await?;
    finish(unit, &child).await
}

fn suspend_fields(call: &Call, d: &Dossier, p: &[FieldError]) -> Markup {
    let release = d.current().is_some_and(|r| r.status == "停止中");
    let reasons = choices(if release { suspend::RELEASES } else { suspend::REASONS });
    let day = call.form.some("from").map_or_else(|| wareki(call.city.today()), str::to_owned);
    html! {
        input type="hidden" name="release" value=(if release { "yes" } else { "" });
        (Field::new("from", if release { "停止解除日" } else { "停止日" }).required().value(&day).error(error(p, "from")).date())
        (Field::new("reason", "事由").required().value(call.form.text("reason")).error(error(p, "reason")).select(&reasons))
    }
}

async fn try_suspend(call: &Call) -> Result<Reply, Fault> {
    let child = number(call)?;
    let mut r = call.form.reader();
    let (from, reason) = (r.date("from", "日"), r.text("reason", "事由"));
    r.finish()?;
    let mut unit = match begin(call).await? {
        Ok(unit) => unit,
        Err(done) => return Ok(done),
    };
    suspend::draft(&mut unit, child.as_str(), call.form.ticked("release"), from, &reason).await?;
    finish(unit, &child).await
}
