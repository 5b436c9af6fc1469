//! The typed tables of each area, and the files they come from.

use super::sheet::{Dated, Gap, ParamError, RowFacts, Sheet};
use kernel::money::{Ratio, Yen};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

macro_rules! file {
    ($path:literal) => {
        ($path, include_str!(concat!("../../../../params/", $path)))
    };
}

/// A city whose 子ども医療 ordinance is on file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum City {
    /// みなと市, the fictitious city of the demonstration.
    Minato,
    /// 堺市, as far as it publishes its rules.
    Sakai,
    /// 和泉市, as far as it publishes its rules.
    Izumi,
    /// やまて市, the second fictitious city of the demonstration.
    Yamate,
}

/// 専決の職位, lowest first: a higher rank may decide whatever a lower one may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub enum Rank {
    /// 係員: drafts, never decides.
    #[serde(rename = "係員")]
    Clerk,
    /// 係長
    #[serde(rename = "係長")]
    SubsectionChief,
    /// 課長
    #[serde(rename = "課長")]
    SectionChief,
    /// 部長
    #[serde(rename = "部長")]
    Director,
}

impl Rank {
    /// The rank as a number: 1 係員, 2 係長, 3 課長, 4 部長.
    pub fn number(self) -> i64 {
        match self {
            Rank::Clerk => 1,
            Rank::SubsectionChief => 2,
            Rank::SectionChief => 3,
            Rank::Director => 4,
        }
    }

    /// The word on screen.
    pub fn label_ja(self) -> &'static str {
        match self {
            Rank::Clerk => "係員",
            Rank::SubsectionChief => "係長",
            Rank::SectionChief => "課長",
            Rank::Director => "部長",
        }
    }
}

/// On which day a move out of the city ends the medical aid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum MoveOutRule {
    /// The 消除日 itself is the loss day; the card is valid through the day before.
    #[serde(rename = "消除日")]
    OnErasure,
    /// The card is valid through the 消除日; the day after is the loss day.
    #[serde(rename = "翌日")]
    DayAfter,
}

/// 子ども医療費助成 of one city, and the prefecture's subsidy rules that go with it.
#[derive(Debug, Clone)]
pub struct ChildMedical {
    /// Age whose following 31 March ends the aid.
    pub end_age: Dated<i16>,
    /// Most that is paid per institution and day.
    pub copay_per_day: Dated<Yen>,
    /// Days per institution and month for which it is paid.
    pub copay_days: Dated<u32>,
    /// Most that is paid per day at a pharmacy.
    pub pharmacy_copay_per_day: Dated<Yen>,
    /// Most that is paid per month over all institutions.
    pub monthly_cap: Dated<Yen>,
    /// Does the aid pay the 食事療養標準負担額?
    pub meals_covered: Dated<bool>,
    /// Can the card be used outside the prefecture?
    pub in_kind_outside_prefecture: Dated<bool>,
    /// Months that an application reaches back.
    pub retroactive_months: Dated<i64>,
    /// Years within which 償還払い can be claimed.
    pub claim_years: Dated<i16>,
    /// Which day a move out ends it.
    pub move_out_rule: Dated<MoveOutRule>,
    /// Does a child who leaves for school keep it?
    pub keep_for_school: Dated<bool>,
    /// Is a child excluded while 生活保護 is only suspended?
    pub excluded_while_relief_suspended: Dated<bool>,
    /// Does 重度障害者医療 come first?
    pub excluded_by_disability_aid: Dated<bool>,
    /// Does ひとり親家庭医療 come first?
    pub excluded_by_single_parent_aid: Dated<bool>,
    /// Month and day on which cards expire every year, `MM-DD`.
    pub card_renewal: Dated<String>,
    /// 府補助: age whose following 31 March ends 就学前.
    pub prefectural_end_age: Dated<i16>,
    /// 府補助: the income must be below this …
    pub prefectural_income_limit: Dated<Yen>,
    /// … for this number of dependants …
    pub prefectural_income_dependants: Dated<i64>,
    /// … and this much more or less for each dependant more or fewer.
    pub prefectural_income_step: Dated<Yen>,
    /// 府補助: month in which the income of the new fiscal year is first used.
    pub prefectural_income_start_month: Dated<i8>,
    /// 府補助: share that the prefecture bears.
    pub prefectural_subsidy_ratio: Dated<Ratio>,
    /// 府補助: the subsidy is truncated to this unit.
    pub prefectural_subsidy_unit: Dated<Yen>,
    /// 法別番号 of the scheme on receipts.
    pub law_code: Dated<String>,
}

