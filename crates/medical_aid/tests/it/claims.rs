//! 償還払い.

use crate::office::{Town, r, towns};
use jiff::civil::date;
use kernel::Yen;
use kernel::access::Action;
use medical_aid::child::model::ClaimRow;
use medical_aid::child::usecases::apply_claim::{self, Benefit, NewClaim, NewLine};
use medical_aid::child::usecases::{insurer_notice, review_claim};
use payments::Account;
use platform::Unit;
use platform::approval::Word;
use platform::fault::FaultKind;
use ports::ResidentFacts;

fn stay(high_cost: Benefit, additional: Benefit, child: &ResidentFacts, father: &ResidentFacts) -> NewClaim {
    NewClaim {
        child: child.atena_no.clone(),
        applicant: father.atena_no.clone(),
        aid_kind: "府外受診".into(),
        claimed_on: r(8, 8, 3),
        receipt_on: r(8, 6, 30),
        ward: "北区".into(),
        reception_kind: "窓口".into(),
        total_cost: Yen(281_130),
        high_cost,
        additional,
        account: None,
        lines: vec![NewLine {
            institution: "隣県病院".into(),
            name: "隣県病院".into(),
            care_kind: "医科".into(),
            inpatient: true,
            days: vec![r(8, 6, 10), r(8, 6, 11), r(8, 6, 12)],
            daily: None,
            charge: Yen(84_340),
            meals: None,
            uninsured: Yen::ZERO,
        }],
    }
}

async fn family(town: &Town) -> (ResidentFacts, ResidentFacts) {
    let child = town.resident(1, "髙﨑 颯太", date(2017, 5, 1), r(2, 1, 1)).await;
    let father = town.resident(2, "髙﨑 健一", date(1985, 4, 1), r(2, 1, 1)).await;
    let case = town.case(&[child.subject, father.subject]).await;
    town.insured(&child, r(2, 1, 1)).await;
    town.recipient(&child, &father, &case, r(8, 4, 1)).await;
    (child, father)
}

async fn claim(town: &Town, new: &NewClaim) -> i64 {
    let mut unit = town.clerk(&town.case(&[]).await).await;
    let id = apply_claim::run(&mut unit, &town.ports, new).await.unwrap();
    unit.commit(()).await.unwrap();
    id
}

async fn draft(town: &Town, child: &ResidentFacts, id: i64) -> Option<i64> {
    let mut unit = town.clerk(&town.case(&[child.subject]).await).await;
    let draft = review_claim::draft(&mut unit, &town.ports, id).await.unwrap();
    unit.commit(()).await.unwrap();
    draft
}

async fn stored(town: &Town, id: i64) -> ClaimRow {
    let sql = "select * from medical_aid_claim where id = $1";
    let mut tx = town.city.db().read().await.unwrap();
    ClaimRow::read(&tx.one(sql, vec![id.into()]).await.unwrap()).unwrap()
}

async fn payments_of(town: &Town, id: i64) -> Vec<(i64, Yen, String)> {
    let mut tx = town.city.db().read().await.unwrap();
    let sql = "select attempt, amount, state from payments_payment where origin = $1 order by attempt";
    let rows = tx.all(sql, vec![review_claim::origin(id).into()]).await.unwrap();
    rows.iter().map(|r| (r.get("attempt").unwrap(), r.get("amount").unwrap(), r.get("state").unwrap())).collect()
}

