//! 世帯: the words for 続柄 and what makes a household valid.

use crate::reasons::{Finding, numbered, verdict};
use kernel::decision::{Decision, FactRef, Verdict};
use thiserror::Error;

/// One word of a 続柄.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kin {
    Head,
    Husband,
    Wife,
    UnregisteredHusband,
    UnregisteredWife,
    Child,
    Father,
    Mother,
    ElderBrother,
    ElderSister,
    YoungerBrother,
    YoungerSister,
    Relative,
    Lodger,
}

const WORDS: [(&str, Kin); 14] = [
    ("世帯主", Kin::Head),
    ("夫(未届)", Kin::UnregisteredHusband),
    ("妻(未届)", Kin::UnregisteredWife),
    ("夫", Kin::Husband),
    ("妻", Kin::Wife),
    ("子", Kin::Child),
    ("父", Kin::Father),
    ("母", Kin::Mother),
    ("兄", Kin::ElderBrother),
    ("姉", Kin::ElderSister),
    ("弟", Kin::YoungerBrother),
    ("妹", Kin::YoungerSister),
    ("縁故者", Kin::Relative),
    ("同居人", Kin::Lodger),
];

/// Most 「の」 in a 続柄; a more distant relative is 縁故者.
const LONGEST: usize = 4;

/// Why a 続柄 was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RelationshipError {
    /// A word outside the vocabulary.
    #[error(
        "続柄に使えない言葉です。世帯主・夫・妻・夫(未届)・妻(未届)・子・父・母・兄・姉・弟・妹・縁故者・同居人と「の」で書いてください(孫は「子の子」、長男は「子」)"
    )]
    UnknownWord,
    /// More than four 「の」.
    #[error("続柄の「の」は4つまでです。それより遠い親族は「縁故者」としてください")]
    TooLong,
    /// 世帯主, 縁故者 and 同居人 stand alone.
    #[error("世帯主・縁故者・同居人は、ほかの言葉とつなげられません")]
    StandsAlone,
}

/// 世帯主との続柄, such as 妻, 子の子 or 妻(未届)の子 (住民記録システム標準仕様書 1.1.11).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Relationship(Vec<Kin>);

impl Relationship {
    /// Reads a 続柄. Full-width brackets are accepted.
    ///
    /// # Errors
    /// [`RelationshipError`].
    pub fn parse(text: &str) -> Result<Self, RelationshipError> {
        let text = text.trim().replace('（', "(").replace('）', ")");
        let word = |w: &str| WORDS.iter().find(|(name, _)| *name == w).map(|(_, kin)| *kin);
        let kin = text.split('の').map(|w| word(w).ok_or(RelationshipError::UnknownWord)).collect::<Result<Vec<_>, _>>()?;
        if kin.len() > LONGEST + 1 {
            return Err(RelationshipError::TooLong);
        }
        if kin.len() > 1 && kin.iter().any(|k| matches!(k, Kin::Head | Kin::Relative | Kin::Lodger)) {
            return Err(RelationshipError::StandsAlone);
        }
        Ok(Self(kin))
    }

    /// As printed on the 住民票.
    pub fn label_ja(&self) -> String {
        let word = |kin: &Kin| WORDS.iter().find(|(_, k)| k == kin).map_or("", |(name, _)| *name);
        self.0.iter().map(word).collect::<Vec<_>>().join("の")
    }

    /// Is it 世帯主?
    pub fn is_head(&self) -> bool {
        self.0 == [Kin::Head]
    }

    fn is_spouse(&self) -> bool {
        matches!(self.0.as_slice(), [Kin::Husband | Kin::Wife | Kin::UnregisteredHusband | Kin::UnregisteredWife])
    }

    /// Order of printing within the household: head, spouse, children, parents, brothers and sisters, further relatives, 縁故者,
    /// 同居人. Members of equal order are printed by birth date.
    pub fn print_order(&self) -> u8 {
        match self.0.as_slice() {
            [Kin::Head] => 0,
            _ if self.is_spouse() => 1,
            [Kin::Child] => 2,
            [Kin::Father | Kin::Mother] => 3,
            [Kin::Relative] => 6,
            [Kin::Lodger] => 7,
            [_] => 4,
            _ => 5,
        }
    }
}

/// A member with the row that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// 続柄
    pub relationship: Relationship,
    /// The row.
    pub evidence: FactRef,
}

