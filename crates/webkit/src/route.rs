//! Routes: one declaration gives the page, `/api/v1`, the OpenAPI entry and the row of the access matrix.

use crate::components::AsidePanel;
use crate::form::{Form, Upload};
use crate::frame::TimeTravel;
use kernel::Cleared;
use kernel::access::{Action, Purpose};
use maud::Markup;
use platform::approval::{Act, Acts};
use platform::chore::Chore;
use platform::db::{Migration, Statement};
use platform::fault::FaultKind;
use platform::job::Job;
use platform::outbox::Subscription;
use platform::policy::FieldGroup;
use platform::register::Register;
use platform::{City, Fault, StaffContext, Unit};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// Reads or writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// A page or an answer.
    Get,
    /// A command.
    Post,
}

impl Method {
    /// As OpenAPI writes it.
    pub fn code(self) -> &'static str {
        match self {
            Method::Get => "get",
            Method::Post => "post",
        }
    }
}

/// Who may call a route before any person's record is touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Anybody: sign-in.
    Open,
    /// Anybody with a session, even a locked one: unlocking, signing out.
    Session,
    /// A session that acts for one of these purposes (empty: any) and whom the policy allows every one of these.
    Needs {
        /// Purpose codes; empty for tasks that belong to no purpose.
        purposes: &'static [&'static str],
        /// Actions on field groups, all of which must be allowed. Never empty: an undeclared route does not build.
        needs: &'static [(Action, &'static str)],
    },
    /// Another system with a token of this scope ([`platform::client`]) whom the policy allows every one of these. JSON both ways, in the
    /// published form; no page, and nothing under `/api/v1`.
    System {
        /// `業務ID:resource:operation`.
        scope: &'static str,
        /// Actions on field groups, all of which must be allowed.
        needs: &'static [(Action, &'static str)],
        /// Items that a request may have; one with any other is refused, since nobody would read it.
        items: &'static [&'static str],
    },
}

type Handler = Arc<dyn Fn(Call) -> Pin<Box<dyn Future<Output = Result<Reply, Fault>> + Send>> + Send + Sync>;

/// One route.
#[derive(Clone)]
pub struct Route {
    /// Method.
    pub method: Method,
    /// Path with `{names}`; the API serves it under `/api/v1` too.
    pub path: &'static str,
    /// Name of the screen: in the log, in OpenAPI and in the matrix.
    pub name: &'static str,
    /// Who may.
    pub door: Door,
    handler: Handler,
}

impl Route {
    /// A page: `Route::get("/juki/search", "住民を探す", door, handler)`.
    pub fn get<F, R>(path: &'static str, name: &'static str, door: Door, handler: F) -> Self
    where
        F: Fn(Call) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Reply, Fault>> + Send + 'static,
    {
        Self { method: Method::Get, path, name, door, handler: Arc::new(move |call| Box::pin(handler(call))) }
    }

    /// A command.
    pub fn post<F, R>(path: &'static str, name: &'static str, door: Door, handler: F) -> Self
    where
        F: Fn(Call) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Reply, Fault>> + Send + 'static,
    {
        Self { method: Method::Post, ..Self::get(path, name, door, handler) }
    }

    /// Runs it.
    pub(crate) fn call(&self, call: Call) -> Pin<Box<dyn Future<Output = Result<Reply, Fault>> + Send>> {
        (self.handler)(call)
    }
}

/// A door: one or several purposes, and what must be allowed.
///
/// A door that asks for nothing does not compile.
pub const fn needs(purposes: &'static [&'static str], needs: &'static [(Action, &'static str)]) -> Door {
    assert!(!needs.is_empty(), "a door must ask for something");
    Door::Needs { purposes, needs }
}

/// A link of the left column; shown when its route is allowed.
#[derive(Debug, Clone, Copy)]
pub struct Nav {
    /// Heading: わたしの仕事, 住民, 子ども医療, 共通.
    pub group: &'static str,
    /// Word.
    pub label: &'static str,
    /// Path of a declared GET route without names.
    pub path: &'static str,
}

