//! 国民の祝日, and the days on which offices and banks are closed.
//!
//! Rules: 国民の祝日に関する法律 (昭和23年法律第178号) with its amendments and the five special laws of the Imperial house. The days of
//! the equinoxes are announced each February for the following year; until then they are computed (good for 1900–2099).

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

/// When in the year a holiday lies.
enum Day {
    Fixed(i8, i8),
    /// The n-th Monday of a month (ハッピーマンデー).
    Monday(i8, i8),
    Spring,
    Autumn,
}

use Day::{Autumn, Fixed, Monday, Spring};

/// (name, first year, last year, day). The law came into force on 20 July 1948.
const RULES: &[(&str, i16, i16, Day)] = &[
    ("元日", 1949, 9999, Fixed(1, 1)),
    ("成人の日", 1949, 1999, Fixed(1, 15)),
    ("成人の日", 2000, 9999, Monday(1, 2)),
    ("建国記念の日", 1967, 9999, Fixed(2, 11)),
    ("天皇誕生日", 2020, 9999, Fixed(2, 23)),
    ("春分の日", 1949, 9999, Spring),
    ("天皇誕生日", 1949, 1988, Fixed(4, 29)),
    ("みどりの日", 1989, 2006, Fixed(4, 29)),
    ("昭和の日", 2007, 9999, Fixed(4, 29)),
    ("憲法記念日", 1949, 9999, Fixed(5, 3)),
    ("みどりの日", 2007, 9999, Fixed(5, 4)),
    ("こどもの日", 1949, 9999, Fixed(5, 5)),
    ("海の日", 1996, 2002, Fixed(7, 20)),
    ("海の日", 2003, 2019, Monday(7, 3)),
    ("海の日", 2020, 2020, Fixed(7, 23)),
    ("海の日", 2021, 2021, Fixed(7, 22)),
    ("海の日", 2022, 9999, Monday(7, 3)),
    ("山の日", 2016, 2019, Fixed(8, 11)),
    ("山の日", 2020, 2020, Fixed(8, 10)),
    ("山の日", 2021, 2021, Fixed(8, 8)),
    ("山の日", 2022, 9999, Fixed(8, 11)),
    ("敬老の日", 1966, 2002, Fixed(9, 15)),
    ("敬老の日", 2003, 9999, Monday(9, 3)),
    ("秋分の日", 1948, 9999, Autumn),
    ("体育の日", 1966, 1999, Fixed(10, 10)),
    ("体育の日", 2000, 2019, Monday(10, 2)),
    ("スポーツの日", 2020, 2020, Fixed(7, 24)),
    ("スポーツの日", 2021, 2021, Fixed(7, 23)),
    ("スポーツの日", 2022, 9999, Monday(10, 2)),
    ("文化の日", 1948, 9999, Fixed(11, 3)),
    ("勤労感謝の日", 1948, 9999, Fixed(11, 23)),
    ("天皇誕生日", 1989, 2018, Fixed(12, 23)),
    ("皇太子明仁親王の結婚の儀", 1959, 1959, Fixed(4, 10)),
    ("昭和天皇の大喪の礼", 1989, 1989, Fixed(2, 24)),
    ("即位礼正殿の儀", 1990, 1990, Fixed(11, 12)),
    ("皇太子徳仁親王の結婚の儀", 1993, 1993, Fixed(6, 9)),
    ("天皇の即位の日", 2019, 2019, Fixed(5, 1)),
    ("即位礼正殿の儀", 2019, 2019, Fixed(10, 22)),
];

/// From this day a holiday on a Sunday moves on (昭和48年法律第10号).
const SUBSTITUTE_SINCE: Date = Date::constant(1973, 4, 12);
/// From this day a day between two holidays is one (昭和60年法律第103号).
const BETWEEN_SINCE: Date = Date::constant(1985, 12, 27);
/// From this day the substitute is the next day that is no holiday, not just the Monday (平成17年法律第43号).
const SUBSTITUTE_MOVES_SINCE: Date = Date::constant(2007, 1, 1);

/// Name of the holiday on a day: a 国民の祝日, 振替休日 or 国民の休日. None on other days, weekends among them.
pub fn holiday(date: Date) -> Option<&'static str> {
    named(date).or_else(|| is_substitute(date).then_some("振替休日")).or_else(|| is_between(date).then_some("国民の休日"))
}

/// True when the city hall is closed: Saturday, Sunday, holiday, 29 December to 3 January (地方自治法4条の2; the days of the
/// year's end are set by each city's ordinance, almost always these).
pub fn office_closed(date: Date) -> bool {
    weekend(date) || holiday(date).is_some() || matches!((date.month(), date.day()), (12, 29..) | (1, ..=3))
}

/// True when banks are closed: Saturday, Sunday, holiday, 31 December to 3 January (銀行法施行令5条).
pub fn bank_closed(date: Date) -> bool {
    weekend(date) || holiday(date).is_some() || matches!((date.month(), date.day()), (12, 31) | (1, ..=3))
}

/// The day itself or the first day after it on which the city hall is open: where a time limit ends that falls on a closed
/// day (地方自治法4条の2第4項).
pub fn office_day_from(date: Date) -> Date {
    step(date, office_closed, Date::tomorrow)
}

