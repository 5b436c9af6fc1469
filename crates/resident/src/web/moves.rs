//! 異動: the menu of every move of a person, and the form of each.

use super::{card_of, errors_of, number_of};
use crate::model::Person;
use crate::record;
use crate::store;
use crate::usecases::birth::{self, Birth};
use crate::usecases::cancel::{self, Cancel};
use crate::usecases::household::{self, HouseholdChange};
use crate::usecases::items::ItemKind;
use crate::usecases::numbers::{self, NewNumber, Which};
use crate::usecases::restate::{self, Extent, KINDS, Restate};
use kernel::access::Action::Look;
use kernel::ident::AtenaNo;
use kernel::time::wareki;
use maud::{Markup, html};
use platform::fault::FaultKind;
use platform::{Fault, Unit};
use std::collections::BTreeMap;
use webkit::components::{
    Action, AsidePanel, Choice, Column, Field, FieldError, PersonStrip, Row, Table, button_row, card, definition_list,
    error_summary, field_group, hidden, person_strip, post_form, table,
};
use webkit::{Begun, Call, Reply, Screen};

/// Moves with a form of their own, beside the [`KINDS`]: code, label, what it rests on.
const OWN: &[(&str, &str, &str)] = &[
    ("birth", "出生", "この人を親とする子を世帯に加えます(戸籍法49条・住民基本台帳法8条)"),
    ("household", "世帯分離・合併・変更・世帯主変更", "住民基本台帳法25条"),
    ("cancel", "異動の取消し", "直前の異動を取り消し、前の記録に戻します"),
    ("my-number", "個人番号の登録・変更", "番号法7条・施行令3条"),
    ("code", "住民票コードの登録・変更", "住民基本台帳法30条の4"),
];

/// The menu.
pub async fn menu(call: Call) -> Result<Reply, Fault> {
    let (mut unit, person) = open(&call).await?;
    let own = OWN.iter().map(|(code, label, basis)| (*code, *label, *basis));
    let base = format!("{}/moves", card_of(&person.number()?));
    let rows = KINDS.iter().map(|k| (k.code, k.label_ja, k.basis_ja)).chain(own);
    let list = Table {
        caption: "異動の種類".into(),
        columns: vec![Column::text("異動"), Column::text("根拠")],
        rows: rows
            .clone()
            .map(|(code, label, basis)| Row::new(vec![label.into(), basis.into()]).opens(format!("{base}/{code}")))
            .collect(),
        filter: true,
        ..Table::default()
    };
    let main = card("異動を選ぶ", "転入・転出・転居・死亡は、住民を探す画面と住民票の画面から始めます", table(&list));
    let data = serde_json::json!({ "atena_no": person.atena_no, "moves": rows.map(|(code, ..)| code).collect::<Vec<_>>() });
    let screen = Screen {
        title: "異動".into(),
        lead: Some(strip(&unit, &person)),
        main,
        aside: vec![AsidePanel::actions("戻る", &[Action::link("住民票の記録", &card_of(&person.number()?)).key("F6")])],
        asked: "氏名・生年月日".into(),
        data,
        ..Screen::default()
    };
    unit.note("異動の種類".to_owned());
    Ok(Reply::Page(unit.commit(screen).await?))
}

