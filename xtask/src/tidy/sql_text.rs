//! Reading SQL text just far enough to know which tables it names.

/// A table that SQL text names.
#[derive(Debug, PartialEq, Eq)]
pub enum Table {
    /// By its name, in lower case.
    Named(String),
    /// By something outside the literal: a format placeholder, or the text ends where the name should be.
    Hidden,
}

/// Words, numbers, parameters and single signs; quoted SQL texts and comments are left out.
pub fn tokens(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.lines() {
        let line = line.split("--").next().unwrap_or_default();
        for (n, part) in line.split('\'').enumerate() {
            if n % 2 == 0 {
                split_words(part, &mut found);
            }
        }
    }
    found
}

fn split_words(text: &str, found: &mut Vec<String>) {
    let mut word = String::new();
    for c in text.chars() {
        if c.is_alphanumeric() || c == '_' || c == '$' {
            word.extend(c.to_lowercase());
            continue;
        }
        if !word.is_empty() {
            found.push(std::mem::take(&mut word));
        }
        if !c.is_whitespace() && c != '"' {
            found.push(c.to_string());
        }
    }
    if !word.is_empty() {
        found.push(word);
    }
}

/// Whether a literal is a statement or a clause of SQL rather than a sentence.
pub fn looks_like_sql(tokens: &[String]) -> bool {
    let words: Vec<&str> = tokens.iter().map(String::as_str).collect();
    let has = |word: &str| words.contains(&word);
    let parameter = words.iter().any(|w| w.strip_prefix('$').is_some_and(|n| n.starts_with(|c: char| c.is_ascii_digit())));
    match words.as_slice() {
        ["select", _, ..] => has("from") || parameter,
        ["insert", "into" | "or", ..] | ["delete", "from", ..] | ["order" | "group", "by", _, ..] => true,
        ["update", _, "set", ..] | ["with", _, "as", "(", ..] | ["with", "recursive", ..] => true,
        ["create" | "alter" | "drop", "table" | "index" | "view" | "trigger" | "unique", ..] => true,
        ["from" | "join", name, ..] | ["left" | "inner", "join", name, ..] => name.contains('_'),
        ["where" | "and" | "or" | "on" | "set" | "values" | "having" | "limit", ..] => parameter,
        _ => false,
    }
}

/// Names that `with … as (` introduces: they are read like tables but are not tables.
pub fn common_tables(tokens: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let words: Vec<&str> = tokens.iter().map(String::as_str).collect();
    for (at, pair) in words.windows(2).enumerate() {
        let introduces = matches!(pair.first().copied(), Some("with" | "recursive" | ","));
        let Some(name) = pair.get(1).filter(|name| introduces && is_name(name)) else { continue };
        let mut rest = words.get(at + 2..).unwrap_or_default();
        if rest.first() == Some(&"(") {
            rest = rest.iter().position(|w| *w == ")").and_then(|close| rest.get(close + 1..)).unwrap_or_default();
        }
        if matches!(rest, ["as", "(", ..] | ["as", "materialized", "(", ..] | ["as", "not", "materialized", "(", ..]) {
            found.push((*name).to_owned());
        }
    }
    found
}

/// Every table after `from`, `join`, `into` and `update`, and in the comma list that may follow `from`.
pub fn tables(tokens: &[String]) -> Vec<Table> {
    let words: Vec<&str> = tokens.iter().map(String::as_str).collect();
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|i| words.get(i)).copied().unwrap_or_default();
        let names_table = match *word {
            "from" => before != "distinct",
            "join" | "into" => true,
            "update" => !matches!(before, "for" | "do" | "key" | "on"),
            _ => false,
        };
        if names_table {
            list(words.get(at + 1..).unwrap_or_default(), *word == "from", &mut found);
        }
    }
    found
}

/// One table, or a comma list of tables with their aliases.
fn list(mut words: &[&str], commas: bool, found: &mut Vec<Table>) {
    loop {
        match words {
            [] | ["{", ..] => {
                found.push(Table::Hidden);
                return;
            }
            ["only" | "lateral", rest @ ..] => {
                words = rest;
                continue;
            }
            // A function that returns rows, such as json_each(…).
            [_, "(", ..] if commas => return,
            [name, rest @ ..] if is_name(name) => {
                found.push(Table::Named((*name).to_owned()));
                words = rest;
            }
            _ => return,
        }
        words = match words {
            ["as", _, rest @ ..] => rest,
            [alias, rest @ ..] if is_name(alias) && rest.first() == Some(&",") => rest,
            other => other,
        };
        match words {
            [",", rest @ ..] if commas => words = rest,
            _ => return,
        }
    }
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<String> {
        let tables = tables(&tokens(text)).into_iter();
        tables.map(|t| if let Table::Named(name) = t { name } else { "?".to_owned() }).collect()
    }

    #[test]
    fn tables_are_found_after_every_keyword() {
        assert_eq!(named("select a from t_one o join t_two as w on o.x = w.x where o.y is distinct from $1"), ["t_one", "t_two"]);
        assert_eq!(named("INSERT INTO T_One (a) values ($1) on conflict (a) do update set a = $1"), ["t_one"]);
        assert_eq!(named("update t_one set a = 1"), ["t_one"]);
        assert_eq!(named("delete from t_one where b in (select b from t_two for update)"), ["t_one", "t_two"]);
        assert_eq!(named("select 1 from t_one a, t_two b, t_three where a.x = b.x"), ["t_one", "t_two", "t_three"]);
    }

    #[test]
    fn subqueries_functions_and_texts_are_not_tables() {
        assert_eq!(named("select x from (select y from t_one) z"), ["t_one"]);
        assert_eq!(named("select value from json_each($1)"), Vec::<String>::new());
        assert_eq!(named("select 'copied from t_two' from t_one -- from t_three"), ["t_one"]);
    }

    #[test]
    fn a_table_outside_the_literal_is_hidden() {
        assert_eq!(named("select a from {table} where b = 1"), ["?"]);
        assert_eq!(named("select a from "), ["?"]);
    }

    #[test]
    fn common_tables_are_known() {
        let text = "with recursive up(id, n) as (select 1), down as materialized (select 2) select a, b from up, down";
        assert_eq!(common_tables(&tokens(text)), ["up", "down"]);
    }

    #[test]
    fn statements_and_clauses_are_told_from_sentences() {
        for sql in ["select a from b", "with x as (select 1) select 2", "where a = $1", "order by a", "left join t_one o on true"]
        {
            assert!(looks_like_sql(&tokens(sql)), "{sql}");
        }
        for other in
            ["select", "Select a person", "with care as before", "where are you", "updated the set", "from here on", "宛名番号"]
        {
            assert!(!looks_like_sql(&tokens(other)), "{other}");
        }
    }
}
