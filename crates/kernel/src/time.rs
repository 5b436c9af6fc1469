//! Dates: 和暦, partly unknown dates, periods, legal age and fiscal years. Time itself is a parameter ([`Clock`]).

use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// A calendar day.
pub type Date = jiff::civil::Date;
/// An instant.
pub type Timestamp = jiff::Timestamp;

/// Where the time comes from: the machine in production, a fixed value in tests and demos.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;

    /// The business date, in Japan.
    fn today(&self) -> Date {
        civil(self.now())
    }
}

/// The day in Japan (UTC+9, no summer time) at an instant.
pub fn civil(at: Timestamp) -> Date {
    jiff::tz::Offset::constant(9).to_datetime(at).date()
}

/// Time of day in Japan, `9:42`.
pub fn clock_time(at: Timestamp) -> String {
    let t = jiff::tz::Offset::constant(9).to_datetime(at).time();
    format!("{}:{:02}", t.hour(), t.minute())
}

/// Time of day in Japan as interfaces write it, `09:42:05`.
pub fn clock_seconds(at: Timestamp) -> String {
    let t = jiff::tz::Offset::constant(9).to_datetime(at).time();
    format!("{:02}:{:02}:{:02}", t.hour(), t.minute(), t.second())
}

/// Hour of the day in Japan, 0 to 23.
pub fn hour(at: Timestamp) -> i8 {
    jiff::tz::Offset::constant(9).to_datetime(at).hour()
}

/// Why a date was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DateError {
    /// Not a date in any known notation.
    #[error("日付として読めません。令和8年11月20日、R8.11.20、2026-11-20 のように入力してください")]
    Unreadable,
    /// The day does not exist in the calendar or in that era.
    #[error("暦にない日付です。年月日を確かめてください")]
    NoSuchDay,
    /// The last day lies before the first.
    #[error("期間の終わりが始まりより前です。日付を確かめてください")]
    Reversed,
}

struct Era {
    name: &'static str,
    letter: char,
    first: Date,
}

const ERAS: [Era; 5] = [
    Era { name: "令和", letter: 'R', first: Date::constant(2019, 5, 1) },
    Era { name: "平成", letter: 'H', first: Date::constant(1989, 1, 8) },
    Era { name: "昭和", letter: 'S', first: Date::constant(1926, 12, 25) },
    Era { name: "大正", letter: 'T', first: Date::constant(1912, 7, 30) },
    Era { name: "明治", letter: 'M', first: Date::constant(1868, 10, 23) },
];

fn era_of(date: Date) -> Option<&'static Era> {
    ERAS.iter().find(|e| date >= e.first)
}

/// 令和8年11月20日; the first year is 元年. Days before 明治 print in the western calendar.
pub fn wareki(date: Date) -> String {
    let Some(era) = era_of(date) else { return format!("{}年{}月{}日", date.year(), date.month(), date.day()) };
    let year = date.year() - era.first.year() + 1;
    let year = if year == 1 { "元".to_owned() } else { year.to_string() };
    format!("{}{}年{}月{}日", era.name, year, date.month(), date.day())
}

/// 令和2年11月3日 (2020).
pub fn wareki_with_year(date: Date) -> String {
    format!("{} ({})", wareki(date), date.year())
}

/// R8.11.20, for tables.
pub fn wareki_short(date: Date) -> String {
    let Some(era) = era_of(date) else { return date.to_string() };
    format!("{}{}.{}.{}", era.letter, date.year() - era.first.year() + 1, date.month(), date.day())
}

/// 令和8年度, for a fiscal year given by its western number.
pub fn wareki_fiscal(year: i16) -> String {
    let first = Date::new(year, 4, 1).unwrap_or(Date::MIN);
    let text = wareki(first);
    // 平成31年度 began before 令和, so the era of 1 April is the one in use.
    text.split('年').next().map(|y| format!("{y}年度")).unwrap_or(text)
}

