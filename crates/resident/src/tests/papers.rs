//! 支援措置, its release, and the papers, told as the counter would tell them, on every database.

use super::{Counter, SPRING, TODAY};
use crate::store;
use crate::usecases::protection;
use crate::usecases::protection_term::{EXPIRING, Settle, Step, draft, remind};
use kernel::access::Action;
use kernel::ident::AtenaNo;
use kernel::time::Date;
use platform::fault::FaultKind;
use platform::{subject, task};

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
