//! みなと市 and やまて市 with their towns and houses. The cities, their towns and their postal codes (599-9…, 199-9…) do not exist.

use crate::dice::Dice;
use crate::model::{Address, NamePart};

/// A city that does not exist.
#[derive(Debug, PartialEq, Eq)]
pub struct Place {
    /// With its prefecture, as it stands in addresses.
    pub name: &'static str,
    /// 全国地方公共団体コード: right in form, given to no municipality.
    pub code: &'static str,
    /// 都道府県コード: where most people come from and go to.
    pub prefecture: &'static str,
    /// First four digits of its 郵便番号, which no town of Japan has.
    pub postal: &'static str,
    /// 公費負担者番号 of 子ども医療: 法別 86, 都道府県, 実施機関 999.
    pub bearer: &'static str,
    /// Wards: 所管区 code and name; one without a name for a city that has none.
    pub wards: &'static [(&'static str, &'static str)],
    /// Towns.
    pub towns: &'static [Town],
}

/// みなと市: a large city in 大阪府 with wards.
pub static MINATO: Place = Place {
    name: "大阪府みなと市",
    code: "279994",
    prefecture: "27",
    postal: "5999",
    bearer: "86279999",
    wards: &[("01", "北区"), ("02", "中央区"), ("03", "南区")],
    towns: &MINATO_TOWNS,
};

/// やまて市: a dense city in 東京都 without wards.
pub static YAMATE: Place = Place {
    name: "東京都やまて市",
    code: "139998",
    prefecture: "13",
    postal: "1999",
    bearer: "86139995",
    wards: &[("00", "")],
    towns: &YAMATE_TOWNS,
};

/// A town (町丁).
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

const MINATO_TOWNS: [Town; 36] = [
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

const YAMATE_TOWNS: [Town; 20] = [
    t("00", 1, "歌仙町", "カセンチョウ", 3, "101", "501"),
    t("00", 2, "大久保通南", "オオクボドオリミナミ", 2, "101", "501"),
    t("00", 3, "角筈台", "ツノハズダイ", 4, "102", "501"),
    t("00", 4, "西山手", "ニシヤマテ", 6, "102", "501"),
    t("00", 5, "北山手", "キタヤマテ", 4, "103", "501"),
    t("00", 6, "東山手", "ヒガシヤマテ", 3, "103", "502"),
    t("00", 7, "早苗坂", "サナエザカ", 2, "104", "502"),
    t("00", 8, "神楽台", "カグラダイ", 6, "104", "502"),
    t("00", 9, "市谷見附", "イチガヤミツケ", 0, "105", "502"),
    t("00", 10, "矢来坂下", "ヤライサカシタ", 0, "105", "502"),
    t("00", 11, "若葉坂", "ワカバザカ", 3, "106", "503"),
    t("00", 12, "余丁目通", "ヨチョウメドオリ", 2, "106", "503"),
    t("00", 13, "百人台", "ヒャクニンダイ", 4, "107", "503"),
    t("00", 14, "落合原", "オチアイハラ", 4, "107", "503"),
    t("00", 15, "中井谷", "ナカイダニ", 2, "108", "504"),
    t("00", 16, "葛ケ谷", "クズガヤ", 0, "108", "504"),
    t("00", 17, "戸塚窪", "トツカクボ", 3, "109", "504"),
    t("00", 18, "四谷台", "ヨツヤダイ", 4, "109", "504"),
    t("00", 19, "信濃坂", "シナノザカ", 0, "110", "504"),
    t("00", 20, "霞丘", "カスミガオカ", 0, "110", "504"),
];

const NUMERALS: [&str; 7] = ["", "一", "二", "三", "四", "五", "六"];

impl Place {
    /// 郵便番号 of a town.
    pub fn postal_code(&self, town: &Town) -> String {
        let ward = town.ward.get(1..).unwrap_or_default();
        format!("{}{}{:02}", self.postal, ward, town.number)
    }

    /// Name of a ward; nothing where there are none.
    pub fn ward_name(&self, code: &str) -> &'static str {
        self.wards.iter().find(|(c, _)| *c == code).map_or("", |(_, name)| name)
    }

    /// Town with city and ward.
    fn area(&self, town: &Town) -> String {
        format!("{}{}{}", self.name, self.ward_name(town.ward), town.name)
    }
}

impl Town {
    /// 町丁コード of a 丁目 (0 where there are none): ward 2, town 2, 丁目 2.
    pub fn code(&self, chome: u8) -> String {
        format!("{}{:02}{chome:02}", self.ward, self.number)
    }
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
pub(crate) fn address(place: &Place, dice: &mut Dice, ward: Option<&str>) -> Address {
    let town = loop {
        let town = dice.pick(place.towns);
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
    let area = place.area(town);
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
        postal_code: place.postal_code(town),
        primary_school: town.primary_school,
        middle_school: town.middle_school,
    }
}

/// 本籍 in the city: a town with a number, without the house.
pub(crate) fn koseki_place(place: &Place, dice: &mut Dice) -> String {
    let town = dice.pick(place.towns);
    let area = place.area(town);
    if town.chome == 0 {
        format!("{area}{}番地", dice.between(11, 2_480))
    } else {
        let numeral = NUMERALS.get(usize::from(dice.between(1, i32::from(town.chome)) as u8)).copied().unwrap_or_default();
        format!("{area}{numeral}丁目{}番地", dice.between(1, 90))
    }
}
