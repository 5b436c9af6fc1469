//! Rust text split into code, literals and test regions: just enough of a lexer for the rules.

/// One Rust file.
pub struct Source {
    /// The file with comments and the contents of literals blanked out; lines and byte offsets as in the file.
    pub code: String,
    /// String literals outside comments.
    pub literals: Vec<Literal>,
    test_lines: Vec<bool>,
}

/// A string literal.
pub struct Literal {
    /// The 1-based line where it begins.
    pub line: usize,
    /// Its text as written, with escaped line ends and `\n` as spaces.
    pub text: String,
}

impl Source {
    /// Splits the text of the file at `path`.
    pub fn parse(path: &str, text: &str) -> Self {
        let mut lexer =
            Lexer { bytes: text.as_bytes(), at: 0, line: 1, code: Vec::with_capacity(text.len()), literals: Vec::new() };
        lexer.run();
        let code = String::from_utf8_lossy(&lexer.code).into_owned();
        let all_tests = is_test_file(path) || squeezed(&code).starts_with("#![cfg(test)]");
        let test_lines = if all_tests { vec![true; code.lines().count() + 1] } else { test_lines(&code) };
        Self { code, literals: lexer.literals, test_lines }
    }

    /// Whether a 1-based line is inside a test module, a test function or a test file.
    pub fn is_test(&self, line: usize) -> bool {
        self.test_lines.get(line.wrapping_sub(1)).copied().unwrap_or(false)
    }

    /// Lines of code outside tests, with their 1-based numbers.
    pub fn product_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code.lines().enumerate().map(|(n, line)| (n + 1, line)).filter(|(n, _)| !self.is_test(*n))
    }

    /// String literals outside tests.
    pub fn product_literals(&self) -> impl Iterator<Item = &Literal> {
        self.literals.iter().filter(|literal| !self.is_test(literal.line))
    }

    /// The 1-based line of a byte offset into the code.
    pub fn line_of(&self, offset: usize) -> usize {
        self.code.bytes().take(offset).filter(|b| *b == b'\n').count() + 1
    }
}

/// Whether this byte can be part of an identifier.
pub fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Byte offsets where `needle` stands in `text` as a whole word or path.
pub fn words<'a>(text: &'a str, needle: &'a str) -> impl Iterator<Item = usize> + 'a {
    let bytes = text.as_bytes();
    text.match_indices(needle).map(|(at, _)| at).filter(move |at| {
        let before = at.checked_sub(1).and_then(|i| bytes.get(i));
        let after = bytes.get(at + needle.len());
        let ends_in_word = needle.bytes().last().is_some_and(is_word);
        before.is_none_or(|b| !is_word(*b)) && (!ends_in_word || after.is_none_or(|b| !is_word(*b)))
    })
}

fn is_test_file(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.split('/').any(|part| part == "tests")
}

fn squeezed(code: &str) -> String {
    code.split_whitespace().collect()
}

/// Marks the lines of every item under `#[cfg(test)]`, `#[test]` or another test attribute.
fn test_lines(code: &str) -> Vec<bool> {
    let mut marks = vec![false; code.lines().count() + 1];
    let bytes = code.as_bytes();
    let mut line = 1;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if *byte == b'\n' {
            line += 1;
        }
        if *byte == b'#' && bytes.get(at + 1) == Some(&b'[') {
            let close = matching(bytes, at + 1);
            if code.get(at + 2..close).is_some_and(is_test_attribute) {
                let end = end_of_item(bytes, close + 1);
                let lines = bytes.get(at..end).unwrap_or_default().iter().filter(|b| **b == b'\n').count();
                marks.iter_mut().skip(line - 1).take(lines + 1).for_each(|mark| *mark = true);
                line += lines;
                at = end;
                continue;
            }
        }
        at += 1;
    }
    marks
}

