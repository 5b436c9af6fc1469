//! 受給者: search and list.

use super::status_tone;
use crate::child::store::eligibility as store;
use kernel::time::wareki_short;
use maud::html;
use platform::Fault;
use ports::Ports;
use webkit::components::{Action, Choice, Column, Field, Row, Table, badge, button_row, card, get_form, table};
use webkit::{Call, Reply, Screen};

const STATES: &[Choice] = &[Choice::new("受給中", "受給中"), Choice::new("停止中", "停止中"), Choice::new("喪失", "喪失")];

/// The list.
pub async fn show(call: Call, _: Ports) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(call.action, "kodomo.eligibility").await?;
    let query = call.query.text("q").to_owned();
    let status = call.query.some("status").unwrap_or("受給中").to_owned();
    let half: String = kernel::text::fold_width(&query);
    let found = if query.is_empty() {
        store::of_status(&mut unit.tx, &status).await?
    } else {
        store::search(&mut unit.tx, &half, &kernel::text::fold_width(&query)).await?
    };
    let counts = store::counts(&mut unit.tx).await?;
    unit.bulk(&found.iter().map(|r| r.subject).collect::<Vec<_>>(), &["kodomo.eligibility"]);
    let rows = found.iter().map(|r| {
        let until = r.valid_to.map_or_else(String::new, wareki_short);
        let cells = vec![
            r.recipient_no.clone().into(),
            webkit::components::Cell::from(r.name.clone()).second_line(r.kana.clone()),
            r.birth.clone().into(),
            badge(status_tone(&r.status), &r.status).into(),
            format!("{} 〜 {until}", wareki_short(r.valid_from)).into(),
            r.change_reason.clone().into(),
        ];
        Row::new(cells).opens(format!("/kodomo/person/{}", r.atena_no))
    });
    let list = Table {
        caption: "受給者".into(),
        columns: ["受給者番号", "氏名", "生年月日", "状態", "期間", "最後の異動"].map(Column::text).to_vec(),
        rows: rows.collect(),
        empty: ("該当する受給者はいません".into(), "番号(7桁・宛名番号15桁)か、氏名カナのはじめの部分で探せます。".into()),
        filter: true,
        ..Table::default()
    };
    let total: String = counts.iter().map(|(s, n)| format!("{s} {}人 ", kernel::money::grouped(*n))).collect();
    let search = html! {
        (Field::new("q", "受給者番号・宛名番号・氏名カナ").value(&query).hint("カナは前方一致").text())
        (Field::new("status", "状態").value(&status).select(STATES))
        (button_row(&[Action::submit("探す").primary()], html! {}))
    };
    let main = html! {
        (card("受給者を探す", total.trim(), get_form("受給者を探す", "/kodomo/recipients", search)))
        (card("受給者", "200件まで", table(&list)))
    };
    let data = serde_json::json!({ "recipients": found.iter().map(|r| serde_json::json!({
        "atena_no": r.atena_no, "recipient_no": r.recipient_no, "name": r.name, "kana": r.kana, "status": r.status,
        "valid_from": r.valid_from.to_string(), "valid_to": r.valid_to.map(|d| d.to_string()),
    })).collect::<Vec<_>>() });
    let screen = Screen { title: "受給者".into(), main, asked: "資格".into(), data, ..Screen::default() };
    Ok(Reply::Page(unit.commit(screen).await?))
}
