//! The pages of claims through the real doors: names, findings, requests, and money asked back.

use super::desk::Desk;
use super::{Month, NOVEMBER, OCTOBER, a_medical, b_dental, c_hospital, file};
use crate::names::tests::line;
use crate::{exchange, store};
use axum::http::{Method, StatusCode};
use kernel::Yen;
use kernel::access::Action;
use kernel::time::YearMonth;
use platform::Unit;
use platform::approval::{Acts, Word, decide};
use platform::job::run_next;
use receipts::Examiner;
use std::sync::Arc;

impl Month {
    async fn finding(&self, receipt: i64, amount: i64) -> i64 {
        let mut unit = self.unit(Action::Draft).await;
        let finding = crate::model::FindingRow {
            id: 0,
            month: OCTOBER,
            receipt_id: receipt,
            kind: "資格喪失後受診".into(),
            severity: "不適合".into(),
            text_ja: "資格を失った後の受診".into(),
            reason_code: Some(100_018),
            amount: Yen(amount),
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
        unit.commit(()).await.unwrap();
        id
    }

    async fn state_of(&self, finding: i64) -> String {
        let mut tx = self.city.db().read().await.unwrap();
        store::finding(&mut tx, finding).await.unwrap().state
    }

    async fn receipt(&self, number: &str) -> i64 {
        let mut tx = self.city.db().read().await.unwrap();
        store::by_management(&mut tx, number).await.unwrap().unwrap()
    }

    async fn decided(&self, head: &Desk) {
        let acts = Acts::new(crate::programme(Arc::new(super::TestScheme)).acts);
        let mut unit = Unit::change(&self.city, &head.staff().await, "決裁", Action::Decide).await.unwrap();
        let draft = unit.tx.one("select max(id) as id from platform_draft", vec![]).await.unwrap().get("id").unwrap();
        decide(&mut unit, &acts, draft, 1, Word::Approve, "").await.unwrap();
        unit.commit(()).await.unwrap();
    }

    async fn run_jobs(&self) {
        let jobs = crate::programme(Arc::new(super::TestScheme)).jobs;
        while run_next(&self.city, &jobs).await.unwrap().is_some() {}
    }
}

#[tokio::test]
async fn a_receipt_shows_the_names_in_force_when_care_was_given_and_cannot_be_changed() {
    for (m, database) in Month::all().await {
        m.import(NOVEMBER, "c.UKE", &file(Examiner::HealthFederation, NOVEMBER, &[c_hospital()])).await;
        m.check(NOVEMBER).await;
        let desk = Desk::open(&m, "2001", 1).await;
        let page = format!("/claims/receipts/{}", m.receipt("200000002").await);
        let (status, shown) = desk.get(&page).await;
        assert_eq!(status, StatusCode::OK, "{shown}");
        for code in ["8830417 名称未取込", "8002 名称未取込", "620000001 名称未取込", "111000110 名称未取込", "初診", "内服"]
        {
            assert!(shown.contains(code), "{code}: {shown}");
        }
        let disease = line(46, &[(1, "B"), (2, "8830417"), (5, "急性上気道炎")]);
        let later = line(46, &[(1, "B"), (2, "8830417"), (5, "後の名称")]);
        let modifier = line(19, &[(1, "Z"), (2, "8002"), (6, "の疑い")]);
        let drug = line(42, &[(1, "Y"), (2, "620000001"), (4, "アセトアミノフェン錠200mg"), (9, "錠")]);
        let act = line(88, &[(1, "S"), (2, "111000110"), (4, "初診料"), (9, "")]);
        for (from, name, bytes) in [
            ("2026-04-01", "b.csv", &disease),
            ("2026-10-01", "b-new.csv", &later),
            ("2026-04-01", "z.csv", &modifier),
            ("2026-04-01", "y.csv", &drug),
            ("2026-04-01", "s.csv", &act),
            ("2026-04-01", "again.csv", &drug),
        ] {
            let (status, body) = desk.upload("/claims/masters", ("valid_from", from), name, bytes).await;
            assert_eq!(status, StatusCode::SEE_OTHER, "{name}: {body}");
        }
        m.run_jobs().await;
        let (_, list) = desk.get("/api/v1/claims/masters").await;
        assert_eq!(list.matches("\"visible\"").count(), 5, "the same file twice is one master: {list}");
        let (_, shown) = desk.get(&page).await;
        for name in ["急性上気道炎の疑い", "アセトアミノフェン錠200mg", "3錠", "初診料"] {
            assert!(shown.contains(name), "{name}: {shown}");
        }
        assert!(!shown.contains("名称未取込") && !shown.contains("後の名称"), "{shown}");
        let (status, body) = desk.upload("/claims/masters", ("valid_from", "2026-04-01"), "x.csv", b"hello").await;
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && body.contains("基本マスターとして読めません"), "{status}");
        let cut = [disease.as_slice(), b"0,\"B\",\"88"].concat();
        desk.upload("/claims/masters", ("valid_from", "2026-04-01"), "cut.csv", &cut).await;
        m.run_jobs().await;
        let (_, list) = desk.get("/claims/masters").await;
        assert!(list.contains("取込み拒否") && list.contains("2行目"), "{list}");
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let (status, _) = desk.ask(method.clone(), &page, "text/plain", vec![]).await;
            assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{method}: nobody can change a receipt");
        }
        drop(desk);
        database.remove().await;
    }
}

