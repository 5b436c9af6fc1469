//! What is told to other programmes, and long work: in order, once, and on from where it stopped.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

mod house;

use async_trait::async_trait;
use house::{COUNT_BOOK, House, clerk, houses, write};
use kernel::access::Action;
use platform::fault::{Fault, FaultKind};
use platform::job::{self, Job, Run};
use platform::outbox::{self, Subscription};
use platform::{City, Unit, case, params};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;

const MOVED: &str = "juki.moved";
const BORN: &str = "juki.born";
const WORDS: &str = "select words from book order by id";

/// Copies each event of a topic into the book, unless told to fail.
struct Copy {
    name: &'static str,
    topic: &'static str,
    fails_at: Option<i64>,
    slow: bool,
}

#[async_trait]
impl Subscription for Copy {
    fn name(&self) -> &'static str {
        self.name
    }

    fn topic(&self) -> &'static str {
        self.topic
    }

    fn works_for(&self) -> (&'static str, &'static str) {
        ("iryo", "kodomo")
    }

    async fn handle(&self, unit: &mut Unit, payload: &[u8]) -> Result<(), Fault> {
        let event: i64 = outbox::event(payload)?;
        write(unit, &format!("{}:{event}", self.name)).await?;
        if self.slow {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        if self.fails_at == Some(event) {
            return Err(Fault::conflict("扱えません", "壊れています"));
        }
        Ok(())
    }
}

fn copy(name: &'static str, topic: &'static str) -> Arc<dyn Subscription> {
    Arc::new(Copy { name, topic, fails_at: None, slow: false })
}

async fn publish(city: &City, topic: &'static str, event: i64) {
    let mut unit = Unit::change(city, &clerk("1001", "shimin", 1), "/book", Action::Draft).await.unwrap();
    outbox::publish(&mut unit, topic, &event).await.unwrap();
    unit.commit(()).await.unwrap();
}

async fn words(house: &House) -> Vec<String> {
    let mut tx = house.city.db().read().await.unwrap();
    tx.all(WORDS, params![]).await.unwrap().iter().map(|r| r.get("words").unwrap()).collect()
}

#[tokio::test]
async fn events_arrive_in_order_and_once() {
    for house in houses().await {
        let all = [copy("kodomo.moved", MOVED)];
        for event in 1..=130 {
            publish(&house.city, MOVED, event).await;
        }
        assert_eq!(outbox::deliver(&house.city, &all).await.unwrap(), 130);
        assert_eq!(outbox::deliver(&house.city, &all).await.unwrap(), 0);
        let expected: Vec<_> = (1..=130).map(|n| format!("kodomo.moved:{n}")).collect();
        assert_eq!(words(&house).await, expected);
        house.remove().await;
    }
}

#[tokio::test]
async fn a_long_queue_of_one_keeps_nobody_else_waiting() {
    for house in houses().await {
        for event in 1..=250 {
            publish(&house.city, MOVED, event).await;
        }
        publish(&house.city, BORN, 251).await;
        let all = [copy("kodomo.moved", MOVED), copy("kodomo.born", BORN)];
        assert_eq!(outbox::deliver(&house.city, &all).await.unwrap(), 251);
        let order = words(&house).await;
        let turn = order.iter().position(|word| word == "kodomo.born:251").unwrap();
        assert_eq!(turn, 100, "after one page of the long queue");
        house.remove().await;
    }
}

#[tokio::test]
async fn each_subscription_of_a_topic_gets_every_event() {
    for house in houses().await {
        publish(&house.city, MOVED, 1).await;
        publish(&house.city, BORN, 2).await;
        let all = [copy("a", MOVED), copy("b", MOVED), copy("c", BORN)];
        assert_eq!(outbox::deliver(&house.city, &all).await.unwrap(), 3);
        assert_eq!(words(&house).await, ["a:1", "b:1", "c:2"]);
        house.remove().await;
    }
}

#[tokio::test]
async fn two_deliverers_at_once_handle_each_event_once_and_in_order() {
    for house in houses().await {
        for event in 1..=60 {
            publish(&house.city, MOVED, event).await;
        }
        let slow: [Arc<dyn Subscription>; 1] =
            [Arc::new(Copy { name: "kodomo.moved", topic: MOVED, fails_at: None, slow: true })];
        let (a, b) = tokio::join!(outbox::deliver(&house.city, &slow), outbox::deliver(&house.city, &slow));
        assert_eq!(a.unwrap() + b.unwrap(), 60, "{}", house.engine());
        let expected: Vec<_> = (1..=60).map(|n| format!("kodomo.moved:{n}")).collect();
        assert_eq!(words(&house).await, expected, "{}", house.engine());
        house.remove().await;
    }
}

