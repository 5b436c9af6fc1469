//! 償還払い and 自動償還.

use kernel::time::{Timestamp, YearMonth};
use kernel::{Date, Yen};

platform::register! {
    /// 償還払い: a guardian paid and asks for it.
    pub struct ClaimRow in "medical_aid_claim" named "償還払いの請求", purpose "kodomo", basis "市子ども医療費助成条例施行規則9条", retention "支払の翌年度から5年" {
        /// The child in the log.
        subject: i64, "対象者", "kodomo.claim", Personal, [];
        /// 宛名番号 of the child.
        atena_no: String, "宛名番号", "kodomo.claim", Personal, [];
        /// 未決裁, 起案中, 決裁済.
        approval: String, "決裁状態", "kodomo.claim", Plain, ["kyufu.002"];
        /// 府外受診, 医療証不提示, 療養費, 自動償還.
        aid_kind: String, "療養費区分", "kodomo.claim", Personal, ["kyufu.003"];
        /// 子ども医療.
        scheme_kind: String, "公費区分", "kodomo.claim", Plain, ["kyufu.010"];
        /// 法別番号.
        law_code: String, "法別番号", "kodomo.claim", Plain, ["kyufu.011"];
        /// 保護者, 本人.
        notice_to: String, "決定通知宛先設定フラグ", "kodomo.claim", Plain, ["kyufu.012"];
        /// 宛名番号 of the applicant.
        applicant_no: String, "申請者の宛名番号", "kodomo.claim", Personal, [];
        /// The applicant in the log.
        applicant_subject: i64, "申請者", "kodomo.claim", Personal, [];
        /// As written on the paper.
        applicant_name: String, "申請者氏名", "kodomo.claim", Personal, ["kyufu.013"];
        /// Day of the claim.
        claimed_on: Date, "申請年月日", "kodomo.claim", Personal, ["kyufu.018"];
        /// Month of the decision.
        decided_month: Option<YearMonth>, "決定年月", "kodomo.claim", Personal, ["kyufu.019"];
        /// Day by which it is paid; the payment itself is in the payments.
        pay_due: Option<Date>, "支払年月日", "kodomo.claim", Personal, ["kyufu.020"];
        /// 口座振込.
        pay_method: String, "支払方法区分", "kodomo.claim", Plain, ["kyufu.021"];
        /// The account (bank, branch, kind, number, holder), sealed for the child.
        account: Option<Vec<u8>>, "振込口座", "kodomo.account", Secret, ["kyufu.022", "kyufu.023", "kyufu.024", "kyufu.025", "kyufu.026"];
        /// Token to find the same account.
        account_token: Option<Vec<u8>>, "口座の照合値", "kodomo.account", Secret, [];
        /// Row of the insurance at the time of treatment.
        insurance_id: Option<i64>, "医療保険の資格", "kodomo.claim", Plain, [];
        /// 2割, 3割.
        burden_ratio: String, "負担割合", "kodomo.claim", Personal, ["kyufu.030"];
        /// Day of the last payment to an institution.
        receipt_on: Date, "領収日", "kodomo.claim", Personal, [];
        /// Cost of the treatment.
        total_cost: Yen, "総医療費", "kodomo.claim", Sensitive, ["kyufu.032"];
        /// What the guardian paid.
        own_charge: Yen, "本人負担額", "kodomo.claim", Sensitive, ["kyufu.033"];
        /// The family's own part.
        copay: Option<Yen>, "一部負担金", "kodomo.claim", Personal, ["kyufu.034"];
        /// なし, 決定待ち, 決定.
        additional_state: String, "附加給付の状態", "kodomo.claim", Personal, [];
        /// From the insurer's notice.
        additional: Option<Yen>, "附加給付額", "kodomo.claim", Personal, ["kyufu.035"];
        /// なし, 決定待ち, 決定.
        high_cost_state: String, "高額療養費の状態", "kodomo.claim", Personal, [];
        /// From the insurer's notice.
        high_cost: Option<Yen>, "高額療養費", "kodomo.claim", Personal, ["kyufu.036"];
        /// Decided amount.
        granted: Option<Yen>, "支給決定額", "kodomo.claim", Personal, ["kyufu.037"];
        /// Sum that is paid.
        paid_total: Option<Yen>, "支払決定合計額", "kodomo.claim", Personal, ["kyufu.043"];
        /// 府補助分, 市単独分.
        share: Option<String>, "府市区分", "kodomo.claim", Personal, ["kyufu.042"];
        /// 区 of the residence.
        ward: Option<String>, "所管区", "kodomo.claim", Plain, ["kyufu.048"];
        /// 区 that took it.
        reception_ward: String, "受付区", "kodomo.claim", Plain, ["kyufu.049"];
        /// 受付, 保留, 起案中, 支給決定, 不支給決定, 返還.
        state: String, "状態", "kodomo.claim", Personal, ["kyufu.050"];
        /// 窓口, 郵送, 自動.
        reception_kind: String, "申請受付区分", "kodomo.claim", Plain, ["kyufu.051"];
        /// Why nothing is paid.
        refuse_code: Option<String>, "不支給理由コード", "kodomo.claim", Personal, ["kyufu.052"];
        /// 領収書, 療養費支給証明.
        counter_form: String, "窓口請求書区分", "kodomo.claim", Plain, ["kyufu.053"];
        /// 受給者番号.
        recipient_no: String, "受給者証番号", "kodomo.claim", Personal, ["kyufu.054"];
        /// Sent back to the applicant for completion.
        returned: bool, "返戻フラグ", "kodomo.claim", Plain, ["kyufu.055"];
        /// Month of the claim.
        claim_month: YearMonth, "請求年月", "kodomo.claim", Plain, ["kyufu.056"];
        /// Number of the paper.
        document_no: String, "申請書番号", "kodomo.claim", Plain, ["kyufu.057"];
        /// What it waits for.
        hold_reason: Option<String>, "保留の理由", "kodomo.claim", Personal, [];
        /// The decision.
        decision_id: Option<i64>, "決定", "kodomo.claim", Plain, [];
        /// The payment.
        payment_id: Option<i64>, "支払", "kodomo.claim", Plain, [];
        /// Commit that stored it.
        seq: i64, "確定番号", "kodomo.claim", Plain, [];
        /// When it was stored.
        recorded_at: Timestamp, "登録日時", "kodomo.claim", Plain, [];
    }
}

