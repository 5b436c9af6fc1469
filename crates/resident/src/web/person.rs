//! The person card: record, household, history, 支援措置, and what can be drafted. Time travels by 基準日 and 知り得た日.

use super::{card_of, errors_of, number_of};
use crate::model::Person;
use crate::store;
use kernel::Date;
use kernel::time::{parse_date, wareki, wareki_short};
use maud::{Markup, html};
use platform::{Fault, Seen, Unit};
use webkit::components::{
    Action, AsidePanel, Choice, Column, Field, Member, Moment, PersonStrip, Row, Table, Tone, badge, button_row, card,
    definition_list, error_summary, household_tree, person_strip, post_form, table,
};
use webkit::frame::TimeTravel;
use webkit::{Call, Reply, Screen};

/// What the page of a person shows.
pub const GROUPS: &[&str] = &[
    "juki.identify",
    "juki.address",
    "juki.household",
    "juki.status",
    "juki.koseki",
    "juki.foreign",
    "juki.moves",
    "juki.insurance",
    "juki.mailing",
];

/// The card.
pub async fn show(call: Call) -> Result<Reply, Fault> {
    let unit = call.look().await?;
    render(&call, unit, None).await
}

/// The card, with the problems of a form that was sent from it.
pub async fn render(call: &Call, mut unit: Unit, fault: Option<Fault>) -> Result<Reply, Fault> {
    let number = number_of(call)?;
    let today = call.city.today();
    let date = |name: &str| call.query.some(name).map(parse_date).transpose();
    let (as_of, known_at) = match (date("as_of"), date("known_at")) {
        (Ok(a), Ok(k)) => (a.unwrap_or(today), k),
        _ => return Err(Fault::field("as_of", "基準日・知り得た日を 令和8年11月20日 のように入力してください")),
    };
    let is_today = as_of == today && known_at.is_none_or(|k| k == today);
    let known = match known_at {
        Some(day) if day < today => unit.seq_known_at(day).await?,
        _ => store::NOW,
    };
    let subject = unit.find_subject(&number).await?.ok_or_else(|| Fault::missing("この宛名番号の人"))?;
    let seen = unit.see(subject, GROUPS).await?;
    let person = store::as_of(&mut unit.tx, &number, as_of, known).await?.ok_or_else(|| Fault::missing("この時点の記録"))?;
    let history = store::believed(&mut unit.tx, &number, known).await?;
    let ever = crate::usecases::correct::history(&mut unit, &number).await?;
    let members = household(&mut unit, &person, as_of, &seen).await?;
    let protection = match unit.may(kernel::access::Action::Look, "juki.protection") {
        true => Some(store::protections(&mut unit.tx, &number).await?),
        false => None,
    };
    if protection.is_some() {
        unit.see(subject, &["juki.protection"]).await?;
    }
    let papers = store::certificates(&mut unit.tx, &number).await?;
    let birth = person.birth_date();
    let address = seen.show("juki.address", person.full_address());
    let status = person.status_ja(as_of);
    let mut badges = vec![];
    if seen.protected {
        badges.push((Tone::Bad, "支援措置"));
    }
    if person.planned_move_out.is_some() && person.removed_on.is_none() {
        badges.push((Tone::Warn, "転出予定"));
    }
    let household_line = format!("{} ほか{}人", person.head_name, members.len().saturating_sub(1));
    let lead = person_strip(&PersonStrip {
        kana: &person.kana,
        name: &person.name,
        also: person.alias.as_deref().map(|a| ("通称", a)).or(person.maiden_name.as_deref().map(|m| ("旧氏", m))),
        birth: Some((&birth, as_of)),
        atena_no: Some(number.as_str()),
        household: seen.has("juki.household").then_some(household_line.as_str()),
        status: Some(&status),
        address: address.as_deref(),
        badges: &badges,
    });
    let main = html! {
        (error_summary(&errors_of(fault.as_ref())))
        (card("住民票の記録", &format!("履歴番号 {}", person.rireki_no), record_list(&person, &seen)))
        @if seen.has("juki.household") { (card("世帯", &person.setai_no, household_tree(&members))) }
        (card("履歴", "元の記録は消えません", history_table(&ever)))
        @if let Some(rows) = &protection {
            (card("支援措置", "終了は手続によってだけ行います", html! {
                @if rows.is_empty() { p { "記録はありません。" } }
                @for r in rows { p { (badge(if r.ended_on.is_none() { Tone::Bad } else { Tone::Neutral }, &r.state)) " " (wareki(r.from_on)) "から" (wareki(r.until_on)) "まで" @if let Some(e) = r.ended_on { " 終了 " (wareki(e)) } } }
                (protection_form(call, &number.to_string(), seen.protected))
            }))
        }
        @if is_today && unit.may(kernel::access::Action::Draft, "juki.identify") { (changes(call, &number.to_string(), &person, fault.as_ref())) }
    };
    let moments = history
        .iter()
        .map(|h| Moment { label: h.change_reason.clone(), date: wareki_short(h.valid_from), ..Moment::default() })
        .collect();
    let card_path = card_of(&number);
    let time_travel = TimeTravel {
        as_of: wareki(as_of),
        known_at: known_at.map_or_else(String::new, wareki),
        is_today,
        action: card_path.clone(),
        today_href: card_path.clone(),
        moments,
        error: None,
    };
    let data = serde_json::json!({
        "atena_no": number, "name": person.name, "kana": person.kana, "birth": person.birth, "sex": person.sex, "status": status,
        "address": address, "relation": seen.show("juki.household", &person.relation), "setai_no": seen.show("juki.household", &person.setai_no),
        "household": members.iter().map(|m| &m.name).collect::<Vec<_>>(), "row": person.id,
    });
    let mut aside = vec![AsidePanel::actions(
        "次にすること",
        &[
            Action::link("証明書を交付する", &format!("{card_path}/certificate")).key("F8"),
            Action::link("台帳の全項目を見る", &format!("{card_path}/ledger")),
            Action::link("異動を届け出る", &format!("{card_path}/moves")),
            Action::link("住民を探す", "/juki/search").key("F6"),
        ],
    )];
    if !papers.is_empty() {
        let lines: Vec<(String, Option<String>)> = papers
            .iter()
            .map(|p| {
                (
                    format!("{} {}", p.number, if p.outcome == "issued" { "交付" } else { "不交付" }),
                    p.file_id.map(|_| format!("/juki/certificates/{}", p.id)),
                )
            })
            .collect();
        aside.push(AsidePanel::links("交付の記録", &lines));
    }
    let screen = Screen {
        title: "住民票の記録".into(),
        lead: Some(lead),
        main,
        aside,
        asked: "住民票の記録".into(),
        incidental: format!("世帯員の氏名({}人)", members.len().saturating_sub(1)),
        time_travel: Some(time_travel),
        data,
        status: fault.map_or(0, |_| 422),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

async fn household(unit: &mut Unit, person: &Person, as_of: Date, seen: &Seen) -> Result<Vec<Member>, Fault> {
    if !seen.has("juki.household") {
        return Ok(vec![]);
    }
    let mut members = vec![];
    for other in store::household(&mut unit.tx, &person.household()?, as_of).await? {
        let number = other.number()?;
        let current = other.atena_no == person.atena_no;
        if !current && let Some(subject) = unit.find_subject(&number).await? {
            unit.see(subject, &["juki.identify"]).await?;
        }
        members.push(Member {
            relation: other.relation.clone(),
            name: other.name.clone(),
            note: other.birth.clone(),
            href: (!current).then(|| card_of(&number)),
            current,
            ..Member::default()
        });
    }
    Ok(members)
}

fn record_list(p: &Person, seen: &Seen) -> Markup {
    let text = |v: &Option<String>| html! { (v.as_deref().unwrap_or_default()) };
    let day = |v: Option<Date>| html! { @if let Some(d) = v { (wareki(d)) } };
    let mut rows: Vec<(&str, Markup)> = vec![
        ("氏名カナ", html! { (p.kana) }),
        ("性別", html! { (p.sex) }),
        ("住民区分", html! { (p.resident_kind) }),
        ("アルファベット氏名", text(&p.latin_name)),
        ("アルファベット氏名カナ", text(&p.latin_kana)),
        ("カタカナ表記名", text(&p.katakana_name)),
        ("通称名", text(&p.alias)),
        ("通称名カナ", text(&p.alias_kana)),
        ("旧姓", text(&p.maiden_name)),
    ];
    if seen.has("juki.household") {
        rows.push(("続柄", html! { (p.relation) }));
        rows.push(("世帯主アルファベット氏名", text(&p.head_latin_name)));
    }
    if seen.has("juki.address") {
        let parts = [&p.banchi, &p.edaban, &p.koedaban].map(|v| v.clone().unwrap_or_default());
        rows.push(("住所", html! { (p.full_address()) }));
        rows.push(("郵便番号", text(&p.postal_code)));
        rows.push((
            "町丁コード・番地・枝番・小枝番",
            html! { (p.town_code.as_deref().unwrap_or_default()) " " (parts.join("-")) },
        ));
        rows.push((
            "小学校区・中学校区",
            html! { (p.elementary.as_deref().unwrap_or_default()) " " (p.junior_high.as_deref().unwrap_or_default()) },
        ));
        rows.push(("所管区", text(&p.ward)));
    }
    if seen.has("juki.status") {
        rows.push(("住民年月日・事由", html! { (wareki(p.resident_on)) " " (p.resident_reason) }));
        rows.push(("住民届出日", day(p.resident_notified_on)));
        rows.push(("異動年月日・事由", html! { (wareki(p.changed_on)) " " (p.change_reason) }));
        rows.push(("届出年月日", html! { (wareki(p.notified_on)) }));
        rows.push(("転出予定年月日", day(p.planned_move_out)));
        rows.push(("転出予定届出年月日", day(p.planned_notified_on)));
        rows.push(("転出確定日・通知日", html! { (day(p.confirmed_on)) " " (day(p.confirmed_notice_on)) }));
        rows.push(("消除年月日・事由", html! { (day(p.removed_on)) " " (p.removed_reason.as_deref().unwrap_or_default()) }));
        rows.push(("消除届出日", day(p.removed_notified_on)));
    }
    if seen.has("juki.koseki") {
        rows.push(("本籍", text(&p.domicile)));
        rows.push(("筆頭者", text(&p.koseki_head)));
    }
    if seen.has("juki.foreign") && p.nationality.is_some() {
        rows.push(("国籍", text(&p.nationality)));
        rows.push((
            "在留資格・区分",
            html! { (p.residence_status.as_deref().unwrap_or_default()) " " (p.residence_kind.as_deref().unwrap_or_default()) },
        ));
        rows.push(("在留期間・満了日", html! { (p.residence_term.as_deref().unwrap_or_default()) " " (day(p.residence_until)) }));
        rows.push(("在留カード番号", text(&p.card_no)));
    }
    if seen.has("juki.moves") {
        rows.push(("転入前住所", text(&p.previous_address)));
        rows.push(("転出予定先住所", text(&p.planned_to_address)));
        rows.push(("転出確定先住所", text(&p.confirmed_to_address)));
    }
    if seen.has("juki.insurance") {
        rows.push(("国保", html! { @match p.nhi { Some(true) => "あり", Some(false) => "なし", None => "" } }));
        rows.push(("年金種別・取得年月日", html! { (p.pension_kind.as_deref().unwrap_or_default()) " " (day(p.pension_from)) }));
    }
    if seen.has("juki.mailing") {
        rows.push(("送付先", html! { (p.mailing_address.as_deref().unwrap_or_default()) " " (p.mailing_purpose.as_deref().unwrap_or_default()) " " (day(p.mailing_until)) }));
        rows.push((
            "サブ氏名",
            html! { (p.sub_name.as_deref().unwrap_or_default()) " " (p.sub_name_purpose.as_deref().unwrap_or_default()) },
        ));
    }
    definition_list(&rows)
}

fn history_table(ever: &[Person]) -> Markup {
    let rows = ever.iter().rev().map(|p| {
        let state =
            if p.superseded_seq.is_some() { badge(Tone::Neutral, "置き換え済") } else { badge(Tone::Ok, "いまの記録") };
        let to = p.valid_to.map_or_else(|| "現在".to_owned(), wareki_short);
        Row::new(vec![
            p.rireki_no.into(),
            p.change_reason.clone().into(),
            format!("{}〜{to}", wareki_short(p.valid_from)).into(),
            p.birth.clone().into(),
            state.into(),
        ])
    });
    table(&Table {
        caption: "記録の履歴".into(),
        columns: vec![
            Column::number("履歴"),
            Column::text("事由"),
            Column::text("期間"),
            Column::text("生年月日"),
            Column::text("状態"),
        ],
        rows: rows.collect(),
        ..Table::default()
    })
}

fn protection_form(call: &Call, number: &str, protected: bool) -> Markup {
    if protected {
        let body = html! {
            (Field::new("reason", "終了の理由").required().text())
            (button_row(&[Action::submit("支援措置の終了を起案")], html! {}))
        };
        return post_form("unprotect", &format!("/juki/person/{number}/unprotect"), false, &call.hidden(), body);
    }
    let choice = |v: &'static str| Choice { value: v, label: v, note: "" };
    let body = html! {
        (Field::new("ground", "申出の事由").required().value("DV").radio(&["DV", "ストーカー", "児童虐待", "その他"].map(choice)))
        (Field::new("opponent", "相手方").hint("分かる範囲で。閲覧は担当者に限ります").text())
        (button_row(&[Action::submit("仮支援措置を始める")], html! {}))
    };
    post_form("protect", &format!("/juki/person/{number}/protect"), false, &call.hidden(), body)
}

fn changes(call: &Call, number: &str, person: &Person, fault: Option<&Fault>) -> Markup {
    let errors = errors_of(fault);
    let error = |name: &str| errors.iter().find(|e| e.field == name).map(|e| e.message.as_str());
    let today = wareki(call.city.today());
    let form =
        |id: &str, path: &str, body: Markup| post_form(id, &format!("/juki/person/{number}/{path}"), false, &call.hidden(), body);
    let planned = person.planned_move_out.is_some() && person.removed_on.is_none();
    html! {
        (card("職権修正(生年月日)", "9条2項通知などの証拠による", form("correct", "correct", html! {
            (Field::new("birth", "正しい生年月日").required().error(error("birth")).date())
            (Field::new("evidence", "証拠").required().value("9条2項通知").text())
            (Field::new("correct_notified_on", "通知を受理した日").required().value(&today).date())
            (button_row(&[Action::submit("訂正を起案").key("F9")], html! {}))
        })))
        @if planned || person.removed_on.is_some() {
            (card("転出の確定・取消", "", form("move-out", "move-out", html! {
                (Field::new("kind", "処理").required().value("confirm").radio(&[
                    Choice { value: "confirm", label: "確定する", note: "転入通知か予定日の到来" },
                    Choice { value: "cancel", label: "取り消す", note: "転出をやめた" },
                ]))
                (Field::new("moved_in_on", "転入年月日(転入通知)").error(error("moved_in_on")).date())
                (Field::new("notified_on", "通知・届出の日").required().value(&today).date())
                (button_row(&[Action::submit("起案する")], html! {}))
            })))
        } @else {
            (card("転出届", "", form("move-out", "move-out", html! {
                (webkit::components::hidden(&[("kind", "notify")]))
                (Field::new("planned_on", "転出予定年月日").required().error(error("planned_on")).date())
                (Field::new("to_address", "転出予定先住所").required().error(error("to_address")).text())
                (Field::new("notified_on", "届出年月日").required().value(&today).date())
                (button_row(&[Action::submit("転出届を起案")], html! {}))
            })))
            (card("転居", "", form("move-within", "move-within", html! {
                (Field::new("moved_on", "異動年月日").required().error(error("moved_on")).date())
                (Field::new("address", "新しい住所").required().text())
                (Field::new("building", "方書").text())
                (Field::new("within_notified_on", "届出年月日").required().value(&today).date())
                (button_row(&[Action::submit("転居を起案")], html! {}))
            })))
            (card("死亡", "", form("death", "death", html! {
                (Field::new("died_on", "死亡日").required().hint("不詳のときは 令和8年11月不詳 のように").error(error("died_on")).text())
                (Field::new("death_notified_on", "届出年月日").required().value(&today).date())
                (button_row(&[Action::submit("死亡を起案")], html! {}))
            })))
        }
    }
}
