//! 庁内連携: other systems of the city that call by themselves. OAuth 2.0 client credentials (RFC 6749 §4.4) as the 共通機能標準仕様書 §2.2.5 has
//! it: a client proves itself with `client_secret_jwt` (RFC 7523, HS256) or, in the meantime, with its secret (Basic), and gets a token for some
//! minutes. Every token and every refusal leaves an entry in the log; a secret is sealed, of a token only the hash is kept.

use crate::audit::Shown;
use crate::city::City;
use crate::db::{DbError, Row, Tx};
use crate::fault::{Fault, FaultKind};
use crate::keys::{Keys, Place, Secret, hex, sha256};
use crate::params;
use crate::staff::{OpenCase, Post, StaffContext, Visitor};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use kernel::time::{Date, Timestamp};
use ring::hmac;
use serde::Deserialize;

/// Seconds that a token lives: the upper bound that the specification recommends.
pub const TOKEN_SECONDS: i64 = 600;
/// Role of a client in policies. No person's post has it.
pub const ROLE: &str = "system";
/// 端末 of a client in the log.
const TERMINAL: &str = "庁内連携";

crate::statements! {
    /// A client.
    FIND = "select id, name, programme, office, scopes, secret, active_from, active_to from platform_client where id = $1";
    /// All clients.
    ALL = "select id, name, programme, office, scopes, active_from, active_to from platform_client order by active_from, id";
    /// Its last day.
    END = "update platform_client set active_to = $2 where id = $1";
    /// Its tokens end with it.
    END_TOKENS = "delete from platform_token where client = $1";
    /// The token and whose it is.
    TOKEN = "select id, client, scopes from platform_token where hash = $1 and expires_at > $2";
    /// Tokens that have run out.
    OLD_TOKENS = "delete from platform_token where expires_at <= $1";
    /// An assertion is used.
    USE = "insert into platform_assertion (hash, expires_at) values ($1, $2) on conflict (hash) do nothing";
    /// Assertions that prove nothing any more.
    OLD_ASSERTIONS = "delete from platform_assertion where expires_at <= $1";
}

/// A system that may call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Client id: 32 letters and digits.
    pub id: String,
    /// Name on screen and in a resident's access list.
    pub name: String,
    /// 業務 for which it calls: 業務ID, 独自施策システム等ID or the code of a purpose.
    pub programme: String,
    /// Code of the office that answers for it.
    pub office: String,
    /// Scopes it may ask for, `業務ID:resource:operation`.
    pub scopes: Vec<String>,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Option<Date>,
}

/// A client to be registered; the fields are those of [`Client`].
#[derive(Debug, Clone)]
pub struct NewClient<'a> {
    /// Name.
    pub name: &'a str,
    /// 業務.
    pub programme: &'a str,
    /// Office.
    pub office: &'a str,
    /// Scopes.
    pub scopes: &'a [&'a str],
    /// First day.
    pub from: Date,
}

/// How a client proves itself.
#[derive(Debug)]
pub enum Proof<'a> {
    /// `client_secret_jwt`: a signed assertion.
    Assertion(&'a str),
    /// `client_secret_basic`: id and secret.
    Secret(&'a str, &'a str),
}

/// A token, which only the client keeps.
#[derive(Debug)]
pub struct Granted {
    /// The token.
    pub token: String,
    /// Scopes, blank-separated.
    pub scope: String,
}

/// Why there is no token, in the words of RFC 6749 §5.2.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    /// Not a client, not its secret, an assertion that is old, repeated or meant for somebody else. They all look alike.
    #[error("invalid_client")]
    Client,
    /// A scope that the client was not given.
    #[error("invalid_scope")]
    Scope,
    /// It cannot be done now.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<DbError> for Denied {
    fn from(error: DbError) -> Self {
        Self::Fault(error.into())
    }
}

/// Whom an assertion must name (`aud`): the token endpoint of this city.
pub fn audience(city: &City) -> String {
    format!("urn:atena:{}", city.profile().code)
}

/// Text of letters and digits.
fn letters(keys: &Keys, count: usize) -> Result<String, Fault> {
    const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut text = String::new();
    while text.len() < count {
        // Bytes from 248 on would make some letters likelier than others.
        let fair = keys.random::<64>()?.into_iter().filter(|b| *b < 248);
        text.extend(fair.filter_map(|b| LETTERS.get(usize::from(b % 62))).map(|b| char::from(*b)));
    }
    text.truncate(count);
    Ok(text)
}

fn place(id: &str) -> Place<'_> {
    Place { table: "platform_client", column: "secret", row: id }
}

fn read(row: &Row) -> Result<Client, DbError> {
    Ok(Client {
        id: row.get("id")?,
        name: row.get("name")?,
        programme: row.get("programme")?,
        office: row.get("office")?,
        scopes: row.get::<String>("scopes")?.split(' ').filter(|s| !s.is_empty()).map(str::to_owned).collect(),
        from: row.get("active_from")?,
        to: row.get("active_to")?,
    })
}

