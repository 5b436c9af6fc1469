//! The one form of every machine, and what machines say to one another and to their keeper.

use crate::Randomness;
use crate::code::{AcquisitionNo, Code, LineageKey};
use crate::error::ExchangeError;
use crate::ident::{DataSet, IdError, InstitutionCode, ItemId, LoadId, Mode, PermitNo, ProcedureId, RequestId};
use crate::limits::Limits;
use crate::permit::{NetworkPublic, Permit, PermitFault, Terms};
use crate::record::Record;
use crate::replica::ReplicaRecord;
use crate::seal::{SealKey, Sealed};
use kernel::ident::DanNo;
use kernel::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The moment of a step: who takes it, when, and with which randomness.
pub struct Turn<'a, W> {
    /// Whose machine it is.
    pub who: &'a W,
    /// Their clock.
    pub now: Timestamp,
    /// Their randomness.
    pub rng: &'a mut dyn Randomness,
}

/// A machine: a value that an event turns into the next value and a list of effects. The keeper makes the next value durable **first** and
/// carries out the effects afterwards; a lost effect comes again with the next tick, and every receiver takes a message twice without harm.
pub trait Machine: Sized {
    /// Whose machine it is.
    type Who;
    /// What can happen to it.
    type Event;

    /// One step. An event that does not fit the state changes nothing.
    fn step(self, event: Self::Event, turn: &mut Turn<'_, Self::Who>) -> (Self, Vec<Effect>);

    /// When the next tick is due; `None` while nothing waits for time to pass. A keeper stores it beside the row and looks up what is due.
    fn due(&self) -> Option<Timestamp>;
}

/// A city's own part of a gateway platform.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// The institution it serves.
    pub institution: InstitutionCode,
    /// Its own key, under which it receives.
    pub key: SealKey,
    /// The key by which it knows the network.
    pub network: NetworkPublic,
    /// Real business or a connection test.
    pub mode: Mode,
    /// Periods.
    pub limits: Limits,
}

impl Tenant {
    /// May this party say this to the tenant? Who speaks is known from the connection, never from the message: only the own city loads the
    /// replica, only 住基ネット says that there is no 符号, and everything else comes from the network.
    pub fn hears(&self, from: &Party, body: &Body) -> bool {
        match body {
            Body::Chunk { .. } => *from == Party::City(self.institution.clone()),
            Body::CodeUnavailable { .. } => *from == Party::Juki,
            Body::CodeWanted { .. }
            | Body::CodeRequest { .. }
            | Body::ChunkDone { .. }
            | Body::PermitRequest(_)
            | Body::NoticeReceived { .. } => false,
            _ => *from == Party::Network,
        }
    }
}

/// Somebody who sends or receives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// 情報提供ネットワークシステム.
    Network,
    /// 住基ネット.
    Juki,
    /// An institution's part of a gateway platform.
    Gateway(InstitutionCode),
    /// An institution's own systems, behind its hub.
    City(InstitutionCode),
}

impl fmt::Display for Party {
    /// `network`, `juki`, `gateway:1234567890123456`, `city:1234567890123456`: as in certificates.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Party::Network => f.write_str("network"),
            Party::Juki => f.write_str("juki"),
            Party::Gateway(institution) => write!(f, "gateway:{institution}"),
            Party::City(institution) => write!(f, "city:{institution}"),
        }
    }
}

impl FromStr for Party {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let unknown =
            IdError { name: "接続相手の名前", form: "network・juki・gateway:機関コード・city:機関コード" };
        match text.split_once(':') {
            None if text == "network" => Ok(Party::Network),
            None if text == "juki" => Ok(Party::Juki),
            Some(("gateway", code)) => InstitutionCode::parse(code).map(Party::Gateway),
            Some(("city", code)) => InstitutionCode::parse(code).map(Party::City),
            _ => Err(unknown),
        }
    }
}

/// A message between two parties.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who sends.
    pub from: Party,
    /// Who receives.
    pub to: Party,
    /// What is said.
    pub body: Body,
}

/// What an asker wants a permit for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// The asker's id of the inquiry; the same for every repetition.
    pub request: RequestId,
    /// 情報照会者.
    pub asker: InstitutionCode,
    /// The person, by the asker's 符号.
    pub code: Code,
    /// 情報提供者.
    pub provider: InstitutionCode,
    /// 事務手続.
    pub procedure: ProcedureId,
    /// 特定個人情報.
    pub data_set: DataSet,
    /// Items.
    pub items: Vec<ItemId>,
    /// 照会側不開示.
    pub hidden: bool,
    /// Real or test.
    pub mode: Mode,
}

impl Ask {
    /// Does the permit say what was asked, no less and no more?
    pub fn is_granted_by(&self, terms: &Terms) -> bool {
        terms.request == self.request
            && terms.concerns(&self.code)
            && (&terms.asker, &terms.provider, &terms.procedure) == (&self.asker, &self.provider, &self.procedure)
            && (&terms.data_set, &terms.items, terms.hidden, terms.mode) == (&self.data_set, &self.items, self.hidden, self.mode)
    }
}

/// Why no 符号 can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoCode {
    /// No 住民票コード: 死亡, 国外転出, or never numbered.
    NoResidentCode,
    /// The 符号 already belongs to another 団番: the same person twice.
    DuplicateCode,
}

/// 訂正: what a provider says about an answer that rested on a wrong link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// Its permit.
    pub no: PermitNo,
    /// Which answer under the permit, from 0: it and those before it must not be used.
    pub revision: u32,
    /// When that answer was provided: the record stays, even if the answer itself never arrived.
    pub provided_at: Option<Timestamp>,
    /// Until when a new answer may come; `None` while the link is still wrong.
    pub until: Option<Timestamp>,
}

