//! Which operation stands behind each interface id, and in which role.

use std::fmt::Write;
use wire::interface::{Direction, Inventory, Style};

/// What an interface does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Enters inquiries.
    Ask,
    /// Where inquiries stand.
    AskStatus,
    /// Inquiries as entered.
    AskContent,
    /// Answers.
    AskResult,
    /// 取りやめ.
    Cancel,
    /// What became of it.
    CancelResult,
    /// Provisions of a time.
    ProvideStatus,
    /// What is asked of us.
    ProvideQuestion,
    /// What would be sent, or was.
    ProvideContent,
    /// A clerk registers what may be sent.
    ProvideRegister,
    /// Another clerk allows it.
    ProvidePermit,
    /// 情報提供等記録.
    Records,
    /// 不開示 of a record.
    RecordMark,
    /// Puts records into the replica.
    ReplicaUpdate,
    /// Records of a person.
    ReplicaList,
    /// One record in full.
    ReplicaDetail,
    /// What is published under conditions.
    ReplicaSearch,
    /// 自動応答不可 of a record.
    BlockRecord,
    /// 自動応答不可 of a person.
    BlockPerson,
    /// 不開示該当 of a record.
    HideRecord,
    /// 不開示該当 of a person.
    HidePerson,
    /// Flags of a person.
    PersonFlags,
    /// Flags of a record.
    RecordFlags,
    /// 提供先.
    Recipients,
    /// 公開終了日一括設定.
    Close,
    /// Takes it back.
    CloseUndo,
    /// What became of it.
    CloseResult,
    /// 自己情報 that was asked for.
    OwnStatus,
    /// What was shown.
    OwnContent,
    /// Takes お知らせ.
    MessageSend,
    /// Where they stand.
    MessageStatus,
    /// Takes them back.
    MessageCancel,
    /// Masters.
    Masters,
    /// State of operation.
    State,
    /// For whom a 符号 is wanted.
    CodesWanted,
}

/// How an interface uses its operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// One request, answered at once.
    One,
    /// A file of requests is registered and worked through.
    Register,
    /// One request whose answer becomes a file.
    Create,
    /// The result of a file is fetched.
    Fetch,
    /// The gateway sends by itself.
    Push,
}

/// One row: an interface id and what it does.
#[derive(Debug, Clone, Copy)]
pub struct Wired {
    /// Interface id.
    pub id: &'static str,
    /// Its role.
    pub role: Role,
    /// Its operation; a fetch may serve several.
    pub operations: &'static [Operation],
}

impl Wired {
    /// The operation, of those that have one.
    pub(crate) fn operation(&self) -> Operation {
        self.operations.first().copied().unwrap_or(Operation::State)
    }
}

const fn wired(id: &'static str, role: Role, operations: &'static [Operation]) -> Wired {
    Wired { id, role, operations }
}

use Operation as O;

