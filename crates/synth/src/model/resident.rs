//! 住民基本台帳: a person and the rows of their history.

use super::Sex;
use kernel::ident::JuminhyoCode;
use kernel::time::{Date, PartialDate, Period};
use mynumber::IndividualNumber;

/// A person who is or was a resident of みなと市.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// 宛名 serial.
    pub serial: u64,
    /// 個人番号, in the space that this crate marks as synthetic (bodies that begin with 99).
    pub individual_number: IndividualNumber,
    /// 住民票コード.
    pub juminhyo_code: JuminhyoCode,
    /// History, oldest first, never empty. The last row is the current one.
    pub rows: Vec<ResidentRow>,
}

impl Person {
    /// The current row.
    #[expect(clippy::expect_used, reason = "the builder gives every person a first row")]
    pub fn current(&self) -> &ResidentRow {
        self.rows.last().expect("a person has a row")
    }

    /// Does the record stand today?
    pub fn is_resident(&self) -> bool {
        self.current().removal.is_none()
    }

    /// 生年月日 as the register has it today.
    pub fn birth(&self) -> &PartialDate {
        &self.current().birth
    }

    /// The birth date when it is fully known, else the earliest day it can be.
    pub fn birth_day(&self) -> Date {
        self.current().birth.earliest
    }

    /// The row that was true on a day, as known today.
    pub fn row_on(&self, day: Date) -> Option<&ResidentRow> {
        self.rows.iter().rev().find(|r| r.superseded_on.is_none() && r.valid.contains(day))
    }
}

/// One row of the history: the whole record as a change left it (住民記録システム標準仕様書 1.2.1).
///
/// Rows that stand (`superseded_on` is `None`) follow one another without overlap. A row that a correction (誤記修正) or a cancellation
/// replaced keeps its place with the day on which it was replaced. The row with the 消除 is the last and open.
#[derive(Debug, Clone, PartialEq)]
pub struct ResidentRow {
    /// 履歴番号, from 1.
    pub history_no: u16,
    /// 個人処理番号: a number of the change, unique in the city.
    pub processing_no: u64,
    /// The days on which this was so.
    pub valid: Period,
    /// 処理日: the day it was entered.
    pub recorded_on: Date,
    /// The day on which a later row took its place for the same days.
    pub superseded_on: Option<Date>,
    /// 異動年月日.
    pub moved_on: PartialDate,
    /// 届出年月日, 通知日 or 申出日.
    pub notified_on: Date,
    /// 異動事由: 国内転入, 国外転入等, 出生, 転居, 国内転出, 国外転出, 死亡, 世帯分離, 世帯合併, 世帯変更, 世帯主変更, 旧氏の記載, 通称の記載, 職権記載, 職権修正,
    /// 職権消除, 誤記修正, 異動の取消し(修正) …
    pub event: &'static str,
    /// 住民区分: 日本人住民, 外国人住民, 除票.
    pub class: &'static str,
    /// 世帯 serial.
    pub household: u64,
    /// 続柄 to the head of that household.
    pub relation: &'static str,
    /// 世帯主 serial.
    pub head: u64,
    /// 現在世帯主名.
    pub head_name: String,
    /// 現在世帯主アルファベット氏名.
    pub head_latin_name: Option<String>,
    /// 氏名.
    pub name: Name,
    /// 生年月日.
    pub birth: PartialDate,
    /// 性別.
    pub sex: Sex,
    /// 住所.
    pub address: Address,
    /// 住定年月日: since when at this address.
    pub settled_on: Date,
    /// How the person became a resident.
    pub entry: Entry,
    /// How the record ended.
    pub removal: Option<Removal>,
    /// 転出: planned and confirmed. Stands before the removal while the day is yet to come.
    pub move_out: Option<MoveOut>,
    /// 本籍・筆頭者; `None` for foreign residents.
    pub koseki: Option<Koseki>,
    /// What is recorded for foreign residents only (住民基本台帳法30条の45).
    pub foreign: Option<Foreign>,
    /// 国保有無.
    pub national_health: bool,
    /// 国民年金.
    pub pension: Option<Pension>,
    /// サブ氏名: a name used for one programme's letters.
    pub sub_name: Option<SubName>,
    /// 送付先.
    pub mailing: Option<Mailing>,
}

/// A name and its reading.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NamePart {
    /// As written.
    pub text: String,
    /// カナ, full-width.
    pub kana: String,
}

/// 氏名. Family name and given name are parted by a full-width blank, Latin words by a half-width one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Name {
    /// 漢字氏名: the name of a Japanese resident; the kanji form of a foreign resident who has one.
    pub kanji: Option<NamePart>,
    /// アルファベット氏名: the name of a foreign resident.
    pub latin: Option<NamePart>,
    /// カタカナ表記名, for envelopes and lists.
    pub katakana: Option<String>,
    /// 通称名.
    pub alias: Option<NamePart>,
    /// 旧姓 (旧氏).
    pub former_family_name: Option<NamePart>,
}

