//! The identity hub 団体内統合宛名: one number for one person across all programmes.
//!
//! Law: 番号法9条 (利用), 20条 (収集・保管の制限), 番号法施行令; the way of working follows the 共通機能標準仕様書. Office: 情報政策課. Records:
//! people (`hub_person`: 団番 1:1 with the keyed token of the 個人番号), the programmes' numbers that belong to them (`hub_link`) and
//! former 個人番号 (`hub_former_number`). Facts used: `resident.event` and the 個人番号 through the resident registry's port, and
//! `programme.linked`. Facts offered: the 団番 of a programme's person ([`port`]).
//!
//! People who are not residents (住登外者) are registered here, too (`hub_outsider`), with numbers of their own space. 名寄せ
//! ([`usecases::match_up`]) looks for the person of each: only evidence that was measured to be safe links by itself, everything else is a
//! question (`hub_question`) that two people answer. A link that was wrong is undone by two people, and what rests on it is called back
//! (`hub_recall`, `hub_recall_use`). Whoever no programme needs any longer is deleted by two people (`hub_deletion`, `hub_deletion_row`), and
//! only a proof without numbers remains (`hub_removal`).
//!
//! Of residents the hub never holds a 個人番号, only a keyed token of it. Where it is in doubt whether two numbers are one person, or whose of
//! two residents a 個人番号 is, it keeps them apart and asks 情報政策課 to look.

mod exchange;
pub mod lines;
pub mod model;
mod rules;
mod store;
mod usecases;
mod web;

pub use rules::{RankRule, Rules};
pub use usecases::load::{Doubtful, FourItems, Loading, ProgrammeNumber, Resident, load_links};
pub use web::systems;

use kernel::access::Action::{Draft, Export, Look, Search};
use kernel::access::Purpose;
use model::{Doubt, LINK, NUMBER, OUTSIDER, OUTSIDER_ADDRESS, OUTSIDER_NUMBER};
use platform::chore::Chore;
use platform::db::Migration;
use platform::job::Job;
use platform::outbox::Subscription;
use platform::policy::FieldGroup;
use ports::{ComparePort, HubPort, LinkUses, ResidentPort};
use std::sync::Arc;
use webkit::{Door, Nav, Programme, Route, needs};

/// Office that keeps the hub.
pub const OFFICE: &str = "joho";

/// 事務 of the hub.
pub const PURPOSE: Purpose =
    Purpose { code: "hub", name_ja: "団体内統合宛名", short_ja: "統宛", basis_ja: "番号法9条・番号法施行令" };

/// Field groups of the hub.
pub const GROUPS: &[FieldGroup] = &[
    FieldGroup::secret(NUMBER, "団体内統合宛名番号"),
    FieldGroup::plain(LINK, "業務の番号"),
    FieldGroup::plain(OUTSIDER, "住登外者の氏名・生年月日・性別"),
    FieldGroup::location(OUTSIDER_ADDRESS, "住登外者の住所"),
    FieldGroup::secret(OUTSIDER_NUMBER, "住登外者の個人番号"),
];

const HUB: &[&str] = &[PURPOSE.code];
const COUNT: Door = needs(HUB, &[(Search, NUMBER)]);
const SEE: Door = needs(HUB, &[(Look, NUMBER), (Look, LINK)]);
const CHECK: Door = needs(HUB, &[(Draft, NUMBER)]);
const EXPORT: Door = needs(HUB, &[(Export, NUMBER)]);
const QUEUE: Door = needs(HUB, &[(Search, LINK)]);
const CARRY: Door = needs(HUB, &[(Export, LINK)]);
const COMPARE: Door = needs(HUB, &[(Look, LINK), (Look, NUMBER)]);
const JUDGE: Door = needs(HUB, &[(Draft, LINK)]);
/// 住登外者 are registered by the programmes that deal with them.
const BOTH: &[&str] = &[PURPOSE.code, "kodomo"];
const FIND: Door = needs(BOTH, &[(Search, OUTSIDER)]);
const LOOK_FOR: Door = needs(HUB, &[(Search, OUTSIDER)]);
const RECORD: Door = needs(BOTH, &[(Look, OUTSIDER)]);
const ENTER: Door = needs(BOTH, &[(Draft, OUTSIDER)]);
/// The same for other systems, over 庁内連携.
const NUMBERING: Door =
    Door::System { scope: web::systems::NUMBERING_SCOPE, needs: &[(Draft, OUTSIDER)], items: &web::systems::NUMBERING_ITEMS };
