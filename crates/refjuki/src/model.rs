//! Records of the 住基ネット peer. Both numbers and the four facts are sealed; only keyed tokens can be searched.

use kernel::Date;
use kernel::ident::JuminhyoCode;
use kernel::time::Timestamp;
use mynumber::IndividualNumber;
use platform::Fault;
use platform::fault::FaultKind;
use serde::{Deserialize, Serialize};

/// Field group of people.
pub const PERSON: &str = "refjuki.person";
/// Field group of what cities asked.
pub const LOOKUP: &str = "refjuki.lookup";
/// Field group of counts and the queue of messages.
pub const SERVICE: &str = "refjuki.service";

platform::register! {
    /// A person. The lineage stays when a number changes.
    pub struct PersonRow in "refjuki_person" named "本人確認情報", purpose "refjuki", basis "住基法30条の6・30条の8", retention "登録されている間(参照実装では消去しない)" {
        /// Keyed token of the present 個人番号.
        number_token: Vec<u8>, "個人番号の照合値", "refjuki.person", Secret, [];
        /// Keyed token of the present 住民票コード.
        resident_token: Vec<u8>, "住民票コードの照合値", "refjuki.person", Secret, [];
        /// Keyed token of name and birth date.
        facts_token: Vec<u8>, "氏名・生年月日の照合値", "refjuki.person", Secret, [];
        /// 機関コード of the city of residence.
        city: String, "住所地の機関コード", "refjuki.service", Plain, [];
        /// By [`Standing::code`].
        standing: String, "状態", "refjuki.service", Plain, [];
        /// Both numbers and the four facts, sealed.
        sealed: Vec<u8>, "番号と4情報", "refjuki.person", Secret, [];
        /// Key of the lineage, sealed.
        lineage: Vec<u8>, "系統鍵", "refjuki.person", Secret, [];
        /// For a newborn: the city and its own number of the request.
        born_reference: Option<String>, "出生の付番依頼", "refjuki.service", Plain, [];
        /// Last change.
        updated_at: Timestamp, "更新日時", "refjuki.service", Plain, [];
    }
}

platform::register! {
    /// A 個人番号 that a person had before.
    pub struct FormerRow in "refjuki_former_number" named "変更前の個人番号", purpose "refjuki", basis "番号法7条2項、番号法施行令3条", retention "本人確認情報と同じ" {
        /// The person.
        person_id: i64, "本人確認情報の行", "refjuki.person", Secret, [];
        /// Keyed token of the former 個人番号.
        number_token: Vec<u8>, "変更前の個人番号の照合値", "refjuki.person", Secret, [];
        /// Day of the change.
        changed_on: Date, "変更年月日", "refjuki.service", Plain, [];
        /// Why.
        reason: String, "変更の理由", "refjuki.service", Plain, [];
    }
}

platform::register! {
    /// A look-up by a city.
    pub struct LookupRow in "refjuki_lookup" named "本人確認情報の提供状況", purpose "refjuki", basis "住基法30条の10〜30条の12", retention "3年(当方の定め)" {
        /// 機関コード of the city that asked.
        city: String, "照会した機関", "refjuki.lookup", Plain, [];
        /// For which 事務.
        affair: String, "事務", "refjuki.lookup", Plain, [];
        /// `number` or `facts`.
        sought_by: String, "検索の方法", "refjuki.lookup", Plain, [];
        /// The person, when there was one.
        person_id: Option<i64>, "本人確認情報の行", "refjuki.person", Secret, [];
        /// How many were found.
        found: i64, "該当", "refjuki.lookup", Plain, [];
        /// When.
        at: Timestamp, "照会日時", "refjuki.lookup", Plain, [];
    }
}

platform::register! {
    /// A message that waits to be delivered.
    pub struct OutgoingRow in "refjuki_outgoing" named "送信待ち", purpose "refjuki", basis "番号法21条の2", retention "届くまで(最長1時間)" {
        /// The receiver.
        receiver: String, "送信先", "refjuki.service", Plain, [];
        /// The message, sealed.
        body: Vec<u8>, "電文", "refjuki.person", Secret, [];
        /// Attempts so far.
        attempts: i64, "送信回数", "refjuki.service", Plain, [];
        /// Next attempt.
        due: Timestamp, "次の送信", "refjuki.service", Plain, [];
        /// When it was written.
        created_at: Timestamp, "作成日時", "refjuki.service", Plain, [];
    }
}

/// Does a person live in Japan?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Resident of the city in the row.
    Resident,
    /// 死亡.
    Deceased,
    /// 国外転出.
    Abroad,
}

impl Standing {
    /// All of them.
    pub const ALL: [Standing; 3] = [Standing::Resident, Standing::Deceased, Standing::Abroad];

    /// In the table.
    pub fn code(self) -> &'static str {
        match self {
            Standing::Resident => "resident",
            Standing::Deceased => "deceased",
            Standing::Abroad => "abroad",
        }
    }

    /// On screen.
    pub fn name_ja(self) -> &'static str {
        match self {
            Standing::Resident => "住民",
            Standing::Deceased => "死亡",
            Standing::Abroad => "国外転出",
        }
    }

    /// From the table.
    pub(crate) fn of(code: &str) -> Result<Self, Fault> {
        Self::ALL.into_iter().find(|s| s.code() == code).ok_or_else(|| broken("状態"))
    }
}

/// Sex as it stands in the four facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// 男.
    Male,
    /// 女.
    Female,
    /// Not stated.
    Unknown,
}

/// 本人確認情報の4情報.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// 氏名.
    pub name: String,
    /// 生年月日.
    pub birth: Date,
    /// 性別.
    pub sex: Sex,
    /// 住所.
    pub address: String,
}

impl std::fmt::Debug for Facts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Facts(…)")
    }
}

/// What is sealed in a person's row.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Inside {
    pub individual_number: String,
    pub resident_code: String,
    pub facts: Facts,
}

impl Inside {
    pub fn individual_number(&self) -> Result<IndividualNumber, Fault> {
        IndividualNumber::parse(&self.individual_number).map_err(|_| broken("個人番号"))
    }

    pub fn resident_code(&self) -> Result<JuminhyoCode, Fault> {
        JuminhyoCode::parse(&self.resident_code).map_err(|_| broken("住民票コード"))
    }
}

/// A stored value that the code does not understand.
pub(crate) fn broken(what: &str) -> Fault {
    Fault::new(FaultKind::Defect, "保存した記録を読めません", format!("{what}の形が合いません"), "運用者へ連絡してください")
}

/// 事務 for which cities may ask for 本人確認情報 nationwide: code, name, article.
pub const AFFAIRS: &[(&str, &str, &str)] = &[
    ("juki", "住民基本台帳に関する事務(転入・転出)", "住基法30条の10〜12・別表"),
    ("hub", "番号法による付番・本人確認の事務", "番号法14条2項・住基法30条の10〜12"),
    ("tax", "地方税の賦課徴収に関する事務", "住基法30条の10〜12・別表"),
    ("kodomo", "児童手当・子ども医療費の助成に関する事務", "住基法30条の10〜12・別表"),
    ("hoiku", "子どものための教育・保育給付に関する事務", "住基法30条の10〜12・別表"),
    ("kokuho", "国民健康保険に関する事務", "住基法30条の10〜12・別表"),
];
