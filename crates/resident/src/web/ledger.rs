//! 台帳: the record of a person with every field, the certificates that were issued from it, and 支援措置 for those who handle it.

use super::{card_of, number_of};
use crate::model::{Certificate, Person, ProtectionRow};
use crate::store;
use crate::web::person::GROUPS;
use kernel::access::Action::Look;
use maud::html;
use platform::Fault;
use webkit::components::{Action, AsidePanel, Ledger, button_row};
use webkit::{Call, Reply, Screen};

/// The page.
pub async fn show(call: Call) -> Result<Reply, Fault> {
    let number = number_of(&call)?;
    let mut unit = call.look().await?;
    let subject = unit.find_subject(&number).await?.ok_or_else(|| Fault::missing("この宛名番号の人"))?;
    let mut groups = GROUPS.to_vec();
    let protection = unit.may(Look, "juki.protection");
    if protection {
        groups.push("juki.protection");
    }
    let seen = unit.see(subject, &groups).await?;
    let rows = store::believed(&mut unit.tx, &number, store::NOW).await?;
    let papers = store::certificates(&mut unit.tx, &number).await?;
    let mut ledger = Ledger::default()
        .with(Person::REGISTER, rows.iter().rev().map(Person::in_words))
        .with(Certificate::REGISTER, papers.iter().rev().map(Certificate::in_words));
    if protection {
        let rows = store::protections(&mut unit.tx, &number).await?;
        ledger = ledger.with(ProtectionRow::REGISTER, rows.iter().rev().map(ProtectionRow::in_words));
    }
    let may = |group: &str| seen.has(group);
    let screen = Screen {
        title: "住民票の台帳".into(),
        subtitle: number.to_string(),
        main: html! {
            (ledger.cards(may))
            (button_row(&[Action::link("住民票の記録へ戻る", &card_of(&number)).key("F6")], html! {}))
        },
        aside: vec![AsidePanel::text(
            "台帳",
            "記録の全項目です。個人番号・住民票コードは、証明書と通知の手続でだけ扱います。直すときは異動・職権修正の手続で行い、元の記録は残ります。",
        )],
        asked: "住民票の全項目".into(),
        data: serde_json::json!({ "atena_no": number, "registers": ledger.json(may) }),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}
