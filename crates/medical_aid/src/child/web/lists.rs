//! 勧奨 and 年次更新.

use crate::child::store::{decision as decisions, eligibility as store};
use crate::child::usecases::{recommend, renewal};
use crate::child::words::period_ja;
use kernel::time::{Date, Period, wareki, wareki_short};
use maud::html;
use platform::Fault;
use ports::Ports;
use webkit::components::{Action, AsidePanel, Cell, Column, Field, Row, Table, button_row, card, get_form, post_form, table};
use webkit::{Begun, Call, Reply, Screen};

/// Children who have not applied.
pub async fn recommend_page(call: Call, ports: Ports) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(call.action, "kodomo.eligibility").await?;
    let all = recommend::list(&mut unit, &ports).await?;
    let shown = all.iter().take(300).map(|p| {
        // The place of a protected person is on no list.
        let place = if p.protected { "—".to_owned() } else { p.address.clone().unwrap_or_else(|| "—".into()) };
        let cells = vec![
            Cell::from(p.name.clone()).second_line(p.kana.clone()),
            p.birth.to_string().into(),
            place.into(),
            p.head_name.clone().unwrap_or_default().into(),
            p.resident_from.map_or_else(String::new, wareki_short).into(),
        ];
        Row::new(cells).opens(format!("/kodomo/apply/{}", p.atena_no))
    });
    let list = Table {
        caption: "申請していない子".into(),
        columns: ["氏名", "生年月日", "住所", "世帯主", "住民になった日"].map(Column::text).to_vec(),
        rows: shown.collect(),
        empty: ("申請していない子はいません".into(), "市内の対象年齢の子は全員、申請済みか受給中です。".into()),
        filter: true,
        ..Table::default()
    };
    let data = serde_json::json!({ "count": all.len(), "children": all.iter().take(300).map(|p| p.atena_no.as_str()).collect::<Vec<_>>() });
    let screen = Screen {
        title: "申請の勧奨".into(),
        main: card("申請していない子", &format!("{}人(新しく生まれた順・300人まで)", all.len()), table(&list)),
        aside: vec![AsidePanel::text("申請主義", "資格は申請があってから決まります。行を開くと申請を受け付けられます。")],
        asked: "氏名・生年月日・住所".into(),
        data,
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// The 31 March that the cards of this year end on.
fn default_until(today: Date) -> Date {
    Date::new(today.year(), 3, 31)
        .ok()
        .filter(|d| *d >= today)
        .or_else(|| Date::new(today.year() + 1, 3, 31).ok())
        .unwrap_or(today)
}

/// Cards that end.
pub async fn renewals(call: Call, _: Ports) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(call.action, "kodomo.card").await?;
    let today = unit.today();
    let until = match call.query.some("until").map(kernel::time::parse_date) {
        Some(Ok(day)) => day,
        Some(Err(e)) => return Err(Fault::field("until", e.to_string())),
        None => default_until(today),
    };
    let all = store::without_card(&mut unit.tx, until).await?;
    unit.bulk(&all.iter().map(|r| r.subject).collect::<Vec<_>>(), &["kodomo.eligibility", "kodomo.card"]);
    let rows = all.iter().take(300).map(|r| {
        let cells = vec![
            r.recipient_no.clone().into(),
            Cell::from(r.name.clone()).second_line(r.kana.clone()),
            r.birth.clone().into(),
            period_ja(&Period { from: r.valid_from, to: r.valid_to }).into(),
        ];
        Row::new(cells).opens(format!("/kodomo/person/{}?tab=chohyo", r.atena_no))
    });
    let list = Table {
        caption: "更新する受給者".into(),
        columns: ["受給者番号", "氏名", "生年月日", "資格の期間"].map(Column::text).to_vec(),
        rows: rows.collect(),
        empty: ("更新する受給者はいません".into(), format!("{} の後も使える医療証が全員にあります。", wareki(until))),
        filter: true,
        ..Table::default()
    };
    let day = wareki(until);
    let choose = html! {
        (Field::new("until", "この日までの医療証を更新").value(&day).date())
        (button_row(&[Action::submit("一覧を出す")], html! {}))
    };
    let mut hidden = call.hidden();
    hidden.push(("until", &day));
    let start = html! { (button_row(&[Action::submit("年次更新を起案").key("F9").primary()], html! {})) };
    let main = html! {
        (card("年次更新", &format!("{}人", all.len()), html! {
            (get_form("年次更新の期限", "/kodomo/renewals", choose))
            @if !all.is_empty() { (post_form("renew", "/kodomo/renewals", false, &hidden, start)) }
        }))
        (card("更新する受給者", "300人まで表示", table(&list)))
    };
    let screen = Screen {
        title: "年次更新".into(),
        main,
        aside: vec![AsidePanel::text(
            "支援措置",
            "支援措置の人の医療証は印刷から取り分けます。支援措置の一覧が空のときは処理を止めます。",
        )],
        asked: "資格・医療証".into(),
        data: serde_json::json!({ "until": until.to_string(), "count": all.len() }),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Drafts the run.
pub async fn renew(call: Call, _: Ports) -> Result<Reply, Fault> {
    let mut r = call.form.reader();
    let until = r.date("until", "期限");
    r.finish()?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    renewal::draft(&mut unit, until).await?;
    unit.commit_as((), "/kodomo/renewals").await?;
    Ok(Reply::See("/kodomo/renewals".into()))
}

/// Decisions that rest on a fact which was corrected later.
pub async fn reviews(call: Call, _: Ports) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(call.action, "kodomo.eligibility").await?;
    let all = decisions::to_review(&mut unit.tx).await?;
    unit.bulk(&all.iter().map(|d| d.subject).collect::<Vec<_>>(), &["kodomo.eligibility"]);
    let rows = all.iter().map(|d| {
        let cells = vec![
            d.document_no.clone().into(),
            crate::child::words::kind_ja(&d.kind).into(),
            wareki_short(d.decided_on).into(),
            d.decided_by.clone().into(),
        ];
        Row::new(cells).opens(format!("/kodomo/decisions/{}", d.id))
    });
    let list = Table {
        caption: "見直す決定".into(),
        columns: ["文書番号", "種類", "決定日", "決裁"].map(Column::text).to_vec(),
        rows: rows.collect(),
        empty: ("見直す決定はありません".into(), "決定に使った事実が訂正されると、その決定がここに並びます。".into()),
        filter: true,
        ..Table::default()
    };
    let data = serde_json::json!({ "decisions": all.iter().map(|d| serde_json::json!({
        "id": d.id, "document_no": d.document_no, "kind": d.kind, "atena_no": d.atena_no,
    })).collect::<Vec<_>>() });
    let main = card("見直す決定", "訂正された事実を使ったもの", table(&list));
    let screen = Screen { title: "見直す決定".into(), main, asked: "決定".into(), data, ..Screen::default() };
    Ok(Reply::Page(unit.commit(screen).await?))
}
