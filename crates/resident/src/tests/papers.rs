//! 支援措置, its release, and the papers, told as the counter would tell them, on every database.

use super::{Counter, SPRING, TODAY, asked};
use crate::store;
use crate::usecases::issue_certificate::swapped::{SHELF, Shelf};
use crate::usecases::issue_certificate::{Asked, Issued, issue};
use crate::usecases::protection_term::{EXPIRING, Settle, Step, draft, remind};
use crate::usecases::{move_out, protection, release};
use kernel::access::Action;
use kernel::ident::AtenaNo;
use kernel::time::Date;
use law::resident::juminhyo::{Purpose, Requester};
use platform::fault::FaultKind;
use platform::{Fault, subject, task};
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;

fn settle(number: &AtenaNo, step: Step) -> Settle {
    Settle { number: number.clone(), step, evidence: "警察署の意見".into() }
}

impl Counter {
    /// A resident under 仮支援措置 since TODAY.
    async fn protected(&self, kana: &str, body: &str) -> AtenaNo {
        let number = self.resident(kana, body, SPRING).await;
        let mut unit = self.drafting(&[&number]).await;
        protection::start(&mut unit, &number, "DV", None).await.unwrap();
        unit.commit(()).await.unwrap();
        number
    }

    async fn expiring(&self) -> usize {
        let mut unit = self.change(Action::Look).await;
        remind(&mut unit).await.unwrap();
        remind(&mut unit).await.unwrap();
        let n = task::open(&mut unit).await.unwrap().iter().filter(|t| t.kind == EXPIRING).count();
        unit.commit(()).await.unwrap();
        n
    }

    async fn shielded(&self, number: &AtenaNo) -> bool {
        let mut tx = self.city.db().read().await.unwrap();
        let id = subject::find(&mut tx, number).await.unwrap().unwrap();
        subject::is_protected(&mut tx, id).await.unwrap()
    }
}

#[tokio::test]
async fn a_protection_is_decided_by_the_chief_extended_in_time_and_outlives_its_term() {
    for (c, database) in Counter::all().await {
        let who = c.protected("ミナト マモル", "99000000201").await;
        let mut unit = c.drafting(&[&who]).await;
        assert_eq!(draft(&mut unit, &settle(&who, Step::Extend)).await.unwrap_err().kind, FaultKind::Conflict, "still 仮");
        assert_eq!(protection::start(&mut unit, &who, "DV", None).await.unwrap_err().kind, FaultKind::Conflict, "not twice");
        let start = draft(&mut unit, &settle(&who, Step::Start)).await.unwrap();
        unit.commit(()).await.unwrap();
        assert_eq!(c.decide(start, "1003", 2).await.unwrap_err().kind, FaultKind::Refused, "係長 does not decide it");
        c.decide(start, "1004", 3).await.unwrap();
        let mut unit = c.drafting(&[&who]).await;
        assert_eq!(draft(&mut unit, &settle(&who, Step::Extend)).await.unwrap_err().kind, FaultKind::Conflict, "too early");
        drop(unit);
        assert_eq!(c.expiring().await, 0);

        c.clock.set(Date::constant(2027, 9, 10));
        assert_eq!(c.expiring().await, 1, "one task for one term, however often it is looked for");
        let mut unit = c.drafting(&[&who]).await;
        let extend = draft(&mut unit, &settle(&who, Step::Extend)).await;
        c.decided(unit, extend, 3).await;
        assert_eq!(c.expiring().await, 0, "the task is done with the extension");
        let mut tx = c.city.db().read().await.unwrap();
        let rows = store::protections(&mut tx, &who).await.unwrap();
        drop(tx);
        let terms: Vec<_> = rows.iter().map(|r| (r.state.as_str(), r.from_on, r.until_on, r.ended_on.is_none())).collect();
        let (first, second) = (Date::constant(2027, 9, 29), Date::constant(2028, 9, 29));
        assert_eq!(
            terms,
            [("本", first.tomorrow().unwrap(), second, true), ("本", TODAY, first, false), ("仮", TODAY, first, false)]
        );

        c.clock.set(Date::constant(2029, 1, 10));
        assert!(c.shielded(&who).await, "the calendar lifts nothing");
        assert_eq!(c.expiring().await, 1);
        let mut unit = c.drafting(&[&who]).await;
        let end = protection::draft_end(&mut unit, &protection::End { number: who.clone(), reason: "本人の申出".into() }).await;
        c.decided(unit, end, 3).await;
        assert!(!c.shielded(&who).await, "only the procedure does");
        assert_eq!(c.expiring().await, 0);
        database.remove().await;
    }
}

