//! 転入: the whole family on one form.

use super::errors_of;
use crate::usecases::move_in::{self, Entry, MoveIn, Newcomer};
use kernel::time::wareki;
use maud::{Markup, html};
use platform::Fault;
use platform::fault::FaultKind;
use webkit::components::{Action, AsidePanel, Choice, Field, button_row, card, error_summary, field_group, post_form};
use webkit::{Begun, Call, Reply, Screen};

/// Persons on the form.
const MOST: usize = 6;

/// The empty form.
pub async fn form(call: Call) -> Result<Reply, Fault> {
    page(&call, None).await
}

async fn page(call: &Call, fault: Option<Fault>) -> Result<Reply, Fault> {
    let mut unit = platform::Unit::look(&call.city, &call.staff, call.screen, kernel::access::Action::Draft).await?;
    unit.permit(kernel::access::Action::Draft, "juki.identify").await?;
    let errors = errors_of(fault.as_ref());
    let error = |name: &str| errors.iter().find(|e| e.field == name).map(|e| e.message.as_str());
    let typed = |name: &str| call.form.text(name).to_owned();
    let today = wareki(call.city.today());
    let value = |name: &str, or: &str| call.form.some(name).map_or_else(|| or.to_owned(), str::to_owned);
    let (moved, notified) = (value("moved_on", &today), value("notified_on", &today));
    let entry = value("entry", Entry::Domestic.label_ja());
    let entries = Entry::ALL.map(|e| Choice { value: e.label_ja(), label: e.label_ja(), note: "" });
    let place: Vec<(&str, &str, String)> = vec![
        ("address", "新しい住所", typed("address")),
        ("building", "方書", typed("building")),
        ("postal_code", "郵便番号", typed("postal_code")),
        ("previous_address", "転入前住所", typed("previous_address")),
    ];
    let body = html! {
        (error_summary(&errors))
        (field_group("届出", html! {
            (Field::new("entry", "異動の種類").required().value(&entry).error(error("entry")).select(&entries))
            (Field::new("moved_on", "異動年月日").required().value(&moved).hint("住み始めた日").error(error("moved_on")).date())
            (Field::new("notified_on", "届出年月日").required().value(&notified).error(error("notified_on")).date())
            @for (name, label, v) in &place {
                @let field = Field::new(name, label).value(v).error(error(name));
                @if matches!(*name, "address" | "previous_address") { (field.required().wide().text()) } @else { (field.text()) }
            }
        }))
        @for n in 1..=MOST { (person(call, n, &errors)) }
        (button_row(&[Action::submit("転入を起案").key("F9").primary(), Action::link("戻る", "/juki/search").key("F6")], html! {}))
    };
    let main = html! { (card("転入の届出", "世帯主を最初に。いない人の欄は空けておきます", post_form("move-in", "/juki/move-in", false, &call.hidden(), body))) };
    let aside = vec![AsidePanel::next(
        "このあと",
        &["係長が決裁する", "住民票ができ、宛名番号・世帯番号が付く", "団体内統合宛名と関係業務に知らせる"],
    )];
    let screen = Screen { title: "転入".into(), main, aside, status: fault.map_or(0, |_| 422), ..Screen::default() };
    Ok(Reply::Page(unit.commit(screen).await?))
}

