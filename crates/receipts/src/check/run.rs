//! The run itself: one pass over the claims, one over the groups of equal people.

use super::claim::Claim;
use super::day::{self, Month};
use super::finding::{Check, Finding, Reason, Severity};
use super::roster::{Detail, Roster, Row};
use crate::code::{PatientClass, PointTable, Program};
use kernel::money::Yen;
use kernel::time::{YearMonth, march_31_after};

/// The scheme's co-payment at one institution in one month (in and out separately).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopayRule {
    /// Yen a day at most.
    pub per_day: Yen,
    /// Days of a month that cost something; `None` for every day.
    pub days: Option<u16>,
    /// Yen a day at a pharmacy.
    pub dispensing_per_day: Yen,
}

impl CopayRule {
    /// The most that `days` days may cost.
    fn limit(&self, table: PointTable, days: u16) -> Yen {
        let per_day = if table == PointTable::Dispensing { self.dispensing_per_day } else { self.per_day };
        let days = self.days.map_or(days, |most| most.min(days));
        per_day.times(i64::from(days)).unwrap_or(Yen(i64::MAX))
    }
}

/// 給付割合 by age (健康保険法74条・110条, 国民健康保険法42条). From `elderly_age` on it depends on income and is not checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateRule {
    /// The lower rate of co-payment ends on the first 31 March on or after the day of attaining this age.
    pub preschool_age: i16,
    /// Percent before that.
    pub preschool: u8,
    /// Percent after it.
    pub standard: u8,
    /// Age at which the rate depends on income.
    pub elderly_age: i16,
}

/// What law and ordinance set, for one run. A rule that is `None` is not checked and reported as not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rules {
    /// Co-payment of the scheme.
    pub copay: Option<CopayRule>,
    /// 給付割合.
    pub rate: Option<RateRule>,
}

/// What one check did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Which.
    pub check: Check,
    /// Was it run at all?
    pub ran: bool,
    /// Claims it could judge.
    pub judged: u64,
    /// Claims it could not judge, because the receipt or the register lacks the fact.
    pub skipped: u64,
    /// Findings.
    pub found: u64,
}

/// The outcome of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// By claim, then in the order of the checks.
    pub findings: Vec<Finding>,
    /// One for each check, in order: say what was not checked.
    pub tallies: Vec<Tally>,
}

/// Checks claims against the roster. `prior` are standing claims of earlier runs, against which only duplicates are sought.
pub fn check(roster: &Roster, claims: &[Claim], prior: &[Claim], rules: &Rules) -> Report {
    let mut run = Run::new(roster, rules);
    let mut people = Vec::with_capacity(prior.len() + claims.len());
    people.extend(prior.iter().map(|c| roster.find(c.bearer, c.recipient).unwrap_or(u32::MAX)));
    let (mut found, mut places) = (Vec::with_capacity(BLOCK), Vec::with_capacity(BLOCK));
    for (block, claims) in claims.chunks(BLOCK).enumerate() {
        roster.find_all(claims, &mut found, &mut places);
        for (i, (claim, person)) in claims.iter().zip(&found).enumerate() {
            run.one(narrow(block * BLOCK + i), claim, person.as_ref().map(|(_, row)| row));
            people.push(person.map_or(u32::MAX, |(place, _)| place));
        }
    }
    run.duplicates(claims, prior, &people);
    run.report()
}

/// Claims whose people are looked up together.
const BLOCK: usize = 256;

struct Run<'a> {
    roster: &'a Roster,
    rules: &'a Rules,
    month: (YearMonth, Month),
    findings: Vec<Finding>,
    judged: [u64; Check::ALL.len()],
    skipped: [u64; Check::ALL.len()],
}

impl<'a> Run<'a> {
    fn new(roster: &'a Roster, rules: &'a Rules) -> Self {
        let start = YearMonth { year: 1970, month: 1 };
        let zero = [0; Check::ALL.len()];
        Self { roster, rules, month: (start, Month::of(start)), findings: Vec::new(), judged: zero, skipped: zero }
    }

    fn note(&mut self, check: Check, judged: bool) {
        let counts = if judged { &mut self.judged } else { &mut self.skipped };
        if let Some(count) = counts.get_mut(check as usize) {
            *count += 1;
        }
    }

    fn find(&mut self, claim: u32, severity: Severity, reason: Reason, days: u32) {
        self.findings.push(Finding { claim, severity, reason, days });
    }

    /// All checks of one claim but duplicates.
    fn one(&mut self, place: u32, claim: &Claim, row: Option<&Row>) {
        self.note(Check::Bearer, true);
        if !self.roster.has_bearer(claim.bearer) {
            self.find(place, Severity::Unfit, Reason::WrongBearer, 0);
            return;
        }
        self.note(Check::Recipient, true);
        let Some(row) = row else {
            self.find(place, Severity::Unfit, Reason::UnknownRecipient, 0);
            return;
        };
        if self.month.0 != claim.month {
            self.month = (claim.month, Month::of(claim.month));
        }
        let month = self.month.1;
        let detail = self.roster.detail(row);
        self.period(place, claim, row, detail, month);
        self.identity(place, claim, row, month);
        self.rate(place, claim, row, month);
        self.other_law(place, claim, detail, month);
        self.copay(place, claim);
    }