impl ChildMedical {
    /// The table of one city.
    ///
    /// # Errors
    /// Any [`ParamError`] of the file.
    pub fn load(city: City) -> Result<Self, ParamError> {
        Self::read(city).map(|(table, _, _)| table)
    }

    fn read(city: City) -> Result<(Self, Vec<Gap>, Vec<RowFacts>), ParamError> {
        let (name, text) = match city {
            City::Minato => file!("child_medical/minato.toml"),
            City::Sakai => file!("child_medical/sakai.toml"),
            City::Izumi => file!("child_medical/izumi.toml"),
            City::Yamate => file!("child_medical/yamate.toml"),
        };
        let mut s = Sheet::read(name, text)?;
        let table = Self {
            end_age: s.take("end_age")?,
            copay_per_day: s.take_yen("copay_per_day")?,
            copay_days: s.take("copay_days")?,
            pharmacy_copay_per_day: s.take_yen("pharmacy_copay_per_day")?,
            monthly_cap: s.take_yen("monthly_cap")?,
            meals_covered: s.take("meals_covered")?,
            in_kind_outside_prefecture: s.take("in_kind_outside_prefecture")?,
            retroactive_months: s.take("retroactive_months")?,
            claim_years: s.take("claim_years")?,
            move_out_rule: s.take("move_out_rule")?,
            keep_for_school: s.take("keep_for_school")?,
            excluded_while_relief_suspended: s.take("excluded_while_relief_suspended")?,
            excluded_by_disability_aid: s.take("excluded_by_disability_aid")?,
            excluded_by_single_parent_aid: s.take("excluded_by_single_parent_aid")?,
            card_renewal: s.take("card_renewal")?,
            prefectural_end_age: s.take("prefectural_end_age")?,
            prefectural_income_limit: s.take_yen("prefectural_income_limit")?,
            prefectural_income_dependants: s.take("prefectural_income_dependants")?,
            prefectural_income_step: s.take_yen("prefectural_income_step")?,
            prefectural_income_start_month: s.take("prefectural_income_start_month")?,
            prefectural_subsidy_ratio: s.take("prefectural_subsidy_ratio")?,
            prefectural_subsidy_unit: s.take_yen("prefectural_subsidy_unit")?,
            law_code: s.take("law_code")?,
        };
        let (gaps, index) = s.finish()?;
        Ok((table, gaps, index))
    }
}

/// 住民記録: periods of the national law and fees of the city.
#[derive(Debug, Clone)]
pub struct ResidentRules {
    /// 転入届, days after the move.
    pub move_in_days: Dated<i64>,
    /// 転居届, days after the move.
    pub move_within_days: Dated<i64>,
    /// 世帯変更届, days after the change.
    pub household_change_days: Dated<i64>,
    /// 転出届 that comes late, days after the move; later it is a 職権消除.
    pub move_out_late_days: Dated<i64>,
    /// 特例転入, days after the move.
    pub card_move_in_days: Dated<i64>,
    /// 特例転入, days after the planned day of leaving.
    pub card_move_in_planned_days: Dated<i64>,
    /// 出生届, days with the birth as day one.
    pub birth_days: Dated<i64>,
    /// 死亡届, days with the day of knowledge as day one.
    pub death_days: Dated<i64>,
    /// 支援措置, years.
    pub protection_years: Dated<i64>,
    /// 支援措置: an extension may be asked for this many months before the end.
    pub protection_extension_months: Dated<i64>,
    /// Fee of one 住民票の写し.
    pub fee_juminhyo: Dated<Yen>,
    /// Fee of one 除票の写し.
    pub fee_removed: Dated<Yen>,
    /// Fee of one 住民票記載事項証明書.
    pub fee_statement: Dated<Yen>,
}

/// 専決規程: who may decide what.
#[derive(Debug, Clone)]
pub struct ApprovalRules {
    pub(crate) by_act: BTreeMap<String, Dated<ApprovalRule>>,
}

