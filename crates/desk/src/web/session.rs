//! Sign-in, 離席, password and the choice of the acting office and purpose.

use maud::html;
use platform::fault::FaultKind;
use platform::{Fault, staff};
use webkit::components::{Action, AsidePanel, Choice, Field, FieldError, button_row, card, error_summary, post_form};
use webkit::frame::plain::{self, Plain, SignIn};
use webkit::{Call, Reply};

/// Terminal names are given by the workstation's proxy; a browser without one works as this.
const TERMINAL: &str = "T-0001";

fn safe_next(next: &str) -> String {
    // Only an address of our own: one slash, no host.
    if next.starts_with('/') && !next.starts_with("//") && !next.contains('\\') { next.to_owned() } else { "/".to_owned() }
}

/// The sign-in page.
pub async fn sign_in_page(call: Call) -> Result<Reply, Fault> {
    Ok(Reply::Plain(200, sign_in_markup(&call, call.query.text("next"), "", None)))
}

fn sign_in_markup(call: &Call, next: &str, login: &str, error: Option<String>) -> maud::Markup {
    let rules = "職務で必要な情報だけを、事務と案件を決めて見ます。見たことはすべて記録され、本人が確かめられます。";
    plain::sign_in(&SignIn {
        city: call.city.profile().name_ja.clone(),
        action: "/sign-in".into(),
        login: login.into(),
        error,
        next: next.into(),
        panels: vec![AsidePanel::text("このシステムの使い方", rules)],
        ..SignIn::default()
    })
}

/// Signs in.
pub async fn sign_in(call: Call) -> Result<Reply, Fault> {
    let (login, next) = (call.form.text("login"), call.form.text("next"));
    let password = call.form.all("password").first().cloned().unwrap_or_default();
    match staff::sign_in(&call.city, login, &password, TERMINAL).await {
        Ok(token) => Ok(Reply::SignedIn { token, to: safe_next(next) }),
        Err(fault) if fault.kind == FaultKind::Refused => {
            Ok(Reply::Plain(403, sign_in_markup(&call, next, login, Some(format!("{}。{}", fault.why, fault.todo)))))
        }
        Err(fault) => Err(fault),
    }
}

/// Signs out.
pub async fn sign_out(call: Call) -> Result<Reply, Fault> {
    staff::sign_out(&call.city, &call.staff).await?;
    Ok(Reply::SignedOut)
}

/// Away from the desk.
pub async fn locked_page(call: Call) -> Result<Reply, Fault> {
    Ok(Reply::Plain(200, locked_markup(&call, None)))
}

fn locked_markup(call: &Call, error: Option<&str>) -> maud::Markup {
    plain::locked(
        &call.city.profile().name_ja,
        &call.staff.name,
        &call.staff.staff_no,
        "/session/unlock",
        &call.staff.csrf,
        error,
    )
}

/// 離席.
pub async fn lock(call: Call) -> Result<Reply, Fault> {
    staff::lock(&call.city, &call.staff, None).await?;
    Ok(Reply::See("/session/locked".into()))
}

/// Back at the desk.
pub async fn unlock(call: Call) -> Result<Reply, Fault> {
    let password = call.form.all("password").first().cloned().unwrap_or_default();
    match staff::lock(&call.city, &call.staff, Some(&password)).await {
        Ok(()) => Ok(Reply::See("/".into())),
        Err(fault) if fault.kind == FaultKind::Refused => Ok(Reply::Plain(403, locked_markup(&call, Some(&fault.why)))),
        Err(fault) => Err(fault),
    }
}

fn plain_page(call: &Call, title: &str, intro: &str, main: maud::Markup) -> maud::Markup {
    plain::plain(&Plain {
        brand: format!("Atena 宛名 {}", call.city.profile().name_ja),
        who: (call.staff.name.clone(), format!("端末 {}", call.staff.terminal)),
        leave: Some(("サインアウト".into(), "/sign-out".into())),
        title: title.into(),
        intro: html! { p { (intro) } },
        main,
        narrow: true,
        csrf: call.staff.csrf.clone(),
    })
}