    fn period(&mut self, place: u32, claim: &Claim, row: &Row, detail: Option<&Detail>, month: Month) {
        self.note(Check::Period, true);
        let whole = month.mask();
        let visited = claim.days & whole;
        let (covered, suspended) = match detail {
            None => (month.within((row.from, row.to)), 0),
            Some(detail) => {
                let union = |spans: &[(i32, i32)]| spans.iter().fold(0, |mask, span| mask | month.within(*span));
                (union(&detail.periods), union(&detail.suspensions))
            }
        };
        if covered == whole && suspended == 0 {
            return;
        }
        // Without visit days every day of the month is a suspect, and only a month wholly outside is certain.
        let suspects = if visited == 0 { whole } else { visited };
        let outside = suspects & !covered;
        let halted = suspects & covered & suspended;
        let severity = |mask: u32| if visited != 0 || mask == suspects { Severity::Unfit } else { Severity::Review };
        let evidence = |mask: u32| mask & visited;
        let before = outside & month.within((i32::MIN, row.from.saturating_sub(1)));
        let after = outside & !before;
        if before != 0 {
            let reason = Reason::BeforeStart { start: day::date(row.from) };
            self.find(place, severity(before), reason, evidence(before));
        }
        if after != 0 {
            let first = month.first_of(after);
            let ends = detail.map_or(&[][..], |d| d.periods.as_slice()).iter().map(|p| p.1);
            let last = ends.filter(|to| *to < first).max().unwrap_or(row.to);
            let reason = Reason::AfterLoss { last: day::date(last) };
            self.find(place, severity(after), reason, evidence(after));
        }
        if halted != 0 {
            self.find(place, severity(halted), Reason::Suspended, evidence(halted));
        }
    }

    fn identity(&mut self, place: u32, claim: &Claim, row: &Row, month: Month) {
        match claim.birth.filter(|_| row.birth != i32::MIN) {
            None => self.note(Check::Birth, false),
            Some(birth) => {
                self.note(Check::Birth, true);
                if day::number(birth) != row.birth {
                    let before_birth = month.last() < row.birth;
                    let severity = if before_birth { Severity::Review } else { Severity::Unfit };
                    self.find(place, severity, Reason::BirthMismatch { before_birth }, 0);
                }
            }
        }
        match claim.sex.filter(|_| row.sex != 0) {
            None => self.note(Check::Sex, false),
            Some(sex) => {
                self.note(Check::Sex, true);
                if sex.code() != row.sex {
                    self.find(place, Severity::Unfit, Reason::SexMismatch, 0);
                }
            }
        }
        let known = claim.kana != 0 && row.kana != 0;
        self.note(Check::Name, known);
        if known && claim.kana != row.kana {
            self.find(place, Severity::Review, Reason::NameMismatch, 0);
        }
    }

    fn rate(&mut self, place: u32, claim: &Claim, row: &Row, month: Month) {
        let Some(rule) = self.rules.rate else { return };
        let insured = matches!(claim.kind.program(), Program::Insured | Program::Retired);
        let class = claim.kind.class();
        let by_age = insured && !matches!(class, PatientClass::ElderlyGeneral | PatientClass::ElderlyHigh);
        if !by_age || row.birth == i32::MIN {
            self.note(Check::BenefitRate, false);
            return;
        }
        let days = month.first - row.birth;
        if days >= 366 * i32::from(rule.elderly_age) {
            self.note(Check::BenefitRate, false);
            return;
        }
        self.note(Check::BenefitRate, true);
        // The calendar is asked only for those near the limit: the age is attained after at least 365 days a year, and the March
        // after it ends within another year.
        let age = i32::from(rule.preschool_age);
        let preschool = match days {
            _ if days <= 365 * age => true,
            _ if days > 366 * (age + 1) => false,
            _ => day::number(march_31_after(day::date(row.birth), rule.preschool_age)) >= month.first,
        };
        let expected = match row.rate {
            0 if preschool => rule.preschool,
            0 => rule.standard,
            own => own,
        };
        let class_differs = preschool != (class == PatientClass::Preschool);
        if class_differs || claim.benefit_rate.is_some_and(|recorded| recorded != expected) {
            let reason = Reason::BenefitRateMismatch { recorded: claim.benefit_rate, expected, class_differs };
            self.find(place, Severity::Review, reason, 0);
        }
    }

    fn other_law(&mut self, place: u32, claim: &Claim, detail: Option<&Detail>, month: Month) {
        self.note(Check::OtherLaw, true);
        let suspects = if claim.days == 0 { month.mask() } else { claim.days };
        for (law, from, to) in detail.map_or(&[][..], |d| d.other_laws.as_slice()) {
            let days = suspects & month.within((*from, *to));
            if days != 0 && !claim.laws.contains(law) {
                self.find(place, Severity::Review, Reason::OtherLawFirst { law: *law }, days & claim.days);
            }
        }
    }

