//! Taking a person into the case of 情報政策課, by 宛名番号: what the exchange holds of them is shown then.

use super::{Desk, originals, records};
use crate::model::RECORD;
use kernel::ident::AtenaNo;
use maud::{Markup, html};
use platform::Fault;
use webkit::components::{Action, Field, button_row, card, post_form};
use webkit::{Begun, Call, Reply};

/// Where the form is sent.
pub const TAKE: &str = "/exchange/subject";

/// The form, on a page to which one comes back.
pub fn form(call: &Call, back: &str) -> Markup {
    let hidden: Vec<(&str, &str)> = call.hidden().into_iter().chain([("back", back)]).collect();
    let body = html! {
        (Field::new("number", "宛名番号").required().digits())
        (button_row(&[Action::submit("案件の対象にする")], html! { "見たことは、本人の閲覧履歴に載ります" }))
    };
    card("一人の記録を見る", "案件の対象にした人の記録だけが、下に出ます", post_form("subject", TAKE, false, &hidden, body))
}

/// Takes the person.
pub async fn take(call: Call, _: Desk) -> Result<Reply, Fault> {
    let who = AtenaNo::parse(call.form.text("number")).map_err(|error| Fault::field("number", error.to_string()))?;
    let back = [originals::PAGE, records::PAGE].into_iter().find(|page| *page == call.form.text("back"));
    let back = back.unwrap_or(originals::PAGE);
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    let subject = unit.find_subject(&who).await?.ok_or_else(|| Fault::missing("この宛名番号の人"))?;
    unit.take_into_case(subject).await?;
    unit.require(subject, &[RECORD]).await?;
    unit.commit_as((), back).await?;
    Ok(Reply::See(back.to_owned()))
}
