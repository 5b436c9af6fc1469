//! Talking to one known peer.

use crate::error::LineError;
use crate::identity::Identity;
use crate::peer::PeerName;
use crate::tls;
use axum::body::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use kernel::time::{Clock, Timestamp};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// Largest answer.
const ANSWER_BYTES: usize = 64 << 20;
/// Idle connections kept for one peer.
const KEPT: usize = 8;

/// How long to wait.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// For connecting and the handshake.
    pub connect: Duration,
    /// For the whole answer.
    pub answer: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), answer: Duration::from_secs(30) }
    }
}

/// What the other side answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Content.
    pub body: Bytes,
}

impl Answer {
    /// Was it accepted?
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

type Sender = SendRequest<Full<Bytes>>;
type Where = (String, PeerName);

/// Calls peers under one identity and keeps connections open between calls.
pub struct Client {
    identity: Identity,
    config: Arc<ClientConfig>,
    clock: Arc<dyn Clock>,
    timeouts: Timeouts,
    idle: Mutex<HashMap<Where, Vec<(Timestamp, Sender)>>>,
}

impl Client {
    /// A client under an identity.
    ///
    /// # Errors
    /// [`LineError::Certificate`] when the identity cannot be used.
    pub fn new(identity: &Identity, clock: Arc<dyn Clock>, timeouts: Timeouts) -> Result<Self, LineError> {
        let config = tls::client_config(identity, clock.clone())?;
        Ok(Self { identity: identity.clone(), config, clock, timeouts, idle: Mutex::default() })
    }

    /// Sends JSON to a path of a peer at `host:port` and waits for the answer. Any HTTP status is an answer; nothing is sent to a server
    /// that is not the peer expected.
    ///
    /// # Errors
    /// [`LineError`]: the request may or may not have been carried out only for [`LineError::TimedOut`] and [`LineError::Broken`].
    pub async fn post(&self, at: &str, peer: &PeerName, path: &str, json: &impl Serialize) -> Result<Answer, LineError> {
        let body = serde_json::to_vec(json).map_err(|_| LineError::Broken(at.to_owned()))?;
        self.post_bytes(at, peer, path, body).await
    }

    /// [`Client::post`] of a body that is written already: JSON, or lines of it.
    ///
    /// # Errors
    /// As [`Client::post`].
    pub async fn post_bytes(&self, at: &str, peer: &PeerName, path: &str, body: Vec<u8>) -> Result<Answer, LineError> {
        let request = Request::post(path).header(HOST, at).header(CONTENT_TYPE, "application/json");
        let request = request.body(Full::from(body)).map_err(|_| LineError::Broken(at.to_owned()))?;
        let late = |_| LineError::TimedOut(at.to_owned());
        let to = (at.to_owned(), peer.clone());
        timeout(self.timeouts.answer, self.send(&to, request)).await.map_err(late)?
    }

    async fn send(&self, to: &Where, request: Request<Full<Bytes>>) -> Result<Answer, LineError> {
        let mut request = request;
        while let Some((since, mut sender)) = self.take(to) {
            if sender.ready().await.is_err() {
                continue;
            }
            match sender.try_send_request(request).await {
                Ok(response) => return self.read(to, since, sender, response).await,
                Err(mut failed) => match failed.take_message() {
                    // The connection was closed while it was idle: nothing has been sent.
                    Some(unsent) => request = unsent,
                    None => return Err(LineError::of(&to.0, failed.error())),
                },
            }
        }
        let since = self.clock.now();
        let late = |_| LineError::TimedOut(to.0.clone());
        let mut sender = timeout(self.timeouts.connect, self.connect(to)).await.map_err(late)??;
        let response = sender.send_request(request).await.map_err(|e| LineError::of(&to.0, &e))?;
        self.read(to, since, sender, response).await
    }

    async fn read(
        &self,
        to: &Where,
        since: Timestamp,
        sender: Sender,
        response: Response<hyper::body::Incoming>,
    ) -> Result<Answer, LineError> {
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), ANSWER_BYTES).collect().await;
        let body = body.map_err(|e| LineError::of(&to.0, e.as_ref()))?.to_bytes();
        self.keep(to, since, sender);
        Ok(Answer { status, body })
    }

    async fn connect(&self, (at, peer): &Where) -> Result<Sender, LineError> {
        let unreachable = || LineError::Unreachable(at.clone());
        let host = at.rsplit_once(':').map(|(host, _)| host.trim_matches(['[', ']'])).ok_or_else(unreachable)?;
        let host = ServerName::try_from(host.to_owned()).map_err(|_| unreachable())?;
        let stream = TcpStream::connect(at).await.map_err(|_| unreachable())?;
        let _ = stream.set_nodelay(true);
        let stream = TlsConnector::from(self.config.clone()).connect(host, stream).await.map_err(|e| LineError::of(at, &e))?;
        let found = tls::peer_of(stream.get_ref().1.peer_certificates()).map(|(found, _)| found);
        if found.as_ref() != Some(peer) {
            let found = found.map_or_else(|| "名前のない相手".to_owned(), |found| found.to_string());
            return Err(LineError::WrongPeer { at: at.clone(), expected: peer.clone(), found });
        }
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|e| LineError::of(at, &e))?;
        tokio::spawn(connection);
        Ok(sender)
    }

    /// An idle connection that was made under the present certificate.
    fn take(&self, to: &Where) -> Option<(Timestamp, Sender)> {
        let since = self.identity.since();
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = idle.get_mut(to)?;
        kept.retain(|(made, sender)| *made >= since && !sender.is_closed());
        kept.pop()
    }

    fn keep(&self, to: &Where, since: Timestamp, sender: Sender) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = idle.entry(to.clone()).or_default();
        if kept.len() < KEPT && !sender.is_closed() {
            kept.push((since, sender));
        }
    }
}