fn is_test_attribute(attribute: &str) -> bool {
    let attribute = squeezed(attribute);
    let starts = ["cfg(test)", "cfg(any(test", "cfg(all(test", "tokio::test"];
    attribute == "test" || starts.iter().any(|start| attribute.starts_with(start))
}

/// The offset of the bracket that closes the one at `open`.
pub fn matching(bytes: &[u8], open: usize) -> usize {
    let mut depth = 0usize;
    for (at, byte) in bytes.iter().enumerate().skip(open) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}

/// The offset just after the item that follows `from`: its closing brace or its semicolon.
fn end_of_item(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b';' => return at + 1,
            b'{' => return (matching(bytes, at) + 1).min(bytes.len()),
            b'(' | b'[' => at = matching(bytes, at),
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
    code: Vec<u8>,
    literals: Vec<Literal>,
}

impl Lexer<'_> {
    fn run(&mut self) {
        while let Some(byte) = self.peek(0) {
            match byte {
                b'/' if self.peek(1) == Some(b'/') => self.blank_while(|lexer| lexer.peek(0) != Some(b'\n')),
                b'/' if self.peek(1) == Some(b'*') => self.block_comment(),
                b'"' => self.string(),
                b'\'' => self.char_or_lifetime(),
                b'r' | b'b' | b'c' if !self.after_word() => self.prefixed(),
                _ => self.keep(),
            }
        }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn after_word(&self) -> bool {
        self.at.checked_sub(1).and_then(|i| self.bytes.get(i)).is_some_and(|b| is_word(*b))
    }

    /// Copies a byte of code.
    fn keep(&mut self) {
        if let Some(byte) = self.peek(0) {
            self.line += usize::from(byte == b'\n');
            self.code.push(byte);
            self.at += 1;
        }
    }

    /// Replaces a byte by a space, keeping line ends.
    fn blank(&mut self) {
        if let Some(byte) = self.peek(0) {
            self.line += usize::from(byte == b'\n');
            self.code.push(if byte == b'\n' { b'\n' } else { b' ' });
            self.at += 1;
        }
    }

    fn blank_while(&mut self, condition: impl Fn(&Self) -> bool) {
        while self.at < self.bytes.len() && condition(self) {
            self.blank();
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0usize;
        while self.at < self.bytes.len() {
            match (self.peek(0), self.peek(1)) {
                (Some(b'/'), Some(b'*')) => {
                    depth += 1;
                    self.blank();
                }
                (Some(b'*'), Some(b'/')) => {
                    depth -= 1;
                    self.blank();
                }
                _ => {}
            }
            self.blank();
            if depth == 0 {
                return;
            }
        }
    }

    /// `"…"` with escapes.
    fn string(&mut self) {
        let line = self.line;
        self.keep();
        let mut text = Vec::new();
        while let Some(byte) = self.peek(0) {
            match (byte, self.peek(1)) {
                (b'"', _) => break,
                (b'\\', Some(escaped)) => {
                    match escaped {
                        b'n' | b'\n' | b't' | b'r' => text.push(b' '),
                        other => text.extend([b'\\', other]),
                    }
                    self.blank();
                }
                _ => text.push(byte),
            }
            self.blank();
        }
        self.keep();
        self.literals.push(Literal { line, text: String::from_utf8_lossy(&text).into_owned() });
    }

    /// A word that may open a raw, byte or C string.
    fn prefixed(&mut self) {
        let mut ahead = 0;
        while self.peek(ahead).is_some_and(|b| matches!(b, b'r' | b'b' | b'c')) && ahead < 2 {
            ahead += 1;
        }
        let raw = ahead.checked_sub(1).and_then(|i| self.peek(i)) == Some(b'r');
        let mut hashes = 0;
        while raw && self.peek(ahead + hashes) == Some(b'#') {
            hashes += 1;
        }
        let opens = self.peek(ahead + hashes) == Some(b'"');
        if opens && raw {
            (0..=ahead + hashes).for_each(|_| self.keep());
            self.raw_string(hashes);
        } else if opens {
            (0..ahead).for_each(|_| self.keep());
            self.string();
        } else if self.peek(0) == Some(b'b') && self.peek(1) == Some(b'\'') {
            self.keep();
            self.char_or_lifetime();
        } else {
            while self.peek(0).is_some_and(is_word) {
                self.keep();
            }
        }
    }

    fn raw_string(&mut self, hashes: usize) {
        let line = self.line;
        let mut text = Vec::new();
        while let Some(byte) = self.peek(0) {
            if byte == b'"' && (1..=hashes).all(|n| self.peek(n) == Some(b'#')) {
                break;
            }
            text.push(byte);
            self.blank();
        }
        (0..=hashes).for_each(|_| self.keep());
        self.literals.push(Literal { line, text: String::from_utf8_lossy(&text).into_owned() });
    }

    fn char_or_lifetime(&mut self) {
        let escaped = self.peek(1) == Some(b'\\');
        // A character literal closes within one character (up to four bytes); a lifetime does not.
        let width = self.peek(1).map_or(1, |b| if b < 0x80 { 1 } else { b.leading_ones() as usize });
        if !escaped && self.peek(1 + width) != Some(b'\'') {
            self.keep();
            return;
        }
        self.keep();
        if escaped {
            self.blank();
            self.blank();
        }
        self.blank_while(|lexer| lexer.peek(0) != Some(b'\''));
        self.keep();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Source {
        Source::parse("crates/x/src/lib.rs", text)
    }

    #[test]
    fn comments_and_literals_are_blanked_and_lines_stay() {
        let source = parse("let a = \"x \\\" y\"; // tokio::spawn\n/* one /* two */ three */ let b = 'c'; let l: &'a str;\n");
        assert_eq!(source.code.lines().next().map(str::trim_end), Some("let a = \"      \";"));
        assert!(source.code.contains("let b = ' '; let l: &'a str;"), "{}", source.code);
        assert!(!source.code.contains("three"));
        assert_eq!(source.literals[0].text, "x \\\" y");
    }

    #[test]
    fn raw_byte_and_multi_line_strings_are_literals() {
        let source = parse(
            "let a = r#\"raw \"quoted\" text\"#;\nlet b = b\"bytes\";\nlet c = \"one\\\n   two\";\nlet r#type = br; '\\'';",
        );
        let texts: Vec<(usize, &str)> = source.literals.iter().map(|l| (l.line, l.text.as_str())).collect();
        assert_eq!(texts, [(1, "raw \"quoted\" text"), (2, "bytes"), (3, "one    two")]);
        assert!(source.code.contains("let r#type = br;"), "{}", source.code);
    }

    #[test]
    fn test_modules_and_test_functions_are_marked() {
        let source = parse(
            "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() { \"}\"; }\n}\nfn c() {}\n#[test]\nfn d() -> [u8; 2] {\n}\nfn e() {}\n",
        );
        let marked: Vec<usize> = (1..=10).filter(|n| source.is_test(*n)).collect();
        assert_eq!(marked, [2, 3, 4, 5, 7, 8, 9]);
    }

    #[test]
    fn a_test_module_in_its_own_file_marks_only_its_declaration_and_that_file() {
        let source = parse("#[cfg(test)]\nmod tests;\nfn a() {}\n");
        assert!(source.is_test(2) && !source.is_test(3));
        assert!(Source::parse("crates/x/src/tests.rs", "fn a() {}").is_test(1));
        assert!(Source::parse("crates/x/tests/it.rs", "fn a() {}").is_test(1));
    }

    #[test]
    fn words_do_not_match_inside_longer_names() {
        assert_eq!(words("a_tokio::x tokio::y tokios", "tokio").count(), 1);
        assert_eq!(words("dbg!(x) my_dbg!(y)", "dbg!").count(), 1);
    }
}
