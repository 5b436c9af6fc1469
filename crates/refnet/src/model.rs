//! Records of the network. People are rows with an inner id that is sealed and never shown; nobody here has a name.

use kernel::Date;
use kernel::time::Timestamp;
use platform::Fault;
use platform::fault::FaultKind;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use wire::ident::{DataSet, DataSetId, InstitutionCode, ItemId, Mode, PermitNo, ProcedureId};
use wire::network::Passage;
use wire::record::Record;

/// Field group of members.
pub const MEMBER: &str = "refnet.member";
/// Field group of passages and records.
pub const RECORD: &str = "refnet.record";
/// Field group of what leads to a person.
pub const PERSON: &str = "refnet.person";
/// Field group of modes, faults and the queue of messages.
pub const SERVICE: &str = "refnet.service";

platform::register! {
    /// An institution on the network.
    pub struct MemberRow in "refnet_member" named "接続機関", purpose "refnet", basis "番号法21条、番号法施行令", retention "接続している間" {
        /// 機関コード.
        institution: String, "機関コード", "refnet.member", Plain, [];
        /// Its name.
        name_ja: String, "名称", "refnet.member", Plain, [];
        /// Kind, as the list declares it.
        kind: String, "機関の種類", "refnet.member", Plain, [];
        /// Its public key, 32 bytes.
        public_key: Vec<u8>, "公開鍵", "refnet.member", Plain, [];
        /// Where its gateway listens, `host:port`.
        address: String, "宛先", "refnet.member", Plain, [];
        /// Since when.
        joined_on: Date, "接続年月日", "refnet.member", Plain, [];
    }
}

platform::register! {
    /// A person, by an inner id that never leaves the network.
    pub struct PersonRow in "refnet_person" named "IDコード", purpose "refnet", basis "番号法21条の2", retention "符号がある間" {
        /// Keyed token of the lineage.
        lineage_token: Vec<u8>, "系統鍵の照合値", "refnet.person", Secret, [];
        /// IDコード, sealed.
        inner_id: Vec<u8>, "IDコード", "refnet.person", Secret, [];
        /// Since when.
        registered_at: Timestamp, "登録日時", "refnet.person", Plain, [];
    }
}

platform::register! {
    /// A 符号 that was issued. The 符号 itself can be made again and is not kept.
    pub struct CodeRow in "refnet_code" named "発行した符号", purpose "refnet", basis "番号法21条の2", retention "機関が接続している間" {
        /// 機関コード.
        institution: String, "機関コード", "refnet.person", Plain, [];
        /// Keyed token of institution and 符号.
        code_token: Vec<u8>, "符号の照合値", "refnet.person", Secret, [];
        /// The person.
        person_id: i64, "IDコードの行", "refnet.person", Secret, [];
        /// When it was first issued.
        issued_at: Timestamp, "発行日時", "refnet.person", Plain, [];
    }
}

platform::register! {
    /// One request for a permit and what came of it.
    pub struct PassageRow in "refnet_passage" named "許可証の発行状況", purpose "refnet", basis "番号法21条・22条", retention "情報提供等記録と同じ" {
        /// 機関コード of the asker and its id of the inquiry.
        request: String, "照会ID", "refnet.record", Plain, [];
        /// 許可番号.
        permit_no: String, "許可番号", "refnet.record", Plain, [];
        /// 情報照会者.
        asker: String, "情報照会者", "refnet.record", Plain, [];
        /// 情報提供者.
        provider: String, "情報提供者", "refnet.record", Plain, [];
        /// Where it stands, by [`State::code`].
        state: String, "状態", "refnet.record", Plain, [];
        /// When the network repeats what has not been confirmed.
        due: Option<Timestamp>, "再送予定", "refnet.record", Plain, [];
        /// The person; none when the asker's 符号 is unknown.
        person_id: Option<i64>, "IDコードの行", "refnet.person", Secret, [];
        /// 求め日時.
        asked_at: Timestamp, "求め日時", "refnet.record", Plain, [];
        /// The machine's own value, sealed.
        machine: Vec<u8>, "状態機械の値", "refnet.person", Secret, [];
    }
}