/// One row of the 専決規程.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalRule {
    /// Name of the act.
    pub label_ja: String,
    /// Lowest rank that may decide.
    pub rank: Rank,
    /// Must somebody other than the drafter decide?
    pub second_person: bool,
    /// May the next lower rank decide in absence (代決), with 後閲 afterwards?
    pub deputy: bool,
    /// The rank above holds up to this amount …
    #[serde(default)]
    pub up_to: Option<Yen>,
    /// … and this one beyond it.
    #[serde(default)]
    pub above: Option<Rank>,
}

/// 審査支払手数料 per receipt, by sender. Yen as an exact fraction.
#[derive(Debug, Clone)]
pub struct ExaminationFees {
    /// 社会保険診療報酬支払基金
    pub fund_per_receipt: Dated<Ratio>,
    /// 国民健康保険団体連合会
    pub federation_per_receipt: Dated<Ratio>,
}

/// 医療保険の一部負担割合 below 70.
#[derive(Debug, Clone)]
pub struct BenefitRates {
    /// Age whose following 31 March ends 未就学.
    pub preschool_end_age: Dated<i16>,
    /// Share of a 未就学 child.
    pub preschool_share: Dated<Ratio>,
    /// Share after that.
    pub standard_share: Dated<Ratio>,
    /// Yen per 点.
    pub yen_per_point: Dated<i64>,
    /// Unit to which the amount paid at the counter is rounded.
    pub counter_unit: Dated<i64>,
}

/// 教示: periods for 審査請求 and 取消訴訟.
#[derive(Debug, Clone)]
pub struct Redress {
    /// Months for 審査請求 from the day after knowledge.
    pub appeal_months: Dated<i64>,
    /// Months for the lawsuit from the day after knowledge.
    pub lawsuit_months: Dated<i64>,
    /// Years for both from the day after the act.
    pub outer_years: Dated<i64>,
}

/// 総合振込の依頼人: the city's public account.
#[derive(Debug, Clone)]
pub struct TransferOrder {
    /// 依頼人名 in zengin kana.
    pub name: Dated<String>,
    /// 銀行コード
    pub bank: Dated<String>,
    /// 支店コード
    pub branch: Dated<String>,
    /// 預金種目
    pub kind: Dated<String>,
    /// 口座番号
    pub number: Dated<String>,
}

/// A city of whose rules everything is on file, by its 全国地方公共団体コード. The codes are those of no municipality of Japan.
const WHOLE: [(&str, City); 2] = [("279994", City::Minato), ("139998", City::Yamate)];

/// Everything the rules of one city need.
#[derive(Debug, Clone)]
pub struct Params {
    /// 子ども医療費助成
    pub child_medical: ChildMedical,
    /// 住民記録
    pub resident: ResidentRules,
    /// 専決規程
    pub approval: ApprovalRules,
    /// 審査支払手数料
    pub fees: ExaminationFees,
    /// 総合振込の依頼人
    pub transfer: TransferOrder,
    /// 一部負担割合
    pub benefit_rates: BenefitRates,
    /// 教示
    pub redress: Redress,
    /// Days without a value between two rows, for the start-up report.
    pub gaps: Vec<Gap>,
    /// Every row of every file, for the parameter page and the list of 未確認.
    pub index: Vec<RowFacts>,
}

static SHIPPED: LazyLock<[Result<Params, ParamError>; WHOLE.len()]> = LazyLock::new(|| WHOLE.map(|(_, city)| Params::load(city)));

