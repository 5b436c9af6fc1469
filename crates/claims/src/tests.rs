//! The month as a story, on every database at hand: two senders, one cap, to the yen.

mod desk;
mod intake;
mod pages;

use crate::model::Bill;
use crate::scheme::{RosterEntry, Scheme};
use crate::usecases::receive::{Received, receive};
use crate::usecases::{bill, pay_bill, send_back};
use crate::{jobs, store};
use async_trait::async_trait;
use kernel::Yen;
use kernel::access::{Action, Purpose};
use kernel::money::{Ratio, Rounding};
use kernel::time::{Date, Period, Timestamp, YearMonth};
use platform::city::{CityProfile, Office};
use platform::job::{Job, run_next};
use platform::keys::Keys;
use platform::policy::{self, Policy};
use platform::staff::{OpenCase, Post};
use platform::testing::{FixedClock, fresh_databases};
use platform::{City, Fault, StaffContext, Unit};
use receipts::check::{CopayRule, RateRule, Rules};
use receipts::{
    Burden, Code, Days, DiseaseDraft, Draft, Examiner, Header, Insurance, ItemDraft, ItemKind, PointTable, Public, ReceiptKind,
    Sex, Style, Writer,
};
use std::sync::Arc;

const BEARER: &str = "86279990";
const OFFICES: &[Office] = &[Office { code: "iryo", name_ja: "医療年金課", purposes: &["kodomo"] }];

fn bearer() -> String {
    kernel::ident::KohiBearerNo::from_body(BEARER.get(..7).unwrap()).unwrap().as_str().to_owned()
}

fn recipient() -> String {
    kernel::ident::RecipientNo::issue(41).unwrap().as_str().to_owned()
}

struct TestScheme;

#[async_trait]
impl Scheme for TestScheme {
    fn bearer_no(&self) -> String {
        bearer()
    }
    async fn roster(&self, unit: &mut Unit) -> Result<Vec<RosterEntry>, Fault> {
        let number = kernel::ident::AtenaNo::issue(100).unwrap();
        let subject = platform::subject::of(&mut unit.tx, &number).await?;
        Ok(vec![RosterEntry {
            subject,
            bearer_no: bearer(),
            recipient_no: recipient(),
            birth: Some(Date::constant(2023, 6, 1)),
            sex: Some(Sex::Male),
            kana: "ミナトハルト".into(),
            periods: vec![Period { from: Date::constant(2023, 6, 1), to: None }],
            suspensions: vec![],
            other_laws: vec![],
        }])
    }
    async fn reimbursed(&self, _: &mut Unit) -> Result<std::collections::BTreeSet<String>, Fault> {
        Ok(std::collections::BTreeSet::from([recipient()]))
    }
    /// Every stay in a hospital was paid in cash before.
    async fn paid_twice(&self, _: &mut Unit, visits: &[crate::Visit]) -> Result<Vec<crate::PaidTwice>, Fault> {
        let stays = visits.iter().filter(|v| v.inpatient && v.days.len() == 3);
        Ok(stays
            .map(|v| crate::PaidTwice { receipt: v.receipt, certain: true, text_ja: "償還払いと重なります".into() })
            .collect())
    }
    fn rules(&self, _: YearMonth) -> Result<Rules, Fault> {
        let copay = CopayRule { per_day: Yen(500), days: Some(2), dispensing_per_day: Yen::ZERO };
        let rate = RateRule { preschool_age: 6, preschool: 80, standard: 70, elderly_age: 70 };
        Ok(Rules { copay: Some(copay), rate: Some(rate) })
    }
    fn monthly_cap(&self, _: YearMonth) -> Result<Yen, Fault> {
        Ok(Yen(2_500))
    }
    fn own_charge(&self, points: i64, rate: u8, _: YearMonth) -> Result<Yen, Fault> {
        Ok(Yen(points * 10).at(Ratio { num: i64::from(100 - rate), den: 100 }, Rounding::HalfUp).unwrap())
    }
    fn fee(&self, _: Examiner, receipts: i64, _: YearMonth) -> Result<Yen, Fault> {
        Ok(Yen(77 * receipts))
    }
    fn rank(&self, _: &str, _: Yen, _: Date) -> Option<(i64, String)> {
        Some((2, "専決規程".into()))
    }
    async fn debtor(&self, _: &mut Unit, _: i64) -> Result<kernel::ident::AtenaNo, Fault> {
        Ok(kernel::ident::AtenaNo::issue(100).unwrap())
    }
    fn sender_account(&self, _: Examiner) -> Result<payments::Account, Fault> {
        payments::Account::checked("0001", "001", "1", "7654321", "シンサキカン").map_err(|(_, why)| Fault::conflict("口座", why))
    }
}