/// The day with this era name or letter, year, month and day; it must lie within the era.
///
/// # Errors
/// [`DateError::Unreadable`] for an unknown era, [`DateError::NoSuchDay`] for a day outside the calendar or the era.
pub fn from_era(era: &str, year: i16, month: i8, day: i8) -> Result<Date, DateError> {
    let found = ERAS.iter().position(|e| e.name == era || era.eq_ignore_ascii_case(&e.letter.to_string()));
    let Some((position, era)) = found.and_then(|i| ERAS.get(i).map(|e| (i, e))) else { return Err(DateError::Unreadable) };
    let western = era.first.year().checked_add(year).and_then(|y| y.checked_sub(1)).ok_or(DateError::NoSuchDay)?;
    let date = Date::new(western, month, day).map_err(|_| DateError::NoSuchDay)?;
    let next = position.checked_sub(1).and_then(|i| ERAS.get(i));
    if year < 1 || date < era.first || next.is_some_and(|n| date >= n.first) {
        return Err(DateError::NoSuchDay);
    }
    Ok(date)
}

/// Reads a full date as a clerk writes it: 令和8年11月20日, 令和元年5月1日, R8.11.20, S60/2/28, 2026-11-20, 2026/11/20, 20261120. Full-width digits too.
///
/// # Errors
/// [`DateError`] when the notation or the day is unknown.
pub fn parse_date(text: &str) -> Result<Date, DateError> {
    let text: String = text.trim().chars().map(half_width).collect::<String>().replace('元', "1");
    let (era, rest) = match ERAS.iter().find(|e| text.starts_with(e.name)) {
        Some(e) => (Some(e.name.to_owned()), text.get(e.name.len()..).unwrap_or_default().to_owned()),
        None => match text.chars().next() {
            Some(c) if c.is_ascii_alphabetic() => (Some(c.to_string()), text.chars().skip(1).collect()),
            _ => (None, text.clone()),
        },
    };
    if era.is_none() && rest.len() == 8 && rest.bytes().all(|b| b.is_ascii_digit()) {
        let n: i32 = rest.parse().map_err(|_| DateError::Unreadable)?;
        return date_of(n / 10_000, n / 100 % 100, n % 100);
    }
    let parts: Vec<&str> = rest.split(|c: char| !c.is_ascii_digit()).filter(|p| !p.is_empty()).collect();
    let allowed = |c: char| c.is_ascii_digit() || "-/.年月日 ".contains(c);
    let [year, month, day] = parts.as_slice() else { return Err(DateError::Unreadable) };
    if !rest.chars().all(allowed) {
        return Err(DateError::Unreadable);
    }
    let number = |s: &str| s.parse::<i32>().map_err(|_| DateError::Unreadable);
    let (year, month, day) = (number(year)?, number(month)?, number(day)?);
    match era {
        None => date_of(year, month, day),
        Some(era) => {
            let narrow = |n: i32| i8::try_from(n).map_err(|_| DateError::NoSuchDay);
            from_era(&era, i16::try_from(year).map_err(|_| DateError::NoSuchDay)?, narrow(month)?, narrow(day)?)
        }
    }
}

fn date_of(year: i32, month: i32, day: i32) -> Result<Date, DateError> {
    let narrow = |n: i32| i8::try_from(n).map_err(|_| DateError::NoSuchDay);
    let year = i16::try_from(year).map_err(|_| DateError::NoSuchDay)?;
    Date::new(year, narrow(month)?, narrow(day)?).map_err(|_| DateError::NoSuchDay)
}

fn half_width(c: char) -> char {
    match c {
        '！'..='～' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '　' => ' ',
        other => other,
    }
}

/// A date that may be partly unknown (不詳): the text as recorded, and the earliest and latest day it can mean.
/// Each rule states which bound it uses.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PartialDate {
    /// As recorded, for instance 昭和20年3月不詳日.
    pub text: String,
    /// First day it can be.
    pub earliest: Date,
    /// Last day it can be.
    pub latest: Date,
}

impl PartialDate {
    /// A fully known day.
    pub fn known(date: Date) -> Self {
        Self { text: wareki(date), earliest: date, latest: date }
    }

