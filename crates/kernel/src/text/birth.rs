//! Dates of birth as they are typed into a search box.

use super::width::fold_width;
use crate::time::{Date, parse_date};

/// First years of the eras less one, by the letter and by the digit of era-coded dates (3600229 is 昭和60年2月29日).
const ERAS: [(char, char, &str, i16); 5] = [
    ('M', '1', "明治", 1867),
    ('T', '2', "大正", 1911),
    ('S', '3', "昭和", 1925),
    ('H', '4', "平成", 1988),
    ('R', '5', "令和", 2018),
];

/// Reads a birth date query: R2.11.3, 令和2年11月3日, 令和元年…, 20201103, 2020-11-03, 2020/11/3, era-coded 5021103, any width.
/// Because old papers name eras past their end, 平成31年5月1日 is taken as 令和元年5月1日. None for anything else and for days
/// that never were, so that the caller can go on to search by name.
pub fn parse_birth_query(text: &str) -> Option<Date> {
    let text = fold_width(text);
    let text = text.trim();
    if text.len() == 7 && text.bytes().all(|b| b.is_ascii_digit()) {
        let (_, _, _, base) = ERAS.iter().find(|(_, digit, ..)| text.starts_with(*digit))?;
        return western(*base, text.get(1..3)?, text.get(3..5)?, text.get(5..7)?);
    }
    parse_date(text).ok().or_else(|| past_its_era(text))
}

/// The same notations with a year beyond the era's last.
fn past_its_era(text: &str) -> Option<Date> {
    let (base, rest) = ERAS.iter().find_map(|(letter, _, name, base)| {
        let rest = text
            .strip_prefix(name)
            .or_else(|| text.strip_prefix(*letter))
            .or_else(|| text.strip_prefix(letter.to_ascii_lowercase()))?;
        Some((*base, rest))
    })?;
    let mut parts = rest.split(['年', '月', '.', '/', '-']).map(|p| p.trim().trim_end_matches('日'));
    let day = western(base, parts.next()?, parts.next()?, parts.next()?)?;
    parts.all(str::is_empty).then_some(day)
}

fn western(base: i16, year: &str, month: &str, day: &str) -> Option<Date> {
    let year: i16 = year.parse().ok().filter(|y| (1..100).contains(y))?;
    Date::new(base + year, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn every_notation_of_one_birthday_is_understood() {
        for typed in [
            "R2.11.3",
            "r2/11/3",
            "令和2年11月3日",
            "令和２年１１月３日",
            "20201103",
            "２０２０１１０３",
            "2020-11-03",
            "2020/11/3",
            "２０２０／１１／３",
            "2020年11月3日",
            "5021103",
            " R2.11.3 ",
        ] {
            assert_eq!(parse_birth_query(typed), Some(date(2020, 11, 3)), "{typed}");
        }
        assert_eq!(parse_birth_query("S63.2.29"), Some(date(1988, 2, 29)));
        assert_eq!(parse_birth_query("昭和64年1月7日"), Some(date(1989, 1, 7)));
        assert_eq!(parse_birth_query("令和元年5月1日"), Some(date(2019, 5, 1)));
        assert_eq!(parse_birth_query("T15.12.24"), Some(date(1926, 12, 24)));
    }

    #[test]
    fn years_past_the_end_of_an_era_are_understood() {
        assert_eq!(parse_birth_query("平成31年5月1日"), Some(date(2019, 5, 1)));
        assert_eq!(parse_birth_query("H31.6.2"), Some(date(2019, 6, 2)));
        assert_eq!(parse_birth_query("S64.1.8"), Some(date(1989, 1, 8)));
    }

    #[test]
    fn days_that_never_were_and_other_texts_are_not_birthdays() {
        for typed in
            ["S60.2.29", "20210229", "R2.13.1", "令和2年", "高崎", "123456", "0721103", "", "R2.11", "R2.11.3.4", "H200.1.1"]
        {
            assert_eq!(parse_birth_query(typed), None, "{typed}");
        }
    }
}