fn staff(no: &str, rank: i64) -> StaffContext {
    StaffContext {
        staff_no: no.into(),
        name: format!("職員{no}"),
        post: Some(Post { id: 1, office: "iryo".into(), rank, roles: vec![], ward: None }),
        terminal: "T-1".into(),
        purpose: Some("kodomo".into()),
        case: Some(OpenCase { id: 1, number: "R8-子医-000001".into(), ground: "受付".into(), subjects: vec![] }),
        ..StaffContext::nobody()
    }
}

/// Receipt of one institution: points by day, and what the child paid.
struct Visit {
    management_no: &'static str,
    name: &'static str,
    table: PointTable,
    local: &'static str,
    kind: u64,
    days: &'static [u8],
    points: u32,
    copay: u32,
    insurer: String,
}

fn file(sender: Examiner, month: YearMonth, visits: &[Visit]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), Style::Claim);
    for visit in visits {
        let header = Header {
            examiner: sender,
            prefecture: 27,
            table: visit.table,
            local_code: Code::try_from(visit.local).unwrap(),
            name: visit.name.into(),
            month,
            volume: 0,
            phone: String::new(),
        };
        writer.begin(&header).unwrap();
        let mut draft = Draft::new(ReceiptKind::from_code(visit.kind).unwrap(), YearMonth { year: 2026, month: 9 });
        draft.management_no = visit.management_no.into();
        draft.number = 1;
        draft.name = "港　陽翔".into();
        draft.kana = "ミナトハルト".into();
        draft.sex = Some(Sex::Male);
        draft.birth = Some(Date::constant(2023, 6, 1));
        draft.benefit_rate = Some(80);
        let days = u16::try_from(visit.days.len()).unwrap();
        draft.insurance = Some(Insurance {
            insurer: Code::try_from(visit.insurer.as_str()).unwrap(),
            days: Some(days),
            points: Some(visit.points),
            ..Insurance::default()
        });
        draft.publics = vec![Public {
            bearer: Code::try_from(bearer().as_str()).unwrap(),
            recipient: Code::try_from(recipient().as_str()).unwrap(),
            days: Some(days),
            points: Some(visit.points),
            copay: Some(visit.copay),
            ..Public::default()
        }];
        let counted = visit.days.iter().fold(0u32, |mask, day| mask | 1 << (day - 1));
        (draft.diseases, draft.items) = details(visit);
        draft.visits[0] = Days { counted, ..Days::default() };
        draft.visits[1] = Days { counted, ..Days::default() };
        writer.receipt(&draft).unwrap();
    }
    writer.finish().unwrap()
}

/// What stands on the receipt of a hospital: a disease with a modifier, a drug and an act. The others say nothing.
fn details(visit: &Visit) -> (Vec<DiseaseDraft>, Vec<ItemDraft>) {
    if visit.management_no != c_hospital().management_no {
        return (vec![], vec![]);
    }
    let disease = DiseaseDraft {
        code: Some(8_830_417),
        started: Some(Date::constant(2026, 9, 25)),
        outcome: Some(1),
        modifiers: "8002".into(),
        name: String::new(),
        main: true,
        supplement: String::new(),
    };
    let drug = ItemDraft { quantity: "3".into(), ..ItemDraft::once(ItemKind::Drug, 21, Burden::read(b"2"), 620_000_001, 3, 25) };
    let act = ItemDraft::once(ItemKind::Act, 11, Burden::read(b"2"), 111_000_110, 288, 25);
    (vec![disease], vec![drug, act])
}

