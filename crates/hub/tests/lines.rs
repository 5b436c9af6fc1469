//! The hub's lines: one that is down is tried again, what the other side refuses is put before somebody and not sent again.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its city has failed")]

mod support;

use platform::outbox;
use ports::ResidentChange::ProtectionChanged;
use support::{World, atena, my_number, worlds};

const OPEN: &str = "select count(*) as n from platform_task where kind = 'hub.refused_protection' and state = 'open'";
const DONE: &str = "select count(*) as n from platform_task where kind = 'hub.refused_protection' and state = 'done'";

async fn protected(world: &World, n: u64) {
    world.protect(&atena(n)).await;
    world.resident(ProtectionChanged, &atena(n), &[]).await;
}

/// What stands in the queue of 情報政策課.
async fn queue(world: &World) -> Vec<String> {
    let mut tx = world.city.db().read().await.unwrap();
    let rows = tx.all("select title from platform_task where state = 'open' order by id", vec![]).await.unwrap();
    rows.iter().map(|row| row.get("title").unwrap()).collect()
}

#[tokio::test]
async fn what_the_gateway_refuses_is_put_before_somebody_and_not_sent_again() {
    for world in worlds().await {
        let mut words = vec![];
        for n in 1..=2 {
            world.enters(&atena(n), my_number(n)).await;
            words.push(format!("protect {}", world.dan_no(&atena(n)).await.unwrap()));
        }
        world.heard.since();
        world.heard.refuses(&words[0], "NOT_FOUND 団体内統合宛名番号がありません");
        protected(&world, 1).await;
        protected(&world, 2).await;
        world.deliver().await;
        assert_eq!(world.heard.since(), words, "the next one does not wait behind it");
        assert_eq!(world.deliver().await, 0, "and it is not sent again");
        let waiting = queue(&world).await;
        assert_eq!(waiting.len(), 1, "{waiting:?}");
        assert!(waiting[0].contains("支援措置") && waiting[0].contains("団体内統合宛名番号がありません"), "{waiting:?}");
        protected(&world, 1).await;
        world.deliver().await;
        assert_eq!((world.count(OPEN).await, world.count(DONE).await), (1, 0), "one task, however often");
        world.heard.takes_all();
        protected(&world, 1).await;
        world.deliver().await;
        assert_eq!((world.count(OPEN).await, world.count(DONE).await), (0, 1), "taken at last: nothing is left to do");
        world.heard.refuses(&words[0], "また受け付けません");
        protected(&world, 1).await;
        world.deliver().await;
        assert_eq!((world.count(OPEN).await, world.count(DONE).await), (1, 0), "refused again: open again");
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_line_that_is_down_is_tried_again_and_troubles_nobody() {
    for world in worlds().await {
        world.enters(&atena(1), my_number(1)).await;
        let word = format!("protect {}", world.dan_no(&atena(1)).await.unwrap());
        world.heard.since();
        world.heard.hangs_up(&word);
        protected(&world, 1).await;
        for _ in 0..2 {
            outbox::deliver(&world.city, &world.programme.subscriptions).await.unwrap_err();
            assert_eq!(world.heard.since(), std::slice::from_ref(&word));
        }
        assert_eq!(world.count(OPEN).await, 0);
        world.heard.takes_all();
        world.deliver().await;
        assert_eq!(world.heard.since(), [word]);
        assert_eq!(world.deliver().await, 0);
        world.database.remove().await;
    }
}