    /// The day, when it is fully known.
    pub fn exact(&self) -> Option<Date> {
        (self.earliest == self.latest).then_some(self.earliest)
    }

    /// Reads a date whose month or day may be 不詳, or that ends in 頃: 昭和20年不詳, 昭和20年3月不詳, 昭和20年頃, 年月日不詳.
    ///
    /// # Errors
    /// [`DateError`] when not even the year can be read (年月日不詳 spans everything and is allowed).
    pub fn parse(text: &str) -> Result<Self, DateError> {
        let text = text.trim();
        if let Ok(date) = parse_date(text) {
            return Ok(Self::known(date));
        }
        if !text.contains("不詳") && !text.contains('頃') {
            return Err(DateError::Unreadable);
        }
        if text.starts_with("年月日不詳") || text.starts_with("不詳") || text.starts_with("生年月日不詳") {
            let (earliest, latest) = (Date::constant(1868, 10, 23), Date::constant(9999, 12, 31));
            return Ok(Self { text: text.to_owned(), earliest, latest });
        }
        let plain: String = text.chars().map(half_width).collect::<String>().replace('元', "1");
        let era = ERAS.iter().find(|e| plain.starts_with(e.name));
        let rest = era.map_or(plain.as_str(), |e| plain.get(e.name.len()..).unwrap_or_default());
        let (year, tail) = rest.split_once('年').ok_or(DateError::Unreadable)?;
        let year: i16 = year.parse().map_err(|_| DateError::Unreadable)?;
        let western = era.map_or(Some(year), |e| e.first.year().checked_add(year)?.checked_sub(1)).ok_or(DateError::NoSuchDay)?;
        let month = tail.split_once('月').and_then(|(m, _)| m.parse::<i8>().ok());
        let (first, last) = match month {
            Some(m) => {
                let first = Date::new(western, m, 1).map_err(|_| DateError::NoSuchDay)?;
                (first, first.last_of_month())
            }
            None => {
                let first = Date::new(western, 1, 1).map_err(|_| DateError::NoSuchDay)?;
                (first, first.last_of_year())
            }
        };
        let earliest = era.map_or(first, |e| first.max(e.first));
        if earliest > last {
            return Err(DateError::NoSuchDay);
        }
        Ok(Self { text: text.to_owned(), earliest, latest: last })
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A stretch of days, both ends included. An open end has no last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Period {
    /// First day.
    pub from: Date,
    /// Last day, when there is one.
    pub to: Option<Date>,
}

impl Period {
    /// A period; the last day may not lie before the first.
    ///
    /// # Errors
    /// [`DateError::Reversed`].
    pub fn new(from: Date, to: Option<Date>) -> Result<Self, DateError> {
        match to {
            Some(to) if to < from => Err(DateError::Reversed),
            _ => Ok(Self { from, to }),
        }
    }

    /// Is the day inside?
    pub fn contains(&self, day: Date) -> bool {
        day >= self.from && self.to.is_none_or(|to| day <= to)
    }

    /// Do the two share a day?
    pub fn overlaps(&self, other: &Period) -> bool {
        self.to.is_none_or(|to| other.from <= to) && other.to.is_none_or(|to| self.from <= to)
    }
}

/// A calendar month, such as 診療年月 or 審査年月.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct YearMonth {
    /// Western year.
    pub year: i16,
    /// 1–12.
    pub month: i8,
}

impl YearMonth {
    /// The month of a day.
    pub fn of(date: Date) -> Self {
        Self { year: date.year(), month: date.month() }
    }

    /// Reads `YYYYMM`, `YYYY-MM` or the era-coded `GYYMM` of older receipts (1 明治 … 5 令和).
    ///
    /// # Errors
    /// [`DateError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        let digits: String = text.chars().filter(|c| *c != '-').collect();
        let n: i32 = digits.parse().map_err(|_| DateError::Unreadable)?;
        let (year, month) = match digits.len() {
            6 => (n / 100, n % 100),
            5 => (era_base(n / 10_000)? + n / 100 % 100, n % 100),
            _ => return Err(DateError::Unreadable),
        };
        let first = date_of(year, month, 1)?;
        Ok(Self::of(first))
    }

