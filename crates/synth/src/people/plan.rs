//! Which household comes at which place: the first ones show every case once, the others follow the shares of a Japanese city.

use crate::dice::Dice;

/// What a household is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    SingleYoung,
    SingleMiddle,
    SingleOld,
    CoupleYoung,
    CoupleOld,
    Family,
    SingleParent,
    ThreeGenerations,
    ElderWithChild,
    Siblings,
    Unmarried,
    Lodgers,
}

/// Something that happened to it, or that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Feature {
    /// The family of the pictures in the documentation: 髙﨑, with a mother from China.
    Takasaki,
    Twins,
    /// Somebody's birth date is partly unknown.
    UnknownBirth,
    LeapDay,
    FirstOfApril,
    /// Everybody is a foreign resident.
    Foreign,
    /// 特別永住者 with an alias.
    SpecialPermanent,
    /// A child without 在留資格, born less than 60 days ago.
    Transitional,
    /// The wife is a foreign resident.
    MixedCouple,
    /// 旧姓 recorded.
    FormerName,
    /// A family name with a variation selector.
    Variant(&'static str, &'static str),
    /// Moved within the city.
    Moved,
    MovedTwice,
    /// 世帯分離 of a grown-up at the same address.
    Split,
    /// The head died; the survivor is head.
    HeadDied,
    /// A member died on a day that is partly unknown.
    DiedOnUnknownDay,
    /// Everybody has left for another city.
    Gone,
    /// Left for another city on a day that the other city named differently.
    GoneOtherDay,
    /// Left for another country.
    GoneAbroad,
    /// Will leave: 転出届 made, the day is yet to come.
    Leaving,
    /// 転出届 made and taken back.
    LeavingCancelled,
    /// The eldest child left for school and stays in the scheme.
    SchoolLeave,
    /// 職権消除.
    Erased,
    /// 誤記修正 of a birth date.
    BirthCorrected,
    Mailing,
    SubName,
    /// 支援措置, by its state.
    Protected(Shield),
    /// 生活保護.
    Relief,
    /// 生活保護 that ended.
    ReliefEnded,
    /// 社保 → 国保.
    ToNationalHealth,
    NotApplied,
    Stopped,
    StopReleased,
    LostCard,
    /// A card of law 21, 52 or 54.
    OtherLaw(u8),
    Disability,
    SingleParentAid,
    EntitlementCancelled,
    /// Insurance that was entered by mistake and cancelled, 特定疾病, 附加給付, 還元金.
    RichInsurance,
    /// Income with every item of the form.
    RichIncome,
    Undeclared,
    /// The child works and is insured itself.
    WorkingChild,
}

/// State of a 支援措置.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shield {
    Provisional,
    Active,
    Extended,
    ExpiringSoon,
    Overdue,
    Ended,
}

/// One household (or two that belong together) to be made.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub kind: Kind,
    pub features: Vec<Feature>,
}

impl Plan {
    pub fn has(&self, feature: Feature) -> bool {
        self.features.contains(&feature)
    }

    /// The plan at a place.
    pub fn at(place: u64, dice: &mut Dice) -> Self {
        match usize::try_from(place).ok().and_then(|p| SHOWN.get(p)) {
            Some((kind, features)) => Self { kind: *kind, features: features.to_vec() },
            None => Self::by_chance(dice),
        }
    }

    /// A household of one or two, to fill the city up to its number of residents.
    pub fn small(room: usize) -> Self {
        Self { kind: if room == 1 { Kind::SingleMiddle } else { Kind::CoupleOld }, features: Vec::new() }
    }

