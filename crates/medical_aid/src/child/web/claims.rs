//! 償還払い: the list, the form, and the months with 自動償還.

use super::apply::{account_fields, read_account};
use super::{error, errors, lead, number, status_tone};
use crate::child::dossier::Dossier;
use crate::child::store::{claim as claims, eligibility as store};
use crate::child::usecases::apply_claim::{self, Benefit, KINDS, NewClaim, NewLine};
use crate::child::usecases::refund;
use kernel::Yen;
use kernel::ident::AtenaNo;
use kernel::time::{Date, parse_date, wareki, wareki_short};
use law::child_medical::Due;
use maud::html;
use platform::fault::FaultKind;
use platform::{Fault, Unit};
use ports::Ports;
use webkit::components::{
    Action, AsidePanel, Choice, Column, Field, Row, Table, badge, button_row, card, error_summary, field_group, post_form, table,
};
use webkit::form::Reader;
use webkit::{Begun, Call, Reply, Screen};

const BENEFITS: &[Choice] =
    &[Choice::new("なし", "なし"), Choice::new("決定待ち", "保険者の決定待ち"), Choice::new("決定", "決定済")];
const CARES: &[Choice] = &[Choice::new("医科", "医科"), Choice::new("歯科", "歯科"), Choice::new("調剤", "調剤")];
const PLACES: &[Choice] = &[Choice::new("外来", "外来"), Choice::new("入院", "入院")];

/// The list.
pub async fn list(call: Call, _: Ports) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(call.action, "kodomo.claim").await?;
    let all = claims::open(&mut unit.tx).await?;
    let refunds = claims::refunds(&mut unit.tx).await?;
    unit.bulk(&all.iter().map(|c| c.subject).chain(refunds.iter().map(|r| r.subject)).collect::<Vec<_>>(), &["kodomo.claim"]);
    let rows = all.iter().map(|c| {
        let granted = c.granted.map_or_else(String::new, |a| a.to_string());
        let cells = vec![
            c.document_no.clone().into(),
            c.recipient_no.clone().into(),
            c.aid_kind.clone().into(),
            wareki_short(c.claimed_on).into(),
            c.own_charge.into(),
            granted.into(),
            badge(status_tone(&c.state), &c.state).into(),
            c.hold_reason.clone().unwrap_or_default().into(),
        ];
        Row::new(cells).opens(format!("/kodomo/claims/{}", c.id))
    });
    let list = Table {
        caption: "償還払い".into(),
        columns: vec![
            Column::text("申請書番号"),
            Column::text("受給者番号"),
            Column::text("区分"),
            Column::text("申請日"),
            Column::number("支払った額"),
            Column::number("支給額"),
            Column::text("状態"),
            Column::text("待っていること"),
        ],
        rows: rows.collect(),
        empty: ("償還払いの請求はありません".into(), "子の画面の「給付」から受け付けます。".into()),
        filter: true,
        ..Table::default()
    };
    let months = refunds.iter().map(|r| {
        let cells =
            vec![r.care_month.wareki().into(), r.recipient_no.clone().into(), r.paid.into(), r.excess.into(), r.granted.into()];
        Row::new(cells).opens(format!("/kodomo/refunds/{}", r.id))
    });
    let auto = Table {
        caption: "自動償還".into(),
        columns: vec![
            Column::text("診療年月"),
            Column::text("受給者番号"),
            Column::number("自己負担の計"),
            Column::number("上限を超えた額"),
            Column::number("償還済"),
        ],
        rows: months.collect(),
        empty: ("自動償還はありません".into(), "月の上限を超えた人が見つかると、ここに並びます。".into()),
        ..Table::default()
    };
    let data = serde_json::json!({
        "claims": all.iter().map(|c| serde_json::json!({
            "id": c.id, "document_no": c.document_no, "state": c.state, "own_charge": c.own_charge, "granted": c.granted,
        })).collect::<Vec<_>>(),
        "refunds": refunds.iter().map(|r| serde_json::json!({
            "id": r.id, "recipient_no": r.recipient_no, "care_month": r.care_month.compact(), "paid": r.paid, "excess": r.excess,
            "granted": r.granted, "state": r.state,
        })).collect::<Vec<_>>(),
    });
    let main = html! { (card("償還払い", "待っているものが先", table(&list))) (card("自動償還", "医療機関をまたぐ月の上限", table(&auto))) };
    let screen = Screen { title: "償還払い".into(), main, asked: "償還払い".into(), data, ..Screen::default() };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// The empty form.
pub async fn form(call: Call, ports: Ports) -> Result<Reply, Fault> {
    let unit = call.look().await?;
    render(&call, &ports, unit, None).await
}