    /// First day.
    pub fn first_day(self) -> Date {
        Date::new(self.year, self.month, 1).unwrap_or(Date::MIN)
    }

    /// Last day.
    pub fn last_day(self) -> Date {
        self.first_day().last_of_month()
    }

    /// Months since year 0, for arithmetic and compact storage.
    pub fn index(self) -> i32 {
        i32::from(self.year) * 12 + i32::from(self.month) - 1
    }

    /// The month at an [`YearMonth::index`].
    pub fn from_index(index: i32) -> Self {
        Self {
            year: i16::try_from(index.div_euclid(12)).unwrap_or_default(),
            month: i8::try_from(index.rem_euclid(12) + 1).unwrap_or(1),
        }
    }

    /// `n` months later (earlier when negative).
    pub fn plus(self, n: i32) -> Self {
        Self::from_index(self.index() + n)
    }

    /// `202611`.
    pub fn compact(self) -> String {
        format!("{:04}{:02}", self.year, self.month)
    }

    /// 令和8年11月.
    pub fn wareki(self) -> String {
        let text = wareki(self.last_day());
        text.rsplit_once('月').map(|(head, _)| format!("{head}月")).unwrap_or(text)
    }
}

impl fmt::Display for YearMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

fn era_base(code: i32) -> Result<i32, DateError> {
    match code {
        1 => Ok(1867),
        2 => Ok(1911),
        3 => Ok(1925),
        4 => Ok(1988),
        5 => Ok(2018),
        _ => Err(DateError::Unreadable),
    }
}

/// The fiscal year (4月1日–3月31日) of a day, by its western number.
pub fn fiscal_year(date: Date) -> i16 {
    if date.month() >= 4 { date.year() } else { date.year() - 1 }
}

/// The birthday in the year of age `age`: 29 February becomes 1 March in common years, so that the day before it is 28 February.
fn birthday(birth: Date, age: i16) -> Date {
    let year = birth.year().saturating_add(age);
    Date::new(year, birth.month(), birth.day()).or_else(|_| Date::new(year, 3, 1)).unwrap_or(Date::MAX)
}

/// The day on whose end a person attains `age`: the day before the birthday (年齢計算ニ関スル法律, 民法143条).
pub fn attained_on(birth: Date, age: i16) -> Date {
    birthday(birth, age).yesterday().unwrap_or(Date::MIN)
}

/// Age in completed years as people say it on a day (the birthday counts).
pub fn age_on(birth: Date, day: Date) -> i16 {
    let years = day.year() - birth.year();
    if day < birthday(birth, years) { years - 1 } else { years }
}

