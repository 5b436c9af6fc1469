//! Buttons, with the function key that presses them.

use maud::{Markup, html};

/// What a button does.
#[derive(Debug, Clone)]
pub enum Target {
    /// Submits the form around it, or the form with this id; sends `name=value` when given.
    Submit {
        /// Id of a form elsewhere on the page.
        form: Option<String>,
        /// Field that tells which button was pressed.
        field: Option<(String, String)>,
    },
    /// Opens an address.
    Link(String),
    /// Posts to an address on its own, with these hidden fields.
    Post {
        /// Address.
        action: String,
        /// Hidden fields: csrf, key, ids.
        hidden: Vec<(String, String)>,
    },
}

/// One button. Keys: F6 戻る, F7 保留・喪失, F8 印刷・持出し, F9 起案, F10 承認, F12 離席.
#[derive(Debug, Clone)]
pub struct Action {
    label: String,
    key: Option<&'static str>,
    style: &'static str,
    target: Target,
    blocked: Option<String>,
    download: bool,
}

impl Action {
    fn new(label: &str, target: Target) -> Self {
        Self { label: label.to_owned(), key: None, style: "", target, blocked: None, download: false }
    }

    /// Submits the form around the button.
    pub fn submit(label: &str) -> Self {
        Self::new(label, Target::Submit { form: None, field: None })
    }

    /// Submits the form with this id, from anywhere on the page.
    pub fn submit_to(label: &str, form: &str) -> Self {
        Self::new(label, Target::Submit { form: Some(form.to_owned()), field: None })
    }

    /// Opens an address.
    pub fn link(label: &str, href: &str) -> Self {
        Self::new(label, Target::Link(href.to_owned()))
    }

    /// Posts on its own.
    pub fn post(label: &str, action: &str, hidden: Vec<(String, String)>) -> Self {
        Self::new(label, Target::Post { action: action.to_owned(), hidden })
    }

    /// The function key shown on the button and bound to it: `"F9"`.
    pub fn key(mut self, key: &'static str) -> Self {
        self.key = Some(key);
        self
    }

    /// The one main act of the page: filled blue.
    pub fn primary(mut self) -> Self {
        self.style = "primary";
        self
    }

    /// An act that takes something away: red outline.
    pub fn danger(mut self) -> Self {
        self.style = "danger";
        self
    }

    /// A small act beside the others, such as 次の件へ: plain grey words.
    pub fn quiet(mut self) -> Self {
        self.style = "quiet";
        self
    }

    /// Sends `name=value` with the form, to tell buttons apart.
    pub fn sending(mut self, name: &str, value: &str) -> Self {
        if let Target::Submit { field, .. } = &mut self.target {
            *field = Some((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// A link that answers with a file: pressing it does not count as leaving the page.
    pub fn file(mut self) -> Self {
        self.download = true;
        self
    }

    /// Shown but not usable, with the reason beside it: 国保連の差が解けるまで起案できません.
    pub fn blocked(mut self, why: &str) -> Self {
        self.blocked = Some(why.to_owned());
        self
    }

    /// The button alone.
    pub fn render(&self) -> Markup {
        let class = format!("button {}", self.style);
        let class = class.trim_end();
        let face = html! { (self.label) @if let Some(key) = self.key { " " (key_cap(key)) } };
        if let Some(why) = &self.blocked {
            return html! {
                span.blocked { button class=(class) type="button" disabled { (face) } span.note { (why) } }
            };
        }
        match &self.target {
            Target::Link(href) => html! {
                a class=(class) href=(href) data-key=[self.key] aria-keyshortcuts=[self.key] download[self.download] { (face) }
            },
            Target::Submit { form, field } => html! {
                button class=(class) type="submit" form=[form.as_deref()] data-key=[self.key] aria-keyshortcuts=[self.key]
                    name=[field.as_ref().map(|f| &f.0)] value=[field.as_ref().map(|f| &f.1)] { (face) }
            },
            Target::Post { action, hidden } => html! {
                form.inline-form method="post" action=(action) {
                    @for (name, value) in hidden { input type="hidden" name=(name) value=(value); }
                    button class=(class) type="submit" data-key=[self.key] aria-keyshortcuts=[self.key] { (face) }
                }
            },
        }
    }
}

/// A drawn key. It is for the eye; the button says its key through `aria-keyshortcuts`.
pub fn key_cap(key: &str) -> Markup {
    let key = match key {
        "ArrowDown" => "↓",
        "ArrowUp" => "↑",
        key => key,
    };
    html! { kbd.cap aria-hidden="true" { (key) } }
}

/// A row of buttons, the main act first; `hint` stands after them (empty: none).
pub fn button_row(actions: &[Action], hint: Markup) -> Markup {
    html! { div.button-row { @for action in actions { (action.render()) } (hint) } }
}