#[tokio::test]
async fn an_event_of_a_slow_unit_is_not_passed_over() {
    for house in houses().await {
        let all = [copy("kodomo.moved", MOVED)];
        let (city, published) = (house.city.clone(), Arc::new(Semaphore::new(0)));
        let told = published.clone();
        let slow = tokio::spawn(async move {
            let mut unit = Unit::change(&city, &clerk("1001", "shimin", 1), "/book", Action::Draft).await.unwrap();
            outbox::publish(&mut unit, MOVED, &1i64).await.unwrap();
            told.add_permits(1);
            tokio::time::sleep(Duration::from_millis(60)).await;
            unit.commit(()).await.unwrap();
        });
        published.acquire().await.unwrap().forget();
        let city = house.city.clone();
        let quick = tokio::spawn(async move { publish(&city, MOVED, 2).await });
        // Deliveries go on all the while.
        let mut handled = 0;
        while !(slow.is_finished() && quick.is_finished()) {
            if house.engine() == "postgres" {
                handled += outbox::deliver(&house.city, &all).await.unwrap();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        slow.await.unwrap();
        quick.await.unwrap();
        handled += outbox::deliver(&house.city, &all).await.unwrap();
        assert_eq!(handled, 2, "{}", house.engine());
        assert_eq!(words(&house).await, ["kodomo.moved:1", "kodomo.moved:2"], "{}", house.engine());
        house.remove().await;
    }
}

#[tokio::test]
async fn a_subscription_that_fails_stops_only_itself_and_goes_on_later() {
    for house in houses().await {
        for event in 1..=3 {
            publish(&house.city, MOVED, event).await;
            publish(&house.city, BORN, event).await;
        }
        let broken: Arc<dyn Subscription> = Arc::new(Copy { name: "a", topic: MOVED, fails_at: Some(2), slow: false });
        let all = [broken, copy("b", BORN)];
        for _ in 0..2 {
            assert_eq!(outbox::deliver(&house.city, &all).await.unwrap_err().kind, FaultKind::Conflict);
            assert_eq!(words(&house).await, ["a:1", "b:1", "b:2", "b:3"], "what failed left nothing");
        }
        let repaired = [copy("a", MOVED), copy("b", BORN)];
        assert_eq!(outbox::deliver(&house.city, &repaired).await.unwrap(), 2);
        assert_eq!(words(&house).await, ["a:1", "b:1", "b:2", "b:3", "a:2", "a:3"]);
        house.remove().await;
    }
}

#[tokio::test]
async fn an_event_in_the_table_cannot_be_read_or_moved_to_another_topic() {
    for house in houses().await {
        publish(&house.city, MOVED, 421).await;
        let mut tx = house.city.db().read().await.unwrap();
        let row = tx.one("select payload from platform_outbox", params![]).await.unwrap();
        assert!(!row.get::<Vec<u8>>("payload").unwrap().windows(3).any(|w| w == b"421"));
        drop(tx);
        house.run("update platform_outbox set topic = 'juki.born'").await;
        assert_eq!(outbox::deliver(&house.city, &[copy("b", BORN)]).await.unwrap_err().kind, FaultKind::Unavailable);
        assert_eq!(house.count(COUNT_BOOK).await, 0);
        house.remove().await;
    }
}

const STEPS: i64 = 10;

/// Writes ten lines, one a step, and goes on where the book ends.
#[derive(Default)]
struct TenLines {
    /// The next run breaks off after the fifth line, as if the process had died.
    dies: AtomicBool,
    /// When set, the job stands still after its third line until it is let go.
    stands: Option<(Arc<Semaphore>, Arc<Semaphore>)>,
}

#[async_trait]
impl Job for TenLines {
    fn kind(&self) -> &'static str {
        "book.ten_lines"
    }

    async fn run(&self, run: &Run, payload: &[u8]) -> Result<String, Fault> {
        let title = String::from_utf8_lossy(payload).into_owned();
        loop {
            let mut unit = Unit::change(run.city(), run.staff(), "book.ten_lines", Action::Run).await?;
            let done: i64 = unit.tx.one(COUNT_BOOK, params![]).await?.get("n")?;
            if done >= STEPS {
                return Ok(format!("{done}行を書きました"));
            }
            write(&mut unit, &format!("{title} {}", done + 1)).await?;
            unit.commit(()).await?;
            if let (2, Some((stands, go))) = (done, &self.stands) {
                stands.add_permits(1);
                go.acquire().await.unwrap().forget();
            }
            if done == 4 && self.dies.swap(false, Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
            run.progress(done + 1, STEPS, "書いています").await?;
        }
    }
}

async fn submit(house: &House) -> i64 {
    let staff = clerk("1001", "shimin", 1);
    let mut unit = Unit::change(&house.city, &staff, "/jobs", Action::Run).await.unwrap();
    let id = job::submit(&mut unit, "book.ten_lines", "年次処理", "第一章".as_bytes()).await.unwrap();
    unit.commit(()).await.unwrap();
    id
}

async fn state(house: &House, id: i64) -> (String, i64, String) {
    let mut tx = house.city.db().read().await.unwrap();
    let view = job::find(&mut tx, "shimin", id).await.unwrap();
    (view.state, view.done, view.message)
}

async fn expected_lines(house: &House) {
    let expected: Vec<_> = (1..=STEPS).map(|n| format!("第一章 {n}")).collect();
    assert_eq!(words(house).await, expected, "{}", house.engine());
}

#[tokio::test]
async fn a_job_runs_in_a_case_of_its_own_and_tells_how_far_it_is() {
    for house in houses().await {
        let jobs: [Arc<dyn Job>; 1] = [Arc::new(TenLines::default())];
        let id = submit(&house).await;
        assert_eq!(state(&house, id).await, ("waiting".into(), 0, "待っています".into()));
        assert_eq!(job::run_next(&house.city, &jobs).await.unwrap(), Some(id));
        assert_eq!(state(&house, id).await, ("done".into(), STEPS, "10行を書きました".into()));
        assert_eq!(job::run_next(&house.city, &jobs).await.unwrap(), None, "nothing else waits");
        expected_lines(&house).await;
        let said = house.log().await.pop().unwrap().line.said.unwrap();
        assert_eq!((said.ground.as_deref(), said.office.as_str()), (Some("job"), "市民課"));
        assert!(said.staff_name.contains("職員1001"), "the log names who asked for it");
        let mut tx = house.city.db().read().await.unwrap();
        assert_eq!(job::find(&mut tx, "iryo", id).await.unwrap_err().kind, FaultKind::Missing);
        drop(tx);
        house.remove().await;
    }
}

#[tokio::test]
async fn a_job_goes_on_where_it_was_when_the_process_died() {
    for house in houses().await {
        let jobs: [Arc<dyn Job>; 1] = [Arc::new(TenLines { dies: AtomicBool::new(true), stands: None })];
        let id = submit(&house).await;
        let (city, dying) = (house.city.clone(), jobs.clone());
        let process = tokio::spawn(async move { job::run_next(&city, &dying).await });
        while house.count(COUNT_BOOK).await < 5 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        process.abort();
        assert!(process.await.unwrap_err().is_cancelled());
        assert_eq!((state(&house, id).await.0.as_str(), house.count(COUNT_BOOK).await), ("running", 5));
        // It may only be slow: for two minutes nobody takes it over.
        house.clock.pass_minutes(2);
        assert_eq!(job::run_next(&house.city, &jobs).await.unwrap(), None);
        house.clock.pass_minutes(1);
        assert_eq!(job::run_next(&house.city, &jobs).await.unwrap(), Some(id));
        assert_eq!(state(&house, id).await.0, "done");
        expected_lines(&house).await;
        house.remove().await;
    }
}

#[tokio::test]
async fn a_second_runner_takes_over_a_silent_job_and_the_first_one_is_turned_away() {
    for house in houses().await {
        let (stands, go) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let first: [Arc<dyn Job>; 1] =
            [Arc::new(TenLines { dies: AtomicBool::new(false), stands: Some((stands.clone(), go.clone())) })];
        let second: [Arc<dyn Job>; 1] = [Arc::new(TenLines::default())];
        let id = submit(&house).await;
        let city = house.city.clone();
        let silent = tokio::spawn(async move { job::run_next(&city, &first).await });
        stands.acquire().await.unwrap().forget();
        house.clock.pass_minutes(3);
        assert_eq!(job::run_next(&house.city, &second).await.unwrap(), Some(id));
        assert_eq!(state(&house, id).await, ("done".into(), STEPS, "10行を書きました".into()));
        go.add_permits(1);
        silent.await.unwrap().unwrap();
        // The first one could neither go on nor write its own end over the second one's.
        assert_eq!(state(&house, id).await, ("done".into(), STEPS, "10行を書きました".into()));
        expected_lines(&house).await;
        house.remove().await;
    }
}

#[tokio::test]
async fn a_cancelled_job_stops_after_its_step_and_can_go_on() {
    for house in houses().await {
        let (stands, go) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let jobs: [Arc<dyn Job>; 1] =
            [Arc::new(TenLines { dies: AtomicBool::new(false), stands: Some((stands.clone(), go.clone())) })];
        let id = submit(&house).await;
        let (city, running) = (house.city.clone(), jobs.clone());
        let run = tokio::spawn(async move { job::run_next(&city, &running).await });
        stands.acquire().await.unwrap().forget();
        set_running(&house, id, false).await;
        go.add_permits(1);
        run.await.unwrap().unwrap();
        assert_eq!(state(&house, id).await, ("cancelled".into(), 2, "取り消されました".into()));
        assert_eq!(house.count(COUNT_BOOK).await, 3, "the step that ran was finished, and no other was begun");
        assert_eq!(job::run_next(&house.city, &jobs).await.unwrap(), None);
        set_running(&house, id, true).await;
        assert_eq!(job::run_next(&house.city, &jobs).await.unwrap(), Some(id));
        assert_eq!(state(&house, id).await.0, "done");
        expected_lines(&house).await;
        house.remove().await;
    }
}

async fn set_running(house: &House, id: i64, running: bool) {
    let mut tx = house.city.db().write().await.unwrap();
    job::set_running(&mut tx, id, running).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn many_runners_share_out_the_jobs_and_none_runs_twice() {
    for house in houses().await {
        let jobs: [Arc<dyn Job>; 1] = [Arc::new(TenLines::default())];
        let mut submitted = vec![];
        for _ in 0..6 {
            submitted.push(submit(&house).await);
        }
        let runner = |_| {
            let (city, jobs) = (house.city.clone(), jobs.clone());
            tokio::spawn(async move {
                let mut ran = vec![];
                for _ in 0..12 {
                    ran.extend(job::run_next(&city, &jobs).await.unwrap());
                }
                ran
            })
        };
        let mut ran = vec![];
        for task in (0..4).map(runner).collect::<Vec<_>>() {
            ran.extend(task.await.unwrap());
        }
        ran.sort_unstable();
        assert_eq!(ran, submitted, "{}", house.engine());
        assert_eq!(house.count("select count(*) as n from platform_job where fence <> 1").await, 0);
        house.remove().await;
    }
}

#[tokio::test]
async fn a_job_that_nobody_knows_fails_with_a_message_and_blocks_nothing() {
    for house in houses().await {
        let unknown = submit(&house).await;
        assert_eq!(job::run_next(&house.city, &[]).await.unwrap(), Some(unknown));
        let (state, _, message) = state(&house, unknown).await;
        assert_eq!(state, "failed");
        assert!(message.contains("処理の種類"), "{message}");
        let next = submit(&house).await;
        let jobs: [Arc<dyn Job>; 1] = [Arc::new(TenLines::default())];
        assert_eq!(job::run_next(&house.city, &jobs).await.unwrap(), Some(next));
        house.remove().await;
    }
}

#[tokio::test]
async fn a_job_whose_order_cannot_be_opened_fails_with_a_message_and_blocks_nothing() {
    for house in houses().await {
        let broken = submit(&house).await;
        let jobs: [Arc<dyn Job>; 1] = [Arc::new(TenLines::default())];
        let mut tx = house.city.db().write().await.unwrap();
        tx.run("update platform_job set payload = $1", params![vec![1u8; 40]]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(job::run_next(&house.city, &jobs).await.unwrap(), Some(broken), "{}", house.engine());
        assert_eq!(state(&house, broken).await.0, "failed");
        house.remove().await;
    }
}

#[tokio::test]
async fn numbers_taken_in_any_order_never_lock_two_units_into_each_other() {
    for house in houses().await {
        let staff = clerk("1001", "shimin", 1);
        let one = |n: usize| {
            let (city, staff) = (house.city.clone(), staff.clone());
            tokio::spawn(async move {
                let mut unit = Unit::change(&city, &staff, "/book", Action::Draft).await?;
                if n.is_multiple_of(2) {
                    unit.seq().await?;
                    case::next_number(&mut unit.tx, "atena").await?;
                    tokio::task::yield_now().await;
                    case::next_number(&mut unit.tx, "setai").await?;
                } else {
                    case::next_number(&mut unit.tx, "setai").await?;
                    tokio::task::yield_now().await;
                    case::reserve_numbers(&mut unit.tx, "atena", 1).await?;
                    unit.seq().await?;
                }
                unit.commit(()).await.map(|_| ())
            })
        };
        for task in (0..40).map(one).collect::<Vec<_>>() {
            let result = task.await.unwrap();
            assert!(result.is_ok(), "{}: {result:?}", house.engine());
        }
        let given = house.count("select value as n from platform_counter where name = 'atena'").await;
        assert_eq!(given, 40);
        house.remove().await;
    }
}