#[tokio::test]
async fn requests_are_printed_for_each_sender_and_end_with_a_negative_line_or_a_no() {
    for (m, database) in Month::all().await {
        m.import(OCTOBER, "fund.UKE", &file(Examiner::PaymentFund, OCTOBER, &[a_medical()])).await;
        m.import(OCTOBER, "federation.UKE", &file(Examiner::HealthFederation, OCTOBER, &[b_dental()])).await;
        m.check(OCTOBER).await;
        let (a, b) = (m.receipt("100000001").await, m.receipt("200000001").await);
        let (fund, federation) = (m.finding(a, 100).await, m.finding(b, 300).await);
        let (desk, head) = (Desk::open(&m, "2001", 1).await, Desk::open(&m, "2002", 2).await);
        for (query, shown, hidden) in [
            ("", "Ａ医科", "申立済</span>"),
            ("?sender=1", "Ａ医科", "Ｂ歯科"),
            ("?sender=2&state=open", "Ｂ歯科", "Ａ医科"),
            ("?state=sent", "所見はありません", "Ｂ歯科"),
            ("?kind=x", "所見はありません", "Ｂ歯科"),
        ] {
            let (status, page) = desk.get(&format!("/claims/202610/findings{query}")).await;
            assert!(status == StatusCode::OK && page.contains(shown) && !page.contains(hidden), "{query}: {page}");
        }
        for (finding, route) in [(fund, "再審査等請求"), (federation, "過誤申立")] {
            let fields = format!("finding={finding}&route={route}&scope=公費分のみ&note=");
            let (status, body) = desk.post("/claims/202610/findings", &fields).await;
            assert_eq!(status, StatusCode::SEE_OTHER, "{body}");
            m.decided(&head).await;
        }
        let (_, page) = desk.get("/claims/202611/appeals").await;
        assert!(page.contains("再審査等請求内訳書") && page.contains("過誤申立書") && page.contains("医年請第8-2号"), "{page}");
        for sender in [1, 2] {
            let (status, paper) = desk.bytes(&format!("/claims/202611/appeals/{sender}/paper")).await;
            assert!(status == StatusCode::OK && paper.starts_with(b"%PDF"), "{status}");
            assert_eq!(desk.get(&format!("/claims/202611/appeals/{sender}/list")).await.0, StatusCode::FORBIDDEN);
        }
        let (status, csv) = head.get("/claims/202611/appeals/2/list").await;
        assert!(
            status == StatusCode::OK && csv.contains("\"200000001\"") && csv.contains("\"100018\"") && !csv.contains("100000001")
        );
        assert_eq!(desk.get("/claims/202612/appeals/1/paper").await.0, StatusCode::NOT_FOUND, "nothing was sent in December");

        // 国保連 takes its receipt back; 支払基金 stands by its claim.
        let negative = [("200000001", -300)];
        m.enter_bill(NOVEMBER, Examiner::HealthFederation, 0, -300, &negative).await;
        assert_eq!(m.state_of(federation).await, "closed");
        m.enter_bill(NOVEMBER, Examiner::HealthFederation, 0, 0, &[]).await;
        assert_eq!(m.state_of(federation).await, "sent", "a line that was a slip of the pen closes nothing");
        m.enter_bill(NOVEMBER, Examiner::HealthFederation, 0, -300, &negative).await;
        assert_eq!(m.state_of(federation).await, "closed");
        assert_eq!(desk.post(&format!("/claims/findings/{fund}/upheld"), "").await.0, StatusCode::SEE_OTHER);
        assert_eq!(m.state_of(fund).await, "upheld");
        assert_eq!(desk.post(&format!("/claims/findings/{fund}/upheld"), "").await.0, StatusCode::CONFLICT);
        drop((desk, head));
        database.remove().await;
    }
}