/// Is this a household? Reasons: 1 somebody belongs to it, 2 exactly one 世帯主, 3 at most one spouse of the head (two are 要確認:
/// some foreign laws know them).
pub fn validate(members: &[Member]) -> Decision {
    let article = "住民基本台帳法7条4号・住民基本台帳事務処理要領";
    let count = |f: fn(&Relationship) -> bool| members.iter().filter(|m| f(&m.relationship)).count();
    let (heads, spouses) = (count(Relationship::is_head), count(Relationship::is_spouse));
    let of = |f: fn(&Relationship) -> bool| members.iter().filter(move |m| f(&m.relationship)).map(|m| m.evidence.clone());
    let reasons = vec![
        Finding::new(verdict(!members.is_empty()), format!("{}人", members.len()), article).reason("世帯員がいる"),
        Finding::new(verdict(heads == 1), format!("世帯主 {heads}人"), article)
            .with(of(Relationship::is_head))
            .reason("世帯主が一人である"),
        Finding::new(if spouses < 2 { Verdict::Satisfied } else { Verdict::Unclear }, format!("配偶者 {spouses}人"), article)
            .with(of(Relationship::is_spouse))
            .reason("世帯主の配偶者が二人以上いない"),
    ];
    Decision::from_reasons(numbered(reasons), vec![])
}

/// What happens when the 世帯主 leaves or dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadChange {
    /// Nobody is left: the household ends.
    HouseholdEnds,
    /// One is left and becomes 世帯主 by 職権, with a notice.
    ByOffice,
    /// Several are left: a 世帯主変更届 is needed.
    NotificationNeeded,
}

/// What follows when the 世帯主 leaves `remaining` members behind (住民基本台帳法25条).
pub fn after_head_leaves(remaining: usize) -> HeadChange {
    match remaining {
        0 => HeadChange::HouseholdEnds,
        1 => HeadChange::ByOffice,
        _ => HeadChange::NotificationNeeded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::decision::Outcome;

    fn members(words: &[&str]) -> Vec<Member> {
        let evidence =
            |i: usize| FactRef { register: "resident_household".into(), row_id: i.to_string(), label_ja: "世帯".into() };
        let member = |(i, w): (usize, &&str)| Member { relationship: Relationship::parse(w).unwrap(), evidence: evidence(i) };
        words.iter().enumerate().map(member).collect()
    }

    #[test]
    fn a_relationship_uses_only_the_words_of_the_register() {
        for good in ["世帯主", "妻", "夫（未届）", "子の子", "妻(未届)の子", "父の弟の子の妻", "縁故者", "同居人"]
        {
            let read = Relationship::parse(good).unwrap();
            assert_eq!(read.label_ja(), good.replace('（', "(").replace('）', ")"));
        }
        for unknown in ["孫", "長男", "祖父", "", "子の", "の子", "子のの子"] {
            assert_eq!(Relationship::parse(unknown), Err(RelationshipError::UnknownWord), "{unknown}");
        }
        assert!(Relationship::parse("子の子の子の子の子").is_ok(), "four の");
        assert_eq!(Relationship::parse("子の子の子の子の子の子"), Err(RelationshipError::TooLong));
        for alone in ["世帯主の子", "同居人の子", "子の縁故者"] {
            assert_eq!(Relationship::parse(alone), Err(RelationshipError::StandsAlone), "{alone}");
        }
    }

    #[test]
    fn a_household_has_exactly_one_head() {
        assert_eq!(validate(&members(&["世帯主", "妻", "子", "子"])).outcome, Outcome::Granted);
        assert_eq!(validate(&members(&["妻", "子"])).outcome, Outcome::Refused);
        assert_eq!(validate(&members(&["世帯主", "世帯主"])).outcome, Outcome::Refused);
        assert_eq!(validate(&[]).outcome, Outcome::Refused);
        assert_eq!(validate(&members(&["世帯主", "妻", "妻(未届)"])).outcome, Outcome::Unclear);
    }

    #[test]
    fn the_household_prints_in_the_order_of_the_register() {
        let mut words = members(&["同居人", "子の子", "母", "子", "世帯主", "弟", "妻", "縁故者"]);
        words.sort_by_key(|m| m.relationship.print_order());
        let printed: Vec<String> = words.iter().map(|m| m.relationship.label_ja()).collect();
        assert_eq!(printed, ["世帯主", "妻", "子", "母", "弟", "子の子", "縁故者", "同居人"]);
    }

    #[test]
    fn a_head_who_leaves_is_followed_by_the_only_one_left() {
        assert_eq!(after_head_leaves(0), HeadChange::HouseholdEnds);
        assert_eq!(after_head_leaves(1), HeadChange::ByOffice);
        assert_eq!(after_head_leaves(3), HeadChange::NotificationNeeded);
    }
}
