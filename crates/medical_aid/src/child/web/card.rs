//! 医療証: print, take back, issue again.

use super::number;
use crate::child::forms::print_card;
use crate::child::store::eligibility as store;
use crate::child::usecases::card;
use platform::Fault;
use ports::Ports;
use webkit::{Begun, Call, Reply};

/// The card as PDF.
pub async fn print(call: Call, ports: Ports) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    let row = store::card(&mut unit.tx, call.id("id")?).await?;
    let context = card::context(&mut unit, &ports, &row).await?;
    let at = unit.now();
    unit.note(format!("医療証の印刷 {}", row.id));
    let cleared = unit.commit(context).await?;
    Ok(Reply::File(print_card(cleared, &format!("iryosho-{}", row.id), at)?))
}

/// Takes a card back.
pub async fn collect(call: Call, _: Ports) -> Result<Reply, Fault> {
    let mut reader = call.form.reader();
    let on = reader.optional_date("on", "回収日").unwrap_or_else(|| call.city.today());
    let how = reader.choice("how", "回収の区分", card::WAYS);
    reader.finish()?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    let ward = call.staff.post.as_ref().and_then(|p| p.ward.clone()).unwrap_or_else(|| "本庁".into());
    let row = card::collect(&mut unit, call.id("id")?, on, &how, &ward).await?;
    let to = format!("/kodomo/person/{}?tab=chohyo", row.atena_no);
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}

/// Drafts a 再交付.
pub async fn reissue(call: Call, _: Ports) -> Result<Reply, Fault> {
    let child = number(&call)?;
    let reason = call.form.text("reason").to_owned();
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    card::draft_reissue(&mut unit, child.as_str(), &reason).await?;
    let to = format!("/kodomo/person/{child}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}
