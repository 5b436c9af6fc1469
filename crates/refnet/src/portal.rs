//! The マイナポータル peer: what one person sees. Sign-in is outside; the 住基ネット peer, which knows the person by their card, registers a
//! portal token for their lineage, and the portal knows no more than that.

use crate::book::inner_id;
use crate::keeper::Keeper;
use crate::lines::stranger;
use crate::model::{NoticeBody, NoticeRow, PortalRow, RecordRow, broken, from_json};
use crate::store;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use kernel::time::Timestamp;
use line::{Client, PeerName};
use platform::Fault;
use platform::fault::FaultKind;
use platform::keys::Place;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use webkit::server::problem;
use wire::code::{Code, CodeSecret, LineageKey};
use wire::ident::{DataSet, InstitutionCode};
use wire::machine::Party;
use wire::own::OwnData;
use wire::record::{HistoryLine, Record, history};

pub use crate::web::portal::portal_router;

/// Exchanges and notices that one page shows.
const SHOWN: i64 = 500;

/// What lets one person in. No `Debug` of its value.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PortalToken(String);

impl PortalToken {
    /// Reads a token: 32 bytes in lower-case hexadecimal.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        fits.then(|| Self(text.to_owned()))
    }
}

impl PortalToken {
    /// The text, for the person's own browser.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PortalToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PortalToken(…)")
    }
}

/// A person who uses the portal, as the 住基ネット peer registers them (`POST /portal` on the network's line).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// The person.
    pub lineage: LineageKey,
    /// Drawn by the 住基ネット peer and given to the person.
    pub token: PortalToken,
}

/// お知らせ as an institution's gateway hands it in (`POST /notices` on the network's line).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewNotice {
    /// The institution's own number of the notice: the same number comes once.
    pub reference: String,
    /// The person, by the institution's 符号.
    pub code: Code,
    /// Title.
    pub title: String,
    /// Text.
    pub text: String,
}

/// A line of やりとり履歴, with names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exchange {
    /// 求め日時.
    pub asked_at: Timestamp,
    /// 提供日時.
    pub provided_at: Option<Timestamp>,
    /// 情報照会者.
    pub asker: String,
    /// 情報提供者.
    pub provider: String,
    /// 事務手続.
    pub procedure: String,
    /// 特定個人情報.
    pub data_set: String,
}

/// お知らせ as the person reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// From whom.
    pub institution: String,
    /// Title.
    pub title: String,
    /// Text.
    pub text: String,
    /// When it came.
    pub posted_at: Timestamp,
}

/// サインインの手段 of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Means {
    /// Since when.
    pub made_at: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// What the portal asks a gateway for, over the network's line (`POST /own`): a person's own records in one data set, by that gateway's
/// 符号. The answer is [`OwnData`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnRequest {
    /// The person, by the gateway's 符号.
    pub code: Code,
    /// Which data.
    pub data_set: DataSet,
}

fn unknown() -> Fault {
    let todo = "もう一度サインインしてください";
    Fault::new(FaultKind::Refused, "サインインを確かめられません", "利用者トークンが違うか、使えなくなりました", todo)
}

impl Keeper {
    fn portal_key(&self, token: &PortalToken) -> Result<Vec<u8>, Fault> {
        Ok(self.city.keys().token("refnet_portal", &token.0)?)
    }

    /// Registers a user of the portal, for as long as the limits allow. The same token again changes nothing.
    ///
    /// # Errors
    /// A conflict when nothing was ever exchanged about the person; the database's refusal.
    pub async fn register_user(&self, new: &NewUser) -> Result<(), Fault> {
        let keys = self.city.keys();
        let lineage = keys.token("refnet_lineage", &new.lineage.to_string())?;
        let mut tx = self.city.db().write().await?;
        store::in_turn(&mut tx).await?;
        let token = self.portal_key(&new.token)?;
        if store::portal(&mut tx, &token).await?.is_some() {
            return Ok(());
        }
        let why = "この人の符号はまだ発行されていません";
        let person = store::people(&mut tx, &[lineage]).await?.into_iter().next();
        let person = person.ok_or_else(|| Fault::conflict("マイナポータルに登録できません", why))?;
        PortalRow { id: 0, token, person_id: person.id, made_at: self.city.now() }.insert(&mut tx).await?;
        Ok(tx.commit().await?)
    }

