//! 自動償還, 二重給付, 年次更新, 勧奨, and what the receipts slice is told.

use crate::office::{Town, r, towns};
use claims::{Scheme, Visit};
use jiff::civil::date;
use kernel::Yen;
use kernel::access::Action;
use kernel::decision::{FactRef, Outcome};
use kernel::time::YearMonth;
use law::child_medical::{Care, Discipline, Stay};
use medical_aid::child::model::{ClaimLineRow, MonthRefund};
use medical_aid::child::scheme::ChildScheme;
use medical_aid::child::usecases::{double_benefit, recommend, refund, renewal};
use platform::approval::Word;
use platform::fault::FaultKind;
use platform::{Unit, job, outbox, subject};
use ports::{MONTH_SETTLED, MonthSettled, ResidentFacts};

async fn family(town: &Town) -> (ResidentFacts, ResidentFacts, String) {
    let child = town.resident(1, "髙﨑 颯太", date(2017, 5, 1), r(2, 1, 1)).await;
    let father = town.resident(2, "髙﨑 健一", date(1985, 4, 1), r(2, 1, 1)).await;
    let case = town.case(&[child.subject, father.subject]).await;
    town.insured(&child, r(2, 1, 1)).await;
    town.recipient(&child, &father, &case, r(8, 9, 1)).await;
    let number = town.dossier(&child).await.current().unwrap().recipient_no.clone();
    (child, father, number)
}

async fn month(town: &Town, recipient_no: &str, paid: i64) -> MonthRefund {
    let mut unit = town.clerk(&town.case(&[]).await).await;
    let care_month = YearMonth { year: 2026, month: 9 };
    let event = MonthSettled { recipient_no: recipient_no.into(), care_month, paid: Yen(paid) };
    outbox::publish(&mut unit, MONTH_SETTLED, &event).await.unwrap();
    unit.commit(()).await.unwrap();
    outbox::deliver(&town.city, &town.programme.subscriptions).await.unwrap();
    let mut tx = town.city.db().read().await.unwrap();
    let row = tx.first("select * from medical_aid_month_refund", vec![]).await.unwrap();
    row.map(|r| MonthRefund::read(&r).unwrap()).unwrap_or_else(|| panic!("no month"))
}

async fn decide(town: &Town, child: &ResidentFacts, id: i64, rank: i64) {
    let mut unit = town.clerk(&town.case(&[child.subject]).await).await;
    let draft = refund::draft(&mut unit, id).await.unwrap();
    unit.commit(()).await.unwrap();
    town.decide(draft, "2003", rank, Word::Approve).await.unwrap();
}

#[tokio::test]
async fn above_the_cap_is_paid_back_once_and_asked_back_when_a_receipt_is_withdrawn() {
    for town in towns(r(8, 11, 20)).await {
        let (child, father, number) = family(&town).await;
        let open = month(&town, &number, 2_700).await;
        assert_eq!((open.excess, open.granted, open.state.as_str()), (Yen(200), Yen::ZERO, "open"));
        decide(&town, &child, open.id, 3).await;
        // The same sum again changes nothing.
        let done = month(&town, &number, 2_700).await;
        assert_eq!((done.granted, done.state.as_str()), (Yen(200), "done"));
        let mut unit = town.clerk(&town.case(&[child.subject]).await).await;
        assert_eq!(refund::draft(&mut unit, open.id).await.unwrap_err().kind, FaultKind::Conflict);
        drop(unit);
        // B is withdrawn: the 200 becomes 返還.
        let less = month(&town, &number, 1_900).await;
        assert_eq!((less.excess, less.state.as_str()), (Yen::ZERO, "open"));
        decide(&town, &child, open.id, 3).await;
        assert_eq!(month(&town, &number, 1_900).await.granted, Yen::ZERO);
        let mut tx = town.city.db().read().await.unwrap();
        let paid = tx.all("select amount from payments_payment", vec![]).await.unwrap();
        assert_eq!(paid.iter().map(|r| r.get::<Yen>("amount").unwrap()).collect::<Vec<_>>(), [Yen(200)]);
        let owed = tx.one("select amount, debtor, own_notice from payments_demand", vec![]).await.unwrap();
        assert_eq!(owed.get::<Yen>("amount").unwrap(), Yen(200), "the same 200 are on the ledger of 返還金");
        assert_eq!(owed.get::<String>("debtor").unwrap(), father.atena_no.as_str(), "the guardian owes them");
        assert!(!owed.get::<bool>("own_notice").unwrap(), "the notice is the decision's own");
        drop(tx);
        town.database.remove().await;
    }
}

