//! Words that several screens, drafts and notices share.

use kernel::decision::Decision;
use kernel::ident::AtenaNo;
use kernel::time::{Period, wareki};
use platform::{Fault, Unit};
use ports::Ports;

/// 令和8年4月1日から, or 令和8年4月1日 〜 令和9年3月31日.
pub fn period_ja(period: &Period) -> String {
    match period.to {
        None => format!("{}から", wareki(period.from)),
        Some(to) => format!("{} 〜 {}", wareki(period.from), wareki(to)),
    }
}

/// Name and birth date of the child for the approver; the look is recorded.
///
/// # Errors
/// As the resident registry.
pub async fn about(unit: &mut Unit, ports: &Ports, child: &str) -> Result<String, Fault> {
    let number = AtenaNo::parse(child).map_err(|e| Fault::conflict("宛名番号を読めません", e.to_string()))?;
    let today = unit.today();
    let person = ports.residents.person(unit, &number, today).await?;
    Ok(person.map_or_else(|| "氏名は表示できません".into(), |p| format!("{} {}生", p.name, p.birth)))
}

/// The evidence of a decision, each once.
pub fn evidence_words(decision: &Decision) -> Vec<String> {
    let mut words: Vec<String> = decision.facts_used().iter().map(|f| f.label_ja.clone()).collect();
    words.sort();
    words.dedup();
    words
}

/// The word for a kind of decision.
pub fn kind_ja(kind: &str) -> &'static str {
    match kind {
        "grant" => "認定",
        "refuse" => "却下",
        "loss" => "資格喪失",
        "keep" => "就学による継続",
        "resume" => "転出取消による再開",
        "suspend" => "停止",
        "release" => "停止解除",
        "correct" => "訂正",
        "claim" => "償還払い",
        "auto" => "自動償還",
        _ => "決定",
    }
}