fn refusal(issued: Issued) -> Vec<String> {
    match issued {
        Issued::Refused(words) => words,
        Issued::Paper { .. } => panic!("a paper came out"),
    }
}

impl Counter {
    async fn ask(&self, wanted: &Asked) -> Result<Issued, Fault> {
        let mut unit = self.change(Action::Print).await;
        let id = subject::find(&mut unit.tx, &wanted.number).await.unwrap().unwrap();
        unit.take_into_case(id).await.unwrap();
        issue(unit, wanted).await.map(kernel::Cleared::into_inner)
    }
}

#[tokio::test]
async fn two_people_open_a_protected_persons_paper_and_nobody_else_learns_that_she_is_protected() {
    for (c, database) in Counter::all().await {
        let who = c.protected("ミナト マモル", "99000000211").await;
        let plain = c.resident("ミナト アキ", "99000000212", SPRING).await;
        let own = asked(&who, Requester::Person, vec![]);
        assert_eq!(c.ask(&own).await.unwrap_err().kind, FaultKind::Refused, "not on the word of one clerk");

        let mut unit = c.drafting(&[&who]).await;
        let silent = release::draft(&mut unit, &own, " ").await.unwrap_err();
        assert_eq!(silent.kind, FaultKind::Invalid, "not without a reason");
        let draft = release::draft(&mut unit, &own, "本人が来庁し、賃貸契約に使う").await.unwrap();
        unit.commit(()).await.unwrap();
        assert_eq!(c.decide(draft, "1001", 2).await.unwrap_err().kind, FaultKind::Refused, "not by the same person");
        assert_eq!(c.decide(draft, "1005", 1).await.unwrap_err().kind, FaultKind::Refused, "not by a clerk without rank");
        c.decide(draft, "1002", 2).await.unwrap();
        assert!(matches!(c.ask(&own).await.unwrap(), Issued::Paper { .. }));
        assert_eq!(c.ask(&own).await.unwrap_err().kind, FaultKind::Refused, "the paper has shut it again");

        let mut unit = c.drafting(&[&who]).await;
        let again = release::draft(&mut unit, &own, "もう一通").await;
        c.decided(unit, again, 2).await;
        c.clock.set(TODAY.tomorrow().unwrap());
        assert_eq!(c.ask(&own).await.unwrap_err().kind, FaultKind::Refused, "it was open for a short time only");

        // What anybody hears whose reason does not suffice, about somebody who is not protected.
        let mut stranger = asked(&plain, Requester::ThirdParty, vec![]);
        stranger.purpose = Purpose::Insufficient;
        let usual = refusal(c.ask(&stranger).await.unwrap());
        assert!(!usual.is_empty());
        for (opponent, requester) in
            [(true, Requester::ThirdParty), (false, Requester::ThirdParty), (true, Requester::Agent), (false, Requester::Agent)]
        {
            let mut request = asked(&who, requester, vec![]);
            (request.opponent, request.purpose, request.authority_shown) = (opponent, Purpose::Sufficient, true);
            let mut other = Asked { number: plain.clone(), purpose: Purpose::Insufficient, opponent: false, ..request.clone() };
            let heard = refusal(c.ask(&request).await.unwrap());
            assert_eq!(heard, refusal(c.ask(&other).await.unwrap()), "{opponent} {requester:?}");
            assert!(heard.iter().all(|w| !w.contains("支援") && !w.contains("相手方") && !w.contains("抑止")), "{heard:?}");
            if requester == Requester::ThirdParty {
                assert_eq!(heard, usual);
            }
            let mut unit = c.drafting(&[&who]).await;
            let no = release::draft(&mut unit, &request, "どうしても").await.unwrap_err();
            assert_eq!(no.kind, FaultKind::Refused, "and no release can be drafted for them");
            drop(unit);
            other.purpose = Purpose::Sufficient;
            assert!(matches!(c.ask(&other).await.unwrap(), Issued::Paper { .. }), "for others a sufficient reason is enough");
        }
        database.remove().await;
    }
}