platform::register! {
    /// 情報提供等記録 of the network.
    pub struct RecordRow in "refnet_record" named "情報提供等記録", purpose "refnet", basis "番号法23条3項", retention "求め日から7年(params/exchange/limits.toml)" {
        /// 許可番号.
        permit_no: String, "許可番号", "refnet.record", Plain, [];
        /// The person; none when the asker's 符号 is unknown.
        person_id: Option<i64>, "IDコードの行", "refnet.person", Secret, [];
        /// 情報照会者.
        asker: String, "情報照会者", "refnet.record", Plain, [];
        /// 情報提供者.
        provider: String, "情報提供者", "refnet.record", Plain, [];
        /// 事務手続.
        procedure_code: String, "事務手続", "refnet.record", Plain, [];
        /// 特定個人情報.
        data_set: String, "特定個人情報", "refnet.record", Plain, [];
        /// Version of its layout.
        version: i64, "版", "refnet.record", Plain, [];
        /// Items, one a line.
        items: String, "項目", "refnet.record", Plain, [];
        /// 求め日時.
        asked_at: Timestamp, "求め日時", "refnet.record", Plain, [];
        /// 提供日時.
        provided_at: Option<Timestamp>, "提供日時", "refnet.record", Plain, [];
        /// 不開示.
        hidden: bool, "不開示", "refnet.record", Plain, [];
        /// False: refused.
        granted: bool, "許可", "refnet.record", Plain, [];
        /// `production` or `test`.
        mode: String, "本番・テスト", "refnet.record", Plain, [];
        /// Both sides have recorded it and nobody hides it: it belongs into やりとり履歴.
        shown: bool, "やりとり履歴への表示", "refnet.record", Plain, [];
    }
}

platform::register! {
    /// What remains of a record whose time is over.
    pub struct RemovalRow in "refnet_removal" named "情報提供等記録の消去", purpose "refnet", basis "番号法23条・番号法施行令29条", retention "永年" {
        /// 許可番号.
        permit_no: String, "許可番号", "refnet.record", Plain, [];
        /// Hash of the record.
        digest: Vec<u8>, "記録のハッシュ値", "refnet.record", Plain, [];
        /// Its last day.
        kept_until: Date, "保存期限", "refnet.record", Plain, [];
        /// Day of removal.
        removed_on: Date, "消去年月日", "refnet.record", Plain, [];
    }
}

platform::register! {
    /// A message that waits to be delivered.
    pub struct OutgoingRow in "refnet_outgoing" named "送信待ち", purpose "refnet", basis "番号法21条", retention "届くまで(最長1時間)" {
        /// The receiver.
        receiver: String, "送信先", "refnet.service", Plain, [];
        /// The message, sealed.
        body: Vec<u8>, "電文", "refnet.person", Secret, [];
        /// Attempts so far.
        attempts: i64, "送信回数", "refnet.service", Plain, [];
        /// Next attempt.
        due: Timestamp, "次の送信", "refnet.service", Plain, [];
        /// When it was written.
        created_at: Timestamp, "作成日時", "refnet.service", Plain, [];
    }
}

platform::register! {
    /// By which secret the マイナポータル peer knows a person.
    pub struct PortalRow in "refnet_portal" named "マイナポータルの利用者", purpose "refnet", basis "番号法附則6条", retention "登録から12時間(params/exchange/limits.toml)" {
        /// Keyed token of the portal token.
        token: Vec<u8>, "利用者トークンの照合値", "refnet.person", Secret, [];
        /// The person.
        person_id: i64, "IDコードの行", "refnet.person", Secret, [];
        /// Since when.
        made_at: Timestamp, "登録日時", "refnet.person", Plain, [];
    }
}

platform::register! {
    /// お知らせ of an institution to one person.
    pub struct NoticeRow in "refnet_notice" named "お知らせ", purpose "refnet", basis "番号法附則6条", retention "掲載から1年" {
        /// The institution's own number of the notice.
        reference: String, "お知らせ番号", "refnet.record", Plain, [];
        /// The person.
        person_id: i64, "IDコードの行", "refnet.person", Secret, [];
        /// From whom.
        institution: String, "発信機関", "refnet.record", Plain, [];
        /// Title and text, sealed.
        body: Vec<u8>, "内容", "refnet.person", Secret, [];
        /// When it came.
        posted_at: Timestamp, "掲載日時", "refnet.record", Plain, [];
    }
}

