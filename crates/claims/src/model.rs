//! Records of received files, receipts, findings and bills.

use kernel::time::{Timestamp, YearMonth};
use kernel::{Date, Yen};

platform::register! {
    /// A received file.
    pub struct ReceivedFile in "claims_file" named "レセプトファイル", purpose "kodomo", basis "市子ども医療費助成条例、療養の給付及び公費負担医療に関する費用の請求に関する命令", retention "5年" {
        /// 審査年月.
        month: YearMonth, "審査年月", "kodomo.receipt", Plain, ["kyufu.064"];
        /// 1 支払基金, 2 国保連.
        sender: i64, "請求元", "kodomo.receipt", Plain, [];
        /// File name as received.
        name: String, "ファイル名", "kodomo.receipt", Plain, [];
        /// Hash, by which the same file is known again.
        sha256: Vec<u8>, "ファイルの照合値", "kodomo.receipt", Plain, [];
        /// Bytes.
        size: i64, "大きさ", "kodomo.receipt", Plain, [];
        /// The sealed file.
        file_id: i64, "保管", "kodomo.receipt", Plain, [];
        /// received, visible, refused.
        state: String, "状態", "kodomo.receipt", Plain, [];
        /// Receipts.
        receipts: i64, "件数", "kodomo.receipt", Plain, [];
        /// Points.
        points: i64, "点数", "kodomo.receipt", Plain, [];
        /// Warnings of the reader.
        warnings: i64, "注意", "kodomo.receipt", Plain, [];
        /// What happened.
        message: String, "結果", "kodomo.receipt", Plain, [];
        /// The job that imports it.
        job_id: Option<i64>, "処理", "kodomo.receipt", Plain, [];
        /// When.
        received_at: Timestamp, "受領日時", "kodomo.receipt", Plain, [];
    }
}

