//! Forms: the frame around the fields, the summary of what is wrong, the search box.

use maud::{Markup, html};

/// Hidden field that proves a form came from our page.
pub const CSRF_FIELD: &str = "_csrf";
/// Hidden field with the idempotency key: the same form sent twice changes nothing.
pub const KEY_FIELD: &str = "_key";

/// One wrong field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Name of the field.
    pub field: String,
    /// 何が・どうする, in one sentence.
    pub message: String,
}

/// Hidden fields.
pub fn hidden(fields: &[(&str, &str)]) -> Markup {
    html! { @for (name, value) in fields { input type="hidden" name=(name) value=(value); } }
}

/// A form that writes. `fields` are hidden ones: at least [`CSRF_FIELD`] and [`KEY_FIELD`]. With a file field inside, set `files`.
pub fn post_form(id: &str, action: &str, files: bool, fields: &[(&str, &str)], body: Markup) -> Markup {
    let enctype = files.then_some("multipart/form-data");
    html! {
        form.form id=(id) method="post" action=(action) enctype=[enctype] novalidate data-once {
            (hidden(fields))
            (body)
        }
    }
}

/// A form that only asks: a filter or a search.
pub fn get_form(label: &str, action: &str, body: Markup) -> Markup {
    html! { form.form.asking role="search" aria-label=(label) method="get" action=(action) { (body) } }
}

/// Fields that belong together, under one legend.
pub fn field_group(legend: &str, body: Markup) -> Markup {
    html! { fieldset.group { legend { (legend) } div.fields { (body) } } }
}

/// What is wrong, at the top of the form; each line leads to its field. Nothing when all is well.
pub fn error_summary(errors: &[FieldError]) -> Markup {
    html! {
        @if !errors.is_empty() {
            div.message.bad.error-summary role="alert" tabindex="-1" data-focus {
                span.mark aria-hidden="true" { "!" }
                div {
                    p.message-title { (errors.len()) "か所を直してください。入力した内容は残っています。" }
                    ul { @for error in errors { li { a href={ "#f-" (error.field) } { (error.message) } } } }
                }
            }
        }
    }
}

/// The search box: `/` jumps to it; 15 digits and Enter (or a bar-code reader) lead straight to the person.
/// `straight` is the address that a 宛名番号 is appended to, for instance `/person/`.
pub fn search_box(action: &str, name: &str, value: &str, straight: Option<&str>) -> Markup {
    html! {
        form.search role="search" aria-label="住民を探す" method="get" action=(action) {
            label for="search" { "氏名・カナ・生年月日・宛名番号・住所" }
            div.search-line {
                input id="search" type="search" name=(name) value=(value) autocomplete="off" spellcheck="false"
                    data-search data-straight=[straight] aria-keyshortcuts="/";
                button.button.primary type="submit" { "探す" }
            }
        }
    }
}
