//! Commands from the person card.

use super::{card_of, number_of, person};
use crate::usecases::{correct, death, move_out, move_within, protection};
use platform::fault::FaultKind;
use platform::{Fault, Unit};
use webkit::{Begun, Call, Reply};

/// A problem with the input shows the card again, with the problem; anything else is a page of its own.
async fn again(call: &Call, result: Result<Reply, Fault>) -> Result<Reply, Fault> {
    match result {
        Err(fault) if fault.kind == FaultKind::Invalid && call.key.is_some() => {
            let unit = Unit::look(&call.city, &call.staff, call.screen, kernel::access::Action::Look).await?;
            person::render(call, unit, Some(fault)).await
        }
        other => other,
    }
}

macro_rules! begin {
    ($call:expr) => {
        match $call.command().await? {
            Begun::New(unit) => *unit,
            Begun::Done(reply) => return Ok(reply),
        }
    };
}

async fn done(call: &Call, unit: Unit) -> Result<Reply, Fault> {
    let to = card_of(&number_of(call)?);
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}

/// 転出届, 確定, 取消.
pub async fn move_out(call: Call) -> Result<Reply, Fault> {
    again(&call, try_move_out(&call).await).await
}

async fn try_move_out(call: &Call) -> Result<Reply, Fault> {
    let number = number_of(call)?;
    let mut r = call.form.reader();
    let kind = r.choice("kind", "処理", &["notify", "confirm", "cancel"]);
    let notified_on = r.date("notified_on", "届出・通知の日");
    let command = match kind.as_str() {
        "notify" => {
            let planned_on = r.date("planned_on", "転出予定年月日");
            move_out::MoveOut::Notify {
                number, notified_on, planned_on, to_address: r.text("to_address", "転出予定先住所")
            }
        }
        "confirm" => {
            let moved_in_on = r.optional_date("moved_in_on", "転入年月日");
            move_out::MoveOut::Confirm { number, notice_on: notified_on, moved_in_on, to_address: r.optional("to_address") }
        }
        _ => move_out::MoveOut::Cancel { number, notified_on },
    };
    r.finish()?;
    let mut unit = begin!(call);
    move_out::draft(&mut unit, &command).await?;
    done(call, unit).await
}

/// 転居.
pub async fn move_within(call: Call) -> Result<Reply, Fault> {
    again(&call, try_move_within(&call).await).await
}

async fn try_move_within(call: &Call) -> Result<Reply, Fault> {
    let number = number_of(call)?;
    let mut r = call.form.reader();
    let command = move_within::MoveWithin {
        number,
        moved_on: r.date("moved_on", "異動年月日"),
        notified_on: r.date("within_notified_on", "届出年月日"),
        address: r.text("address", "新しい住所"),
        building: r.optional("building"),
    };
    r.finish()?;
    let mut unit = begin!(call);
    move_within::draft(&mut unit, &command).await?;
    done(call, unit).await
}

/// 死亡.
pub async fn death(call: Call) -> Result<Reply, Fault> {
    again(&call, try_death(&call).await).await
}

async fn try_death(call: &Call) -> Result<Reply, Fault> {
    let number = number_of(call)?;
    let mut r = call.form.reader();
    let command = death::Death {
        number,
        died_on: r.partial_date("died_on", "死亡日"),
        notified_on: r.date("death_notified_on", "届出年月日"),
    };
    r.finish()?;
    let mut unit = begin!(call);
    death::draft(&mut unit, &command).await?;
    done(call, unit).await
}

/// 職権修正.
pub async fn correct(call: Call) -> Result<Reply, Fault> {
    again(&call, try_correct(&call).await).await
}

async fn try_correct(call: &Call) -> Result<Reply, Fault> {
    let number = number_of(call)?;
    let mut r = call.form.reader();
    let command = correct::Correct {
        number,
        birth: r.partial_date("birth", "生年月日"),
        notified_on: r.date("correct_notified_on", "通知を受理した日"),
        evidence: r.text("evidence", "証拠"),
    };
    r.finish()?;
    let mut unit = begin!(call);
    correct::draft(&mut unit, &command).await?;
    done(call, unit).await
}

/// 仮支援措置.
pub async fn protect(call: Call) -> Result<Reply, Fault> {
    let number = number_of(&call)?;
    let mut r = call.form.reader();
    let ground = r.choice("ground", "申出の事由", &["DV", "ストーカー", "児童虐待", "その他"]);
    let opponent = r.optional("opponent");
    r.finish()?;
    let mut unit = begin!(call);
    protection::start(&mut unit, &number, &ground, opponent.as_deref()).await?;
    done(&call, unit).await
}

/// The end of a 支援措置.
pub async fn unprotect(call: Call) -> Result<Reply, Fault> {
    let number = number_of(&call)?;
    let mut r = call.form.reader();
    let reason = r.text("reason", "終了の理由");
    r.finish()?;
    let mut unit = begin!(call);
    protection::draft_end(&mut unit, &protection::End { number, reason }).await?;
    done(&call, unit).await
}