platform::register! {
    /// A receipt as received. No statement of this crate changes anything but `subject` and `result`.
    pub struct StoredReceipt in "claims_receipt" named "レセプト", purpose "kodomo", basis "市子ども医療費助成条例、療養の給付及び公費負担医療に関する費用の請求に関する命令", retention "5年" {
        /// File.
        file_id: i64, "ファイル", "kodomo.receipt", Plain, [];
        /// Place in the file.
        position: i64, "位置", "kodomo.receipt", Plain, [];
        /// 審査年月.
        month: YearMonth, "審査年月", "kodomo.receipt", Plain, ["kyufu.064"];
        /// 1 支払基金, 2 国保連.
        sender: i64, "請求元", "kodomo.receipt", Plain, [];
        /// Fiscal year of the file.
        fiscal_year: i64, "レセプトファイル年度", "kodomo.receipt", Plain, ["kyufu.063"];
        /// MN レセプト管理番号.
        management_no: String, "レセプト管理番号", "kodomo.receipt", Personal, ["kyufu.062", "kyufu.075"];
        /// 検索番号.
        search_no: String, "レセプト全国共通キー", "kodomo.receipt", Personal, ["kyufu.078"];
        /// Ten digits.
        institution: String, "医療機関コード", "kodomo.receipt", Plain, ["kyufu.044", "kyufu.058"];
        /// Seven digits as on the receipt.
        institution_local: String, "医療機関番号", "kodomo.receipt", Plain, ["kyufu.046", "kyufu.060"];
        /// Name.
        institution_name: String, "医療機関名称", "kodomo.receipt", Plain, ["kyufu.047"];
        /// 点数表.
        table_code: i64, "点数表コード", "kodomo.receipt", Plain, ["kyufu.045", "kyufu.059", "kyufu.067"];
        /// レセプト種別.
        kind: i64, "診療区分", "kodomo.receipt", Plain, ["kyufu.004"];
        /// 入院.
        inpatient: bool, "入外区分", "kodomo.receipt", Plain, ["kyufu.006"];
        /// 診療年月.
        care_month: YearMonth, "診療年月", "kodomo.receipt", Personal, ["kyufu.005"];
        /// 請求年月.
        claim_month: YearMonth, "請求年月", "kodomo.receipt", Plain, ["kyufu.056"];
        /// First visit day.
        care_from: Option<Date>, "診療期間開始年月日", "kodomo.receipt", Sensitive, ["kyufu.007"];
        /// Last visit day.
        care_to: Option<Date>, "診療期間終了年月日", "kodomo.receipt", Sensitive, ["kyufu.008"];
        /// Visit days, bit 0 for day 1.
        visit_days: i64, "受診日", "kodomo.receipt", Sensitive, [];
        /// 実日数.
        day_count: Option<i64>, "診療実日数", "kodomo.receipt", Sensitive, ["kyufu.009"];
        /// 公費負担者番号.
        bearer_no: String, "公費負担者番号", "kodomo.receipt", Plain, ["kyufu.079"];
        /// 法別番号.
        law_code: String, "法別番号", "kodomo.receipt", Plain, ["kyufu.011"];
        /// 併用 or 単独.
        scheme_kind: String, "公費区分", "kodomo.receipt", Plain, ["kyufu.010"];
        /// 受給者番号.
        recipient_no: String, "受給者証番号", "kodomo.receipt", Personal, ["kyufu.054"];
        /// Name on the receipt.
        name: String, "レセプト氏名", "kodomo.receipt", Personal, ["kyufu.081"];
        /// Birth on the receipt.
        birth: Option<Date>, "受給者生年月日", "kodomo.receipt", Personal, ["kyufu.065"];
        /// Sex on the receipt.
        sex: Option<i64>, "受給者性別", "kodomo.receipt", Personal, ["kyufu.066"];
        /// 保険者番号.
        insurer_no: String, "保険者番号", "kodomo.receipt", Personal, ["kyufu.031"];
        /// 社保, 国保, 後期.
        insurer_kind: String, "国保保険者区分", "kodomo.receipt", Personal, ["kyufu.083"];
        /// 記号.
        symbol: String, "被保険者証記号", "kodomo.receipt", Personal, ["kyufu.027", "kyufu.076"];
        /// 番号.
        insured_no: String, "被保険者証番号", "kodomo.receipt", Personal, ["kyufu.028", "kyufu.077"];
        /// 本人・家族・未就学.
        patient_class: String, "本人家族入外区分", "kodomo.receipt", Personal, ["kyufu.029", "kyufu.082"];
        /// 給付割合, percent.
        benefit_rate: Option<i64>, "給付割合", "kodomo.receipt", Personal, ["kyufu.073"];
        /// 決定点.
        points: i64, "決定点", "kodomo.receipt", Personal, ["kyufu.068"];
        /// 総医療費: points in yen.
        cost: Yen, "総医療費", "kodomo.receipt", Personal, ["kyufu.032", "kyufu.069"];
        /// KO 負担金額.
        copay: Option<Yen>, "一部負担金", "kodomo.receipt", Personal, ["kyufu.034"];
        /// 食事回数.
        meal_count: Option<i64>, "食事回数", "kodomo.receipt", Personal, ["kyufu.040"];
        /// 食事金額.
        meal_amount: Option<Yen>, "食事負担額", "kodomo.receipt", Personal, ["kyufu.041", "kyufu.070"];
        /// What the city bears.
        city_share: Yen, "合計金額(市負担)", "kodomo.receipt", Personal, ["kyufu.074"];
        /// Whose receipt it is, once the check has found them.
        subject: Option<i64>, "受給者", "kodomo.receipt", Personal, [];
        /// unchecked, fit, review, unfit.
        result: String, "突合結果", "kodomo.receipt", Personal, [];
        /// The receipt's own bytes, sealed.
        raw: Vec<u8>, "レセプト原本", "kodomo.receipt", Sensitive, [];
    }
}

