//! みなと市, its wards, towns and houses. The city, its towns and its postal codes (599-9…) do not exist.

use crate::dice::Dice;
use crate::model::{Address, NamePart};

/// みなと市 with its prefecture, as it stands in addresses.
pub const CITY_NAME: &str = "大阪府みなと市";
/// 全国地方公共団体コード of みなと市: right in form, given to no municipality.
pub const CITY_CODE: &str = "279994";
/// Wards: 所管区 code and name.
pub const WARDS: [(&str, &str); 3] = [("01", "北区"), ("02", "中央区"), ("03", "南区")];

/// A town (町丁) of みなと市.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Town {
    /// 所管区 code.
    pub ward: &'static str,
    /// Number within the ward.
    pub number: u8,
    /// 町名.
    pub name: &'static str,
    /// カナ.
    pub kana: &'static str,
    /// 丁目; 0 for a town without, where 地番 are used.
    pub chome: u8,
    /// 小学校区 code.
    pub primary_school: &'static str,
    /// 中学校区 code.
    pub middle_school: &'static str,
}

const fn t(
    ward: &'static str,
    number: u8,
    name: &'static str,
    kana: &'static str,
    chome: u8,
    primary_school: &'static str,
    middle_school: &'static str,
) -> Town {
    Town { ward, number, name, kana, chome, primary_school, middle_school }
}

/// The towns of the city.
pub const TOWNS: [Town; 36] = [
    t("01", 1, "潮見町", "シオミチョウ", 4, "101", "501"),
    t("01", 2, "北浜通", "キタハマドオリ", 3, "101", "501"),
    t("01", 3, "灯台前", "トウダイマエ", 2, "102", "501"),
    t("01", 4, "白帆町", "シラホチョウ", 5, "102", "501"),
    t("01", 5, "千鳥ケ丘", "チドリガオカ", 3, "103", "502"),
    t("01", 6, "松風台", "マツカゼダイ", 4, "103", "502"),
    t("01", 7, "鴎町", "カモメチョウ", 3, "104", "502"),
    t("01", 8, "荒神谷", "コウジンダニ", 0, "104", "502"),
    t("01", 9, "大字上磯", "オオアザカミイソ", 0, "105", "503"),
    t("01", 10, "北埠頭", "キタフトウ", 2, "105", "503"),
    t("01", 11, "青葉町", "アオバチョウ", 4, "106", "503"),
    t("01", 12, "汐入町", "シオイリチョウ", 3, "106", "503"),
    t("02", 1, "本町通", "ホンマチドオリ", 5, "201", "601"),
    t("02", 2, "市役所前", "シヤクショマエ", 2, "201", "601"),
    t("02", 3, "港大通", "ミナトオオドオリ", 6, "202", "601"),
    t("02", 4, "船場町", "フナバチョウ", 3, "202", "601"),
    t("02", 5, "蔵屋敷町", "クラヤシキチョウ", 2, "203", "602"),
    t("02", 6, "元町", "モトマチ", 4, "203", "602"),
    t("02", 7, "栄橋", "サカエバシ", 3, "204", "602"),
    t("02", 8, "桜小路", "サクラコウジ", 2, "204", "602"),
    t("02", 9, "花園", "ハナゾノ", 4, "205", "603"),
    t("02", 10, "若草町", "ワカクサチョウ", 3, "205", "603"),
    t("02", 11, "常盤町", "トキワチョウ", 5, "206", "603"),
    t("02", 12, "中央公園通", "チュウオウコウエンドオリ", 2, "206", "603"),
    t("03", 1, "南浜町", "ミナミハマチョウ", 4, "301", "701"),
    t("03", 2, "夕凪", "ユウナギ", 3, "301", "701"),
    t("03", 3, "緑が丘", "ミドリガオカ", 6, "302", "701"),
    t("03", 4, "星見台", "ホシミダイ", 5, "302", "701"),
    t("03", 5, "桃山手", "モモヤマテ", 3, "303", "702"),
    t("03", 6, "川原田", "カワハラダ", 0, "303", "702"),
    t("03", 7, "大字下浜", "オオアザシモハマ", 0, "304", "702"),
    t("03", 8, "稲穂", "イナホ", 2, "304", "702"),
    t("03", 9, "竹の里", "タケノサト", 4, "305", "703"),
    t("03", 10, "つつじが原", "ツツジガハラ", 3, "305", "703"),
    t("03", 11, "南埠頭", "ミナミフトウ", 2, "306", "703"),
    t("03", 12, "弁天下", "ベンテンシタ", 0, "306", "703"),
];

const NUMERALS: [&str; 7] = ["", "一", "二", "三", "四", "五", "六"];

impl Town {
    /// 郵便番号.
    pub fn postal_code(&self) -> String {
        let ward = self.ward.get(1..).unwrap_or_default();
        format!("5999{}{:02}", ward, self.number)
    }

    /// 町丁コード of a 丁目 (0 where there are none): ward 2, town 2, 丁目 2.
    pub fn code(&self, chome: u8) -> String {
        format!("{}{:02}{chome:02}", self.ward, self.number)
    }
}

