//! Dated evidence: insurance, other schemes, and the proof that somebody asked.

use kernel::Date;
use kernel::time::Timestamp;

platform::register! {
    /// Membership of a health insurance: dated evidence.
    pub struct InsuranceRow in "medical_aid_insurance" named "医療保険の資格", purpose "kodomo", basis "市子ども医療費助成条例3条1項", retention "資格喪失の翌年度から5年" {
        /// The child in the log.
        subject: i64, "対象者", "kodomo.insurance", Personal, [];
        /// 宛名番号 of the child.
        atena_no: String, "宛名番号", "kodomo.insurance", Personal, [];
        /// Day on which the row was cancelled.
        cancelled_on: Option<Date>, "保険履歴取消年月日", "kodomo.insurance", Personal, ["shikaku.052"];
        /// Six or eight digits.
        insurer_no: String, "保険者番号", "kodomo.insurance", Personal, ["shikaku.053", "kyufu.031"];
        /// 記号.
        symbol: String, "医療保険記号", "kodomo.insurance", Personal, ["shikaku.054", "kyufu.027"];
        /// 番号.
        insured_no: String, "医療保険番号", "kodomo.insurance", Personal, ["shikaku.055", "kyufu.028"];
        /// Name of the insured person.
        insured_name: String, "被保険者氏名漢字", "kodomo.insurance", Personal, ["shikaku.056"];
        /// 本人, 家族.
        relation: String, "公費本人家族区分", "kodomo.insurance", Personal, ["shikaku.057", "kyufu.029"];
        /// First day.
        valid_from: Date, "医療保険取得年月日", "kodomo.insurance", Personal, ["shikaku.058"];
        /// Last valid day.
        valid_to: Option<Date>, "医療保険の最後の日", "kodomo.insurance", Personal, [];
        /// Day of the loss, the day after the last valid day.
        lost_on: Option<Date>, "医療保険喪失年月日", "kodomo.insurance", Personal, ["shikaku.059"];
        /// Day of recognition of a specified disease.
        special_disease_on: Option<Date>, "特疾認定日", "kodomo.insurance", Sensitive, ["shikaku.060"];
        /// The insurer pays 附加給付.
        additional: bool, "附加給付フラグ", "kodomo.insurance", Personal, ["shikaku.061"];
        /// Name of the insurer.
        insurer_name: String, "保険者名称", "kodomo.insurance", Personal, ["shikaku.096"];
        /// Address code.
        insurer_town_code: Option<String>, "保険者住所コード", "kodomo.insurance", Plain, ["shikaku.097"];
        /// Postal code.
        insurer_postal: Option<String>, "保険者郵便番号", "kodomo.insurance", Plain, ["shikaku.098"];
        /// Address.
        insurer_address: Option<String>, "保険者住所", "kodomo.insurance", Plain, ["shikaku.099"];
        /// Lot number.
        insurer_lot: Option<String>, "保険者地番", "kodomo.insurance", Plain, ["shikaku.100"];
        /// Building.
        insurer_building: Option<String>, "保険者方書", "kodomo.insurance", Plain, ["shikaku.101"];
        /// Telephone.
        insurer_phone: Option<String>, "保険者電話番号", "kodomo.insurance", Plain, ["shikaku.102"];
        /// 協会けんぽ, 組合健保, 共済, 国保 …
        class: String, "保険種別", "kodomo.insurance", Personal, ["shikaku.103"];
        /// 附加給付 from.
        additional_from: Option<Date>, "附加金開始年月日", "kodomo.insurance", Plain, ["shikaku.104"];
        /// 附加給付 until.
        additional_to: Option<Date>, "附加金廃止年月日", "kodomo.insurance", Plain, ["shikaku.105"];
        /// 附加給付 in words.
        additional_note: Option<String>, "附加金情報", "kodomo.insurance", Plain, ["shikaku.106"];
        /// The insurer pays 還元金.
        rebate: bool, "還元金フラグ", "kodomo.insurance", Plain, ["shikaku.107"];
        /// 還元金 from.
        rebate_from: Option<Date>, "還元金開始年月日", "kodomo.insurance", Plain, ["shikaku.108"];
        /// 還元金 until.
        rebate_to: Option<Date>, "還元金廃止年月日", "kodomo.insurance", Plain, ["shikaku.109"];
        /// 還元金 in words.
        rebate_note: Option<String>, "還元金情報", "kodomo.insurance", Plain, ["shikaku.110"];
        /// Day on which it was seen or reported.
        checked_on: Date, "資格確認日", "kodomo.insurance", Personal, [];
        /// Commit that stored it.
        seq: i64, "確定番号", "kodomo.insurance", Plain, [];
        /// When it was stored.
        recorded_at: Timestamp, "登録日時", "kodomo.insurance", Plain, [];
        /// Commit that replaced it.
        superseded_seq: Option<i64>, "置換番号", "kodomo.insurance", Plain, [];
    }
}

