//! The page of a child: 資格, 給付, 世帯, 履歴, 帳票, 閲覧記録.

use super::{lead, number, status_tone};
use crate::child::dossier::Dossier;
use crate::child::model::{DecisionRow, Recipient};
use crate::child::store::{claim as claims, decision as decisions, eligibility as store};
use crate::child::usecases::card::REASONS;
use crate::child::words::{kind_ja, period_ja};
use kernel::Date;
use kernel::decision::Outcome;
use kernel::time::{Period, parse_date, wareki, wareki_short};
use law::child_medical::Eligibility;
use maud::{Markup, html};
use platform::{Fault, Unit};
use ports::{Ports, ResidentFacts};
use webkit::components::{
    Action, AsidePanel, Choice, Column, Field, Member, Moment, MomentKind, Row, Table, Tone, badge, button_row, card,
    decision_card, household_tree, post_form, table,
};
use webkit::frame::TimeTravel;
use webkit::{Call, Reply, Screen};

/// When the page looks, and what was known then.
struct When {
    as_of: Date,
    known: i64,
    travel: TimeTravel,
}

async fn when(call: &Call, unit: &mut Unit, address: &str) -> Result<When, Fault> {
    let today = unit.today();
    let read = |name: &str| call.query.some(name).map(parse_date).transpose();
    let (as_of, known_at, error) = match (read("as_of"), read("known_at")) {
        (Ok(a), Ok(k)) => (a.unwrap_or(today), k.filter(|k| *k < today), None),
        (Err(e), _) | (_, Err(e)) => (today, None, Some(e.to_string())),
    };
    let known = match known_at {
        Some(day) => unit.seq_known_at(day).await?,
        None => store::NOW,
    };
    let travel = TimeTravel {
        as_of: wareki(as_of),
        known_at: known_at.map_or_else(String::new, wareki),
        is_today: as_of == today && known_at.is_none(),
        action: address.to_owned(),
        today_href: address.to_owned(),
        moments: vec![],
        error,
    };
    Ok(When { as_of, known, travel })
}

