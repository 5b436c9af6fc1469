//! What stays the same about a person while their history is written: names, nationality, 戸籍, pension.

use super::family::{Draft, Role};
use super::plan::{Feature, Plan};
use crate::dice::{Dice, plus_days, plus_months, plus_years, ymd};
use crate::model::{Entry, Foreign, Koseki, Name, NamePart, Pension, ResidentRow, Sex};
use crate::names::foreign::{self, Nation, Piece};
use crate::names::{self, Family};
use crate::place::{self, Place};
use crate::{numbers, outside};
use kernel::time::{Date, PartialDate, attained_on};

/// A person whose rows are being written.
#[derive(Debug, Clone)]
pub(crate) struct Live {
    pub serial: u64,
    pub role: Role,
    pub sex: Sex,
    pub birth: PartialDate,
    pub name: Name,
    pub koseki: Option<Koseki>,
    pub foreign: Option<Foreign>,
    pub entry: Entry,
    pub pension: Option<Pension>,
    pub national_health: bool,
    /// Which home the person lives in.
    pub home: usize,
    pub rows: Vec<ResidentRow>,
}

impl Live {
    /// The record has begun and stands.
    pub fn lives(&self) -> bool {
        self.rows.last().is_some_and(|row| row.removal.is_none())
    }
}

/// How a household is insured for health, as far as pensions and the register ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    Employed,
    SelfEmployed,
}

/// The family name that a couple's children bear, and the nation of its foreign members.
pub(crate) struct Background {
    nation: Nation,
    /// Family name of each foreign generation: the father's, the mother's.
    pieces: [Piece; 2],
    /// Permanent residents stay in the country for good.
    permanent: bool,
    special: bool,
}

impl Background {
    pub fn new(plan: &Plan, dice: &mut Dice) -> Self {
        let special = plan.has(Feature::SpecialPermanent);
        let nation = match () {
            () if special => foreign::KOREA,
            () if plan.has(Feature::Takasaki) => foreign::CHINA,
            () if plan.has(Feature::Transitional) => foreign::VIETNAM,
            () => foreign::nation(dice),
        };
        let pieces = [nation.family(dice), nation.family(dice)];
        Self { nation, pieces, permanent: special || dice.per_mille(300), special }
    }

    /// The country that the family came from, as a place.
    pub fn city(&self) -> &'static str {
        self.nation.city
    }

    /// The name of a foreign member, and an alias where they have one.
    pub fn name(&self, draft: &Draft, dice: &mut Dice) -> (Name, Option<NamePart>) {
        let lin = Piece { latin: "LIN", kana: "リン", kanji: "林" };
        let meiling = Piece { latin: "MEILING", kana: "メイリン", kanji: "美玲" };
        let shown = draft.family.text == "髙﨑" && draft.role == Role::Mother && self.nation.code == foreign::CHINA.code;
        let own = self.pieces[usize::from(matches!(draft.role, Role::Mother | Role::GrandMother))];
        let (family, given) = if shown { (lin, meiling) } else { (own, self.nation.given(dice, draft.sex)) };
        let kana = format!("{} {}", family.kana, given.kana);
        let kanji = !family.kanji.is_empty() && !given.kanji.is_empty() && (shown || dice.per_mille(800));
        let name = Name {
            kanji: kanji.then(|| NamePart {
                text: format!("{}　{}", family.kanji, given.kanji),
                kana: format!("{}　{}", family.kana, given.kana),
            }),
            latin: Some(NamePart { text: format!("{} {}", family.latin, given.latin), kana: kana.clone() }),
            katakana: Some(kana),
            alias: None,
            former_family_name: None,
        };
        let alias = match () {
            () if shown => Some(NamePart { text: "髙﨑　リン".into(), kana: "タカサキ　リン".into() }),
            () if self.special => Some(names::full(draft.family, draft.given)),
            () if draft.born_as.is_some() && dice.per_mille(500) => {
                let first = given.kana.split(' ').next().unwrap_or_default();
                Some(NamePart {
                    text: format!("{}　{first}", draft.family.text),
                    kana: format!("{}　{first}", draft.family.kana),
                })
            }
            () => None,
        };
        (name, alias)
    }

    /// What is recorded about a foreign member.
    pub fn record(&self, draft: &Draft, serial: u64, seed: u64, since: Date, today: Date, dice: &mut Dice) -> Foreign {
        let newborn = plus_days(draft.birth, 60) > today;
        let expiring = |dice: &mut Dice| Some(plus_days(today, dice.between(15, 1_400)));
        let (class, status, term, expires_on) = if self.special {
            ("特別永住者", None, None, None)
        } else if newborn && !self.permanent {
            ("出生による経過滞在者", None, None, None)
        } else if draft.born_as.is_some() && draft.role == Role::Mother && self.permanent_spouse(draft) {
            ("中長期在留者", Some("日本人の配偶者等"), Some("3年"), expiring(dice))
        } else if self.permanent {
            ("中長期在留者", Some("永住者"), Some("無期限"), None)
        } else {
            let term = *dice.pick(&["1年", "3年", "5年"]);
            let status = match draft.role {
                Role::Lodger => *dice.pick(&["技能実習2号ロ", "特定技能1号", "留学"]),
                Role::Child | Role::Mother if draft.born_as.is_some() || draft.role == Role::Child => "家族滞在",
                _ => *dice.pick(&["技術・人文知識・国際業務", "特定技能1号", "留学", "定住者", "技能"]),
            };
            ("中長期在留者", Some(status), Some(term), expiring(dice))
        };
        Foreign {
            nationality: self.nation.name,
            nationality_code: self.nation.code,
            status,
            class,
            term,
            expires_on,
            card_no: (class != "出生による経過滞在者").then(|| numbers::residence_card(serial, seed)),
            resident_since: since.max(ymd(2012, 7, 9)),
        }
    }

    /// A foreign wife in a family whose children are Japanese.
    fn permanent_spouse(&self, draft: &Draft) -> bool {
        draft.foreign && self.nation.code == foreign::CHINA.code && !self.permanent
    }
}