/// Name of a ward.
pub fn ward_name(code: &str) -> &'static str {
    WARDS.iter().find(|(c, _)| *c == code).map_or("", |(_, name)| name)
}

const HOUSES: [(&str, &str); 24] = [
    ("コーポ潮風", "コーポシオカゼ"),
    ("メゾン・ド・みなと", "メゾンドミナト"),
    ("サンハイツ朝日", "サンハイツアサヒ"),
    ("グランドール海風", "グランドールウミカゼ"),
    ("第二清風荘", "ダイニセイフウソウ"),
    ("ベイサイドタワー暁", "ベイサイドタワーアカツキ"),
    ("リバーサイドさくら", "リバーサイドサクラ"),
    ("カーサ・ミラ", "カーサミラ"),
    ("市営さざなみ住宅", "シエイサザナミジュウタク"),
    ("府営わかば団地", "フエイワカバダンチ"),
    ("パークホームズ木洩日", "パークホームズコモレビ"),
    ("エスポワール和", "エスポワールナゴミ"),
    ("みどりハイツ", "ミドリハイツ"),
    ("ロイヤル波止場", "ロイヤルハトバ"),
    ("シャルム夕映", "シャルムユウバエ"),
    ("ハーモニー銀河", "ハーモニーギンガ"),
    ("スカイマンション暁", "スカイマンションアカツキ"),
    ("ドエル若松", "ドエルワカマツ"),
    ("プリマヴェーラ", "プリマヴェーラ"),
    ("かもめニュータウン", "カモメニュータウン"),
    ("アーバンライフ汀", "アーバンライフナギサ"),
    ("海鳥レジデンス", "ウミドリレジデンス"),
    ("つつじガーデン", "ツツジガーデン"),
    ("グランドメゾン港ザ・タワー", "グランドメゾンミナトザタワー"),
];

/// An address by chance; in this ward when one is given.
pub(crate) fn address(dice: &mut Dice, ward: Option<&str>) -> Address {
    let town = loop {
        let town = dice.pick(&TOWNS);
        if ward.is_none_or(|w| w == town.ward) {
            break town;
        }
    };
    let flat = dice.per_mille(if town.chome == 0 { 150 } else { 520 });
    let (name, kana) = *dice.pick(&HOUSES);
    let block = (name.contains("住宅") || name.contains("団地")).then(|| dice.between(1, 14));
    let floors = if name.contains("タワー") || name.contains("ザ・") { 38 } else { 9 };
    let room = format!("{}{:02}", dice.between(1, floors), dice.between(1, 12));
    let mut building = flat.then(|| match block {
        Some(block) => NamePart { text: format!("{name}{block}棟{room}号"), kana: format!("{kana}{block}トウ{room}ゴウ") },
        None => NamePart { text: format!("{name} {room}号室"), kana: format!("{kana} {room}ゴウシツ") },
    });
    let area = format!("{CITY_NAME}{}{}", ward_name(town.ward), town.name);
    let (chome, lot, branch, sub_branch, text);
    if town.chome == 0 {
        chome = 0;
        let number = dice.between(11, 2_480);
        let first = dice.per_mille(640).then(|| dice.between(1, 28));
        let second = first.and_then(|_| dice.per_mille(180).then(|| dice.between(1, 9)));
        text = match (first, second) {
            (Some(a), Some(b)) => format!("{area}{number}番地{a}の{b}"),
            (Some(a), None) => format!("{area}{number}番地{a}"),
            (None, _) => format!("{area}{number}番地"),
        };
        lot = number.to_string();
        branch = first.map(|n| n.to_string());
        sub_branch = second.map(|n| n.to_string());
    } else {
        chome = dice.between(1, i32::from(town.chome)) as u8;
        let (street, house) = (dice.between(1, 32), dice.between(1, 46));
        let numeral = NUMERALS.get(usize::from(chome)).copied().unwrap_or_default();
        // In some large houses the flat is a part of the 住居番号.
        sub_branch = (flat && block.is_none() && dice.per_mille(160)).then(|| room.clone());
        text = match &sub_branch {
            Some(room) => format!("{area}{numeral}丁目{street}番{house}-{room}号"),
            None => format!("{area}{numeral}丁目{street}番{house}号"),
        };
        if sub_branch.is_some() {
            building = Some(NamePart { text: name.to_owned(), kana: kana.to_owned() });
        }
        lot = street.to_string();
        branch = Some(house.to_string());
    }
    Address {
        ward: town.ward,
        town_code: town.code(chome),
        text,
        lot,
        branch,
        sub_branch,
        building,
        postal_code: town.postal_code(),
        primary_school: town.primary_school,
        middle_school: town.middle_school,
    }
}

/// 本籍 in the city: a town with a number, without the house.
pub(crate) fn koseki_place(dice: &mut Dice) -> String {
    let town = dice.pick(&TOWNS);
    let area = format!("{CITY_NAME}{}{}", ward_name(town.ward), town.name);
    if town.chome == 0 {
        format!("{area}{}番地", dice.between(11, 2_480))
    } else {
        let numeral = NUMERALS.get(usize::from(dice.between(1, i32::from(town.chome)) as u8)).copied().unwrap_or_default();
        format!("{area}{numeral}丁目{}番地", dice.between(1, 90))
    }
}