platform::register! {
    /// What one check did in a month.
    pub struct CheckRun in "claims_check" named "点検の実施", purpose "kodomo", basis "市子ども医療費助成条例", retention "5年" {
        /// 審査年月.
        month: YearMonth, "審査年月", "kodomo.receipt", Plain, [];
        /// Check.
        kind: String, "点検", "kodomo.receipt", Plain, [];
        /// Was it run?
        ran: bool, "実施", "kodomo.receipt", Plain, [];
        /// Receipts judged.
        judged: i64, "判定数", "kodomo.receipt", Plain, [];
        /// Receipts that lack the fact.
        skipped: i64, "判定できない数", "kodomo.receipt", Plain, [];
        /// Findings.
        found: i64, "所見数", "kodomo.receipt", Plain, [];
        /// When.
        run_at: Timestamp, "実施日時", "kodomo.receipt", Plain, [];
    }
}

platform::register! {
    /// A finding about a receipt and what is done with it.
    pub struct FindingRow in "claims_finding" named "所見", purpose "kodomo", basis "市子ども医療費助成条例、民法703条", retention "5年" {
        /// 審査年月.
        month: YearMonth, "審査年月", "kodomo.receipt", Plain, [];
        /// Receipt.
        receipt_id: i64, "レセプト", "kodomo.receipt", Plain, [];
        /// Reason in words.
        kind: String, "所見", "kodomo.receipt", Personal, ["kyufu.061"];
        /// 要確認, 不適合.
        severity: String, "程度", "kodomo.receipt", Plain, [];
        /// The sentence.
        text_ja: String, "根拠", "kodomo.receipt", Personal, [];
        /// 事由コード of the senders.
        reason_code: Option<i64>, "過誤事由コード", "kodomo.receipt", Plain, [];
        /// Money at stake.
        amount: Yen, "金額", "kodomo.receipt", Personal, [];
        /// open, drafted, sent, recovering, accepted, closed (taken back by the sender), upheld (原審どおり), recovered.
        state: String, "扱いの状態", "kodomo.receipt", Plain, ["kyufu.055"];
        /// 再審査等請求, 過誤申立, 返還請求, 問題なし.
        route: Option<String>, "扱い", "kodomo.receipt", Plain, [];
        /// 公費分のみ, 全体.
        scope: Option<String>, "範囲", "kodomo.receipt", Plain, [];
        /// 審査月 of the request.
        sent_month: Option<YearMonth>, "申立年月", "kodomo.receipt", Plain, [];
        /// Day of the request.
        sent_on: Option<Date>, "申立日", "kodomo.receipt", Plain, [];
        /// 文書番号 of the request.
        document_no: Option<String>, "文書番号", "kodomo.receipt", Plain, [];
        /// 審査月 of the negative line that closed it.
        closed_month: Option<YearMonth>, "過誤年月", "kodomo.receipt", Plain, ["kyufu.080"];
        /// Word of the clerk.
        note: Option<String>, "備考", "kodomo.receipt", Personal, [];
    }
}

platform::register! {
    /// 払込請求書 of a sender.
    pub struct Bill in "claims_bill" named "請求書", purpose "kodomo", basis "地方自治法232条の4", retention "5年" {
        /// 審査年月.
        month: YearMonth, "審査年月", "kodomo.receipt", Plain, [];
        /// 1 支払基金, 2 国保連.
        sender: i64, "請求元", "kodomo.receipt", Plain, [];
        /// 件数.
        count: i64, "件数", "kodomo.receipt", Plain, [];
        /// 請求額 without fees.
        amount: Yen, "請求額", "kodomo.receipt", Plain, [];
        /// 手数料の件数.
        fee_count: i64, "手数料件数", "kodomo.receipt", Plain, [];
        /// 審査支払手数料.
        fee_amount: Yen, "審査支払手数料", "kodomo.receipt", Plain, [];
        /// 払込期限.
        due: Date, "払込期限", "kodomo.receipt", Plain, [];
        /// entered, drafted, decided.
        state: String, "状態", "kodomo.receipt", Plain, [];
        /// By whom.
        entered_by: String, "登録者", "kodomo.receipt", Plain, [];
        /// When.
        entered_at: Timestamp, "登録日時", "kodomo.receipt", Plain, [];
    }
}

