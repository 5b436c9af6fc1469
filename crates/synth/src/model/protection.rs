//! 支援措置 (住民基本台帳事務処理要領 第5-10).

use kernel::time::{Date, Period};

/// A request for 支援措置 and what became of it. It ends only by procedure: a period that has run out protects on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protection {
    /// 申出者, person serial.
    pub protected: u64,
    /// 併せて支援を求める者, person serials.
    pub together: Vec<u64>,
    /// 相手方.
    pub opponents: Vec<Opponent>,
    /// 事由: 配偶者暴力, ストーカー行為, 児童虐待, その他.
    pub ground: &'static str,
    /// 申出日.
    pub applied_on: Date,
    /// 相談機関等: 警察, 配偶者暴力相談支援センター, 児童相談所.
    pub consulted: &'static str,
    /// 意見を付した日; `None` while the body consulted has not answered.
    pub opinion_on: Option<Date>,
    /// 決定日; `None` while it is 仮支援措置.
    pub decided_on: Option<Date>,
    /// Periods decided so far, oldest first; each extension follows the day after.
    pub periods: Vec<Period>,
    /// 終了日, when it was ended by procedure.
    pub ended_on: Option<Date>,
    /// Ground of the end: 申出者の終了の申出, 転出 …
    pub end_reason: Option<&'static str>,
}

/// 相手方.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opponent {
    /// Person serial when the opponent is in the city's register.
    pub person: Option<u64>,
    /// 氏名.
    pub name: String,
    /// カナ.
    pub kana: String,
    /// 生年月日, when known.
    pub birth: Option<Date>,
    /// 住所, when known.
    pub address: Option<String>,
    /// Relation to the applicant: 元配偶者, 配偶者, 父, 交際相手 …
    pub relation: &'static str,
}
