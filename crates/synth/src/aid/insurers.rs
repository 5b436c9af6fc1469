//! Insurers. Their numbers are right in form (法別, 都道府県, check digit); the bodies and their names are invented.

use crate::dice::Dice;

/// An insurer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Insurer {
    /// 保険者番号, six digits (国民健康保険) or eight.
    pub number: &'static str,
    /// 保険者名称.
    pub name: &'static str,
    /// 保険種別: 協会けんぽ, 組合健保, 共済, 船員, 国保, 国保組合.
    pub class: &'static str,
    /// 住所コード: 地方公共団体コード of the seat.
    pub address_code: &'static str,
    /// 郵便番号, seven digits.
    pub postal_code: &'static str,
    /// 住所.
    pub address: &'static str,
    /// 地番.
    pub lot: &'static str,
    /// 方書.
    pub building: &'static str,
    /// 電話番号; the area codes are real, the numbers are not in use (0000).
    pub phone: &'static str,
    /// 附加給付, in words; empty when the insurer pays none.
    pub supplement: &'static str,
    /// 還元金, in words; empty when the insurer pays none.
    pub rebate: &'static str,
}

#[expect(clippy::too_many_arguments, reason = "a row of a table")]
const fn i(
    number: &'static str,
    name: &'static str,
    class: &'static str,
    address_code: &'static str,
    postal_code: &'static str,
    address: &'static str,
    lot: &'static str,
    building: &'static str,
    phone: &'static str,
) -> Insurer {
    Insurer { number, name, class, address_code, postal_code, address, lot, building, phone, supplement: "", rebate: "" }
}

const FUND: &str = "一部負担還元金: 1件・1か月の自己負担額から25,000円を控除した額(100円未満切捨て)";
const MUTUAL: &str = "附加給付金: 1件・1か月の自己負担額から25,000円(上位所得者50,000円)を控除した額";
const REBATE: &str = "家族療養費還元金: 1件20,000円を超える額";

/// みなと市国民健康保険.
pub const NATIONAL_HEALTH: Insurer = i(
    "279992",
    "みなと市国民健康保険",
    "国保",
    "279994",
    "5999102",
    "大阪府みなと市中央区市役所前一丁目",
    "1番1号",
    "市役所1階 国民健康保険課",
    "06-0000-1100",
);

/// 国民健康保険組合.
pub(crate) const NATIONAL_HEALTH_SOCIETIES: [Insurer; 2] = [
    i(
        "273995",
        "大阪湾岸建設国民健康保険組合",
        "国保組合",
        "271284",
        "5410043",
        "大阪府大阪市中央区高麗橋四丁目",
        "9番9号",
        "湾岸建設会館3階",
        "06-0000-1300",
    ),
    i(
        "273987",
        "西部薬業国民健康保険組合",
        "国保組合",
        "271284",
        "5420074",
        "大阪府大阪市中央区千日前二丁目",
        "12番3号",
        "西部薬業ビル",
        "06-0000-1301",
    ),
];