fn password_markup(call: &Call, fault: Option<&Fault>) -> maud::Markup {
    let errors: Vec<FieldError> = fault
        .into_iter()
        .flat_map(|f| &f.fields)
        .map(|f| FieldError { field: f.field.into(), message: f.message.clone() })
        .collect();
    let error = |field: &str| errors.iter().find(|e| e.field == field).map(|e| e.message.as_str());
    let intro = "はじめて使うとき、または忘れたときの仮のパスワードは、自分だけが知るものに変えてください。";
    let body = html! {
        (error_summary(&errors))
        (Field::new("old", "いまのパスワード").required().autocomplete("current-password").error(error("old")).password())
        (Field::new("new", "新しいパスワード").required().hint("12文字以上。思い出せる長い文が安全です").autocomplete("new-password").error(error("new")).password())
        (button_row(&[Action::submit("変更する").key("F9").primary()], html! {}))
    };
    plain_page(
        call,
        "パスワードの変更",
        intro,
        card("新しいパスワード", "", post_form("password", "/session/password", false, &call.hidden(), body)),
    )
}

/// The page to change the password.
pub async fn password_page(call: Call) -> Result<Reply, Fault> {
    Ok(Reply::Plain(200, password_markup(&call, None)))
}

/// Changes the password.
pub async fn password(call: Call) -> Result<Reply, Fault> {
    let raw = |name: &str| call.form.all(name).first().cloned().unwrap_or_default();
    match staff::change_password(&call.city, &call.staff, &raw("old"), &raw("new")).await {
        Ok(()) => Ok(Reply::See("/".into())),
        Err(fault) if fault.kind == FaultKind::Invalid => Ok(Reply::Plain(422, password_markup(&call, Some(&fault)))),
        Err(fault) => Err(fault),
    }
}

/// Which office and purpose to act for: one at a time, also for those who hold several posts.
pub async fn purpose_page(call: Call) -> Result<Reply, Fault> {
    let mut tx = call.city.db().read().await?;
    let posts = staff::posts(&mut tx, &call.staff.staff_no, call.city.today()).await?;
    let mut choices: Vec<(String, String)> = vec![];
    for post in &posts {
        let office = call.city.office_name(&post.office);
        for code in call.city.office(&post.office).map_or(&[][..], |o| o.purposes) {
            let name = call.city.purpose(code).map_or(*code, |p| p.name_ja);
            choices.push((format!("{}:{code}", post.id), format!("{office} … {name}")));
        }
    }
    let options: Vec<Choice<'_>> = choices.iter().map(|(v, l)| Choice { value: v, label: l, note: "" }).collect();
    let first = choices.first().map_or("", |(v, _)| v.as_str());
    let body = html! {
        (Field::new("purpose", "所属と事務").required().value(first).radio(&options))
        (button_row(&[Action::submit("この事務で始める").key("F9").primary()], html! {}))
    };
    let intro = "いまから行う所属と事務を一つ選びます。別の事務の情報は、選び直すまで見えません。";
    let form = post_form("purpose", "/session/purpose", false, &call.hidden(), body);
    Ok(Reply::Plain(200, plain_page(&call, "事務を選ぶ", intro, card("所属と事務", "", form))))
}

/// Acts for an office and purpose.
pub async fn purpose(call: Call) -> Result<Reply, Fault> {
    let (post, purpose) =
        call.form.text("purpose").split_once(':').ok_or_else(|| Fault::field("purpose", "所属と事務を選んでください"))?;
    let post = post.parse().map_err(|_| Fault::field("purpose", "所属と事務を選んでください"))?;
    staff::act_as(&call.city, &call.staff, post, purpose).await?;
    Ok(Reply::See("/".into()))
}
