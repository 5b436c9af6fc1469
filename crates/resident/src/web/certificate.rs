//! The certificate desk.

use super::{card_of, number_of};
use crate::store;
use crate::usecases::issue_certificate::{Asked, Issued, answer, issue as issue_paper};
use crate::usecases::release::draft as draft_release;
use kernel::ident::AtenaNo;
use law::resident::juminhyo::{Item, Purpose, Requester};
use maud::{Markup, html};
use platform::{Fault, Unit, file, subject};
use webkit::components::{Action, AsidePanel, Choice, Field, Tone, button_row, card, decision_card, hidden, message, post_form};
use webkit::{Begun, Call, Download, Reply, Screen};

const REQUESTERS: [(&str, Requester); 7] = [
    ("person", Requester::Person),
    ("household", Requester::HouseholdMember),
    ("statutory", Requester::StatutoryAgent),
    ("agent", Requester::Agent),
    ("public", Requester::PublicBody),
    ("third", Requester::ThirdParty),
    ("professional", Requester::Professional),
];

const ITEMS: [(&str, Item); 5] = [
    ("relationship", Item::Relationship),
    ("koseki", Item::Koseki),
    ("foreign", Item::Foreign),
    ("my_number", Item::IndividualNumber),
    ("code", Item::ResidentCode),
];

fn asked(call: &Call) -> Result<Asked, Fault> {
    let form = if call.form.names().next().is_some() { &call.form } else { &call.query };
    let requester = REQUESTERS.iter().find(|(code, _)| *code == form.text("requester")).map_or(Requester::Person, |(_, r)| *r);
    Ok(Asked {
        number: number_of(call)?,
        household: form.text("extent") == "household",
        requester,
        identity_checked: form.ticked("identity"),
        authority_shown: form.ticked("authority"),
        items: ITEMS.iter().filter(|(code, _)| form.all("items").iter().any(|v| v == code)).map(|(_, i)| *i).collect(),
        purpose: if form.ticked("reason") { Purpose::Sufficient } else { Purpose::NotStated },
        opponent: form.ticked("opponent"),
    })
}

