//! JTK: 自己情報, and OSR: お知らせ.

use super::desk::{Desk, During, LISTED, Outcome, Refusal, whole};
use crate::keeper::Keeper;
use crate::model::{Message, OwnRequest};
use crate::replica::stored;
use crate::store::registers;
use crate::store::replica::of_person;
use kernel::ident::DanNo;
use kernel::time::{Timestamp, civil};
use platform::Fault;
use platform::db::{DbError, Param};
use platform::keys::{Keys, Place};
use serde::{Deserialize, Serialize};
use wire::code::Code;
use wire::ident::{DataSet, RequestId};
use wire::own::{OwnData, own_data};
use wire::replica::ReplicaRecord;

/// 自己情報提供状況: one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnLine {
    /// Number of the request.
    pub own: String,
    /// 団番, when we know the person.
    pub dan: Option<DanNo>,
    /// 特定個人情報.
    pub data_set: String,
    /// Its version.
    pub version: i64,
    /// Something was shown.
    pub disclosed: bool,
    /// When.
    pub asked_at: Timestamp,
}

/// A request by its number.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhichOwn {
    /// Number of the request.
    pub own: String,
}

fn line(row: OwnRequest) -> OwnLine {
    OwnLine {
        own: row.own_no,
        dan: row.dan_no,
        data_set: row.data_set,
        version: row.version,
        disclosed: row.disclosed,
        asked_at: row.asked_at,
    }
}

/// JTK_101: what people asked to see of themselves.
pub(crate) async fn own_status(desk: &mut Desk<'_>, during: During) -> Result<Outcome<Vec<OwnLine>>, Fault> {
    let (from, to) = during.bounds();
    let found = registers::own_between(desk.tx, from, to, LISTED + 1).await?;
    Ok(whole(found.into_iter().map(line).collect()))
}

fn own_place(number: &str) -> Place<'_> {
    Place { table: "gateway_own", column: "content", row: number }
}

/// JTK_102: what somebody was shown of themselves.
pub(crate) async fn own_content(desk: &mut Desk<'_>, which: WhichOwn) -> Result<Outcome<OwnData>, Fault> {
    let Some(row) = registers::own(desk.tx, &which.own).await? else { return Ok(Err(Refusal::missing("自己情報の求め"))) };
    let plain = desk.keeper.city().keys().open_sealed(own_place(&row.own_no), &row.content)?;
    Ok(Ok(serde_json::from_slice(&plain).map_err(|_| DbError::Shape("content".to_owned()))?))
}

impl Keeper {
    /// A person asks through the portal what is stored of them. The answer says nothing of why there is none.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn own(&self, code: &Code, data_set: &DataSet) -> Result<OwnData, Fault> {
        let (now, keys) = (self.city().now(), self.city().keys());
        let mut tx = self.write().await?;
        let token = crate::work::code_token(self, code)?;
        let holder = registers::holders(&mut tx, vec![Param::from(token)]).await?.into_iter().next();
        let dan = holder.map(|binding| binding.dan_no);
        let (mut records, mut hidden) = (Vec::<ReplicaRecord>::new(), false);
        if let Some(dan) = &dan {
            hidden = registers::flags_of(&mut tx, dan, now).await?.undisclosed;
            for row in of_person(&mut tx, dan).await? {
                let row = stored(keys, &row)?;
                if row.record.data_set == *data_set && !row.undisclosed {
                    records.push(row.record);
                }
            }
        }
        let own = own_data(&records, hidden, civil(now));
        let own_no = self.step(now, |turn| RequestId::draw(turn.rng)).to_string();
        let plain = serde_json::to_vec(&own).map_err(|_| DbError::Shape("content".to_owned()))?;
        let row = OwnRequest {
            id: 0,
            content: keys.seal(own_place(&own_no), &plain)?,
            own_no,
            dan_no: dan,
            data_set: data_set.id.to_string(),
            version: i64::from(data_set.version),
            disclosed: matches!(own, OwnData::Records(_)),
            asked_at: now,
        };
        row.insert(&mut tx).await?;
        tx.commit().await?;
        Ok(own)
    }
}

/// お知らせ情報.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// Number, drawn by the city; a repetition has the same.
    pub message: RequestId,
    /// To whom.
    pub dan: DanNo,
    /// 件名.
    pub title: String,
    /// 本文.
    pub content: String,
}

/// An お知らせ by its number.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhichMessage {
    /// Number.
    pub message: RequestId,
}

/// Where an お知らせ stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageState {
    /// Number.
    pub message: RequestId,
    /// accepted, delivered, read, cancelled, rejected.
    pub state: String,
    /// Since when.
    pub changed_at: Timestamp,
}

