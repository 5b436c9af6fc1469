//! 府補助の実績: 件数 and 額 by 区分, on the screen and on paper.

use crate::child::forms::print_report;
use crate::child::usecases::subsidy::{self, Line};
use forms::TableReport;
use forms::table_report::{Align, Column as PaperColumn};
use kernel::Yen;
use kernel::money::grouped;
use kernel::time::{YearMonth, wareki};
use maud::html;
use platform::Fault;
use ports::Ports;
use webkit::components::{Action, AsidePanel, Column, Field, Row, Table, button_row, card, definition_list, get_form, table};
use webkit::server::encode;
use webkit::{Call, Reply, Screen};

/// The months asked for; without any, this fiscal year up to this month.
fn months(call: &Call) -> Result<(YearMonth, YearMonth), Fault> {
    let today = call.city.today();
    let april = YearMonth { year: kernel::time::fiscal_year(today), month: 4 };
    let read = |name: &'static str, or: YearMonth| match call.query.some(name) {
        Some(text) => YearMonth::parse(text).map_err(|e| Fault::field(name, e.to_string())),
        None => Ok(or),
    };
    let (from, to) = (read("from", april)?, read("to", YearMonth::of(today))?);
    if from > to {
        return Err(Fault::field("to", "終わりの月は、始まりの月より後にしてください"));
    }
    Ok((from, to))
}

fn total(lines: &[Line]) -> (i64, Yen) {
    (lines.iter().map(|l| l.count).sum(), lines.iter().map(|l| l.amount).sum())
}

/// The page.
pub async fn show(call: Call, _: Ports) -> Result<Reply, Fault> {
    let (from, to) = months(&call)?;
    let mut unit = call.look().await?;
    let lines = subsidy::report(&mut unit, from, to).await?;
    let (count, amount) = total(&lines);
    let subsidy = subsidy::subsidy(call.city.profile(), &lines, call.city.today())?;
    let rows = lines
        .iter()
        .map(|l| Row::new(vec![l.share.clone().into(), l.way.into(), l.place.into(), l.count.into(), l.amount.into()]));
    let list = Table {
        caption: "府補助の実績".into(),
        columns: vec![
            Column::text("府市区分"),
            Column::text("給付の方法"),
            Column::text("入外"),
            Column::number("件数"),
            Column::number("市の負担額"),
        ],
        rows: rows.collect(),
        foot: Some(vec!["合計".into(), "".into(), "".into(), count.into(), amount.into()]),
        empty: ("この期間の支払はありません".into(), "審査月か決定月を変えてください。".into()),
        ..Table::default()
    };
    let print = format!("/kodomo/subsidy/print?from={}&to={}", encode(&from.wareki()), encode(&to.wareki()));
    let choose = html! {
        (Field::new("from", "始まりの月").value(&from.wareki()).hint("例: 令和8年4月").text())
        (Field::new("to", "終わりの月").value(&to.wareki()).text())
        (button_row(&[Action::submit("集計する"), Action::link("印刷", &print).key("F8").file()], html! {}))
    };
    let main = html! {
        (card("期間", "現物給付は審査月、償還払いは決定月", get_form("集計の期間", "/kodomo/subsidy", choose)))
        (card("府補助の実績", &format!("{}から{}まで", from.wareki(), to.wareki()), html! {
            (table(&list))
            (definition_list(&[("補助金の額(府補助分×補助率)", html! { (subsidy) })]))
        }))
    };
    let data = serde_json::json!({
        "from": from.compact(), "to": to.compact(), "count": count, "amount": amount, "subsidy": subsidy,
        "lines": lines.iter().map(|l| serde_json::json!({
            "share": l.share, "way": l.way, "place": l.place, "count": l.count, "amount": l.amount,
        })).collect::<Vec<_>>(),
    });
    let screen = Screen {
        title: "府補助の実績".into(),
        main,
        aside: vec![AsidePanel::text(
            "府市区分",
            "診療月に認められていた区分で分けます。「要確認」は、その月の区分が決まっていない人の分です。",
        )],
        asked: "件数と額の集計(個人は含みません)".into(),
        data,
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// The paper.
pub async fn print(call: Call, _: Ports) -> Result<Reply, Fault> {
    let (from, to) = months(&call)?;
    let mut unit = call.look().await?;
    let lines = subsidy::report(&mut unit, from, to).await?;
    let (count, amount) = total(&lines);
    let subsidy = subsidy::subsidy(call.city.profile(), &lines, call.city.today())?;
    let at = unit.now();
    let cell = |l: &Line| vec![l.share.clone(), l.way.into(), l.place.into(), grouped(l.count), grouped(l.amount.0)];
    let report = TableReport {
        title: "福祉医療費助成事業(子ども医療) 実績".into(),
        facts: vec![
            forms::parts::Line::new("期間", &format!("{}から{}まで", from.wareki(), to.wareki())),
            forms::parts::Line::new("作成日", &wareki(call.city.today())),
        ],
        columns: vec![
            PaperColumn::wide("府市区分", 3),
            PaperColumn::wide("給付の方法", 2),
            PaperColumn::fit("入外", Align::Center),
            PaperColumn::number("件数", 2),
            PaperColumn::number("市の負担額(円)", 3),
        ],
        rows: lines.iter().map(cell).collect(),
        totals: vec!["合計".into(), String::new(), String::new(), grouped(count), grouped(amount.0)],
        notes: vec![
            format!("補助金の額(府補助分に補助率を掛けた額): {subsidy}"),
            "現物給付は審査月、償還払いは決定月で集計しています。過誤で取り下げられたレセプトを含みません。".into(),
        ],
        office: "医療年金課".into(),
        number: format!("{}-{}", from.compact(), to.compact()),
    };
    let cleared = unit.commit(report).await?;
    Ok(Reply::File(print_report(cleared, &format!("fu-hojo-{}-{}", from.compact(), to.compact()), at)?))
}