/// Everything a programme offers to the house.
#[derive(Clone, Default)]
pub struct Programme {
    /// Crate name.
    pub code: &'static str,
    /// Name on screen.
    pub name_ja: &'static str,
    /// Its purposes.
    pub purposes: Vec<Purpose>,
    /// Its field groups.
    pub groups: Vec<FieldGroup>,
    /// Its registers.
    pub registers: Vec<Register>,
    /// Items of the seed papers that no column holds: (key such as `kyufu.072`, where the value comes from and where it is shown).
    pub derived: Vec<(&'static str, &'static str)>,
    /// Its SQL.
    pub statements: Vec<Statement>,
    /// Its migrations.
    pub migrations: Vec<Migration>,
    /// Its pages.
    pub routes: Vec<Route>,
    /// Its links in the left column.
    pub nav: Vec<Nav>,
    /// Its acts for 決裁.
    pub acts: Vec<Arc<dyn Act>>,
    /// Its jobs.
    pub jobs: Vec<Arc<dyn Job>>,
    /// What it listens to.
    pub subscriptions: Vec<Arc<dyn Subscription>>,
    /// What it does again and again by itself.
    pub chores: Vec<Arc<dyn Chore>>,
    /// Which page a claimed task of a kind opens: (kind, path with `{reference}`).
    pub task_pages: Vec<(&'static str, &'static str)>,
}

/// One request, after the door.
#[derive(Clone)]
pub struct Call {
    /// The city.
    pub city: City,
    /// Who acts.
    pub staff: StaffContext,
    /// The acts of all programmes, for 決裁.
    pub acts: Acts,
    /// Pages of tasks.
    pub task_pages: Arc<Vec<(&'static str, &'static str)>>,
    /// Screen name of the route.
    pub screen: &'static str,
    /// The action that the route's first need names.
    pub action: Action,
    /// Named parts of the path.
    pub path: BTreeMap<String, String>,
    /// Query.
    pub query: Form,
    /// Form or JSON body.
    pub form: Form,
    /// Files.
    pub uploads: Vec<Upload>,
    /// Idempotency key of a command.
    pub key: Option<String>,
    /// A new key for a form on the page that answers.
    pub fresh_key: String,
    /// The address that was asked for, with its query.
    pub address: String,
}

/// Hidden field of a form on a page that shows another day.
const OTHER_DAY_FIELD: &str = "_other_day";
/// The query of the time control.
const OTHER_DAY_QUERY: [&str; 2] = ["as_of", "known_at"];

/// A command's unit of work, or the answer it had when it was first sent.
#[expect(clippy::large_enum_variant, reason = "one value a request, moved once")]
pub enum Begun {
    /// Do it.
    New(Box<Unit>),
    /// It was done already; this is where it led.
    Done(Reply),
}

impl Call {
    /// A named part of the path; empty when the route does not name it.
    pub fn part(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// A named part of the path as a number.
    ///
    /// # Errors
    /// [`Fault::missing`] when it is none.
    pub fn id(&self, name: &str) -> Result<i64, Fault> {
        self.part(name).parse().map_err(|_| Fault::missing("記録"))
    }

    /// Starts a look.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn look(&self) -> Result<Unit, Fault> {
        Unit::look(&self.city, &self.staff, self.screen, self.action).await
    }

    /// Starts a command, once per idempotency key.
    ///
    /// # Errors
    /// A form without its key, or the database's refusal.
    pub async fn command(&self) -> Result<Begun, Fault> {
        let Some(key) = &self.key else {
            let todo = "画面を読み直してから送ってください(API は Idempotency-Key を付けてください)";
            return Err(Fault::new(FaultKind::Invalid, "この送信は受け付けられません", "二重登録を防ぐ番号がありません", todo));
        };
        let mut unit = Unit::change(&self.city, &self.staff, self.screen, self.action).await?;
        let key = format!("{}:{key}", self.staff.staff_no);
        match unit.already_done(&key).await? {
            Some(outcome) => Ok(Begun::Done(Reply::See(outcome))),
            None => Ok(Begun::New(Box::new(unit))),
        }
    }