fn seal(keys: &Keys, column: &'static str, row: &str, text: &str) -> Result<Vec<u8>, Fault> {
    Ok(keys.seal(Place { table: "gateway_message", column, row }, text.as_bytes())?)
}

/// OSR_101: takes お知らせ for the portal. Who has no 符号 cannot be reached.
pub(crate) async fn send(desk: &mut Desk<'_>, new: NewMessage) -> Result<Outcome<MessageState>, Fault> {
    let number = new.message.to_string();
    if let Some(known) = registers::message(desk.tx, &number).await? {
        return Ok(Ok(MessageState { message: new.message, state: known.state, changed_at: known.changed_at }));
    }
    if new.title.trim().is_empty() || new.content.trim().is_empty() {
        return Ok(Err(Refusal::bad("お知らせの件名と本文を入れてください")));
    }
    let keys = desk.keeper.city().keys();
    let reached = desk.keeper.codes(desk.tx, std::slice::from_ref(&new.dan)).await?.contains_key(&new.dan);
    let row = Message {
        id: 0,
        title: seal(keys, "title", &number, &new.title)?,
        content: seal(keys, "content", &number, &new.content)?,
        message_no: number,
        dan_no: new.dan,
        state: if reached { "accepted" } else { "rejected" }.to_owned(),
        accepted_at: desk.now,
        changed_at: desk.now,
    };
    row.insert(desk.tx).await?;
    Ok(Ok(MessageState { message: new.message, state: row.state, changed_at: row.changed_at }))
}

/// An お知らせ as the person reads it in the portal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivered {
    /// Number.
    pub message: RequestId,
    /// 件名.
    pub title: String,
    /// 本文.
    pub content: String,
    /// When the city sent it.
    pub accepted_at: Timestamp,
}

impl Keeper {
    /// Hands the portal what waits for a person, until they have read it.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn deliver(&self, code: &Code) -> Result<Vec<Delivered>, Fault> {
        let (now, keys) = (self.city().now(), self.city().keys());
        let mut tx = self.write().await?;
        let token = crate::work::code_token(self, code)?;
        let holder = registers::holders(&mut tx, vec![Param::from(token)]).await?.into_iter().next();
        let Some(dan) = holder.map(|binding| binding.dan_no) else { return Ok(Vec::new()) };
        let mut delivered = Vec::new();
        for row in registers::messages_for(&mut tx, &dan, LISTED).await? {
            let open = |column, sealed| {
                let plain = keys.open_sealed(Place { table: "gateway_message", column, row: &row.message_no }, sealed)?;
                String::from_utf8(plain).map_err(|_| Fault::from(DbError::Shape(column.to_owned())))
            };
            delivered.push(Delivered {
                message: RequestId::parse(&row.message_no).map_err(|_| DbError::Shape("message_no".to_owned()))?,
                title: open("title", &row.title)?,
                content: open("content", &row.content)?,
                accepted_at: row.accepted_at,
            });
            registers::message_state(&mut tx, &row.message_no, "accepted", "delivered", now).await?;
        }
        tx.commit().await?;
        Ok(delivered)
    }

    /// The person has read an お知らせ; false when it was not waiting for them.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn was_read(&self, message: &RequestId) -> Result<bool, Fault> {
        let mut tx = self.write().await?;
        let read = registers::message_state(&mut tx, &message.to_string(), "delivered", "read", self.city().now()).await?;
        tx.commit().await?;
        Ok(read)
    }
}

/// OSR_201: where an お知らせ stands.
pub(crate) async fn message_state(desk: &mut Desk<'_>, which: WhichMessage) -> Result<Outcome<MessageState>, Fault> {
    let found = registers::message(desk.tx, &which.message.to_string()).await?;
    let state = found.map(|m| MessageState { message: which.message, state: m.state, changed_at: m.changed_at });
    Ok(state.ok_or_else(|| Refusal::missing("お知らせ")))
}

/// OSR_301: takes an お知らせ back that has not been delivered.
pub(crate) async fn cancel(desk: &mut Desk<'_>, which: WhichMessage) -> Result<Outcome<MessageState>, Fault> {
    let number = which.message.to_string();
    if registers::message_state(desk.tx, &number, "accepted", "cancelled", desk.now).await? {
        return message_state(desk, which).await;
    }
    Ok(match registers::message(desk.tx, &number).await? {
        Some(_) => Err(Refusal::conflict("このお知らせは、もう取り消せません。状況を確かめてください")),
        None => Err(Refusal::missing("お知らせ")),
    })
}