fn person(call: &Call, n: usize, errors: &[webkit::components::FieldError]) -> Markup {
    let fields = [
        ("name", "氏名"),
        ("kana", "振り仮名"),
        ("latin_name", "アルファベット氏名"),
        ("alias", "通称"),
        ("birth", "生年月日"),
        ("relation", "続柄"),
        ("my_number", "個人番号"),
        ("juminhyo_code", "住民票コード"),
        ("nationality", "国籍(外国人住民)"),
        ("residence_status", "在留資格"),
        ("residence_until", "在留期間満了日"),
        ("domicile", "本籍"),
        ("koseki_head", "筆頭者"),
    ];
    let names: Vec<(String, &str, String)> =
        fields.iter().map(|(f, label)| (format!("{f}_{n}"), *label, call.form.text(&format!("{f}_{n}")).to_owned())).collect();
    let sex_name = format!("sex_{n}");
    let sex = call.form.some(&sex_name).unwrap_or("男").to_owned();
    let choice = |v: &'static str| Choice { value: v, label: v, note: "" };
    let legend = if n == 1 { "1人目(世帯主)".to_owned() } else { format!("{n}人目") };
    let group = field_group(
        &legend,
        html! {
            @for (name, label, value) in &names {
                @let error = errors.iter().find(|e| &e.field == name).map(|e| e.message.as_str());
                (Field::new(name, label).value(value).error(error).short().text())
            }
            (Field::new(&sex_name, "性別").value(&sex).radio(&["男", "女", "空欄"].map(choice)))
        },
    );
    // Most households are small: the others open by a key or a click, and by themselves when something stands in them.
    let filled = names.iter().any(|(_, _, value)| !value.is_empty());
    if n <= 2 {
        group
    } else {
        html! { details open[filled] { summary { (legend) } (group) } }
    }
}

/// Drafts the move-in.
pub async fn draft(call: Call) -> Result<Reply, Fault> {
    match try_draft(&call).await {
        Err(fault) if fault.kind == FaultKind::Invalid && call.key.is_some() => page(&call, Some(fault)).await,
        other => other,
    }
}

/// Field names of person `n`; constants, because a problem names its field for ever.
const NAMES: [[&str; 4]; MOST] = [
    ["name_1", "kana_1", "birth_1", "relation_1"],
    ["name_2", "kana_2", "birth_2", "relation_2"],
    ["name_3", "kana_3", "birth_3", "relation_3"],
    ["name_4", "kana_4", "birth_4", "relation_4"],
    ["name_5", "kana_5", "birth_5", "relation_5"],
    ["name_6", "kana_6", "birth_6", "relation_6"],
];

async fn try_draft(call: &Call) -> Result<Reply, Fault> {
    let mut r = call.form.reader();
    let words = Entry::ALL.map(Entry::label_ja);
    let word = if call.form.some("entry").is_some() { r.choice("entry", "異動の種類", &words) } else { words[0].to_owned() };
    let entry = Entry::ALL.into_iter().find(|e| e.label_ja() == word).unwrap_or(Entry::Domestic);
    let moved_on = r.date("moved_on", "異動年月日");
    let notified_on = r.date("notified_on", "届出年月日");
    let address = r.text("address", "新しい住所");
    let previous_address = r.text("previous_address", "転入前住所");
    let mut people = vec![];
    for (n, [name, kana, birth, relation]) in (1..).zip(NAMES) {
        if n > 1 && call.form.some(name).is_none() {
            continue;
        }
        let some = |field: &str| call.form.some(&format!("{field}_{n}")).map(str::to_owned);
        people.push(Newcomer {
            name: r.text(name, "氏名"),
            kana: r.text(kana, "振り仮名"),
            latin_name: some("latin_name"),
            alias: some("alias"),
            birth: r.partial_date(birth, "生年月日"),
            sex: some("sex").unwrap_or_default(),
            relation: r.text(relation, "続柄"),
            nationality: some("nationality"),
            residence_status: some("residence_status"),
            residence_until: some("residence_until").and_then(|t| kernel::time::parse_date(&t).ok()),
            domicile: some("domicile"),
            koseki_head: some("koseki_head"),
            my_number: some("my_number").unwrap_or_default(),
            juminhyo_code: some("juminhyo_code"),
        });
    }
    r.finish()?;
    let command = MoveIn {
        entry,
        moved_on,
        notified_on,
        address,
        building: call.form.some("building").map(str::to_owned),
        postal_code: call.form.some("postal_code").map(str::to_owned),
        ward: call.city.profile().wards.first().map(|(code, _)| code.clone()),
        previous_address,
        people,
    };
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    unit.permit(kernel::access::Action::Draft, "juki.identify").await?;
    move_in::draft(&mut unit, &command).await?;
    unit.commit_as((), "/").await?;
    Ok(Reply::See("/".into()))
}
