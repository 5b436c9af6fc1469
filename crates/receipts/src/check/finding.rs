//! What a check found, in words for a clerk.

use crate::receipt::days_of;
use kernel::money::Yen;
use kernel::time::{Date, YearMonth, wareki};

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// 要確認: may be right, somebody has to look.
    Review,
    /// 不適合: contradicts the register.
    Unfit,
}

impl Severity {
    /// Name on pages.
    pub fn label(self) -> &'static str {
        match self {
            Self::Review => "要確認",
            Self::Unfit => "不適合",
        }
    }
}

/// The checks, in the order in which a clerk would make them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// Is the bearer ours?
    Bearer,
    /// Is there such a recipient?
    Recipient,
    /// Were they entitled on the days of care?
    Period,
    /// Same birth date?
    Birth,
    /// Same sex?
    Sex,
    /// Same name?
    Name,
    /// 給付割合 and patient class by age.
    BenefitRate,
    /// Billed twice?
    Duplicate,
    /// Should another law have paid first?
    OtherLaw,
    /// Did the patient pay more than the scheme allows?
    Copay,
}

impl Check {
    /// All, in order.
    pub const ALL: [Check; 10] = [
        Self::Bearer,
        Self::Recipient,
        Self::Period,
        Self::Birth,
        Self::Sex,
        Self::Name,
        Self::BenefitRate,
        Self::Duplicate,
        Self::OtherLaw,
        Self::Copay,
    ];

    /// Name on pages.
    pub fn label(self) -> &'static str {
        match self {
            Self::Bearer => "負担者番号",
            Self::Recipient => "受給者の有無",
            Self::Period => "資格の期間",
            Self::Birth => "生年月日",
            Self::Sex => "性別",
            Self::Name => "氏名",
            Self::BenefitRate => "給付割合",
            Self::Duplicate => "重複請求",
            Self::OtherLaw => "他法優先",
            Self::Copay => "一部自己負担額",
        }
    }
}

/// Why a receipt was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// 負担者番号が当市でない.
    WrongBearer,
    /// 該当者なし.
    UnknownRecipient,
    /// Care before entitlement began.
    BeforeStart {
        /// First valid day.
        start: Date,
    },
    /// 資格喪失後受診.
    AfterLoss {
        /// Last valid day.
        last: Date,
    },
    /// 停止中.
    Suspended,
    /// 生年月日相違.
    BirthMismatch {
        /// The month of care lies before the birth date of the register, which speaks against the register.
        before_birth: bool,
    },
    /// 性別相違.
    SexMismatch,
    /// 氏名相違.
    NameMismatch,
    /// 給付割合 or 未就学 class does not follow age.
    BenefitRateMismatch {
        /// Percent on the receipt.
        recorded: Option<u8>,
        /// Percent by age.
        expected: u8,
        /// レセプト種別 says 未就学 where age does not, or the reverse.
        class_differs: bool,
    },
    /// 重複請求.
    Duplicate {
        /// Place of the earlier receipt.
        of: u32,
        /// The earlier receipt is among those of earlier months.
        prior: bool,
    },
    /// 他法優先.
    OtherLawFirst {
        /// 法別番号 of the card that should have been used.
        law: u8,
    },
    /// 負担金額 above the scheme's limit.
    CopayOverLimit {
        /// On the receipt.
        paid: Yen,
        /// By the rule.
        limit: Yen,
    },
}

impl Reason {
    /// The check that found it.
    pub fn check(&self) -> Check {
        match self {
            Self::WrongBearer => Check::Bearer,
            Self::UnknownRecipient => Check::Recipient,
            Self::BeforeStart { .. } | Self::AfterLoss { .. } | Self::Suspended => Check::Period,
            Self::BirthMismatch { .. } => Check::Birth,
            Self::SexMismatch => Check::Sex,
            Self::NameMismatch => Check::Name,
            Self::BenefitRateMismatch { .. } => Check::BenefitRate,
            Self::Duplicate { .. } => Check::Duplicate,
            Self::OtherLawFirst { .. } => Check::OtherLaw,
            Self::CopayOverLimit { .. } => Check::Copay,
        }
    }

