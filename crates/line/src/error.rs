//! What can go wrong on a line, and what to do about it.

use crate::peer::PeerName;
use rustls::{AlertDescription, CertificateError, Error as TlsError};
use std::error::Error;
use thiserror::Error;

/// Why a line could not be used. Names zones and files, never people or contents.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LineError {
    /// Not a name of a peer.
    #[error("接続相手の名前の形が違います(英小文字・数字・ハイフン・コロン64字以内)。設定を確かめてください")]
    Name,
    /// A file cannot be read or written.
    #[error("{0} を使えません({1})。場所と権限を確かめてください")]
    File(String, String),
    /// There is a certificate authority already; making another one would cut every line.
    #[error("{0} には既に認証局があります。消さずにそのまま使ってください")]
    AlreadyThere(String),
    /// A certificate or key cannot be made or understood.
    #[error("証明書を使えません({0})。認証局から発行し直してください")]
    Certificate(String),
    /// Nobody listens there.
    #[error("{0} に接続できません。相手の稼動と宛先の設定を確かめてください。自動で再送します")]
    Unreachable(String),
    /// It took too long.
    #[error("{0} の応答が時間内に届きません。相手の稼動を確かめてください。自動で再送します")]
    TimedOut(String),
    /// The other side does not speak TLS 1.3.
    #[error("{0} は相互TLS 1.3で応答していません。平文の宛先やTLS 1.2以前の相手には送りません。宛先の設定を確かめてください")]
    NotTls(String),
    /// The other side's certificate comes from another authority.
    #[error("{0} の証明書はこの認証局のものではありません。宛先と認証局を確かめてください")]
    UnknownCa(String),
    /// The other side's certificate is past its time, or the clocks differ.
    #[error("{0} の証明書は期限が切れているか、まだ有効ではありません。相手の証明書の更新と両方の時計を確かめてください")]
    OutOfDate(String),
    /// The certificate does not name the host we called.
    #[error("{0} の証明書にこの宛先名がありません。宛先の設定か、証明書の宛先名を確かめてください")]
    WrongHost(String),
    /// The other side is somebody else.
    #[error("{at} は {found} です。{expected} ではありません。何も送っていません。宛先の設定を確かめてください")]
    WrongPeer {
        /// Address.
        at: String,
        /// Whom we meant.
        expected: PeerName,
        /// Whom the certificate names.
        found: String,
    },
    /// The other side does not accept us.
    #[error("{0} に断られました: {1}")]
    Refused(String, Refusal),
    /// The connection broke, or the answer is no HTTP.
    #[error("{0} との接続が途中で切れました。自動で再送します")]
    Broken(String),
}

/// Why the other side does not accept our certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// We showed none.
    #[error("こちらの証明書がありません。認証局から証明書の発行を受けてください")]
    NoCertificate,
    /// Another authority.
    #[error("こちらの証明書は相手の認証局のものではありません。同じ認証局から発行し直してください")]
    UnknownCa,
    /// Past its time.
    #[error("こちらの証明書は期限が切れています。認証局のプロセスの稼動と証明書の更新を確かめてください")]
    Expired,
    /// Anything else.
    #[error("証明書かTLSの設定が合いません。TLS 1.3と証明書の用途を確かめてください")]
    Other,
}

impl LineError {
    /// What an error of the TLS library, or one that carries it, means when talking to `at`.
    pub(crate) fn of(at: &str, error: &(dyn Error + 'static)) -> Self {
        let Some(error) = tls_error(error) else { return LineError::Broken(at.to_owned()) };
        let at = at.to_owned();
        match error {
            TlsError::InvalidMessage(_) | TlsError::PeerIncompatible(_) => LineError::NotTls(at),
            TlsError::AlertReceived(AlertDescription::ProtocolVersion) => LineError::NotTls(at),
            TlsError::AlertReceived(alert) => LineError::Refused(at, refusal(*alert)),
            TlsError::InvalidCertificate(error) => match error {
                CertificateError::Expired
                | CertificateError::ExpiredContext { .. }
                | CertificateError::NotValidYet
                | CertificateError::NotValidYetContext { .. } => LineError::OutOfDate(at),
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => LineError::WrongHost(at),
                _ => LineError::UnknownCa(at),
            },
            _ => LineError::Broken(at),
        }
    }
}

fn refusal(alert: AlertDescription) -> Refusal {
    match alert {
        AlertDescription::CertificateRequired => Refusal::NoCertificate,
        AlertDescription::UnknownCA | AlertDescription::BadCertificate | AlertDescription::DecryptError => Refusal::UnknownCa,
        AlertDescription::CertificateExpired => Refusal::Expired,
        _ => Refusal::Other,
    }
}

/// The TLS library's error inside another one: HTTP and input/output wrap it.
fn tls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a TlsError> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<TlsError>() {
            return Some(found);
        }
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if let Some(found) = inner.and_then(|e| e.downcast_ref::<TlsError>()) {
            return Some(found);
        }
        next = error.source();
    }
    None
}