/// The page.
pub async fn show(call: Call, ports: Ports) -> Result<Reply, Fault> {
    let child = number(&call)?;
    let address = format!("/kodomo/person/{child}");
    let mut unit = call.look().await?;
    let mut when = when(&call, &mut unit, &address).await?;
    let dossier = Dossier::open(&mut unit, &ports, &child, when.as_of, when.known).await?;
    let answer = dossier.judge(when.as_of)?;
    let decided = decisions::of_child(&mut unit.tx, &child).await?;
    let household = match &dossier.person.setai_no {
        Some(no) => ports.residents.household(&mut unit, no, when.as_of).await?,
        None => vec![],
    };
    when.travel.moments = moments(&dossier, &decided, when.as_of, &address);
    let tab = call.query.some("tab").unwrap_or("shikaku").to_owned();
    let main = match tab.as_str() {
        "kyufu" => payments_tab(&mut unit, &child).await?,
        "setai" => card("世帯", "", household_tree(&members(&household, &dossier.person))),
        "rireki" => history_tab(&dossier, &decided),
        "chohyo" => papers_tab(&call, &dossier, &decided),
        "etsuran" => card(
            "閲覧記録",
            "",
            html! { p { "この人の記録を誰がいつ見たかは、本人の請求により個人情報保護担当が開示します。この画面を開いたことも記録されます。" } },
        ),
        _ => eligibility_tab(&dossier, &answer, &child.to_string()),
    };
    let related = household.iter().filter(|m| m.atena_no != child).map(|m| {
        (format!("{} {}", m.relation.as_deref().unwrap_or_default(), m.name), Some(format!("/kodomo/person/{}", m.atena_no)))
    });
    let current = dossier.current();
    let data = serde_json::json!({
        "atena_no": child.as_str(),
        "name": dossier.person.name,
        "status": current.map(|r| r.status.clone()),
        "recipient_no": current.map(|r| r.recipient_no.clone()),
        "valid_from": current.map(|r| r.valid_from.to_string()),
        "valid_to": current.and_then(|r| r.valid_to).map(|d| d.to_string()),
        "share": answer.share().map(|s| s.label_ja()),
        "decision": answer.decision,
        "cards": dossier.cards.iter().map(|c| serde_json::json!({
            "id": c.id, "valid_from": c.valid_from.to_string(), "valid_to": c.valid_to.to_string(), "collected": c.collected_on.is_some(),
        })).collect::<Vec<_>>(),
        "decisions": decided.iter().map(|d| serde_json::json!({
            "id": d.id, "kind": d.kind, "outcome": d.outcome, "document_no": d.document_no, "review": d.review,
        })).collect::<Vec<_>>(),
    });
    let screen = Screen {
        title: "子ども医療の資格".into(),
        lead: Some(lead(&dossier, when.as_of, &tab)),
        main,
        aside: vec![
            AsidePanel::links("関係する人", &related.collect::<Vec<_>>()),
            AsidePanel::text("お知らせ", &news(&dossier)),
            AsidePanel::actions("番号法による確認", &[Action::link("個人番号を確認する", &format!("{address}/number"))]),
        ],
        asked: "資格・保険・所得区分".into(),
        incidental: if household.is_empty() { String::new() } else { format!("世帯員の氏名({}人)", household.len()) },
        time_travel: Some(when.travel),
        data,
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

fn news(d: &Dossier) -> String {
    match (d.cards.iter().find(|c| c.collected_on.is_none()), d.waiting()) {
        (_, Some(a)) => format!("{} の交付申請が決定を待っています。", wareki(a.applied_on)),
        (Some(c), None) => format!("医療証の有効期限は {} です。年次更新の対象です。", wareki(c.valid_to)),
        (None, None) => "医療証は交付されていません。".into(),
    }
}

fn moments(d: &Dossier, decided: &[DecisionRow], as_of: Date, address: &str) -> Vec<Moment> {
    let mut all: Vec<(Date, String)> = vec![];
    all.extend(d.person.birth.exact().map(|b| (b, "出生".to_owned())));
    all.extend(d.insurances.iter().skip(1).map(|i| (i.valid_from, "保険変更".to_owned())));
    all.extend(decided.iter().map(|x| (x.decided_on, kind_ja(&x.kind).to_owned())));
    all.extend(d.person.removed_on.map(|r| (r, "消除".to_owned())));
    all.push((as_of, "基準日".to_owned()));
    all.sort();
    all.dedup();
    let moment = |(day, label): (Date, String)| Moment {
        kind: if label == "基準日" { MomentKind::Chosen } else { MomentKind::Event },
        href: Some(format!("{address}?as_of={day}")),
        date: wareki_short(day),
        label,
        note: String::new(),
    };
    all.into_iter().map(moment).collect()
}

fn eligibility_tab(d: &Dossier, answer: &Eligibility, no: &str) -> Markup {
    let period = answer.period().map_or_else(|| "資格のある期間なし".to_owned(), |p| period_ja(&p));
    let share = answer.share().map_or_else(String::new, |s| format!("府市区分 {}", s.label_ja()));
    let mut acts = vec![];
    match (d.waiting(), d.current().map(|r| r.status.as_str())) {
        (Some(a), _) => {
            acts.push(Action::link("医療証の交付を起案", &format!("/kodomo/applications/{}", a.id)).key("F9").primary())
        }
        (None, Some("受給中" | "停止中")) => {
            acts.push(Action::link("医療証の再交付", &format!("/kodomo/person/{no}?tab=chohyo")).key("F9").primary());
        }
        (None, _) => acts.push(Action::link("交付申請を受け付ける", &format!("/kodomo/apply/{no}")).key("F9").primary()),
    }
    let note = if answer.decision.outcome == Outcome::Unclear { "確かめる事実があります" } else { &share };
    let base = format!("/kodomo/person/{no}");
    if d.current().is_some_and(|r| r.status != "喪失") {
        let label =
            if d.current().is_some_and(|r| r.status == "停止中") { "停止解除を起案" } else { "停止を起案" };
        acts.push(Action::link(label, &format!("{base}/suspend")).key("F7"));
    }
    if let Some(id) = d.current().and_then(|r| r.decision_id) {
        acts.push(Action::link("通知書を印刷", &format!("/kodomo/decisions/{id}/print")).key("F8").file());
    }
    for (label, part) in
        [("保険を登録", "insurance"), ("所得を登録", "income"), ("他制度を登録", "relief"), ("申立書を登録", "school")]
    {
        acts.push(Action::link(label, &format!("{base}/{part}")));
    }
    let decision = decision_card("判定", &period, note, &answer.decision, button_row(&acts, html! {}));
    html! {
        (decision)
        (card("資格", "", stretches(&d.recipients)))
        (evidence(d))
    }
}

fn stretches(rows: &[Recipient]) -> Markup {
    let row = |r: &Recipient| {
        let why = [r.lost_reason.as_deref(), r.suspend_reason.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let lost = r.lost_on.map_or_else(String::new, |d| {
            format!("喪失日 {} 使える最後の日 {}", wareki_short(d), r.last_valid_day.map_or_else(String::new, wareki_short))
        });
        Row::new(vec![
            r.recipient_no.clone().into(),
            badge(status_tone(&r.status), &r.status).into(),
            period_ja(&Period { from: r.valid_from, to: r.valid_to }).into(),
            webkit::components::Cell::from(r.acquired_reason.clone()).second_line(r.change_reason.clone()),
            webkit::components::Cell::from(why).second_line(lost),
            r.bearer_no.clone().into(),
        ])
    };
    table(&Table {
        caption: "資格".into(),
        columns: ["受給者番号", "状態", "期間", "取得事由", "停止・喪失", "公費負担者番号"].map(Column::text).to_vec(),
        rows: rows.iter().map(row).collect(),
        empty: ("資格の記録はありません".into(), "申請を受け付けて決裁されると、ここに載ります。".into()),
        ..Table::default()
    })
}

fn evidence(d: &Dossier) -> Markup {
    let insurance = d.insurances.iter().map(|i| {
        Row::new(vec![
            i.class.clone().into(),
            webkit::components::Cell::from(i.insurer_name.clone()).second_line(i.insurer_no.clone()),
            period_ja(&Period { from: i.valid_from, to: i.valid_to }).into(),
            if i.additional { badge(Tone::Info, "附加給付あり").into() } else { "なし".into() },
            wareki_short(i.checked_on).into(),
        ])
    });
    let incomes = d.incomes.iter().map(|i| {
        let amount = if i.sign == "未申告" { "未申告".to_owned() } else { i.net.to_string() };
        let cells = vec![
            i.role.clone().into(),
            format!("令和{}年度", i.fiscal_year - 2018).into(),
            amount.into(),
            i.income_limit.into(),
            i.sign.clone().into(),
        ];
        Row::new(cells)
    });
    let reliefs = d.reliefs.iter().map(|r| {
        Row::new(vec![
            r.kind.clone().into(),
            period_ja(&Period { from: r.valid_from, to: r.valid_to }).into(),
            wareki_short(r.checked_on).into(),
        ])
    });
    let list = |caption: &str, columns: &[&str], rows: Vec<Row>, why: &str| {
        table(&Table {
            caption: caption.into(),
            columns: columns.iter().map(|c| Column::text(c)).collect(),
            rows,
            empty: (format!("{caption}の記録はありません"), why.into()),
            ..Table::default()
        })
    };
    html! {
        (card("医療保険", "", list("医療保険", &["種別", "保険者", "期間", "附加給付", "確認日"], insurance.collect(), "資格確認書などを見て登録します。")))
        (card("所得", "府市区分のために確かめます", list("所得", &["対象者", "年度", "控除後所得", "基準額", "判定"], incomes.collect(), "同意のある保護者の所得を登録します。")))
        (card("他制度・生活保護", "", list("他制度", &["制度", "期間", "確認日"], reliefs.collect(), "照会した結果、該当がないときも確認日を残します。")))
    }
}

async fn payments_tab(unit: &mut Unit, child: &kernel::ident::AtenaNo) -> Result<Markup, Fault> {
    let all = claims::of_child(&mut unit.tx, child).await?;
    let rows = all.iter().map(|c| {
        let amount = c.granted.map_or_else(String::new, |a| a.to_string());
        let cells = vec![
            c.document_no.clone().into(),
            wareki_short(c.claimed_on).into(),
            c.own_charge.into(),
            amount.into(),
            badge(status_tone(&c.state), &c.state).into(),
        ];
        Row::new(cells).opens(format!("/kodomo/claims/{}", c.id))
    });
    let list = Table {
        caption: "償還払い".into(),
        columns: vec![
            Column::text("申請書番号"),
            Column::text("申請日"),
            Column::number("支払った額"),
            Column::number("支給額"),
            Column::text("状態"),
        ],
        rows: rows.collect(),
        empty: ("償還払いの請求はありません".into(), "府外の受診などで支払ったとき、ここから請求できます。".into()),
        ..Table::default()
    };
    let acts = [Action::link("償還払いを受け付ける", &format!("/kodomo/person/{child}/claim")).key("F9").primary()];
    Ok(card("償還払い", "", html! { (table(&list)) (button_row(&acts, html! {})) }))
}

fn members(household: &[ResidentFacts], current: &ResidentFacts) -> Vec<Member> {
    let one = |m: &ResidentFacts| Member {
        relation: m.relation.clone().unwrap_or_default(),
        name: m.name.clone(),
        note: m.birth.to_string(),
        badge: None,
        href: (m.atena_no != current.atena_no).then(|| format!("/kodomo/person/{}", m.atena_no)),
        current: m.atena_no == current.atena_no,
        under: vec![],
    };
    household.iter().map(one).collect()
}

fn history_tab(d: &Dossier, decided: &[DecisionRow]) -> Markup {
    let rows = decided.iter().map(|x| {
        let review = if x.review.is_empty() {
            html! {}
        } else {
            badge(Tone::Warn, &x.review)
        };
        let cells = vec![
            wareki_short(x.decided_on).into(),
            kind_ja(&x.kind).into(),
            x.outcome.clone().into(),
            x.document_no.clone().into(),
            webkit::components::Cell::from(x.decided_by.clone()).second_line(format!("起案 {}", x.drafted_by)),
            review.into(),
        ];
        Row::new(cells).opens(format!("/kodomo/decisions/{}", x.id))
    });
    let notices = d.notices.iter().map(|n| {
        Row::new(vec![
            wareki_short(n.effective).into(),
            n.reason.clone().into(),
            n.planned.map_or_else(String::new, wareki_short).into(),
            n.state.clone().into(),
        ])
        .opens(format!("/kodomo/notices/{}", n.id))
    });
    html! {
        (card("決定", "", table(&Table {
            caption: "決定".into(),
            columns: ["決定日", "種類", "結果", "文書番号", "決裁", "見直し"].map(Column::text).to_vec(),
            rows: rows.collect(),
            empty: ("決定はまだありません".into(), String::new()),
            ..Table::default()
        })))
        (card("住民異動の通知", "市民課の記録", table(&Table {
            caption: "住民異動の通知".into(),
            columns: ["異動日", "事由", "転出予定日", "処理"].map(Column::text).to_vec(),
            rows: notices.collect(),
            empty: ("通知はありません".into(), String::new()),
            ..Table::default()
        })))
    }
}

fn papers_tab(call: &Call, d: &Dossier, decided: &[DecisionRow]) -> Markup {
    let cards = d.cards.iter().map(|c| {
        let back = match c.collected_on {
            Some(day) => html! { (c.collected_how.as_deref().unwrap_or_default()) " " (wareki_short(day)) },
            None => {
                let mut hidden = call.hidden_owned();
                hidden.push(("how".into(), "返還".into()));
                Action::post("回収を登録", &format!("/kodomo/cards/{}/collect", c.id), hidden).render()
            }
        };
        Row::new(vec![
            c.form_kind.clone().into(),
            webkit::components::Cell::from(c.reissue.clone()).second_line(c.issue_reason.clone()),
            format!("{} 〜 {}", wareki_short(c.valid_from), wareki_short(c.valid_to)).into(),
            wareki_short(c.issued_on).into(),
            Action::link("印刷", &format!("/kodomo/cards/{}/print", c.id)).file().render().into(),
            back.into(),
        ])
    });
    let notices = decided.iter().map(|x| {
        Row::new(vec![
            kind_ja(&x.kind).into(),
            x.document_no.clone().into(),
            wareki_short(x.decided_on).into(),
            Action::link("印刷", &format!("/kodomo/decisions/{}/print", x.id)).file().render().into(),
        ])
    });
    html! {
        @if d.cards.iter().any(|c| c.collected_on.is_none()) {
            (card("再交付", "係長が決裁すると、新しい医療証ができます", post_form("reissue", &format!("/kodomo/person/{}/reissue", d.person.atena_no), false, &call.hidden(), html! {
                (Field::new("reason", "交付の事由").required().value("紛失").select(&REASONS.iter().map(|r| Choice::new(r, r)).collect::<Vec<_>>()))
                (button_row(&[Action::submit("医療証の再交付を起案").key("F9")], html! {}))
            })))
        }
        (card("医療証", "", table(&Table {
            caption: "医療証".into(),
            columns: ["帳票", "発行", "有効期間", "交付日", "印刷", "回収"].map(Column::text).to_vec(),
            rows: cards.collect(),
            empty: ("医療証は交付されていません".into(), String::new()),
            ..Table::default()
        })))
        (card("決定通知書", "", table(&Table {
            caption: "決定通知書".into(),
            columns: ["種類", "文書番号", "決定日", "印刷"].map(Column::text).to_vec(),
            rows: notices.collect(),
            empty: ("決定通知書はありません".into(), String::new()),
            ..Table::default()
        })))
    }
}
