//! What a clerk reads about a question: what agrees, what differs, and how often such pairs were one person. No value of any field.

use crate::agree::{Agreement, BirthLevel, Level, NameLevel};
use crate::clusters::Refusal;
use crate::corpus::Kind;
use crate::evidence::Evidence;
use crate::keys::Near;

/// The comparison in words: 氏名カナ一致（漢字なし）・生年月日一致・住所は前住所と一致.
pub(crate) fn comparison(a: &Agreement) -> String {
    let mut points = vec![name(a.name).to_owned()];
    match a.by_other_name {
        Some(Kind::Alias) => points.push("通称での一致".to_owned()),
        Some(Kind::Former) => points.push("旧氏での一致".to_owned()),
        _ => {}
    }
    points.push(birth(a.birth).to_owned());
    points.push(format!("性別{}", level(a.sex)));
    points.push(if a.by_former_place { format!("前住所で{}", place(a.place)) } else { place(a.place).to_owned() });
    points.push(format!("電話番号{}", level(a.phone)));
    points.push(format!("個人番号{}", level(a.number)));
    points.join("・")
}

/// Everything about one question.
pub(crate) fn decision(a: &Agreement, evidence: Evidence, refusal: Option<Refusal>) -> String {
    let often = evidence.measured_precision();
    let mut text = format!("{}。{}", comparison(a), evidence.label());
    if let Some(refusal) = refusal {
        text.push('。');
        text.push_str(refusal.reason());
    }
    if evidence == Evidence::NumberMismatch
        && a.place == Near::Same
        && a.name <= NameLevel::OtherGiven
        && a.birth < BirthLevel::Missing
    {
        text.push_str("。同じ住所の家族の個人番号を登録した誤りが疑われます");
    }
    text.push_str(&format!("。この種の組が同一人だった割合は{}.{:02}%です", often / 100, often % 100));
    text
}

fn name(level: NameLevel) -> &'static str {
    match level {
        NameLevel::Same => "氏名一致",
        NameLevel::OtherReading => "氏名の漢字一致、フリガナ相違",
        NameLevel::KanaOnly => "氏名のフリガナ一致（一方に漢字なし）",
        NameLevel::OtherSurnameKanji => "フリガナ一致、氏の漢字相違",
        NameLevel::OtherKanji => "フリガナ一致、名の漢字相違",
        NameLevel::NearKana => "フリガナが1字違い",
        NameLevel::Given => "名は一致、氏が相違",
        NameLevel::OtherGiven => "氏は一致、名が相違",
        NameLevel::Other => "氏名相違",
    }
}

fn birth(level: BirthLevel) -> &'static str {
    match level {
        BirthLevel::Same => "生年月日一致",
        BirthLevel::Missing => "生年月日は一方に記載なし",
        BirthLevel::Slip => "生年月日が1字違いか月日・元号の取り違え",
        BirthLevel::Other => "生年月日相違",
    }
}

fn place(near: Near) -> &'static str {
    match near {
        Near::Same => "住所一致",
        Near::OtherRoom => "住所は部屋番号のみ相違",
        Near::Slip => "住所は番地の数字1つのみ相違",
        Near::Town => "住所は町名のみ一致",
        Near::Away => "住所相違か記載なし",
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Same => "一致",
        Level::Missing => "は一方に記載なし",
        Level::Differs => "相違",
    }
}

impl Refusal {
    /// Why, for a clerk.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Numbers => "つなぐと有効な個人番号が2つになります",
            Self::Registered => "どちらも住民記録に現に登録されています",
            Self::Births => "つなぐと生年月日が2つになります",
            Self::Kanji => "つなぐと名の漢字が2通りになります",
        }
    }
}
