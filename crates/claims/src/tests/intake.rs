//! Files that are long, cut off, converted or wrong: all or nothing, and the same rows however often the work was stopped.

use super::{Month, OCTOBER, Visit, a_medical, file};
use crate::store;
use crate::usecases::receive::{LIMIT, receive};
use kernel::Yen;
use kernel::access::Action;
use platform::job::{run_next, set_running};
use receipts::Examiner;

/// So many receipts of one institution, each with its own number.
pub(super) fn many(n: usize) -> Vec<Visit> {
    let number = |i: usize| -> &'static str { Box::leak(format!("{:09}", 300_000_000 + i).into_boxed_str()) };
    (0..n).map(|i| Visit { management_no: number(i), ..a_medical() }).collect()
}

impl Month {
    /// Every stored receipt in order, as far as a stop could have changed it.
    async fn rows(&self) -> Vec<(i64, String, i64, Yen)> {
        let mut tx = self.city.db().read().await.unwrap();
        let sql = "select position, management_no, points, city_share from claims_receipt order by file_id, position";
        let rows = tx.all(sql, vec![]).await.unwrap();
        let read = |r: &platform::db::Row| -> Result<_, platform::db::DbError> {
            Ok((r.get("position")?, r.get("management_no")?, r.get("points")?, r.get("city_share")?))
        };
        rows.iter().map(|r| read(r).unwrap()).collect()
    }

    async fn visible(&self) -> i64 {
        let mut tx = self.city.db().read().await.unwrap();
        store::sums(&mut tx, OCTOBER).await.unwrap().iter().map(|(_, n, _)| n).sum()
    }
}

#[tokio::test]
async fn a_long_import_that_was_cancelled_goes_on_to_the_same_rows() {
    let visits = many(10_200);
    let long = file(Examiner::PaymentFund, OCTOBER, &visits);
    let mut expected = vec![];
    for (m, database) in Month::all().await {
        let mut unit = m.unit(Action::Run).await;
        receive(&mut unit, OCTOBER, "long.UKE", &long).await.unwrap();
        unit.commit(()).await.unwrap();
        // Cancelled before each of its first three runs, it stops after one step each time; then it is left alone.
        for stops in 1..=3 {
            let mut tx = m.city.db().write().await.unwrap();
            set_running(&mut tx, 1, false).await.unwrap();
            tx.commit().await.unwrap();
            run_next(&m.city, &m.jobs).await.unwrap();
            assert_eq!(m.rows().await.len(), stops * 1_000, "one step was kept");
            assert_eq!(m.visible().await, 0, "and nothing of it is visible");
            let mut tx = m.city.db().write().await.unwrap();
            let job = platform::job::find(&mut tx, "iryo", 1).await.unwrap();
            assert_eq!(job.state, "cancelled", "{}", job.message);
            set_running(&mut tx, 1, true).await.unwrap();
            tx.commit().await.unwrap();
        }
        run_next(&m.city, &m.jobs).await.unwrap();
        assert_eq!(m.visible().await, 10_200);
        let rows = m.rows().await;
        assert!(rows.iter().map(|r| r.0).eq(1..=10_200), "every place once");
        assert!(rows.iter().map(|r| r.1.as_str()).eq(visits.iter().map(|v| v.management_no)));
        if expected.is_empty() {
            expected = rows;
        } else {
            assert_eq!(rows, expected, "the same rows on every database");
        }
        database.remove().await;
    }
}

#[tokio::test]
async fn a_bad_file_leaves_nothing_and_says_what_why_and_what_to_do() {
    let good = file(Examiner::PaymentFund, OCTOBER, &many(3));
    let utf8 = encoding_rs::SHIFT_JIS.decode(&good).0.into_owned().into_bytes();
    let utf16: Vec<u8> = good.iter().flat_map(|b| [*b, 0]).collect();
    for (m, database) in Month::all().await {
        // What can be seen at once is refused at the door.
        for (name, bytes, said) in [
            ("utf8", utf8.clone(), "届いたままの Shift_JIS"),
            ("utf16", utf16.clone(), "確かめてください"),
            ("empty", vec![], "確かめてください"),
            ("text", b"hello".to_vec(), "確かめてください"),
            ("large", vec![b' '; LIMIT + 1], "大きすぎます"),
        ] {
            let mut unit = m.unit(Action::Run).await;
            let fault = receive(&mut unit, OCTOBER, name, &bytes).await.unwrap_err();
            assert!(fault.fields.iter().any(|f| f.field == "file" && f.message.contains(said)), "{name}: {:?}", fault.fields);
        }
        let mut tx = m.city.db().read().await.unwrap();
        assert!(store::files(&mut tx, OCTOBER).await.unwrap().is_empty());
        drop(tx);
        // What only the whole file shows is refused by the job.
        let place = good.windows(4).rposition(|w| w == b"\nGO,").unwrap();
        let mut more = good.clone();
        *more.get_mut(place + 4).unwrap() = b'7';
        let half = good.get(..good.len() / 2).unwrap().to_vec();
        let no_end = good.get(..=place).unwrap().to_vec();
        let line = [&good[..40], &[b'9'; 100_000][..], &good[40..]].concat();
        for (name, bytes) in [("totals", more), ("half", half), ("no end", no_end), ("long line", line)] {
            m.import(OCTOBER, name, &bytes).await;
            let mut tx = m.city.db().read().await.unwrap();
            let last = store::files(&mut tx, OCTOBER).await.unwrap().pop().unwrap();
            assert_eq!((last.name.as_str(), last.state.as_str()), (name, "refused"), "{}", last.message);
            assert!(last.message.contains("ください"), "{name}: {}", last.message);
            assert!(!last.message.contains("ミナト") && !last.message.contains('港'), "no name in {}", last.message);
            drop(tx);
            assert!(m.rows().await.is_empty(), "{name}");
        }
        database.remove().await;
    }
}