const INQUIRY: Door =
    Door::System { scope: web::systems::INQUIRY_SCOPE, needs: &[(Search, OUTSIDER)], items: &web::systems::INQUIRY_ITEMS };
const CALLED_BACK: Door = needs(BOTH, &[(Look, LINK)]);
const PUT_RIGHT: Door = needs(BOTH, &[(Draft, LINK)]);

/// What the hub needs of the house.
#[derive(Clone)]
pub struct Needs {
    /// The registry that alone holds the residents' 個人番号.
    pub residents: Arc<dyn ComparePort>,
    /// Reference data of 名寄せ.
    pub tables: Arc<matching::Tables>,
    /// What the city decides for itself.
    pub rules: Rules,
    /// The programmes that can say what rests on a link.
    pub users: Vec<Arc<dyn LinkUses>>,
    /// The lines out of the city; `None` for a city that is not connected.
    pub lines: Option<Arc<dyn lines::Lines>>,
}

/// What the hub offers to programmes.
pub fn port() -> Arc<dyn HubPort> {
    Arc::new(exchange::Hub)
}

/// The hub.
pub fn programme(needs: Needs) -> Programme {
    let Needs { residents, tables, rules, users, lines } = needs;
    let compared: Arc<dyn ResidentPort> = residents.clone();
    let (searched, entered, numbered, shown) = (compared.clone(), compared.clone(), compared.clone(), compared.clone());
    let chores: Vec<Arc<dyn Chore>> = lines.iter().map(|lines| Arc::new(lines::Protections::new(lines.clone())) as _).collect();
    let lines = lines.unwrap_or_else(|| Arc::new(lines::Unconnected));
    let (asked, asking) = (lines.clone(), lines.clone());
    let jobs: Vec<Arc<dyn Job>> = vec![
        Arc::new(usecases::batch::MatchMany { residents: residents.clone(), tables: tables.clone() }),
        Arc::new(usecases::request_codes::RequestCodes { lines: lines.clone() }),
        Arc::new(usecases::delete::SeekDeletable { users: users.clone() }),
        Arc::new(usecases::delete::WorkOff { users: users.clone(), lines: lines.clone() }),
    ];
    let subscriptions: Vec<Arc<dyn Subscription>> = vec![
        Arc::new(exchange::OnResident { residents: residents.clone(), tables: tables.clone() }),
        Arc::new(exchange::OnDecided { residents: residents.clone(), tables: tables.clone() }),
        Arc::new(exchange::OnProgramme { residents: residents.clone() }),
        Arc::new(exchange::OnOutsider { residents: residents.clone(), tables }),
        Arc::new(lines::OnNumbered { lines: lines.clone() }),
        Arc::new(lines::OnProtection { lines: lines.clone() }),
        Arc::new(lines::OnRecalled { lines: lines.clone() }),
        Arc::new(lines::OnFrozen { lines: lines.clone() }),
        Arc::new(lines::OnCodeWanted { residents, lines }),
    ];
    let exports = web::export::PARTS
        .map(|(part, path, name_ja)| Route::get(path, name_ja, EXPORT, move |call| web::export::all(call, part, name_ja)));
    Programme {
        code: "hub",
        name_ja: "団体内統合宛名",
        purposes: vec![PURPOSE],
        groups: GROUPS.to_vec(),
        registers: vec![
            model::Person::REGISTER,
            model::FormerNumber::REGISTER,
            model::Link::REGISTER,
            model::Outsider::REGISTER,
            model::Question::REGISTER,
            model::Answer::REGISTER,
            model::Batch::REGISTER,
            model::BatchRow::REGISTER,
            model::Recall::REGISTER,
            model::RecallUse::REGISTER,
            model::Request::REGISTER,
            model::Deletion::REGISTER,
            model::DeletionRow::REGISTER,
            model::Removal::REGISTER,
        ],
        statements: [store::STATEMENTS, store::deletion::STATEMENTS].concat(),
        migrations: vec![
            Migration { name: "0015_hub", sql: include_str!("../../../migrations/0015_hub.sql"), postgres_only: false },
            Migration {
                name: "0016_hub_identity",
                sql: include_str!("../../../migrations/0016_hub_identity.sql"),
                postgres_only: false,
            },
            Migration {
                name: "0018_hub_batch",
                sql: include_str!("../../../migrations/0018_hub_batch.sql"),
                postgres_only: false,
            },
            Migration {
                name: "0017_hub_answers",
                sql: include_str!("../../../migrations/0017_hub_answers.sql"),
                postgres_only: false,
            },
            Migration {
                name: "0021_hub_request",
                sql: include_str!("../../../migrations/0021_hub_request.sql"),
                postgres_only: false,
            },
            Migration {
                name: "0022_hub_unified",
                sql: include_str!("../../../migrations/0022_hub_unified.sql"),
                postgres_only: false,
            },
            Migration {
                name: "0023_hub_outsider_changes",
                sql: include_str!("../../../migrations/0023_hub_outsider_changes.sql"),
                postgres_only: false,
            },
            Migration {
                name: "0056_hub_deletion",
                sql: include_str!("../../../migrations/0056_hub_deletion.sql"),
                postgres_only: false,
            },
            Migration {
                name: "0075_hub_candidates",
                sql: include_str!("../../../migrations/0075_hub_candidates.sql"),
                postgres_only: false,
            },
        ],
        routes: [
            Route::get("/hub", "団体内統合宛名", COUNT, web::counts::show),
            Route::post("/hub", "団体内統合宛名の照会", SEE, web::counts::look_up),
            Route::get(web::outsiders::LIST, "住登外者", FIND, web::outsiders::show),
            Route::post(web::outsiders::LIST, "住登外者の登録", ENTER, move |call| {
                web::outsiders::enter(call, entered.clone())
            }),
            Route::get("/hub/outsiders/{number}", "住登外者の記録", RECORD, web::outsider::show),
            Route::post("/hub/outsiders/{number}/take", "住登外者を案件の対象にする", RECORD, web::outsider::take),
            Route::post("/hub/outsiders/{number}/edit", "住登外者の記録の編集", ENTER, web::outsider::edit),
            Route::post("/hub/outsiders/{number}/number", "住登外者の個人番号の変更の起案", JUDGE, move |call| {
                web::outsider::renumber(call, rules)
            }),
            Route::get(web::review::QUEUE, "名寄せの確認", QUEUE, web::review::queue),
            Route::post("/hub/review/{id}/take", "名寄せの確認を始める", COMPARE, web::review::take),
            Route::get("/hub/review/{id}", "名寄せの確認(二つの記録)", COMPARE, move |call| {
                web::review::show(call, compared.clone())
            }),
            Route::post("/hub/review/{id}", "名寄せの判断", JUDGE, move |call| web::review::answer(call, rules)),
            Route::get(web::batches::LIST, "名寄せの一括処理", QUEUE, web::batches::list),
            Route::post(web::batches::LIST, "名寄せの一括処理の依頼", JUDGE, web::batches::start),
            Route::get("/hub/batches/{id}", "名寄せの一括処理の結果", QUEUE, web::batches::show),
            Route::get("/hub/batches/{id}/result.csv", "名寄せの一括処理の結果の持出し", CARRY, web::batches::result),
            Route::get(web::recall::LIST, "誤った連携の回収", QUEUE, web::recall::list),
            Route::get("/hub/recalls/{id}", "誤った連携の回収(一件)", CALLED_BACK, web::recall::show),
            Route::post("/hub/recalls/{id}/uses/{use}", "回収の処理の登録", PUT_RIGHT, web::recall::put_right),
            Route::get(web::codes::PAGE, "符号要求", COUNT, move |call| web::codes::show(call, asked.clone())),
            Route::post(web::codes::PAGE, "符号の一括要求", CHECK, web::codes::again),
            Route::post("/hub/codes/{dan}", "一人の符号の要求", CHECK, move |call| web::codes::one(call, asking.clone())),
            Route::get(web::deletions::LIST, "統合宛名の消去", COUNT, web::deletions::list),
            Route::post(web::deletions::LIST, "消去できる人の調査", CHECK, web::deletions::start),
            Route::get("/hub/deletions/{id}", "統合宛名の消去(一覧)", COUNT, web::deletions::show),
            Route::post("/hub/deletions/{id}", "統合宛名の消去の起案", CHECK, move |call| {
                web::deletions::draft(call, rules)
            }),
            Route::get(web::translate::PAGE, "番号の変換", COUNT, web::translate::ask),
            Route::post(web::translate::PAGE, "番号の変換の実行", EXPORT, web::translate::run),
            Route::post(web::translate::FILE, "インターフェイスのファイルの変換", EXPORT, web::translate::file),
            Route::get(web::search::PAGE, "統合宛名の検索", LOOK_FOR, move |call| {
                web::search::show(call, searched.clone())
            }),
            Route::post(web::systems::NUMBERING, "住登外者宛名番号付番", NUMBERING, move |call| {
                web::systems::number(call, numbered.clone())
            }),
            Route::post(web::systems::INQUIRY, "住登外者宛名基本情報照会", INQUIRY, web::systems::inquire),
            Route::get("/hub/outsiders.csv", "住登外者の全項目の持出し", EXPORT, web::translate::outsiders),
            Route::get("/hub/links.csv", "連携の全項目の持出し", EXPORT, web::translate::links),
            Route::get("/hub/dan/{dan}", "団体内統合宛名番号からの照会", COUNT, web::counts::of_number),
            Route::post("/hub/dan/{dan}", "団体内統合宛名番号の人を案件の対象にする", SEE, web::counts::take_number),
            Route::get("/hub/{number}", "団体内統合宛名(個人)", SEE, move |call| web::person::show(call, shown.clone())),
            Route::post("/hub/{number}/checked", "団体内統合宛名の確認", CHECK, web::person::checked),
            Route::post("/hub/{number}/split", "誤った連携の解除の起案", JUDGE, move |call| {
                web::recall::split(call, rules)
            }),
        ]
        .into_iter()
        .chain(exports)
        .collect(),
        nav: vec![
            Nav { group: "共通", label: "統合宛名", path: "/hub" },
            Nav { group: "共通", label: "住登外者", path: web::outsiders::LIST },
            Nav { group: "共通", label: "名寄せの確認", path: web::review::QUEUE },
            Nav { group: "共通", label: "名寄せの一括処理", path: web::batches::LIST },
            Nav { group: "共通", label: "誤った連携の回収", path: web::recall::LIST },
            Nav { group: "共通", label: "符号要求", path: web::codes::PAGE },
            Nav { group: "共通", label: "統合宛名の消去", path: web::deletions::LIST },
        ],
        acts: vec![
            Arc::new(usecases::join::JoinPeople),
            Arc::new(usecases::renumber::ChangeNumber),
            Arc::new(usecases::reopen::ReopenQuestion),
            Arc::new(usecases::tell_apart::PeopleApart { users: users.clone() }),
            Arc::new(usecases::delete::DeletePeople),
            Arc::new(usecases::split::SplitPeople { users }),
        ],
        subscriptions,
        jobs,
        chores,
        task_pages: Doubt::ALL
            .iter()
            .map(|d| d.kind())
            .chain(lines::REFUSED)
            .map(|kind| (kind, "/hub/{reference}"))
            .chain([(usecases::match_up::TASK, "/hub/review/{reference}"), (usecases::split::TASK, "/hub/recalls/{reference}")])
            .collect(),
        ..Programme::default()
    }
}
