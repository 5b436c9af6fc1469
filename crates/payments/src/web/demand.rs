//! 返還金: what is owed back, what came in, and the papers.

use crate::model::{Demand, Income};
use crate::usecases::demand::{CHANNELS, receive};
use crate::web::paper;
use crate::{Rules, store};
use kernel::Yen;
use kernel::ident::AtenaNo;
use kernel::time::{wareki, wareki_short};
use maud::html;
use platform::fault::FaultKind;
use platform::{Fault, Unit};
use ports::{Ports, ResidentFacts};
use webkit::components::{
    Action, AsidePanel, Choice, Column, Field, FieldError, Row, Table, Tone, badge, button_row, card, definition_list,
    error_summary, post_form, table,
};
use webkit::{Begun, Call, Reply, Screen};

fn state_badge(call: &Call, d: &Demand) -> maud::Markup {
    match d.state.as_str() {
        "paid" => badge(Tone::Ok, "完納"),
        _ if d.due < call.city.today() => badge(Tone::Bad, "納期限を過ぎた"),
        _ if d.received > Yen::ZERO => badge(Tone::Info, "一部収納"),
        _ => badge(Tone::Warn, "未納"),
    }
}

/// The ledger.
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(call.action, "kodomo.payment").await?;
    let demands = store::demands(&mut unit.tx, call.staff.office()).await?;
    let subjects: Vec<i64> = demands.iter().map(|d| d.subject).collect();
    unit.bulk(&subjects, &["kodomo.payment"]);
    let rows = demands.iter().map(|d| {
        Row::new(vec![
            d.document_no.clone().into(),
            d.title.clone().into(),
            d.debtor.clone().into(),
            d.amount.into(),
            d.received.into(),
            (d.amount - d.received).into(),
            wareki_short(d.due).into(),
            state_badge(&call, d).into(),
        ])
        .opens(format!("/payments/demands/{}", d.id))
    });
    let (due, come): (Yen, Yen) = (demands.iter().map(|d| d.amount).sum(), demands.iter().map(|d| d.received).sum());
    let list = Table {
        caption: "返還金".into(),
        columns: vec![
            Column::text("文書番号"),
            Column::text("件名"),
            Column::text("返還する人"),
            Column::number("返還額"),
            Column::number("収納"),
            Column::number("残り"),
            Column::text("納期限"),
            Column::text("状態"),
        ],
        rows: rows.collect(),
        foot: Some(vec!["合計".into(), "".into(), "".into(), due.into(), come.into(), (due - come).into(), "".into(), "".into()]),
        empty: ("返還金はありません".into(), "返還が決裁されると、ここに並びます。".into()),
        filter: true,
        ..Table::default()
    };
    let data = serde_json::json!({ "demands": demands.iter().map(json).collect::<Vec<_>>() });
    let main = html! {
        (card("返還金", &format!("残り {}", due - come), table(&list)))
        (button_row(&[Action::link("支払へ戻る", "/payments").key("F6")], html! {}))
    };
    let screen = Screen { title: "返還金".into(), main, asked: "返還金".into(), data, ..Screen::default() };
    Ok(Reply::Page(unit.commit(screen).await?))
}

fn json(d: &Demand) -> serde_json::Value {
    serde_json::json!({
        "id": d.id, "origin": d.origin, "title": d.title, "debtor": d.debtor, "amount": d.amount, "received": d.received,
        "document_no": d.document_no, "due": d.due.to_string(), "state": d.state, "closed_on": d.closed_on.map(|c| c.to_string()),
    })
}

/// One demand.
pub async fn show(call: Call, ports: Ports) -> Result<Reply, Fault> {
    let unit = call.look().await?;
    render(&call, unit, &ports, None).await
}

