//! Who is in the scheme: entitlement, 府市区分, cards.

use kernel::Date;
use kernel::time::Timestamp;

platform::register! {
    /// 資格: one version of a child's entitlement. The number stays the same through loss and return.
    pub struct Recipient in "medical_aid_recipient" named "子ども医療 資格", purpose "kodomo", basis "市子ども医療費助成条例3条・5条、番号法9条2項", retention "資格喪失の翌年度から5年" {
        /// The child in the log.
        subject: i64, "対象者", "kodomo.eligibility", Personal, [];
        /// 宛名番号 of the child.
        atena_no: String, "宛名番号", "kodomo.eligibility", Personal, [];
        /// 決裁済 (nothing else is ever stored here) or 移行 for rows from the old system.
        approval: String, "決裁状態", "kodomo.eligibility", Plain, ["shikaku.002"];
        /// 受給者番号.
        recipient_no: String, "受給者証番号", "kodomo.eligibility", Personal, ["shikaku.006"];
        /// 公費負担者番号.
        bearer_no: String, "公費負担者番号", "kodomo.eligibility", Plain, ["shikaku.005"];
        /// 受給中, 停止中, 喪失.
        status: String, "資格状態", "kodomo.eligibility", Personal, ["shikaku.004"];
        /// Day on which this stretch was cancelled as if it had never been.
        cancelled_on: Option<Date>, "資格履歴取消年月日", "kodomo.eligibility", Personal, ["shikaku.003"];
        /// First valid day.
        acquired_on: Date, "資格取得年月日", "kodomo.eligibility", Personal, ["shikaku.007"];
        /// 出生, 転入, 制度該当, 転出取消 …
        acquired_reason: String, "公費資格取得事由", "kodomo.eligibility", Personal, ["shikaku.008"];
        /// First day without the card.
        suspended_on: Option<Date>, "停止年月日", "kodomo.eligibility", Personal, ["shikaku.009"];
        /// 保険資格喪失, 所在不明, 更新未提出.
        suspend_reason: Option<String>, "公費停止事由", "kodomo.eligibility", Personal, ["shikaku.010"];
        /// First day with the card again.
        resumed_on: Option<Date>, "停止解除年月日", "kodomo.eligibility", Personal, ["shikaku.011"];
        /// Why it goes on.
        resume_reason: Option<String>, "公費停止解除事由", "kodomo.eligibility", Personal, ["shikaku.012"];
        /// Last valid day, when the aid was lost.
        last_valid_day: Option<Date>, "使える最後の日", "kodomo.eligibility", Personal, [];
        /// Day of the loss, by the city's own rule.
        lost_on: Option<Date>, "資格喪失年月日", "kodomo.eligibility", Personal, ["shikaku.013"];
        /// 転出, 死亡, 年齢到達 …
        lost_reason: Option<String>, "公費資格喪失事由", "kodomo.eligibility", Personal, ["shikaku.014"];
        /// Day of the application or notice.
        notified_on: Date, "届出日", "kodomo.eligibility", Personal, ["shikaku.015"];
        /// 区 that took it.
        reception_ward: String, "受付区", "kodomo.eligibility", Plain, ["shikaku.016"];
        /// Day of the change.
        changed_on: Date, "異動日", "kodomo.eligibility", Personal, ["shikaku.017"];
        /// 新規認定, 喪失, 停止, 停止解除, 再開, 氏名等変更.
        change_reason: String, "公費異動事由", "kodomo.eligibility", Personal, ["shikaku.018"];
        /// First day of the decided period.
        eligible_from: Date, "有効期間開始日", "kodomo.eligibility", Personal, ["shikaku.019"];
        /// Last day of the decided period.
        eligible_to: Option<Date>, "有効期間終了日", "kodomo.eligibility", Personal, ["shikaku.020"];
        /// 31 March after which the age ends the aid.
        age_limit_on: Option<Date>, "年齢到達基準日", "kodomo.eligibility", Personal, ["shikaku.021"];
        /// 該当, 非該当.
        judgement: String, "判定区分", "kodomo.eligibility", Personal, ["shikaku.022"];
        /// Name in kana, as the registry said it at the decision: what a receipt is matched with.
        kana: String, "氏名カナ", "kodomo.eligibility", Personal, ["shikaku.023"];
        /// Name, as the registry said it at the decision.
        name: String, "氏名漢字", "kodomo.eligibility", Personal, ["shikaku.024"];
        /// Birth date as recorded.
        birth: String, "生年月日", "kodomo.eligibility", Personal, ["shikaku.030"];
        /// First day it can be.
        birth_earliest: Date, "生年月日(最早)", "kodomo.eligibility", Personal, [];
        /// Last day it can be.
        birth_latest: Date, "生年月日(最遅)", "kodomo.eligibility", Personal, [];
        /// 男, 女, 空欄.
        sex: String, "性別区分", "kodomo.eligibility", Personal, ["shikaku.031"];
        /// 区 of the residence.
        ward: Option<String>, "所管区", "kodomo.eligibility", Plain, ["shikaku.032"];
        /// 宛名番号 of the guardian; 個人番号 is asked of the registry.
        guardian_no: Option<String>, "保護者の宛名番号", "kodomo.eligibility", Personal, [];
        /// The decision it rests on.
        decision_id: Option<i64>, "決定", "kodomo.eligibility", Plain, [];
        /// First day on which the row is true.
        valid_from: Date, "効力開始日", "kodomo.eligibility", Plain, [];
        /// Last day on which the row is true.
        valid_to: Option<Date>, "効力終了日", "kodomo.eligibility", Plain, [];
        /// Commit that stored it.
        seq: i64, "確定番号", "kodomo.eligibility", Plain, [];
        /// When it was stored.
        recorded_at: Timestamp, "登録日時", "kodomo.eligibility", Plain, [];
        /// Commit that replaced it.
        superseded_seq: Option<i64>, "置換番号", "kodomo.eligibility", Plain, [];
    }
}

