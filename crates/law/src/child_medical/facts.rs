//! The facts that 子ども医療費助成 is decided on. The office that holds them hands them over with the row each came from;
//! what nobody asked yet stays visible as not asked, so that it can never count as satisfied.

use kernel::decision::FactRef;
use kernel::money::Yen;
use kernel::time::{Date, PartialDate, Period};

/// A value and the row that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact<T> {
    /// The value.
    pub value: T,
    /// The row.
    pub evidence: FactRef,
}

/// The answer of a register: asked on a day and found these rows (perhaps none), or not asked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inquiry<T> {
    /// Nobody looked: every condition that needs it is 要確認.
    NotAsked,
    /// Looked up or shown by the guardian.
    Asked {
        /// 確認日
        on: Date,
        /// What was found. Empty means: nothing applies.
        rows: Vec<T>,
        /// The record of the inquiry itself, which proves an empty answer.
        evidence: Option<FactRef>,
    },
}

/// How a stay in the register ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndCause {
    /// 転出 or 国外転出; the day is the 消除日.
    MovedOut,
    /// 死亡; the day is the day of death, which is still covered.
    Died,
    /// 職権消除; the day is the 消除日.
    ExOfficio,
}

/// One stay in the city's register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Residence {
    /// 住民となった日
    pub from: Date,
    /// How and when it ended, when it did. A cancelled move out (転出取消) has no end.
    pub ended: Option<(Date, EndCause)>,
    /// The row.
    pub evidence: FactRef,
}

/// 申立書: the child left to attend school and stays in the scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolLeave {
    /// The days for which it was accepted.
    pub period: Period,
    /// Does the guardian live in the city? `None` = not checked.
    pub guardian_in_city: Option<bool>,
    /// The row.
    pub evidence: FactRef,
}

/// Membership of a health insurance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insurance {
    /// From 取得日 to the last valid day.
    pub period: Period,
    /// 国保 保険者番号 272187, 組合健保 …: what the clerk reads.
    pub label_ja: String,
    /// The row.
    pub evidence: FactRef,
}

/// Care that another law already pays in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReliefKind {
    /// 生活保護
    PublicAssistance,
    /// 生活保護の停止中
    PublicAssistanceSuspended,
    /// 児童福祉法による措置入所
    Placement,
}

impl ReliefKind {
    fn label_ja(self) -> &'static str {
        match self {
            ReliefKind::PublicAssistance => "生活保護",
            ReliefKind::PublicAssistanceSuspended => "生活保護(停止中)",
            ReliefKind::Placement => "児童福祉法の措置",
        }
    }
}

/// One stretch of such care.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relief {
    /// What.
    pub kind: ReliefKind,
    /// When.
    pub period: Period,
    /// The row.
    pub evidence: FactRef,
}

impl Relief {
    /// 生活保護 令和8年4月1日から
    pub(super) fn words_ja(&self) -> String {
        format!("{} {}", self.kind.label_ja(), period_ja(&self.period))
    }
}

/// A 福祉医療 scheme that comes before this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SchemeKind {
    /// 重度障害者医療: first.
    Disability,
    /// ひとり親家庭医療: second.
    SingleParent,
}

impl SchemeKind {
    pub(super) fn label_ja(self) -> &'static str {
        match self {
            SchemeKind::Disability => "重度障害者医療",
            SchemeKind::SingleParent => "ひとり親家庭医療",
        }
    }
}

/// Membership of such a scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherScheme {
    /// Which.
    pub kind: SchemeKind,
    /// When.
    pub period: Period,
    /// The row.
    pub evidence: FactRef,
}

/// What the tax office of 1 January says about a guardian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncomeAnswer {
    /// 控除後所得額
    Declared(Yen),
    /// 未申告: an answer with a reason, never zero yen.
    Undeclared,
}

/// A guardian's income of one fiscal year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Income {
    /// 住民税の年度 (western number), which taxes the income of the calendar year before.
    pub fiscal_year: i16,
    /// 父, 母 … as the clerk reads it.
    pub guardian_ja: String,
    /// The income.
    pub answer: IncomeAnswer,
    /// 扶養親族等の数
    pub dependants: u16,
    /// 確認日
    pub checked_on: Date,
    /// The row.
    pub evidence: FactRef,
}

/// Everything about one child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// 生年月日. Partly unknown dates are allowed: while the bounds disagree, the condition is 要確認.
    pub birth: Option<Fact<PartialDate>>,
    /// 住民記録
    pub residence: Inquiry<Residence>,
    /// 申立書 of a child who left for school.
    pub school_leaves: Vec<SchoolLeave>,
    /// 医療保険
    pub insurance: Inquiry<Insurance>,
    /// 生活保護・措置
    pub relief: Inquiry<Relief>,
    /// 重度障害者医療・ひとり親家庭医療
    pub other_schemes: Inquiry<OtherScheme>,
    /// 保護者の所得, every year and guardian known.
    pub incomes: Vec<Income>,
    /// 申請日. `None`: not applied yet, the answer shows what an application would give (勧奨).
    pub applied_on: Option<Fact<Date>>,
}

/// 令和8年4月1日から, or 令和8年4月1日〜令和8年9月15日.
pub(super) fn period_ja(period: &Period) -> String {
    use kernel::time::wareki;
    match period.to {
        None => format!("{}から", wareki(period.from)),
        Some(to) => format!("{}〜{}", wareki(period.from), wareki(to)),
    }
}