fn visitor<'a>(client: Option<&'a Client>, post: Option<&'a Post>, screen: &'static str) -> Visitor<'a> {
    Visitor {
        staff_no: client.map_or("", |c| &c.id),
        name: client.map_or("", |c| &c.name),
        post,
        purpose: client.map(|c| c.programme.as_str()),
        terminal: TERMINAL,
        screen,
    }
}

fn post(client: &Client) -> Post {
    Post { id: 0, office: client.office.clone(), rank: 1, roles: vec![ROLE.into()], ward: None }
}

/// Registers a system; answers its id and its secret, which is shown this once.
///
/// # Errors
/// A name, 業務, office or scope that cannot be; the database's refusal.
pub async fn register(city: &City, new: &NewClient<'_>) -> Result<(String, Secret<String>), Fault> {
    let code = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if new.name.is_empty() || !code(new.programme) {
        return Err(Fault::field("programme", "システムの名前と、業務の符号(英小文字と数字)を入れてください"));
    }
    if city.office(new.office).is_none() {
        return Err(Fault::field("office", format!("{} という所属はありません", new.office)));
    }
    if new.scopes.is_empty() || new.scopes.iter().any(|s| s.split(':').count() != 3 || s.contains(char::is_whitespace)) {
        return Err(Fault::field("scope", "スコープは「業務ID:リソース名:操作名」で指定してください"));
    }
    let id = letters(city.keys(), 32)?;
    let secret = Secret::new(letters(city.keys(), 48)?);
    let sealed = city.keys().seal(place(&id), secret.expose().as_bytes())?;
    let client = Client {
        id: id.clone(),
        name: new.name.to_owned(),
        programme: new.programme.to_owned(),
        office: new.office.to_owned(),
        scopes: new.scopes.iter().map(|s| (*s).to_owned()).collect(),
        from: new.from,
        to: None,
    };
    let columns = &["id", "name", "programme", "office", "scopes", "secret", "active_from"];
    let row = params![&id, new.name, new.programme, new.office, new.scopes.join(" "), sealed, new.from];
    let mut tx = city.db().write().await?;
    tx.insert_rows("platform_client", columns, vec![row]).await?;
    visitor(Some(&client), Some(&post(&client)), "atena client").record(city, tx, Shown::Changed, "連携システムの登録").await?;
    Ok((id, secret))
}

/// All systems that were ever registered.
///
/// # Errors
/// The database's refusal.
pub async fn all(tx: &mut Tx) -> Result<Vec<Client>, DbError> {
    tx.all(ALL, vec![]).await?.iter().map(read).collect()
}

/// Ends a system at once: yesterday was its last day, and its tokens are worth nothing.
///
/// # Errors
/// [`Fault::missing`].
pub async fn end(city: &City, id: &str) -> Result<(), Fault> {
    let mut tx = city.db().write().await?;
    let client = tx.first(FIND, params![id]).await?.ok_or_else(|| Fault::missing("連携システム"))?;
    let client = read(&client)?;
    // A day that is over: whoever calls today is refused.
    tx.run(END, params![id, city.today().yesterday().unwrap_or(Date::MIN)]).await?;
    tx.run(END_TOKENS, params![id]).await?;
    visitor(Some(&client), Some(&post(&client)), "atena client").record(city, tx, Shown::Changed, "連携システムの利用停止").await
}

