//! A city while it runs: the web server and the loops behind it (sealer, outbox, jobs, chores).

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use kernel::time::{Clock, Date, Timestamp};
use platform::audit::{Sealer, Witness};
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use webkit::House;

/// The machine's clock, or one that starts at noon of a chosen business date and runs on from there (demo only).
pub struct WallClock {
    offset_micros: i64,
}

impl WallClock {
    /// The machine's time.
    pub fn real() -> Self {
        Self { offset_micros: 0 }
    }

    /// Runs from noon in Japan of this day.
    pub fn starting(today: Date) -> Self {
        let noon = jiff::tz::Offset::constant(9).to_timestamp(today.at(12, 0, 0, 0)).unwrap_or(Timestamp::UNIX_EPOCH);
        Self { offset_micros: noon.as_microsecond() - machine_time().as_microsecond() }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where the machine's clock is read")]
fn machine_time() -> Timestamp {
    Timestamp::now()
}

impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        let now = machine_time();
        Timestamp::from_microsecond(now.as_microsecond() + self.offset_micros).unwrap_or(now)
    }
}

/// A running city. Dropping it without [`Running::stop`] leaves the loops to the runtime's end.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    house: House,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Starts server and loops. Checkpoints of the log go to the witness.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn start(house: House, address: SocketAddr, witness: Arc<dyn Witness>) -> anyhow::Result<Self> {
        Self::start_on(house, TcpListener::bind(address).await?, witness)
    }

    /// As [`Running::start`], where it listens already.
    ///
    /// # Errors
    /// Keys that cannot sign.
    pub fn start_on(house: House, listener: TcpListener, witness: Arc<dyn Witness>) -> anyhow::Result<Self> {
        let city = &house.city;
        let sealer = Sealer::new(city.db().clone(), city.keys().clone(), city.shared_clock(), Some(witness))?;
        let address = listener.local_addr()?;
        let (stop, stopped) = watch::channel(false);
        let router = health(house.clone()).merge(house.router());
        let mut server_stop = stopped.clone();
        let server = tokio::spawn(async move {
            let quit = async move { server_stop.wait_for(|s| *s).await.map(|_| ()).unwrap_or_default() };
            if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(quit).await {
                tracing::error!(%error, "the server stopped");
            }
        });
        let jobs: Vec<_> = house.programmes.iter().flat_map(|p| p.jobs.iter().cloned()).collect();
        let subscriptions: Vec<_> = house.programmes.iter().flat_map(|p| p.subscriptions.iter().cloned()).collect();
        let (a, b) = (house.city.clone(), house.city.clone());
        let outbox = every(Duration::from_millis(200), stopped.clone(), move || {
            let (city, subscriptions) = (a.clone(), subscriptions.clone());
            async move { platform::outbox::deliver(&city, &subscriptions).await.map(|_| ()).unwrap_or_default() }
        });
        let runner = every(Duration::from_millis(300), stopped.clone(), move || {
            let (city, jobs) = (b.clone(), jobs.clone());
            async move {
                if let Err(fault) = platform::job::run_next(&city, &jobs).await {
                    tracing::error!(what = %fault.what, "a job could not be run");
                }
            }
        });
        let chores = house.programmes.iter().flat_map(|p| p.chores.iter().cloned()).map(|chore| {
            let city = house.city.clone();
            every(chore.every(), stopped.clone(), move || {
                let (city, chore) = (city.clone(), chore.clone());
                async move {
                    if let Err(fault) = chore.run(&city).await {
                        tracing::error!(chore = chore.name(), what = %fault.what, "a chore could not be done");
                    }
                }
            })
        });
        let chores: Vec<_> = chores.collect();
        // Last in the list, so that it seals what the others wrote on their way out.
        let sealer = tokio::spawn(sealer.run(Duration::from_millis(250), stopped.clone()));
        Ok(Self { address, house, stop, tasks: [server, outbox, runner].into_iter().chain(chores).chain([sealer]).collect() })
    }

    /// Stops accepting, lets running work end and closes the database.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            // A client that keeps its connection open must not keep the city from closing.
            tokio::time::timeout(Duration::from_secs(5), task).await.map(|_| ()).unwrap_or_default();
        }
        self.house.city.db().close().await;
    }
}

/// Waits until somebody wants the program to end: Ctrl-C, or SIGTERM from the service manager.
///
/// # Errors
/// When the system does not let a program listen for signals.
pub async fn asked_to_stop() -> std::io::Result<()> {
    let mut term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        done = tokio::signal::ctrl_c() => done,
        _ = term.recv() => Ok(()),
    }
}

fn every<F, R>(pause: Duration, mut stopped: watch::Receiver<bool>, work: F) -> JoinHandle<()>
where
    F: Fn() -> R + Send + 'static,
    R: Future<Output = ()> + Send,
{
    tokio::spawn(async move {
        loop {
            work().await;
            tokio::select! {
                () = async { stopped.wait_for(|s| *s).await.map(|_| ()).unwrap_or_default() } => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    })
}

fn health(house: House) -> Router {
    Router::new()
        .route("/livez", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(house)
}

/// Ready means: it can write, sign and prove.
async fn ready(State(house): State<House>) -> impl IntoResponse {
    match platform::health::ready(&house.city).await {
        Ok(()) => (StatusCode::OK, "ready".to_owned()),
        Err(fault) => (StatusCode::SERVICE_UNAVAILABLE, fault.to_string()),
    }
}

async fn metrics(State(house): State<House>) -> impl IntoResponse {
    let text = platform::health::metrics(&house.city).await.unwrap_or_else(|fault| format!("# {}\n", fault.what));
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text)
}
