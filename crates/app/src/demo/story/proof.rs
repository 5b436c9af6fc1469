//! The log at the end of the story.

use super::check;
use platform::audit::Witness;
use webkit::House;

/// The log is whole, or the story names what was done to it.
pub(super) async fn whole(house: &House, witness: &dyn Witness, plant: Option<&str>) -> anyhow::Result<()> {
    println!("記録の証明");
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    match plant {
        Some("tampered-log") => platform::testing::tamper_with_log(house.city.db()).await?,
        Some("lost-entry") => platform::testing::lose_an_entry(house.city.db()).await?,
        _ => {}
    }
    let witnessed = witness.last()?.unwrap_or_default();
    check("証人が点検点を持っている", !witnessed.is_empty())?;
    let report = platform::audit::verify(house.city.db(), &house.city.keys().log_public_key(), &witnessed).await?;
    for finding in &report.findings {
        println!("  … {finding}");
    }
    check(&format!("{}件の記録に改変・欠落・入替え・巻戻しがない", report.sealed), report.intact() && report.sealed > 0)
}