fn insurer(body: &str) -> String {
    let last = char::from(kernel::ident::check::luhn(body.as_bytes()));
    format!("{body}{last}")
}

fn a_medical() -> Visit {
    Visit {
        management_no: "100000001",
        name: "Ａ医科",
        table: PointTable::Medical,
        local: "0110119",
        kind: 1124,
        days: &[3, 10],
        points: 500,
        copay: 900,
        insurer: insurer("0627001"),
    }
}

fn b_dental() -> Visit {
    Visit {
        management_no: "200000001",
        name: "Ｂ歯科",
        table: PointTable::Dental,
        local: "0110127",
        kind: 3124,
        days: &[20, 24],
        points: 550,
        copay: 800,
        insurer: insurer("27999"),
    }
}

fn c_hospital() -> Visit {
    Visit {
        management_no: "200000002",
        name: "Ｃ病院",
        table: PointTable::Medical,
        local: "0110135",
        kind: 1123,
        days: &[25, 26, 27],
        points: 3_000,
        copay: 1_000,
        insurer: insurer("27999"),
    }
}

struct Month {
    city: City,
    jobs: Vec<Arc<dyn Job>>,
    clerk: StaffContext,
}

impl Month {
    async fn all() -> Vec<(Self, platform::testing::TestDatabase)> {
        let mut migrations = platform::MIGRATIONS.to_vec();
        migrations.push(platform::db::Migration {
            name: "0020_payments",
            sql: include_str!("../../../migrations/0020_payments.sql"),
            postgres_only: false,
        });
        migrations.extend(crate::MIGRATIONS);
        let mut all = vec![];
        for database in fresh_databases(&migrations).await.unwrap() {
            let groups: Vec<_> = crate::GROUPS.iter().chain(payments::GROUPS).copied().collect();
            let policy = Policy::load(policy::SCHEMA, policy::POLICIES, &groups).unwrap();
            let profile = CityProfile {
                name_ja: "みなと市".into(),
                code: "279994".into(),
                prefecture_ja: "大阪府".into(),
                mayor_ja: "市長".into(),
                wards: vec![],
                offices: OFFICES,
            };
            let purpose = Purpose { code: "kodomo", name_ja: "子ども医療", short_ja: "子医", basis_ja: "条例" };
            let clock = Arc::new(FixedClock::noon(Date::constant(2026, 11, 20)));
            let city = City::new(database.db.clone(), Keys::ephemeral().unwrap(), clock, policy, profile, vec![purpose]);
            let scheme: Arc<dyn Scheme> = Arc::new(TestScheme);
            let jobs: Vec<Arc<dyn Job>> =
                vec![Arc::new(jobs::Import { scheme: scheme.clone() }), Arc::new(jobs::Check { scheme })];
            let mut tx = city.db().write().await.unwrap();
            let clerk = staff("2001", 1);
            let case = platform::case::open(&city, &mut tx, &clerk, "通知", "審査月", &[]).await.unwrap();
            tx.commit().await.unwrap();
            let clerk = StaffContext { case: Some(case), ..clerk };
            all.push((Self { city, jobs, clerk }, database));
        }
        all
    }

    async fn unit(&self, action: Action) -> Unit {
        Unit::change(&self.city, &self.clerk, "テスト", action).await.unwrap()
    }

    async fn import(&self, month: YearMonth, name: &str, body: &[u8]) -> Received {
        let mut unit = self.unit(Action::Run).await;
        let received = receive(&mut unit, month, name, body).await.unwrap();
        unit.commit(()).await.unwrap();
        while run_next(&self.city, &self.jobs).await.unwrap().is_some() {}
        received
    }

