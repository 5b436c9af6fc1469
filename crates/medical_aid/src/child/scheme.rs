//! What 子ども医療 tells the receipts slice: who is entitled, and the rules of its ordinance.

use crate::child::usecases::double_benefit;
use crate::child::{rules, store};
use async_trait::async_trait;
use claims::{CopayRule, Examiner, PaidTwice, RateRule, RosterEntry, Rules, Scheme, Sex, Visit};
use kernel::Yen;
use kernel::ident::AtenaNo;
use kernel::money::Rounding;
use kernel::time::{Date, Period, YearMonth};
use law::fees::{Sender, examination_fee};
use law::params::Dated;
use payments::Account;
use platform::city::CityProfile;
use platform::{Fault, Unit};
use std::collections::{BTreeMap, BTreeSet};

/// The scheme of a city.
pub struct ChildScheme {
    profile: CityProfile,
}

impl ChildScheme {
    /// For this city.
    pub fn new(profile: CityProfile) -> Self {
        Self { profile }
    }
}

fn percent(ratio: kernel::money::Ratio) -> u8 {
    u8::try_from(100 - ratio.num * 100 / ratio.den.max(1)).unwrap_or(0)
}

#[async_trait]
impl Scheme for ChildScheme {
    fn bearer_no(&self) -> String {
        // The number does not change with the day; 令和8年4月1日 stands for the ordinance in force.
        rules::bearer_no(&self.profile, Date::constant(2026, 4, 1)).map(|n| n.to_string()).unwrap_or_default()
    }

    async fn roster(&self, unit: &mut Unit) -> Result<Vec<RosterEntry>, Fault> {
        let mut people: BTreeMap<String, RosterEntry> = BTreeMap::new();
        for row in store::eligibility::roster(&mut unit.tx).await? {
            let entry = people.entry(row.atena_no.clone()).or_insert_with(|| RosterEntry {
                subject: row.subject,
                bearer_no: row.bearer_no.clone(),
                recipient_no: row.recipient_no.clone(),
                birth: (row.birth_earliest == row.birth_latest).then_some(row.birth_earliest),
                sex: match row.sex.as_str() {
                    "男" => Some(Sex::Male),
                    "女" => Some(Sex::Female),
                    _ => None,
                },
                kana: row.kana.clone(),
                periods: vec![],
                suspensions: vec![],
                other_laws: vec![],
            });
            let last = row.last_valid_day.or(row.valid_to);
            if last.is_none_or(|to| to >= row.valid_from) {
                entry.periods.push(Period { from: row.valid_from, to: last });
            }
            if let Some(from) = row.suspended_on {
                entry.suspensions.push(Period { from, to: row.resumed_on.and_then(|d| d.yesterday().ok()) });
            }
        }
        for row in store::eligibility::all_reliefs(&mut unit.tx).await? {
            let law = row.law_code.as_deref().and_then(|l| l.parse().ok());
            if let (Some(law), Some(entry)) = (law, people.get_mut(&row.atena_no)) {
                entry.other_laws.push((law, Period { from: row.valid_from, to: row.valid_to }));
            }
        }
        Ok(people.into_values().collect())
    }

    async fn reimbursed(&self, unit: &mut Unit) -> Result<BTreeSet<String>, Fault> {
        Ok(store::claim::reimbursed(&mut unit.tx).await?)
    }

    async fn paid_twice(&self, unit: &mut Unit, visits: &[Visit]) -> Result<Vec<PaidTwice>, Fault> {
        double_benefit::receipts(unit, visits).await
    }

    fn rules(&self, month: YearMonth) -> Result<Rules, Fault> {
        let (day, all) = (month.first_day(), rules::params(&self.profile)?);
        let aid = &all.child_medical;
        let days = aid.copay_days.at(day).map_err(rules::unruled)?.value;
        let copay = CopayRule {
            per_day: aid.copay_per_day.at(day).map_err(rules::unruled)?.value,
            days: u16::try_from(days).ok(),
            dispensing_per_day: aid.pharmacy_copay_per_day.at(day).map_err(rules::unruled)?.value,
        };
        let rates = &all.benefit_rates;
        let rate = RateRule {
            preschool_age: rates.preschool_end_age.at(day).map_err(rules::unruled)?.value,
            preschool: percent(rates.preschool_share.at(day).map_err(rules::unruled)?.value),
            standard: percent(rates.standard_share.at(day).map_err(rules::unruled)?.value),
            // Nobody in this scheme comes near the age from which income decides.
            elderly_age: i16::MAX,
        };
        Ok(Rules { copay: Some(copay), rate: Some(rate) })
    }

