//! The main job, played as the staff over the pages that people use. Every step prints what it checked; the first that does not hold
//! ends the story with an error.

use super::browser::Browser;
use crate::minato::DemoStaff;
use anyhow::{Context, bail};
use platform::audit::Witness;
use std::collections::BTreeMap;
use webkit::House;

/// The cast: everybody signed in, by staff number.
struct Cast(BTreeMap<&'static str, Browser>);

impl Cast {
    fn at(&mut self, staff_no: &str) -> anyhow::Result<&mut Browser> {
        self.0.get_mut(staff_no).with_context(|| format!("職員 {staff_no} がいません"))
    }
}

fn check(what: &str, holds: bool) -> anyhow::Result<()> {
    if !holds {
        bail!("× {what}");
    }
    println!("  ✓ {what}");
    Ok(())
}

/// Plays everything. `plant` names a fault to plant; the story must then fail.
///
/// # Errors
/// The first thing that did not hold.
pub async fn play(
    house: &House,
    witness: &dyn Witness,
    passwords: &[(DemoStaff, String)],
    plant: Option<&str>,
) -> anyhow::Result<()> {
    let mut cast = sign_in(house, passwords).await?;
    cases(&mut cast).await?;
    proof(house, witness, plant).await?;
    if let Some(fault) = plant {
        bail!("仕込んだ不具合「{fault}」を見つけられませんでした");
    }
    println!("すべて確かめました");
    Ok(())
}

/// The log is whole, or the story names what was done to it.
async fn proof(house: &House, witness: &dyn Witness, plant: Option<&str>) -> anyhow::Result<()> {
    println!("記録の証明");
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    if plant == Some("tampered-log") {
        let mut tx = house.city.db().write().await?;
        tx.run("update audit_leaf set result = 'shown' where result = 'denied'", vec![]).await?;
        tx.run("update audit_leaf set action = 'print' where id = 3", vec![]).await?;
        tx.commit().await?;
    }
    let witnessed = witness.last()?.unwrap_or_default();
    check("証人が点検点を持っている", !witnessed.is_empty())?;
    let report = platform::audit::verify(house.city.db(), &house.city.keys().log_public_key(), &witnessed).await?;
    for finding in &report.findings {
        println!("  … {finding}");
    }
    check(&format!("{}件の記録に改変・欠落・入替え・巻戻しがない", report.sealed), report.intact() && report.sealed > 0)
}

async fn sign_in(house: &House, passwords: &[(DemoStaff, String)]) -> anyhow::Result<Cast> {
    println!("サインイン");
    let router = house.router();
    let mut stranger = Browser::new(router.clone(), "だれでもない人");
    stranger.open("/").await?;
    check("サインインしていない人はサインインの画面へ送られる", stranger.address.starts_with("/sign-in"))?;
    let mut all = BTreeMap::new();
    for (member, password) in passwords {
        let mut browser = Browser::new(router.clone(), member.name);
        browser.sign_in(member.staff_no, password).await?;
        check(&format!("{} がサインインし、自分のパスワードに変えた", member.job_ja), browser.page.contains(member.name))?;
        all.insert(member.staff_no, browser);
    }
    Ok(Cast(all))
}

async fn cases(cast: &mut Cast) -> anyhow::Result<()> {
    println!("事務と案件");
    let clerk = cast.at("1001")?;
    clerk.open("/").await?;
    clerk.post("/case", &[("title", "転入の届出"), ("ground", "受付")]).await?;
    check("案件に番号が付いた", clerk.page.contains("R8-住記-000001") || clerk.page.contains("案件"))?;
    let auditor = cast.at("5001")?;
    auditor.open("/approvals").await?;
    check("監査は決裁の中身に触れない", !auditor.page.contains("承認する"))?;
    Ok(())
}
