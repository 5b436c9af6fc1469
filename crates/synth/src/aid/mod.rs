//! 子ども医療費助成: the facts of every child, as the programme of みなと市 would have gathered them over the years.

mod card;
mod income;
mod insurance;
pub(crate) mod insurers;

use crate::dice::{Dice, plus_days, plus_months, plus_years, ymd};
use crate::model::{
    AidRecord, Application, BankAccount, ChildAid, Entitlement, Household, OtherLawCard, OtherScheme, Person, ReliefFact,
    SchoolLeave, Stop,
};
use crate::numbers::Serials;
use crate::people::Ties;
use crate::people::family::Role;
use crate::people::plan::Feature;
use kernel::ident::RecipientNo;
use kernel::money::Yen;
use kernel::time::{Date, Period, age_on, march_31_after};
use std::sync::LazyLock;

/// What is the same for all children of a household.
pub(crate) struct Family<'a> {
    pub household: &'a Household,
    pub ties: &'a Ties,
    pub today: Date,
    /// 保護者.
    pub guardian: Option<&'a Person>,
    pub reliefs: Vec<ReliefFact>,
    pub schemes: Vec<OtherScheme>,
}

impl Family<'_> {
    fn has(&self, feature: Feature) -> bool {
        self.ties.plan.has(feature)
    }
}

/// A stretch of days in which a child may be in the scheme, and how it came and went.
struct Stretch {
    from: Date,
    acquired: &'static str,
    /// The day of the loss and its reason.
    lost: Option<(Date, &'static str)>,
}

/// The aid records of a household's children.
pub(crate) fn of(household: &Household, ties: &Ties, today: Date, serials: &mut Serials, dice: &mut Dice) -> Vec<ChildAid> {
    let child = |p: &&Person| march_31_after(p.birth_day(), 18) >= plus_days(today, -400);
    if !household.people.iter().any(|p| child(&p)) {
        return Vec::new();
    }
    let guardian = guardian(household, ties);
    let (reliefs, schemes) = (reliefs(ties, today, dice), schemes(ties, today, dice));
    let family = Family { household, ties, today, guardian, reliefs, schemes };
    let insurances = insurance::Policy::new(&family, dice);
    let incomes = guardian.map(|g| income::of(&family, g, dice)).unwrap_or_default();
    let account = guardian.map(|g| account(g, dice));
    let mut aids = Vec::new();
    for (place, person) in household.people.iter().enumerate().filter(|(_, p)| child(p)) {
        let first = aids.is_empty();
        let mut aid = ChildAid {
            child: person.serial,
            guardian: guardian.map(|g| g.serial),
            recipient_no: None,
            application: None,
            entitlements: Vec::new(),
            cards: Vec::new(),
            insurances: insurances.of(&family, person, place, first, dice),
            incomes: incomes.clone(),
            reliefs: family.reliefs.clone(),
            other_laws: other_laws(&family, person, first, dice),
            other_schemes: family.schemes.iter().filter(|s| first || s.kind != DISABILITY).copied().collect(),
            school_leave: school_leave(&family, person),
        };
        apply(&family, person, first, &mut aid, account.as_ref(), serials, dice);
        aids.push(aid);
    }
    aids
}

/// The grown-up who stands for the children: the father where he lives with them, else the mother, else whoever is of age.
fn guardian<'a>(household: &'a Household, ties: &Ties) -> Option<&'a Person> {
    let role = |p: &Person| ties.roles.iter().find(|(serial, _)| *serial == p.serial).map(|(_, role)| *role);
    let rank = |p: &&Person| match role(p) {
        Some(Role::Father) => 0,
        Some(Role::Mother) => 1,
        Some(Role::Partner) => 2,
        _ => 3,
    };
    let any_resident = household.residents().next().is_some();
    let adult = |p: &&Person| p.is_resident() == any_resident && p.birth_day() < plus_years(ties_day(household), -18);
    household.people.iter().filter(adult).min_by_key(rank).filter(|p| rank(p) < 3 || any_resident)
}

/// A day by which to tell grown-ups: the last one on which anything was recorded.
fn ties_day(household: &Household) -> Date {
    household.people.iter().map(|p| p.current().recorded_on).max().unwrap_or(Date::MAX)
}

fn reliefs(ties: &Ties, today: Date, dice: &mut Dice) -> Vec<ReliefFact> {
    let from = first_of_month(plus_days(today, -dice.between(420, 900)));
    let fact = |kind, from, to| ReliefFact { kind, period: Period { from, to }, checked_on: plus_days(from, 12) };
    if ties.plan.has(Feature::ReliefEnded) {
        let end = plus_days(first_of_month(plus_days(today, -150)), -1);
        return vec![fact("生活保護", from, Some(end))];
    }
    if !ties.plan.has(Feature::Relief) {
        return Vec::new();
    }
    if dice.per_mille(300) || ties.plan.has(Feature::FormerName) {
        let halt = first_of_month(plus_days(today, -70));
        return vec![fact("生活保護", from, Some(plus_days(halt, -1))), fact("生活保護(停止中)", halt, None)];
    }
    vec![fact("生活保護", from, None)]
}

