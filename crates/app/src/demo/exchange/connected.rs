//! The story in a city that is connected, with everybody in this process: so that documents and tests see the pages of 情報連携 filled.

use super::hall::{Hall, staff};
use super::{asked_and_answered, desk, moves, numbers, originals, tax};
use crate::cities::{DemoStaff, MINATO, YAMATE};
use crate::demo::browser::Browser;
use crate::demo::serve::plan;
use crate::demo::story::{self, send};
use crate::demo::{Options, Town, place};
use crate::zones::{Bound, Inside, Plan};
use anyhow::Context;
use kernel::Date;
use serde_json::Value;
use std::path::Path;
use webkit::House;
use wire::ident::InstitutionCode;
use wire::machine::Party;

/// Residents of the other city.
const NEIGHBOURS: u32 = 60;
/// レコード識別番号 beyond every one that the city has given out.
const LATER: u64 = 9_000_000;

/// みなと市 while the story is played in it.
pub struct Connected {
    /// The city.
    pub town: Town,
    inside: Inside,
}

impl Connected {
    /// Opens みなと市 as `options` say, with やまて市, both gateways, the network and 住基ネット in `folder`.
    ///
    /// # Errors
    /// The first part that cannot be started.
    pub async fn open(options: Options, folder: &Path) -> anyhow::Result<Self> {
        let institution = InstitutionCode::parse(MINATO.institution)?;
        let plan: Plan = plan(folder, options.today, [options.residents, NEIGHBOURS])?;
        let (inside, line) = Inside::start(plan, &institution).await?;
        let new = place::begin(&options).await?;
        let bound = Bound::of(line, options.listen).await?;
        let town = Town::open(&inside.plan, options, new, bound).await?;
        Ok(Self { town, inside })
    }

    /// The staff of みなと市 with their one-time passwords.
    pub fn passwords(&self) -> Vec<(DemoStaff, String)> {
        let of = |m: &DemoStaff| self.town.zone.passwords.iter().find(|(no, _)| *no == m.staff_no).map(|(_, p)| (*m, p.clone()));
        MINATO.staff.iter().filter_map(of).collect()
    }

    /// Plays the whole story in `house` (the city's, or one that learns), and what a connected city has besides.
    ///
    /// # Errors
    /// The first thing that did not hold.
    pub async fn play(&self, house: &House, today: Date, residents: u32) -> anyhow::Result<()> {
        let witness = crate::witness(&self.town.data, house.city.keys());
        let made = MINATO.people(residents, today);
        story::play(house, &made, witness.as_ref(), &self.passwords(), true, None).await?;
        let (mut minato, mut yamate) = self.halls(house).await?;
        let family = moves(&mut minato, &mut yamate, today).await?;
        let child = family.here.last().context("子がいません")?;
        originals(&mut yamate, &family.there[0], &family.there[1]).await?;
        asked_and_answered(&mut minato, &mut yamate, (&family.here[0], &family.there[0]), child, today).await?;
        desk::records(&mut minato, 1).await?;
        let residents: Vec<_> = made.households().flat_map(|h| h.people).filter(synth::Person::is_resident).take(2).collect();
        let taxed = numbers(&residents)?;
        differs(&mut minato, &taxed).await
    }

    async fn halls(&self, house: &House) -> anyhow::Result<(Hall, Hall)> {
        let plan = &self.inside.plan;
        let of = |city: &'static crate::cities::DemoCity| InstitutionCode::parse(city.institution);
        let (gateway, here) = (Party::Gateway(of(&MINATO)?), of(&YAMATE)?);
        let web = &plan.city(&of(&MINATO)?)?.gateway.web;
        // The staff of the city has chosen passwords in the story; so do those of the gateway.
        let one_time = self.inside.password(&gateway, "6001").context("連携の職員がいません")?;
        staff(Browser::at(web, "中間サーバー"), "6001", &one_time, false).await?;
        let own = self.passwords();
        let minato = Hall::open(
            plan,
            &MINATO,
            |name| Browser::new(house.router(), name),
            |no| own.iter().find(|(m, _)| m.staff_no == no).map(|(_, p)| p.clone()),
            |no| self.inside.password(&gateway, no),
            true,
        );
        let (pages, gateway_there) = (plan.city(&here)?.own.web.clone(), Party::Gateway(here.clone()));
        let yamate = Hall::open(
            plan,
            &YAMATE,
            |name| Browser::at(&pages, name),
            |no| self.inside.password(&Party::City(here.clone()), no),
            |no| self.inside.password(&gateway_there, no),
            false,
        );
        Ok((minato.await?, yamate.await?))
    }

    /// Lets everything end.
    pub async fn stop(self) {
        self.town.zone.stop().await;
        self.inside.stop().await;
    }
}

/// 正本 of the city's own people, and a 副本 that somebody changed behind its back.
async fn differs(hall: &mut Hall, people: &[String]) -> anyhow::Result<()> {
    println!("正本と副本の差異");
    let [one, two] = people else { anyhow::bail!("× 住民がいません") };
    desk::hands_over(hall, &[(one, "45000"), (two, "60000")]).await?;
    let dan = hall.dan(one).await?;
    hall.call("DBM_10111", tax(LATER, &dan, "1")).await?;
    let view = desk::compares(hall).await?;
    let found = view.get("differences").and_then(Value::as_i64).unwrap_or_default();
    hall.check("照合は、黙って変えられた副本を見つける", found > 0)?;
    let [clerk, _] = &mut hall.desk;
    for page in ["/exchange/originals", "/exchange/records"] {
        clerk.open(page).await?;
        send(clerk, "/exchange/subject", &[("number", one), ("back", page)]).await?;
        clerk.api(page).await?;
    }
    Ok(())
}