platform::register! {
    /// 府市区分 of a stretch of days.
    pub struct SharePeriod in "medical_aid_share" named "府市区分", purpose "kodomo", basis "府福祉医療費助成事業費補助金交付要綱", retention "資格喪失の翌年度から5年" {
        /// The child in the log.
        subject: i64, "対象者", "kodomo.eligibility", Personal, [];
        /// 宛名番号 of the child.
        atena_no: String, "宛名番号", "kodomo.eligibility", Personal, [];
        /// 府補助分, 市単独分, 要確認.
        share: String, "府市区分", "kodomo.eligibility", Personal, ["shikaku.034", "kyufu.042"];
        /// First day.
        valid_from: Date, "適用期間開始日", "kodomo.eligibility", Personal, ["shikaku.035"];
        /// Last day.
        valid_to: Option<Date>, "適用期間終了日", "kodomo.eligibility", Personal, ["shikaku.036"];
        /// The decision it rests on.
        decision_id: Option<i64>, "決定", "kodomo.eligibility", Plain, [];
        /// Commit that stored it.
        seq: i64, "確定番号", "kodomo.eligibility", Plain, [];
        /// When it was stored.
        recorded_at: Timestamp, "登録日時", "kodomo.eligibility", Plain, [];
        /// Commit that replaced it.
        superseded_seq: Option<i64>, "置換番号", "kodomo.eligibility", Plain, [];
    }
}

platform::register! {
    /// 医療証.
    pub struct Card in "medical_aid_card" named "子ども医療証", purpose "kodomo", basis "市子ども医療費助成条例施行規則5条", retention "回収又は期限の翌年度から5年" {
        /// The child in the log.
        subject: i64, "対象者", "kodomo.card", Personal, [];
        /// 宛名番号 of the child.
        atena_no: String, "宛名番号", "kodomo.card", Personal, [];
        /// 受給者番号 on it.
        recipient_no: String, "受給者証番号", "kodomo.card", Personal, [];
        /// 公費負担者番号 on it.
        bearer_no: String, "公費負担者番号", "kodomo.card", Plain, [];
        /// 医療証.
        form_kind: String, "帳票種別区分", "kodomo.card", Plain, ["shikaku.037"];
        /// 新規, 更新, 再発行.
        reissue: String, "再発行区分", "kodomo.card", Plain, ["shikaku.038"];
        /// 即時, 一括.
        issue_kind: String, "証発行区分", "kodomo.card", Plain, ["shikaku.039"];
        /// 新規認定, 年次更新, 紛失, 汚損, 氏名変更, 住所変更.
        issue_reason: String, "公費証交付事由", "kodomo.card", Personal, ["shikaku.040"];
        /// First day printed on it.
        valid_from: Date, "有効期間の初日", "kodomo.card", Personal, [];
        /// Last day printed on it.
        valid_to: Date, "有効期間の末日", "kodomo.card", Personal, [];
        /// Day of issue.
        issued_on: Date, "交付年月日", "kodomo.card", Personal, ["shikaku.041"];
        /// Day on which it came back.
        collected_on: Option<Date>, "証回収年月日", "kodomo.card", Personal, ["shikaku.042"];
        /// 返還, 破棄の届出.
        collected_how: Option<String>, "証回収区分", "kodomo.card", Personal, ["shikaku.043"];
        /// 区 that took it back.
        collected_ward: Option<String>, "証回収区", "kodomo.card", Plain, ["shikaku.044"];
        /// Day on which it was processed.
        processed_on: Date, "発行処理日", "kodomo.card", Plain, ["shikaku.045"];
        /// The decision it rests on.
        decision_id: Option<i64>, "決定", "kodomo.card", Plain, [];
        /// The printed document of a mass run, stored sealed.
        file_id: Option<i64>, "印刷した文書", "kodomo.card", Plain, [];
        /// Commit that stored it.
        seq: i64, "確定番号", "kodomo.card", Plain, [];
        /// When it was stored.
        recorded_at: Timestamp, "登録日時", "kodomo.card", Plain, [];
    }
}
