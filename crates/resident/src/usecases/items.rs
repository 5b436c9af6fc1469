//! Items of a resident's record that a notification or the office may restate: label, field group, and how the column is read and set.

use crate::model::Person;
use kernel::Date;
use kernel::time::{parse_date, wareki};

/// One item of the record.
pub struct Item {
    /// Name of the form field and of the column.
    pub key: &'static str,
    /// Label.
    pub label_ja: &'static str,
    /// Field group that may show it.
    pub group: &'static str,
    /// What kind of field the form shows.
    pub kind: ItemKind,
    /// The value as it stands, in words; `None`: not recorded.
    pub get: fn(&Person) -> Option<String>,
    /// Sets the value; empty input takes it out of the record.
    set: fn(&mut Person, Option<String>),
}

/// What may be typed into an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    /// Words that the record needs.
    Needed,
    /// Words, or nothing.
    Text,
    /// A day, or nothing.
    Day,
    /// あり, なし, or nothing.
    YesNo,
}

impl Item {
    /// Sets the item from what was typed.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn write(&self, person: &mut Person, typed: &str) -> Result<(), String> {
        let typed = typed.trim();
        let value = (!typed.is_empty()).then(|| typed.to_owned());
        let value = match (self.kind, value) {
            (ItemKind::Needed, None) => return Err(format!("{}を入力してください", self.label_ja)),
            (ItemKind::Day, Some(day)) => Some(parse_date(&day).map_err(|e| format!("{}: {e}", self.label_ja))?.to_string()),
            (ItemKind::YesNo, Some(word)) if word != "あり" && word != "なし" => {
                return Err(format!("{}は「あり」か「なし」で入力してください", self.label_ja));
            }
            (_, value) => value,
        };
        (self.set)(person, value);
        Ok(())
    }
}

fn day(value: Option<String>) -> Option<Date> {
    value.and_then(|v| v.parse().ok())
}

macro_rules! items {
    ($($(#[$doc:meta])* $name:ident = $key:ident, $label:literal, $group:literal, $kind:ident;)*) => { $(
        $(#[$doc])*
        pub static $name: Item = Item {
            key: stringify!($key), label_ja: $label, group: $group, kind: ItemKind::$kind,
            get: items!(@get $kind $key), set: items!(@set $kind $key),
        };
    )* };
    (@get Needed $key:ident) => { |p| Some(p.$key.clone()) };
    (@set Needed $key:ident) => { |p, v| p.$key = v.unwrap_or_default() };
    (@get Text $key:ident) => { |p| p.$key.clone() };
    (@set Text $key:ident) => { |p, v| p.$key = v };
    (@get Day $key:ident) => { |p| p.$key.map(wareki) };
    (@set Day $key:ident) => { |p, v| p.$key = day(v) };
    (@get YesNo $key:ident) => { |p| p.$key.map(|yes| if yes { "あり" } else { "なし" }.to_owned()) };
    (@set YesNo $key:ident) => { |p, v| p.$key = v.map(|word| word == "あり") };
}

items! {
    /// 氏名
    NAME = name, "氏名", "juki.identify", Needed;
    /// 振り仮名
    KANA = kana, "振り仮名", "juki.identify", Needed;
    /// 性別
    SEX = sex, "性別", "juki.identify", Needed;
    /// 旧氏
    MAIDEN_NAME = maiden_name, "旧氏", "juki.identify", Text;
    /// 通称
    ALIAS = alias, "通称", "juki.identify", Text;
    /// 通称の振り仮名
    ALIAS_KANA = alias_kana, "通称の振り仮名", "juki.identify", Text;
    /// アルファベット氏名
    LATIN_NAME = latin_name, "アルファベット氏名", "juki.identify", Text;
    /// アルファベット氏名カナ
    LATIN_KANA = latin_kana, "アルファベット氏名カナ", "juki.identify", Text;
    /// カタカナ表記名
    KATAKANA_NAME = katakana_name, "カタカナ表記名", "juki.identify", Text;
    /// 住所
    ADDRESS = address, "住所", "juki.address", Needed;
    /// 方書
    BUILDING = building, "方書", "juki.address", Text;
    /// 郵便番号
    POSTAL_CODE = postal_code, "郵便番号", "juki.address", Text;
    /// 町丁コード
    TOWN_CODE = town_code, "町丁コード", "juki.address", Text;
    /// 番地
    BANCHI = banchi, "番地", "juki.address", Text;
    /// 枝番
    EDABAN = edaban, "枝番", "juki.address", Text;
    /// 小枝番
    KOEDABAN = koedaban, "小枝番", "juki.address", Text;
    /// 小学校区
    ELEMENTARY = elementary, "小学校区", "juki.address", Text;
    /// 中学校区
    JUNIOR_HIGH = junior_high, "中学校区", "juki.address", Text;
    /// 所管区
    WARD = ward, "所管区", "juki.address", Text;
    /// 続柄
    RELATION = relation, "続柄", "juki.household", Needed;
    /// 本籍
    DOMICILE = domicile, "本籍", "juki.koseki", Text;
    /// 筆頭者
    KOSEKI_HEAD = koseki_head, "筆頭者氏名", "juki.koseki", Text;
    /// 国籍
    NATIONALITY = nationality, "国籍・地域", "juki.foreign", Text;
    /// 在留資格
    RESIDENCE_STATUS = residence_status, "在留資格", "juki.foreign", Text;
    /// 在留区分
    RESIDENCE_KIND = residence_kind, "在留区分(法30条の45)", "juki.foreign", Text;
    /// 在留期間
    RESIDENCE_TERM = residence_term, "在留期間", "juki.foreign", Text;
    /// 在留期間満了日
    RESIDENCE_UNTIL = residence_until, "在留期間満了日", "juki.foreign", Day;
    /// 在留カード番号
    CARD_NO = card_no, "在留カード番号", "juki.foreign", Text;
    /// 国保
    NHI = nhi, "国保", "juki.insurance", YesNo;
    /// 年金種別
    PENSION_KIND = pension_kind, "年金種別", "juki.insurance", Text;
    /// 年金取得年月日
    PENSION_FROM = pension_from, "年金取得年月日", "juki.insurance", Day;
    /// 送付先
    MAILING_ADDRESS = mailing_address, "送付先住所", "juki.mailing", Text;
    /// 送付先有効期間
    MAILING_UNTIL = mailing_until, "送付先有効期間", "juki.mailing", Day;
    /// 送付先業務区分
    MAILING_PURPOSE = mailing_purpose, "送付先業務区分", "juki.mailing", Text;
    /// サブ氏名
    SUB_NAME = sub_name, "サブ氏名", "juki.mailing", Text;
    /// サブ氏名業務区分
    SUB_NAME_PURPOSE = sub_name_purpose, "サブ氏名業務区分", "juki.mailing", Text;
}
