//! Dated evidence: the guardians' incomes.

use kernel::time::Timestamp;
use kernel::{Date, Yen};

platform::register! {
    /// A guardian's income of one fiscal year, for 府市区分. 未申告 is an answer, never zero yen.
    pub struct IncomeRow in "medical_aid_income" named "所得", purpose "kodomo", basis "府福祉医療費助成事業費補助金交付要綱別表、番号法9条2項", retention "資格喪失の翌年度から5年" {
        /// The child in the log.
        subject: i64, "対象者", "kodomo.income", Personal, [];
        /// 宛名番号 of the child.
        atena_no: String, "宛名番号", "kodomo.income", Personal, [];
        /// 宛名番号 of the guardian whose income it is; 個人番号 is asked of the registry.
        guardian_no: String, "所得者の宛名番号", "kodomo.income", Personal, [];
        /// Fiscal year, western.
        fiscal_year: i64, "年度", "kodomo.income", Personal, ["shikaku.047"];
        /// 住民税情報, 課税証明書, 申告.
        basis: String, "所得根拠区分", "kodomo.income", Personal, ["shikaku.048"];
        /// 父, 母, 養育者.
        role: String, "対象者区分", "kodomo.income", Personal, ["shikaku.049"];
        /// Income after deductions.
        net: Yen, "控除後所得額", "kodomo.income", Sensitive, ["shikaku.050"];
        /// Limit for this number of dependants.
        income_limit: Yen, "所得制限額", "kodomo.income", Sensitive, ["shikaku.051"];
        /// 基準内, 超過, 未申告.
        sign: String, "判定サイン", "kodomo.income", Sensitive, ["shikaku.062"];
        /// 総所得金額.
        total: Yen, "総所得金額", "kodomo.income", Sensitive, ["shikaku.063"];
        /// 短期一般所得額.
        short_term: Yen, "短期一般所得額", "kodomo.income", Sensitive, ["shikaku.064"];
        /// 長期一般所得額.
        long_term: Yen, "長期一般所得額", "kodomo.income", Sensitive, ["shikaku.065"];
        /// 商品先物取引所得額.
        futures: Yen, "商品先物取引所得額", "kodomo.income", Sensitive, ["shikaku.066"];
        /// 山林所得額.
        forestry: Yen, "山林所得額", "kodomo.income", Sensitive, ["shikaku.067"];
        /// 退職所得額.
        retirement: Yen, "退職所得額", "kodomo.income", Sensitive, ["shikaku.068"];
        /// その他所得額.
        other: Yen, "その他所得額", "kodomo.income", Sensitive, ["shikaku.069"];
        /// 短期一般特別控除額.
        short_term_deduction: Yen, "短期一般特別控除額", "kodomo.income", Sensitive, ["shikaku.070"];
        /// 長期一般特別控除額.
        long_term_deduction: Yen, "長期一般特別控除額", "kodomo.income", Sensitive, ["shikaku.071"];
        /// 純損失額.
        net_loss: Yen, "純損失額", "kodomo.income", Sensitive, ["shikaku.072"];
        /// 雑損失額.
        casualty_loss: Yen, "雑損失額", "kodomo.income", Sensitive, ["shikaku.073"];
        /// 居住用特定損失額.
        residence_loss: Yen, "居住用特定損失額", "kodomo.income", Sensitive, ["shikaku.074"];
        /// 先物取引損失額.
        futures_loss: Yen, "先物取引損失額", "kodomo.income", Sensitive, ["shikaku.075"];
        /// 計算結果所得額合計.
        income_sum: Yen, "計算結果所得額合計", "kodomo.income", Sensitive, ["shikaku.076"];
        /// 普通, 特別.
        disabled: Option<String>, "障害者該当コード", "kodomo.income", Sensitive, ["shikaku.077"];
        /// 寡婦, ひとり親.
        widowed: Option<String>, "寡婦該当コード", "kodomo.income", Sensitive, ["shikaku.078"];
        /// 勤労学生.
        working_student: bool, "勤労学生該当コード", "kodomo.income", Sensitive, ["shikaku.079"];
        /// 本人普通障害者控除額.
        own_disability: Yen, "本人普通障害者控除額", "kodomo.income", Sensitive, ["shikaku.080"];
        /// 本人特別障害者控除額.
        own_special_disability: Yen, "本人特別障害者控除額", "kodomo.income", Sensitive, ["shikaku.081"];
        /// 寡婦控除額.
        widow: Yen, "寡婦控除額", "kodomo.income", Sensitive, ["shikaku.082"];
        /// 特別寡婦控除額.
        single_parent: Yen, "特別寡婦控除額", "kodomo.income", Sensitive, ["shikaku.083"];
        /// 勤労学生控除額.
        student: Yen, "勤労学生控除額", "kodomo.income", Sensitive, ["shikaku.084"];
        /// Dependants with a disability.
        disabled_dependants: i64, "扶養普通障該当人数", "kodomo.income", Sensitive, ["shikaku.085"];
        /// Dependants with a severe disability.
        specially_disabled_dependants: i64, "扶養特障該当人数", "kodomo.income", Sensitive, ["shikaku.086"];
        /// 普通障害控除額.
        disability: Yen, "普通障害控除額", "kodomo.income", Sensitive, ["shikaku.087"];
        /// 特別障害控除額.
        special_disability: Yen, "特別障害控除額", "kodomo.income", Sensitive, ["shikaku.088"];
        /// 雑損控除額.
        casualty: Yen, "雑損控除額", "kodomo.income", Sensitive, ["shikaku.089"];
        /// 医療費控除額.
        medical: Yen, "医療費控除額", "kodomo.income", Sensitive, ["shikaku.090"];
        /// 小規模共済控除額.
        mutual_aid: Yen, "小規模共済控除額", "kodomo.income", Sensitive, ["shikaku.091"];
        /// 計算結果判定用控除額.
        deductions: Yen, "計算結果判定用控除額", "kodomo.income", Sensitive, ["shikaku.092"];
        /// A spouse who counts as dependant.
        spouse: bool, "控対配該当コード", "kodomo.income", Sensitive, ["shikaku.093"];
        /// Elderly dependants.
        elderly_dependants: i64, "扶養老人該当人数", "kodomo.income", Sensitive, ["shikaku.094"];
        /// Other dependants.
        other_dependants: i64, "その他扶養人数", "kodomo.income", Sensitive, ["shikaku.095"];
        /// Day on which it was asked or shown.
        checked_on: Date, "確認日", "kodomo.income", Personal, [];
        /// Commit that stored it.
        seq: i64, "確定番号", "kodomo.income", Plain, [];
        /// When it was stored.
        recorded_at: Timestamp, "登録日時", "kodomo.income", Plain, [];
        /// Commit that replaced it.
        superseded_seq: Option<i64>, "置換番号", "kodomo.income", Plain, [];
    }
}