/// The day itself or the first day after it on which banks are open.
pub fn bank_day_from(date: Date) -> Date {
    step(date, bank_closed, Date::tomorrow)
}

/// The day itself or the last day before it on which banks are open: when a transfer due on a closed day is made early.
pub fn bank_day_until(date: Date) -> Date {
    step(date, bank_closed, Date::yesterday)
}

fn step(mut date: Date, closed: fn(Date) -> bool, next: fn(Date) -> Result<Date, jiff::Error>) -> Date {
    while closed(date) {
        match next(date) {
            Ok(day) => date = day,
            Err(_) => break,
        }
    }
    date
}

fn weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn named(date: Date) -> Option<&'static str> {
    let year = date.year();
    let on = |day: &Day| match *day {
        Fixed(month, day) => date.month() == month && date.day() == day,
        Monday(month, nth) => date.month() == month && date.weekday() == Weekday::Monday && (date.day() - 1) / 7 + 1 == nth,
        Spring => date.month() == 3 && i32::from(date.day()) == equinox(year, 20_835_700, 20_843_100),
        Autumn => date.month() == 9 && i32::from(date.day()) == equinox(year, 23_258_800, 23_248_800),
    };
    RULES.iter().find(|(_, first, last, day)| (*first..=*last).contains(&year) && on(day)).map(|(name, ..)| *name)
}

/// Day of the month of an equinox; the constants are millionths of a day for the years before and from 1980.
fn equinox(year: i16, before: i32, since: i32) -> i32 {
    let years = i32::from(year) - 1980;
    let (start, leap_days) = if years < 0 { (before, (years - 3) / 4) } else { (since, years / 4) };
    (start + 242_194 * years).div_euclid(1_000_000) - leap_days
}

fn is_substitute(date: Date) -> bool {
    if date < SUBSTITUTE_SINCE || named(date).is_some() {
        return false;
    }
    // Back over the holidays right before this day to a Sunday.
    let reach = if date < SUBSTITUTE_MOVES_SINCE { 1 } else { 6 };
    let mut before = (1..=reach).map_while(|n: i32| date.checked_sub(n.days()).ok()).take_while(|d| named(*d).is_some());
    before.any(|d| d.weekday() == Weekday::Sunday)
}

fn is_between(date: Date) -> bool {
    let holiday_on = |day: Result<Date, jiff::Error>| day.is_ok_and(|d| named(d).is_some());
    date >= BETWEEN_SINCE && date.weekday() != Weekday::Sunday && holiday_on(date.yesterday()) && holiday_on(date.tomorrow())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn of_year(year: i16) -> Vec<(Date, &'static str)> {
        let days = date(year, 1, 1).series(1.day()).take_while(|d| d.year() == year);
        days.filter_map(|d| Some((d, holiday(d)?))).collect()
    }

    #[test]
    fn the_year_2026_has_eighteen_holidays() {
        let days = of_year(2026);
        assert_eq!(days.len(), 18);
        assert!(days.contains(&(date(2026, 9, 22), "国民の休日")));
        assert!(days.contains(&(date(2026, 5, 6), "振替休日")));
        assert!(days.contains(&(date(2026, 11, 23), "勤労感謝の日")));
    }

    /// One line a year, made with the Python package `holidays` 0.108.
    #[test]
    fn every_year_from_1949_to_2099_agrees_with_an_independent_list() {
        let list = include_str!("../tests/holidays.txt");
        let mut years = 0;
        for line in list.lines() {
            let ours = of_year(line.split(' ').next().unwrap().parse().unwrap());
            let days: Vec<String> = ours.iter().map(|(d, _)| format!("{:02}{:02}", d.month(), d.day())).collect();
            assert_eq!(line.split(' ').skip(1).collect::<Vec<_>>(), days, "{line}");
            years += 1;
        }
        assert_eq!(years, 151);
    }

    #[test]
    fn the_first_year_has_only_its_second_half() {
        assert_eq!(
            of_year(1948),
            [(date(1948, 9, 23), "秋分の日"), (date(1948, 11, 3), "文化の日"), (date(1948, 11, 23), "勤労感謝の日")]
        );
        assert_eq!(of_year(1947), []);
    }

    #[test]
    fn city_hall_and_banks_close_differently_at_the_years_end() {
        let (open_bank, both_closed) = (date(2026, 12, 30), date(2026, 12, 31));
        assert!(office_closed(open_bank) && !bank_closed(open_bank));
        assert!(office_closed(both_closed) && bank_closed(both_closed));
        assert_eq!(office_day_from(date(2026, 12, 29)), date(2027, 1, 4));
        assert_eq!(bank_day_from(date(2026, 9, 19)), date(2026, 9, 24));
        assert_eq!(bank_day_until(date(2026, 9, 23)), date(2026, 9, 18));
        assert_eq!(office_day_from(date(2026, 11, 20)), date(2026, 11, 20));
        assert_eq!(bank_day_from(Date::MAX), bank_day_from(Date::MAX), "the end of the calendar ends the search");
    }
}