    async fn check(&self, month: YearMonth) {
        let mut unit = self.unit(Action::Run).await;
        platform::job::submit(&mut unit, "claims.check", "資格突合", month.compact().as_bytes()).await.unwrap();
        unit.commit(()).await.unwrap();
        while run_next(&self.city, &self.jobs).await.unwrap().is_some() {}
    }

    async fn enter_bill(&self, month: YearMonth, sender: Examiner, count: i64, amount: i64, lines: &[(&str, i64)]) {
        let mut unit = self.unit(Action::Draft).await;
        let entered = Bill {
            id: 0,
            month,
            sender: i64::from(sender.code()),
            count,
            amount: Yen(amount),
            fee_count: count,
            fee_amount: Yen(77 * count),
            due: Date::constant(2026, 11, 30),
            state: String::new(),
            entered_by: String::new(),
            entered_at: Timestamp::UNIX_EPOCH,
        };
        let lines = lines.iter().map(|(n, a)| ((*n).to_owned(), Yen(*a), "過誤調整".to_owned())).collect();
        bill::enter(&mut unit, &TestScheme, bill::NewBill { bill: entered, lines }).await.unwrap();
        unit.commit(()).await.unwrap();
    }

    /// What 情報政策課 is told when a link of the child is found to be wrong.
    async fn uses(&self, since: Timestamp) -> Vec<ports::LinkUse> {
        let number = kernel::ident::AtenaNo::issue(100).unwrap();
        let mut tx = self.city.db().write().await.unwrap();
        let subject = platform::subject::of(&mut tx, &number).await.unwrap();
        tx.commit().await.unwrap();
        let mut staff = staff("4002", 3);
        staff.post = Some(Post { id: 1, office: "joho".into(), rank: 3, roles: vec![], ward: None });
        staff.purpose = Some("hub".into());
        staff.case = staff.case.map(|case| OpenCase { subjects: vec![subject], ..case });
        let mut unit = Unit::look(&self.city, &staff, "誤った連携の解除", Action::Look).await.unwrap();
        crate::link_uses().uses(&mut unit, &number, since).await.unwrap()
    }

    async fn pay(&self, month: YearMonth, sender: Examiner) -> Result<i64, Fault> {
        let mut unit = self.unit(Action::Draft).await;
        let id = pay_bill::draft(&mut unit, &TestScheme, month, sender).await?;
        unit.commit(()).await?;
        Ok(id)
    }

    async fn excess(&self) -> Vec<(Yen, Yen)> {
        let mut tx = self.city.db().read().await.unwrap();
        store::excesses(&mut tx).await.unwrap().iter().map(|c| (c.paid, c.excess)).collect()
    }
}

const OCTOBER: YearMonth = YearMonth { year: 2026, month: 10 };
const NOVEMBER: YearMonth = YearMonth { year: 2026, month: 11 };
const DECEMBER: YearMonth = YearMonth { year: 2026, month: 12 };

