//! What the registry tells, and what this office makes of it.

use crate::office::{Town, r, towns};
use jiff::civil::date;
use kernel::Date;
use kernel::ident::SetaiNo;
use kernel::time::PartialDate;
use law::child_medical::days_outside;
use medical_aid::child::entitlement::spans;
use medical_aid::child::model::SchoolLeaveRow;
use medical_aid::child::usecases::{change::Step, loss, review_correction, suspend};
use platform::approval::Word;
use platform::fault::FaultKind;
use ports::{ResidentChange, ResidentEvent, ResidentFacts};

fn event(child: &ResidentFacts, change: ResidentChange, effective: Date) -> ResidentEvent {
    ResidentEvent {
        change,
        atena_no: child.atena_no.clone(),
        setai_no: SetaiNo::issue(1).unwrap(),
        effective,
        notified: r(8, 9, 10),
        planned: Some(r(8, 9, 20)),
        items: vec![],
        row_before: Some(1),
        row_after: Some(1),
        reason_ja: "転出".into(),
    }
}

/// A child in the scheme since spring, and its guardian.
async fn family(town: &Town, serial: u64, born: Date) -> (ResidentFacts, ResidentFacts) {
    let child = town.resident(serial, "髙﨑 颯太", born, r(2, 1, 1)).await;
    let father = town.resident(90, "髙﨑 健一", date(1985, 4, 1), r(2, 1, 1)).await;
    let case = town.case(&[child.subject, father.subject]).await;
    town.insured(&child, born.max(r(2, 1, 1))).await;
    town.recipient(&child, &father, &case, r(8, 9, 1)).await;
    (child, father)
}

/// Drafts from the newest notice and has the 係長 decide it.
async fn decide_notice(town: &Town, child: &ResidentFacts) {
    let notice = town.notice(child).await;
    let mut unit = town.clerk(&town.case(&[child.subject]).await).await;
    let draft = loss::draft(&mut unit, &town.ports, notice.id).await.unwrap();
    unit.commit(()).await.unwrap();
    assert_eq!(town.decide(draft, "2001", 3, Word::Approve).await.unwrap_err().kind, FaultKind::Refused, "not by the author");
    town.decide(draft, "2002", 2, Word::Approve).await.unwrap();
}

#[tokio::test]
async fn three_move_out_days() {
    for (confirmed, last, outside) in [(r(8, 9, 16), r(8, 9, 15), vec![r(8, 9, 18)]), (r(8, 9, 20), r(8, 9, 19), vec![])] {
        for town in towns(r(8, 9, 10)).await {
            let (child, _) = family(&town, 1, date(2018, 5, 1)).await;
            town.hears(&event(&child, ResidentChange::MoveOutNotified, r(8, 9, 20))).await;
            // The plan alone ends nothing.
            let planned = town.notice(&child).await;
            let mut unit = town.clerk(&town.case(&[child.subject]).await).await;
            let early = loss::draft(&mut unit, &town.ports, planned.id).await.unwrap_err();
            assert!(early.why.contains("転出の確定を待っています"), "{}", early.why);
            drop(unit);

            town.clock.set(r(8, 9, 26));
            town.hears(&event(&child, ResidentChange::MovedOut, confirmed)).await;
            decide_notice(&town, &child).await;
            let dossier = town.dossier(&child).await;
            let lost = dossier.current().unwrap();
            assert_eq!((lost.status.as_str(), lost.last_valid_day, lost.lost_on), ("喪失", Some(last), last.tomorrow().ok()));
            assert_eq!(days_outside(&spans(&dossier.recipients), &[r(8, 9, 15), r(8, 9, 18)]), outside);
            town.database.remove().await;
        }
    }
}

#[tokio::test]
async fn a_cancelled_move_resumes_under_the_same_number() {
    for town in towns(r(8, 9, 10)).await {
        let (child, _) = family(&town, 1, date(2018, 5, 1)).await;
        let before = town.dossier(&child).await.current().cloned().unwrap();
        town.clock.set(r(8, 9, 21));
        town.hears(&event(&child, ResidentChange::MovedOut, r(8, 9, 20))).await;
        decide_notice(&town, &child).await;
        town.hears(&event(&child, ResidentChange::MoveOutCancelled, r(8, 9, 21))).await;
        decide_notice(&town, &child).await;
        let dossier = town.dossier(&child).await;
        let after = dossier.current().unwrap();
        assert_eq!((after.status.as_str(), &after.recipient_no), ("受給中", &before.recipient_no));
        assert_eq!((after.valid_from, after.valid_to, after.lost_on), (before.valid_from, before.valid_to, None));
        assert!(days_outside(&spans(&dossier.recipients), &[r(8, 9, 18), r(8, 10, 5)]).is_empty());
        town.database.remove().await;
    }
}

