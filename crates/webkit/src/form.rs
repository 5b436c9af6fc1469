//! What a browser or an API client sent, and reading it field by field while collecting everything that is wrong.

use kernel::Yen;
use kernel::time::{Date, PartialDate, YearMonth, parse_date};
use platform::Fault;
use platform::fault::FieldProblem;
use std::collections::BTreeMap;

/// Names and values of a query, a form or a JSON object; a name may come several times.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form(BTreeMap<String, Vec<String>>);

/// A file that came with a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Name of the field.
    pub field: String,
    /// File name as sent; shown, never used as a path.
    pub name: String,
    /// Content.
    pub body: Vec<u8>,
}

impl Form {
    /// Adds a value.
    pub fn add(&mut self, name: &str, value: &str) {
        self.0.entry(name.to_owned()).or_default().push(value.to_owned());
    }

    /// Reads `a=1&b=2`.
    pub fn from_urlencoded(text: &str) -> Self {
        let mut form = Self::default();
        for pair in text.split('&').filter(|p| !p.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            form.add(&percent_decode(name), &percent_decode(value));
        }
        form
    }

    /// Reads a flat JSON object; numbers and truth values become text, arrays become several values. `None` for anything else.
    pub fn from_json(value: &serde_json::Value) -> Option<Self> {
        let mut form = Self::default();
        for (name, value) in value.as_object()? {
            let values = match value {
                serde_json::Value::Array(all) => all.clone(),
                other => vec![other.clone()],
            };
            for value in values {
                match value {
                    serde_json::Value::String(s) => form.add(name, &s),
                    serde_json::Value::Null => {}
                    serde_json::Value::Object(_) | serde_json::Value::Array(_) => return None,
                    other => form.add(name, &other.to_string()),
                }
            }
        }
        Some(form)
    }

    /// The first value, trimmed; empty when there is none.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(|v| v.first()).map_or("", |s| s.trim())
    }

    /// The first value, when it is not empty.
    pub fn some(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|s| !s.is_empty())
    }

    /// All values.
    pub fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// Was the box ticked?
    pub fn ticked(&self, name: &str) -> bool {
        !matches!(self.text(name), "" | "false" | "0" | "no")
    }

    /// Names that were sent.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Reads field by field.
    pub fn reader(&self) -> Reader<'_> {
        Reader { form: self, problems: vec![] }
    }
}

fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(b) = rest.next() {
        match b {
            b'+' => bytes.push(b' '),
            b'%' => {
                let pair = [rest.next().unwrap_or(b'%'), rest.next().unwrap_or(b'%')];
                let hex = std::str::from_utf8(&pair).ok().and_then(|h| u8::from_str_radix(h, 16).ok());
                bytes.push(hex.unwrap_or(b'?'));
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads fields and remembers every problem, so that a clerk sees them all at once. A bad field reads as an empty value; nothing is used
/// before [`Reader::finish`] says that there were no problems.
#[derive(Debug)]
pub struct Reader<'a> {
    form: &'a Form,
    problems: Vec<FieldProblem>,
}

impl Reader<'_> {
    /// Notes a problem.
    pub fn problem(&mut self, field: &'static str, message: impl Into<String>) {
        self.problems.push(FieldProblem::new(field, message));
    }

    /// Required text.
    pub fn text(&mut self, field: &'static str, label: &str) -> String {
        let value = self.form.text(field).to_owned();
        if value.is_empty() {
            self.problem(field, format!("{label}を入力してください"));
        }
        if value.chars().count() > 1_000 {
            self.problem(field, format!("{label}が長すぎます。1,000文字までにしてください"));
        }
        value
    }

    /// Optional text.
    pub fn optional(&mut self, field: &'static str) -> Option<String> {
        self.form.some(field).map(str::to_owned)
    }

    /// One of the allowed values.
    pub fn choice(&mut self, field: &'static str, label: &str, allowed: &[&str]) -> String {
        let value = self.form.text(field).to_owned();
        if !allowed.contains(&value.as_str()) {
            self.problem(field, format!("{label}を選んでください"));
        }
        value
    }

    /// Required day.
    pub fn date(&mut self, field: &'static str, label: &str) -> Date {
        match self.optional_date(field, label) {
            Some(date) => date,
            None => {
                if self.form.some(field).is_none() {
                    self.problem(field, format!("{label}を入力してください"));
                }
                Date::MIN
            }
        }
    }

    /// Optional day.
    pub fn optional_date(&mut self, field: &'static str, label: &str) -> Option<Date> {
        let text = self.form.some(field)?;
        match parse_date(text) {
            Ok(date) => Some(date),
            Err(error) => {
                self.problem(field, format!("{label}: {error}"));
                None
            }
        }
    }

    /// Required day that may be partly unknown.
    pub fn partial_date(&mut self, field: &'static str, label: &str) -> PartialDate {
        match PartialDate::parse(self.form.text(field)) {
            Ok(date) => date,
            Err(error) => {
                self.problem(field, format!("{label}: {error}"));
                PartialDate::known(Date::MIN)
            }
        }
    }

    /// Required month, `2026-11`, `202611`, 令和8年11月 or R8.11.
    pub fn month(&mut self, field: &'static str, label: &str) -> YearMonth {
        let text = self.form.text(field);
        let with_day = format!("{}1日", text.trim_end_matches("分")).replace("月1日", "月1日");
        let month = YearMonth::parse(text)
            .or_else(|_| parse_date(&with_day).or_else(|_| parse_date(&format!("{text}.1"))).map(YearMonth::of));
        month.unwrap_or_else(|_| {
            self.problem(field, format!("{label}を 令和8年11月 か 2026-11 のように入力してください"));
            YearMonth::of(Date::MIN)
        })
    }

    /// Required amount, not negative; commas and 円 are allowed.
    pub fn yen(&mut self, field: &'static str, label: &str) -> Yen {
        match self.optional_yen(field, label) {
            Some(yen) => yen,
            None => {
                if self.form.some(field).is_none() {
                    self.problem(field, format!("{label}を入力してください"));
                }
                Yen::ZERO
            }
        }
    }

    /// Optional amount, not negative.
    pub fn optional_yen(&mut self, field: &'static str, label: &str) -> Option<Yen> {
        let text = self.form.some(field)?;
        let plain: String = text.chars().map(kernel_half).filter(|c| !matches!(c, ',' | '円' | ' ')).collect();
        match plain.parse::<i64>() {
            Ok(n) if (0..=999_999_999_999).contains(&n) => Some(Yen(n)),
            _ => {
                self.problem(field, format!("{label}は0以上の円単位の整数で入力してください"));
                None
            }
        }
    }

    /// Required whole number within bounds.
    pub fn number(&mut self, field: &'static str, label: &str, from: i64, to: i64) -> i64 {
        match self.form.text(field).parse::<i64>() {
            Ok(n) if (from..=to).contains(&n) => n,
            _ => {
                self.problem(field, format!("{label}は{from}から{to}までの整数で入力してください"));
                from
            }
        }
    }

    /// A required number with a check digit, read by its own parser.
    pub fn parsed<T, E: std::fmt::Display>(
        &mut self,
        field: &'static str,
        label: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        match self.form.some(field) {
            None => {
                self.problem(field, format!("{label}を入力してください"));
                None
            }
            Some(_) => self.optional_parsed(field, parse),
        }
    }

    /// An optional number with a check digit.
    pub fn optional_parsed<T, E: std::fmt::Display>(
        &mut self,
        field: &'static str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        match parse(self.form.some(field)?) {
            Ok(value) => Some(value),
            Err(error) => {
                self.problem(field, error.to_string());
                None
            }
        }
    }

    /// Ends reading.
    ///
    /// # Errors
    /// All problems found, as one fault.
    pub fn finish(self) -> Result<(), Fault> {
        if self.problems.is_empty() { Ok(()) } else { Err(Fault::invalid(self.problems)) }
    }
}

fn kernel_half(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '，' => ',',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_reads_as_sent() {
        let form = Form::from_urlencoded("name=%E9%AB%99+a&x=1&x=2&empty=");
        assert_eq!((form.text("name"), form.all("x").len(), form.some("empty")), ("髙 a", 2, None));
        assert_eq!(Form::from_urlencoded("a=%zz%").text("a"), "??");
    }

    #[test]
    fn every_problem_is_told_at_once() {
        let form = Form::from_urlencoded("day=R8.13.1&amount=-5&kind=x");
        let mut r = form.reader();
        r.text("name", "氏名");
        r.date("day", "届出日");
        r.yen("amount", "金額");
        r.choice("kind", "種類", &["a", "b"]);
        let fault = r.finish().unwrap_err();
        assert_eq!(fault.fields.iter().map(|f| f.field).collect::<Vec<_>>(), ["name", "day", "amount", "kind"]);
    }

    #[test]
    fn amounts_and_months_read_as_written() {
        let form = Form::from_urlencoded("a=84,340円&b=１２３&m=令和8年9月&n=2026-09&o=R8.9");
        let mut r = form.reader();
        assert_eq!((r.yen("a", "額"), r.yen("b", "額")), (Yen(84_340), Yen(123)));
        for field in ["m", "n", "o"] {
            assert_eq!(r.month(field, "月"), YearMonth { year: 2026, month: 9 }, "{field}");
        }
        assert!(r.finish().is_ok());
    }
}