impl Params {
    /// The parameters of this release for a city, by its 全国地方公共団体コード; read once.
    ///
    /// # Errors
    /// [`ParamError::NoCity`], or as [`Params::load`].
    pub fn of(code: &str) -> Result<&'static Self, ParamError> {
        let known = WHOLE.iter().zip(SHIPPED.iter()).find(|((known, _), _)| *known == code);
        let (_, params) = known.ok_or_else(|| ParamError::NoCity(code.to_owned()))?;
        params.as_ref().map_err(Clone::clone)
    }

    /// Reads the parameters of a city.
    ///
    /// # Errors
    /// Any [`ParamError`]; the program must not start with one.
    pub fn load(city: City) -> Result<Self, ParamError> {
        let (child_medical, mut gaps, mut index) = ChildMedical::read(city)?;
        let [resident_file, approval_file, fees_file, transfer_file] = match city {
            City::Minato => [
                file!("resident/minato.toml"),
                file!("approval/minato.toml"),
                file!("fees/minato.toml"),
                file!("transfer/minato.toml"),
            ],
            City::Yamate => [
                file!("resident/yamate.toml"),
                file!("approval/yamate.toml"),
                file!("fees/yamate.toml"),
                file!("transfer/yamate.toml"),
            ],
            City::Sakai | City::Izumi => return Err(ParamError::NoCity(format!("{city:?}"))),
        };
        let mut close = |sheet: Sheet| -> Result<(), ParamError> {
            let (g, i) = sheet.finish()?;
            gaps.extend(g);
            index.extend(i);
            Ok(())
        };
        let sheet = |(name, text): (&str, &str)| Sheet::read(name, text);

        let mut law = sheet(file!("resident/national.toml"))?;
        let mut city = sheet(resident_file)?;
        let resident = ResidentRules {
            move_in_days: law.take("move_in_days")?,
            move_within_days: law.take("move_within_days")?,
            household_change_days: law.take("household_change_days")?,
            move_out_late_days: law.take("move_out_late_days")?,
            card_move_in_days: law.take("card_move_in_days")?,
            card_move_in_planned_days: law.take("card_move_in_planned_days")?,
            birth_days: law.take("birth_days")?,
            death_days: law.take("death_days")?,
            protection_years: law.take("protection_years")?,
            protection_extension_months: law.take("protection_extension_months")?,
            fee_juminhyo: city.take_yen("fee_juminhyo")?,
            fee_removed: city.take_yen("fee_removed")?,
            fee_statement: city.take_yen("fee_statement")?,
        };
        close(law)?;
        close(city)?;

        let mut s = sheet(approval_file)?;
        let approval = ApprovalRules { by_act: s.take_rest()? };
        close(s)?;

        let mut s = sheet(fees_file)?;
        let fees = ExaminationFees {
            fund_per_receipt: s.take("fund_per_receipt")?,
            federation_per_receipt: s.take("federation_per_receipt")?,
        };
        close(s)?;

        let mut s = sheet(transfer_file)?;
        let transfer = TransferOrder {
            name: s.take("name")?,
            bank: s.take("bank")?,
            branch: s.take("branch")?,
            kind: s.take("kind")?,
            number: s.take("number")?,
        };
        close(s)?;

        let mut s = sheet(file!("benefit_rates/national.toml"))?;
        let benefit_rates = BenefitRates {
            preschool_end_age: s.take("preschool_end_age")?,
            preschool_share: s.take("preschool_share")?,
            standard_share: s.take("standard_share")?,
            yen_per_point: s.take("yen_per_point")?,
            counter_unit: s.take("counter_unit")?,
        };
        close(s)?;

        let mut s = sheet(file!("redress/national.toml"))?;
        let redress = Redress {
            appeal_months: s.take("appeal_months")?,
            lawsuit_months: s.take("lawsuit_months")?,
            outer_years: s.take("outer_years")?,
        };
        close(s)?;

        Ok(Self { child_medical, resident, approval, fees, transfer, benefit_rates, redress, gaps, index })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_load_without_gaps_and_say_what_is_unverified() {
        for (code, city) in WHOLE {
            let params = Params::load(city).unwrap();
            assert_eq!(params.gaps, vec![], "{code}");
            assert!(params.index.iter().all(|r| !r.legal_basis.is_empty() && !r.source.is_empty()));
        }
        let params = Params::of("279994").unwrap();
        let unverified: Vec<&str> = params.index.iter().filter(|r| r.verified_on.is_none()).map(|r| r.key.as_str()).collect();
        assert!(unverified.contains(&"child_medical.prefectural_income_step"), "{unverified:?}");
        let other = Params::of("139998").unwrap();
        let others = |r: &RowFacts| r.source.contains("みなと") || r.legal_basis.contains("みなと");
        assert!(!other.index.iter().any(others), "no city decides by the rules of another");
        assert!(
            matches!(Params::of("131041"), Err(ParamError::NoCity(_))),
            "a real city has its own rules, which are not on file"
        );
    }

    #[test]
    fn the_cities_differ_where_their_ordinances_differ() {
        let day = kernel::time::parse_date("2020-06-01").unwrap();
        let end_age = |city| ChildMedical::load(city).unwrap().end_age.at(day).unwrap().value;
        assert_eq!((end_age(City::Minato), end_age(City::Sakai), end_age(City::Izumi)), (18, 18, 15));
        let meals = |city| ChildMedical::load(city).unwrap().meals_covered.at(day).unwrap().value;
        assert!(meals(City::Sakai) && meals(City::Izumi));
    }
}