const DISABILITY: &str = "重度障害者医療";

fn schemes(ties: &Ties, today: Date, dice: &mut Dice) -> Vec<OtherScheme> {
    let mut schemes = Vec::new();
    let mut add = |kind, from| schemes.push(OtherScheme { kind, period: Period { from, to: None } });
    if ties.plan.has(Feature::SingleParentAid) {
        add("ひとり親家庭医療", first_of_month(plus_days(today, -dice.between(100, 800))));
    }
    if ties.plan.has(Feature::Disability) {
        add(DISABILITY, first_of_month(plus_days(today, -dice.between(100, 500))));
    }
    schemes
}

fn first_of_month(day: Date) -> Date {
    day.first_of_month()
}

/// National schemes, their bearers and how many of a thousand children have their card.
const OTHER_LAWS: [(u8, &str, u32); 3] = [(21, "21279997", 4), (52, "52279999", 5), (54, "54279997", 2)];

fn other_laws(family: &Family<'_>, person: &Person, first: bool, dice: &mut Dice) -> Vec<OtherLawCard> {
    let mut cards = Vec::new();
    for (law, bearer, per_mille) in OTHER_LAWS {
        if first && family.has(Feature::OtherLaw(law)) || family.ties.plan.features.is_empty() && dice.per_mille(per_mille) {
            // Such cards are renewed every year, at the end of a month.
            let to = plus_months(family.today, dice.between(1, 9)).last_of_month();
            let from = plus_days(plus_months(to, -12), 1).max(person.birth_day());
            let serial = u32::try_from(person.serial % 900_000).unwrap_or(0) + u32::from(law) * 1_000;
            let recipient = RecipientNo::issue(serial).map(|n| n.as_str().to_owned()).unwrap_or_default();
            let monthly_limit = Yen(i64::from(*dice.pick(&[2_500, 5_000, 10_000])));
            cards.push(OtherLawCard { law, bearer, recipient, period: Period { from, to: Some(to) }, monthly_limit });
        }
    }
    cards
}

fn school_leave(family: &Family<'_>, person: &Person) -> Option<SchoolLeave> {
    let removal = person.current().removal.as_ref().filter(|r| family.has(Feature::SchoolLeave) && r.reason == "国内転出")?;
    let from = removal.on.earliest;
    let to = march_31_after(person.birth_day(), 18);
    let filed_on = reference::holidays::office_day_from(removal.notified_on);
    Some(SchoolLeave {
        filed_on, period: Period { from, to: Some(to.max(from)) }, school: "県立みさき水産高等学校".to_owned()
    })
}

/// The account of a guardian at a real bank.
fn account(guardian: &Person, dice: &mut Dice) -> BankAccount {
    static BRANCHES: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
        let banks = ["0001", "0005", "0009", "0010", "0158"];
        banks.iter().flat_map(|bank| reference::banks::branches(bank).take(160)).map(|b| (b.bank.code, b.code)).collect()
    });
    let (bank, branch) = *dice.pick(&BRANCHES);
    let holder_kana = guardian.current().name.everyday().kana.replace('　', " ");
    let kind = if dice.per_mille(960) { "普通" } else { "貯蓄" };
    BankAccount { bank, branch, kind, number: dice.digits(7), holder_kana }
}