    fn by_chance(dice: &mut Dice) -> Self {
        use Feature as F;
        let kind = dice.weighted(&SHARES);
        let mut features = Vec::new();
        for (feature, per_mille) in CHANCES {
            if dice.per_mille(per_mille) && fits(feature, kind) {
                features.push(feature);
            }
        }
        let foreign = match kind {
            Kind::SingleYoung => 90,
            Kind::SingleMiddle | Kind::CoupleYoung => 35,
            Kind::Family => 22,
            Kind::Lodgers => 650,
            _ => 6,
        };
        if dice.per_mille(foreign) {
            features.push(F::Foreign);
        }
        if kind == Kind::SingleParent && dice.per_mille(420) {
            features.push(F::SingleParentAid);
        }
        if matches!(kind, Kind::SingleOld | Kind::CoupleOld | Kind::ThreeGenerations) && dice.per_mille(4) {
            features.push(F::UnknownBirth);
        }
        if kind == Kind::Family && dice.below(10_000) < 6 || kind == Kind::SingleParent && dice.per_mille(9) {
            let shields =
                [Shield::Active, Shield::Extended, Shield::ExpiringSoon, Shield::Overdue, Shield::Ended, Shield::Provisional];
            features = vec![F::Protected(*dice.pick(&shields))];
        }
        if let Some(end) = features.iter().find(|f| leaves(f)).copied() {
            features.retain(|f| *f == end || !leaves(f));
        }
        Self { kind, features }
    }
}

/// Features after which nobody is left, or that say how the household stands; a household has one of them at most.
fn leaves(feature: &Feature) -> bool {
    use Feature as F;
    matches!(
        feature,
        F::Gone
            | F::GoneOtherDay
            | F::GoneAbroad
            | F::Leaving
            | F::LeavingCancelled
            | F::SchoolLeave
            | F::Split
            | F::Erased
            | F::HeadDied
    )
}

fn fits(feature: Feature, kind: Kind) -> bool {
    use Feature as F;
    match feature {
        F::MixedCouple => matches!(kind, Kind::Family | Kind::CoupleYoung),
        F::HeadDied => matches!(kind, Kind::SingleOld | Kind::CoupleOld | Kind::ThreeGenerations),
        F::Split => matches!(kind, Kind::ElderWithChild | Kind::ThreeGenerations),
        F::Erased => kind == Kind::SingleMiddle,
        F::DiedOnUnknownDay => matches!(kind, Kind::SingleOld | Kind::ThreeGenerations),
        F::SchoolLeave | F::Twins => matches!(kind, Kind::Family | Kind::ThreeGenerations),
        F::FormerName => matches!(kind, Kind::Family | Kind::CoupleYoung | Kind::ThreeGenerations),
        F::Relief => matches!(kind, Kind::SingleParent | Kind::SingleOld | Kind::SingleMiddle),
        F::SpecialPermanent => matches!(kind, Kind::Family | Kind::CoupleOld | Kind::SingleOld),
        F::GoneAbroad => matches!(kind, Kind::SingleYoung | Kind::Family),
        _ => true,
    }
}

const SHARES: [(Kind, u32); 12] = [
    (Kind::SingleYoung, 125),
    (Kind::SingleMiddle, 125),
    (Kind::SingleOld, 130),
    (Kind::CoupleYoung, 65),
    (Kind::CoupleOld, 155),
    (Kind::Family, 245),
    (Kind::SingleParent, 48),
    (Kind::ThreeGenerations, 34),
    (Kind::ElderWithChild, 38),
    (Kind::Siblings, 8),
    (Kind::Unmarried, 8),
    (Kind::Lodgers, 9),
];

/// Features and how many of a thousand households have them.
const CHANCES: [(Feature, u32); 30] = [
    (Feature::Twins, 9),
    (Feature::SpecialPermanent, 6),
    (Feature::MixedCouple, 25),
    (Feature::FormerName, 25),
    (Feature::Moved, 190),
    (Feature::MovedTwice, 60),
    (Feature::Split, 60),
    (Feature::HeadDied, 45),
    (Feature::DiedOnUnknownDay, 2),
    (Feature::Gone, 30),
    (Feature::GoneOtherDay, 6),
    (Feature::GoneAbroad, 5),
    (Feature::Leaving, 3),
    (Feature::LeavingCancelled, 2),
    (Feature::SchoolLeave, 5),
    (Feature::Erased, 12),
    (Feature::BirthCorrected, 1),
    (Feature::Mailing, 9),
    (Feature::SubName, 4),
    (Feature::Relief, 70),
    (Feature::ReliefEnded, 6),
    (Feature::ToNationalHealth, 60),
    (Feature::NotApplied, 18),
    (Feature::Stopped, 3),
    (Feature::StopReleased, 3),
    (Feature::LostCard, 20),
    (Feature::Disability, 5),
    (Feature::RichInsurance, 3),
    (Feature::RichIncome, 3),
    (Feature::Undeclared, 10),
];