    async fn user(&self, tx: &mut platform::db::Tx, token: &PortalToken) -> Result<i64, Fault> {
        Ok(self.live(tx, token).await?.person_id)
    }

    /// A token that somebody has and that has not run out. What is missing and what is over look the same.
    async fn live(&self, tx: &mut platform::db::Tx, token: &PortalToken) -> Result<PortalRow, Fault> {
        let row = store::portal(tx, &self.portal_key(token)?).await?;
        row.filter(|row| row.made_at >= self.oldest_token()).ok_or_else(unknown)
    }

    /// サインインの手段: since when a person's token holds, and until when.
    ///
    /// # Errors
    /// A refusal for an unknown token or one that has run out; the database's refusal.
    pub async fn means(&self, token: &PortalToken) -> Result<Means, Fault> {
        let mut tx = self.city.db().read().await?;
        let made_at = self.live(&mut tx, token).await?.made_at;
        Ok(Means { made_at, until: made_at.checked_add(self.token_life()).unwrap_or(Timestamp::MAX) })
    }

    /// The person gives their token up: from now on it lets nobody in.
    ///
    /// # Errors
    /// The database's refusal. A token that nobody has is no error.
    pub async fn give_up(&self, token: &PortalToken) -> Result<(), Fault> {
        let mut tx = self.city.db().write().await?;
        store::in_turn(&mut tx).await?;
        store::end_portal(&mut tx, &self.portal_key(token)?).await?;
        Ok(tx.commit().await?)
    }

    /// やりとり履歴 of the person, the oldest first. A hidden exchange is not read at all: list, count and time are those of a person about
    /// whom nobody asked.
    ///
    /// # Errors
    /// A refusal for an unknown token; the database's refusal.
    pub async fn history(&self, token: &PortalToken) -> Result<Vec<Exchange>, Fault> {
        let mut tx = self.city.db().read().await?;
        let person = self.user(&mut tx, token).await?;
        let records: Result<Vec<Record>, Fault> =
            store::shown(&mut tx, person, SHOWN).await?.iter().map(RecordRow::record).collect();
        let names = self.names(&mut tx).await?;
        Ok(history(&records?).into_iter().map(|line| self.exchange(line, &names)).collect())
    }

    /// Names of the members by 機関コード.
    pub(crate) async fn names(&self, tx: &mut platform::db::Tx) -> Result<BTreeMap<String, String>, Fault> {
        Ok(store::members(tx).await?.into_iter().map(|m| (m.institution, m.name_ja)).collect())
    }

    fn exchange(&self, line: HistoryLine, names: &BTreeMap<String, String>) -> Exchange {
        let name = |code: InstitutionCode| names.get(code.as_str()).cloned().unwrap_or_else(|| code.to_string());
        let list = self.list();
        Exchange {
            asked_at: line.asked_at,
            provided_at: line.provided_at,
            asker: name(line.asker),
            provider: name(line.provider),
            procedure: list.procedures().get(&line.procedure).cloned().unwrap_or_else(|| line.procedure.to_string()),
            data_set: list.data_sets().get(&line.data_set.id).cloned().unwrap_or_else(|| line.data_set.id.to_string()),
        }
    }

    /// お知らせ to the person, the newest first.
    ///
    /// # Errors
    /// A refusal for an unknown token; the database's refusal.
    pub async fn notices(&self, token: &PortalToken) -> Result<Vec<Notice>, Fault> {
        let mut tx = self.city.db().read().await?;
        let person = self.user(&mut tx, token).await?;
        let names = self.names(&mut tx).await?;
        let rows = store::notices(&mut tx, person, SHOWN).await?;
        let open = |row: NoticeRow| {
            let sealed = self.city.keys().open_sealed(notice_place(&row.reference), &row.body)?;
            let NoticeBody { title, text } = from_json("お知らせ", &sealed)?;
            let institution = names.get(&row.institution).cloned().unwrap_or(row.institution);
            Ok(Notice { institution, title, text, posted_at: row.posted_at })
        };
        rows.into_iter().map(open).collect()
    }