async fn open(call: &Call) -> Result<(Unit, Person), Fault> {
    let mut unit = Unit::look(&call.city, &call.staff, call.screen, Look).await?;
    let number = number_of(call)?;
    let subject = unit.find_subject(&number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
    unit.require(subject, &["juki.identify"]).await?;
    let today = unit.today();
    let person = record::current(&mut unit, &number, today).await?;
    Ok((unit, person))
}

fn strip(unit: &Unit, person: &Person) -> Markup {
    let (birth, today) = (person.birth_date(), unit.today());
    let status = person.status_ja(today);
    person_strip(&PersonStrip {
        kana: &person.kana,
        name: &person.name,
        birth: Some((&birth, today)),
        atena_no: Some(&person.atena_no),
        status: Some(&status),
        ..PersonStrip::default()
    })
}

/// The form of one move.
pub async fn form(call: Call) -> Result<Reply, Fault> {
    render(&call, None).await
}

fn title(code: &str) -> Result<(&'static str, &'static str), Fault> {
    let own = OWN.iter().find(|(c, ..)| *c == code).map(|(_, label, basis)| (*label, *basis));
    own.map_or_else(|| restate::kind(code).map(|k| (k.label_ja, k.basis_ja)), Ok)
}

async fn render(call: &Call, fault: Option<Fault>) -> Result<Reply, Fault> {
    let (mut unit, person) = open(call).await?;
    let number = person.number()?;
    let code = call.part("kind").to_owned();
    let (label, basis) = title(&code)?;
    let errors = errors_of(fault.as_ref());
    let fields = match code.as_str() {
        "birth" => birth_fields(call, &errors),
        "household" => household_fields(call, &mut unit, &person, &errors).await?,
        "cancel" => cancel_fields(call, &mut unit, &number, &errors).await?,
        "my-number" | "code" => number_fields(call, &errors),
        _ => restate_fields(call, &mut unit, &person, &errors).await?,
    };
    let back = format!("{}/moves", card_of(&number));
    let body = html! {
        (error_summary(&errors))
        (fields)
        (button_row(&[Action::submit(&format!("{label}を起案")).key("F9").primary(), Action::link("戻る", &back).key("F6")], html! {}))
    };
    let screen = Screen {
        title: label.into(),
        lead: Some(strip(&unit, &person)),
        main: card(label, basis, post_form("move", &format!("{back}/{code}"), false, &call.hidden(), body)),
        aside: vec![AsidePanel::next(
            "このあと",
            &["専決規程の職が決裁する", "記録が加わる(元の記録は残ります)", "関係業務に知らせる"],
        )],
        asked: "異動する項目".into(),
        data: serde_json::json!({ "atena_no": number, "kind": code, "label": label }),
        status: fault.map_or(0, |_| 422),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

fn problem<'a>(errors: &'a [FieldError], name: &str) -> Option<&'a str> {
    errors.iter().find(|e| e.field == name).map(|e| e.message.as_str())
}

/// 異動年月日 and 届出年月日.
fn days(call: &Call, errors: &[FieldError]) -> Markup {
    let today = wareki(call.city.today());
    let value = |name: &str| call.form.some(name).unwrap_or(&today).to_owned();
    html! {
        (Field::new("changed_on", "異動年月日").required().value(&value("changed_on")).error(problem(errors, "changed_on")).date())
        (Field::new("notified_on", "届出・通知の日").required().value(&value("notified_on")).error(problem(errors, "notified_on")).date())
    }
}

async fn restate_fields(call: &Call, unit: &mut Unit, person: &Person, errors: &[FieldError]) -> Result<Markup, Fault> {
    let kind = restate::kind(call.part("kind"))?;
    let subject = unit.find_subject(&person.number()?).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
    let mut groups: Vec<&'static str> = kind.items.iter().map(|i| i.group).collect();
    groups.sort_unstable();
    groups.dedup();
    let seen = unit.see(subject, &groups).await?;
    let shown = kind.items.iter().filter(|item| seen.has(item.group));
    Ok(html! {
        (field_group("届出・根拠", html! {
            (days(call, errors))
            (Field::new("evidence", "根拠").required().value(call.form.text("evidence")).hint("届書・通知・調書の名前と日").error(problem(errors, "evidence")).wide().text())
        }))
        @if kind.extent != Extent::Ends {
            (field_group("変わる項目", html! {
                @for item in shown {
                    @let now = (item.get)(person).unwrap_or_default();
                    @let value = call.form.some(item.key).unwrap_or(&now).to_owned();
                    @let field = Field::new(item.key, item.label_ja).value(&value).error(problem(errors, item.key));
                    @match item.kind {
                        ItemKind::Needed => (field.required().text()),
                        ItemKind::Text => (field.text()),
                        ItemKind::Day => (field.date()),
                        ItemKind::YesNo => (field.select(&["", "あり", "なし"].map(|w| Choice::new(w, w)))),
                    }
                }
            }))
        }
    })
}

fn birth_fields(call: &Call, errors: &[FieldError]) -> Markup {
    let today = wareki(call.city.today());
    let field = |name: &'static str, label: &'static str| {
        Field::new(name, label).value(call.form.text(name)).error(problem(errors, name))
    };
    let notified = call.form.some("notified_on").unwrap_or(&today).to_owned();
    let relation = call.form.some("relation").unwrap_or("子").to_owned();
    let sex = call.form.some("sex").unwrap_or("男").to_owned();
    html! {
        (field_group("子", html! {
            (field("name", "氏名").required().text())
            (field("kana", "振り仮名").required().kana())
            (field("born_on", "生年月日").required().date())
            (Field::new("sex", "性別").value(&sex).radio(&["男", "女", "空欄"].map(|w| Choice::new(w, w))))
            (Field::new("relation", "続柄").required().value(&relation).hint("世帯主から見た続柄。孫は「子の子」").error(problem(errors, "relation")).text())
            (field("nationality", "国籍・地域(外国人住民)").text())
        }))
        (field_group("届出", html! {
            (Field::new("notified_on", "届出年月日").required().value(&notified).error(problem(errors, "notified_on")).date())
            (field("domicile", "本籍").wide().text())
            (field("koseki_head", "筆頭者氏名").text())
        }))
    }
}

async fn household_fields(call: &Call, unit: &mut Unit, person: &Person, errors: &[FieldError]) -> Result<Markup, Fault> {
    let kinds = ["世帯分離", "世帯合併", "世帯変更", "世帯主変更"].map(|w| Choice::new(w, w));
    let kind = call.form.some("change").unwrap_or("世帯分離").to_owned();
    let today = unit.today();
    let mut members = vec![];
    for member in store::household(&mut unit.tx, &person.household()?, today).await? {
        let number = member.number()?;
        let subject = unit.find_subject(&number).await?.ok_or_else(|| Fault::missing("住民の記録"))?;
        unit.see(subject, &["juki.identify", "juki.household"]).await?;
        let relation = format!("relation_{number}");
        let typed = call.form.some(&relation).unwrap_or(&member.relation).to_owned();
        let leaves = call.form.all("leaving").iter().any(|n| n == number.as_str());
        members.push((member, relation, typed, leaves));
    }
    Ok(html! {
        (field_group("届出", html! {
            (Field::new("change", "異動").required().value(&kind).select(&kinds))
            (days(call, errors))
            (Field::new("into", "移る先の世帯の人の宛名番号").value(call.form.text("into")).hint("世帯合併・世帯変更のとき").error(problem(errors, "into")).digits())
        }))
        @if let Some(why) = problem(errors, "relation").or(problem(errors, "leaving")) { p role="alert" { (why) } }
        (field_group("世帯の人", html! {
            @for (member, relation, typed, leaves) in &members {
                @let choice = [Choice { value: &member.atena_no, label: "世帯を移る", note: "" }];
                @let chosen: &[&str] = if *leaves { &[&member.atena_no] } else { &[] };
                (Field::new(relation, &format!("{} 続柄", member.name)).required().value(typed).hint("異動の後の続柄").text())
                (Field::new("leaving", &format!("{} ", member.name)).checkboxes(&choice, chosen))
            }
        }))
    })
}

async fn cancel_fields(call: &Call, unit: &mut Unit, number: &AtenaNo, errors: &[FieldError]) -> Result<Markup, Fault> {
    let (seq, rows) = cancel::last_move(unit, number).await?;
    let people: std::collections::BTreeSet<&str> = rows.iter().map(|r| r.atena_no.as_str()).collect();
    let newest = rows.iter().rfind(|r| r.atena_no == number.as_str()).ok_or_else(|| Fault::missing("取り消す異動"))?;
    let today = wareki(call.city.today());
    let notified = call.form.some("notified_on").unwrap_or(&today).to_owned();
    let seq = seq.to_string();
    Ok(html! {
        (hidden(&[("seq", &seq)]))
        (definition_list(&[
            ("取り消す異動", html! { (newest.change_reason) }),
            ("異動年月日", html! { (wareki(newest.changed_on)) }),
            ("いっしょに異動した人", html! { (people.len()) "人" }),
        ]))
        (Field::new("notified_on", "届出・職権の日").required().value(&notified).error(problem(errors, "notified_on")).date())
        (Field::new("reason", "取消しの理由").required().value(call.form.text("reason")).error(problem(errors, "reason")).wide().text())
    })
}

fn number_fields(call: &Call, errors: &[FieldError]) -> Markup {
    let today = wareki(call.city.today());
    let changed = call.form.some("changed_on").unwrap_or(&today).to_owned();
    html! {
        // What was typed is not sent back: the number is a secret.
        (Field::new("value", "新しい番号").required().hint("検査数字まで").error(problem(errors, "value")).digits())
        (Field::new("changed_on", "変更年月日").required().value(&changed).error(problem(errors, "changed_on")).date())
        (Field::new("reason", "理由").required().value(call.form.text("reason")).hint("付番の通知、漏えいのおそれによる変更請求など").error(problem(errors, "reason")).wide().text())
    }
}

/// Drafts the move.
pub async fn draft(call: Call) -> Result<Reply, Fault> {
    match try_draft(&call).await {
        Err(fault) if fault.kind == FaultKind::Invalid && call.key.is_some() => render(&call, Some(fault)).await,
        other => other,
    }
}

async fn try_draft(call: &Call) -> Result<Reply, Fault> {
    let number = number_of(call)?;
    let command = read(call, &number)?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    match &command {
        Move::Birth(c) => birth::draft(&mut unit, c).await?,
        Move::Household(c) => household::draft(&mut unit, c).await?,
        Move::Cancel(c) => cancel::draft(&mut unit, c).await?,
        Move::Number(c) => numbers::draft(&mut unit, c).await?,
        Move::Restate(c) => restate::draft(&mut unit, c).await?,
    };
    let to = card_of(&number);
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}

/// A move as typed.
enum Move {
    Birth(Birth),
    Household(HouseholdChange),
    Cancel(Cancel),
    Number(NewNumber),
    Restate(Restate),
}

fn read(call: &Call, number: &AtenaNo) -> Result<Move, Fault> {
    let mut r = call.form.reader();
    let command = match call.part("kind") {
        "birth" => Move::Birth(Birth {
            parent: number.clone(),
            name: r.text("name", "氏名"),
            kana: r.text("kana", "振り仮名"),
            born_on: r.date("born_on", "生年月日"),
            sex: r.choice("sex", "性別", &["男", "女", "空欄"]),
            relation: r.text("relation", "続柄"),
            notified_on: r.date("notified_on", "届出年月日"),
            domicile: r.optional("domicile"),
            koseki_head: r.optional("koseki_head"),
            nationality: r.optional("nationality"),
        }),
        "household" => {
            let word = r.choice("change", "異動", &["世帯分離", "世帯合併", "世帯変更", "世帯主変更"]);
            let (changed_on, notified_on) = (r.date("changed_on", "異動年月日"), r.date("notified_on", "届出・通知の日"));
            let into = r.optional_parsed("into", AtenaNo::parse);
            let leaving = call.form.all("leaving").iter().filter_map(|n| AtenaNo::parse(n).ok()).collect();
            let relation = |name: &str| name.strip_prefix("relation_").map(str::to_owned);
            let named = call.form.names().filter_map(|name| Some((relation(name)?, call.form.text(name).trim().to_owned())));
            let relations: BTreeMap<String, String> = named.collect();
            let kind = household::Kind::parse(&word).unwrap_or(household::Kind::Separate);
            Move::Household(HouseholdChange { kind, number: number.clone(), changed_on, notified_on, leaving, into, relations })
        }
        "cancel" => Move::Cancel(Cancel {
            number: number.clone(),
            seq: r.number("seq", "取り消す異動", 1, i64::MAX),
            notified_on: r.date("notified_on", "届出・職権の日"),
            reason: r.text("reason", "取消しの理由"),
        }),
        which @ ("my-number" | "code") => Move::Number(NewNumber {
            which: if which == "code" { Which::JuminhyoCode } else { Which::MyNumber },
            number: number.clone(),
            value: kernel::text::fold_width(&r.text("value", "新しい番号")).replace([' ', '-'], ""),
            changed_on: r.date("changed_on", "変更年月日"),
            reason: r.text("reason", "理由"),
        }),
        code => {
            let kind = restate::kind(code)?;
            let typed = kind.items.iter().filter(|i| !call.form.all(i.key).is_empty());
            Move::Restate(Restate {
                kind: kind.code.into(),
                number: number.clone(),
                changed_on: r.date("changed_on", "異動年月日"),
                notified_on: r.date("notified_on", "届出・通知の日"),
                evidence: r.text("evidence", "根拠"),
                values: typed.map(|i| (i.key.to_owned(), call.form.text(i.key).to_owned())).collect(),
            })
        }
    };
    r.finish()?;
    Ok(command)
}