#[tokio::test]
async fn two_senders_one_cap() {
    for (m, database) in Month::all().await {
        m.import(OCTOBER, "fund.UKE", &file(Examiner::PaymentFund, OCTOBER, &[a_medical()])).await;
        m.import(OCTOBER, "federation.UKE", &file(Examiner::HealthFederation, OCTOBER, &[b_dental()])).await;
        m.check(OCTOBER).await;
        assert_eq!(m.excess().await, vec![], "1,700 yen stay below the cap until the hospital's receipt arrives");
        let mut tx = m.city.db().read().await.unwrap();
        assert_eq!(store::sums(&mut tx, OCTOBER).await.unwrap(), vec![(1, 1, Yen(100)), (2, 1, Yen(300))]);
        assert_eq!(store::count_findings(&mut tx, OCTOBER, &store::Wanted::default()).await.unwrap().0, 0);
        drop(tx);

        m.enter_bill(OCTOBER, Examiner::PaymentFund, 1, 101, &[]).await;
        let refused = m.pay(OCTOBER, Examiner::PaymentFund).await.unwrap_err();
        assert!(refused.why.contains("1円 多い"), "{}", refused.why);
        m.enter_bill(OCTOBER, Examiner::PaymentFund, 1, 100, &[]).await;
        assert!(m.pay(OCTOBER, Examiner::PaymentFund).await.is_ok());
        assert!(m.pay(OCTOBER, Examiner::PaymentFund).await.is_err(), "a bill is drafted once");
        m.enter_bill(OCTOBER, Examiner::HealthFederation, 1, 300, &[]).await;
        assert!(m.pay(OCTOBER, Examiner::HealthFederation).await.is_ok());

        m.import(NOVEMBER, "late.UKE", &file(Examiner::HealthFederation, NOVEMBER, &[c_hospital()])).await;
        m.check(NOVEMBER).await;
        assert_eq!(m.excess().await, vec![(Yen(2_700), Yen(200))], "900 + 800 + 1,000 exceed 2,500 by 200");
        let mut tx = m.city.db().read().await.unwrap();
        assert_eq!(store::sums(&mut tx, NOVEMBER).await.unwrap(), vec![(2, 1, Yen(5_000))]);
        let dental = store::by_management(&mut tx, "200000001").await.unwrap().unwrap();
        drop(tx);

        // B is withdrawn: the finding is sent to 国保連 and comes back as a negative line a month later.
        let mut unit = m.unit(Action::Draft).await;
        let finding = crate::model::FindingRow {
            id: 0,
            month: OCTOBER,
            receipt_id: dental,
            kind: "該当者なし".into(),
            severity: "不適合".into(),
            text_ja: "請求元の誤り".into(),
            reason_code: None,
            amount: Yen(300),
            state: "open".into(),
            route: None,
            scope: None,
            sent_month: None,
            sent_on: None,
            document_no: None,
            closed_month: None,
            note: None,
        };
        let id = finding.insert(&mut unit.tx).await.unwrap();
        let wrong = send_back::Handling {
            month: OCTOBER,
            findings: vec![id],
            route: "再審査等請求".into(),
            scope: "全体".into(),
            note: None,
        };
        let refused = send_back::draft(&mut unit, &wrong, &TestScheme).await.unwrap_err();
        assert!(refused.fields.iter().any(|f| f.field == "route"), "国保連 takes 過誤申立, not 再審査等請求");
        let right = send_back::Handling { route: "過誤申立".into(), ..wrong };
        let draft = send_back::draft(&mut unit, &right, &TestScheme).await.unwrap();
        unit.commit(()).await.unwrap();
        let acts = platform::approval::Acts::new(vec![Arc::new(send_back::SendBack { scheme: Arc::new(TestScheme) })]);
        let head = StaffContext { case: None, ..staff("2002", 2) };
        let mut unit = Unit::change(&m.city, &head, "決裁", Action::Decide).await.unwrap();
        platform::approval::decide(&mut unit, &acts, draft, 1, platform::approval::Word::Approve, "").await.unwrap();
        unit.commit(()).await.unwrap();

        let uses = m.uses(Timestamp::UNIX_EPOCH).await;
        let told: Vec<_> = uses.iter().map(|u| (u.kind.as_str(), u.recipient.as_deref(), u.amount.map(|y| y.0))).collect();
        let borne = |sender, yen| ("現物給付", Some(sender), Some(yen));
        assert_eq!(
            told,
            [borne("支払基金", 100), borne("国保連", 300), borne("国保連", 5_000), ("通知", Some("国保連"), None)],
            "a wrong link names every yen that the city bore, and what it wrote to others"
        );
        assert!(uses[3].title.starts_with("過誤申立 "), "{}", uses[3].title);
        assert_eq!(uses[3].reference, format!("/claims/receipts/{dental}"));

        m.enter_bill(DECEMBER, Examiner::HealthFederation, 0, -300, &[("200000001", -300)]).await;
        assert!(m.uses(Timestamp::UNIX_EPOCH).await.iter().all(|u| u.amount != Some(Yen(300))), "what came back is not borne");
        let later = m.city.now() + std::time::Duration::from_secs(86_400);
        assert!(m.uses(later).await.is_empty(), "nothing of before the link");
        assert_eq!(m.excess().await, vec![], "1,900 yen without B: nothing exceeds the cap any more");
        let mut unit = m.unit(Action::Look).await;
        let all = bill::reconcile(&mut unit, &TestScheme, DECEMBER).await.unwrap();
        assert_eq!(all.first().and_then(bill::Reconciliation::difference), Some(Yen::ZERO));
        drop(unit);
        let mut tx = m.city.db().read().await.unwrap();
        assert_eq!(store::finding(&mut tx, id).await.unwrap().state, "closed");
        drop(tx);
        database.remove().await;
    }
}