#[tokio::test]
async fn the_seventeen_year_old_brother_keeps_it_for_school() {
    for town in towns(r(8, 9, 10)).await {
        let (brother, _) = family(&town, 2, date(2009, 6, 10)).await;
        let leave = SchoolLeaveRow {
            id: 0,
            subject: brother.subject,
            atena_no: brother.atena_no.as_str().into(),
            filed_on: r(8, 9, 10),
            school: "隣県高等学校".into(),
            guardian_in_city: Some(true),
            valid_from: r(8, 9, 16),
            valid_to: Some(r(10, 3, 31)),
            seq: 0,
            recorded_at: jiff::Timestamp::UNIX_EPOCH,
            superseded_seq: None,
        };
        let mut tx = town.city.db().write().await.unwrap();
        leave.insert(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        town.clock.set(r(8, 9, 26));
        town.hears(&event(&brother, ResidentChange::MovedOut, r(8, 9, 16))).await;
        let notice = town.notice(&brother).await;
        let mut unit = town.clerk(&town.case(&[brother.subject]).await).await;
        let review = loss::review(&mut unit, &town.ports, notice.id).await.unwrap();
        assert_eq!(review.step, Some(Step::Keep { until: Some(r(10, 3, 31)) }));
        drop(unit);
        decide_notice(&town, &brother).await;
        let dossier = town.dossier(&brother).await;
        let current = dossier.current().unwrap();
        assert_eq!((current.status.as_str(), current.lost_on), ("受給中", None));
        assert!(days_outside(&spans(&dossier.recipients), &[r(8, 9, 18), r(9, 1, 20)]).is_empty());
        town.database.remove().await;
    }
}

#[tokio::test]
async fn a_corrected_birth_date_lists_every_decision_that_used_the_old_row() {
    for town in towns(r(8, 9, 10)).await {
        let (child, _) = family(&town, 1, date(2018, 5, 1)).await;
        let (other, _) = family(&town, 3, date(2018, 5, 1)).await;
        town.change(&child.atena_no, |f| {
            f.birth = PartialDate::known(date(2019, 5, 1));
            f.row.row_id = "41".into();
        });
        let corrected = ResidentEvent {
            items: vec!["birth".into()],
            row_before: Some(1),
            row_after: Some(41),
            planned: None,
            reason_ja: "誤記修正".into(),
            ..event(&child, ResidentChange::Corrected, r(8, 9, 12))
        };
        // A corrected name touches no decision.
        town.hears(&ResidentEvent { items: vec!["alias".into()], ..corrected.clone() }).await;
        let mut tx = town.city.db().read().await.unwrap();
        assert_eq!(waiting(&mut tx).await, 0);
        drop(tx);

        town.clock.set(r(8, 9, 12));
        town.hears(&corrected).await;
        let mut tx = town.city.db().read().await.unwrap();
        assert_eq!(waiting(&mut tx).await, 1, "the other child's decision did not use the row");
        drop(tx);
        let decision = town.dossier(&child).await.current().unwrap().decision_id.unwrap();
        let mut unit = town.clerk(&town.case(&[child.subject]).await).await;
        let draft = review_correction::retake(&mut unit, &town.ports, decision).await.unwrap().unwrap();
        unit.commit(()).await.unwrap();
        town.decide(draft, "2002", 2, Word::Approve).await.unwrap();
        let dossier = town.dossier(&child).await;
        let current = dossier.current().unwrap();
        assert_eq!((current.birth_earliest, current.valid_to), (date(2019, 5, 1), Some(r(20, 3, 31))));
        let old: Vec<_> = dossier.recipients.iter().map(|r| r.id).collect();
        assert_eq!(old.len(), 1, "the old row is history now");
        assert_eq!(town.dossier(&other).await.current().unwrap().valid_to, Some(r(19, 3, 31)));
        let mut tx = town.city.db().read().await.unwrap();
        assert_eq!(waiting(&mut tx).await, 0);
        drop(tx);
        town.database.remove().await;
    }
}

async fn waiting(tx: &mut platform::db::Tx) -> usize {
    let rows = tx.all("select id from platform_task where kind = 'kodomo.review_decision' and state <> 'done'", vec![]).await;
    rows.unwrap().len()
}

#[tokio::test]
async fn a_suspension_takes_its_days_out_and_ends_only_after_it_began() {
    for town in towns(r(8, 9, 10)).await {
        let (child, _) = family(&town, 1, date(2018, 5, 1)).await;
        let case = town.case(&[child.subject]).await;
        for (release, from, reason) in [(false, r(8, 9, 5), "保険資格喪失"), (true, r(8, 9, 9), "保険加入の確認")] {
            let mut unit = town.clerk(&case).await;
            let draft = suspend::draft(&mut unit, child.atena_no.as_str(), release, from, reason).await.unwrap();
            unit.commit(()).await.unwrap();
            town.decide(draft, "2002", 2, Word::Approve).await.unwrap();
        }
        let days = [r(8, 9, 4), r(8, 9, 5), r(8, 9, 8), r(8, 9, 9)];
        assert_eq!(days_outside(&spans(&town.dossier(&child).await.recipients), &days), [r(8, 9, 5), r(8, 9, 8)]);
        let mut unit = town.clerk(&case).await;
        let again = suspend::draft(&mut unit, child.atena_no.as_str(), true, r(8, 9, 9), "保険加入の確認").await;
        assert_eq!(again.unwrap_err().kind, FaultKind::Conflict);
        drop(unit);
        town.database.remove().await;
    }
}
