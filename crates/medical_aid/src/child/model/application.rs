//! What comes in: applications, 申立書, notices of the resident registry.

use kernel::Date;
use kernel::time::Timestamp;

platform::register! {
    /// 交付申請 of a guardian for a child.
    pub struct Application in "medical_aid_application" named "交付申請", purpose "kodomo", basis "市子ども医療費助成条例施行規則4条", retention "決定の翌年度から5年" {
        /// The child in the log.
        subject: i64, "対象者", "kodomo.eligibility", Personal, [];
        /// 宛名番号 of the child.
        atena_no: String, "宛名番号", "kodomo.eligibility", Personal, [];
        /// Number of the paper.
        document_no: String, "申請書番号", "kodomo.eligibility", Plain, [];
        /// 宛名番号 of the guardian who applies.
        guardian_no: String, "保護者の宛名番号", "kodomo.eligibility", Personal, [];
        /// The guardian in the log.
        guardian_subject: i64, "保護者", "kodomo.eligibility", Personal, [];
        /// Day of the application.
        applied_on: Date, "申請日", "kodomo.eligibility", Personal, [];
        /// 区 that took it.
        reception_ward: String, "受付区", "kodomo.eligibility", Plain, [];
        /// 窓口, 郵送, 電子.
        reception_kind: String, "申請受付区分", "kodomo.eligibility", Plain, [];
        /// The guardian agrees that the income is asked for.
        consent: bool, "所得確認への同意", "kodomo.eligibility", Personal, [];
        /// The account, sealed for the child.
        account: Option<Vec<u8>>, "償還の口座", "kodomo.account", Secret, [];
        /// Token to find the same account.
        account_token: Option<Vec<u8>>, "口座の照合値", "kodomo.account", Secret, [];
        /// 受付, 認定, 却下, 取下げ.
        state: String, "申請の状態", "kodomo.eligibility", Personal, [];
        /// The decision on it.
        decision_id: Option<i64>, "決定", "kodomo.eligibility", Plain, [];
        /// Commit that stored it.
        seq: i64, "確定番号", "kodomo.eligibility", Plain, [];
        /// When it was stored.
        recorded_at: Timestamp, "登録日時", "kodomo.eligibility", Plain, [];
    }
}

platform::register! {
    /// 申立書: the child leaves to attend school and stays in the scheme.
    pub struct SchoolLeaveRow in "medical_aid_school_leave" named "就学の申立書", purpose "kodomo", basis "市子ども医療費助成条例3条3項", retention "終了の翌年度から5年" {
        /// The child in the log.
        subject: i64, "対象者", "kodomo.eligibility", Personal, [];
        /// 宛名番号 of the child.
        atena_no: String, "宛名番号", "kodomo.eligibility", Personal, [];
        /// Day on which it was filed.
        filed_on: Date, "申立日", "kodomo.eligibility", Personal, [];
        /// The school.
        school: String, "学校", "kodomo.eligibility", Personal, [];
        /// The guardian lives in the city; empty while not checked.
        guardian_in_city: Option<bool>, "保護者の市内住所", "kodomo.eligibility", Personal, [];
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
    /// What the resident registry told about a child of the scheme.
    pub struct Notice in "medical_aid_notice" named "住民異動の通知", purpose "kodomo", basis "番号法9条2項、住民基本台帳法", retention "通知の翌年度から5年" {
        /// The child in the log.
        subject: i64, "対象者", "kodomo.eligibility", Personal, [];
        /// 宛名番号 of the child.
        atena_no: String, "宛名番号", "kodomo.eligibility", Personal, [];
        /// Code of the change.
        change: String, "異動", "kodomo.eligibility", Personal, [];
        /// Day of the change; for a move out the 消除日.
        effective: Date, "異動年月日", "kodomo.eligibility", Personal, [];
        /// Day of the notification.
        notified: Date, "届出・通知日", "kodomo.eligibility", Personal, [];
        /// Planned day of a move out.
        planned: Option<Date>, "転出予定年月日", "kodomo.eligibility", Personal, [];
        /// Row of the resident registry after it.
        row_after: Option<i64>, "異動後の記録", "kodomo.eligibility", Plain, [];
        /// In words.
        reason: String, "異動事由", "kodomo.eligibility", Personal, [];
        /// When it arrived.
        received_at: Timestamp, "受信日時", "kodomo.eligibility", Plain, [];
        /// open, drafted, done.
        state: String, "処理", "kodomo.eligibility", Plain, [];
        /// The decision that followed.
        decision_id: Option<i64>, "決定", "kodomo.eligibility", Plain, [];
    }
}