/// Where a passage stands, for operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Outside of the list, or nobody known by that 符号.
    Denied,
    /// Permitted; the provider has not confirmed the notice.
    Notifying,
    /// Permitted, and recorded by both sides.
    Permitted,
    /// Answered with data.
    Provided,
}

impl State {
    /// All of them.
    pub const ALL: [State; 4] = [State::Denied, State::Notifying, State::Permitted, State::Provided];

    /// The state of a passage.
    pub fn of(passage: &Passage) -> Self {
        match (&passage.record, passage.is_noticed()) {
            (record, _) if !record.granted => State::Denied,
            (record, _) if record.provided_at.is_some() => State::Provided,
            (_, false) => State::Notifying,
            (_, true) => State::Permitted,
        }
    }

    /// In the table.
    pub fn code(self) -> &'static str {
        match self {
            State::Denied => "denied",
            State::Notifying => "notifying",
            State::Permitted => "permitted",
            State::Provided => "provided",
        }
    }

    /// On screen.
    pub fn name_ja(self) -> &'static str {
        match self {
            State::Denied => "拒否",
            State::Notifying => "許可・通知中",
            State::Permitted => "許可・通知済",
            State::Provided => "提供済",
        }
    }
}

/// The code of a mode.
pub fn mode_code(mode: Mode) -> &'static str {
    match mode {
        Mode::Production => "production",
        Mode::Test => "test",
    }
}

/// A stored value that the code does not understand.
pub(crate) fn broken(what: &str) -> Fault {
    Fault::new(FaultKind::Defect, "保存した記録を読めません", format!("{what}の形が合いません"), "運用者へ連絡してください")
}

/// Reads a sealed machine or message.
pub(crate) fn from_json<T: DeserializeOwned>(what: &str, bytes: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(bytes).map_err(|_| broken(what))
}

impl RecordRow {
    /// The row of a record.
    pub fn of(passage: &Passage, person_id: Option<i64>) -> Self {
        let record = &passage.record;
        let items: Vec<&str> = record.items.iter().map(ItemId::as_str).collect();
        Self {
            id: 0,
            permit_no: record.no.to_string(),
            person_id,
            asker: record.asker.to_string(),
            provider: record.provider.to_string(),
            procedure_code: record.procedure.to_string(),
            data_set: record.data_set.id.to_string(),
            version: record.data_set.version.into(),
            items: items.join("\n"),
            asked_at: record.asked_at,
            provided_at: record.provided_at,
            hidden: record.hidden,
            granted: record.granted,
            mode: mode_code(record.mode).to_owned(),
            shown: shown(passage),
        }
    }

    /// The record as the exchange knows it.
    ///
    /// # Errors
    /// A defect when a column does not hold what was written.
    pub fn record(&self) -> Result<Record, Fault> {
        let bad = |_| broken("情報提供等記録");
        let items: Result<Vec<ItemId>, _> = self.items.lines().map(ItemId::parse).collect();
        let version = u16::try_from(self.version).map_err(|_| broken("版"))?;
        Ok(Record {
            no: PermitNo::parse(&self.permit_no).map_err(bad)?,
            asker: InstitutionCode::parse(&self.asker).map_err(bad)?,
            provider: InstitutionCode::parse(&self.provider).map_err(bad)?,
            procedure: ProcedureId::parse(&self.procedure_code).map_err(bad)?,
            data_set: DataSet { id: DataSetId::parse(&self.data_set).map_err(bad)?, version },
            items: items.map_err(bad)?,
            asked_at: self.asked_at,
            provided_at: self.provided_at,
            hidden: self.hidden,
            granted: self.granted,
            mode: if self.mode == mode_code(Mode::Test) { Mode::Test } else { Mode::Production },
        })
    }
}

/// Does the person see it? Only what is real, granted, not hidden, and known to a provider who had the chance to hide it.
pub(crate) fn shown(passage: &Passage) -> bool {
    let record = &passage.record;
    record.granted && !record.hidden && record.mode == Mode::Production && passage.is_noticed()
}

/// What an institution tells a person.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeBody {
    /// Title.
    pub title: String,
    /// Text.
    pub text: String,
}
