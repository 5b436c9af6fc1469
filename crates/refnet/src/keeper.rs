//! The keeper of the network's machines: rows, step, rows and messages in one commit, and only then the sending.

use crate::book::{Book, Dice};
use crate::faults::Faults;
use crate::model::{MemberRow, RemovalRow};
use crate::store;
use jiff::{SignedDuration, Span};
use kernel::Date;
use kernel::time::Timestamp;
use platform::db::Tx;
use platform::fault::FaultKind;
use platform::keys::{Keys, Place};
use platform::{City, Fault};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use std::collections::BTreeMap;
use std::sync::Mutex;
use tokio::sync::Notify;
use wire::code::CodeSecret;
use wire::ident::{InstitutionCode, PermitNo};
use wire::limits::Limits;
use wire::list::{Kind, PermittedList};
use wire::machine::{Body, Party};
use wire::network::{Authority, Member};
use wire::permit::{NetworkKey, NetworkPublic};
use wire::record::{Record, removal};
use wire::seal::SealPublic;

/// Passages that one tick takes up.
const TICK: i64 = 500;
/// Records that one round of removal takes.
const REMOVED: i64 = 500;

/// An institution that joins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMember {
    /// 機関コード.
    pub institution: InstitutionCode,
    /// Its name.
    pub name_ja: String,
    /// What it is, by the list.
    pub kind: Kind,
    /// Its public key.
    pub key: SealPublic,
    /// Where its gateway listens, `host:port`.
    pub address: String,
}

/// Years for which an お知らせ is shown (no published rule; ours).
const NOTICE_YEARS: u16 = 1;

/// The network of one zone.
pub struct Keeper {
    pub(crate) city: City,
    signing: [u8; 32],
    codes: [u8; 32],
    public: NetworkPublic,
    list: PermittedList,
    limits: Limits,
    pub(crate) wake: Notify,
    /// Receivers that did not answer, and until when they are left alone.
    pub(crate) resting: Mutex<BTreeMap<String, Timestamp>>,
}

fn defect(why: impl std::fmt::Display) -> Fault {
    Fault::new(FaultKind::Defect, "ネットワークを起動できません", why.to_string(), "運用者へ連絡してください")
}

/// A secret of 32 bytes, drawn at first start and kept in the database under the key ring.
async fn secret(tx: &mut Tx, keys: &Keys, name: &str) -> Result<[u8; 32], Fault> {
    let place = Place { table: "refnet_secret", column: "sealed", row: name };
    if store::secret(tx, name).await?.is_none() {
        let fresh: [u8; 32] = keys.random()?;
        store::add_secret(tx, name, &keys.seal(place, &fresh)?).await?;
    }
    let sealed = store::secret(tx, name).await?.ok_or_else(|| defect("秘密がありません"))?;
    keys.open_sealed(place, &sealed)?.try_into().map_err(|_| defect("秘密の形が合いません"))
}

impl Keeper {
    /// Opens the network over a migrated database, with the list and the periods shipped with the program. At first start its signing key
    /// and the secret of the 符号 are drawn; both stand in the database, sealed by the key ring.
    ///
    /// # Errors
    /// The database's refusal, or a key ring of another zone.
    pub async fn open(city: City) -> Result<Self, Fault> {
        let list = PermittedList::load().map_err(defect)?;
        Self::with_list(city, list).await
    }

    /// [`Keeper::open`] with another list of permitted inquiries.
    ///
    /// # Errors
    /// As [`Keeper::open`].
    pub async fn with_list(city: City, list: PermittedList) -> Result<Self, Fault> {
        let mut tx = city.db().write().await?;
        store::in_turn(&mut tx).await?;
        let signing = secret(&mut tx, city.keys(), "signing").await?;
        let codes = secret(&mut tx, city.keys(), "codes").await?;
        tx.commit().await?;
        let public = NetworkKey::from_seed(&signing).map_err(defect)?.public();
        Ok(Self {
            city,
            signing,
            codes,
            public,
            list,
            limits: Limits::load().map_err(defect)?,
            wake: Notify::new(),
            resting: Mutex::default(),
        })
    }

    /// The key by which gateways know permits.
    pub fn public(&self) -> NetworkPublic {
        self.public
    }

    /// The zone.
    pub fn city(&self) -> &City {
        &self.city
    }

    /// The list of permitted inquiries.
    pub fn list(&self) -> &PermittedList {
        &self.list
    }

    /// Tokens of the portal that were made before this instant have run out.
    pub(crate) fn oldest_token(&self) -> Timestamp {
        self.city.now().checked_sub(self.limits.portal_token).unwrap_or(Timestamp::MIN)
    }

    /// How long a token of the portal may be used.
    pub(crate) fn token_life(&self) -> SignedDuration {
        self.limits.portal_token
    }

    pub(crate) fn code_seed(&self) -> &[u8; 32] {
        &self.codes
    }