#[tokio::test]
async fn a_wrong_total_refuses_the_whole_file_and_the_same_file_twice_changes_nothing() {
    for (m, database) in Month::all().await {
        let good = file(Examiner::PaymentFund, OCTOBER, &[a_medical()]);
        let text = String::from_utf8_lossy(&good).into_owned();
        assert!(text.contains("GO,"));
        let place = good.windows(4).rposition(|w| w == b"\nGO,").unwrap();
        let mut wrong = good.clone();
        // One more receipt than there is.
        *wrong.get_mut(place + 4).unwrap() = b'9';
        m.import(OCTOBER, "wrong.UKE", &wrong).await;
        let mut tx = m.city.db().read().await.unwrap();
        assert_eq!(store::sums(&mut tx, OCTOBER).await.unwrap(), vec![], "nothing of a refused file is visible");
        let files = store::files(&mut tx, OCTOBER).await.unwrap();
        assert_eq!(files.first().map(|f| f.state.as_str()), Some("refused"));
        drop(tx);
        assert!(matches!(m.import(OCTOBER, "good.UKE", &good).await, Received::New(_)));
        assert_eq!(m.import(OCTOBER, "again.UKE", &good).await, Received::Known);
        let mut tx = m.city.db().read().await.unwrap();
        assert_eq!(store::sums(&mut tx, OCTOBER).await.unwrap(), vec![(1, 1, Yen(100))]);
        drop(tx);
        let mut unit = m.unit(Action::Run).await;
        assert!(receive(&mut unit, OCTOBER, "x.UKE", b"not a receipt").await.is_err());
        drop(unit);
        database.remove().await;
    }
}

#[tokio::test]
async fn every_statement_is_valid_on_every_database() {
    for (m, database) in Month::all().await {
        for statement in store::STATEMENTS {
            m.city.db().prepare(statement.sql).await.unwrap_or_else(|e| panic!("{}: {e}", statement.name));
        }
        database.remove().await;
    }
}

#[tokio::test]
async fn a_receipt_for_a_stay_that_was_paid_in_cash_is_named() {
    for (m, database) in Month::all().await {
        m.import(NOVEMBER, "hospital.UKE", &file(Examiner::HealthFederation, NOVEMBER, &[c_hospital()])).await;
        m.check(NOVEMBER).await;
        m.check(NOVEMBER).await;
        let mut tx = m.city.db().read().await.unwrap();
        let (count, _) = store::count_findings(&mut tx, NOVEMBER, &store::Wanted::default()).await.unwrap();
        assert_eq!(count, 1, "once, however often the month is checked");
        let checks = store::checks(&mut tx, NOVEMBER).await.unwrap();
        let twice = checks.iter().find(|c| c.kind == "二重給付").unwrap();
        assert_eq!((twice.ran, twice.judged, twice.found), (true, 1, 1));
        drop(tx);
        database.remove().await;
    }
}