impl Name {
    /// The name that heads the record: Latin for a foreign resident who has one, else kanji.
    pub fn main(&self) -> &str {
        self.latin.as_ref().or(self.kanji.as_ref()).map_or("", |n| n.text.as_str())
    }

    /// Its reading.
    pub fn kana(&self) -> &str {
        self.latin.as_ref().or(self.kanji.as_ref()).map_or("", |n| n.kana.as_str())
    }

    /// The name used every day: alias, kanji, then Latin.
    pub fn everyday(&self) -> &NamePart {
        const NONE: &NamePart = &NamePart { text: String::new(), kana: String::new() };
        self.alias.as_ref().or(self.kanji.as_ref()).or(self.latin.as_ref()).unwrap_or(NONE)
    }
}

/// 住所 in みなと市.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// 所管区 code: 01, 02, 03.
    pub ward: &'static str,
    /// 町丁コード, six digits.
    pub town_code: String,
    /// The whole line without 方書: 大阪府みなと市北区潮見町二丁目5番7号.
    pub text: String,
    /// 番地 (街区符号 where 住居表示 is used).
    pub lot: String,
    /// 枝番 (住居番号).
    pub branch: Option<String>,
    /// 小枝番.
    pub sub_branch: Option<String>,
    /// 方書: building and room.
    pub building: Option<NamePart>,
    /// 郵便番号, seven digits.
    pub postal_code: String,
    /// 小学校区 code.
    pub primary_school: &'static str,
    /// 中学校区 code.
    pub middle_school: &'static str,
}

/// 住民となったこと.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// 住民年月日.
    pub on: Date,
    /// 住民届出日.
    pub notified_on: Date,
    /// 住民事由: 国内転入, 国外転入等, 出生, 職権記載(帰化等)※日, 職権記載.
    pub reason: &'static str,
    /// 転入前住所.
    pub previous_address: Option<String>,
}

/// 消除.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// 消除年月日; the day of a death may be partly unknown.
    pub on: PartialDate,
    /// 消除届出日.
    pub notified_on: Date,
    /// 消除事由: 国内転出, 国外転出, 死亡, 職権消除.
    pub reason: &'static str,
}

/// 転出.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveOut {
    /// 転出予定先住所.
    pub planned_address: String,
    /// 転出予定年月日.
    pub planned_on: Date,
    /// 転出予定届出年月日.
    pub notified_on: Date,
    /// What the 転入通知 of the other city said, when it came.
    pub confirmed: Option<Confirmed>,
}

/// 転出の確定.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmed {
    /// 転出確定先住所.
    pub address: String,
    /// 転出確定日.
    pub on: Date,
    /// 転出確定通知日.
    pub notified_on: Date,
}

/// 戸籍の表示.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Koseki {
    /// 本籍.
    pub place: String,
    /// 筆頭者氏名.
    pub head: String,
}

/// 住民基本台帳法30条の45 の記載事項.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// 国籍・地域.
    pub nationality: &'static str,
    /// Its code, three digits (ISO 3166-1 numeric).
    pub nationality_code: &'static str,
    /// 在留資格; `None` for 経過滞在者.
    pub status: Option<&'static str>,
    /// 在留区分: 中長期在留者, 特別永住者, 出生による経過滞在者.
    pub class: &'static str,
    /// 在留期間: 3年, 無期限 …
    pub term: Option<&'static str>,
    /// 在留期間満了日.
    pub expires_on: Option<Date>,
    /// 在留カード番号 or 特別永住者証明書番号, in a series that is not issued (letters ZX … SY).
    pub card_no: Option<String>,
    /// 外国人住民となった年月日.
    pub resident_since: Date,
}

/// 国民年金.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pension {
    /// 年金種別: 第1号被保険者, 第2号被保険者, 第3号被保険者, 任意加入被保険者, 受給権者.
    pub class: &'static str,
    /// 基礎年金番号, ten digits, in a series that is not issued (99…).
    pub number: String,
    /// 年金取得年月日.
    pub since: Date,
}

/// サブ氏名.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubName {
    /// The name.
    pub name: String,
    /// サブ氏名業務区分: 税, 国保, 子ども医療, 全業務.
    pub programme: &'static str,
}

/// 送付先.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailing {
    /// 送付先住所.
    pub address: String,
    /// 郵便番号, seven digits.
    pub postal_code: String,
    /// 送付先有効期間.
    pub period: Period,
    /// 送付先業務区分.
    pub programme: &'static str,
}