    /// Short name on pages and in lists.
    pub fn label(&self) -> &'static str {
        match self {
            Self::WrongBearer => "負担者番号相違",
            Self::UnknownRecipient => "該当者なし",
            Self::BeforeStart { .. } => "資格取得前受診",
            Self::AfterLoss { .. } => "資格喪失後受診",
            Self::Suspended => "資格停止中",
            Self::BirthMismatch { .. } => "生年月日相違",
            Self::SexMismatch => "性別相違",
            Self::NameMismatch => "氏名相違",
            Self::BenefitRateMismatch { .. } => "給付割合相違",
            Self::Duplicate { .. } => "重複請求",
            Self::OtherLawFirst { .. } => "他法優先",
            Self::CopayOverLimit { .. } => "一部自己負担額超過",
        }
    }

    /// 事由 code of 再審査等請求 (支払基金 list, 1000xx). `None`: the list as known here has no entry; the clerk chooses.
    pub fn code(&self) -> Option<u32> {
        match self {
            Self::WrongBearer => Some(100_011),
            Self::UnknownRecipient | Self::BeforeStart { .. } => Some(100_014),
            Self::AfterLoss { .. } | Self::Suspended => Some(100_018),
            Self::BirthMismatch { .. } | Self::SexMismatch | Self::NameMismatch => Some(100_012),
            Self::BenefitRateMismatch { .. } => Some(100_017),
            Self::Duplicate { .. } => Some(100_019),
            Self::OtherLawFirst { .. } | Self::CopayOverLimit { .. } => None,
        }
    }
}

/// One finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// Place of the claim.
    pub claim: u32,
    /// 要確認 or 不適合.
    pub severity: Severity,
    /// Why.
    pub reason: Reason,
    /// The visit days concerned, bit 0 for day 1; 0 when the finding is not about days or none are recorded.
    pub days: u32,
}

impl Finding {
    /// The reason in a sentence, for the page of the case. `month` is the claim's 診療年月.
    pub fn text(&self, month: YearMonth) -> String {
        let what = match self.reason {
            Reason::WrongBearer => "公費負担者番号が当市のものではありません。".to_owned(),
            Reason::UnknownRecipient => "この受給者番号の受給者はいません。".to_owned(),
            Reason::BeforeStart { start } => {
                format!("資格取得日（{}）より前の診療です。", wareki(start))
            }
            Reason::AfterLoss { last } => format!("最終の有効日（{}）より後の診療です。", wareki(last)),
            Reason::Suspended => "資格が停止されている期間の診療です。".to_owned(),
            Reason::BirthMismatch { before_birth: true } => {
                "生年月日が台帳と違い、診療月が台帳の生年月日より前です。台帳側の誤りも確かめてください。".to_owned()
            }
            Reason::BirthMismatch { before_birth: false } => "生年月日が台帳と違います。".to_owned(),
            Reason::SexMismatch => "性別が台帳と違います。".to_owned(),
            Reason::NameMismatch => "カナ氏名が台帳と違います。".to_owned(),
            Reason::BenefitRateMismatch { recorded, expected, class_differs } => {
                let class = if class_differs { "レセプト種別の未就学区分が年齢と合いません。" } else { "" };
                match recorded.filter(|r| *r != expected) {
                    Some(recorded) => format!("給付割合が {recorded}％ですが、年齢では {expected}％です。{class}"),
                    None => class.to_owned(),
                }
            }
            Reason::Duplicate { prior: true, .. } => {
                "過去に取り込んだレセプトと、医療機関・診療年月・入外・種別が同じです。".to_owned()
            }
            Reason::Duplicate { prior: false, .. } => {
                "同じファイル群のレセプトと、医療機関・診療年月・入外・種別が同じです。".to_owned()
            }
            Reason::OtherLawFirst { law } => format!("法別 {law:02} の受給者証がありますが、併用されていません。"),
            Reason::CopayOverLimit { paid, limit } => format!("負担金額 {paid} が上限 {limit} を超えています。"),
        };
        match self.days_text(month) {
            Some(days) => format!("{what}該当日：{days}。"),
            None if self.reason.check() == Check::Period && self.severity == Severity::Review => {
                format!("{what}受診日の記録がないため、月の一部が資格の外であることだけがわかります。")
            }
            None => what,
        }
    }

    /// 「9月18日、20日」, when days are known.
    pub fn days_text(&self, month: YearMonth) -> Option<String> {
        let days: Vec<String> = days_of(self.days).map(|day| format!("{day}日")).collect();
        (!days.is_empty()).then(|| format!("{}月{}", month.month, days.join("、")))
    }
}
