//! The pages of payments through the real doors: paid once, returned, paid again, and money that comes back.

mod support;

use axum::http::StatusCode;
use proptest::prelude::*;
use support::{Desk, atena, worlds};

#[tokio::test]
async fn a_demand_is_paid_in_parts_and_closes_with_the_last_yen() {
    for world in worlds().await {
        let id = world.demands("kodomo.refund:1:1", &atena(2), 200).await.unwrap();
        assert!(world.demands("kodomo.refund:1:1", &atena(2), 200).await.is_err(), "demanded once");
        assert!(world.demands("kodomo.refund:1:2", &atena(2), 0).await.is_err());
        let desk = Desk::open(&world, "2001", 1).await;
        let page = format!("/payments/demands/{id}");
        let (status, list) = desk.get("/payments/demands").await;
        assert!(status == StatusCode::OK && list.contains("未納") && list.contains("返還第8-1号"), "{list}");
        for (path, said) in [("notice", &b"%PDF"[..]), ("slip", b"%PDF")] {
            let (status, body) = desk.bytes(&format!("{page}/{path}")).await;
            assert!(status == StatusCode::OK && body.starts_with(said), "{path}: {}", String::from_utf8_lossy(&body));
        }
        let enter = |on: &str, amount: &str| format!("received_on={on}&amount={amount}&channel=納付書");
        for (on, amount, said) in [
            ("2026-11-20", "201", "残りの 200円 を超えています"),
            ("2026-11-21", "10", "決定日からきょうまで"),
            ("2026-11-19", "10", "決定日からきょうまで"),
            ("2026-11-20", "0", "1円以上"),
            ("2026-13-01", "10", "収納日"),
        ] {
            let (status, _, body) = desk.post(&format!("{page}/incomes"), &enter(on, amount)).await;
            assert!(status == StatusCode::UNPROCESSABLE_ENTITY && body.contains(said), "{on} {amount}: {status} {body}");
        }
        assert_eq!(desk.post(&format!("{page}/incomes"), &enter("2026-11-20", "150")).await.0, StatusCode::SEE_OTHER);
        let (_, shown) = desk.get(&page).await;
        assert!(shown.contains("一部収納") && shown.contains("50円"), "{shown}");
        assert_eq!(desk.post(&format!("{page}/incomes"), &enter("2026-11-20", "50")).await.0, StatusCode::SEE_OTHER);
        let (_, shown) = desk.get(&page).await;
        assert!(shown.contains("完納") && !shown.contains("収納を登録する"), "{shown}");
        assert_eq!(desk.post(&format!("{page}/incomes"), &enter("2026-11-20", "1")).await.0, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(desk.get(&format!("{page}/slip")).await.0, StatusCode::CONFLICT, "nothing is left to pay");
        let (_, json) = desk.get(&format!("/api/v1{page}")).await;
        assert!(json.contains("\"state\":\"paid\"") && json.contains("\"closed_on\":\"2026-11-20\""), "{json}");
        // A person whose place is protected gets no paper, and the answer does not say where they are.
        let hidden = world.demands("kodomo.refund:2:1", &atena(3), 500).await.unwrap();
        let (status, body) = desk.get(&format!("/payments/demands/{hidden}/slip")).await;
        assert!(status == StatusCode::CONFLICT && !body.contains("北堀江"), "{status}");
        assert_eq!(desk.get("/payments/demands/999").await.0, StatusCode::NOT_FOUND);
        drop(desk);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_wrong_link_names_every_yen_paid_and_demanded_and_what_became_of_it() {
    for world in worlds().await {
        let since = world.city.now();
        let (sent, open) =
            (world.owes("kodomo.claim:1", 24_039).await.unwrap(), world.owes("kodomo.claim:2", 200).await.unwrap());
        let (desk, head) = (Desk::open(&world, "2001", 1).await, Desk::open(&world, "2002", 2).await);
        assert_eq!(world.sends(&desk, &head, &[sent]).await, StatusCode::SEE_OTHER);
        let owed = world.demands("kodomo.refund:1:1", &atena(2), 500).await.unwrap();
        let fields = "received_on=2026-11-20&amount=150&channel=納付書";
        assert_eq!(desk.post(&format!("/payments/demands/{owed}/incomes"), fields).await.0, StatusCode::SEE_OTHER);
        world.demands("kodomo.refund:2:1", &atena(3), 70).await.unwrap();
        // The guardian: both payments and the demand on her, not the demand on somebody else.
        let uses = world.uses(&atena(2), since).await.unwrap();
        let told: Vec<_> = uses.iter().map(|u| (u.kind.as_str(), u.title.as_str(), u.amount.map(|y| y.0))).collect();
        assert_eq!(
            told,
            [
                ("支払", "医療費の支給 1回目(振込)", Some(24_039)),
                ("支払", "医療費の支給 1回目(未払)", Some(200)),
                ("返還金", "自動償還の返還金 返還第8-1号(返還額 500円)", Some(150)),
            ]
        );
        assert_eq!(uses[0].reference, "/payments/transfers/1");
        assert_eq!((uses[0].recipient.as_deref(), uses[0].programme.as_str()), (Some("本人の口座"), "kodomo"));
        // The child whose benefit it was: the same, and the other demand, which has brought nothing in yet.
        let uses = world.uses(&atena(1), since).await.unwrap();
        assert_eq!(uses.len(), 4);
        assert_eq!((uses[0].recipient.as_deref(), uses[3].amount), (Some("本人以外の受取人の口座"), None));
        // Nothing of before the link, nothing of a stranger, nothing for an office that does not undo links.
        let later = world.city.now() + std::time::Duration::from_secs(1);
        assert_eq!((world.uses(&atena(2), later).await.unwrap(), world.uses(&atena(9), since).await.unwrap()), (vec![], vec![]));
        assert!(world.uses_for("tax", &atena(2), since).await.is_err());
        assert!(open > sent);
        drop((desk, head));
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_returned_transfer_is_registered_by_page_or_by_file_and_paid_again_once() {
    for world in worlds().await {
        let (first, second) =
            (world.owes("kodomo.claim:1", 24_039).await.unwrap(), world.owes("kodomo.claim:2", 200).await.unwrap());
        let (desk, head) = (Desk::open(&world, "2001", 1).await, Desk::open(&world, "2002", 2).await);
        assert_eq!(
            desk.post(&format!("/payments/{first}/return"), "reason=口座相違").await.0,
            StatusCode::CONFLICT,
            "not sent yet"
        );
        assert_eq!(world.sends(&desk, &head, &[first, second]).await, StatusCode::SEE_OTHER);
        let (status, paper) = desk.bytes("/payments/transfers/1/ledger").await;
        assert!(status == StatusCode::OK && paper.starts_with(b"%PDF"));
        let (status, csv) = head.get("/payments/ledger").await;
        assert!(status == StatusCode::OK && csv.contains("\"24039\"") && !csv.contains("1234567"), "{csv}");
        assert_eq!(desk.get("/payments/ledger").await.0, StatusCode::FORBIDDEN, "係員 takes no list out");

        let (status, page) = desk.get(&format!("/payments/{first}/return")).await;
        assert!(status == StatusCode::OK && page.contains("名義相違"), "{page}");
        for (fields, said) in [("on=2026-11-21&reason=口座相違", "きょうまで"), ("on=2026-11-20&reason=x", "理由")] {
            let (status, _, body) = desk.post(&format!("/payments/{first}/return"), fields).await;
            assert!(status == StatusCode::UNPROCESSABLE_ENTITY && body.contains(said), "{fields}: {body}");
        }
        assert_eq!(
            desk.post(&format!("/payments/{first}/return"), "on=2026-11-20&reason=口座相違").await.0,
            StatusCode::SEE_OTHER
        );
        assert_eq!(
            desk.post(&format!("/payments/{first}/return"), "on=2026-11-20&reason=口座相違").await.0,
            StatusCode::CONFLICT
        );

        // One line that does not fit refuses the whole file.
        let on = [("on", "2026-11-20")];
        for (file, said) in [
            (format!("{second},200,口座相違\n999,1,口座相違\n"), "2件目の支払番号"),
            (format!("{second},201,口座相違\n"), "金額が支払と違います"),
            (format!("{second},200,口座相違\n{first},24039,口座相違\n"), "2件目"),
            ("\u{0}".to_owned(), "読めません"),
        ] {
            let (status, _, body) = desk.upload("/payments/returns", &on, "back.csv", file.as_bytes()).await;
            assert!(status == StatusCode::UNPROCESSABLE_ENTITY && body.contains(said), "{said}: {status} {body}");
            assert!(!desk.get("/api/v1/payments").await.1.contains("該当口座なし"));
        }
        let file = format!("支払番号,金額,理由\n{second},200,2\n");
        assert_eq!(desk.upload("/payments/returns", &on, "back.csv", file.as_bytes()).await.0, StatusCode::SEE_OTHER);
        let (_, page) = desk.get("/payments").await;
        assert!(page.contains("該当口座なし") && page.contains("口座相違"), "{page}");

        // The same decision is paid again, once, and nothing else is paid twice.
        let again = world.owes("kodomo.claim:1", 24_039).await.unwrap();
        assert!(world.owes("kodomo.claim:1", 24_039).await.is_err());
        assert_eq!(world.sends(&desk, &head, &[again]).await, StatusCode::SEE_OTHER);
        assert_eq!(world.sends(&desk, &head, &[again]).await, StatusCode::CONFLICT);
        drop((desk, head));
        world.database.remove().await;
    }
}

/// What can happen to one decision: asked for, taken into a run, sent, returned.
#[derive(Debug, Clone, Copy)]
enum Step {
    Ask,
    Send,
    Return,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// However the steps come, money leaves at most once more than it came back.
    #[test]
    fn a_decision_is_paid_once(steps in prop::collection::vec(prop::sample::select(vec![Step::Ask, Step::Ask, Step::Send, Step::Return]), 1..14)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let world = worlds().await.remove(0);
            let (desk, head) = (Desk::open(&world, "2001", 1).await, Desk::open(&world, "2002", 2).await);
            let (mut ids, mut sent, mut returned) = (vec![], 0, 0);
            for step in steps {
                match step {
                    Step::Ask => ids.extend(world.owes("kodomo.claim:9", 500).await.ok()),
                    Step::Send => {
                        for id in &ids {
                            sent += usize::from(world.sends(&desk, &head, &[*id]).await == StatusCode::SEE_OTHER);
                        }
                    }
                    Step::Return => {
                        for id in &ids {
                            let answer = desk.post(&format!("/payments/{id}/return"), "reason=口座相違").await;
                            returned += usize::from(answer.0 == StatusCode::SEE_OTHER);
                        }
                    }
                }
                prop_assert!(sent <= returned + 1, "{} sent, {} returned", sent, returned);
                prop_assert!(ids.len() <= returned + 1);
            }
            drop((desk, head));
            world.database.remove().await;
            Ok(())
        })?;
    }
}
