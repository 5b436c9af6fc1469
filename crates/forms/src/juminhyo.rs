//! 住民票の写し (住民基本台帳法12条, 住民基本台帳法施行令15条の2): household, part of it, or a removed record (除票).

use crate::FormError;
use crate::parts::Issuer;
use serde::Serialize;

/// Which record the copy shows; it selects title and 認証文.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// 世帯全員.
    Household,
    /// 世帯の一部, down to one person.
    Part,
    /// 除票 of one person.
    Removed,
}

/// A value that the requester may choose to leave out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    /// Printed.
    Shown(String),
    /// Recorded, but not asked for: prints 省略.
    Omitted,
}

impl Item {
    /// A printed value.
    pub fn shown(text: &str) -> Self {
        Self::Shown(text.to_owned())
    }
}

/// The items of a foreign resident (住民基本台帳法30条の45).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ForeignItems {
    /// 国籍・地域.
    pub nationality: Item,
    /// 法30条の45に規定する区分, such as 中長期在留者.
    pub category: Item,
    /// 在留資格.
    pub status: Item,
    /// 在留期間.
    pub term: Item,
    /// 在留期間の満了の日.
    pub expires: Item,
    /// 在留カード等の番号.
    pub card: Item,
}

/// How a record ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Removal {
    /// 事由, such as 転出 or 死亡.
    pub cause: String,
    /// 異動年月日.
    pub date: String,
    /// 届出年月日.
    pub notified: String,
    /// 転出先 (予定) address.
    pub destination: Option<String>,
}

/// One person. `None` means that the item does not exist for the person; its row is not printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Member {
    /// 氏名; for a foreign resident the Latin and 漢字 name, never the 通称.
    pub name: String,
    /// 振り仮名.
    pub kana: Option<String>,
    /// 旧氏.
    pub former_surname: Option<String>,
    /// 通称.
    pub alias: Option<String>,
    /// 生年月日, also in the words of a date that is partly unknown.
    pub birth: String,
    /// 性別.
    pub sex: String,
    /// 世帯主との続柄.
    pub relation: Item,
    /// 住民となった年月日 (for a foreign resident: 外国人住民となった年月日).
    pub resident_since: String,
    /// 住所を定めた年月日.
    pub address_since: String,
    /// 届出年月日, or 職権 with its date.
    pub notified: String,
    /// 従前の住所.
    pub previous_address: Option<String>,
    /// 本籍; not for foreign residents.
    pub domicile: Option<Item>,
    /// 筆頭者.
    pub domicile_head: Option<Item>,
    /// 個人番号, 12 digits.
    pub individual_number: Item,
    /// 住民票コード, 11 digits.
    pub juminhyo_code: Item,
    /// Items of a foreign resident.
    pub foreign: Option<ForeignItems>,
    /// How the record ended; needed for 除票.
    pub removal: Option<Removal>,
    /// 備考.
    pub remarks: Vec<String>,
}

/// One copy of a 住民票.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Juminhyo {
    /// Which record.
    pub extent: Extent,
    /// 世帯主; omitted where the requester asked so.
    pub head: Item,
    /// 住所.
    pub address: String,
    /// The people, in the order of the household.
    pub members: Vec<Member>,
    /// 発行番号, printed on each page.
    pub number: String,
    /// 発行年月日.
    pub issued_on: String,
    /// 市長.
    pub issuer: Issuer,
    /// 用途の注記: what the copy may be used for, and other remarks for the reader.
    pub notes: Vec<String>,
}

impl Juminhyo {
    /// Title of the PDF document.
    pub(crate) fn title(&self) -> &'static str {
        if self.extent == Extent::Removed { "住民票（除票）の写し" } else { "住民票の写し" }
    }

    /// Refuses a copy without people, and a 除票 that does not say how the record ended.
    pub(crate) fn check(&self) -> Result<(), FormError> {
        let missing = |what| Err(FormError::Incomplete { form: self.title(), what });
        if self.members.is_empty() {
            return missing("記載する方");
        }
        if self.extent == Extent::Removed && self.members.iter().any(|m| m.removal.is_none()) {
            return missing("消除の事由と年月日");
        }
        Ok(())
    }
}
