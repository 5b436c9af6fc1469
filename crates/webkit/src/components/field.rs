//! Form fields: label, 必須 or 任意, hint, control, error; each part tied to the control for a screen reader.

use maud::{Markup, html};

/// One choice of a select, radio or checkbox field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice<'a> {
    /// Value sent.
    pub value: &'a str,
    /// Words shown.
    pub label: &'a str,
    /// A few words more; empty: none.
    pub note: &'a str,
}

impl<'a> Choice<'a> {
    /// A choice without a note.
    pub const fn new(value: &'a str, label: &'a str) -> Self {
        Self { value, label, note: "" }
    }
}

/// A field in the making: describe it, then end with the kind of control.
///
/// ```
/// # use webkit::components::Field;
/// let html = Field::new("birth", "生年月日").required().value("R2.11.3").date();
/// # assert!(html.into_string().contains("必須"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Field<'a> {
    name: &'a str,
    label: &'a str,
    value: &'a str,
    hint: &'a str,
    error: Option<&'a str>,
    required: bool,
    unmarked: bool,
    size: &'a str,
    autocomplete: &'a str,
}

impl<'a> Field<'a> {
    /// An optional, empty field.
    pub fn new(name: &'a str, label: &'a str) -> Self {
        Self { name, label, autocomplete: "off", ..Self::default() }
    }

    /// What it holds now.
    pub fn value(mut self, value: &'a str) -> Self {
        self.value = value;
        self
    }

    /// How to fill it in.
    pub fn hint(mut self, hint: &'a str) -> Self {
        self.hint = hint;
        self
    }

    /// What is wrong with it.
    pub fn error(mut self, error: Option<&'a str>) -> Self {
        self.error = error;
        self
    }

    /// Marks it 必須 instead of 任意.
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Without 必須 or 任意, for filters.
    pub fn unmarked(mut self) -> Self {
        self.unmarked = true;
        self
    }

    /// A narrow control, for numbers and codes.
    pub fn short(mut self) -> Self {
        self.size = "short";
        self
    }

    /// A control as wide as the form.
    pub fn wide(mut self) -> Self {
        self.size = "wide";
        self
    }

    /// Purpose for the browser's own filling in, such as `username`; otherwise it is off.
    pub fn autocomplete(mut self, purpose: &'a str) -> Self {
        self.autocomplete = purpose;
        self
    }

    /// One line of text.
    pub fn text(self) -> Markup {
        self.line("text", None, None)
    }

    /// A secret; never filled again from the server.
    pub fn password(mut self) -> Markup {
        self.value = "";
        self.line("password", None, None)
    }

    /// Katakana; half-width and hiragana are accepted and turned.
    pub fn kana(mut self) -> Markup {
        if self.hint.is_empty() {
            self.hint = "カタカナ(ひらがな・半角でも入ります)";
        }
        self.line("text", None, Some("kana"))
    }

    /// A date in 和暦 or 西暦, read by the server.
    pub fn date(mut self) -> Markup {
        if self.hint.is_empty() {
            self.hint = "例 R8.11.20、20261120";
        }
        if self.size.is_empty() {
            self.size = "short";
        }
        self.line("text", None, Some("date"))
    }

    /// Digits only: codes and numbers.
    pub fn digits(self) -> Markup {
        self.line("text", Some("numeric"), Some("digits"))
    }

    /// An amount in whole yen.
    pub fn yen(mut self) -> Markup {
        self.size = "short";
        let control = html! { span.with-unit { (self.input("text", Some("numeric"), Some("yen"))) span.unit { "円" } } };
        self.wrap(control)
    }

    /// A file to send; `accept` as in HTML.
    pub fn file(self, accept: &str) -> Markup {
        self.files_up_to(accept, false)
    }

    /// Any number of files to send at once; `accept` as in HTML.
    pub fn files(self, accept: &str) -> Markup {
        self.files_up_to(accept, true)
    }

    fn files_up_to(self, accept: &str, several: bool) -> Markup {
        let control = html! {
            input.input id=(self.id()) type="file" name=(self.name) accept=(accept) multiple[several] required[self.required]
                aria-invalid=[self.invalid()] aria-describedby=[self.described()];
        };
        self.wrap(control)
    }