/// Insurers of employees with their shares.
pub(crate) const EMPLOYERS: [(Insurer, u32); 11] = [
    (
        i(
            "01279918",
            "全国健康保険協会 みなと支部",
            "協会けんぽ",
            "271276",
            "5300057",
            "大阪府大阪市北区曽根崎九丁目",
            "1番2号",
            "みなと支部ビル",
            "06-0000-2100",
        ),
        46,
    ),
    (
        i(
            "01289917",
            "全国健康保険協会 ひょうご湾岸支部",
            "協会けんぽ",
            "281107",
            "6500021",
            "兵庫県神戸市中央区三宮町九丁目",
            "3番1号",
            "湾岸ビル8階",
            "078-000-2101",
        ),
        6,
    ),
    (
        fund(
            "06279913",
            "みなと重工業健康保険組合",
            "271284",
            "5400029",
            "大阪府大阪市中央区本町橋",
            "8番8号",
            "みなと重工ビル",
            "06-0000-2200",
        ),
        9,
    ),
    (
        fund(
            "06279921",
            "大阪湾港運健康保険組合",
            "271284",
            "5410057",
            "大阪府大阪市中央区北久宝寺町九丁目",
            "4番5号",
            "港運会館",
            "06-0000-2201",
        ),
        7,
    ),
    (
        fund(
            "06139919",
            "ひので電機健康保険組合",
            "131016",
            "1010062",
            "東京都千代田区神田駿河台九丁目",
            "6番1号",
            "ひのでタワー",
            "03-0000-2202",
        ),
        8,
    ),
    (
        fund(
            "06139927",
            "あおぞら商事健康保険組合",
            "131016",
            "1020083",
            "東京都千代田区麹町九丁目",
            "2番7号",
            "あおぞらビル12階",
            "03-0000-2203",
        ),
        6,
    ),
    (
        fund(
            "06239917",
            "しろくま運輸健康保険組合",
            "231061",
            "4600005",
            "愛知県名古屋市中区東桜九丁目",
            "1番9号",
            "しろくま本社",
            "052-000-2204",
        ),
        4,
    ),
    (
        mutual(
            "31139918",
            "国家公務員みなと共済組合",
            "131016",
            "1010042",
            "東京都千代田区神田東松下町",
            "99番地",
            "共済会館",
            "03-0000-2300",
        ),
        3,
    ),
    (
        mutual(
            "32279911",
            "みなと市職員共済組合",
            "279994",
            "5999102",
            "大阪府みなと市中央区市役所前一丁目",
            "1番1号",
            "市役所4階",
            "06-0000-2301",
        ),
        6,
    ),
    (
        mutual(
            "34279919",
            "公立学校みなと共済組合",
            "271284",
            "5400002",
            "大阪府大阪市中央区大阪城",
            "9番9号",
            "教育会館",
            "06-0000-2302",
        ),
        4,
    ),
    (
        i(
            "02139913",
            "全国健康保険協会 船員保険部みなと分室",
            "船員",
            "281107",
            "6510065",
            "兵庫県神戸市中央区割塚通九丁目",
            "5番5号",
            "船員会館",
            "078-000-2400",
        ),
        1,
    ),
];

#[expect(clippy::too_many_arguments, reason = "a row of a table")]
const fn fund(
    number: &'static str,
    name: &'static str,
    address_code: &'static str,
    postal_code: &'static str,
    address: &'static str,
    lot: &'static str,
    building: &'static str,
    phone: &'static str,
) -> Insurer {
    let plain = i(number, name, "組合健保", address_code, postal_code, address, lot, building, phone);
    Insurer { supplement: FUND, rebate: REBATE, ..plain }
}

#[expect(clippy::too_many_arguments, reason = "a row of a table")]
const fn mutual(
    number: &'static str,
    name: &'static str,
    address_code: &'static str,
    postal_code: &'static str,
    address: &'static str,
    lot: &'static str,
    building: &'static str,
    phone: &'static str,
) -> Insurer {
    let plain = i(number, name, "共済", address_code, postal_code, address, lot, building, phone);
    Insurer { supplement: MUTUAL, ..plain }
}

/// Every insurer of the city's people.
pub fn insurers() -> impl Iterator<Item = Insurer> {
    std::iter::once(NATIONAL_HEALTH).chain(NATIONAL_HEALTH_SOCIETIES).chain(EMPLOYERS.into_iter().map(|(insurer, _)| insurer))
}

/// An insurer of employees by its share; `rich` asks for one with 附加給付 and 還元金.
pub(crate) fn employer(dice: &mut Dice, rich: bool) -> Insurer {
    loop {
        let insurer = dice.weighted(&EMPLOYERS);
        if !rich || !insurer.rebate.is_empty() {
            return insurer;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::ident::{InsurerNo, MunicipalityCode};
    use std::collections::HashSet;

    #[test]
    fn every_insurer_has_a_number_in_right_form_and_a_seat() {
        let mut seen = HashSet::new();
        for insurer in insurers() {
            assert!(InsurerNo::parse(insurer.number).is_ok(), "{}", insurer.number);
            assert!(MunicipalityCode::parse(insurer.address_code).is_ok(), "{}", insurer.address_code);
            assert!(insurer.phone.contains("000-"), "{}", insurer.phone);
            assert!(seen.insert(insurer.number));
        }
    }
}