async fn render(call: &Call, ports: &Ports, mut unit: Unit, fault: Option<Fault>) -> Result<Reply, Fault> {
    let child = number(call)?;
    let today = unit.today();
    let dossier = Dossier::open(&mut unit, ports, &child, today, store::NOW).await?;
    let problems = errors(fault.as_ref());
    let e = |name: &str| error(&problems, name);
    let f = &call.form;
    let t = |name: &str| f.text(name).to_owned();
    let kinds: Vec<Choice> = KINDS.iter().map(|k| Choice::new(k, k)).collect();
    let guardian = dossier.applications.first().map(|a| a.guardian_no.clone()).unwrap_or_default();
    let applicant = f.some("applicant").map_or(guardian, str::to_owned);
    let claimed = f.some("claimed_on").map_or_else(|| wareki(today), str::to_owned);
    let ward = f.some("ward").or(dossier.person.ward.as_deref()).unwrap_or("本庁").to_owned();
    let body = html! {
        (error_summary(&problems))
        (field_group("請求", html! {
            (Field::new("applicant", "申請者の宛名番号").required().value(&applicant).error(e("applicant")).digits())
            (Field::new("aid_kind", "療養費の区分").value(f.some("aid_kind").unwrap_or("府外受診")).error(e("aid_kind")).select(&kinds))
            (Field::new("claimed_on", "申請日").required().value(&claimed).error(e("claimed_on")).date())
            (Field::new("receipt_on", "最後に支払った日").required().value(&t("receipt_on")).error(e("receipt_on")).date())
            (Field::new("ward", "受付区").required().value(&ward).error(e("ward")).text())
        }))
        (field_group("領収書", html! {
            (Field::new("institution", "医療機関コード又は名称").required().value(&t("institution")).error(e("institution")).text())
            (Field::new("care_kind", "診療区分").value(f.some("care_kind").unwrap_or("医科")).error(e("care_kind")).select(CARES))
            (Field::new("place", "入院・外来").value(f.some("place").unwrap_or("外来")).error(e("place")).select(PLACES))
            (Field::new("days", "受診日").required().value(&t("days")).hint("同じ月の日。空白で区切る").error(e("days")).wide().text())
            (Field::new("charge", "保険診療の支払額").required().value(&t("charge")).error(e("charge")).yen())
            (Field::new("daily", "日ごとの支払額").value(&t("daily")).hint("日ごとに領収書があるとき、受診日の順に空白で区切る").error(e("daily")).wide().text())
            (Field::new("meal_unit", "食事の単価").value(&t("meal_unit")).error(e("meal_unit")).yen())
            (Field::new("meal_count", "食事の回数").short().value(&t("meal_count")).error(e("meal_count")).digits())
            (Field::new("uninsured", "保険外の支払額").value(&t("uninsured")).error(e("uninsured")).yen())
            (Field::new("total_cost", "総医療費").required().value(&t("total_cost")).error(e("total_cost")).yen())
        }))
        (field_group("保険者の給付", html! {
            (Field::new("high_cost_state", "高額療養費").value(f.some("high_cost_state").unwrap_or("なし")).error(e("high_cost_state")).select(BENEFITS))
            (Field::new("high_cost", "高額療養費の額").value(&t("high_cost")).error(e("high_cost")).yen())
            (Field::new("additional_state", "附加給付").value(f.some("additional_state").unwrap_or("なし")).error(e("additional_state")).select(BENEFITS))
            (Field::new("additional", "附加給付の額").value(&t("additional")).error(e("additional")).yen())
        }))
        (field_group("振込先(空欄なら申請時の口座)", account_fields(f, &problems)))
        (button_row(&[Action::submit("請求を受け付ける").key("F9").primary(), Action::link("戻る", &format!("/kodomo/person/{child}?tab=kyufu")).key("F6")], html! {}))
    };
    let path = format!("/kodomo/person/{child}/claim");
    let screen = Screen {
        title: "償還払いの受付".into(),
        lead: Some(lead(&dossier, today, "kyufu")),
        main: card("償還払いの請求", "", post_form("claim", &path, false, &call.hidden(), body)),
        aside: vec![AsidePanel::text(
            "保険者の給付が先です",
            "高額療養費と附加給付が決まるまでは保留になります。決まっていないときは「保険者の決定待ち」を選んでください。",
        )],
        asked: "償還払い・口座".into(),
        data: serde_json::json!({ "atena_no": child.as_str() }),
        status: fault.map_or(0, |_| 422),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

fn benefit(r: &mut Reader<'_>, state: &'static str, amount: &'static str, label: &str) -> Benefit {
    match r.choice(state, label, &["なし", "決定待ち", "決定"]).as_str() {
        "決定待ち" => Benefit::Waiting,
        "決定" => Benefit::Decided(r.yen(amount, label)),
        _ => Benefit::None,
    }
}

fn read_line(call: &Call, r: &mut Reader<'_>) -> NewLine {
    let institution = r.text("institution", "医療機関");
    let care_kind = r.choice("care_kind", "診療区分", &["医科", "歯科", "調剤"]);
    let inpatient = r.choice("place", "入院・外来", &["入院", "外来"]) == "入院";
    let text = r.text("days", "受診日");
    let mut days: Vec<Date> = vec![];
    for word in text.split([' ', '　', '、', ',']).filter(|w| !w.is_empty()) {
        match parse_date(word) {
            Ok(day) => days.push(day),
            Err(e) => r.problem("days", format!("受診日: {e}")),
        }
    }
    days.sort_unstable();
    days.dedup();
    let mut daily = vec![];
    for word in call.form.text("daily").split([' ', '　', '、']).filter(|w| !w.is_empty()) {
        match word.replace([',', '円'], "").parse::<i64>() {
            Ok(n) if n >= 0 => daily.push(Yen(n)),
            _ => r.problem("daily", "日ごとの支払額は0以上の整数で入力してください"),
        }
    }
    let charge = r.yen("charge", "保険診療の支払額");
    let meal = r.optional_yen("meal_unit", "食事の単価");
    let count = call.form.some("meal_count").map_or(0, |_| r.number("meal_count", "食事の回数", 0, 300));
    NewLine {
        name: institution.clone(),
        institution,
        care_kind,
        inpatient,
        days,
        daily: (!daily.is_empty()).then_some(daily),
        charge,
        meals: meal.filter(|_| count > 0).map(|unit| ("一般食".to_owned(), unit, count)),
        uninsured: r.optional_yen("uninsured", "保険外の支払額").unwrap_or(Yen::ZERO),
    }
}

/// Takes the claim.
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
    let mut r = call.form.reader();
    let applicant = r.parsed("applicant", "申請者", AtenaNo::parse);
    let aid_kind = r.choice("aid_kind", "療養費の区分", KINDS);
    let claimed_on = r.date("claimed_on", "申請日");
    let receipt_on = r.date("receipt_on", "最後に支払った日");
    let ward = r.text("ward", "受付区");
    let line = read_line(call, &mut r);
    let total_cost = r.yen("total_cost", "総医療費");
    let high_cost = benefit(&mut r, "high_cost_state", "high_cost", "高額療養費");
    let additional = benefit(&mut r, "additional_state", "additional", "附加給付");
    let account = read_account(&call.form, &mut r);
    r.finish()?;
    let Some(applicant) = applicant else { return Err(Fault::field("applicant", "申請者を入力してください")) };
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    let new = NewClaim {
        child,
        applicant,
        aid_kind,
        claimed_on,
        receipt_on,
        ward,
        reception_kind: "窓口".into(),
        total_cost,
        high_cost,
        additional,
        account,
        lines: vec![line],
    };
    let id = apply_claim::run(&mut unit, ports, &new).await?;
    let to = format!("/kodomo/claims/{id}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}

/// A month of 自動償還.
pub async fn refund_page(call: Call, ports: Ports) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    let row = claims::refund_by_id(&mut unit.tx, call.id("id")?).await?;
    let child = crate::child::usecases::decide::child_of(&row.atena_no)?;
    let today = unit.today();
    let dossier = Dossier::open(&mut unit, &ports, &child, today, store::NOW).await?;
    let settlement = refund::settle(call.city.profile(), &row)?;
    let path = format!("/kodomo/refunds/{}/draft", row.id);
    let (result, act) = match settlement.due {
        Due::Pay(amount) => {
            (format!("償還 {amount}"), Action::post("自動償還を起案", &path, call.hidden_owned()).key("F9").primary())
        }
        Due::Recover(amount) => {
            (format!("返還 {amount}"), Action::post("返還を起案", &path, call.hidden_owned()).key("F9").danger())
        }
        Due::Nothing => ("償還も返還もありません".to_owned(), Action::submit("起案").blocked("処理済みです")),
    };
    let act = if row.state == "drafted" { Action::submit("起案").blocked("決裁を待っています") } else { act };
    let acts = [act, Action::link("戻る", "/kodomo/claims").key("F6")];
    let heading = format!("{}分の自動償還", row.care_month.wareki());
    let screen = Screen {
        title: "自動償還".into(),
        lead: Some(lead(&dossier, today, "kyufu")),
        main: webkit::components::decision_card(&heading, &result, "", &settlement.decision, button_row(&acts, html! {})),
        asked: "自己負担の計".into(),
        data: serde_json::json!({ "id": row.id, "state": row.state, "paid": row.paid, "excess": row.excess, "granted": row.granted }),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Drafts what is due for a month.
pub async fn refund_draft(call: Call, _: Ports) -> Result<Reply, Fault> {
    let id = call.id("id")?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    refund::draft(&mut unit, id).await?;
    let to = format!("/kodomo/refunds/{id}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}
