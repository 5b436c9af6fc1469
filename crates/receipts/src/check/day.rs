//! Days as numbers (0 is 1 January 1970), so that periods are two integers and a month is a mask.

use kernel::time::{Date, Period, YearMonth};

/// An open end.
pub(super) const FOREVER: i32 = i32::MAX;

/// The number of a day in the Gregorian calendar (Howard Hinnant's civil-day count: March-based years of 400-year eras).
pub(super) fn number(date: Date) -> i32 {
    let (y, m, d) = (i32::from(date.year()), i32::from(date.month()), i32::from(date.day()));
    let y = if m <= 2 { y - 1 } else { y };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let day_of_year = (153 * ((m + 9) % 12) + 2) / 5 + d - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The day of a number.
pub(super) fn date(number: i32) -> Date {
    let days = i64::from(number) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let narrow = |n: i64| i8::try_from(n).unwrap_or(1);
    Date::new(i16::try_from(year).unwrap_or(i16::MAX), narrow(month), narrow(day)).unwrap_or(Date::MAX)
}

/// Both ends of a period; an open end is [`FOREVER`].
pub(super) fn span(period: &Period) -> (i32, i32) {
    (number(period.from), period.to.map_or(FOREVER, number))
}

/// A month as day numbers.
#[derive(Clone, Copy)]
pub(super) struct Month {
    pub first: i32,
    pub length: u32,
}

impl Month {
    pub fn of(month: YearMonth) -> Self {
        let first = number(month.first_day());
        Self { first, length: u32::try_from(month.last_day().day()).unwrap_or(31) }
    }

    pub fn last(self) -> i32 {
        self.first + self.length as i32 - 1
    }

    /// All days of the month.
    pub fn mask(self) -> u32 {
        u32::MAX >> (32 - self.length)
    }

    /// The days of the month inside `from..=to`.
    pub fn within(self, (from, to): (i32, i32)) -> u32 {
        let from = from.max(self.first);
        let to = to.min(self.last());
        if from > to {
            return 0;
        }
        let (low, high) = ((from - self.first) as u32, (to - self.first) as u32);
        (u32::MAX << low) & (u32::MAX >> (31 - high))
    }

    /// The number of the first day of a mask.
    pub fn first_of(self, mask: u32) -> i32 {
        self.first + mask.trailing_zeros().min(30) as i32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_days_are_the_same_thing() {
        assert_eq!(number(Date::new(1970, 1, 1).unwrap()), 0);
        assert_eq!(number(Date::new(2026, 11, 20).unwrap()), 20_777);
        let mut day = Date::new(1868, 1, 1).unwrap();
        let mut n = number(day);
        while day.year() < 2110 {
            assert_eq!(date(n), day);
            day = day.tomorrow().unwrap();
            n += 1;
            assert_eq!(number(day), n);
        }
    }

    #[test]
    fn a_period_covers_its_days_of_the_month() {
        let september = Month::of(YearMonth { year: 2026, month: 9 });
        let n = |d| number(Date::new(2026, 9, d).unwrap());
        assert_eq!(september.mask(), 0x3FFF_FFFF);
        assert_eq!(september.within((n(1), FOREVER)), september.mask());
        assert_eq!(september.within((n(15), n(16))), 0b11 << 14);
        assert_eq!(september.within((n(1) - 90, n(1) - 1)), 0);
        assert_eq!(september.within((n(30) + 1, FOREVER)), 0);
        assert_eq!(september.within((n(30), FOREVER)), 1 << 29);
    }
}