/// The desk: who asks, for what, and what the law answers.
pub async fn form(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    let asked = asked(&call)?;
    let (answer, person, id) = answer(&mut unit, &asked).await?;
    let choices: Vec<Choice<'_>> =
        REQUESTERS.iter().map(|(code, r)| Choice { value: code, label: r.label_ja(), note: "" }).collect();
    let items: Vec<Choice<'_>> = ITEMS.iter().map(|(code, i)| Choice { value: code, label: i.label_ja(), note: "" }).collect();
    let path = format!("{}/certificate", card_of(&asked.number));
    let shut = subject::is_protected(&mut unit.tx, id).await?;
    let body = html! {
        (Field::new("requester", "請求者").required().value("person").radio(&choices))
        (Field::new("extent", "範囲").required().value("person").radio(&[
            Choice { value: "person", label: "本人だけ", note: "" },
            Choice { value: "household", label: "世帯全員", note: "" },
        ]))
        (Field::new("items", "載せる項目").hint("選ばない項目は省略します").checkboxes(&items, &[]))
        (Field::new("identity", "本人確認をした").checkbox(false))
        (Field::new("authority", "委任状・資格を確かめた").checkbox(false))
        (Field::new("reason", "請求の理由を確かめた").checkbox(false))
        (Field::new("opponent", "支援措置の相手方に当たる").checkbox(false))
        (button_row(&[Action::submit("交付する").key("F8").primary(), Action::link("戻る", &card_of(&asked.number)).key("F6")], html! {}))
    };
    let main = html! {
        (card("住民票の写し", &person.name, post_form("certificate", &path, false, &call.hidden(), body)))
        @if shut { (release_card(&call, &asked.number)) }
        (decision_card("いまの条件での判定", answer.decision.outcome.label_ja(), "窓口の案内用。交付するときにもう一度判定します", &answer.decision, html! {}))
    };
    let screen = Screen {
        title: "証明書の交付".into(),
        main,
        asked: "氏名・交付の可否".into(),
        aside: vec![AsidePanel::text("手数料", &format!("{}。交付すると記録し、本人の閲覧履歴に載ります", answer.fee))],
        data: serde_json::json!({ "outcome": answer.decision.outcome, "fee": answer.fee }),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

fn release_card(call: &Call, number: &AtenaNo) -> Markup {
    let path = format!("{}/release", card_of(number));
    let extents =
        [Choice { value: "person", label: "本人だけ", note: "" }, Choice { value: "household", label: "世帯全員", note: "" }];
    let body = html! {
        (hidden(&[("requester", "person")]))
        (Field::new("extent", "範囲").required().value("person").radio(&extents))
        (Field::new("identity", "窓口に来た本人を確かめた").checkbox(false))
        (Field::new("release_reason", "解除が要る理由").required().hint("何を、何のために交付するか").wide().text())
        (button_row(&[Action::submit("一時解除を起案").key("F9")], html! {}))
    };
    card(
        "二人での一時解除",
        "別の職員(係長以上)が承認すると、この案件で短い時間だけ印刷できます",
        post_form("release", &path, false, &call.hidden(), body),
    )
}

/// Drafts the release that a protected person's own paper needs.
pub async fn release(call: Call) -> Result<Reply, Fault> {
    let asked = asked(&call)?;
    let to = format!("{}/certificate", card_of(&asked.number));
    let mut unit: Unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    draft_release(&mut unit, &asked, call.form.text("release_reason")).await?;
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}

/// Issues or refuses.
pub async fn issue(call: Call) -> Result<Reply, Fault> {
    let asked = asked(&call)?;
    let unit: Unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(_) => return Ok(Reply::See(card_of(&asked.number))),
    };
    let issued = issue_paper(unit, &asked).await?;
    let refused = matches!(&*issued, Issued::Refused(_));
    if refused {
        let path = card_of(&asked.number);
        return Ok(Reply::Page(issued.map(|i| refusal(i, &path))));
    }
    Ok(Reply::File(issued.map(|i| match i {
        Issued::Paper { number, pdf, .. } => {
            Download { name: format!("{number}.pdf"), mime: "application/pdf", body: pdf, inline: true }
        }
        Issued::Refused(_) => Download { name: String::new(), mime: "application/pdf", body: vec![], inline: true },
    })))
}

fn refusal(issued: Issued, back: &str) -> Screen {
    let reasons = match issued {
        Issued::Refused(reasons) => reasons,
        Issued::Paper { .. } => vec![],
    };
    let main = html! {
        (message(Tone::Warn, "交付できません", html! { @for r in &reasons { p { (r) } } }))
        (button_row(&[Action::link("戻る", back).key("F6")], html! {}))
    };
    Screen {
        title: "証明書の交付".into(),
        main,
        data: serde_json::json!({ "refused": reasons }),
        status: 403,
        ..Screen::default()
    }
}

/// A paper that was issued, once more on the screen: another look, another entry.
pub async fn paper(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    let row = store::certificate(&mut unit.tx, call.id("id")?).await?.ok_or_else(|| Fault::missing("証明書"))?;
    let number = AtenaNo::parse(&row.atena_no).map_err(|_| Fault::missing("証明書"))?;
    let person = unit.find_subject(&number).await?.ok_or_else(|| Fault::missing("証明書"))?;
    let seen = unit.see(person, &["juki.identify", "juki.address"]).await?;
    if !seen.has("juki.address") {
        return Err(Fault::refused("支援措置の対象の方です。二人での解除が必要です"));
    }
    let id = row.file_id.ok_or_else(|| Fault::missing("証明書"))?;
    let stored = file::load(&mut unit.tx, &call.city, id).await?;
    let download = Download { name: stored.name, mime: "application/pdf", body: stored.body, inline: true };
    Ok(Reply::File(unit.commit(download).await?))
}