/// The households that come first in every city.
const SHOWN: [(Kind, &[Feature]); 44] = [
    (Kind::Family, &[Feature::Takasaki, Feature::MixedCouple, Feature::ToNationalHealth, Feature::Moved]),
    (Kind::Family, &[Feature::Twins, Feature::Variant("渡邉󠄑", "ワタナベ")]),
    (Kind::ThreeGenerations, &[Feature::UnknownBirth, Feature::Variant("𠮷田", "ヨシダ")]),
    (Kind::SingleParent, &[Feature::Relief, Feature::FormerName]),
    (Kind::SingleParent, &[Feature::ReliefEnded]),
    (Kind::Family, &[Feature::Protected(Shield::Active)]),
    (Kind::Family, &[Feature::Protected(Shield::Provisional)]),
    (Kind::Family, &[Feature::Protected(Shield::ExpiringSoon)]),
    (Kind::Family, &[Feature::Protected(Shield::Overdue)]),
    (Kind::Family, &[Feature::Protected(Shield::Ended)]),
    (Kind::Family, &[Feature::Protected(Shield::Extended)]),
    (Kind::Family, &[Feature::Foreign, Feature::Transitional]),
    (Kind::Family, &[Feature::SpecialPermanent]),
    (Kind::Lodgers, &[Feature::Foreign]),
    (Kind::Family, &[Feature::LeapDay, Feature::Variant("葛󠄂城", "カツラギ")]),
    (Kind::Family, &[Feature::FirstOfApril, Feature::Variant("辻󠄂", "ツジ")]),
    (Kind::SingleOld, &[Feature::DiedOnUnknownDay]),
    (Kind::Family, &[Feature::Gone]),
    (Kind::Family, &[Feature::GoneOtherDay]),
    (Kind::Family, &[Feature::GoneAbroad]),
    (Kind::Family, &[Feature::Leaving]),
    (Kind::Family, &[Feature::LeavingCancelled]),
    (Kind::Family, &[Feature::SchoolLeave]),
    (Kind::SingleMiddle, &[Feature::Erased]),
    (Kind::Family, &[Feature::BirthCorrected]),
    (Kind::SingleOld, &[Feature::Mailing, Feature::SubName]),
    (Kind::ElderWithChild, &[Feature::Split]),
    (Kind::CoupleOld, &[Feature::HeadDied]),
    (Kind::ThreeGenerations, &[Feature::HeadDied]),
    (Kind::Family, &[Feature::NotApplied]),
    (Kind::Family, &[Feature::Stopped]),
    (Kind::Family, &[Feature::StopReleased]),
    (Kind::Family, &[Feature::LostCard]),
    (Kind::Family, &[Feature::OtherLaw(21)]),
    (Kind::Family, &[Feature::OtherLaw(52)]),
    (Kind::Family, &[Feature::OtherLaw(54)]),
    (Kind::Family, &[Feature::Disability]),
    (Kind::SingleParent, &[Feature::SingleParentAid]),
    (Kind::Family, &[Feature::EntitlementCancelled]),
    (Kind::Family, &[Feature::RichInsurance]),
    (Kind::Family, &[Feature::RichIncome]),
    (Kind::Family, &[Feature::Undeclared]),
    (Kind::Family, &[Feature::WorkingChild]),
    (Kind::Family, &[Feature::FormerName, Feature::MovedTwice, Feature::Variant("渡邊󠄊", "ワタナベ")]),
];
