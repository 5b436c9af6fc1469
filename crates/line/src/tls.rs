//! TLS settings of both sides, and what a certificate says about its owner.

use crate::error::LineError;
use crate::identity::Identity;
use crate::peer::PeerName;
use kernel::time::{Clock, Timestamp};
use rustls::client::Resumption;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::time_provider::TimeProvider;
use rustls::version::TLS13;
use rustls::{ClientConfig, ServerConfig};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

/// The zone's clock, as the TLS library asks for it.
struct ZoneTime(Arc<dyn Clock>);

impl fmt::Debug for ZoneTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ZoneTime")
    }
}

impl TimeProvider for ZoneTime {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.now().as_second()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

fn unusable(error: impl fmt::Display) -> LineError {
    LineError::Certificate(error.to_string())
}

/// The server's side: a certificate of our authority is required, checked anew for every connection.
pub fn server_config(identity: &Identity, clock: Arc<dyn Clock>) -> Result<Arc<ServerConfig>, LineError> {
    let provider = Arc::new(default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(identity.roots(), provider.clone()).build().map_err(unusable)?;
    let builder = ServerConfig::builder_with_details(provider, Arc::new(ZoneTime(clock)));
    let builder = builder.with_protocol_versions(&[&TLS13]).map_err(unusable)?;
    let mut config = builder.with_client_cert_verifier(verifier).with_cert_resolver(Arc::new(identity.clone()));
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    Ok(Arc::new(config))
}

/// The client's side.
pub fn client_config(identity: &Identity, clock: Arc<dyn Clock>) -> Result<Arc<ClientConfig>, LineError> {
    let builder = ClientConfig::builder_with_details(Arc::new(default_provider()), Arc::new(ZoneTime(clock)));
    let builder = builder.with_protocol_versions(&[&TLS13]).map_err(unusable)?.with_root_certificates(identity.roots());
    let mut config = builder.with_client_cert_resolver(Arc::new(identity.clone()));
    config.resumption = Resumption::disabled();
    Ok(Arc::new(config))
}

/// The peer that a verified certificate names, by exactly one URI of ours, and the certificate's last instant.
pub fn peer_of(chain: Option<&[CertificateDer<'_>]>) -> Option<(PeerName, Timestamp)> {
    let (_, certificate) = X509Certificate::from_der(chain?.first()?).ok()?;
    let until = Timestamp::from_second(certificate.validity().not_after.timestamp()).ok()?;
    let names = certificate.subject_alternative_name().ok()??;
    let mut uris = names.value.general_names.iter().filter_map(|name| match name {
        GeneralName::URI(uri) => PeerName::of_uri(uri),
        _ => None,
    });
    match (uris.next(), uris.next()) {
        (Some(peer), None) => Some((peer, until)),
        _ => None,
    }
}
