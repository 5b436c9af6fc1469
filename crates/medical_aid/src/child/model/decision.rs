//! Decisions with their reasons, the rows they rest on and the steps of their amounts.

use kernel::time::Timestamp;
use kernel::{Date, Yen};

platform::register! {
    /// A decision of the office.
    pub struct DecisionRow in "medical_aid_decision" named "決定", purpose "kodomo", basis "行政手続法5条・8条、市子ども医療費助成条例", retention "決定の翌年度から5年" {
        /// The child in the log.
        subject: i64, "対象者", "kodomo.eligibility", Personal, [];
        /// 宛名番号 of the child.
        atena_no: String, "宛名番号", "kodomo.eligibility", Personal, [];
        /// grant, refuse, loss, keep, resume, suspend, release, claim, auto.
        kind: String, "決定の種類", "kodomo.eligibility", Personal, [];
        /// 該当, 非該当, 支給, 不支給.
        outcome: String, "結果", "kodomo.eligibility", Personal, [];
        /// Number of the notice.
        document_no: String, "文書番号", "kodomo.eligibility", Plain, [];
        /// Day of the decision.
        decided_on: Date, "決定日", "kodomo.eligibility", Personal, [];
        /// Who decided.
        decided_by: String, "決裁者", "kodomo.eligibility", Plain, [];
        /// Who drafted.
        drafted_by: String, "起案者", "kodomo.eligibility", Plain, [];
        /// First day decided about.
        period_from: Option<Date>, "期間の初日", "kodomo.eligibility", Personal, [];
        /// Last day decided about.
        period_to: Option<Date>, "期間の末日", "kodomo.eligibility", Personal, [];
        /// Amount, for money.
        amount: Option<Yen>, "決定額", "kodomo.claim", Personal, [];
        /// What it decides: application:1, notice:2, claim:3.
        origin: Option<String>, "対象", "kodomo.eligibility", Plain, [];
        /// Empty, or 要見直し after a fact it used was corrected, or 見直し済.
        review: String, "見直し", "kodomo.eligibility", Plain, [];
        /// Commit that stored it.
        seq: i64, "確定番号", "kodomo.eligibility", Plain, [];
        /// When it was stored.
        recorded_at: Timestamp, "登録日時", "kodomo.eligibility", Plain, [];
    }
}

platform::register! {
    /// One numbered reason of a decision.
    pub struct ReasonRow in "medical_aid_reason" named "決定の理由", purpose "kodomo", basis "行政手続法8条・14条", retention "決定の翌年度から5年" {
        /// The decision.
        decision_id: i64, "決定", "kodomo.eligibility", Plain, [];
        /// 1, 2, 3 …
        no: i64, "番号", "kodomo.eligibility", Plain, [];
        /// The condition.
        title: String, "条件", "kodomo.eligibility", Personal, [];
        /// Satisfied, NotSatisfied, Unclear, Info.
        verdict: String, "判定", "kodomo.eligibility", Personal, [];
        /// The word of the badge when it is not the verdict's own.
        verdict_ja: Option<String>, "判定の言葉", "kodomo.eligibility", Personal, [];
        /// Facts behind it.
        detail: String, "事実", "kodomo.eligibility", Sensitive, [];
        /// Law and article.
        article: String, "根拠", "kodomo.eligibility", Plain, [];
    }
}

platform::register! {
    /// A row that a decision rests on, so that "which decisions used the old value" has an answer.
    pub struct FactUsed in "medical_aid_fact_used" named "決定に使った事実", purpose "kodomo", basis "個人情報保護法65条(正確性の確保)", retention "決定の翌年度から5年" {
        /// The decision.
        decision_id: i64, "決定", "kodomo.eligibility", Plain, [];
        /// The reason.
        reason_no: i64, "理由の番号", "kodomo.eligibility", Plain, [];
        /// Table of the row.
        register: String, "台帳", "kodomo.eligibility", Plain, [];
        /// Row of that table.
        row_key: String, "行", "kodomo.eligibility", Plain, [];
        /// What it says.
        label: String, "名称", "kodomo.eligibility", Personal, [];
    }
}

platform::register! {
    /// One step of an amount.
    pub struct StepRow in "medical_aid_step" named "金額の計算", purpose "kodomo", basis "行政手続法14条", retention "決定の翌年度から5年" {
        /// The decision.
        decision_id: i64, "決定", "kodomo.claim", Plain, [];
        /// 1, 2, 3 …
        no: i64, "番号", "kodomo.claim", Plain, [];
        /// Name of the amount.
        label: String, "金額の名前", "kodomo.claim", Personal, [];
        /// How it was computed.
        formula: String, "計算", "kodomo.claim", Personal, [];
        /// The result.
        amount: Option<Yen>, "額", "kodomo.claim", Personal, [];
        /// Law and article.
        article: String, "根拠", "kodomo.claim", Plain, [];
        /// Parameter row.
        param: Option<String>, "適用した値", "kodomo.claim", Plain, [];
    }
}