    fn monthly_cap(&self, month: YearMonth) -> Result<Yen, Fault> {
        Ok(rules::ordinance(&self.profile)?.monthly_cap.at(month.first_day()).map_err(rules::unruled)?.value)
    }

    fn own_charge(&self, points: i64, benefit_rate: u8, month: YearMonth) -> Result<Yen, Fault> {
        let yen = rules::params(&self.profile)?.benefit_rates.yen_per_point.at(month.first_day()).map_err(rules::unruled)?.value;
        let cost = Yen(points).times(yen).ok_or_else(|| rules::unruled("点数が大きすぎます"))?;
        let own = kernel::money::Ratio { num: i64::from(100u8.saturating_sub(benefit_rate)), den: 100 };
        cost.at(own, Rounding::HalfUp).ok_or_else(|| rules::unruled("点数が大きすぎます"))
    }

    fn fee(&self, sender: Examiner, receipts: i64, month: YearMonth) -> Result<Yen, Fault> {
        let sender = match sender {
            Examiner::PaymentFund => Sender::Fund,
            Examiner::HealthFederation => Sender::Federation,
        };
        let count = u32::try_from(receipts).map_err(rules::unruled)?;
        examination_fee(sender, count, month, &rules::params(&self.profile)?.fees).map(|(yen, _)| yen).map_err(rules::unruled)
    }

    fn rank(&self, act: &str, amount: Yen, on: Date) -> Option<(i64, String)> {
        let (programme, act) = act.split_once('.')?;
        rules::decided_by(&self.profile, programme, act, Some(amount), on).ok()
    }

    async fn debtor(&self, unit: &mut Unit, subject: i64) -> Result<AtenaNo, Fault> {
        let number = platform::subject::number(&mut unit.tx, subject).await?;
        let guardian = store::eligibility::current(&mut unit.tx, &number).await?.and_then(|r| r.guardian_no);
        guardian.map_or(Ok(number), |g| AtenaNo::parse(&g).map_err(rules::unruled))
    }

    fn sender_account(&self, sender: Examiner) -> Result<payments::Account, Fault> {
        // Invented accounts of the demo city's senders; a real city enters those of its bills.
        let (number, holder) = match sender {
            Examiner::PaymentFund => ("2000001", "シヤカイホケンシンリヨウホウシユウシハライキキン"),
            Examiner::HealthFederation => ("2000002", "コクミンケンコウホケンダンタイレンゴウカイ"),
        };
        payments::Account::checked("0001", "001", "1", number, holder)
            .map_err(|(_, why)| Fault::conflict("請求元の口座が正しくありません", why))
    }
}

/// 教示 for a notice of money owed back.
///
/// # Errors
/// A rule without a value in force.
pub fn instruction(city: &platform::City) -> Result<Vec<String>, Fault> {
    rules::instruction(city)
}

/// Who may decide a run of payments of this total.
pub fn transfer_rank(city: &CityProfile, total: Yen, on: Date) -> Option<(i64, String)> {
    rules::decided_by(city, "payments", "transfer", Some(total), on).ok()
}

/// 依頼人 of the transfers that are carried out on a day: the city's public account.
///
/// # Errors
/// A city or day without one.
pub fn orderer(city: &CityProfile, on: Date) -> Result<payments::Orderer, Fault> {
    let order = &rules::params(city)?.transfer;
    let at = |value: &Dated<String>| value.at(on).map(|row| row.value.clone()).map_err(rules::unruled);
    let name = at(&order.name)?;
    let account = Account::checked(&at(&order.bank)?, &at(&order.branch)?, &at(&order.kind)?, &at(&order.number)?, &name);
    let account = account.map_err(|(_, why)| Fault::conflict("市の口座が正しくありません", why))?;
    Ok(payments::Orderer { code: format!("{:0>10}", city.code), name, account })
}
