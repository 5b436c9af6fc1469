//! 個人番号の確認: the numbers and places of the child, the guardian and whose income counts, as the registry holds them today. Nothing
//! of it is kept here; each look is an entry of its own.

use super::{lead, number};
use crate::child::dossier::Dossier;
use crate::child::store::eligibility as store;
use kernel::ident::AtenaNo;
use maud::html;
use platform::Fault;
use ports::Ports;
use webkit::components::{Action, AsidePanel, Column, Row, Table, button_row, card, table};
use webkit::{Call, Reply, Screen};

/// The page.
pub async fn show(call: Call, ports: Ports) -> Result<Reply, Fault> {
    let child = number(&call)?;
    let mut unit = call.look().await?;
    let today = unit.today();
    let dossier = Dossier::open(&mut unit, &ports, &child, today, store::NOW).await?;
    let mut people = vec![("受給者", child.clone())];
    let guardians = dossier.applications.iter().take(1).map(|a| ("保護者", &a.guardian_no));
    let earners = dossier.incomes.iter().map(|i| ("所得者", &i.guardian_no));
    for (role, no) in guardians.chain(earners) {
        let no = AtenaNo::parse(no).map_err(|_| Fault::missing("宛名番号"))?;
        if !people.contains(&(role, no.clone())) {
            people.push((role, no));
        }
    }
    let (mut rows, mut known) = (vec![], 0_usize);
    for (role, no) in &people {
        let Some(person) = ports.residents.person(&mut unit, no, today).await? else { continue };
        let secret = ports.residents.individual_number(&mut unit, no).await?;
        known += usize::from(secret.is_some());
        let digits = secret.map_or_else(|| "登録なし".to_owned(), |n| n.expose().to_owned());
        let text = |v: &Option<String>| v.clone().unwrap_or_else(|| "—".into());
        rows.push(Row::new(vec![
            (*role).into(),
            person.name.clone().into(),
            digits.into(),
            text(&person.postal_code).into(),
            text(&person.address).into(),
            text(&person.building).into(),
        ]));
    }
    let list = Table {
        caption: "個人番号".into(),
        columns: ["区分", "氏名", "個人番号", "郵便番号", "住所", "方書"].map(Column::text).to_vec(),
        rows,
        ..Table::default()
    };
    let back = format!("/kodomo/person/{child}");
    let screen = Screen {
        title: "個人番号の確認".into(),
        lead: Some(lead(&dossier, today, "shikaku")),
        main: card(
            "住民記録への照会",
            "この画面は印刷しません",
            html! {
                (table(&list))
                (button_row(&[Action::link("戻る", &back).key("F6")], html! {}))
            },
        ),
        aside: vec![AsidePanel::text(
            "番号法による確認です",
            "申請書の個人番号と照らすときだけ開いてください。開いたことは、一人ずつ記録されます。",
        )],
        asked: "個人番号・住所".into(),
        data: serde_json::json!({ "atena_no": child.as_str(), "people": people.len(), "known": known }),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}
