//! The official masters of names: what is imported, and taking one in.

use crate::names::label_ja;
use crate::store::master as store;
use crate::usecases::receive::Received;
use crate::usecases::receive_master::receive;
use kernel::time::{civil, wareki, wareki_short};
use maud::html;
use platform::fault::FaultKind;
use platform::{Fault, Unit};
use webkit::components::{
    Action, AsidePanel, Column, Field, FieldError, Row, Table, Tone, badge, button_row, card, error_summary, post_form, table,
};
use webkit::{Begun, Call, Reply, Screen};

const LIST: &str = "/claims/masters";

/// The list.
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let unit = call.look().await?;
    render(&call, unit, None).await
}

async fn render(call: &Call, mut unit: Unit, fault: Option<Fault>) -> Result<Reply, Fault> {
    unit.permit(kernel::access::Action::Look, "kodomo.receipt").await?;
    let masters = store::list(&mut unit.tx).await?;
    let errors: Vec<FieldError> =
        fault.iter().flat_map(|f| &f.fields).map(|f| FieldError { field: f.field.into(), message: f.message.clone() }).collect();
    let error = |name: &str| errors.iter().find(|e| e.field == name).map(|e| e.message.as_str());
    let rows = masters.iter().map(|m| {
        let state = match m.state.as_str() {
            "visible" => badge(Tone::Ok, "取込み済"),
            "refused" => badge(Tone::Bad, "取込み拒否"),
            _ => badge(Tone::Info, "取込み中"),
        };
        let row = Row::new(vec![
            label_ja(&m.kind).into(),
            wareki_short(m.valid_from).into(),
            m.name.clone().into(),
            m.rows.into(),
            html! { (state) " " (m.message) }.into(),
            html! { (wareki_short(civil(m.imported_at))) " " (m.imported_by) }.into(),
        ]);
        match m.job_id {
            Some(job) => row.opens(format!("/jobs/{job}")),
            None => row,
        }
    });
    let list = Table {
        caption: "取り込んだマスター".into(),
        columns: vec![
            Column::text("マスター"),
            Column::text("適用日"),
            Column::text("ファイル"),
            Column::number("件数"),
            Column::text("状態"),
            Column::text("取込み"),
        ],
        rows: rows.collect(),
        empty: (
            "マスターはまだありません".into(),
            "取り込むまで、レセプトには名称の代わりにコードと「名称未取込」を表示します。".into(),
        ),
        filter: true,
        ..Table::default()
    };
    let from = call.form.some("valid_from").map_or_else(|| wareki(call.city.today()), str::to_owned);
    let body = html! {
        (error_summary(&errors))
        (Field::new("valid_from", "適用日").required().value(&from).hint("この日以後の診療に、この名称を使います").error(error("valid_from")).date())
        (Field::new("file", "基本マスターのCSV").required().hint("傷病名・修飾語・医科診療行為・医薬品・特定器材・コメント。いくつでも一度に選べます").error(error("file")).files(".csv,.CSV,.txt,.TXT"))
        (button_row(&[Action::submit("取り込む").key("F9").primary(), Action::link("レセプトへ戻る", "/claims").key("F6")], html! {}))
    };
    let main = html! {
        (card("マスターを取り込む", "支払基金の公式CSVをそのまま選びます", post_form("masters", LIST, true, &call.hidden(), body)))
        (card("取り込んだマスター", "", table(&list)))
    };
    let data = serde_json::json!({ "masters": masters.iter().map(|m| serde_json::json!({
        "kind": m.kind, "valid_from": m.valid_from.to_string(), "name": m.name, "rows": m.rows, "state": m.state, "message": m.message, "imported_by": m.imported_by,
    })).collect::<Vec<_>>() });
    let screen = Screen {
        title: "基本マスター".into(),
        main,
        aside: vec![AsidePanel::text(
            "名称のためだけに使います",
            "点数や金額の計算には使いません。診療月の末日に適用中の、いちばん新しいマスターの名称を表示します。",
        )],
        data,
        status: fault.map_or(0, |_| 422),
        refresh: masters.iter().any(|m| m.state == "received").then_some(5),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Receives masters.
pub async fn upload(call: Call) -> Result<Reply, Fault> {
    match try_upload(&call).await {
        Err(fault) if fault.kind == FaultKind::Invalid && call.key.is_some() => {
            let unit = call.look().await?;
            render(&call, unit, Some(fault)).await
        }
        other => other,
    }
}

async fn try_upload(call: &Call) -> Result<Reply, Fault> {
    let mut reader = call.form.reader();
    let valid_from = reader.date("valid_from", "適用日");
    if call.uploads.is_empty() {
        reader.problem("file", "取り込むファイルを選んでください");
    }
    reader.finish()?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    unit.permit(call.action, "kodomo.receipt").await?;
    let mut new = 0;
    for upload in &call.uploads {
        let received = receive(&mut unit, valid_from, &upload.name, &upload.body).await?;
        new += usize::from(matches!(received, Received::New(_)));
    }
    unit.note(format!("claims.masters: {new} new of {}", call.uploads.len()));
    unit.commit_as((), LIST).await?;
    Ok(Reply::See(LIST.into()))
}