    /// Several lines.
    pub fn textarea(mut self, rows: u8) -> Markup {
        self.size = "wide";
        let control = html! {
            textarea.input id=(self.id()) name=(self.name) rows=(rows) required[self.required] aria-invalid=[self.invalid()]
                aria-describedby=[self.described()] { (self.value) }
        };
        self.wrap(control)
    }

    /// One of a list.
    pub fn select(self, choices: &[Choice]) -> Markup {
        let control = html! {
            select.input id=(self.id()) name=(self.name) required[self.required] aria-invalid=[self.invalid()]
                aria-describedby=[self.described()] {
                @for choice in choices {
                    option value=(choice.value) selected[choice.value == self.value] { (choice.label) }
                }
            }
        };
        self.wrap(control)
    }

    /// One of a few, all in sight.
    pub fn radio(self, choices: &[Choice]) -> Markup {
        let value = self.value;
        self.boxes("radio", choices, |choice| choice == value)
    }

    /// Any of a few, all in sight; `chosen` are the values ticked.
    pub fn checkboxes(self, choices: &[Choice], chosen: &[&str]) -> Markup {
        self.boxes("checkbox", choices, |choice| chosen.contains(&choice))
    }

    /// A single tick with its sentence; sends `on`.
    pub fn checkbox(self, ticked: bool) -> Markup {
        html! {
            div.field.has-error[self.error.is_some()] {
                (self.error_text())
                label.box for=(self.id()) {
                    input id=(self.id()) type="checkbox" name=(self.name) checked[ticked] required[self.required]
                        aria-invalid=[self.invalid()] aria-describedby=[self.described()];
                    span { (self.label) (self.mark()) }
                }
                (self.hint_text())
            }
        }
    }

    fn boxes(self, kind: &str, choices: &[Choice], ticked: impl Fn(&str) -> bool) -> Markup {
        html! {
            fieldset.field.boxes.has-error[self.error.is_some()] aria-describedby=[self.described()] {
                legend { (self.label) (self.mark()) }
                (self.hint_text()) (self.error_text())
                @for (i, choice) in choices.iter().enumerate() {
                    // The first box bears the field's own id, so that the error summary leads to it.
                    @let id = if i == 0 { self.id() } else { format!("{}-{i}", self.id()) };
                    label.box for=(id) {
                        input id=(id) type=(kind) name=(self.name) value=(choice.value) checked[ticked(choice.value)]
                            required[self.required && kind == "radio"];
                        span { (choice.label) @if !choice.note.is_empty() { span.note { (choice.note) } } }
                    }
                }
            }
        }
    }

    fn line(self, kind: &str, mode: Option<&str>, fold: Option<&str>) -> Markup {
        let control = self.input(kind, mode, fold);
        self.wrap(control)
    }

    fn input(&self, kind: &str, mode: Option<&str>, fold: Option<&str>) -> Markup {
        html! {
            input class={ "input " (self.size) } id=(self.id()) type=(kind) name=(self.name) value=(self.value)
                inputmode=[mode] data-kind=[fold] autocomplete=(self.autocomplete) required[self.required]
                aria-invalid=[self.invalid()] aria-describedby=[self.described()];
        }
    }

    fn wrap(&self, control: Markup) -> Markup {
        html! {
            div class={ "field " (self.size) @if self.error.is_some() { " has-error" } } {
                label for=(self.id()) { (self.label) (self.mark()) }
                (self.hint_text()) (self.error_text())
                (control)
            }
        }
    }

    fn mark(&self) -> Markup {
        html! {
            @if !self.unmarked {
                @if self.required { " " span.must { "必須" } } @else { " " span.may { "任意" } }
            }
        }
    }

    fn hint_text(&self) -> Markup {
        html! { @if !self.hint.is_empty() { p.hint id={ "h-" (self.name) } { (self.hint) } } }
    }

    fn error_text(&self) -> Markup {
        html! { @if let Some(error) = self.error { p.error id={ "e-" (self.name) } { (super::spoken("誤り: ")) (error) } } }
    }

    fn id(&self) -> String {
        format!("f-{}", self.name)
    }

    fn invalid(&self) -> Option<&'static str> {
        self.error.map(|_| "true")
    }

    fn described(&self) -> Option<String> {
        let hint = (!self.hint.is_empty()).then(|| format!("h-{}", self.name));
        let error = self.error.map(|_| format!("e-{}", self.name));
        match (hint, error) {
            (Some(hint), Some(error)) => Some(format!("{error} {hint}")),
            (one, other) => one.or(other),
        }
    }
}
