//! Taking connections of known peers.

use crate::error::LineError;
use crate::identity::Identity;
use crate::peer::PeerName;
use crate::tls;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use kernel::time::{Clock, Timestamp};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

/// Longest handshake, and longest wait for the head of a request.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// A connection is closed after this time, so that its peer has to show a valid certificate again.
const LONGEST: Duration = Duration::from_secs(600);
/// How long requests under way may take when the server stops.
const LEAVING: Duration = Duration::from_secs(5);
/// Connections served at once; more are closed at once, so that somebody without a certificate cannot use up the process.
const MOST: usize = 1024;
/// First byte of a TLS handshake.
const TLS_HANDSHAKE: u8 = 22;
/// What is read of somebody who speaks without TLS.
const PLAIN_BYTES: u64 = 1 << 16;
const PLAIN: &str = "この宛先は相互TLS 1.3だけを受け付けます。認証局が発行した証明書を使い、TLSで接続してください。\n";

/// Serves a router to peers with a certificate of our authority, until `stop`; requests under way then have five seconds. Handlers find
/// who speaks as `Extension<PeerName>` and, for a party of the exchange, as `Extension<wire::machine::Party>`; how long both certificates
/// are valid, as `Extension<Certificates>`.
///
/// # Errors
/// [`LineError::Certificate`] when the identity cannot serve.
pub async fn serve(
    listener: TcpListener,
    identity: &Identity,
    clock: Arc<dyn Clock>,
    router: Router,
    stop: impl Future<Output = ()> + Send,
) -> Result<(), LineError> {
    let acceptor = TlsAcceptor::from(tls::server_config(identity, clock)?);
    let (leaving, left) = watch::channel(false);
    let mut stop = pin!(stop);
    let places = Arc::new(Semaphore::new(MOST));
    loop {
        let stream = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        match stream {
            Ok((stream, _)) => {
                let Ok(place) = places.clone().try_acquire_owned() else {
                    tracing::warn!("a connection was closed: too many at once");
                    continue;
                };
                let (acceptor, router, left) = (acceptor.clone(), router.clone(), left.clone());
                let ours_until = identity.expires_at();
                tokio::spawn(async move {
                    connection(stream, acceptor, router, ours_until, left).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(error = %error.kind(), "a connection could not be accepted");
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
    drop((left, listener));
    leaving.send_replace(true);
    let _ = timeout(LEAVING, leaving.closed()).await;
    Ok(())
}

async fn connection(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    router: Router,
    ours_until: Timestamp,
    mut left: watch::Receiver<bool>,
) {
    let met = timeout(HANDSHAKE, meet(stream, acceptor)).await;
    let Some((stream, (peer, peer_until))) = met.ok().flatten() else { return };
    let party = peer.party();
    let mut router = router.layer(Extension(peer)).layer(Extension(Certificates { peer_until, ours_until }));
    if let Some(party) = party {
        router = router.layer(Extension(party));
    }
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(LONGEST);
    let served = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut served = pin!(served);
    let over = async {
        tokio::select! { () = sleep(LONGEST) => {}, _ = left.wait_for(|left| *left) => {} }
    };
    tokio::select! {
        _ = served.as_mut() => return,
        () = over => served.as_mut().graceful_shutdown(),
    }
    let _ = timeout(LEAVING, served).await;
}

type Met = (tokio_rustls::server::TlsStream<TcpStream>, (PeerName, Timestamp));

/// How long the certificates of a connection are valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Certificates {
    /// Last instant of the peer's certificate.
    pub peer_until: Timestamp,
    /// Last instant of ours.
    pub ours_until: Timestamp,
}

/// The handshake, and whom the client's certificate names.
async fn meet(mut stream: TcpStream, acceptor: TlsAcceptor) -> Option<Met> {
    let _ = stream.set_nodelay(true);
    let mut first = [0; 1];
    if stream.peek(&mut first).await.ok()? == 1 && first != [TLS_HANDSHAKE] {
        let head = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n";
        let answer = format!("{head}Content-Length: {}\r\n\r\n{PLAIN}", PLAIN.len());
        stream.write_all(answer.as_bytes()).await.ok()?;
        stream.shutdown().await.ok()?;
        // A socket that is closed with unread bytes takes the answer back.
        let _ = timeout(LEAVING, tokio::io::copy(&mut stream.take(PLAIN_BYTES), &mut tokio::io::sink())).await;
        return None;
    }
    let stream = match acceptor.accept(stream).await {
        Ok(stream) => stream,
        Err(error) => {
            tracing::warn!(%error, "a peer was refused");
            return None;
        }
    };
    let Some(peer) = tls::peer_of(stream.get_ref().1.peer_certificates()) else {
        tracing::warn!("a peer was refused: its certificate names no zone");
        return None;
    };
    Some((stream, peer))
}