/// 「n歳に達する日以後の最初の3月31日」. A child born on 1 April attains the age on 31 March and leaves that same day.
pub fn march_31_after(birth: Date, age: i16) -> Date {
    let attained = attained_on(birth, age);
    let this_year = Date::new(attained.year(), 3, 31).unwrap_or(Date::MAX);
    if attained <= this_year { this_year } else { Date::new(attained.year() + 1, 3, 31).unwrap_or(Date::MAX) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(y: i16, m: i8, day: i8) -> Date {
        Date::new(y, m, day).unwrap()
    }

    #[test]
    fn eras_change_on_the_right_day() {
        assert_eq!(wareki(d(2019, 4, 30)), "平成31年4月30日");
        assert_eq!(wareki(d(2019, 5, 1)), "令和元年5月1日");
        assert_eq!(wareki(d(1989, 1, 7)), "昭和64年1月7日");
        assert_eq!(wareki(d(1926, 12, 25)), "昭和元年12月25日");
        assert_eq!(wareki(d(1926, 12, 24)), "大正15年12月24日");
        assert_eq!(wareki(d(1912, 7, 29)), "明治45年7月29日");
        assert_eq!(wareki_short(d(2026, 11, 20)), "R8.11.20");
        assert_eq!(wareki_fiscal(2019), "平成31年度");
        assert_eq!(wareki_fiscal(2026), "令和8年度");
    }

    #[test]
    fn a_date_is_read_in_every_notation_a_clerk_uses() {
        for text in [
            "令和2年11月3日",
            "R2.11.3",
            "r2/11/3",
            "2020-11-03",
            "2020/11/3",
            "20201103",
            "２０２０／１１／３",
            "令和２年１１月３日",
        ] {
            assert_eq!(parse_date(text), Ok(d(2020, 11, 3)), "{text}");
        }
        assert_eq!(parse_date("令和元年5月1日"), Ok(d(2019, 5, 1)));
        assert_eq!(parse_date("平成31年5月1日"), Err(DateError::NoSuchDay));
        assert_eq!(parse_date("S60.2.29"), Err(DateError::NoSuchDay));
        assert_eq!(parse_date("明日"), Err(DateError::Unreadable));
        for text in ["", "9999999999", "R8", "令和", "X1.1.1", "2026-13-01", "R-1.1.1"] {
            assert!(parse_date(text).is_err(), "{text}");
        }
    }

    #[test]
    fn partly_unknown_dates_keep_their_bounds() {
        let p = PartialDate::parse("昭和20年3月不詳").unwrap();
        assert_eq!((p.earliest, p.latest), (d(1945, 3, 1), d(1945, 3, 31)));
        let p = PartialDate::parse("昭和元年不詳").unwrap();
        assert_eq!((p.earliest, p.latest), (d(1926, 12, 25), d(1926, 12, 31)));
        assert_eq!(PartialDate::parse("昭和20年頃").unwrap().exact(), None);
        assert_eq!(PartialDate::parse("R2.11.3").unwrap().exact(), Some(d(2020, 11, 3)));
        assert!(PartialDate::parse("年月日不詳").is_ok());
        assert!(PartialDate::parse("むかし").is_err());
        assert_eq!(PartialDate::parse("令和32767年不詳"), Err(DateError::NoSuchDay), "a huge year is refused, not a crash");
    }

    #[test]
    fn legal_age_is_attained_the_day_before_the_birthday() {
        assert_eq!(attained_on(d(2018, 5, 1), 18), d(2036, 4, 30));
        assert_eq!(attained_on(d(2008, 2, 29), 17), d(2025, 2, 28));
        assert_eq!(attained_on(d(2008, 2, 29), 16), d(2024, 2, 28));
        assert_eq!(march_31_after(d(2008, 4, 1), 18), d(2026, 3, 31));
        assert_eq!(march_31_after(d(2008, 4, 2), 18), d(2027, 3, 31));
        assert_eq!(age_on(d(2020, 11, 3), d(2026, 11, 20)), 6);
        assert_eq!(age_on(d(2020, 11, 3), d(2026, 11, 2)), 5);
        assert_eq!(age_on(d(2008, 2, 29), d(2025, 2, 28)), 16);
    }

    #[test]
    fn months_count_and_read_both_notations() {
        assert_eq!(YearMonth::parse("202611"), Ok(YearMonth { year: 2026, month: 11 }));
        assert_eq!(YearMonth::parse("50811"), Ok(YearMonth { year: 2026, month: 11 }));
        assert_eq!(YearMonth { year: 2026, month: 1 }.plus(-1), YearMonth { year: 2025, month: 12 });
        assert_eq!(YearMonth { year: 2026, month: 11 }.wareki(), "令和8年11月");
        assert!(YearMonth::parse("202613").is_err());
    }

    #[test]
    fn periods_include_both_ends() {
        let p = Period::new(d(2026, 9, 1), Some(d(2026, 9, 15))).unwrap();
        assert!(p.contains(d(2026, 9, 15)) && !p.contains(d(2026, 9, 16)));
        assert!(p.overlaps(&Period { from: d(2026, 9, 15), to: None }));
        assert!(!p.overlaps(&Period { from: d(2026, 9, 16), to: None }));
        assert_eq!(Period::new(d(2026, 9, 2), Some(d(2026, 9, 1))), Err(DateError::Reversed));
    }
}
