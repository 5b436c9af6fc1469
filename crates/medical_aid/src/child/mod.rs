//! 子ども医療費助成 (rows 110 資格情報 and 83 給付情報 of the seed lists).
//!
//! Law: the city's 子ども医療費助成条例 and 規則, 府福祉医療費助成事業費補助金交付要綱, 番号法9条2項. Office: 医療年金課. Records:
//! entitlement with its history, cards, applications, dated evidence on insurance, income and other schemes, decisions with the rows
//! they rest on, 償還払い and 自動償還. Used: the resident registry through its port and its events; the claims slice and the payments
//! slice. Offered: the roster of everybody entitled, for the check of receipts.

pub mod dossier;
pub mod entitlement;
pub mod exchange;
pub mod forms;
pub mod load;
pub mod model;
pub mod rules;
pub mod scheme;
mod store;
pub mod usecases;
mod web;
pub mod words;

use kernel::access::Action::{Draft, Look, Print, Search};
use kernel::access::Purpose;
use platform::db::Migration;
use platform::policy::FieldGroup;
use ports::{LinkUses, Ports};
use std::sync::Arc;
use usecases::{card, change, grant, refund, refuse, renewal, review_claim};
use webkit::{Call, Door, Nav, Programme, Reply, Route, needs};

const KODOMO: &[&str] = &["kodomo"];
const SEE: Door = needs(KODOMO, &[(Look, "kodomo.eligibility")]);
const FIND: Door = needs(KODOMO, &[(Search, "kodomo.eligibility")]);
const DRAFT: Door = needs(KODOMO, &[(Draft, "kodomo.eligibility")]);
const CARD: Door = needs(KODOMO, &[(Look, "kodomo.card")]);
const DRAFT_CARD: Door = needs(KODOMO, &[(Draft, "kodomo.card")]);
const CLAIM: Door = needs(KODOMO, &[(Look, "kodomo.claim")]);
const DRAFT_CLAIM: Door = needs(KODOMO, &[(Draft, "kodomo.claim")]);
const NUMBER: Door = needs(KODOMO, &[(Look, "juki.mynumber")]);
const REPORT: Door = needs(KODOMO, &[(Print, "kodomo.claim")]);
const PRINT: Door = needs(KODOMO, &[(Print, "kodomo.card")]);

/// The purpose.
pub const PURPOSE: Purpose =
    Purpose {
        code: "kodomo", name_ja: "子ども医療", short_ja: "子医", basis_ja: "番号法9条2項・市子ども医療費助成条例"
    };

/// Field groups. Accounts and payments belong to the payments slice, receipts to the claims slice.
pub const GROUPS: &[FieldGroup] = &[
    FieldGroup::plain("kodomo.eligibility", "子ども医療の資格"),
    FieldGroup::plain("kodomo.insurance", "医療保険"),
    FieldGroup::plain("kodomo.income", "所得"),
    FieldGroup::plain("kodomo.relief", "他制度・生活保護"),
    FieldGroup::plain("kodomo.card", "医療証"),
    FieldGroup::plain("kodomo.claim", "償還払い"),
];

/// What the office did for a person, for the hub's recall of a wrong link.
pub fn link_uses() -> Arc<dyn LinkUses> {
    Arc::new(exchange::Uses)
}

/// The programme, given what others offer.
pub fn programme(ports: Ports) -> Programme {
    Programme {
        code: "medical_aid",
        name_ja: "子ども医療費助成",
        purposes: vec![PURPOSE],
        groups: GROUPS.to_vec(),
        registers: model::REGISTERS.to_vec(),
        derived: model::DERIVED.to_vec(),
        statements: store::statements(),
        migrations: vec![Migration {
            name: "0040_medical_aid",
            sql: include_str!("../../../../migrations/0040_medical_aid.sql"),
            postgres_only: false,
        }],
        routes: routes(&ports),
        nav: [
            ("受給者", "/kodomo/recipients"),
            ("申請の勧奨", "/kodomo/recommend"),
            ("償還払い", "/kodomo/claims"),
            ("年次更新", "/kodomo/renewals"),
            ("府補助の実績", "/kodomo/subsidy"),
        ]
        .map(|(label, path)| Nav { group: "子ども医療", label, path })
        .to_vec(),
        acts: vec![
            Arc::new(grant::GrantAct { ports: ports.clone() }),
            Arc::new(refuse::RefuseAct { ports: ports.clone() }),
            Arc::new(card::ReissueAct { ports: ports.clone() }),
            Arc::new(change::ChangeAct { ports: ports.clone() }),
            Arc::new(review_claim::SettleAct { ports: ports.clone() }),
            Arc::new(refund::RefundAct { ports: ports.clone() }),
            Arc::new(renewal::RenewalAct),
        ],
        jobs: vec![Arc::new(renewal::RenewalJob { ports })],
        chores: vec![],
        subscriptions: vec![Arc::new(exchange::OnResident), Arc::new(exchange::OnMonth)],
        task_pages: vec![
            ("kodomo.review_application", "/kodomo/applications/{reference}"),
            ("kodomo.review_claim", "/kodomo/claims/{reference}"),
            ("kodomo.month_refund", "/kodomo/refunds/{reference}"),
            ("kodomo.notice", "/kodomo/notices/{reference}"),
            ("kodomo.review_decision", "/kodomo/decisions/{reference}"),
        ],
    }
}