/// Every interface, in the order of the specification.
pub const INTERFACES: &[Wired] = &[
    wired("SKI_10111", Role::One, &[O::Ask]),
    wired("SKI_10123", Role::Register, &[O::Ask]),
    wired("SKI_10134", Role::Fetch, &[O::Ask]),
    wired("SKI_10712", Role::One, &[O::AskStatus]),
    wired("SKI_10723", Role::Register, &[O::AskStatus]),
    wired("SKI_10734", Role::Fetch, &[O::AskStatus]),
    wired("SKI_10912", Role::One, &[O::AskContent]),
    wired("SKI_10923", Role::Register, &[O::AskContent]),
    wired("SKI_10934", Role::Fetch, &[O::AskContent]),
    wired("SKI_11112", Role::One, &[O::AskResult]),
    wired("SKI_11123", Role::Register, &[O::AskResult]),
    wired("SKI_11134", Role::Fetch, &[O::AskResult]),
    wired("SKI_50111", Role::One, &[O::Cancel]),
    wired("SKI_50123", Role::Register, &[O::Cancel]),
    wired("SKI_50134", Role::Fetch, &[O::Cancel]),
    wired("SKI_50412", Role::One, &[O::CancelResult]),
    wired("SKI_50423", Role::Register, &[O::CancelResult]),
    wired("SKI_50434", Role::Fetch, &[O::CancelResult]),
    wired("TKY_11312", Role::One, &[O::ProvideStatus]),
    wired("TKY_11321", Role::Create, &[O::ProvideStatus]),
    wired("TKY_11334", Role::Fetch, &[O::ProvideStatus]),
    wired("TKY_11512", Role::One, &[O::ProvideQuestion]),
    wired("TKY_11523", Role::Register, &[O::ProvideQuestion]),
    wired("TKY_11534", Role::Fetch, &[O::ProvideQuestion]),
    wired("TKY_11912", Role::One, &[O::ProvideContent]),
    wired("TKY_11923", Role::Register, &[O::ProvideContent]),
    wired("TKY_11934", Role::Fetch, &[O::ProvideContent]),
    wired("TKY_20311", Role::One, &[O::ProvideRegister]),
    wired("TKY_20323", Role::Register, &[O::ProvideRegister]),
    wired("TKY_20334", Role::Fetch, &[O::ProvideRegister]),
    wired("TKY_20511", Role::One, &[O::ProvidePermit]),
    wired("TKY_20523", Role::Register, &[O::ProvidePermit]),
    wired("TKY_20534", Role::Fetch, &[O::ProvidePermit]),
    wired("TKM_40113", Role::Register, &[O::Records]),
    wired("TKM_40124", Role::Fetch, &[O::Records]),
    wired("TKM_40133", Role::Register, &[O::RecordMark]),
    wired("TKM_40144", Role::Fetch, &[O::RecordMark]),
    wired("DBM_10111", Role::One, &[O::ReplicaUpdate]),
    wired("DBM_20113", Role::Register, &[O::ReplicaUpdate]),
    wired("DBM_20314", Role::Fetch, &[O::ReplicaUpdate]),
    wired("DBM_30112", Role::One, &[O::ReplicaList]),
    wired("DBM_30212", Role::One, &[O::ReplicaDetail]),
    wired("DBM_30312", Role::One, &[O::ReplicaSearch]),
    wired("DBM_40111", Role::One, &[O::BlockRecord]),
    wired("DBM_40123", Role::Register, &[O::BlockRecord]),
    wired("DBM_40134", Role::Fetch, &[O::BlockRecord]),
    wired("DBM_50111", Role::One, &[O::BlockPerson]),
    wired("DBM_50123", Role::Register, &[O::BlockPerson]),
    wired("DBM_50134", Role::Fetch, &[O::BlockPerson]),
    wired("DBM_60412", Role::One, &[O::Recipients]),
    wired("DBM_60423", Role::Register, &[O::Recipients]),
    wired("DBM_60434", Role::Fetch, &[O::Recipients]),
    wired("DBM_70111", Role::One, &[O::HideRecord]),
    wired("DBM_70123", Role::Register, &[O::HideRecord]),
    wired("DBM_70134", Role::Fetch, &[O::HideRecord]),
    wired("DBM_80111", Role::One, &[O::HidePerson]),
    wired("DBM_80123", Role::Register, &[O::HidePerson]),
    wired("DBM_80134", Role::Fetch, &[O::HidePerson]),
    wired("DBM_90112", Role::One, &[O::PersonFlags]),
    wired("DBM_90123", Role::Register, &[O::PersonFlags]),
    wired("DBM_90134", Role::Fetch, &[O::PersonFlags]),
    wired("DBM_90212", Role::One, &[O::RecordFlags]),
    wired("DBM_90311", Role::One, &[O::Close]),
    wired("DBM_90321", Role::One, &[O::CloseUndo]),
    wired("DBM_90332", Role::One, &[O::CloseResult]),
    wired("SCM_30112", Role::One, &[O::Masters]),
    wired("SYM_20212", Role::One, &[O::State]),
    wired("JTK_10112", Role::One, &[O::OwnStatus]),
    wired("JTK_10121", Role::Create, &[O::OwnStatus]),
    wired("JTK_10134", Role::Fetch, &[O::OwnStatus]),
    wired("JTK_10212", Role::One, &[O::OwnContent]),
    wired("JTK_10223", Role::Register, &[O::OwnContent]),
    wired("JTK_10234", Role::Fetch, &[O::OwnContent]),
    wired("OSR_10111", Role::One, &[O::MessageSend]),
    wired("OSR_10123", Role::Register, &[O::MessageSend]),
    wired("OSR_20111", Role::One, &[O::MessageStatus]),
    wired("OSR_20123", Role::Register, &[O::MessageStatus]),
    wired("OSR_30111", Role::One, &[O::MessageCancel]),
    wired("OSR_30123", Role::Register, &[O::MessageCancel]),
    wired("OSR_40134", Role::Fetch, &[O::MessageSend, O::MessageStatus, O::MessageCancel]),
    wired("FGU_20221", Role::Create, &[O::CodesWanted]),
    wired("FGU_20234", Role::Fetch, &[O::CodesWanted]),
    wired("FGU_20215", Role::Push, &[O::CodesWanted]),
];

