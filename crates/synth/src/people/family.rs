//! Who belongs to a household: roles, ages and names that fit together.

use super::plan::{Feature, Kind, Plan};
use crate::dice::{Dice, plus_days, plus_years, ymd};
use crate::model::Sex;
use crate::names::{self, Family, Given};
use kernel::time::{Date, age_on};

/// The place of a person in the family. 父 and 母 are the two grown-ups in the middle, with or without children.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    GrandFather,
    GrandMother,
    Father,
    Mother,
    /// Lives with the head unmarried (女).
    Partner,
    Child,
    PartnerChild,
    ElderSister,
    YoungerBrother,
    Lodger,
    Relative,
}

/// 続柄 of a person to a head.
pub(crate) fn relation(head: Role, who: Role) -> &'static str {
    use Role as R;
    match (head, who) {
        (a, b) if a == b && a != R::Child && a != R::Lodger => "世帯主",
        (_, R::Lodger) => "同居人",
        (R::Father, R::Mother) | (R::GrandFather, R::GrandMother) => "妻",
        (R::Mother, R::Father) | (R::GrandMother, R::GrandFather) => "夫",
        (R::Father | R::Mother, R::Child) | (R::GrandFather | R::GrandMother, R::Father) => "子",
        (R::Father, R::GrandFather) => "父",
        (R::Father, R::GrandMother) => "母",
        (R::Mother, R::GrandFather) => "夫の父",
        (R::Mother, R::GrandMother) => "夫の母",
        (R::GrandFather | R::GrandMother, R::Mother) => "子の妻",
        (R::GrandFather | R::GrandMother, R::Child) => "子の子",
        (R::Father, R::Partner) => "妻(未届)",
        (R::Father, R::PartnerChild) => "妻(未届)の子",
        (R::Father | R::Mother, R::ElderSister) => "姉",
        (R::Father | R::Mother, R::YoungerBrother) => "弟",
        _ => "縁故者",
    }
}

/// A person before their record begins.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub role: Role,
    pub sex: Sex,
    pub birth: Date,
    pub family: Family,
    pub given: Given,
    /// Family name before marriage.
    pub born_as: Option<Family>,
    pub foreign: bool,
}

/// The people of a household; the head comes first.
pub(crate) fn members(plan: &Plan, today: Date, dice: &mut Dice) -> Vec<Draft> {
    let mut cast = Cast { plan, today, dice, people: Vec::new(), family: Family { text: "髙﨑", kana: "タカサキ" } };
    cast.family = cast.family_name();
    match plan.kind {
        Kind::SingleYoung => cast.single(19, 34),
        Kind::SingleMiddle => cast.single(35, 64),
        Kind::SingleOld => cast.single(65, 99),
        Kind::CoupleYoung => cast.couple(23, 46),
        Kind::CoupleOld => cast.couple(52, 93),
        Kind::Family => cast.parents_and_children(),
        Kind::SingleParent => cast.single_parent(),
        Kind::ThreeGenerations => cast.three_generations(),
        Kind::ElderWithChild => cast.elder_with_child(),
        Kind::Siblings => cast.siblings(),
        Kind::Unmarried => cast.unmarried(),
        Kind::Lodgers => cast.lodgers(),
    }
    cast.people
}

struct Cast<'a> {
    plan: &'a Plan,
    today: Date,
    dice: &'a mut Dice,
    people: Vec<Draft>,
    family: Family,
}

