//! 子ども医療費助成: the facts that the programme keeps about a child (資格情報).

use kernel::ident::RecipientNo;
use kernel::money::Yen;
use kernel::time::{Date, Period};

/// A child and everything the programme holds. A child without [`ChildAid::recipient_no`] has not applied: the list for 勧奨.
#[derive(Debug, Clone, PartialEq)]
pub struct ChildAid {
    /// The child, person serial.
    pub child: u64,
    /// 保護者, person serial; `None` when no adult of the household represents the child.
    pub guardian: Option<u64>,
    /// 受給者番号, once it was issued. It stays the same for life.
    pub recipient_no: Option<RecipientNo>,
    /// 交付申請.
    pub application: Option<Application>,
    /// 資格, oldest first.
    pub entitlements: Vec<Entitlement>,
    /// 医療証, oldest first.
    pub cards: Vec<Card>,
    /// 医療保険, oldest first.
    pub insurances: Vec<InsuranceFact>,
    /// 所得 of the guardian, oldest first.
    pub incomes: Vec<IncomeFact>,
    /// 生活保護 and 措置入所.
    pub reliefs: Vec<ReliefFact>,
    /// Cards of national laws that pay first.
    pub other_laws: Vec<OtherLawCard>,
    /// 福祉医療 schemes that come before this one.
    pub other_schemes: Vec<OtherScheme>,
    /// 申立書 of a child who left to attend school.
    pub school_leave: Option<SchoolLeave>,
}

impl ChildAid {
    /// The stretches in which the card may be used: entitled, not cancelled.
    pub fn valid_periods(&self) -> impl Iterator<Item = Period> + '_ {
        self.entitlements
            .iter()
            .filter(|e| e.record.cancelled_on.is_none())
            .map(|e| Period { from: e.acquired_on, to: e.last_day })
    }

    /// The insurance on a day.
    pub fn insurance_on(&self, day: Date) -> Option<&InsuranceFact> {
        self.insurances.iter().find(|i| i.cancelled_on.is_none() && i.period.contains(day))
    }
}

/// 交付申請.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// 届出日.
    pub received_on: Date,
    /// 受付区.
    pub ward: &'static str,
    /// The account for 償還.
    pub account: BankAccount,
    /// 所得等の確認への同意.
    pub consent: bool,
}

/// A real bank and branch with an invented account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankAccount {
    /// 銀行コード.
    pub bank: &'static str,
    /// 支店コード.
    pub branch: &'static str,
    /// 預金種別: 普通, 貯蓄.
    pub kind: &'static str,
    /// 口座番号, seven digits.
    pub number: String,
    /// 名義人カナ.
    pub holder_kana: String,
}

/// How a row came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AidRecord {
    /// 決裁状態: 決裁済, 起案中.
    pub approval: &'static str,
    /// 届出日.
    pub notified_on: Date,
    /// 異動日.
    pub changed_on: Date,
    /// 公費異動事由.
    pub reason: &'static str,
    /// 受付区.
    pub ward: &'static str,
    /// 資格履歴取消年月日.
    pub cancelled_on: Option<Date>,
}

/// 資格: one stretch of entitlement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entitlement {
    /// How the row came to be.
    pub record: AidRecord,
    /// 資格状態: 受給中, 停止中, 喪失.
    pub state: &'static str,
    /// 資格取得年月日: the first valid day.
    pub acquired_on: Date,
    /// 公費資格取得事由: 出生, 転入, 制度該当, 生活保護廃止, 再取得.
    pub acquired_reason: &'static str,
    /// 停止.
    pub stop: Option<Stop>,
    /// The last valid day.
    pub last_day: Option<Date>,
    /// 資格喪失年月日, the day of the loss: by this city's rule the day after the last valid day.
    pub lost_on: Option<Date>,
    /// 公費資格喪失事由: 転出, 死亡, 年齢到達, 生活保護開始, 他制度該当.
    pub lost_reason: Option<&'static str>,
    /// 年齢到達基準日: the last 31 March of the scheme for this child.
    pub age_limit_on: Date,
    /// 判定区分: 該当, 非該当.
    pub judgement: &'static str,
    /// 府市区分, with 適用期間 (開始日・終了日), oldest first: 府補助対象, 市単独.
    pub shares: Vec<(&'static str, Period)>,
}