#[tokio::test]
async fn reimbursement_that_waits() {
    for town in towns(r(8, 4, 1)).await {
        let (child, father) = family(&town).await;
        town.clock.set(r(8, 8, 3));
        let id = claim(&town, &stay(Benefit::Decided(Yen(4_101)), Benefit::Waiting, &child, &father)).await;

        // 附加給付 is unknown: held, not paid, nothing drafted.
        assert_eq!(draft(&town, &child, id).await, None);
        let held = stored(&town, id).await;
        assert_eq!(held.state, "保留");
        assert!(held.hold_reason.unwrap().contains("附加給付"));
        assert!(payments_of(&town, id).await.is_empty());

        // The notice arrives.
        town.clock.set(r(8, 11, 2));
        let mut unit = town.clerk(&town.case(&[child.subject]).await).await;
        let notice = insurer_notice::NewNotice {
            claim: id,
            kind: "附加給付".into(),
            amount: Yen(55_200),
            number: "附-12".into(),
            on: r(8, 11, 2),
        };
        insurer_notice::run(&mut unit, &notice).await.unwrap();
        unit.commit(()).await.unwrap();
        let mut unit = town.clerk(&town.case(&[child.subject]).await).await;
        let review = review_claim::review(&mut unit, &town.ports, id).await.unwrap();
        assert_eq!(review.answer.amount, Some(Yen(24_039)));
        assert!(review.answer.decision.trace_ja().iter().any(|l| l.contains("24,039円")));
        drop(unit);

        // Another person decides.
        let drafted = draft(&town, &child, id).await.unwrap();
        assert_eq!(town.decide(drafted, "2001", 3, Word::Approve).await.unwrap_err().kind, FaultKind::Refused);
        town.decide(drafted, "2002", 2, Word::Approve).await.unwrap();
        let paid = stored(&town, id).await;
        assert_eq!((paid.state.as_str(), paid.granted, paid.copay), ("支給決定", Some(Yen(24_039)), Some(Yen(1_000))));
        assert_eq!(payments_of(&town, id).await, [(1, Yen(24_039), "open".into())]);

        // Paid once: only after the bank returned it may a new account be paid.
        let account = Account::checked("0001", "001", "1", "7654321", "タカサキ ケンイチ").unwrap();
        let mut unit = town.clerk(&town.case(&[child.subject]).await).await;
        assert_eq!(review_claim::repay(&mut unit, id, &account).await.unwrap_err().kind, FaultKind::Conflict);
        drop(unit);
        let mut tx = town.city.db().write().await.unwrap();
        tx.run("update payments_payment set state = 'returned'", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        for (attempt, fine) in [(0, true), (1, false)] {
            let mut unit = town.clerk(&town.case(&[child.subject]).await).await;
            let result = review_claim::repay(&mut unit, id, &account).await;
            assert_eq!(result.is_ok(), fine, "attempt {attempt}");
            if fine {
                unit.commit(()).await.unwrap();
            }
        }
        let all = payments_of(&town, id).await;
        assert_eq!(all.last(), Some(&(2, Yen(24_039), "open".into())));
        town.database.remove().await;
    }
}

#[tokio::test]
async fn a_zero_result_is_a_decision_with_reason_and_instruction() {
    for town in towns(r(8, 4, 1)).await {
        let (child, father) = family(&town).await;
        town.clock.set(r(8, 8, 3));
        let id = claim(&town, &stay(Benefit::Decided(Yen(4_101)), Benefit::Decided(Yen(79_500)), &child, &father)).await;
        let drafted = draft(&town, &child, id).await.unwrap();
        // 不支給 is for the 課長.
        assert_eq!(town.decide(drafted, "2002", 2, Word::Approve).await.unwrap_err().kind, FaultKind::Refused);
        town.decide(drafted, "2003", 3, Word::Approve).await.unwrap();
        let refused = stored(&town, id).await;
        assert_eq!((refused.state.as_str(), refused.granted), ("不支給決定", Some(Yen::ZERO)));
        assert!(refused.refuse_code.is_some());
        assert!(payments_of(&town, id).await.is_empty());

        let mut unit = Unit::look(&town.city, &town.staff("2001", 1, &town.case(&[child.subject]).await), "試験", Action::Print)
            .await
            .unwrap();
        let (context, _) =
            medical_aid::child::usecases::notice::context(&mut unit, &town.ports, refused.decision_id.unwrap()).await.unwrap();
        assert!(!context.reasons.is_empty() && !context.articles.is_empty());
        assert!(context.guidance.paragraphs.iter().any(|p| p.contains("審査請求")));
        let at = unit.now();
        let cleared = unit.commit(context).await.unwrap();
        assert!(medical_aid::child::forms::print_notice(cleared, "n", at).unwrap().body.starts_with(b"%PDF"));
        town.database.remove().await;
    }
}