platform::register! {
    /// Care that another law pays, or another 福祉医療 scheme that comes first.
    pub struct ReliefRow in "medical_aid_relief" named "他の制度", purpose "kodomo", basis "市子ども医療費助成条例3条2項", retention "資格喪失の翌年度から5年" {
        /// The child in the log.
        subject: i64, "対象者", "kodomo.relief", Personal, [];
        /// 宛名番号 of the child.
        atena_no: String, "宛名番号", "kodomo.relief", Personal, [];
        /// 生活保護, 生活保護(停止中), 措置入所, 重度障害者医療, ひとり親家庭医療, 他法.
        kind: String, "制度", "kodomo.relief", Sensitive, [];
        /// 法別番号 of a national law's card.
        law_code: Option<String>, "法別番号", "kodomo.relief", Sensitive, [];
        /// Number on that card.
        bearer_no: Option<String>, "公費負担者番号", "kodomo.relief", Sensitive, [];
        /// Number on that card.
        other_recipient_no: Option<String>, "受給者番号(他制度)", "kodomo.relief", Sensitive, [];
        /// Day on which it was asked or shown.
        checked_on: Date, "確認日", "kodomo.relief", Personal, [];
        /// First day on which the row is true.
        valid_from: Date, "効力開始日", "kodomo.relief", Plain, [];
        /// Last day on which the row is true.
        valid_to: Option<Date>, "効力終了日", "kodomo.relief", Plain, [];
        /// Commit that stored it.
        seq: i64, "確定番号", "kodomo.relief", Plain, [];
        /// When it was stored.
        recorded_at: Timestamp, "登録日時", "kodomo.relief", Plain, [];
        /// Commit that replaced it.
        superseded_seq: Option<i64>, "置換番号", "kodomo.relief", Plain, [];
    }
}

platform::register! {
    /// That somebody looked, and how: it proves an empty answer.
    pub struct InquiryRow in "medical_aid_inquiry" named "確認の記録", purpose "kodomo", basis "市子ども医療費助成条例施行規則4条", retention "資格喪失の翌年度から5年" {
        /// The child in the log.
        subject: i64, "対象者", "kodomo.relief", Personal, [];
        /// 宛名番号 of the child.
        atena_no: String, "宛名番号", "kodomo.relief", Personal, [];
        /// insurance, relief, other_scheme.
        topic: String, "確認したこと", "kodomo.relief", Personal, [];
        /// Day.
        checked_on: Date, "確認日", "kodomo.relief", Personal, [];
        /// 資格確認書, 照会, 申告 …
        how: String, "確認の方法", "kodomo.relief", Personal, [];
        /// Commit that stored it.
        seq: i64, "確定番号", "kodomo.relief", Plain, [];
        /// When it was stored.
        recorded_at: Timestamp, "登録日時", "kodomo.relief", Plain, [];
        /// Commit that replaced it.
        superseded_seq: Option<i64>, "置換番号", "kodomo.relief", Plain, [];
    }
}