platform::register! {
    /// A negative (or positive) line of a bill: 過誤調整, 再審査の結果.
    pub struct Correction in "claims_correction" named "過誤調整", purpose "kodomo", basis "地方自治法232条の4", retention "5年" {
        /// Bill.
        bill_id: i64, "請求書", "kodomo.receipt", Plain, [];
        /// レセプト管理番号 of the receipt it is about.
        management_no: String, "レセプト管理番号", "kodomo.receipt", Personal, [];
        /// Amount, negative for a receipt taken back.
        amount: Yen, "調整額", "kodomo.receipt", Personal, [];
        /// Reason.
        reason: String, "事由", "kodomo.receipt", Plain, [];
        /// The receipt it is about, when it is one of ours.
        receipt_id: Option<i64>, "レセプト", "kodomo.receipt", Plain, [];
        /// The finding that it closes.
        finding_id: Option<i64>, "所見", "kodomo.receipt", Plain, [];
    }
}

platform::register! {
    /// Co-payments of a person in a month across institutions, and what exceeds the cap.
    pub struct MonthCopay in "claims_month_copay" named "月の自己負担", purpose "kodomo", basis "市子ども医療費助成条例", retention "5年" {
        /// 公費負担者番号.
        bearer_no: String, "公費負担者番号", "kodomo.receipt", Plain, [];
        /// 受給者番号.
        recipient_no: String, "受給者番号", "kodomo.receipt", Personal, [];
        /// 診療年月.
        care_month: YearMonth, "診療年月", "kodomo.receipt", Personal, [];
        /// Sum of co-payments.
        paid: Yen, "自己負担の計", "kodomo.receipt", Personal, ["kyufu.033"];
        /// Above the cap.
        excess: Yen, "上限を超えた額", "kodomo.receipt", Personal, [];
        /// Already reimbursed of it.
        settled: Yen, "償還済の額", "kodomo.receipt", Personal, [];
        /// When.
        computed_at: Timestamp, "計算日時", "kodomo.receipt", Plain, [];
    }
}

platform::register! {
    /// An official master of names that was imported: 傷病名, 修飾語, 診療行為, 医薬品, 特定器材, コメント.
    pub struct Master in "claims_master" named "基本マスター", purpose "kodomo", basis "療養の給付及び公費負担医療に関する費用の請求に関する命令", retention "常用" {
        /// B, Z, S, Y, T, C.
        kind: String, "マスター種別", "kodomo.receipt", Plain, [];
        /// Names hold for care from this day on.
        valid_from: Date, "適用日", "kodomo.receipt", Plain, [];
        /// File name.
        name: String, "ファイル名", "kodomo.receipt", Plain, [];
        /// Hash, by which the same file is known again.
        sha256: Vec<u8>, "ファイルの照合値", "kodomo.receipt", Plain, [];
        /// The stored file.
        file_id: i64, "保管", "kodomo.receipt", Plain, [];
        /// Names.
        rows: i64, "件数", "kodomo.receipt", Plain, [];
        /// received, visible, refused.
        state: String, "状態", "kodomo.receipt", Plain, [];
        /// What happened.
        message: String, "結果", "kodomo.receipt", Plain, [];
        /// The job that imports it.
        job_id: Option<i64>, "処理", "kodomo.receipt", Plain, [];
        /// Who.
        imported_by: String, "取込者", "kodomo.receipt", Plain, [];
        /// When.
        imported_at: Timestamp, "取込日時", "kodomo.receipt", Plain, [];
    }
}

platform::register! {
    /// One name of a master.
    pub struct MasterName in "claims_master_name" named "基本マスターの名称", purpose "kodomo", basis "療養の給付及び公費負担医療に関する費用の請求に関する命令", retention "常用" {
        /// Master.
        master_id: i64, "マスター", "kodomo.receipt", Plain, [];
        /// B, Z, S, Y, T, C.
        kind: String, "マスター種別", "kodomo.receipt", Plain, [];
        /// Code.
        code: i64, "コード", "kodomo.receipt", Plain, [];
        /// Name.
        name: String, "名称", "kodomo.receipt", Plain, [];
        /// Unit, where there is one.
        unit: String, "単位", "kodomo.receipt", Plain, [];
    }
}