#[tokio::test]
async fn incident_kawasaki_same_second_happens_when_the_binding_is_not_checked() {
    for (c, database) in Counter::all().await {
        // The list must not be empty, or no paper comes out at all.
        c.protected("ミナト マモル", "99000000221").await;
        let one = c.resident("ミナト アキ", "99000000222", SPRING).await;
        let two = c.resident("ミナト ハル", "99000000223", SPRING).await;
        let (first, second) = (asked(&one, Requester::Person, vec![]), asked(&two, Requester::Person, vec![]));
        for unchecked in [true, false] {
            let shelf = Arc::new(Shelf::empty(unchecked));
            let (paper, wrong) = SHELF.scope(shelf.clone(), async { (c.ask(&first).await, c.ask(&second).await) }).await;
            assert!(matches!(paper.unwrap(), Issued::Paper { .. }));
            let mut tx = c.city.db().read().await.unwrap();
            let stored = store::certificates(&mut tx, &two).await.unwrap();
            drop(tx);
            if unchecked {
                assert!(matches!(wrong.unwrap(), Issued::Paper { .. }), "the fault is real: a paper comes out");
                assert_eq!(*shelf.printed.lock().unwrap(), [vec![one.clone()], vec![one.clone()]], "and it is the other one's");
                assert_eq!(stored.len(), 1, "recorded as if it were right");
            } else {
                assert_eq!(wrong.unwrap_err().kind, FaultKind::Conflict, "the check stops it");
                assert_eq!(stored.len(), 1, "and nothing more is recorded as issued");
            }
        }
        database.remove().await;
    }
}

/// The words on a paper, without the spaces between them.
fn words(pdf: &[u8]) -> String {
    let mut reader = Command::new("pdftotext").args(["-", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    reader.stdin.take().unwrap().write_all(pdf).unwrap();
    let text = reader.wait_with_output().unwrap().stdout;
    String::from_utf8(text).unwrap().chars().filter(|c| !c.is_whitespace()).collect()
}

#[tokio::test]
async fn a_removed_record_says_why_and_when_and_speaks_of_no_household() {
    for (c, database) in Counter::all().await {
        c.protected("ミナト マモル", "99000000231").await;
        let gone = c.resident("ミナト イチ", "99000000232", SPRING).await;
        let september = |day| Date::constant(2026, 9, day);
        let (notified_on, planned_on) = (september(10), september(20));
        let number = || gone.clone();
        let to_address = "東京都新宿区".to_owned();
        c.run_move_out(move_out::MoveOut::Notify { number: number(), notified_on, planned_on, to_address }).await;
        let (notice_on, moved_in_on) = (september(28), Some(september(16)));
        c.run_move_out(move_out::MoveOut::Confirm { number: number(), notice_on, moved_in_on, to_address: None }).await;
        let Issued::Paper { pdf, .. } = c.ask(&asked(&gone, Requester::Person, vec![])).await.unwrap() else { panic!("refused") };
        let text = words(&pdf);
        for needed in ["除票", "転出", "令和8年9月16日", "新宿区"] {
            assert!(text.contains(needed), "{needed} in {text}");
        }
        for wrong in ["世帯全員", "99000000232"] {
            assert!(!text.contains(wrong), "{wrong} in {text}");
        }
        database.remove().await;
    }
}