impl Operation {
    /// The function that does it.
    pub fn code(self) -> &'static str {
        match self {
            O::Ask => "ask::register",
            O::AskStatus => "ask::status",
            O::AskContent => "ask::content",
            O::AskResult => "ask::result",
            O::Cancel => "ask::cancel",
            O::CancelResult => "ask::cancel_result",
            O::ProvideStatus => "provide::status",
            O::ProvideQuestion => "provide::question",
            O::ProvideContent => "provide::content",
            O::ProvideRegister => "provide::register",
            O::ProvidePermit => "provide::permit",
            O::Records => "provide::records",
            O::RecordMark => "provide::mark",
            O::ReplicaUpdate => "replica::update",
            O::ReplicaList => "replica::lines",
            O::ReplicaDetail => "replica::detail",
            O::ReplicaSearch => "replica::search",
            O::BlockRecord => "replica::flag_record",
            O::BlockPerson => "replica::flag_person",
            O::HideRecord => "replica::flag_record",
            O::HidePerson => "replica::flag_person",
            O::PersonFlags => "replica::flags_of_person",
            O::RecordFlags => "replica::flags_of_record",
            O::Recipients => "replica::recipients",
            O::Close => "replica::close",
            O::CloseUndo => "replica::undo",
            O::CloseResult => "replica::closing",
            O::OwnStatus => "own::own_status",
            O::OwnContent => "own::own_content",
            O::MessageSend => "own::send",
            O::MessageStatus => "own::message_state",
            O::MessageCancel => "own::cancel",
            O::Masters => "system::masters",
            O::State => "system::operation",
            O::CodesWanted => "system::codes_wanted",
        }
    }
}

/// `docs/generated/interfaces.md`: of each interface its id, name, direction, style, operation and the test that checks content and effect;
/// and the ten functions.
pub fn table() -> String {
    let mut text = String::from(HEAD);
    let inventory = match Inventory::load() {
        Ok(inventory) => inventory,
        Err(error) => return error.to_string(),
    };
    for row in inventory.all() {
        let direction = match row.direction {
            Direction::CityToGateway => "業務 → 中間サーバー",
            Direction::GatewayToCity => "中間サーバー → 業務",
        };
        let style = match row.style {
            Style::Single => "即時",
            Style::File => "ファイル",
            Style::Push => "送信",
        };
        let of = INTERFACES.iter().find(|wired| wired.id == row.id.as_str());
        let operations = of.map(|w| w.operations.iter().map(|o| format!("`{}`", o.code())).collect::<Vec<_>>().join(", "));
        let id = row.id.as_str();
        // Writing into a text does not fail.
        writeln!(
            text,
            "| {id} | {} | {direction} | {style} | {} | `interfaces::{}` |",
            row.name,
            operations.unwrap_or_default(),
            id.to_lowercase()
        )
        .ok();
    }
    text + &crate::functions::table()
}

const HEAD: &str = "<!-- Generated by `cargo xtask generate`. Do not edit. -->\n\n# Interfaces between a city and its gateway\n\n\
The ids and names are the published ones; the messages are our own: **not wire-compatible with the national system**, whose formats are\n\
not public. An adapter to it would stand in two places: towards a national gateway, instead of the city's caller of `/if/{id}`; towards\n\
the national network, as a `gateway::Sender` that turns `wire::machine::Body` into its messages, and what it says back into bodies for\n\
`Keeper::hear`. Each test checks what the answer says and what the call did to the store\n\
([crates/gateway/tests/interfaces](../../crates/gateway/tests/interfaces)); the schema of every message is in\n\
[exchange-openapi.json](exchange-openapi.json), and every message that the tests send or get is held against it.\n\n\
| id | name | direction | style | operation | test |\n|---|---|---|---|---|---|\n";
