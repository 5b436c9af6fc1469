//! The registers of 子ども医療費助成.

mod application;
mod claim;
mod decision;
mod evidence;
mod income;
mod recipient;

pub use application::{Application, Notice, SchoolLeaveRow};
pub use claim::{ClaimLineRow, ClaimRow, ClaimVisit, InsurerNotice, MonthRefund};
pub use decision::{DecisionRow, FactUsed, ReasonRow, StepRow};
pub use evidence::{InquiryRow, InsuranceRow, ReliefRow};
pub use income::IncomeRow;
pub use recipient::{Card, Recipient, SharePeriod};

use platform::register::Register;

/// All registers of the programme.
pub const REGISTERS: &[Register] = &[
    Recipient::REGISTER,
    SharePeriod::REGISTER,
    Card::REGISTER,
    Application::REGISTER,
    SchoolLeaveRow::REGISTER,
    Notice::REGISTER,
    InsuranceRow::REGISTER,
    IncomeRow::REGISTER,
    ReliefRow::REGISTER,
    InquiryRow::REGISTER,
    DecisionRow::REGISTER,
    ReasonRow::REGISTER,
    FactUsed::REGISTER,
    StepRow::REGISTER,
    ClaimRow::REGISTER,
    ClaimLineRow::REGISTER,
    ClaimVisit::REGISTER,
    InsurerNotice::REGISTER,
    MonthRefund::REGISTER,
];

/// Items of the seed lists that are not stored here a second time: the resident registry answers them when they are asked for.
pub const DERIVED: &[(&str, &str)] = &[
    ("shikaku.001", "受給者の個人番号: 住民記録に照会し「個人番号の確認」に表示"),
    ("shikaku.025", "郵便番号: 住民記録に照会し「個人番号の確認」に表示"),
    ("shikaku.026", "宛名住所: 住民記録に照会し、子の画面の帯に表示"),
    ("shikaku.027", "地番: 住民記録の住所の一部として表示"),
    ("shikaku.028", "方書カナ: 住民記録の方書から。読みは登録されていない"),
    ("shikaku.029", "方書漢字: 住民記録に照会し「個人番号の確認」に表示"),
    ("shikaku.033", "保護者の個人番号: 住民記録に照会し「個人番号の確認」に表示"),
    ("shikaku.046", "所得者の個人番号: 住民記録に照会し「個人番号の確認」に表示"),
    ("kyufu.001", "受給者の個人番号: 住民記録に照会し「個人番号の確認」に表示"),
    ("kyufu.014", "申請者郵便番号: 住民記録に照会し「個人番号の確認」に表示"),
    ("kyufu.015", "申請者住所: 住民記録に照会し「個人番号の確認」に表示"),
    ("kyufu.016", "申請者地番: 住民記録の住所の一部として表示"),
    ("kyufu.017", "申請者方書: 住民記録に照会し「個人番号の確認」に表示"),
    ("kyufu.072", "食事支給額: 償還払いの判定の内訳。食事は市の助成の対象外で、いつも0円"),
];