platform::register! {
    /// One institution, month and kind of care of a claim.
    pub struct ClaimLineRow in "medical_aid_claim_line" named "償還払いの明細", purpose "kodomo", basis "市子ども医療費助成条例施行規則9条", retention "支払の翌年度から5年" {
        /// The claim.
        claim_id: i64, "請求", "kodomo.claim", Plain, [];
        /// 医科, 歯科, 調剤.
        care_kind: String, "診療区分", "kodomo.claim", Sensitive, ["kyufu.004"];
        /// Month.
        care_month: YearMonth, "診療年月", "kodomo.claim", Sensitive, ["kyufu.005"];
        /// 入院.
        inpatient: bool, "入外区分", "kodomo.claim", Sensitive, ["kyufu.006"];
        /// First day.
        care_from: Date, "診療期間開始年月日", "kodomo.claim", Sensitive, ["kyufu.007"];
        /// Last day.
        care_to: Date, "診療期間終了年月日", "kodomo.claim", Sensitive, ["kyufu.008"];
        /// Number of days.
        day_count: i64, "診療実日数", "kodomo.claim", Sensitive, ["kyufu.009"];
        /// Days of the month, bit 0 for day 1.
        visit_days: i64, "受診日", "kodomo.claim", Sensitive, [];
        /// Ten digits, or the name when outside of the table.
        institution: String, "医療機関コード", "kodomo.claim", Sensitive, ["kyufu.044"];
        /// Name.
        institution_name: String, "医療機関名称", "kodomo.claim", Sensitive, ["kyufu.047"];
        /// Paid for insured care.
        charge: Yen, "保険診療の支払額", "kodomo.claim", Sensitive, [];
        /// Each day has a receipt of its own.
        daily: bool, "日ごとの領収", "kodomo.claim", Plain, [];
        /// 一般食, 特別食.
        meal_kind: Option<String>, "食事種類", "kodomo.claim", Sensitive, ["kyufu.038"];
        /// Price of a meal.
        meal_unit: Option<Yen>, "食事単価", "kodomo.claim", Personal, ["kyufu.039", "kyufu.071"];
        /// Meals.
        meal_count: Option<i64>, "食事回数", "kodomo.claim", Sensitive, ["kyufu.040"];
        /// Paid for meals.
        meals: Yen, "食事負担額", "kodomo.claim", Personal, ["kyufu.041"];
        /// Paid for what no insurance covers.
        uninsured: Yen, "保険外", "kodomo.claim", Personal, [];
    }
}

