//! Evidence classes: what a pair of records rests on, and whether that may link without a person looking.

use crate::agree::{Agreement, BirthLevel, Level, NameLevel};
use crate::keys::Near;

/// What speaks for two records being one person. The first six link automatically when nothing contradicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// Valid equal 個人番号, name and birth date.
    NumberNameBirth,
    /// The four items: name, birth date, sex, address.
    FourItems,
    /// Name, birth date and address; one side states no sex.
    ThreeItems,
    /// The four items, where another member of the family moved between the two addresses.
    FourItemsMoved,
    /// The four items, where one address is one number away from the other and nobody else lives there.
    FourItemsSlip,
    /// Name, birth date and address; the two state different sexes. Nobody gives two children of one day one name, so one sex is a
    /// slip.
    SexSlip,
    /// What agrees agrees with another person as well, and no field tells the two apart.
    Indistinguishable,
    /// Equal 個人番号, but the name or the birth date does not agree (番号不整合).
    NumberMismatch,
    /// Two different valid 個人番号 on what otherwise looks like one person.
    NumbersDiffer,
    /// Name, birth date and phone.
    NameBirthPhone,
    /// Name, sex and address, where one side states no birth date.
    BirthUnstated,
    /// Name and birth date only. Never links by itself.
    NameBirth,
    /// Same address, reading and birth date, but other kanji: a slip of the pen, or twins.
    KanjiDiffer,
    /// Given name, birth date and address agree, the family name does not.
    SurnameDiffers,
    /// Same or similar name at the same address; the birth date is off, or missing and something else too.
    NameAddress,
    /// Less than that.
    Weak,
}

impl Evidence {
    /// May it link without a person looking?
    pub fn is_automatic(self) -> bool {
        self <= Self::SexSlip
    }

    /// Does it belong to the conflict queue (番号不整合)?
    pub fn is_conflict(self) -> bool {
        matches!(self, Self::NumberMismatch | Self::NumbersDiffer)
    }

    /// Its name for a clerk.
    pub fn label(self) -> &'static str {
        match self {
            Self::NumberNameBirth => "個人番号・氏名・生年月日が一致",
            Self::FourItems => "基本4情報（氏名・生年月日・性別・住所）が一致",
            Self::ThreeItems => "性別を除く3情報（氏名・生年月日・住所）が一致",
            Self::FourItemsMoved => "基本4情報が一致（住所は同じ世帯の人の転居で一致）",
            Self::FourItemsSlip => "基本4情報が一致（住所は番地の数字1つの書き誤り）",
            Self::SexSlip => "性別を除く3情報（氏名・生年月日・住所）が一致（性別は一方の書き誤り）",
            Self::Indistinguishable => "どの項目でも区別できない別の人がいる",
            Self::NumberMismatch => "番号不整合（個人番号は一致、氏名か生年月日が相違か記載なし）",
            Self::NumbersDiffer => "番号不整合（個人番号が相違）",
            Self::NameBirthPhone => "氏名・生年月日・電話番号が一致",
            Self::BirthUnstated => "氏名・性別・住所が一致、生年月日は一方に記載なし",
            Self::NameBirth => "氏名・生年月日のみ一致",
            Self::KanjiDiffer => "氏名カナ・生年月日が一致、漢字が相違",
            Self::SurnameDiffers => "名・生年月日が一致、氏が相違",
            Self::NameAddress => "氏名・住所が一致か類似、生年月日が相違か記載なし",
            Self::Weak => "部分的な一致",
        }
    }

    /// How often such pairs were one person, in hundredths of a percent: the lowest of what was measured on synthetic cities of 34,000
    /// and 340,000 people, complete and with records missing. Real data will differ; a city measures its own by samples.
    pub fn measured_precision(self) -> u32 {
        match self {
            Self::NumberNameBirth => 10_000,
            Self::FourItems | Self::ThreeItems | Self::FourItemsMoved | Self::FourItemsSlip | Self::SexSlip => 9_999,
            Self::NameBirthPhone => 9_998,
            Self::BirthUnstated => 9_940,
            Self::NameBirth => 9_760,
            Self::NumberMismatch => 9_353,
            Self::KanjiDiffer => 9_880,
            Self::SurnameDiffers => 9_870,
            Self::NameAddress => 9_880,
            Self::Indistinguishable => 9_060,
            Self::NumbersDiffer => 7_500,
            Self::Weak => 9_420,
        }
    }
}

/// The class of one pair.
pub(crate) fn classify(a: &Agreement) -> Evidence {
    use NameLevel as N;
    let name = matches!(a.name, N::Same | N::OtherReading | N::KanaOnly | N::OtherSurnameKanji);
    let birth = a.birth == BirthLevel::Same;
    match a.number {
        Level::Same if birth && (name || a.name == N::OtherKanji) => return Evidence::NumberNameBirth,
        Level::Same => return Evidence::NumberMismatch,
        Level::Differs => return Evidence::NumbersDiffer,
        Level::Missing => {}
    }
    if name && birth {
        return match (a.place, a.sex, a.phone) {
            (Near::Same, Level::Same, _) => Evidence::FourItems,
            (Near::Same, Level::Missing, _) => Evidence::ThreeItems,
            (Near::Same, Level::Differs, _) if a.same_kanji || a.name == N::KanaOnly => Evidence::SexSlip,
            (_, _, Level::Same) => Evidence::NameBirthPhone,
            _ => Evidence::NameBirth,
        };
    }
    let unstated = a.birth == BirthLevel::Missing && a.place == Near::Same && a.sex == Level::Same;
    match a.name {
        N::Same | N::OtherReading if unstated => Evidence::BirthUnstated,
        N::OtherKanji if birth => Evidence::KanjiDiffer,
        N::Given if birth => Evidence::SurnameDiffers,
        _ if a.place >= Near::Slip && a.name >= N::NearKana => Evidence::NameAddress,
        _ => Evidence::Weak,
    }
}