    /// Takes an お知らせ of an institution.
    ///
    /// # Errors
    /// Invalid when the 符号 is not that institution's; the database's refusal.
    pub async fn post_notice(&self, from: &InstitutionCode, new: &NewNotice) -> Result<(), Fault> {
        if new.title.is_empty() || new.title.chars().count() > 100 || new.text.chars().count() > 4000 || new.reference.len() > 64
        {
            return Err(Fault::field("title", "題名は100字まで、本文は4,000字まで、番号は64字までで送ってください"));
        }
        let keys = self.city.keys();
        let token = crate::book::code_token(keys, from, &new.code)?;
        let mut tx = self.city.db().write().await?;
        store::in_turn(&mut tx).await?;
        if store::notice(&mut tx, from.as_str(), &new.reference).await?.is_some() {
            return Ok(());
        }
        let code = store::codes(&mut tx, &[token]).await?.into_iter().next();
        let person_id = code.ok_or_else(|| Fault::field("code", "この符号の人はいません。符号を確かめてください"))?.person_id;
        let body = NoticeBody { title: new.title.clone(), text: new.text.clone() };
        let plain = serde_json::to_vec(&body).map_err(|_| broken("お知らせ"))?;
        let body = keys.seal(notice_place(&new.reference), &plain)?;
        let (reference, institution) = (new.reference.clone(), from.to_string());
        NoticeRow { id: 0, reference, person_id, institution, body, posted_at: self.city.now() }.insert(&mut tx).await?;
        Ok(tx.commit().await?)
    }

    /// 自己情報: asks an institution's gateway for the person's own records. Nothing of the answer is kept here.
    ///
    /// # Errors
    /// A refusal for an unknown token, invalid for an institution that is no member, unavailable when its gateway does not answer.
    pub async fn own(
        &self,
        client: &Client,
        token: &PortalToken,
        at: &InstitutionCode,
        data_set: DataSet,
    ) -> Result<OwnData, Fault> {
        let mut tx = self.city.db().read().await?;
        let person = self.user(&mut tx, token).await?;
        let inner = inner_id(self.city.keys(), &store::person(&mut tx, person).await?)?;
        let member = store::members(&mut tx).await?.into_iter().find(|m| m.institution == at.as_str());
        let member =
            member.ok_or_else(|| Fault::field("institution", "この機関はネットワークにありません。選び直してください"))?;
        drop(tx);
        let ask = OwnRequest { code: CodeSecret::new(self.code_seed()).code(&inner, at), data_set };
        let peer = PeerName::from(&Party::Gateway(at.clone()));
        let away = |why: String| {
            let todo = "時間をおいてもう一度操作してください";
            Fault::new(FaultKind::Unavailable, "自己情報を取得できません", why, todo)
        };
        let answer = client.post(&member.address, &peer, "/own", &ask).await.map_err(|e| away(e.to_string()))?;
        let read = answer.is_success().then(|| serde_json::from_slice(&answer.body).ok()).flatten();
        read.ok_or_else(|| away("機関の応答を読めません".to_owned()))
    }
}

fn notice_place(reference: &str) -> Place<'_> {
    Place { table: NoticeRow::TABLE, column: "body", row: reference }
}

/// `POST /notices` on the line: only an institution's gateway.
pub(crate) async fn take_notice(
    State(keeper): State<Arc<Keeper>>,
    party: Option<Extension<Party>>,
    Json(new): Json<NewNotice>,
) -> Response {
    let Some(Extension(Party::Gateway(institution))) = party else { return problem(&stranger()) };
    done(keeper.post_notice(&institution, &new).await)
}

/// `POST /portal` on the line: only the 住基ネット peer.
pub(crate) async fn take_user(
    State(keeper): State<Arc<Keeper>>,
    party: Option<Extension<Party>>,
    Json(new): Json<NewUser>,
) -> Response {
    let Some(Extension(Party::Juki)) = party else { return problem(&stranger()) };
    done(keeper.register_user(&new).await)
}

fn done(result: Result<(), Fault>) -> Response {
    match result {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(fault) => problem(&fault),
    }
}