platform::register! {
    /// One day of a line with its own receipt.
    pub struct ClaimVisit in "medical_aid_claim_visit" named "償還払いの受診日", purpose "kodomo", basis "市子ども医療費助成条例施行規則9条", retention "支払の翌年度から5年" {
        /// The line.
        line_id: i64, "明細", "kodomo.claim", Plain, [];
        /// Day.
        day: Date, "受診日", "kodomo.claim", Sensitive, [];
        /// Paid on it.
        charge: Yen, "支払額", "kodomo.claim", Sensitive, [];
    }
}

platform::register! {
    /// The insurer's notice on 高額療養費 or 附加給付.
    pub struct InsurerNotice in "medical_aid_insurer_notice" named "保険者の通知", purpose "kodomo", basis "健康保険法53条・115条", retention "支払の翌年度から5年" {
        /// The claim.
        claim_id: i64, "請求", "kodomo.claim", Plain, [];
        /// 高額療養費, 附加給付.
        kind: String, "種類", "kodomo.claim", Personal, [];
        /// Amount; zero for none.
        amount: Yen, "額", "kodomo.claim", Personal, [];
        /// Number on the paper.
        notice_no: String, "通知番号", "kodomo.claim", Personal, [];
        /// Day of the notice.
        noticed_on: Date, "通知日", "kodomo.claim", Personal, [];
        /// Commit that stored it.
        seq: i64, "確定番号", "kodomo.claim", Plain, [];
        /// When it was stored.
        recorded_at: Timestamp, "登録日時", "kodomo.claim", Plain, [];
    }
}

platform::register! {
    /// What exceeded the monthly cap across institutions, and what was paid back of it.
    pub struct MonthRefund in "medical_aid_month_refund" named "自動償還", purpose "kodomo", basis "市子ども医療費助成条例4条4項", retention "支払の翌年度から5年" {
        /// The child in the log.
        subject: i64, "対象者", "kodomo.claim", Personal, [];
        /// 宛名番号 of the child.
        atena_no: String, "宛名番号", "kodomo.claim", Personal, [];
        /// 受給者番号.
        recipient_no: String, "受給者証番号", "kodomo.claim", Personal, [];
        /// Month.
        care_month: YearMonth, "診療年月", "kodomo.claim", Personal, [];
        /// Sum of co-payments.
        paid: Yen, "自己負担の計", "kodomo.claim", Personal, [];
        /// Above the cap.
        excess: Yen, "上限を超えた額", "kodomo.claim", Personal, [];
        /// Decided so far, repayments deducted.
        granted: Yen, "償還済の額", "kodomo.claim", Personal, [];
        /// open, drafted, done.
        state: String, "状態", "kodomo.claim", Personal, [];
        /// The last decision.
        decision_id: Option<i64>, "決定", "kodomo.claim", Plain, [];
    }
}
