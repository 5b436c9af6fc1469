//! セキュリティ管理: whom the tenant has met on its lines since the process began, how long their certificates are valid, and what was refused.

use crate::keeper::Keeper;
use crate::profile::Profile;
use kernel::time::Timestamp;
use line::Certificates;
use platform::Fault;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use wire::machine::Party;

/// Kind of the alarm about what a peer tried that it may not.
pub(crate) const REFUSED: &str = "refused";
/// Kinds of alarms that the page of セキュリティ管理 shows.
pub(crate) const KINDS: [&str; 3] = [REFUSED, "permit", "duplicate_code"];

/// A peer as it was last met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Met {
    /// When it last called.
    pub last_at: Timestamp,
    /// Calls.
    pub calls: u64,
    /// Calls that it may not make.
    pub refused: u64,
    /// Last instant of its certificate; none over a line without certificates.
    pub until: Option<Timestamp>,
}

/// Who was met, and the last instant of our own certificate.
#[derive(Debug, Default)]
pub(crate) struct Watch(Mutex<(BTreeMap<String, Met>, Option<Timestamp>)>);

impl Watch {
    /// A peer has called.
    pub fn meet(&self, from: &Party, certificates: Option<Certificates>, refused: bool, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let met = all.0.entry(from.to_string()).or_insert(Met { last_at: now, calls: 0, refused: 0, until: None });
        met.last_at = now;
        met.calls += 1;
        met.refused += u64::from(refused);
        if let Some(Certificates { peer_until, ours_until }) = certificates {
            met.until = Some(peer_until);
            all.1 = Some(ours_until);
        }
    }

    /// Everybody, by name, and the end of our own certificate.
    pub fn seen(&self) -> (BTreeMap<String, Met>, Option<Timestamp>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Keeper {
    /// A peer with a valid certificate has tried what it may not: operators hear of it. One line for each peer and kind of call.
    pub(crate) async fn refused(&self, from: &Party, path: &str) -> Result<(), Fault> {
        let now = self.city().now();
        let mut tx = self.write().await?;
        crate::store::outgoing::raise_words(&mut tx, REFUSED, &refused_ja(self.profile(), from, path), 1, now).await?;
        Ok(tx.commit().await?)
    }
}

/// The words of that alarm. Parties are institutions; nobody is named.
pub(crate) fn refused_ja(profile: &Profile, from: &Party, path: &str) -> String {
    let what = match path {
        "/messages" => "電文".to_owned(),
        "/if/{id}" => "インターフェイスの呼出し".to_owned(),
        other => format!("呼出し({other})"),
    };
    format!("{}からの{what}を断りました。接続の設定と相手を確かめてください", party_ja(profile, &from.to_string()))
}

/// A party as operators read it.
pub(crate) fn party_ja(profile: &Profile, party: &str) -> String {
    match party.split_once(':') {
        None if party == "network" => "情報提供ネットワークシステム".to_owned(),
        None if party == "juki" => "住基ネット".to_owned(),
        Some(("city", code)) => format!("{}の業務", profile.institution_ja(code)),
        Some(("gateway", code)) => format!("{}の中間サーバー", profile.institution_ja(code)),
        _ => party.to_owned(),
    }
}
