//! 情報連携: the city's own desk for the exchange with other institutions.
//!
//! Law: 番号法19条8号・9号 (what may be asked), 21条–23条 (how, and the records), 条例 for 独自利用事務. Offices: the programmes' own ask;
//! 情報政策課 keeps 副本, answers and records. Records: consents, inquiries with their answers, 正本 of systems outside of Atena, what the
//! gateway has of 正本, comparisons, 情報提供等記録. Facts used: 団番 ([`ports::HubPort`]), who somebody is ([`ports::ResidentPort`]), 正本
//! ([`ports::Originals`]). The gateway is reached by one line ([`lines::Gateway`]); a city without one has the pages and sends nothing.

pub mod lines;
mod messages;
pub mod model;
mod offer;
mod originals;
mod store;
mod usecases;
mod web;

use kernel::access::Action::{Draft, Look, Run, Search};
use kernel::access::Purpose;
use lines::Line;
use model::{CONSENT, INQUIRY, ORIGINAL, RECORD};
use platform::Fault;
use platform::db::Migration;
use platform::policy::FieldGroup;
use ports::{HubPort, LinkUses, Originals, ResidentPort};
use std::sync::{Arc, LazyLock};
use webkit::{Door, Nav, Programme, Route, needs};
use wire::catalogue::Catalogue;
use wire::ident::{DataSet, DataSetId, ItemId, ProcedureId, RecordKey};
use wire::limits::Limits;
use wire::list::PermittedList;

/// 事務 of the desk.
pub const PURPOSE: Purpose =
    Purpose {
        code: "renkei", name_ja: "情報連携", short_ja: "連携", basis_ja: "番号法19条8号・21条・22条・23条"
    };
/// Office that keeps the desk.
pub const OFFICE: &str = "joho";

/// Field groups.
pub const GROUPS: &[FieldGroup] = &[
    FieldGroup::plain(INQUIRY, "情報照会"),
    FieldGroup::secret(model::ANSWER, "情報照会の回答"),
    FieldGroup::plain(CONSENT, "情報連携の同意"),
    FieldGroup::plain(ORIGINAL, "正本・副本"),
    FieldGroup::plain(RECORD, "情報提供等記録"),
];

const DESK: &[&str] = &[PURPOSE.code];
/// Purposes that ask others. A new programme that asks is added here and to its policy.
const ASKERS: &[&str] = &["kodomo"];
const BOARD: Door = needs(DESK, &[(Search, RECORD)]);
const PROVIDE: Door = needs(DESK, &[(Look, RECORD)]);
const ANSWER: Door = needs(DESK, &[(Draft, RECORD)]);
const COPIES: Door = needs(DESK, &[(Search, ORIGINAL)]);
const KEEP: Door = needs(DESK, &[(Run, ORIGINAL)]);
const LIST: Door = needs(ASKERS, &[(Search, INQUIRY)]);
const SEE: Door = needs(ASKERS, &[(Look, INQUIRY)]);
const ASK: Door = needs(ASKERS, &[(Draft, INQUIRY)]);
const CONSENTS: Door = needs(ASKERS, &[(Search, CONSENT)]);
const CONSENTED: Door = needs(ASKERS, &[(Draft, CONSENT)]);

/// The list of permitted inquiries and the catalogue of items, with their names.
pub struct List {
    permitted: PermittedList,
    items: Catalogue,
}

impl List {
    /// The list itself.
    pub fn permitted(&self) -> &PermittedList {
        &self.permitted
    }

    /// Items by data set and version.
    pub fn items(&self) -> &Catalogue {
        &self.items
    }

    /// Name of an item; the item itself where the catalogue has none.
    pub fn item_ja(&self, data_set: &DataSet, item: &ItemId) -> String {
        let known = self.items.layout(data_set).ok().and_then(|layout| layout.item(item));
        known.map_or_else(|| item.to_string(), |item| item.name.clone())
    }

    /// Which record of a person, in words.
    pub fn key_ja(&self, data_set: &DataSet, key: &RecordKey) -> String {
        self.items.layout(data_set).map_or_else(|_| key.to_string(), |layout| layout.key_ja(key))
    }

    /// Name of a procedure.
    pub fn procedure_ja(&self, code: &str) -> String {
        let name = ProcedureId::parse(code).ok().and_then(|id| self.permitted.procedures().get(&id).cloned());
        name.unwrap_or_else(|| code.to_owned())
    }

    /// Name of a data set; a version behind the id is not part of the name.
    pub fn data_set_ja(&self, code: &str) -> String {
        let id = code.split('/').next().unwrap_or(code);
        let name = DataSetId::parse(id).ok().and_then(|id| self.permitted.data_sets().get(&id).cloned());
        name.unwrap_or_else(|| code.to_owned())
    }
}