/// 停止.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// 停止年月日: the first day without the card.
    pub from: Date,
    /// 公費停止事由: 保険資格喪失, 所在不明, 更新未提出.
    pub reason: &'static str,
    /// 停止解除年月日 (the first day with the card again) and 公費停止解除事由.
    pub released: Option<(Date, &'static str)>,
}

/// 医療証.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// 有効期間.
    pub valid: Period,
    /// 交付年月日.
    pub issued_on: Date,
    /// 発行処理日.
    pub processed_on: Date,
    /// 帳票種別区分: 医療証.
    pub form: &'static str,
    /// 再発行区分: 新規, 更新, 再発行.
    pub reissue: &'static str,
    /// 証発行区分: 即時, 一括.
    pub issue: &'static str,
    /// 公費証交付事由: 新規認定, 年次更新, 紛失, 汚損, 氏名変更, 住所変更.
    pub reason: &'static str,
    /// 証回収: 年月日, 区分 (返還, 破棄の届出), 区.
    pub collected: Option<(Date, &'static str, &'static str)>,
}

/// 医療保険の資格.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InsuranceFact {
    /// 保険者番号, six or eight digits.
    pub insurer_no: &'static str,
    /// 保険者名称.
    pub insurer_name: &'static str,
    /// 保険者住所コード (町丁 of the municipality code).
    pub insurer_address_code: &'static str,
    /// 保険者郵便番号.
    pub insurer_postal_code: &'static str,
    /// 保険者住所.
    pub insurer_address: &'static str,
    /// 保険者地番.
    pub insurer_lot: &'static str,
    /// 保険者方書.
    pub insurer_building: &'static str,
    /// 保険者電話番号.
    pub insurer_phone: &'static str,
    /// 保険種別: 協会けんぽ, 組合健保, 共済, 船員, 国保, 国保組合.
    pub class: &'static str,
    /// 記号.
    pub symbol: String,
    /// 番号.
    pub number: String,
    /// 枝番, two digits.
    pub branch: String,
    /// 被保険者氏名.
    pub insured_name: String,
    /// 本人家族区分: 本人, 家族.
    pub family: &'static str,
    /// 取得年月日 and the last valid day.
    pub period: Period,
    /// 医療保険喪失年月日: the day after the last valid day.
    pub lost_on: Option<Date>,
    /// 保険履歴取消年月日.
    pub cancelled_on: Option<Date>,
    /// 特定疾病の認定日.
    pub specified_disease_on: Option<Date>,
    /// 附加給付 (附加金), when the insurer has one.
    pub supplement: Option<Supplement>,
    /// 還元金, when the insurer has one.
    pub rebate: Option<Supplement>,
    /// The day on which the fact was seen or reported.
    pub checked_on: Date,
}

/// 附加金 or 還元金: what an insurer pays back on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Supplement {
    /// Days on which it is paid (開始・廃止年月日).
    pub period: Period,
    /// What it is, in words.
    pub note: &'static str,
}

/// 所得 of a guardian in one fiscal year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomeFact {
    /// 所得個人番号: whose, person serial.
    pub person: u64,
    /// 年度, western.
    pub fiscal_year: i16,
    /// 所得根拠区分: 住民税情報, 課税証明書, 申告.
    pub basis: &'static str,
    /// 対象者区分: 父, 母, 養育者.
    pub role: &'static str,
    /// 未申告: no amounts then.
    pub undeclared: bool,
    /// The amounts; all zero when undeclared.
    pub items: IncomeItems,
    /// 所得制限額 for this number of dependants.
    pub limit: Yen,
    /// 控除後所得額.
    pub net: Yen,
    /// 判定サイン: 基準内, 超過, 未申告.
    pub verdict: &'static str,
    /// 確認日.
    pub checked_on: Date,
}