#[tokio::test]
async fn money_asked_back_from_the_guardian_closes_the_finding_when_it_has_come_in() {
    for (m, database) in Month::all().await {
        m.import(OCTOBER, "fund.UKE", &file(Examiner::PaymentFund, OCTOBER, &[a_medical()])).await;
        m.check(OCTOBER).await;
        let finding = m.finding(m.receipt("100000001").await, 100).await;
        let (desk, head) = (Desk::open(&m, "2001", 1).await, Desk::open(&m, "2002", 2).await);
        let fields = format!("finding={finding}&route=返還請求&scope=公費分のみ&note=");
        assert_eq!(desk.post("/claims/202610/findings", &fields).await.0, StatusCode::SEE_OTHER);
        m.decided(&head).await;
        assert_eq!(m.state_of(finding).await, "recovering");
        let mut tx = m.city.db().read().await.unwrap();
        let row = tx.one("select amount, origin from payments_demand", vec![]).await.unwrap();
        let (amount, origin): (Yen, String) = (row.get("amount").unwrap(), row.get("origin").unwrap());
        assert_eq!((amount, origin.as_str()), (Yen(100), format!("claims.finding:{finding}").as_str()));
        drop(tx);
        let mut unit = m.unit(Action::Draft).await;
        let paid = payments::DemandPaid { origin, on: unit.today() };
        platform::outbox::publish(&mut unit, payments::DEMAND_PAID, &paid).await.unwrap();
        unit.commit(()).await.unwrap();
        platform::outbox::deliver(&m.city, &[Arc::new(exchange::OnPaid) as _]).await.unwrap();
        assert_eq!(m.state_of(finding).await, "recovered");
        drop((desk, head));
        database.remove().await;
    }
}

#[tokio::test]
async fn a_month_knows_what_was_granted_and_the_upload_page_says_what_is_wrong() {
    for (m, database) in Month::all().await {
        let visits = [a_medical(), super::Visit { management_no: "100000009", copay: 2_000, ..a_medical() }];
        m.import(OCTOBER, "fund.UKE", &file(Examiner::PaymentFund, OCTOBER, &visits)).await;
        let desk = Desk::open(&m, "2001", 1).await;
        let (_, month) = desk.get("/claims/202610").await;
        assert!(month.contains("未実施"), "checks that were not run are shown as not run");
        m.check(OCTOBER).await;
        assert_eq!(m.excess().await, vec![(Yen(2_900), Yen(400))]);
        let mut unit = m.unit(Action::Draft).await;
        let care_month = YearMonth { year: 2026, month: 9 };
        let granted = ports::MonthRefunded { recipient_no: super::recipient(), care_month, granted: Yen(400) };
        platform::outbox::publish(&mut unit, ports::MONTH_REFUNDED, &granted).await.unwrap();
        unit.commit(()).await.unwrap();
        platform::outbox::deliver(&m.city, &[Arc::new(exchange::OnRefunded) as _]).await.unwrap();
        let mut tx = m.city.db().read().await.unwrap();
        assert_eq!(store::excesses(&mut tx).await.unwrap().first().map(|c| c.settled), Some(Yen(400)));
        drop(tx);
        let (status, page) = desk.upload("/claims/files", ("month", "2026-10"), "x.UKE", b"hello").await;
        assert!(
            status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("レセプトファイルとして読めません"),
            "{status} {page}"
        );
        assert!(page.contains("2026-10"), "what was typed stays");
        drop(desk);
        database.remove().await;
    }
}

#[tokio::test]
async fn a_long_list_of_findings_is_read_page_by_page_and_its_sums_count_all_of_them() {
    for (m, database) in Month::all().await {
        let visits = super::intake::many(101);
        m.import(OCTOBER, "fund.UKE", &file(Examiner::PaymentFund, OCTOBER, &visits)).await;
        for (visit, amount) in visits.iter().zip(1..) {
            m.finding(m.receipt(visit.management_no).await, amount).await;
        }
        let desk = Desk::open(&m, "2001", 1).await;
        let (_, first) = desk.get("/claims/202610/findings").await;
        let (_, second) = desk.get("/claims/202610/findings?page=2").await;
        assert!(first.contains("101件 ・ 金額の大きい順 ・ 未処理 5,151円"), "the sum is that of all pages");
        assert!(first.contains("1–100件目 / 全101件") && first.contains("rel=\"next\"") && !first.contains("rel=\"prev\""));
        assert!(second.contains("101–101件目 / 全101件") && second.contains("rel=\"prev\""));
        let (_, closed) = desk.get("/claims/202610/findings?state=sent").await;
        assert!(closed.contains("0件 ・"), "the number is that of the filter");
        drop(desk);
        database.remove().await;
    }
}
