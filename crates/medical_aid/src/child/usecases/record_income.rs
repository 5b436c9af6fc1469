//! 所得: what a guardian's tax record or certificate says, for 府市区分. The sums and the limit are computed here, never typed in.

use crate::child::model::IncomeRow;
use crate::child::rules::{ordinance, unruled};
use crate::child::store::eligibility as store;
use kernel::Yen;
use kernel::ident::AtenaNo;
use kernel::time::{Date, Timestamp};
use law::child_medical::income_limit;
use platform::city::CityProfile;
use platform::{Fault, Unit};

/// An amount of the sheet: form name, label, and where it stands in the row.
pub type Amount = (&'static str, &'static str, fn(&mut IncomeRow) -> &mut Yen);

/// 所得: counted towards the sum.
pub const INCOMES: &[Amount] = &[
    ("total", "総所得金額", |r| &mut r.total),
    ("short_term", "短期一般所得額", |r| &mut r.short_term),
    ("long_term", "長期一般所得額", |r| &mut r.long_term),
    ("futures", "商品先物取引所得額", |r| &mut r.futures),
    ("forestry", "山林所得額", |r| &mut r.forestry),
    ("retirement", "退職所得額", |r| &mut r.retirement),
    ("other", "その他所得額", |r| &mut r.other),
];

/// 特別控除 and 損失: taken off the sum.
pub const LOSSES: &[Amount] = &[
    ("short_term_deduction", "短期一般特別控除額", |r| &mut r.short_term_deduction),
    ("long_term_deduction", "長期一般特別控除額", |r| &mut r.long_term_deduction),
    ("net_loss", "純損失額", |r| &mut r.net_loss),
    ("casualty_loss", "雑損失額", |r| &mut r.casualty_loss),
    ("residence_loss", "居住用特定損失額", |r| &mut r.residence_loss),
    ("futures_loss", "先物取引損失額", |r| &mut r.futures_loss),
];

/// 控除: taken off for the judgement.
pub const DEDUCTIONS: &[Amount] = &[
    ("own_disability", "本人普通障害者控除額", |r| &mut r.own_disability),
    ("own_special_disability", "本人特別障害者控除額", |r| &mut r.own_special_disability),
    ("widow", "寡婦控除額", |r| &mut r.widow),
    ("single_parent", "特別寡婦控除額", |r| &mut r.single_parent),
    ("student", "勤労学生控除額", |r| &mut r.student),
    ("disability", "普通障害控除額", |r| &mut r.disability),
    ("special_disability", "特別障害控除額", |r| &mut r.special_disability),
    ("casualty", "雑損控除額", |r| &mut r.casualty),
    ("medical", "医療費控除額", |r| &mut r.medical),
    ("mutual_aid", "小規模共済控除額", |r| &mut r.mutual_aid),
];

/// Whose income, for which child and year.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// The child.
    pub child: AtenaNo,
    /// The guardian.
    pub guardian: AtenaNo,
    /// 父, 母, 養育者
    pub role: String,
    /// 年度, western.
    pub fiscal_year: i16,
    /// 住民税情報, 課税証明書, 申告
    pub basis: String,
    /// 未申告: the office was asked and has no return.
    pub undeclared: bool,
    /// 確認日
    pub checked_on: Date,
}

/// An empty sheet for a child's subject.
pub fn blank(sheet: &Sheet, subject: i64) -> IncomeRow {
    IncomeRow {
        id: 0,
        subject,
        atena_no: sheet.child.as_str().into(),
        guardian_no: sheet.guardian.as_str().into(),
        fiscal_year: i64::from(sheet.fiscal_year),
        basis: sheet.basis.clone(),
        role: sheet.role.clone(),
        net: Yen::ZERO,
        income_limit: Yen::ZERO,
        sign: "未申告".into(),
        total: Yen::ZERO,
        short_term: Yen::ZERO,
        long_term: Yen::ZERO,
        futures: Yen::ZERO,
        forestry: Yen::ZERO,
        retirement: Yen::ZERO,
        other: Yen::ZERO,
        short_term_deduction: Yen::ZERO,
        long_term_deduction: Yen::ZERO,
        net_loss: Yen::ZERO,
        casualty_loss: Yen::ZERO,
        residence_loss: Yen::ZERO,
        futures_loss: Yen::ZERO,
        income_sum: Yen::ZERO,
        disabled: None,
        widowed: None,
        working_student: false,
        own_disability: Yen::ZERO,
        own_special_disability: Yen::ZERO,
        widow: Yen::ZERO,
        single_parent: Yen::ZERO,
        student: Yen::ZERO,
        disabled_dependants: 0,
        specially_disabled_dependants: 0,
        disability: Yen::ZERO,
        special_disability: Yen::ZERO,
        casualty: Yen::ZERO,
        medical: Yen::ZERO,
        mutual_aid: Yen::ZERO,
        deductions: Yen::ZERO,
        spouse: false,
        elderly_dependants: 0,
        other_dependants: 0,
        checked_on: sheet.checked_on,
        seq: 0,
        recorded_at: Timestamp::UNIX_EPOCH,
        superseded_seq: None,
    }
}

/// Computes sums, limit and 判定サイン of a declared sheet.
///
/// # Errors
/// A rule without a value in force.
pub fn compute(city: &CityProfile, row: &mut IncomeRow) -> Result<(), Fault> {
    let mut sum = |amounts: &[Amount]| amounts.iter().map(|(_, _, at)| *at(row)).sum::<Yen>();
    let (incomes, losses, deductions) = (sum(INCOMES), sum(LOSSES), sum(DEDUCTIONS));
    row.income_sum = incomes.less(losses);
    row.deductions = deductions;
    row.net = row.income_sum.less(deductions);
    let dependants = i64::from(row.spouse) + row.elderly_dependants + row.other_dependants;
    let dependants = u16::try_from(dependants).unwrap_or_default();
    row.income_limit = income_limit(dependants, row.checked_on, ordinance(city)?).map_err(unruled)?;
    row.sign = if row.net < row.income_limit { "基準内" } else { "超過" }.into();
    Ok(())
}

/// Stores a sheet in place of an earlier one of the same guardian and year. A tax record is asked for only with recorded consent.
///
/// # Errors
/// A day in the future, an unknown child, or a missing consent.
pub async fn run(unit: &mut Unit, sheet: &Sheet, fill: impl FnOnce(&mut IncomeRow)) -> Result<i64, Fault> {
    if sheet.checked_on > unit.today() {
        return Err(Fault::field("checked_on", "確認日は、きょう以前の日を入力してください"));
    }
    let subject = unit.find_subject(&sheet.child).await?.ok_or_else(|| Fault::missing("対象者"))?;
    unit.require(subject, &["kodomo.income"]).await?;
    let consent = store::applications(&mut unit.tx, &sheet.child).await?.first().is_some_and(|a| a.consent);
    if sheet.basis == "住民税情報" && !consent {
        return Err(Fault::field(
            "basis",
            "同意の記録がないため、住民税情報は使えません。課税証明書などを出してもらってください",
        ));
    }
    let mut row = blank(sheet, subject);
    if !sheet.undeclared {
        fill(&mut row);
        compute(unit.city().profile(), &mut row)?;
    }
    row.seq = unit.seq().await?;
    row.recorded_at = unit.now();
    store::end_income(&mut unit.tx, &row.atena_no, &row.guardian_no, row.fiscal_year, row.seq).await?;
    Ok(row.insert(&mut unit.tx).await?)
}