#[tokio::test]
async fn a_later_receipt_for_the_same_stay_is_named() {
    for town in towns(r(8, 11, 20)).await {
        let (_, _, number) = family(&town).await;
        let mut tx = town.city.db().write().await.unwrap();
        let line = ClaimLineRow {
            id: 0,
            claim_id: 1,
            care_kind: "医科".into(),
            care_month: YearMonth { year: 2026, month: 6 },
            inpatient: true,
            care_from: r(8, 6, 10),
            care_to: r(8, 6, 12),
            day_count: 3,
            visit_days: 0b1110_0000_0000,
            institution: "2810000001".into(),
            institution_name: "隣県病院".into(),
            charge: Yen(84_340),
            daily: false,
            meal_kind: None,
            meal_unit: None,
            meal_count: None,
            meals: Yen::ZERO,
            uninsured: Yen::ZERO,
        };
        line.insert(&mut tx).await.unwrap();
        let sql = "insert into medical_aid_claim (subject, atena_no, approval, aid_kind, scheme_kind, law_code, notice_to, applicant_no, \
                   applicant_subject, applicant_name, claimed_on, pay_method, burden_ratio, receipt_on, total_cost, own_charge, \
                   additional_state, high_cost_state, reception_ward, state, reception_kind, counter_form, recipient_no, returned, \
                   claim_month, document_no, seq, recorded_at) values (1, '1', '', '', '', '', '', '', 1, '', $2, '', '', $2, 0, 0, '', \
                   '', '', '支給決定', '', '', $1, false, 0, '', 0, 0)";
        tx.run(sql, vec![number.clone().into(), r(8, 6, 30).into()]).await.unwrap();
        tx.commit().await.unwrap();
        let stay = |day| Stay {
            institution: "2810000001".into(),
            discipline: Discipline::Medical,
            care: Care::Inpatient,
            month: YearMonth { year: 2026, month: 6 },
            days: vec![day],
            evidence: FactRef { register: "claims_receipt".into(), row_id: "9".into(), label_ja: "レセプト".into() },
        };
        let mut unit = town.clerk(&town.case(&[]).await).await;
        let found = double_benefit::check(&mut unit, &number, &stay(r(8, 6, 11))).await.unwrap();
        assert_eq!(found.iter().map(|f| (f.0, f.1.outcome)).collect::<Vec<_>>(), [(1, Outcome::Refused)]);
        let scheme = ChildScheme::new(town.city.profile().clone());
        assert!(scheme.reimbursed(&mut unit).await.unwrap().contains(&number));
        let visit = |day| Visit {
            receipt: 9,
            recipient_no: number.clone(),
            institution: "2810000001".into(),
            table_code: 1,
            inpatient: true,
            month: YearMonth { year: 2026, month: 6 },
            days: vec![day],
        };
        let twice = scheme.paid_twice(&mut unit, &[visit(r(8, 6, 11)), visit(r(8, 6, 20))]).await.unwrap();
        assert_eq!(twice.len(), 1, "only the day that was paid");
        assert!(twice[0].certain && twice[0].text_ja.contains("償還払い"), "{}", twice[0].text_ja);
        assert!(double_benefit::check(&mut unit, &number, &stay(r(8, 6, 20))).await.unwrap().is_empty());
        drop(unit);
        town.database.remove().await;
    }
}