/// The amounts behind 控除後所得額, in the order of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct IncomeItems {
    /// 総所得金額.
    pub total: Yen,
    /// 短期一般所得額 (短期譲渡).
    pub short_term: Yen,
    /// 長期一般所得額 (長期譲渡).
    pub long_term: Yen,
    /// 商品先物取引所得額.
    pub futures: Yen,
    /// 山林所得額.
    pub forestry: Yen,
    /// 退職所得額.
    pub retirement: Yen,
    /// その他所得額.
    pub other: Yen,
    /// 短期一般特別控除額.
    pub short_term_deduction: Yen,
    /// 長期一般特別控除額.
    pub long_term_deduction: Yen,
    /// 純損失額.
    pub net_loss: Yen,
    /// 雑損失額.
    pub casualty_loss: Yen,
    /// 居住用特定損失額.
    pub residence_loss: Yen,
    /// 先物取引損失額.
    pub futures_loss: Yen,
    /// 計算結果所得額合計.
    pub sum: Yen,
    /// 障害者該当: 普通, 特別.
    pub disabled: Option<&'static str>,
    /// 寡婦該当: 寡婦, ひとり親.
    pub widowed: Option<&'static str>,
    /// 勤労学生該当.
    pub working_student: bool,
    /// 本人普通障害者控除額.
    pub own_disability: Yen,
    /// 本人特別障害者控除額.
    pub own_special_disability: Yen,
    /// 寡婦控除額.
    pub widow: Yen,
    /// 特別寡婦控除額 (ひとり親控除).
    pub single_parent: Yen,
    /// 勤労学生控除額.
    pub student: Yen,
    /// 扶養普通障該当人数.
    pub disabled_dependants: u8,
    /// 扶養特障該当人数.
    pub specially_disabled_dependants: u8,
    /// 普通障害控除額.
    pub disability: Yen,
    /// 特別障害控除額.
    pub special_disability: Yen,
    /// 雑損控除額.
    pub casualty: Yen,
    /// 医療費控除額.
    pub medical: Yen,
    /// 小規模共済控除額.
    pub mutual_aid: Yen,
    /// 計算結果判定用控除額.
    pub deductions: Yen,
    /// 控対配該当.
    pub spouse: bool,
    /// 扶養老人該当人数.
    pub elderly_dependants: u8,
    /// その他扶養人数.
    pub other_dependants: u8,
}

impl IncomeItems {
    /// 扶養親族等の数.
    pub fn dependants(&self) -> u16 {
        u16::from(self.spouse) + u16::from(self.elderly_dependants) + u16::from(self.other_dependants)
    }
}

/// Care that another law pays in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReliefFact {
    /// 生活保護, 生活保護(停止中), 措置入所.
    pub kind: &'static str,
    /// When.
    pub period: Period,
    /// 確認日.
    pub checked_on: Date,
}

/// A card of a national public scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherLawCard {
    /// 法別番号: 21 精神通院, 52 小児慢性特定疾病, 54 難病.
    pub law: u8,
    /// 公費負担者番号.
    pub bearer: &'static str,
    /// 受給者番号.
    pub recipient: String,
    /// When.
    pub period: Period,
    /// 自己負担上限月額.
    pub monthly_limit: Yen,
}

/// A 福祉医療 scheme that comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherScheme {
    /// 重度障害者医療, ひとり親家庭医療.
    pub kind: &'static str,
    /// When.
    pub period: Period,
}

/// 申立書 of a child who left the city to attend school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolLeave {
    /// 申立日.
    pub filed_on: Date,
    /// The days for which it was accepted.
    pub period: Period,
    /// The school.
    pub school: String,
}