/// List and catalogue as shipped.
///
/// # Errors
/// A file that cannot be read; its test says so before any release.
pub fn list() -> Result<&'static List, Fault> {
    static LIST: LazyLock<Result<List, String>> = LazyLock::new(|| {
        let permitted = PermittedList::load().map_err(|error| error.to_string())?;
        let items = Catalogue::load().map_err(|error| error.to_string())?;
        Ok(List { permitted, items })
    });
    LIST.as_ref().map_err(|why| Fault::conflict("照会許可リストか項目表を読めません", why.clone()))
}

/// A stored data set, with its version behind the id or, where it stands apart, as given.
pub(crate) fn data_set_of(text: &str, version: &str) -> Option<DataSet> {
    let (id, version) = text.split_once('/').unwrap_or((text, version));
    Some(DataSet { id: DataSetId::parse(id).ok()?, version: version.parse().ok()? })
}

/// Years for which the city keeps what it has of exchanges, as the limits say.
#[derive(Debug, Clone, Copy)]
pub struct Years {
    /// 情報提供等記録 and inquiries, from 求め日時.
    pub records: u16,
    /// Consents, from their end.
    pub consents: u16,
    /// 正本 of other systems, from 公開終了日.
    pub originals: u16,
    /// Files of 正本 and comparisons, from their day.
    pub loads: u16,
}

impl Years {
    /// Nothing goes.
    pub const FOREVER: Self = Self { records: u16::MAX, consents: u16::MAX, originals: u16::MAX, loads: u16::MAX };
}

impl From<Limits> for Years {
    fn from(limits: Limits) -> Self {
        let Limits { record_years: records, consent_years: consents, original_years: originals, load_years: loads, .. } = limits;
        Self { records, consents, originals, loads }
    }
}

/// What the exchange needs of the house.
#[derive(Clone)]
pub struct Needs {
    /// Who somebody is.
    pub residents: Arc<dyn ResidentPort>,
    /// 団番.
    pub hub: Arc<dyn HubPort>,
    /// The programmes that hold 正本.
    pub originals: Vec<Arc<dyn Originals>>,
    /// The line to the gateway; `None` for a city that is not connected.
    pub line: Option<Line>,
    /// How long what is here of exchanges is kept.
    pub years: Years,
    /// Which procedures a purpose asks for.
    pub procedures: fn(purpose: &str) -> &'static [&'static str],
}

impl Needs {
    /// Name of an institution.
    pub fn institution_ja(&self, code: &str) -> String {
        let all = self.line.as_ref().map(|l| l.institutions()).unwrap_or_default();
        all.into_iter().find(|(id, _)| id.as_str() == code).map_or_else(|| code.to_owned(), |(_, name)| name)
    }

    /// The line, where there must be one.
    ///
    /// # Errors
    /// A city that is not connected.
    pub fn line(&self) -> Result<&Line, Fault> {
        let why = "この市は中間サーバーにつながっていません";
        self.line.as_ref().ok_or_else(|| Fault::conflict("情報連携はできません", why))
    }
}

/// What the exchange did for a person, for a recall.
pub fn link_uses(needs: Needs) -> Arc<dyn LinkUses> {
    Arc::new(usecases::recall::Uses { needs })
}

