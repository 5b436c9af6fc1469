//! 所得 of guardians, with the arithmetic of the form kept, and what follows for 府市区分.
//!
//! The amounts of the ordinance (limit, step, November) repeat `params/child_medical/minato.toml`; what the programme decides comes
//! from there, this is only what its records say so far.

use super::{Family, income_year};
use crate::dice::{Dice, plus_days, ymd};
use crate::model::{ChildAid, IncomeFact, IncomeItems, Person, Sex};
use crate::people::plan::Feature;
use kernel::money::Yen;
use kernel::time::{Date, Period, march_31_after};

/// 府補助の所得制限: below this for three dependants, and so much for one more or fewer.
const LIMIT: i64 = 3_570_000;
const LIMIT_DEPENDANTS: i64 = 3;
const LIMIT_STEP: i64 = 380_000;

/// The two years that decide now and decided before.
pub(super) fn of(family: &Family<'_>, guardian: &Person, dice: &mut Dice) -> Vec<IncomeFact> {
    let role = match guardian.current().sex {
        _ if guardian.current().relation.contains("父") || guardian.current().relation.contains("母") => "養育者",
        Sex::Male => "父",
        Sex::Female => "母",
    };
    let latest = income_year(family.today);
    let base = i64::from(dice.between(900, 8_900)) * 1_000;
    let fact = |(fiscal_year, dice): (i16, &mut Dice)| {
        let undeclared = family.has(Feature::Undeclared) && fiscal_year == latest;
        let items = if undeclared { IncomeItems::default() } else { items(family, fiscal_year == latest, base, dice) };
        let limit = Yen(LIMIT + (i64::from(items.dependants()) - LIMIT_DEPENDANTS) * LIMIT_STEP);
        let net = Yen((items.sum.0 - items.deductions.0).max(0));
        let verdict = match () {
            () if undeclared => "未申告",
            () if net < limit => "基準内",
            () => "超過",
        };
        let basis = dice.weighted(&[("住民税情報", 88), ("課税証明書", 10), ("申告", 2)]);
        let checked_on = reference::holidays::office_day_from(ymd(fiscal_year, 10, 14)).min(family.today);
        IncomeFact { person: guardian.serial, fiscal_year, basis, role, undeclared, items, limit, net, verdict, checked_on }
    };
    [latest - 1, latest].into_iter().map(|year| fact((year, &mut *dice))).collect()
}

fn items(family: &Family<'_>, latest: bool, base: i64, dice: &mut Dice) -> IncomeItems {
    let children = family.household.people.iter().filter(|p| super::age(p, family.today) < 19 && p.is_resident()).count();
    let total = base + i64::from(dice.between(-120, 320)) * 1_000;
    let mut items = IncomeItems {
        total: Yen(total.max(0)),
        spouse: dice.per_mille(380),
        other_dependants: u8::try_from(children).unwrap_or(9),
        ..IncomeItems::default()
    };
    if dice.per_mille(180) {
        items.medical = Yen(i64::from(dice.between(4, 320)) * 1_000);
    }
    if dice.per_mille(90) {
        items.mutual_aid = Yen(i64::from(dice.between(60, 816)) * 1_000);
    }
    if dice.per_mille(20) {
        items.long_term = Yen(i64::from(dice.between(300, 9_000)) * 1_000);
        items.long_term_deduction = Yen(items.long_term.0.min(500_000));
    }
    if dice.per_mille(25) {
        items.other = Yen(i64::from(dice.between(20, 400)) * 1_000);
    }
    let parents = family.household.residents().filter(|p| matches!(super::age(p, family.today), 30..)).count();
    if parents == 1 {
        items.widowed = Some("ひとり親");
        items.single_parent = Yen(350_000);
        items.spouse = false;
    }
    if family.has(Feature::RichIncome) {
        rich(&mut items, latest);
    }
    add_up(&mut items);
    items
}

/// Every item of the form, in one of the two years.
fn rich(items: &mut IncomeItems, latest: bool) {
    items.short_term = Yen(400_000);
    items.short_term_deduction = Yen(100_000);
    items.long_term = Yen(2_400_000);
    items.long_term_deduction = Yen(500_000);
    items.futures = Yen(150_000);
    items.forestry = Yen(320_000);
    items.retirement = Yen(280_000);
    items.other = Yen(90_000);
    items.net_loss = Yen(120_000);
    items.casualty_loss = Yen(60_000);
    items.residence_loss = Yen(200_000);
    items.futures_loss = Yen(50_000);
    items.disabled_dependants = 1;
    items.specially_disabled_dependants = 1;
    items.disability = Yen(270_000);
    items.special_disability = Yen(400_000);
    items.casualty = Yen(70_000);
    items.medical = Yen(130_000);
    items.mutual_aid = Yen(276_000);
    items.elderly_dependants = 1;
    items.spouse = latest;
    if latest {
        items.disabled = Some("普通");
        items.own_disability = Yen(270_000);
        items.working_student = true;
        items.student = Yen(270_000);
    } else {
        items.disabled = Some("特別");
        items.own_special_disability = Yen(400_000);
        items.widowed = Some("寡婦");
        items.widow = Yen(270_000);
    }
}

fn add_up(i: &mut IncomeItems) {
    let gains = [i.total, i.short_term, i.long_term, i.futures, i.forestry, i.retirement, i.other];
    let minus = [i.short_term_deduction, i.long_term_deduction, i.net_loss, i.casualty_loss, i.residence_loss, i.futures_loss];
    let less = [
        i.own_disability,
        i.own_special_disability,
        i.widow,
        i.single_parent,
        i.student,
        i.disability,
        i.special_disability,
        i.casualty,
        i.medical,
        i.mutual_aid,
    ];
    let sum = |all: &[Yen]| all.iter().map(|y| y.0).sum::<i64>();
    i.sum = Yen((sum(&gains) - sum(&minus)).max(0));
    i.deductions = Yen(sum(&less));
}

/// 府市区分 of a stretch: 府補助対象 before school while the income is below the limit, else 市単独; the year changes on 1 November.
pub(super) fn shares(aid: &ChildAid, birth: Date, from: Date, last: Option<Date>, today: Date) -> Vec<(&'static str, Period)> {
    let november = ymd(income_year(today), 11, 1);
    let school = plus_days(march_31_after(birth, 6), 1);
    let mut cuts: Vec<Date> =
        [from, november, school].into_iter().filter(|d| *d >= from && last.is_none_or(|l| *d <= l)).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut shares: Vec<(&'static str, Period)> = Vec::new();
    for (at, begin) in cuts.iter().enumerate() {
        let fact = if *begin >= november { aid.incomes.last() } else { aid.incomes.first() };
        let within = fact.is_some_and(|f| f.verdict == "基準内");
        let kind = if *begin < school && within { "府補助対象" } else { "市単独" };
        let to = cuts.get(at + 1).map(|next| plus_days(*next, -1)).or(last);
        match shares.last_mut() {
            Some((before, period)) if *before == kind => period.to = to,
            _ => shares.push((kind, Period { from: *begin, to })),
        }
    }
    shares
}