impl Cast<'_> {
    fn family_name(&mut self) -> Family {
        let fixed = self.plan.features.iter().find_map(|f| match f {
            Feature::Variant(text, kana) => Some(Family { text, kana }),
            Feature::Takasaki => Some(Family { text: "髙﨑", kana: "タカサキ" }),
            _ => None,
        });
        fixed.unwrap_or_else(|| names::family(self.dice))
    }

    /// A birth date of somebody who has completed `age` years today.
    fn birth(&mut self, age: i32) -> Date {
        plus_days(plus_years(self.today, -age), -self.dice.between(0, 364))
    }

    fn add(&mut self, role: Role, sex: Sex, birth: Date) -> usize {
        let taken: Vec<Given> = self.people.iter().map(|p| p.given).collect();
        let given = names::given(self.dice, sex, birth.year(), &taken);
        let (born_as, foreign) = (None, self.plan.has(Feature::Foreign) || self.plan.has(Feature::SpecialPermanent));
        self.people.push(Draft { role, sex, birth, family: self.family, given, born_as, foreign });
        self.people.len() - 1
    }

    fn single(&mut self, from: i32, to: i32) {
        let birth = self.aged(from, to);
        // Old people who live alone are mostly women.
        let male = self.dice.per_mille(if from >= 65 { 330 } else { 560 });
        let (role, sex) = if male { (Role::Father, Sex::Male) } else { (Role::Mother, Sex::Female) };
        self.add(role, sex, birth);
    }

    /// An age, with the old ones growing rarer.
    fn aged(&mut self, from: i32, to: i32) -> Date {
        let mut age = self.dice.between(from, to);
        if age > 82 {
            age = self.dice.between(from, age);
        }
        self.birth(age)
    }

    fn couple(&mut self, from: i32, to: i32) {
        let wife = self.aged(from, to);
        self.husband_and_wife(wife, ymd(9999, 12, 31));
    }

    /// A couple; the husband is of age when `first` is born. The head is the husband in nine of ten households.
    fn husband_and_wife(&mut self, wife: Date, first: Date) -> (usize, usize) {
        let husband = plus_days(plus_years(wife, -self.dice.between(-4, 8)), self.dice.between(-180, 180));
        let latest = plus_years(if first.year() == 9999 { self.today } else { first }, -19);
        let husband = husband.min(latest);
        let her_family = names::family(self.dice);
        let wife_first = !self.plan.has(Feature::Takasaki) && !self.is_protected() && self.dice.per_mille(80);
        let (h, w) = if wife_first {
            let w = self.add(Role::Mother, Sex::Female, wife);
            (self.add(Role::Father, Sex::Male, husband), w)
        } else {
            let h = self.add(Role::Father, Sex::Male, husband);
            (h, self.add(Role::Mother, Sex::Female, wife))
        };
        self.people[w].born_as = Some(her_family);
        if self.plan.has(Feature::MixedCouple) {
            self.people[w].foreign = true;
        }
        (h, w)
    }

    fn has(&self, any: &[Feature]) -> bool {
        self.plan.features.iter().any(|f| any.contains(f))
    }

    /// Is there a case to be shown on a child of the scheme?
    fn needs_small_child(&self) -> bool {
        let shown = [
            Feature::Stopped,
            Feature::StopReleased,
            Feature::LostCard,
            Feature::EntitlementCancelled,
            Feature::BirthCorrected,
            Feature::Disability,
            Feature::NotApplied,
            Feature::Leaving,
            Feature::LeavingCancelled,
            Feature::RichInsurance,
            Feature::RichIncome,
            Feature::Undeclared,
            Feature::SpecialPermanent,
            Feature::Relief,
            Feature::ReliefEnded,
            Feature::LeapDay,
            Feature::FirstOfApril,
            Feature::Transitional,
        ];
        let other_law = self.plan.features.iter().any(|f| matches!(f, Feature::OtherLaw(_)));
        other_law
            || self.is_protected()
            || self.has(&shown)
            || self.has(&[Feature::Gone, Feature::GoneOtherDay, Feature::GoneAbroad])
    }

    fn is_protected(&self) -> bool {
        self.plan.features.iter().any(|f| matches!(f, Feature::Protected(_)))
    }

    /// Birth dates of a mother's children, oldest first; the last two may be equal (twins).
    fn births(&mut self, mother: Date) -> Vec<Date> {
        let mother_age = i32::from(age_on(mother, self.today));
        let wanted = self.dice.weighted(&[(1, 30), (2, 46), (3, 19), (4, 5)]);
        let yesterday = plus_days(self.today, -4);
        let start = self.dice.between(21, mother_age.clamp(21, 36));
        let mut day = plus_days(plus_years(mother, start), self.dice.between(0, 364)).min(yesterday);
        let latest = plus_years(mother, 44);
        let mut days = Vec::new();
        while days.len() < wanted && day <= yesterday && day <= latest {
            days.push(day);
            if days.len() == 1 && self.plan.has(Feature::Twins) {
                days.push(day);
            }
            day = plus_days(day, self.dice.between(400, 1_900));
        }
        days
    }

    /// Adds the children who still live at home.
    fn children(&mut self, births: &[Date]) {
        for birth in births {
            let age = i32::from(age_on(*birth, self.today));
            let home = match age {
                ..=18 => 1_000,
                19..=22 => 700,
                23..=29 => 480,
                _ => 200,
            };
            if self.dice.per_mille(home) {
                let sex = self.sex();
                let child = self.add(Role::Child, sex, *birth);
                self.people[child].foreign = self.people.iter().take(child).all(|p| p.foreign);
            }
        }
    }

    fn sex(&mut self) -> Sex {
        if self.dice.per_mille(513) { Sex::Male } else { Sex::Female }
    }

    /// The age of a mother whose children are mostly at home.
    fn mother_birth(&mut self) -> Date {
        let (low, high) = if self.has(&[Feature::SchoolLeave, Feature::WorkingChild]) {
            (41, 48)
        } else if self.needs_small_child() {
            (30, 42)
        } else {
            (25, 72)
        };
        let age = (self.dice.between(low, high) + self.dice.between(low, high)) / 2;
        self.birth(age)
    }

    fn parents_and_children(&mut self) {
        if self.plan.has(Feature::Takasaki) {
            return self.takasaki();
        }
        let mother = self.mother_birth();
        let mut births = self.births(mother);
        births = self.special_births(mother, births);
        let first = births.first().copied().unwrap_or(self.today);
        self.husband_and_wife(mother, first);
        self.children(&births);
    }

    /// Bends the births to the cases that a plan wants shown: leap days, 1 April, a child of school-leaving age, a newborn.
    fn special_births(&mut self, mother: Date, mut births: Vec<Date>) -> Vec<Date> {
        let year = self.today.year();
        let mut want = |day: Date| {
            births.retain(|b| (*b - day).get_days().abs() > 330);
            births.push(day);
        };
        if self.plan.has(Feature::LeapDay) {
            let leap = (0..8).map(|n| year - n).find_map(|y| Date::new(y, 2, 29).ok()).filter(|d| *d < self.today);
            want(leap.unwrap_or(ymd(2020, 2, 29)));
        }
        if self.plan.has(Feature::FirstOfApril) {
            want(ymd(year - 6, 4, 1));
        }
        if self.plan.has(Feature::SchoolLeave) || self.plan.has(Feature::WorkingChild) {
            // In the year after the compulsory school.
            let born = if self.today.month() >= 4 { year - 17 } else { year - 18 };
            want(ymd(born, 9, 12));
        }
        if self.plan.has(Feature::Transitional) {
            want(plus_days(self.today, -23));
        }
        if self.needs_small_child() {
            let mut want = |day: Date| {
                births.retain(|b| (*b - day).get_days().abs() > 330);
                births.push(day);
            };
            want(plus_days(plus_years(self.today, -5), -self.dice.between(40, 300)));
        }
        let oldest = plus_years(mother, 19);
        // Nobody is born to parents who have parted; the longest case began less than two years ago.
        let latest = if self.is_protected() { plus_days(self.today, -700) } else { self.today };
        births.retain(|b| *b >= oldest && *b <= latest);
        births.sort_unstable();
        births
    }

    fn takasaki(&mut self) {
        let year = self.today.year();
        self.husband_and_wife(ymd(year - 35, 7, 2), ymd(year - 6, 1, 1));
        let child = |role, sex, birth, text, kana, family| Draft {
            role,
            sex,
            birth,
            family,
            given: Given { text, kana },
            born_as: None,
            foreign: false,
        };
        self.people[0].given = Given { text: "健一", kana: "ケンイチ" };
        self.people[0].birth = ymd(year - 37, 4, 18);
        self.people.push(child(Role::Child, Sex::Male, ymd(year - 6, 11, 3), "颯太", "ソウタ", self.family));
        self.people.push(child(Role::Child, Sex::Female, ymd(year - 3, 5, 21), "陽葵", "ヒマリ", self.family));
    }

    fn single_parent(&mut self) {
        let mother = self.mother_birth();
        let births: Vec<Date> = self.births(mother);
        let first = births.first().copied().unwrap_or(self.today);
        if self.dice.per_mille(850) || self.plan.has(Feature::FormerName) {
            let at = self.add(Role::Mother, Sex::Female, mother);
            self.people[at].born_as = Some(names::family(self.dice));
        } else {
            let father = plus_years(mother, -self.dice.between(0, 6)).min(plus_years(first, -19));
            self.add(Role::Father, Sex::Male, father);
        }
        self.children(&births);
    }

    fn three_generations(&mut self) {
        let mother = self.mother_birth();
        let births = self.births(mother);
        let first = births.first().copied().unwrap_or(self.today);
        let (h, _) = self.husband_and_wife(mother, first);
        let father = self.people[h].birth;
        let grandmother = plus_days(plus_years(father, -self.dice.between(22, 33)), self.dice.between(-150, 150));
        let grandfather = plus_days(plus_years(grandmother, -self.dice.between(0, 6)), self.dice.between(-90, 90));
        let both = self.dice.per_mille(560) || self.plan.has(Feature::HeadDied);
        if both {
            self.add(Role::GrandFather, Sex::Male, grandfather);
        }
        let at = self.add(Role::GrandMother, Sex::Female, grandmother);
        self.people[at].born_as = Some(names::family(self.dice));
        self.children(&births);
        // The old head stays head in a part of these households.
        let keeps = both && (self.plan.has(Feature::HeadDied) || self.dice.per_mille(420));
        let head = if keeps { Role::GrandFather } else { Role::Father };
        if let Some(at) = self.people.iter().position(|p| p.role == head) {
            let draft = self.people.remove(at);
            self.people.insert(0, draft);
        }
    }

    fn elder_with_child(&mut self) {
        let parent_age = self.dice.between(66, 95);
        let parent = self.birth(parent_age);
        let child = plus_days(plus_years(parent, self.dice.between(23, 36)), self.dice.between(0, 364));
        // The child is in the middle: 父 or 母 of the roles, so that the old one is their mother.
        let (role, sex) = if self.dice.per_mille(640) { (Role::Father, Sex::Male) } else { (Role::Mother, Sex::Female) };
        if role == Role::Father && self.dice.per_mille(500) {
            self.add(Role::Father, sex, child);
            self.add(Role::GrandMother, Sex::Female, parent);
        } else {
            // A mother and her grown-up child.
            self.add(Role::Mother, Sex::Female, parent);
            self.add(Role::Child, sex, child);
        }
    }

    fn siblings(&mut self) {
        let age = self.dice.between(21, 70);
        let head = self.birth(age);
        let sex = self.sex();
        let role = if sex == Sex::Male { Role::Father } else { Role::Mother };
        self.add(role, sex, head);
        let gap = self.dice.between(400, 2_600);
        if self.dice.per_mille(500) {
            self.add(Role::ElderSister, Sex::Female, plus_days(head, -gap));
        } else {
            let younger = plus_days(head, gap).min(plus_years(self.today, -18));
            self.add(Role::YoungerBrother, Sex::Male, younger.max(plus_days(head, 300)));
        }
    }

    fn unmarried(&mut self) {
        let age = self.dice.between(24, 55);
        let his = self.birth(age);
        let hers = plus_years(his, self.dice.between(-3, 6)).min(plus_years(self.today, -20));
        self.add(Role::Father, Sex::Male, his);
        self.family = names::family(self.dice);
        self.add(Role::Partner, Sex::Female, hers);
        if self.dice.per_mille(380) {
            let oldest = plus_years(hers, 20);
            let birth = self.dice.day(oldest, plus_days(self.today, -30).max(oldest)).min(plus_days(self.today, -30));
            let sex = self.sex();
            self.add(Role::PartnerChild, sex, birth);
        }
    }

    fn lodgers(&mut self) {
        let sex = self.sex();
        for place in 0..self.dice.between(2, 4) {
            let age = self.dice.between(19, 33);
            let birth = self.birth(age);
            let role = match (place, sex) {
                (0, Sex::Male) => Role::Father,
                (0, Sex::Female) => Role::Mother,
                _ => Role::Lodger,
            };
            self.family = names::family(self.dice);
            self.add(role, sex, birth);
        }
    }
}
