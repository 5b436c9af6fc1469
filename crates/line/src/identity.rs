//! Who a zone is on its lines.

use crate::error::LineError;
use crate::files;
use crate::peer::PeerName;
use jiff::SignedDuration;
use kernel::time::Timestamp;
use rustls::RootCertStore;
use rustls::client::ResolvesClientCert;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

const FILE: &str = "identity.json";

/// The file of an identity.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Papers {
    pub peer: PeerName,
    pub hosts: Vec<String>,
    pub from: Timestamp,
    pub to: Timestamp,
    pub authority: String,
    pub chain: String,
    pub key: String,
}

impl Papers {
    pub fn load(folder: &Path) -> Result<Self, LineError> {
        let file = folder.join(FILE);
        let text = files::read(&file)?;
        serde_json::from_str(&text).map_err(|_| LineError::File(file.display().to_string(), "形式".to_owned()))
    }

    pub fn life(&self) -> SignedDuration {
        self.to.duration_since(self.from)
    }

    /// When two thirds of the life have passed.
    pub fn renewal(&self) -> Timestamp {
        self.from + self.life() / 3 * 2
    }
}

struct Held {
    papers: Papers,
    certified: Arc<CertifiedKey>,
}

struct Inner {
    held: RwLock<Held>,
    folder: Option<PathBuf>,
    roots: Arc<RootCertStore>,
}

/// A peer's key pair and certificate, and the authority by which it knows others. Clones share it: a renewal reaches every server and
/// client that uses it.
#[derive(Clone)]
pub struct Identity(Arc<Inner>);

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.peer())
    }
}

fn bad(what: &'static str) -> impl FnOnce(rustls::pki_types::pem::Error) -> LineError {
    move |_| LineError::Certificate(what.to_owned())
}

fn certified(papers: &Papers) -> Result<Arc<CertifiedKey>, LineError> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(papers.chain.as_bytes()).collect();
    let key = PrivateKeyDer::from_pem_slice(papers.key.as_bytes()).map_err(bad("秘密鍵"))?;
    let key = CertifiedKey::from_der(chain.map_err(bad("証明書"))?, key, &rustls::crypto::ring::default_provider());
    key.map(Arc::new).map_err(|error| LineError::Certificate(error.to_string()))
}

impl Identity {
    pub(crate) fn of(papers: Papers) -> Result<Self, LineError> {
        Self::build(papers, None)
    }

    fn build(papers: Papers, folder: Option<PathBuf>) -> Result<Self, LineError> {
        let mut roots = RootCertStore::empty();
        for root in CertificateDer::pem_slice_iter(papers.authority.as_bytes()) {
            roots.add(root.map_err(bad("認証局の証明書"))?).map_err(|error| LineError::Certificate(error.to_string()))?;
        }
        let held = RwLock::new(Held { certified: certified(&papers)?, papers });
        Ok(Self(Arc::new(Inner { held, folder, roots: Arc::new(roots) })))
    }

    /// Opens the identity of a folder.
    ///
    /// # Errors
    /// [`LineError::File`] or [`LineError::Certificate`].
    pub fn load(folder: &Path) -> Result<Self, LineError> {
        Self::build(Papers::load(folder)?, Some(folder.to_owned()))
    }

    /// Stores the identity in a folder: `identity.json`, mode 0600, replaced at once.
    ///
    /// # Errors
    /// [`LineError::File`].
    pub fn store(&self, folder: &Path) -> Result<(), LineError> {
        files::private_folder(folder)?;
        let text = serde_json::to_string_pretty(&self.held().papers).map_err(|_| LineError::Certificate("形式".to_owned()))?;
        files::write_private(&folder.join(FILE), &text)
    }

    /// Takes up a new certificate from the folder. Answers whether there was one.
    ///
    /// # Errors
    /// [`LineError::File`] or [`LineError::Certificate`]; the present certificate stays in use.
    pub fn refresh(&self) -> Result<bool, LineError> {
        let Some(folder) = &self.0.folder else { return Ok(false) };
        let papers = Papers::load(folder)?;
        if papers == self.held().papers {
            return Ok(false);
        }
        let fresh = Held { certified: certified(&papers)?, papers };
        *self.0.held.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(true)
    }

    /// Looks into the folder for as long as the process runs.
    pub async fn follow(&self, every: Duration, stop: impl Future<Output = ()>) {
        let following = async {
            loop {
                tokio::time::sleep(every).await;
                if let Err(error) = self.refresh() {
                    tracing::error!(%error, "a new certificate could not be taken up");
                }
            }
        };
        tokio::select! { () = following => {}, () = stop => {} }
    }

    /// Who it is.
    pub fn peer(&self) -> PeerName {
        self.held().papers.peer.clone()
    }

    /// Last instant of the present certificate.
    pub fn expires_at(&self) -> Timestamp {
        self.held().papers.to
    }

    /// Since when the present certificate is valid: connections made before are not reused.
    pub(crate) fn since(&self) -> Timestamp {
        self.held().papers.from
    }

    pub(crate) fn roots(&self) -> Arc<RootCertStore> {
        self.0.roots.clone()
    }

    fn held(&self) -> std::sync::RwLockReadGuard<'_, Held> {
        self.0.held.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ResolvesServerCert for Identity {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.held().certified.clone())
    }
}

impl ResolvesClientCert for Identity {
    fn resolve(&self, _: &[&[u8]], _: &[rustls::SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(self.held().certified.clone())
    }

    fn has_certs(&self) -> bool {
        true
    }
}