    /// Takes an institution in, or changes its name, kind, key and address.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn admit(&self, new: &NewMember) -> Result<(), Fault> {
        let mut tx = self.city.db().write().await?;
        let row = MemberRow {
            id: 0,
            institution: new.institution.to_string(),
            name_ja: new.name_ja.clone(),
            kind: new.kind.0.clone(),
            public_key: new.key.as_bytes().to_vec(),
            address: new.address.clone(),
            joined_on: self.city.today(),
        };
        if !store::change_member(&mut tx, &row).await? {
            row.insert(&mut tx).await?;
        }
        Ok(tx.commit().await?)
    }

    /// The network as it stands in this transaction.
    pub(crate) async fn authority(&self, tx: &mut Tx) -> Result<(Authority, Faults), Fault> {
        let mut members = BTreeMap::new();
        for row in store::members(tx).await? {
            let institution = InstitutionCode::parse(&row.institution).map_err(defect)?;
            let key = row.public_key.try_into().map_err(|_| defect("公開鍵の形が合いません"))?;
            members.insert(institution, Member { kind: Kind(row.kind), key: SealPublic::from_bytes(key) });
        }
        let faults = store::faults(tx).await?;
        let authority = Authority {
            key: NetworkKey::from_seed(&self.signing).map_err(defect)?,
            secret: CodeSecret::new(&self.codes),
            list: self.list.clone(),
            members,
            limits: self.limits,
            serves: faults.serves(),
        };
        Ok((authority, faults))
    }

    pub(crate) fn dice(&self) -> Result<Dice, Fault> {
        Ok(Dice(ChaCha20Rng::from_seed(self.city.keys().random()?)))
    }

    /// Takes messages of a party, known from its connection, in one durable commit. What they lead to stands in the queue afterwards.
    ///
    /// # Errors
    /// Unavailable during an outage, or the database's refusal: nothing is kept, the other side sends again.
    pub async fn hear(&self, from: &Party, bodies: Vec<Body>) -> Result<(), Fault> {
        let mut tx = self.city.db().write().await?;
        store::in_turn(&mut tx).await?;
        let (authority, faults) = self.authority(&mut tx).await?;
        if faults.outage {
            let todo = "時間をおいて自動で再送します";
            return Err(Fault::new(
                FaultKind::Unavailable,
                "情報提供ネットワークシステムが利用できません",
                "停止しています",
                todo,
            ));
        }
        let mut book = Book::open(&self.city, &authority, self.dice()?);
        book.hear(&mut tx, from, bodies).await?;
        let sends = book.close(&mut tx).await?;
        tx.commit().await?;
        if sends > 0 {
            self.wake.notify_one();
        }
        Ok(())
    }

    /// Lets time pass: repeats what has not been confirmed. Answers how many passages were due; call again while there are.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn tick(&self) -> Result<usize, Fault> {
        let mut look = self.city.db().read().await?;
        if store::due(&mut look, self.city.now(), 1).await?.is_empty() {
            return Ok(0);
        }
        drop(look);
        let mut tx = self.city.db().write().await?;
        store::in_turn(&mut tx).await?;
        let (authority, faults) = self.authority(&mut tx).await?;
        if faults.outage {
            return Ok(0);
        }
        let mut book = Book::open(&self.city, &authority, self.dice()?);
        let due = book.tick(&mut tx, TICK).await?;
        let sends = book.close(&mut tx).await?;
        tx.commit().await?;
        if sends > 0 {
            self.wake.notify_one();
        }
        Ok(due)
    }

    /// Sets modes and troubles.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn set_faults(&self, faults: &Faults) -> Result<(), Fault> {
        let mut tx = self.city.db().write().await?;
        store::set_faults(&mut tx, faults).await?;
        Ok(tx.commit().await?)
    }

    /// The network's own record of a permit.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn record(&self, no: PermitNo) -> Result<Option<Record>, Fault> {
        let mut tx = self.city.db().read().await?;
        store::record(&mut tx, &no.to_string()).await?.map(|row| row.record()).transpose()
    }

    /// Removes records whose years are over and keeps the proof, notices after a year, and portal tokens that have run out; answers how many records. Call again while
    /// there are.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn remove_old(&self) -> Result<usize, Fault> {
        let (today, years) = (self.city.today(), self.limits.record_years);
        let mut tx = self.city.db().write().await?;
        store::in_turn(&mut tx).await?;
        let mut proofs = vec![];
        for row in store::old(&mut tx, oldest_kept(today, years), REMOVED).await? {
            if let Some(proof) = removal(&row.record()?, today, years) {
                let (permit_no, digest) = (row.permit_no, proof.digest.as_bytes().to_vec());
                proofs.push(RemovalRow { id: 0, permit_no, digest, kept_until: proof.kept_until, removed_on: proof.removed_on });
            }
        }
        let permits: Vec<String> = proofs.iter().map(|proof| proof.permit_no.clone()).collect();
        RemovalRow::insert_all(&proofs, &mut tx).await?;
        store::remove(&mut tx, &permits).await?;
        store::remove_notices(&mut tx, oldest_kept(today, NOTICE_YEARS)).await?;
        store::remove_portal(&mut tx, self.oldest_token()).await?;
        tx.commit().await?;
        Ok(proofs.len())
    }
}

/// What is older than this instant has had its years.
fn oldest_kept(today: Date, years: u16) -> Timestamp {
    let first = today.checked_sub(Span::new().years(years)).unwrap_or(Date::MIN);
    store::start_of(first)
}
