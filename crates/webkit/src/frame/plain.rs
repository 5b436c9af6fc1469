//! Pages outside of the frame: sign-in, away from the desk, errors, and the resident's own pages.

use super::document;
use crate::components::{Action, AsidePanel, CSRF_FIELD, Field, Tone, button_row, hidden, message};
use maud::{Markup, html};

/// A page with a slim navy bar and one column.
#[derive(Debug, Clone, Default)]
pub struct Plain {
    /// Left of the bar: Atena 宛名 みなと市, or みなと市 わたしの記録.
    pub brand: String,
    /// Right of the bar: up to two lines, such as 髙﨑 健一 さん and how the person was recognised.
    pub who: (String, String),
    /// A button right of them, such as 終了 (posts).
    pub leave: Option<(String, String)>,
    /// The one `h1`.
    pub title: String,
    /// A sentence under it.
    pub intro: Markup,
    /// The page.
    pub main: Markup,
    /// A narrow column (sign-in) instead of a page-wide one.
    pub narrow: bool,
    /// Token for the leave button.
    pub csrf: String,
}

/// Renders a plain page.
pub fn plain(page: &Plain) -> Markup {
    let title = format!("{} | {}", page.title, page.brand);
    document(
        &title,
        None,
        html! {
            body.plain-page {
                a.skip href="#main" { "本文へ移る" }
                header.top {
                    span.brand { (page.brand) }
                    @if !page.who.0.is_empty() { div.who { span { (page.who.0) } span { (page.who.1) } } }
                    @if let Some((label, action)) = &page.leave {
                        form.leave method="post" action=(action) {
                            (hidden(&[(CSRF_FIELD, &page.csrf)]))
                            button type="submit" { (label) }
                        }
                    }
                }
                main.plain-main.narrow[page.narrow] id="main" tabindex="-1" {
                    h1 { (page.title) }
                    @if !page.intro.0.is_empty() { div.intro { (page.intro) } }
                    (page.main)
                }
            }
        },
    )
}

/// Sign-in with staff number and password.
#[derive(Debug, Clone, Default)]
pub struct SignIn {
    /// みなと市
    pub city: String,
    /// Where the form goes; fields `login` and `password`.
    pub action: String,
    /// Staff number typed before.
    pub login: String,
    /// What went wrong; it never tells whether number or password was the wrong one.
    pub error: Option<String>,
    /// Why one is here again: 離席が長かったため…
    pub reason: Option<String>,
    /// Where to go after, sent as `next`.
    pub next: String,
    /// Token.
    pub csrf: String,
    /// Words on the use of this system and, in the demo, who may sign in.
    pub panels: Vec<AsidePanel>,
}

/// The sign-in page.
pub fn sign_in(page: &SignIn) -> Markup {
    plain(&Plain {
        brand: format!("Atena 宛名 {}", page.city),
        title: "サインイン".into(),
        intro: html! { @if let Some(reason) = &page.reason { (message(Tone::Info, reason, html! {})) } },
        narrow: true,
        main: html! {
            (refusal(page.error.as_deref()))
            section.card {
                form.form method="post" action=(page.action) novalidate data-once {
                    (hidden(&[(CSRF_FIELD, &page.csrf), ("next", &page.next)]))
                    (Field::new("login", "職員番号").required().value(&page.login).autocomplete("username").text())
                    (Field::new("password", "パスワード").required().autocomplete("current-password").password())
                    div.button-row { button.button.primary type="submit" { "サインイン" } }
                }
            }
            @for panel in &page.panels { section.card { h2 { (panel.title) } (panel.body) } }
        },
        ..Plain::default()
    })
}

fn refusal(error: Option<&str>) -> Markup {
    html! { @if let Some(error) = error { div tabindex="-1" data-focus { (message(Tone::Bad, error, html! {})) } } }
}

/// Away from the desk: nothing of the work is on the page, only the way back.
pub fn locked(city: &str, name: &str, login: &str, action: &str, csrf: &str, error: Option<&str>) -> Markup {
    plain(&Plain {
        brand: format!("Atena 宛名 {city}"),
        title: "離席中".into(),
        intro: html! { p { (name) "さんの画面は閉じています。入力途中の内容は残っていません。保存した仕事はそのままです。" } },
        narrow: true,
        main: html! {
            (refusal(error))
            section.card {
                form.form method="post" action=(action) novalidate data-once {
                    (hidden(&[(CSRF_FIELD, csrf), ("login", login)]))
                    (Field::new("password", "パスワード").required().autocomplete("current-password").password())
                    div.button-row { button.button.primary type="submit" { "席に戻る" } a.button href="/sign-in" { "別の職員でサインイン" } }
                }
            }
        },
        ..Plain::default()
    })
}

/// An error page: what, why, what to do, what is kept, and the number to tell the desk that runs the system.
#[derive(Debug, Clone, Default)]
pub struct ErrorPage {
    /// みなと市
    pub city: String,
    /// 何が: the `h1`.
    pub what: String,
    /// なぜ
    pub why: String,
    /// どうする
    pub how: String,
    /// What is kept and what is not: 入力した内容は保存されていません。
    pub kept: String,
    /// Number of the request, to be told on the telephone.
    pub reference: String,
    /// Where to go back to.
    pub back: String,
}

/// Renders an error page. It never holds personal data.
pub fn error_page(page: &ErrorPage) -> Markup {
    plain(&Plain {
        brand: format!("Atena 宛名 {}", page.city),
        title: page.what.clone(),
        narrow: true,
        main: html! {
            (message(Tone::Bad, &page.why, html! { p { (page.how) } }))
            @if !page.kept.is_empty() { p { (page.kept) } }
            @if !page.reference.is_empty() { p.note { "問い合わせ番号 " span.mono { (page.reference) } } }
            (button_row(&[Action::link("戻る", &page.back).key("F6").primary(), Action::link("はじめの画面", "/")], html! {}))
        },
        ..Plain::default()
    })
}
