//! Facts about a child in the notation of the case files.

use crate::support::{day, period, row};
use kernel::money::Yen;
use kernel::time::{PartialDate, Period};
use law::child_medical::{
    EndCause, Fact, Facts, Income, IncomeAnswer, Inquiry, Insurance, OtherScheme, Relief, ReliefKind, Residence, SchemeKind,
    SchoolLeave,
};
use serde::Deserialize;

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct IncomeCase {
    pub year: i16,
    pub who: String,
    pub income: Option<i64>,
    pub dependants: u16,
}

fn asked<T>(found: &Option<Vec<String>>, read: impl Fn((usize, &String)) -> T) -> Inquiry<T> {
    match found {
        None => Inquiry::NotAsked,
        Some(rows) => Inquiry::Asked {
            on: day("R8.11.4"),
            rows: rows.iter().enumerate().map(read).collect(),
            evidence: Some(row("inquiry", 1)),
        },
    }
}

pub fn residence(found: &Option<Vec<String>>) -> Inquiry<Residence> {
    asked(found, |(i, text)| {
        let (p, how) = period(text);
        let cause = match how {
            "" | "転出" => EndCause::MovedOut,
            "死亡" => EndCause::Died,
            "職権消除" => EndCause::ExOfficio,
            other => panic!("unknown end {other}"),
        };
        Residence { from: p.from, ended: p.to.map(|to| (to, cause)), evidence: row("resident_person", i) }
    })
}

pub fn insurance(found: &Option<Vec<String>>) -> Inquiry<Insurance> {
    asked(found, |(i, text)| {
        let (period, label) = period(text);
        Insurance { period, label_ja: label.to_owned(), evidence: row("aid_insurance", i) }
    })
}

pub fn relief(found: &Option<Vec<String>>) -> Inquiry<Relief> {
    asked(found, |(i, text)| {
        let (period, kind) = period(text);
        let kind = match kind {
            "生活保護" => ReliefKind::PublicAssistance,
            "停止" => ReliefKind::PublicAssistanceSuspended,
            "措置" => ReliefKind::Placement,
            other => panic!("unknown relief {other}"),
        };
        Relief { kind, period, evidence: row("aid_relief", i) }
    })
}

pub fn other_schemes(found: &Option<Vec<String>>) -> Inquiry<OtherScheme> {
    asked(found, |(i, text)| {
        let (period, kind) = period(text);
        let kind = match kind {
            "重度障害" => SchemeKind::Disability,
            "ひとり親" => SchemeKind::SingleParent,
            other => panic!("unknown scheme {other}"),
        };
        OtherScheme { kind, period, evidence: row("aid_other_scheme", i) }
    })
}

pub fn school_leave(text: &str) -> SchoolLeave {
    let (period, guardian) = period(text);
    let guardian_in_city = match guardian {
        "市内" => Some(true),
        "市外" => Some(false),
        "未確認" => None,
        other => panic!("unknown guardian {other}"),
    };
    SchoolLeave { period, guardian_in_city, evidence: row("aid_school_leave", 1) }
}

pub fn income((i, case): (usize, &IncomeCase)) -> Income {
    Income {
        fiscal_year: case.year,
        guardian_ja: case.who.clone(),
        answer: case.income.map_or(IncomeAnswer::Undeclared, |yen| IncomeAnswer::Declared(Yen(yen))),
        dependants: case.dependants,
        checked_on: day("R8.10.30"),
        evidence: row("aid_income", i),
    }
}

/// A child who satisfies everything, with the days of residence as given and no application limit.
pub fn ordinary_child(birth: &str, moved_out: Option<&str>) -> Facts {
    let birth = day(birth);
    let lived =
        Residence { from: birth, ended: moved_out.map(|d| (day(d), EndCause::MovedOut)), evidence: row("resident_person", 1) };
    let insured =
        Insurance {
            period: Period { from: birth, to: None }, label_ja: "組合健保".into(), evidence: row("aid_insurance", 1)
        };
    Facts {
        birth: Some(Fact { value: PartialDate::known(birth), evidence: row("resident_person", 1) }),
        residence: Inquiry::Asked { on: birth, rows: vec![lived], evidence: None },
        school_leaves: vec![],
        insurance: Inquiry::Asked { on: birth, rows: vec![insured], evidence: None },
        relief: Inquiry::Asked { on: birth, rows: vec![], evidence: None },
        other_schemes: Inquiry::Asked { on: birth, rows: vec![], evidence: None },
        incomes: vec![],
        applied_on: None,
    }
}