/// The stretches in which nothing but an application is missing.
fn stretches(family: &Family<'_>, person: &Person, aid: &ChildAid) -> Vec<Stretch> {
    let row = person.current();
    let acquired = if row.entry.reason == "出生" { "出生" } else { "転入" };
    let mut lost: Vec<(Date, &'static str)> = Vec::new();
    if let Some(removal) = row.removal.as_ref().filter(|_| aid.school_leave.is_none()) {
        // The card is good until the day before the 消除, and on the day of a death.
        lost.push(match removal.reason {
            "死亡" => (plus_days(removal.on.latest, 1), "死亡"),
            _ => (removal.on.earliest, "転出"),
        });
    }
    let limit = march_31_after(person.birth_day(), 18);
    if limit < family.today {
        lost.push((plus_days(limit, 1), "年齢到達"));
    }
    lost.extend(family.reliefs.first().map(|r| (r.period.from, "生活保護開始")));
    lost.extend(aid.other_schemes.iter().map(|s| (s.period.from, "他制度該当")));
    let start = row.entry.on;
    let first_loss = lost.iter().min_by_key(|(day, _)| *day).copied();
    let mut all = Vec::new();
    if first_loss.is_none_or(|(day, _)| day > start) {
        all.push(Stretch { from: start, acquired, lost: first_loss });
    }
    if let Some(end) = family.reliefs.last().and_then(|r| r.period.to).filter(|_| family.has(Feature::ReliefEnded)) {
        all.push(Stretch { from: plus_days(end, 1).max(start), acquired: "生活保護廃止", lost: None });
    }
    all
}

/// The application, and what was decided on it.
fn apply(
    family: &Family<'_>,
    person: &Person,
    first: bool,
    aid: &mut ChildAid,
    account: Option<&BankAccount>,
    serials: &mut Serials,
    dice: &mut Dice,
) {
    let today = family.today;
    let entered = person.current().entry.notified_on;
    let received_on = reference::holidays::office_day_from(plus_days(entered, dice.between(0, 25)));
    let waiting = first && family.has(Feature::NotApplied) || plus_days(received_on, 14) > today;
    let stretches = stretches(family, person, aid);
    let (Some(account), false, false) = (account, waiting, stretches.is_empty()) else { return };
    if stretches.first().and_then(|s| s.lost).is_some_and(|(day, _)| day <= received_on) {
        return;
    }
    let ward = person.rows.first().map_or("01", |row| row.address.ward);
    aid.recipient_no = serials.recipient();
    aid.application = Some(Application { received_on, ward, account: account.clone(), consent: !dice.per_mille(15) });
    for stretch in stretches {
        let stop = first.then(|| stop(family, &stretch)).flatten();
        aid.entitlements.push(entitlement(family, person, aid, &stretch, stop, received_on));
    }
    if first && family.has(Feature::EntitlementCancelled) {
        cancelled_row(aid, today);
    }
    card::issue(family, first, aid, dice);
}

fn stop(family: &Family<'_>, stretch: &Stretch) -> Option<Stop> {
    let ago = |days: i32| plus_days(family.today, -days).max(plus_days(stretch.from, 1));
    if family.has(Feature::Stopped) {
        return Some(Stop { from: ago(110), reason: "保険資格喪失", released: None });
    }
    let released = family.has(Feature::StopReleased);
    released.then(|| Stop { from: ago(300), reason: "更新未提出", released: Some((ago(240), "更新手続済")) })
}

fn entitlement(
    family: &Family<'_>,
    person: &Person,
    aid: &ChildAid,
    stretch: &Stretch,
    stop: Option<Stop>,
    received_on: Date,
) -> Entitlement {
    let today = family.today;
    // A later stretch has an application of its own.
    let received_on = if received_on < stretch.from { stretch.from } else { received_on };
    let lost_on = stretch.lost.map(|(day, _)| day);
    let last_day = lost_on.map(|day| plus_days(day, -1));
    let changed_on = lost_on.or(stop.map(|s| s.released.map_or(s.from, |(day, _)| day))).unwrap_or(stretch.from);
    let reason = match (stretch.lost, stop) {
        (Some((_, reason)), _) => reason,
        (None, Some(Stop { released: Some(_), .. })) => "停止解除",
        (None, Some(_)) => "停止",
        (None, None) => stretch.acquired,
    };
    let state = match (lost_on, stop) {
        (Some(day), _) if day <= today => "喪失",
        (_, Some(Stop { released: None, .. })) => "停止中",
        _ => "受給中",
    };
    let notified_on =
        if changed_on > received_on { reference::holidays::office_day_from(changed_on).min(today) } else { received_on };
    Entitlement {
        record: AidRecord {
            approval: "決裁済",
            notified_on,
            changed_on,
            reason,
            ward: person.current().address.ward,
            cancelled_on: None,
        },
        state,
        acquired_on: stretch.from,
        acquired_reason: stretch.acquired,
        stop,
        last_day,
        lost_on,
        lost_reason: stretch.lost.map(|(_, reason)| reason),
        age_limit_on: march_31_after(person.birth_day(), 18),
        judgement: "該当",
        shares: income::shares(aid, person.birth_day(), stretch.from, last_day, today),
    }
}

/// A row that was entered with a wrong day and cancelled the day after.
fn cancelled_row(aid: &mut ChildAid, today: Date) {
    let Some(right) = aid.entitlements.first() else { return };
    let mut wrong = right.clone();
    wrong.acquired_on = plus_days(wrong.acquired_on, 30).min(today);
    wrong.record.cancelled_on = Some(plus_days(wrong.record.notified_on, 1));
    aid.entitlements.insert(0, wrong);
}

/// The tax year whose income decides from a day on (it changes on 1 November).
pub(crate) fn income_year(day: Date) -> i16 {
    let year = day.year();
    if day >= ymd(year, 11, 1) { year } else { year - 1 }
}

/// The age on a day, for rules that count whole years.
pub(crate) fn age(person: &Person, day: Date) -> i16 {
    age_on(person.birth_day(), day)
}