type Page<F> = fn(Call, Ports) -> F;

fn get<F>(path: &'static str, name: &'static str, door: Door, ports: &Ports, page: Page<F>) -> Route
where
    F: Future<Output = Result<Reply, platform::Fault>> + Send + 'static,
{
    let ports = ports.clone();
    Route::get(path, name, door, move |call| page(call, ports.clone()))
}

fn post<F>(path: &'static str, name: &'static str, door: Door, ports: &Ports, page: Page<F>) -> Route
where
    F: Future<Output = Result<Reply, platform::Fault>> + Send + 'static,
{
    let ports = ports.clone();
    Route::post(path, name, door, move |call| page(call, ports.clone()))
}

fn routes(p: &Ports) -> Vec<Route> {
    vec![
        get("/kodomo/recipients", "子ども医療の受給者", FIND, p, web::recipients::show),
        get("/kodomo/person/{no}", "子ども医療の資格", SEE, p, web::person::show),
        get("/kodomo/person/{no}/ledger", "子ども医療の台帳", SEE, p, web::ledger::show),
        get("/kodomo/person/{no}/number", "個人番号の確認", NUMBER, p, web::number::show),
        get("/kodomo/subsidy", "府補助の実績", REPORT, p, web::subsidy::show),
        get("/kodomo/subsidy/print", "府補助の実績の印刷", REPORT, p, web::subsidy::print),
        get("/kodomo/apply/{no}", "交付申請の受付", DRAFT, p, web::apply::show),
        post("/kodomo/apply/{no}", "交付申請の受付", DRAFT, p, web::apply::submit),
        get("/kodomo/applications/{id}", "交付申請の審査", SEE, p, web::review::show),
        post("/kodomo/applications/{id}/draft", "交付の起案", DRAFT, p, web::review::draft),
        get("/kodomo/cards/{id}/print", "医療証の印刷", PRINT, p, web::card::print),
        post("/kodomo/cards/{id}/collect", "医療証の回収", DRAFT, p, web::card::collect),
        post("/kodomo/person/{no}/reissue", "医療証の再交付の起案", DRAFT, p, web::card::reissue),
        get("/kodomo/recommend", "申請の勧奨", SEE, p, web::lists::recommend_page),
        get("/kodomo/reviews", "見直す決定", SEE, p, web::lists::reviews),
        get("/kodomo/renewals", "年次更新", CARD, p, web::lists::renewals),
        post("/kodomo/renewals", "年次更新の起案", DRAFT_CARD, p, web::lists::renew),
        get("/kodomo/person/{no}/insurance", "医療保険の登録", DRAFT, p, web::evidence::insurance),
        post("/kodomo/person/{no}/insurance", "医療保険の登録", DRAFT, p, web::evidence::insurance_submit),
        get("/kodomo/person/{no}/income", "所得の登録", DRAFT, p, web::evidence::income_page),
        post("/kodomo/person/{no}/income", "所得の登録", DRAFT, p, web::evidence::income_submit),
        get("/kodomo/person/{no}/relief", "他制度の登録", DRAFT, p, web::evidence::relief),
        post("/kodomo/person/{no}/relief", "他制度の登録", DRAFT, p, web::evidence::relief_submit),
        get("/kodomo/person/{no}/school", "就学の申立書", DRAFT, p, web::evidence::school),
        post("/kodomo/person/{no}/school", "就学の申立書", DRAFT, p, web::evidence::school_submit),
        get("/kodomo/person/{no}/suspend", "停止の起案", DRAFT, p, web::evidence::suspend_page),
        post("/kodomo/person/{no}/suspend", "停止の起案", DRAFT, p, web::evidence::suspend_submit),
        get("/kodomo/person/{no}/claim", "償還払いの受付", DRAFT_CLAIM, p, web::claims::form),
        post("/kodomo/person/{no}/claim", "償還払いの受付", DRAFT_CLAIM, p, web::claims::submit),
        get("/kodomo/claims", "償還払い", CLAIM, p, web::claims::list),
        get("/kodomo/claims/{id}", "償還払いの審査", CLAIM, p, web::claim::show),
        post("/kodomo/claims/{id}/draft", "償還払いの起案", DRAFT_CLAIM, p, web::claim::draft),
        post("/kodomo/claims/{id}/notice", "保険者の通知の登録", DRAFT_CLAIM, p, web::claim::notice),
        post("/kodomo/claims/{id}/repay", "再振込の登録", DRAFT_CLAIM, p, web::claim::repay),
        get("/kodomo/refunds/{id}", "自動償還", CLAIM, p, web::claims::refund_page),
        post("/kodomo/refunds/{id}/draft", "自動償還の起案", DRAFT_CLAIM, p, web::claims::refund_draft),
        get("/kodomo/decisions/{id}", "決定", SEE, p, web::decision::show),
        post("/kodomo/decisions/{id}/retake", "決定の見直し", DRAFT, p, web::decision::retake),
        get("/kodomo/notices/{id}", "住民異動の通知", SEE, p, web::notice::show),
        post("/kodomo/notices/{id}/draft", "通知による起案", DRAFT, p, web::notice::draft),
        post("/kodomo/notices/{id}/close", "通知の処理済", DRAFT, p, web::notice::close),
        get("/kodomo/decisions/{id}/print", "決定通知書の印刷", PRINT, p, web::decision::print),
    ]
}