async fn render(call: &Call, mut unit: Unit, ports: &Ports, fault: Option<Fault>) -> Result<Reply, Fault> {
    let d = store::demand(&mut unit.tx, call.staff.office(), call.id("id")?).await?;
    unit.require(d.subject, &["kodomo.payment"]).await?;
    let today = unit.today();
    let person = match AtenaNo::parse(&d.debtor) {
        Ok(number) => ports.residents.person(&mut unit, &number, today).await?,
        Err(_) => None,
    };
    let name = person.map_or_else(String::new, |p| p.name);
    let incomes = store::incomes(&mut unit.tx, d.id).await?;
    let errors: Vec<FieldError> =
        fault.iter().flat_map(|f| &f.fields).map(|f| FieldError { field: f.field.into(), message: f.message.clone() }).collect();
    let error = |name: &str| errors.iter().find(|e| e.field == name).map(|e| e.message.as_str());
    let open = d.state == "open";
    let notice = Action::link("返還決定通知書", &format!("/payments/demands/{}/notice", d.id)).key("F8");
    let notice = if d.own_notice { notice } else { notice.blocked("決定した事務の画面から印刷します") };
    let slip = Action::link("納付書", &format!("/payments/demands/{}/slip", d.id));
    let slip = if open { slip } else { slip.blocked("完納しています") };
    let today = wareki(call.city.today());
    let typed = |name: &str, or: &str| call.form.some(name).unwrap_or(or).to_owned();
    let (on, amount) = (typed("received_on", &today), typed("amount", &(d.amount - d.received).0.to_string()));
    let channel = typed("channel", CHANNELS[0]);
    let choices = CHANNELS.map(|c| Choice { value: c, label: c, note: "" });
    let form = html! {
        (error_summary(&errors))
        (Field::new("received_on", "収納日").required().value(&on).error(error("received_on")).date())
        (Field::new("amount", "収納額").required().value(&amount).hint("一部だけでも登録できます").error(error("amount")).yen())
        (Field::new("channel", "収納方法").required().value(&channel).error(error("channel")).radio(&choices))
        (button_row(&[Action::submit("収納を登録").key("F9").primary()], html! {}))
    };
    let main = html! {
        (card(&d.title, &d.document_no, html! {
            (definition_list(&[
                ("返還する人", html! { (name) div.note { (d.debtor) } }),
                ("返還額", html! { (d.amount) }),
                ("収納", html! { (d.received) }),
                ("残り", html! { (d.amount - d.received) }),
                ("決定日", html! { (wareki(d.decided_on)) }),
                ("納期限", html! { (wareki(d.due)) }),
                ("状態", state_badge(call, &d)),
                ("完納日", html! { @if let Some(day) = d.closed_on { (wareki(day)) } }),
                ("理由", html! { (d.reason) }),
                ("根拠", html! { (d.article) }),
            ]))
            (button_row(&[Action::link("返還金へ戻る", "/payments/demands").key("F6"), notice, slip], html! {}))
        }))
        (card("収納の記録", "", table(&income_list(&incomes))))
        @if open { (card("収納を登録する", "", post_form("income", &format!("/payments/demands/{}/incomes", d.id), false, &call.hidden(), form))) }
    };
    let mut data = json(&d);
    data["name"] = name.into();
    if let Some(fields) = data.as_object_mut() {
        let lines = incomes
            .iter()
            .map(|i| serde_json::json!({ "on": i.received_on.to_string(), "amount": i.amount, "channel": i.channel, "entered_by": i.entered_by }));
        fields.insert("incomes".into(), lines.collect());
        fields.insert("reason".into(), d.reason.clone().into());
        fields.insert("article".into(), d.article.clone().into());
        fields.insert("decided_on".into(), d.decided_on.to_string().into());
    }
    let screen = Screen {
        title: "返還金".into(),
        subtitle: d.document_no.clone(),
        main,
        asked: "返還金".into(),
        aside: vec![AsidePanel::text(
            "納めすぎはありません",
            "残りを超える額は登録できません。最後の1円が入ると完納になり、決定した事務に伝わります。",
        )],
        data,
        status: fault.map_or(0, |_| 422),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

fn income_list(incomes: &[Income]) -> Table {
    let rows = incomes.iter().map(|i| {
        Row::new(vec![wareki_short(i.received_on).into(), i.amount.into(), i.channel.clone().into(), i.entered_by.clone().into()])
    });
    Table {
        caption: "収納の記録".into(),
        columns: vec![Column::text("収納日"), Column::number("収納額"), Column::text("方法"), Column::text("登録した人")],
        rows: rows.collect(),
        empty: ("まだ納められていません".into(), "納付書の領収済通知書か口座への入金が届いたら登録します。".into()),
        ..Table::default()
    }
}

/// Enters money that came in.
pub async fn enter(call: Call, ports: Ports) -> Result<Reply, Fault> {
    match try_enter(&call).await {
        Err(fault) if fault.kind == FaultKind::Invalid && call.key.is_some() => {
            let unit = call.look().await?;
            render(&call, unit, &ports, Some(fault)).await
        }
        other => other,
    }
}

async fn try_enter(call: &Call) -> Result<Reply, Fault> {
    let mut reader = call.form.reader();
    let on = reader.date("received_on", "収納日");
    let amount = reader.yen("amount", "収納額");
    let channel = reader.choice("channel", "収納方法", &CHANNELS);
    reader.finish()?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    unit.permit(call.action, "kodomo.payment").await?;
    let id = call.id("id")?;
    receive(&mut unit, id, on, amount, &channel).await?;
    let to = format!("/payments/demands/{id}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}

/// The demand and its debtor, for a paper. Nothing is sent to a place that may not be shown.
async fn debtor(call: &Call, unit: &mut Unit, ports: &Ports) -> Result<(Demand, ResidentFacts), Fault> {
    let d = store::demand(&mut unit.tx, call.staff.office(), call.id("id")?).await?;
    unit.require(d.subject, &["kodomo.payment"]).await?;
    let number = AtenaNo::parse(&d.debtor).map_err(|_| Fault::missing("返還する人"))?;
    let today = unit.today();
    let person = ports.residents.person(unit, &number, today).await?.ok_or_else(|| Fault::missing("返還する人"))?;
    if person.address.is_none() {
        let why = "送付先の住所を表示できません(支援措置など)。二人の確認による解除の後に印刷できます";
        return Err(Fault::conflict("印刷できません", why));
    }
    Ok((d, person))
}

/// The 返還決定通知書.
pub async fn notice(call: Call, ports: Ports, rules: Rules) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    let (d, person) = debtor(&call, &mut unit, &ports).await?;
    if !d.own_notice {
        return Err(Fault::conflict("通知書はここから印刷できません", "決定した事務の画面から印刷します"));
    }
    let guidance = (rules.instruction)(&call.city)?;
    unit.note(format!("返還決定通知書 {}", d.document_no));
    let (name, at) = (d.document_no.clone(), unit.now());
    let notice = unit.commit(paper::notice(&call.city, &d, &person, guidance)).await?;
    Ok(Reply::File(paper::print(forms::Form::DecisionNotice(notice), &name, at)?))
}

/// The 納付書 over what is still owed.
pub async fn slip(call: Call, ports: Ports) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    let (d, person) = debtor(&call, &mut unit, &ports).await?;
    if d.state != "open" {
        return Err(Fault::conflict("納付書は要りません", "完納しています"));
    }
    unit.note(format!("納付書 {}", d.document_no));
    let (name, at) = (format!("納付書 {}", d.document_no), unit.now());
    let slip = unit.commit(paper::slip(&call.city, &d, &person)).await?;
    Ok(Reply::File(paper::print(forms::Form::PaymentSlip(slip), &name, at)?))
}