#[tokio::test]
async fn an_empty_protection_list_stops_the_renewal_and_a_protected_piece_is_held() {
    for town in towns(r(8, 11, 20)).await {
        let (child, _, _) = family(&town).await;
        let until = r(9, 3, 31);
        let mut unit = town.clerk(&town.case(&[]).await).await;
        let stopped = renewal::draft(&mut unit, until).await.unwrap_err();
        assert!(stopped.what.contains("支援措置の一覧が空"), "{}", stopped.what);
        drop(unit);

        let mut tx = town.city.db().write().await.unwrap();
        subject::protect(&mut tx, child.subject, Some("本"), town.city.now()).await.unwrap();
        tx.commit().await.unwrap();
        let mut unit = town.clerk(&town.case(&[]).await).await;
        let draft = renewal::draft(&mut unit, until).await.unwrap();
        unit.commit(()).await.unwrap();
        town.decide(draft, "2003", 3, Word::Approve).await.unwrap();
        let id = job::run_next(&town.city, &town.programme.jobs).await.unwrap().unwrap();
        let mut tx = town.city.db().read().await.unwrap();
        let done = job::find(&mut tx, "iryo", id).await.unwrap();
        assert_eq!(
            (done.state.as_str(), done.message.as_str()),
            ("done", "医療証を1件作りました。支援措置などで取り分けた分は1件です")
        );
        assert!(
            tx.all("select id from platform_file", vec![]).await.unwrap().is_empty(),
            "nothing of a protected person is printed"
        );
        drop(tx);
        assert_eq!(town.dossier(&child).await.cards[0].valid_to, r(10, 3, 31));
        town.database.remove().await;
    }
}

#[tokio::test]
async fn a_renewal_prints_and_the_second_run_has_nothing_to_do() {
    for town in towns(r(8, 11, 20)).await {
        let (_, father, _) = family(&town).await;
        let mut tx = town.city.db().write().await.unwrap();
        subject::protect(&mut tx, father.subject, Some("本"), town.city.now()).await.unwrap();
        tx.commit().await.unwrap();
        let mut unit = town.clerk(&town.case(&[]).await).await;
        let draft = renewal::draft(&mut unit, r(9, 3, 31)).await.unwrap();
        unit.commit(()).await.unwrap();
        town.decide(draft, "2003", 3, Word::Approve).await.unwrap();
        job::run_next(&town.city, &town.programme.jobs).await.unwrap().unwrap();
        let mut tx = town.city.db().read().await.unwrap();
        assert_eq!(tx.all("select id from platform_file", vec![]).await.unwrap().len(), 1);
        drop(tx);
        let mut unit = town.clerk(&town.case(&[]).await).await;
        assert_eq!(renewal::draft(&mut unit, r(9, 3, 31)).await.unwrap_err().kind, FaultKind::Conflict);
        drop(unit);
        town.database.remove().await;
    }
}

#[tokio::test]
async fn who_has_not_applied_is_on_the_list() {
    for town in towns(r(8, 11, 20)).await {
        family(&town).await;
        let baby = town.resident(3, "髙﨑 陽葵", r(8, 11, 1), r(8, 11, 1)).await;
        town.resident(4, "大人", date(2007, 4, 1), r(2, 1, 1)).await;
        let mut unit = Unit::look(&town.city, &town.staff("2001", 1, &town.case(&[]).await), "試験", Action::Look).await.unwrap();
        let list = recommend::list(&mut unit, &town.ports).await.unwrap();
        assert_eq!(list.iter().map(|p| p.atena_no.clone()).collect::<Vec<_>>(), std::slice::from_ref(&baby.atena_no));
        drop(unit);
        town.database.remove().await;
    }
}

#[tokio::test]
async fn the_receipts_slice_is_told_who_is_entitled() {
    for town in towns(r(8, 11, 20)).await {
        let (child, _, number) = family(&town).await;
        let scheme = ChildScheme::new(town.city.profile().clone());
        assert_eq!(scheme.bearer_no(), "86279999");
        let mut unit = town.clerk(&town.case(&[]).await).await;
        let roster = scheme.roster(&mut unit).await.unwrap();
        drop(unit);
        let entry = &roster[0];
        assert_eq!((entry.subject, &entry.recipient_no, entry.birth), (child.subject, &number, Some(date(2017, 5, 1))));
        assert_eq!(scheme.monthly_cap(YearMonth { year: 2026, month: 9 }).unwrap(), Yen(2_500));
        town.database.remove().await;
    }
}