/// 氏名 of a Japanese member.
pub(crate) fn japanese(draft: &Draft) -> Name {
    Name { kanji: Some(names::full(draft.family, draft.given)), ..Name::default() }
}

/// 旧姓 as it is recorded.
pub(crate) fn former(family: Family) -> NamePart {
    NamePart { text: family.text.to_owned(), kana: family.kana.to_owned() }
}

/// 本籍 and 筆頭者 of everybody: couples and their children share one, the older generation has its own.
pub(crate) fn koseki(city: &Place, drafts: &[Draft], dice: &mut Dice) -> Vec<Option<Koseki>> {
    let find = |role| drafts.iter().find(|d: &&Draft| d.role == role && !d.foreign);
    let full = |d: &Draft| names::full(d.family, d.given).text;
    let middle_head = find(Role::Father).or_else(|| find(Role::Mother)).map(full);
    let old_head = find(Role::GrandFather).map(full);
    let alone = drafts.len() == 1 || find(Role::Partner).is_some() || find(Role::Lodger).is_some();
    let middle = koseki_place(city, dice);
    let old = koseki_place(city, dice);
    let parent = |dice: &mut Dice, d: &Draft, place: &str| {
        let born = d.birth.year().saturating_sub(31);
        let sex = if dice.per_mille(900) { Sex::Male } else { Sex::Female };
        let given = names::given(dice, sex, born.max(1901), &[]);
        Koseki { place: place.to_owned(), head: names::full(d.family, given).text }
    };
    let mut one = |d: &Draft| {
        if d.foreign {
            return None;
        }
        Some(match d.role {
            Role::GrandFather | Role::GrandMother => match &old_head {
                Some(head) => Koseki { place: old.clone(), head: head.clone() },
                None => parent(dice, d, &old),
            },
            Role::ElderSister | Role::YoungerBrother => parent(dice, d, &middle),
            Role::Partner | Role::PartnerChild | Role::Lodger | Role::Relative => {
                let place = koseki_place(city, dice);
                let head = find(Role::Partner).map(full).filter(|_| d.role != Role::Lodger);
                match head {
                    Some(head) => Koseki { place: old.clone(), head },
                    None => parent(dice, d, &place),
                }
            }
            Role::Father | Role::Mother if alone && dice.per_mille(480) => parent(dice, d, &middle),
            _ => Koseki { place: middle.clone(), head: middle_head.clone().unwrap_or_else(|| full(d)) },
        })
    };
    drafts.iter().map(&mut one).collect()
}

fn koseki_place(city: &Place, dice: &mut Dice) -> String {
    if dice.per_mille(420) { place::koseki_place(city, dice) } else { outside::far_town(dice).koseki_place(dice) }
}

/// 国民年金, as the register notes it.
pub(crate) fn pension(draft: &Draft, work: Work, serial: u64, seed: u64, today: Date, dice: &mut Dice) -> Option<Pension> {
    let attained = |age| plus_days(attained_on(draft.birth, age), 0);
    let twenty = attained(20);
    if twenty > today {
        return None;
    }
    let later = |dice: &mut Dice| dice.day(twenty, plus_years(twenty, 12).min(today));
    let (class, since) = if attained(65) <= today {
        ("受給権者", attained(65))
    } else if attained(60) <= today {
        if !dice.per_mille(25) {
            return None;
        }
        ("任意加入被保険者", attained(60))
    } else {
        match (work, draft.role) {
            (Work::Employed, Role::Mother) if draft.born_as.is_some() && dice.per_mille(420) => ("第3号被保険者", later(dice)),
            (Work::Employed, Role::Father | Role::Mother | Role::Child | Role::Lodger) => ("第2号被保険者", later(dice)),
            _ => ("第1号被保険者", twenty),
        }
    };
    Some(Pension { class, number: numbers::pension_number(serial, seed), since })
}

/// How an adult or a child that was already born came to the city.
pub(crate) fn moved_in(place: &Place, on: Date, from_abroad: Option<&str>, dice: &mut Dice, today: Date) -> Entry {
    let notified_on = reference::holidays::office_day_from(plus_days(on, dice.between(0, 12))).min(today.max(on));
    let (reason, previous) = match from_abroad {
        Some(city) => ("国外転入等", city.to_owned()),
        None => ("国内転入", outside::town(place, dice).address(dice)),
    };
    Entry { on, notified_on, reason, previous_address: Some(previous) }
}

/// 出生.
pub(crate) fn born(on: Date, dice: &mut Dice, today: Date) -> Entry {
    let notified_on = reference::holidays::office_day_from(plus_days(on, dice.between(2, 12))).min(today.max(on));
    Entry { on, notified_on, reason: "出生", previous_address: None }
}

/// A birth date whose day or month nobody knows.
pub(crate) fn unknown_birth(birth: Date, dice: &mut Dice) -> PartialDate {
    let month = kernel::time::YearMonth::of(birth).wareki();
    let year = month.split('年').next().unwrap_or_default();
    let text = match dice.below(3) {
        0 => format!("{month}不詳日"),
        1 => format!("{year}年頃"),
        _ => format!("{year}年不詳月不詳日"),
    };
    PartialDate::parse(&text).unwrap_or_else(|_| PartialDate::known(birth))
}

/// The day a period of a year ends: 2026-04-01 … 2027-03-31.
pub(crate) fn a_year_from(day: Date) -> Date {
    plus_days(plus_months(day, 12), -1)
}
