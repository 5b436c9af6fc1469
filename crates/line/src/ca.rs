//! The local certificate authority.

use crate::error::LineError;
use crate::files;
use crate::identity::{Identity, Papers};
use crate::peer::PeerName;
use jiff::SignedDuration;
use kernel::time::{Clock, Timestamp};
use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType,
};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;
use time::OffsetDateTime;

/// Life of the authority itself.
const CA_LIFE: SignedDuration = SignedDuration::from_hours(24 * 365 * 10);
/// Clocks of two zones may differ by this much.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// A local authority. Its key stays in its folder, readable by its owner only; the process that holds it needs no other secret, and no
/// zone needs it.
pub struct Ca {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
}

fn unusable(error: rcgen::Error) -> LineError {
    LineError::Certificate(error.to_string())
}

fn wall_time(at: Timestamp) -> Result<OffsetDateTime, LineError> {
    OffsetDateTime::from_unix_timestamp(at.as_second()).map_err(|_| LineError::Certificate("日時".to_owned()))
}

/// What the authority's own certificate says; the same at every start.
fn authority() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Atena local CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

impl Ca {
    /// Makes an authority in a folder: `ca.key` (mode 0600) and `ca.pem`.
    ///
    /// # Errors
    /// [`LineError::AlreadyThere`], [`LineError::File`].
    pub fn create(folder: &Path, now: Timestamp) -> Result<Self, LineError> {
        let key_file = folder.join("ca.key");
        if key_file.exists() {
            return Err(LineError::AlreadyThere(folder.display().to_string()));
        }
        files::private_folder(folder)?;
        let key = KeyPair::generate().map_err(unusable)?;
        let mut params = authority();
        params.not_before = wall_time(now - SKEW)?;
        params.not_after = wall_time(now + CA_LIFE)?;
        let certificate = params.self_signed(&key).map_err(unusable)?.pem();
        // The key last: an authority whose making was cut off is not there yet.
        files::write_private(&folder.join("ca.pem"), &certificate)?;
        files::write_private(&key_file, &key.serialize_pem())?;
        Ok(Self { issuer: Issuer::new(authority(), key), certificate })
    }

    /// Opens the authority of a folder.
    ///
    /// # Errors
    /// [`LineError::File`] when there is none, [`LineError::Certificate`] when its key cannot be understood.
    pub fn open(folder: &Path) -> Result<Self, LineError> {
        let key = KeyPair::from_pem(&files::read(&folder.join("ca.key"))?).map_err(unusable)?;
        let certificate = files::read(&folder.join("ca.pem"))?;
        Ok(Self { issuer: Issuer::new(authority(), key), certificate })
    }

    /// Opens the authority of a folder, or makes one at first start.
    ///
    /// # Errors
    /// As [`Ca::create`] and [`Ca::open`].
    pub fn open_or_create(folder: &Path, now: Timestamp) -> Result<Self, LineError> {
        if folder.join("ca.key").exists() { Self::open(folder) } else { Self::create(folder, now) }
    }

    /// Gives a peer a key pair and a certificate for a time, to serve under these host names or addresses and to call from anywhere.
    ///
    /// # Errors
    /// [`LineError::Certificate`] for a host name that cannot stand in a certificate.
    pub fn issue(&self, peer: &PeerName, hosts: &[&str], now: Timestamp, life: SignedDuration) -> Result<Identity, LineError> {
        let key = KeyPair::generate().map_err(unusable)?;
        let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        let mut params = CertificateParams::new(hosts.clone()).map_err(unusable)?;
        params.distinguished_name.push(DnType::CommonName, peer.to_string());
        params.subject_alt_names.push(SanType::URI(Ia5String::try_from(peer.uri()).map_err(unusable)?));
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        params.not_before = wall_time(now - SKEW)?;
        params.not_after = wall_time(now + life)?;
        let chain = params.signed_by(&key, &self.issuer).map_err(unusable)?.pem();
        let authority = self.certificate.clone();
        let papers = Papers { peer: peer.clone(), hosts, from: now, to: now + life, authority, chain, key: key.serialize_pem() };
        Identity::of(papers)
    }

    /// Puts a new certificate into the folder of an identity when two thirds of the life of the present one have passed. Answers whether
    /// it did.
    ///
    /// # Errors
    /// [`LineError::File`] or [`LineError::Certificate`].
    pub fn renew_due(&self, folder: &Path, now: Timestamp) -> Result<bool, LineError> {
        let old = Papers::load(folder)?;
        if now < old.renewal() {
            return Ok(false);
        }
        let hosts: Vec<&str> = old.hosts.iter().map(String::as_str).collect();
        self.issue(&old.peer, &hosts, now, old.life())?.store(folder)?;
        Ok(true)
    }
}

/// Renews the identities in these folders for as long as the process runs. A folder that fails is told to the operators and tried again.
pub async fn keep_fresh(ca: &Ca, folders: &[PathBuf], clock: &dyn Clock, every: Duration, stop: impl Future<Output = ()>) {
    let renewing = async {
        loop {
            for folder in folders {
                if let Err(error) = ca.renew_due(folder, clock.now()) {
                    tracing::error!(%error, "a certificate could not be renewed");
                }
            }
            tokio::time::sleep(every).await;
        }
    };
    tokio::select! { () = renewing => {}, () = stop => {} }
}