/// Gives a token to a client that proves itself.
///
/// # Errors
/// [`Denied`]; a refusal is on record before it is told.
pub async fn grant(city: &City, proof: &Proof<'_>, scope: &str) -> Result<Granted, Denied> {
    const SCREEN: &str = "トークンの発行";
    let now = city.now();
    let claims = match proof {
        Proof::Assertion(text) => claims(text),
        Proof::Secret(..) => None,
    };
    let id = match (proof, &claims) {
        (Proof::Secret(id, _), _) => *id,
        (Proof::Assertion(_), Some(claims)) => claims.sub.as_str(),
        (Proof::Assertion(_), None) => "",
    };
    let mut tx = city.db().write().await?;
    let row = tx.first(FIND, params![id]).await?;
    let client = row.as_ref().map(read).transpose()?;
    let secret = match &row {
        Some(row) => city.keys().open_sealed(place(id), &row.get::<Vec<u8>>("secret")?).map_err(Fault::from)?,
        None => vec![],
    };
    let known = client.filter(|c| c.from <= city.today() && c.to.is_none_or(|to| city.today() <= to));
    let proved = match (proof, &claims) {
        _ if known.is_none() => false,
        (Proof::Secret(_, given), _) => sha256(given.as_bytes()) == sha256(&secret),
        (Proof::Assertion(text), Some(claims)) => {
            let fresh = claims.expires().filter(|at| *at > now && *at <= later(now, TOKEN_SECONDS));
            let meant = claims.iss == claims.sub && claims.aud.names(&audience(city));
            match fresh.filter(|_| meant && signed(text, &secret)) {
                Some(at) => tx.run(USE, params![sha256(format!("{id}\u{1f}{}", claims.jti).as_bytes()).to_vec(), at]).await? == 1,
                None => false,
            }
        }
        (Proof::Assertion(_), None) => false,
    };
    let Some(client) = known.filter(|_| proved) else {
        tx.restart().await?;
        visitor(None, None, SCREEN).record(city, tx, Shown::Denied, "連携システムを確かめられない").await?;
        return Err(Denied::Client);
    };
    let post = post(&client);
    let who = visitor(Some(&client), Some(&post), SCREEN);
    let wanted: Vec<&str> = match scope.split_whitespace().collect::<Vec<_>>() {
        none if none.is_empty() => client.scopes.iter().map(String::as_str).collect(),
        some => some,
    };
    if wanted.iter().any(|scope| !client.scopes.iter().any(|given| given == scope)) {
        who.record(city, tx, Shown::Denied, "認められていないスコープ").await?;
        return Err(Denied::Scope);
    }
    tx.run(OLD_TOKENS, params![now]).await?;
    tx.run(OLD_ASSERTIONS, params![now]).await?;
    let (token, scope) = (hex(&city.keys().random::<32>().map_err(Fault::from)?), wanted.join(" "));
    let row = params![sha256(token.as_bytes()).to_vec(), &client.id, &scope, later(now, TOKEN_SECONDS)];
    tx.insert_rows("platform_token", &["hash", "client", "scopes", "expires_at"], vec![row]).await?;
    who.record(city, tx, Shown::Changed, "トークンの発行").await?;
    Ok(Granted { token, scope })
}

/// The client behind a token, as who acts: for its 業務, as an instance of its office, in a 通知 that has the token's number. Whether the token
/// is for the scope is said besides, since a refusal has to be recorded under that name.
///
/// # Errors
/// [`FaultKind::SignedOut`] for a token that is not known, has run out, or whose client has ended.
pub async fn bearer(city: &City, token: &str, scope: &str) -> Result<(StaffContext, bool), Fault> {
    let mut tx = city.db().read().await?;
    let unknown = || {
        let why = "トークンがないか、期限が切れているか、このシステムのものではありません";
        Fault::new(FaultKind::SignedOut, "認証できません", why, "トークンを取り直して、同じ要求をもう一度送ってください")
    };
    let row = tx.first(TOKEN, params![sha256(token.as_bytes()).to_vec(), city.now()]).await?.ok_or_else(unknown)?;
    let (id, scopes): (i64, String) = (row.get("id")?, row.get("scopes")?);
    let client = tx.first(FIND, params![row.get::<String>("client")?]).await?.ok_or_else(unknown)?;
    let client = read(&client)?;
    if client.to.is_some_and(|to| to < city.today()) {
        return Err(unknown());
    }
    let post = post(&client);
    let staff = StaffContext {
        staff_no: client.id,
        name: client.name,
        post: Some(post),
        terminal: TERMINAL.to_owned(),
        purpose: Some(client.programme),
        case: Some(OpenCase { id: 0, number: format!("連携-T{id}"), ground: "通知".into(), subjects: vec![] }),
        ..StaffContext::nobody()
    };
    Ok((staff, scopes.split(' ').any(|given| given == scope)))
}

fn later(at: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond() + seconds * 1_000_000).unwrap_or(at)
}

/// What an assertion says (RFC 7523 §3).
#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    jti: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    fn names(&self, who: &str) -> bool {
        match self {
            Audience::One(one) => one == who,
            Audience::Many(all) => all.iter().any(|one| one == who),
        }
    }
}

impl Claims {
    fn expires(&self) -> Option<Timestamp> {
        Timestamp::from_second(self.exp).ok()
    }
}

/// What the assertion claims, before anything is proved.
fn claims(text: &str) -> Option<Claims> {
    let (_, rest) = text.split_once('.')?;
    let (claims, _) = rest.split_once('.')?;
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
}

/// Is it a compact JWS (RFC 7515) by HS256 under this secret? No other algorithm is taken, whatever the header asks for.
fn signed(text: &str, secret: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Header {
        alg: String,
    }
    let check = || {
        let (said, signature) = text.rsplit_once('.')?;
        let (header, _) = said.split_once('.')?;
        let header: Header = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        (header.alg == "HS256").then(|| hmac::verify(&key, said.as_bytes(), &signature).is_ok())
    };
    check().unwrap_or(false)
}