    fn copay(&mut self, place: u32, claim: &Claim) {
        let Some(rule) = self.rules.copay else { return };
        let counted = u16::try_from(claim.days.count_ones()).ok().filter(|n| *n > 0);
        let (Some(paid), Some(days)) = (claim.copay, claim.day_count.or(counted)) else {
            self.note(Check::Copay, false);
            return;
        };
        self.note(Check::Copay, true);
        let limit = rule.limit(claim.kind.table(), days);
        if paid > limit {
            self.find(place, Severity::Unfit, Reason::CopayOverLimit { paid, limit }, 0);
        }
    }

    /// Claims of one person with the same institution, month, 入外 and kind. Two insurers in a month, or two numbers of one insurer, make
    /// two receipts by right: with visit days that do not meet, they are 要確認 or nothing.
    fn duplicates(&mut self, claims: &[Claim], prior: &[Claim], people: &[u32]) {
        let at = |i: u32| {
            let i = i as usize;
            if i < prior.len() { prior.get(i) } else { claims.get(i - prior.len()) }
        };
        let mut starts = vec![0u32; self.roster.len() + 1];
        for person in people {
            if let Some(count) = starts.get_mut(*person as usize) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            (*start, sum) = (sum, sum + *start);
        }
        let mut entries = vec![(0u32, 0u32); sum as usize];
        let mut next = starts.clone();
        for (i, person) in people.iter().enumerate() {
            let known = next.get_mut(*person as usize);
            if i >= prior.len() {
                self.note(Check::Duplicate, known.is_some());
            }
            if let (Some(slot), Some(claim)) = (known, at(narrow(i))) {
                if let Some(entry) = entries.get_mut(*slot as usize) {
                    *entry = (likeness(claim), narrow(i));
                }
                *slot += 1;
            }
        }
        for window in starts.windows(2) {
            let [from, to] = window else { continue };
            let Some(group) = entries.get_mut(*from as usize..*to as usize).filter(|g| g.len() > 1) else { continue };
            group.sort_unstable();
            for like in group.chunk_by(|a, b| a.0 == b.0).filter(|like| like.len() > 1) {
                for (later, (_, i)) in like.iter().enumerate() {
                    let (Some(claim), Some(place)) = (at(*i), i.checked_sub(narrow(prior.len()))) else { continue };
                    let earlier = like.iter().take(later);
                    let hit = earlier.filter_map(|(_, e)| Some((*e, conflict(at(*e)?, claim)?))).max_by_key(|(_, c)| c.0);
                    if let Some((e, (severity, days))) = hit {
                        let known = narrow(prior.len());
                        let reason = match e.checked_sub(known) {
                            Some(of) => Reason::Duplicate { of, prior: false },
                            None => Reason::Duplicate { of: e, prior: true },
                        };
                        self.find(place, severity, reason, days);
                    }
                }
            }
        }
    }

    fn report(mut self) -> Report {
        self.findings.sort_by_key(|f| (f.claim, f.reason.check()));
        let mut found = [0u64; Check::ALL.len()];
        for finding in &self.findings {
            if let Some(n) = found.get_mut(finding.reason.check() as usize) {
                *n += 1;
            }
        }
        let ran = |check| match check {
            Check::BenefitRate => self.rules.rate.is_some(),
            Check::Copay => self.rules.copay.is_some(),
            _ => true,
        };
        let numbers = self.judged.iter().zip(&self.skipped).zip(&found);
        let tallies = Check::ALL
            .iter()
            .zip(numbers)
            .map(|(check, ((judged, skipped), found))| Tally {
                check: *check,
                ran: ran(*check),
                judged: *judged,
                skipped: *skipped,
                found: *found,
            })
            .collect();
        Report { findings: self.findings, tallies }
    }
}

fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A mark that equal (institution, month, kind) share.
fn likeness(claim: &Claim) -> u32 {
    let month = u64::from(claim.month.index().unsigned_abs());
    let mixed = claim.institution.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (month << 16 | u64::from(claim.kind.code()));
    (mixed.wrapping_mul(0xD6E8_FEB8_6659_FD93) >> 32) as u32
}

/// Do two claims of one person bill the same thing? How sure, and the days that both name.
fn conflict(earlier: &Claim, later: &Claim) -> Option<(Severity, u32)> {
    let same = |c: &Claim| (c.institution, c.month, c.kind);
    if same(earlier) != same(later) {
        return None;
    }
    let both = earlier.days & later.days;
    let apart = earlier.days != 0 && later.days != 0 && both == 0;
    match (earlier.insurer == later.insurer, apart) {
        (true, false) => Some((Severity::Unfit, both)),
        (true, true) | (false, false) => Some((Severity::Review, both)),
        (false, true) => None,
    }
}