/// Everything that is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// FGU_20215, gateway → city: have a 符号 made for this person.
    CodeWanted {
        /// 取得番号.
        acquisition: AcquisitionNo,
        /// The person.
        dan: DanNo,
    },
    /// 住基ネット → network: make a 符号 of this person for the institution.
    CodeRequest {
        /// 取得番号.
        acquisition: AcquisitionNo,
        /// The person's lineage.
        lineage: LineageKey,
        /// For whom.
        institution: InstitutionCode,
    },
    /// Network → gateway: the 符号.
    CodeIssued {
        /// 取得番号.
        acquisition: AcquisitionNo,
        /// The 符号.
        code: Code,
    },
    /// 住基ネット → gateway: there is none.
    CodeUnavailable {
        /// 取得番号.
        acquisition: AcquisitionNo,
        /// Why.
        reason: NoCode,
    },
    /// Asker → network.
    PermitRequest(Box<Ask>),
    /// Network → asker.
    PermitGranted(Permit),
    /// Network → asker; the refused request is recorded, too.
    PermitDenied {
        /// Which inquiry.
        request: RequestId,
        /// Why.
        error: ExchangeError,
        /// The network's record of it.
        record: Box<Record>,
    },
    /// Network → provider: a permit has been given.
    Notice(Permit),
    /// Provider → network: it is recorded here, and whether this side hides it.
    NoticeReceived {
        /// Which permit.
        no: PermitNo,
        /// 提供側不開示.
        hidden: bool,
    },
    /// Asker → network → provider.
    Inquiry {
        /// The permit.
        permit: Permit,
        /// The question, readable to the provider only.
        sealed: Sealed,
    },
    /// Provider → network → asker: it has arrived. Says nothing about what becomes of it.
    InquiryReceived(PermitNo),
    /// Provider → network → asker.
    Answer {
        /// Which permit.
        no: PermitNo,
        /// 提供日時; none when there was no data to provide.
        provided_at: Option<Timestamp>,
        /// The answer, readable to the asker only.
        sealed: Sealed,
    },
    /// Asker → network → provider.
    AnswerReceived {
        /// Which permit.
        no: PermitNo,
        /// Which answer under it.
        revision: u32,
    },
    /// Provider → network → asker: the permit is not honoured.
    Refused {
        /// Which permit.
        no: PermitNo,
        /// Why.
        error: ExchangeError,
    },
    /// 取りやめ, asker → network → provider.
    Cancel(Permit),
    /// Provider → network → asker.
    CancelDone {
        /// Which permit.
        no: PermitNo,
        /// False: too late, it is answered.
        cancelled: bool,
    },
    /// Either side → network → the other: hide this exchange from now on.
    Hide(PermitNo),
    /// It is hidden here.
    HideReceived(PermitNo),
    /// Provider → network → asker: the answer rests on a wrong link; do not use it.
    Correction(Correction),
    /// Asker → network → provider: the same again.
    CorrectionReceived(Correction),
    /// City → gateway: a part of a load (DBM_20113).
    Chunk {
        /// Which load.
        load: LoadId,
        /// Which part, from 0.
        part: u32,
        /// Its records.
        records: Vec<ReplicaRecord>,
    },
    /// Gateway → city: the part is in the replica; rows that were not taken are listed (DBM_20314).
    ChunkDone {
        /// Which load.
        load: LoadId,
        /// Which part.
        part: u32,
        /// レコード識別番号 and error of the rows refused.
        rejected: Vec<(u64, ExchangeError)>,
    },
}

impl Body {
    /// The permit that the message is about, for finding the machine it belongs to.
    pub fn permit_no(&self) -> Option<PermitNo> {
        match self {
            Body::PermitGranted(permit) | Body::Notice(permit) | Body::Cancel(permit) | Body::Inquiry { permit, .. } => {
                Some(permit.terms.no)
            }
            Body::NoticeReceived { no, .. }
            | Body::InquiryReceived(no)
            | Body::Answer { no, .. }
            | Body::AnswerReceived { no, .. }
            | Body::Refused { no, .. }
            | Body::CancelDone { no, .. }
            | Body::Hide(no)
            | Body::HideReceived(no)
            | Body::Correction(Correction { no, .. })
            | Body::CorrectionReceived(Correction { no, .. }) => Some(*no),
            _ => None,
        }
    }
}

/// What a keeper has to do after the step is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Send a message.
    Send {
        /// To whom.
        to: Party,
        /// What.
        body: Body,
    },
    /// Merge a record of provision into the store under its number ([`Record::merge`]).
    Record(Record),
    /// Keep the machine that carries a 不開示 mark to the network.
    Hiding(crate::hide::Hiding),
    /// Store the 符号 of a person.
    Bind {
        /// The person.
        dan: DanNo,
        /// The 符号.
        code: Code,
    },
    /// Put work in a clerk's queue.
    Task(Task),
    /// Tell the operators or the security log.
    Alarm(Alarm),
}

/// Work for a clerk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// An inquiry waits for a decision here.
    CheckHeld {
        /// Its permit.
        no: PermitNo,
        /// Why it was not answered by itself.
        why: crate::provide::Hold,
    },
    /// An answer received earlier must not be used until a new one comes.
    AnswerRecalled {
        /// The inquiry.
        request: RequestId,
    },
}

/// Something operators must hear of. Names no person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// A 符号 has been waited for too long.
    AcquisitionOld,
    /// One 符号 came for two 団番: the hub holds one person twice.
    DuplicateCode,
    /// A question was stopped inside the city.
    StoppedHere(crate::inquiry::Stop),
    /// A permit was refused.
    Permit(PermitFault),
    /// More replica records wait to be sent than allowed.
    Backlog(usize),
}