/// The programme.
pub fn programme(needs: Needs) -> Programme {
    let sources = originals::sources(needs.originals.clone());
    let (line, hub) = (needs.line.clone(), needs.hub.clone());
    let mut chores: Vec<Arc<dyn platform::chore::Chore>> = vec![Arc::new(usecases::sweep::Sweep { years: needs.years })];
    if let Some(line) = &line {
        chores.push(Arc::new(usecases::courier::Courier::new(line.clone(), hub.clone(), needs.years.records)));
        chores.push(Arc::new(usecases::compare::Nightly::default()));
    }
    let desk = web::Desk { needs: needs.clone(), sources: sources.clone() };
    Programme {
        code: "exchange",
        name_ja: "情報連携",
        purposes: vec![PURPOSE],
        groups: GROUPS.to_vec(),
        registers: vec![
            model::Consent::REGISTER,
            model::Inquiry::REGISTER,
            model::OriginalRow::REGISTER,
            model::Intake::REGISTER,
            model::Copy::REGISTER,
            model::Comparison::REGISTER,
            model::Difference::REGISTER,
            model::Exchanged::REGISTER,
            model::Removal::REGISTER,
        ],
        statements: store::STATEMENTS.to_vec(),
        migrations: vec![
            Migration { name: "0055_exchange", sql: include_str!("../../../migrations/0055_exchange.sql"), postgres_only: false },
            Migration {
                name: "0056_exchange_places",
                sql: include_str!("../../../migrations/0056_exchange_places.sql"),
                postgres_only: false,
            },
            Migration {
                name: "0058_exchange_changes",
                sql: include_str!("../../../migrations/0058_exchange_changes.sql"),
                postgres_only: false,
            },
            Migration {
                name: "0059_exchange_removal",
                sql: include_str!("../../../migrations/0059_exchange_removal.sql"),
                postgres_only: false,
            },
            Migration {
                name: "0066_exchange_undisclosed",
                sql: include_str!("../../../migrations/0066_exchange_undisclosed.sql"),
                postgres_only: false,
            },
            Migration {
                name: "0071_exchange_differences",
                sql: include_str!("../../../migrations/0071_exchange_differences.sql"),
                postgres_only: false,
            },
            Migration {
                name: "0072_exchange_refused",
                sql: include_str!("../../../migrations/0072_exchange_refused.sql"),
                postgres_only: false,
            },
        ],
        routes: routes(&desk),
        nav: vec![
            Nav { group: "情報連携", label: "情報照会", path: web::inquiries::LIST },
            Nav { group: "情報連携", label: "照会の同意", path: web::consents::PAGE },
            Nav { group: "情報連携", label: "情報連携の状況", path: web::board::PAGE },
            Nav { group: "情報連携", label: "情報提供の確認", path: web::provisions::LIST },
            Nav { group: "情報連携", label: "正本と副本", path: web::originals::PAGE },
            Nav { group: "情報連携", label: "情報提供等記録", path: web::records::PAGE },
        ],
        jobs: vec![
            Arc::new(usecases::take_in::TakeIn { line: line.clone() }),
            Arc::new(usecases::load::Load { line: line.clone(), hub: hub.clone(), sources: sources.clone() }),
            Arc::new(usecases::compare::Compare { line, hub, sources }),
        ],
        chores,
        task_pages: vec![
            (usecases::courier::ANSWERED, "/exchange/inquiries/{reference}"),
            (usecases::courier::CALLED_BACK, "/exchange/inquiries/{reference}"),
            (usecases::courier::HELD, "/exchange/provisions/{reference}"),
            (usecases::compare::TASK, "/exchange/originals"),
        ],
        ..Programme::default()
    }
}

fn routes(desk: &web::Desk) -> Vec<Route> {
    macro_rules! at {
        ($way:ident $path:expr, $name:literal, $door:expr, $page:path) => {{
            let desk = desk.clone();
            Route::$way($path, $name, $door, move |call| $page(call, desk.clone()))
        }};
    }
    vec![
        at!(get web::board::PAGE, "情報連携の状況", BOARD, web::board::show),
        at!(get web::inquiries::LIST, "情報照会", LIST, web::inquiries::show),
        at!(post web::inquiries::LIST, "情報照会の登録", ASK, web::new_inquiry::enter),
        at!(get web::new_inquiry::PAGE, "情報照会の入力", LIST, web::new_inquiry::show),
        at!(post web::new_inquiry::PERSON, "照会する人を案件の対象にする", SEE, web::new_inquiry::take),
        at!(post "/exchange/inquiries/{id}/take", "情報照会を案件の対象にする", SEE, web::inquiry::take),
        at!(get "/exchange/inquiries/{id}", "情報照会(一件)", SEE, web::inquiry::show),
        at!(post "/exchange/inquiries/{id}/checked", "情報照会の確認", ASK, web::inquiry::checked),
        at!(post "/exchange/inquiries/{id}/cancel", "情報照会の取りやめ", ASK, web::inquiry::cancel),
        at!(get web::consents::PAGE, "照会の同意", CONSENTS, web::consents::show),
        at!(post web::consents::PAGE, "照会の同意の登録", CONSENTED, web::consents::record),
        at!(get web::provisions::LIST, "情報提供の確認", BOARD, web::provisions::show),
        at!(post "/exchange/provisions/{permit}/take", "情報提供の確認を始める", PROVIDE, web::provisions::take),
        at!(get "/exchange/provisions/{permit}", "情報提供の確認(一件)", PROVIDE, web::provision::show),
        at!(post "/exchange/provisions/{permit}/register", "情報提供内容の登録", ANSWER, web::provision::register),
        at!(post "/exchange/provisions/{permit}/permit", "情報提供送信の許可", ANSWER, web::provision::permit),
        at!(post web::subject::TAKE, "正本・副本・記録を見る人を案件の対象にする", PROVIDE, web::subject::take),
        at!(get web::originals::PAGE, "正本と副本", COPIES, web::originals::show),
        at!(post web::originals::PAGE, "正本ファイルの受取り", KEEP, web::originals::receive),
        at!(post "/exchange/originals/send", "副本の登録", KEEP, web::originals::send),
        at!(post "/exchange/originals/compare", "正本と副本の照合", KEEP, web::originals::compare),
        at!(post "/exchange/originals/{id}/again", "差異のある副本の再登録", KEEP, web::originals::again),
        at!(get web::records::PAGE, "情報提供等記録", BOARD, web::records::show),
    ]
}
