//! Findings sorted by money: the reason in words first, the code second, and what to do with them.

use super::{month_of, sender_ja};
use crate::scheme::Scheme;
use crate::store;
use crate::usecases::send_back::{self, Handling, ROUTES, SCOPES};
use kernel::time::age_on;
use maud::html;
use platform::Fault;
use std::collections::HashMap;
use std::sync::Arc;
use webkit::components::{
    Action, AsidePanel, Choice, Column, Field, Pager, Row, Select, Table, Tone, badge, button_row, card, get_form, pager,
    post_form, table,
};
use webkit::server::encode;
use webkit::{Begun, Call, Reply, Screen};

/// The list.
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let month = month_of(&call)?;
    let mut unit = call.look().await?;
    unit.permit(call.action, "kodomo.receipt").await?;
    let asked = |name: &str| call.query.some(name).unwrap_or_default().to_owned();
    let wanted = store::Wanted { kind: asked("kind"), state: asked("state"), sender: asked("sender").parse().unwrap_or(0) };
    let kinds = store::finding_kinds(&mut unit.tx, month).await?;
    let page = asked("page").parse().unwrap_or(1).max(1);
    let (total, money) = store::count_findings(&mut unit.tx, month, &wanted).await?;
    let findings = store::findings(&mut unit.tx, month, &wanted, page).await?;
    let receipts: HashMap<i64, _> = store::found_receipts(&mut unit.tx, month).await?.into_iter().map(|r| (r.id, r)).collect();
    let subjects: Vec<i64> = findings.iter().filter_map(|f| receipts.get(&f.receipt_id)?.subject).collect();
    unit.bulk(&subjects, &["kodomo.receipt"]);
    let mut rows = vec![];
    let mut data = vec![];
    for f in &findings {
        let Some(r) = receipts.get(&f.receipt_id) else { continue };
        let tone = if f.severity == "不適合" { Tone::Bad } else { Tone::Warn };
        let code = f.reason_code.map_or_else(|| sender_ja(r.sender).to_owned(), |c| format!("{}・{c}", sender_ja(r.sender)));
        let age = r.birth.map_or_else(String::new, |b| format!("{}歳", age_on(b, r.care_month.first_day())));
        let care = format!("{} {}{}日", short(r.care_month), if r.inpatient { "入院" } else { "外来" }, r.day_count.unwrap_or(0));
        let state = match f.state.as_str() {
            "open" => html! {},
            "drafted" => badge(Tone::Info, "決裁待ち"),
            "sent" => badge(Tone::Info, "申立済"),
            "recovering" => badge(Tone::Info, "返還請求中"),
            "accepted" => badge(Tone::Ok, "問題なし"),
            "upheld" => badge(Tone::Neutral, "原審どおり"),
            "recovered" => badge(Tone::Ok, "返還済"),
            _ => badge(Tone::Ok, "調整済"),
        };
        let name = format!("{} {}", f.kind, r.recipient_no);
        let row = Row::new(vec![
            html! { (badge(tone, &f.kind)) div.note { (code) } }.into(),
            html! { (r.name) div.note { (r.recipient_no) } }.into(),
            r.institution_name.clone().into(),
            html! { (care) div.note { (age) } }.into(),
            r.points.into(),
            r.city_share.into(),
            f.text_ja.clone().into(),
            html! { (f.route.as_deref().unwrap_or_default()) " " (state) }.into(),
        ])
        .opens(format!("/claims/receipts/{}", r.id));
        rows.push(if f.state == "open" { row.choosable(f.id.to_string(), name) } else { row });
        data.push(serde_json::json!({ "id": f.id, "receipt": f.receipt_id, "kind": f.kind, "severity": f.severity, "text": f.text_ja, "amount": f.amount, "state": f.state,
            "route": f.route, "recipient_no": r.recipient_no, "management_no": r.management_no, "sender": r.sender }));
    }
    let list = Table {
        caption: "所見".into(),
        columns: vec![
            Column::text("理由"),
            Column::text("受給者"),
            Column::text("医療機関"),
            Column::text("診療"),
            Column::number("点数"),
            Column::number("公費負担"),
            Column::text("根拠"),
            Column::text("扱い"),
        ],
        rows,
        empty: (
            "所見はありません".into(),
            "資格突合をまだしていないか、すべて適合です。審査月の画面で点検の実施状況を確かめてください。".into(),
        ),
        filter: true,
        select: Some(Select { name: "finding".into(), form: Some("handle".into()) }),
        ..Table::default()
    };
    let choice = |v: &'static str, note: &'static str| Choice { value: v, label: v, note };
    let [again, mistake, recover, fine] = ROUTES;
    let routes =
        [choice(again, "支払基金へ"), choice(mistake, "国保連へ"), choice(recover, "保護者へ"), choice(fine, "理由を書く")];
    let body = html! {
        (Field::new("route", "扱い").required().value(again).radio(&routes))
        (Field::new("scope", "範囲").required().value(SCOPES[0]).radio(&[choice(SCOPES[0], ""), choice(SCOPES[1], "")]))
        (Field::new("note", "備考").textarea(2))
        (button_row(&[Action::submit("選んだ所見の扱いを起案").key("F9").primary(), Action::link("審査月へ戻る", &format!("/claims/{}", month.compact())).key("F6")], html! {}))
    };
    let position = Pager {
        base: format!("?kind={}&state={}&sender={}&", encode(&wanted.kind), encode(&wanted.state), encode(&asked("sender"))),
        page: u64::try_from(page).unwrap_or(1),
        size: u64::try_from(store::FINDINGS_PAGE).unwrap_or(1),
        total: u64::try_from(total).unwrap_or(0),
    };
    let main = html! {
        (get_form("絞り込み", &format!("/claims/{}/findings", month.compact()), filters(&kinds, &wanted)))
        (card("所見", &format!("{total}件 ・ 金額の大きい順 ・ 未処理 {money}"), html! { (table(&list)) (pager(&position)) }))
        (card("扱いを決める", "起案者と決裁者は別の人です", post_form("handle", &format!("/claims/{}/findings", month.compact()), false, &call.hidden(), body)))
    };
    let screen = Screen {
        title: "所見".into(),
        subtitle: format!("{}審査分", month.wareki()),
        main,
        asked: "レセプト・資格".into(),
        aside: vec![AsidePanel::text(
            "書き換えはできません",
            "レセプトは医療機関の請求であり、市は訂正しません。誤りは支払基金・国保連・医療機関へ申し立てます。",
        )],
        data: serde_json::json!({ "total": total, "findings": data }),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// R8.10: the month of care, short enough for a column.
fn short(month: kernel::time::YearMonth) -> String {
    let day = kernel::time::wareki_short(month.first_day());
    day.rsplit_once('.').map_or(day.clone(), |(month, _)| month.to_owned())
}

const STATES: [(&str, &str); 8] = [
    ("open", "未処理"),
    ("drafted", "決裁待ち"),
    ("sent", "申立済"),
    ("recovering", "返還請求中"),
    ("closed", "調整済"),
    ("upheld", "原審どおり"),
    ("recovered", "返還済"),
    ("accepted", "問題なし"),
];

fn filters(kinds: &[(String, i64)], wanted: &store::Wanted) -> maud::Markup {
    const ALL: Choice<'_> = Choice { value: "", label: "すべて", note: "" };
    let labels: Vec<String> = kinds.iter().map(|(kind, n)| format!("{kind}({n}件)")).collect();
    let reasons = kinds.iter().zip(&labels).map(|((kind, _), label)| Choice { value: kind, label, note: "" });
    let reasons: Vec<Choice<'_>> = std::iter::once(ALL).chain(reasons).collect();
    let states = STATES.iter().map(|(value, label)| Choice { value, label, note: "" });
    let states: Vec<Choice<'_>> = std::iter::once(ALL).chain(states).collect();
    let senders = [ALL, Choice { value: "1", label: "支払基金", note: "" }, Choice { value: "2", label: "国保連", note: "" }];
    let sender = if wanted.sender == 0 { String::new() } else { wanted.sender.to_string() };
    html! {
        (Field::new("kind", "理由").value(&wanted.kind).select(&reasons))
        (Field::new("state", "扱いの状態").value(&wanted.state).select(&states))
        (Field::new("sender", "請求元").value(&sender).select(&senders))
        (button_row(&[Action::submit("絞り込む")], html! {}))
    }
}

/// Drafts the handling of the chosen findings.
pub async fn draft(call: Call, scheme: Arc<dyn Scheme>) -> Result<Reply, Fault> {
    let month = month_of(&call)?;
    let mut reader = call.form.reader();
    let route = reader.choice("route", "扱い", &ROUTES);
    let scope = reader.choice("scope", "範囲", &SCOPES);
    let note = reader.optional("note");
    reader.finish()?;
    let findings = call.form.all("finding").iter().filter_map(|v| v.parse().ok()).collect();
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    unit.permit(call.action, "kodomo.receipt").await?;
    let handling = Handling { month, findings, route, scope, note };
    send_back::draft(&mut unit, &handling, scheme.as_ref()).await?;
    let to = format!("/claims/{}/findings", month.compact());
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}