    /// The hidden fields of every form: CSRF token and a new idempotency key. On a page that shows another day, also which one: the
    /// server refuses to write from it.
    pub fn hidden(&self) -> Vec<(&str, &str)> {
        let mut fields = vec![
            (crate::components::CSRF_FIELD, self.staff.csrf.as_str()),
            (crate::components::KEY_FIELD, self.fresh_key.as_str()),
        ];
        fields.extend(self.other_day().map(|day| (OTHER_DAY_FIELD, day)));
        fields
    }

    /// The day, other than today, as of which or as known on which the page was asked for.
    fn other_day(&self) -> Option<&str> {
        let today = Ok(self.city.today());
        OTHER_DAY_QUERY.iter().filter_map(|name| self.query.some(name)).find(|day| kernel::time::parse_date(day) != today)
    }

    /// A command that comes from a page of another day.
    ///
    /// # Errors
    /// Always for such a command: what is seen there is not what would be changed.
    pub(crate) fn refuse_other_day(&self) -> Result<(), Fault> {
        if self.other_day().is_none() && self.form.some(OTHER_DAY_FIELD).is_none() {
            return Ok(());
        }
        let why = "別の基準日・知り得た日の記録を見ている画面から送られました。何も保存していません";
        Err(Fault::new(FaultKind::Conflict, "この画面からは書き込めません", why, "基準日を今日に戻してから操作してください"))
    }

    /// [`Call::hidden`] as owned pairs, for `Action::post`.
    pub fn hidden_owned(&self) -> Vec<(String, String)> {
        self.hidden().into_iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
    }
}

/// A page without its frame: the server adds purpose, case, navigation and the record of the look.
#[derive(Default)]
pub struct Screen {
    /// The one heading.
    pub title: String,
    /// Small words beside it.
    pub subtitle: String,
    /// Person strip and tabs, in place of the visible title.
    pub lead: Option<Markup>,
    /// The page.
    pub main: Markup,
    /// Panels of the right column, after 根拠 and before the record.
    pub aside: Vec<AsidePanel>,
    /// Items asked for and shown along the way, in words, for the panel 根拠; both empty: no such panel.
    pub asked: String,
    /// Items shown along the way, in words.
    pub incidental: String,
    /// Time control.
    pub time_travel: Option<TimeTravel>,
    /// What the API answers.
    pub data: serde_json::Value,
    /// HTTP status; 200 when 0. A form with problems comes back with 422.
    pub status: u16,
    /// Reload after seconds, for pages about running jobs.
    pub refresh: Option<u32>,
}

/// A file on its way out.
#[derive(Debug)]
pub struct Download {
    /// File name.
    pub name: String,
    /// MIME type.
    pub mime: &'static str,
    /// Content.
    pub body: Vec<u8>,
    /// Shown in the browser (PDF) instead of saved.
    pub inline: bool,
}

/// What a route answers. Pages and files are cleared: they cannot exist before their audit entry is durable.
#[expect(clippy::large_enum_variant, reason = "one value a request, moved once")]
pub enum Reply {
    /// A page in the frame.
    Page(Cleared<Screen>),
    /// A document or file.
    File(Cleared<Download>),
    /// Go there.
    See(String),
    /// A page outside of the frame, which shows no resident's record: sign-in, locked.
    Plain(u16, Markup),
    /// Signed in: the token becomes a cookie.
    SignedIn {
        /// Session token.
        token: String,
        /// Where to go.
        to: String,
    },
    /// Signed out: the cookie ends.
    SignedOut,
    /// An answer of the API that is not a page, such as the progress of a job.
    Json(Cleared<serde_json::Value>),
}
