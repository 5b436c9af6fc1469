//! Records of 情報連携 on the city's side.

use kernel::Date;
use kernel::ident::{AtenaNo, DanNo};
use kernel::time::Timestamp;

/// Field group of what is asked about whom.
pub const INQUIRY: &str = "renkei.inquiry";
/// Field group of what was answered: 特定個人情報 of another institution.
pub const ANSWER: &str = "renkei.answer";
/// Field group of consents.
pub const CONSENT: &str = "renkei.consent";
/// Field group of 正本 and 副本.
pub const ORIGINAL: &str = "renkei.original";
/// Field group of 情報提供等記録 and of answers that wait for staff.
pub const RECORD: &str = "renkei.record";

/// Not yet at the gateway.
pub const WAITS: &str = "送信待ち";
/// What could not be asked: the reason stands beside it.
pub const IMPOSSIBLE: &str = "照会できません";

/// How 正本 and 副本 differ where only the gateway has a record.
pub const NOWHERE_HERE: &str = "正本にありません";

platform::register! {
    /// A person's consent to being asked about. Without it an inquiry that needs it does not leave the city.
    pub struct Consent in "exchange_consent" named "情報連携の同意", purpose "renkei", basis "番号法9条2項による条例・独自利用事務の条例", retention "同意の終わりから7年。基づく照会が残る間と、終わりのない同意は残す" {
        /// Who consents.
        atena_no: AtenaNo, "宛名番号", "renkei.consent", Personal, [];
        /// The same person for the gateway.
        dan_no: DanNo, "団体内統合宛名番号", "renkei.consent", Personal, [];
        /// 事務手続.
        procedure_code: String, "事務手続", "renkei.consent", Plain, [];
        /// 特定個人情報.
        data_set: String, "特定個人情報", "renkei.consent", Plain, [];
        /// Day of the consent.
        given_on: Date, "同意日", "renkei.consent", Plain, [];
        /// Last day on which it holds.
        until: Option<Date>, "同意の終わり", "renkei.consent", Plain, [];
        /// Where the paper is.
        evidence: String, "同意の書類", "renkei.consent", Plain, [];
        /// Who recorded it.
        recorded_by: String, "登録した職員", "renkei.consent", Plain, [];
        /// When.
        recorded_at: Timestamp, "登録日時", "renkei.consent", Plain, [];
        /// When the gateway had it.
        sent_at: Option<Timestamp>, "中間サーバーへの登録日時", "renkei.consent", Plain, [];
        /// Commit.
        seq: i64, "登録番号", "renkei.consent", Plain, [];
    }
}

platform::register! {
    /// 情報照会: one question to another institution about one person.
    pub struct Inquiry in "exchange_inquiry" named "情報照会", purpose "renkei", basis "番号法19条8号・9号、番号法21条", retention "情報提供等記録と同じ(7年)" {
        /// 照会ID: the gateway knows the inquiry by it.
        request: String, "照会ID", "renkei.inquiry", Plain, [];
        /// Purpose code of the programme that asks.
        programme: String, "業務", "renkei.inquiry", Plain, [];
        /// Office that asks.
        office: String, "所属", "renkei.inquiry", Plain, [];
        /// The person asked about.
        atena_no: AtenaNo, "宛名番号", "renkei.inquiry", Personal, [];
        /// The same person for the gateway.
        dan_no: DanNo, "団体内統合宛名番号", "renkei.inquiry", Personal, [];
        /// Whose matter it is, when that is somebody else: the child of the parent asked about.
        made_for: Option<AtenaNo>, "照会の対象となる手続の本人", "renkei.inquiry", Personal, [];
        /// 機関コード of the 情報提供者.
        provider: String, "照会先", "renkei.inquiry", Plain, [];
        /// 事務手続.
        procedure_code: String, "事務手続", "renkei.inquiry", Plain, [];
        /// 特定個人情報.
        data_set: String, "特定個人情報", "renkei.inquiry", Plain, [];
        /// Items asked for, one a line.
        items: String, "項目", "renkei.inquiry", Plain, [];
        /// Which record, such as the tax year.
        record_key: Option<String>, "年度など", "renkei.inquiry", Plain, [];
        /// Somebody concerned is under 支援措置: the exchange is not shown to the person asked about.
        undisclosed: bool, "照会側不開示", "renkei.inquiry", Sensitive, [];
        /// 送信待ち, 回答待ち, 回答あり …
        state: String, "状態", "renkei.inquiry", Plain, [];
        /// Why it could not be asked or answered.
        reason: Option<String>, "理由", "renkei.inquiry", Plain, [];
        /// Who asks.
        asked_by: String, "照会した職員", "renkei.inquiry", Plain, [];
        /// When it was entered.
        asked_at: Timestamp, "照会日時", "renkei.inquiry", Plain, [];
        /// When the gateway was last asked about it.
        checked_at: Option<Timestamp>, "状況の確認日時", "renkei.inquiry", Plain, [];
        /// When the answer came.
        answered_at: Option<Timestamp>, "回答日時", "renkei.inquiry", Plain, [];
        /// As of when the provider's replica was right.
        as_of: Option<Timestamp>, "回答の時点", "renkei.inquiry", Plain, [];
        /// Hash of the provider's replica.
        root: Option<String>, "回答の副本のハッシュ値", "renkei.inquiry", Plain, [];
        /// The answer, sealed.
        answer: Option<Vec<u8>>, "回答", "renkei.answer", Secret, [];
        /// Commit.
        seq: i64, "登録番号", "renkei.inquiry", Plain, [];
    }
}

platform::register! {
    /// 正本 of a system that is not part of Atena: received as a file, whole and in its own words.
    pub struct OriginalRow in "exchange_original" named "他システムの正本", purpose "renkei", basis "番号法19条8号・22条", retention "公開終了日から3年。公開終了日のない正本は残す" {
        /// The person.
        atena_no: AtenaNo, "宛名番号", "renkei.original", Personal, [];
        /// 特定個人情報.
        data_set: String, "特定個人情報", "renkei.original", Plain, [];
        /// Version of its layout.
        version: i64, "版", "renkei.original", Plain, [];
        /// Which record.
        record_key: String, "年度など", "renkei.original", Personal, [];
        /// 公開開始日.
        published_from: Date, "公開開始日", "renkei.original", Plain, [];
        /// 公開終了日.
        published_to: Option<Date>, "公開終了日", "renkei.original", Plain, [];
        /// The items, sealed.
        items: Vec<u8>, "項目の内容", "renkei.original", Secret, [];
        /// Which system sent it.
        system: String, "送ったシステム", "renkei.original", Plain, [];
        /// When.
        recorded_at: Timestamp, "受取日時", "renkei.original", Plain, [];
        /// Commit.
        seq: i64, "登録番号", "renkei.original", Plain, [];
    }
}

platform::register! {
    /// A file of 正本 received from another system: what became of its rows.
    pub struct Intake in "exchange_intake" named "正本ファイルの受取り", purpose "renkei", basis "番号法22条", retention "3年" {
        /// Name of the file.
        name: String, "ファイル名", "renkei.original", Plain, [];
        /// Which system sent it.
        system: String, "送ったシステム", "renkei.original", Plain, [];
        /// 特定個人情報.
        data_set: String, "特定個人情報", "renkei.original", Plain, [];
        /// The newest version of its layout; rows of earlier years go into the version of their year.
        version: i64, "版", "renkei.original", Plain, [];
        /// Number of the stored file.
        file_id: i64, "ファイル番号", "renkei.original", Plain, [];
        /// Rows that went on.
        good: i64, "登録した行", "renkei.original", Plain, [];
        /// Rows that did not.
        bad: i64, "受け付けられない行", "renkei.original", Plain, [];
        /// Which rows and why, one a line, without any value of them.
        problems: String, "受け付けられない理由", "renkei.original", Plain, [];
        /// Who received it.
        received_by: String, "受け取った職員", "renkei.original", Plain, [];
        /// When.
        received_at: Timestamp, "受取日時", "renkei.original", Plain, [];
        /// When it was worked through.
        done_at: Option<Timestamp>, "登録の完了日時", "renkei.original", Plain, [];
    }
}

platform::register! {
    /// 副本の登録状況: what the gateway has of 正本.
    pub struct Copy in "exchange_copy" named "副本の登録状況", purpose "renkei", basis "番号法22条", retention "副本がある間" {
        /// The person.
        atena_no: AtenaNo, "宛名番号", "renkei.original", Personal, [];
        /// The same person for the gateway.
        dan_no: DanNo, "団体内統合宛名番号", "renkei.original", Personal, [];
        /// 特定個人情報.
        data_set: String, "特定個人情報", "renkei.original", Plain, [];
        /// Version of its layout.
        version: i64, "版", "renkei.original", Plain, [];
        /// Which record.
        record_key: String, "年度など", "renkei.original", Personal, [];
        /// レコード識別番号.
        serial: i64, "レコード識別番号", "renkei.original", Plain, [];
        /// Hash of the record sent; empty when it is to be sent again.
        digest: String, "ハッシュ値", "renkei.original", Plain, [];
        /// 登録済, 登録できません, 削除済; 重複: another 宛名番号 of the same person has the place.
        state: String, "状態", "renkei.original", Plain, [];
        /// Why the gateway did not take it.
        reason: Option<String>, "理由", "renkei.original", Plain, [];
        /// When it was sent.
        sent_at: Timestamp, "登録日時", "renkei.original", Plain, [];
    }
}

platform::register! {
    /// A comparison of 正本 with 副本.
    pub struct Comparison in "exchange_comparison" named "正本と副本の照合", purpose "renkei", basis "番号法22条・個人情報保護法65条", retention "3年" {
        /// When.
        compared_at: Timestamp, "照合日時", "renkei.original", Plain, [];
        /// People compared.
        people: i64, "人数", "renkei.original", Plain, [];
        /// Records compared.
        records: i64, "件数", "renkei.original", Plain, [];
        /// Hash over 正本.
        root: String, "正本のハッシュ値", "renkei.original", Plain, [];
        /// Differences found.
        differences: i64, "差異", "renkei.original", Plain, [];
    }
}

platform::register! {
    /// One place where 正本 and 副本 differ.
    pub struct Difference in "exchange_difference" named "正本と副本の差異", purpose "renkei", basis "番号法22条・個人情報保護法65条", retention "3年" {
        /// The comparison.
        comparison_id: i64, "照合番号", "renkei.original", Plain, [];
        /// The person, when the city knows them.
        atena_no: Option<AtenaNo>, "宛名番号", "renkei.original", Personal, [];
        /// The same person for the gateway.
        dan_no: DanNo, "団体内統合宛名番号", "renkei.original", Personal, [];
        /// 特定個人情報.
        data_set: String, "特定個人情報", "renkei.original", Plain, [];
        /// Version of its layout.
        version: i64, "版", "renkei.original", Plain, [];
        /// Which record.
        record_key: String, "年度など", "renkei.original", Personal, [];
        /// 副本にない, 正本にない, 値が違う, 公開日が違う.
        fault: String, "差異の種類", "renkei.original", Plain, [];
        /// The item that differs.
        item: Option<String>, "項目", "renkei.original", Plain, [];
    }
}

platform::register! {
    /// 情報提供等記録の控え: the city's own copy of what the gateway keeps, with the person by the city's number.
    pub struct Exchanged in "exchange_record" named "情報提供等記録の控え", purpose "renkei", basis "番号法23条", retention "7年" {
        /// Number, the same at the other institution and at the network.
        permit_no: String, "記録番号", "renkei.record", Plain, [];
        /// 照会 or 提供.
        side: String, "区分", "renkei.record", Plain, [];
        /// The person, when the city knows them.
        atena_no: Option<AtenaNo>, "宛名番号", "renkei.record", Personal, [];
        /// The same person for the gateway.
        dan_no: Option<DanNo>, "団体内統合宛名番号", "renkei.record", Personal, [];
        /// 機関コード of the other institution.
        counterpart: String, "相手の機関", "renkei.record", Plain, [];
        /// 事務手続.
        procedure_code: String, "事務手続", "renkei.record", Plain, [];
        /// 特定個人情報.
        data_set: String, "特定個人情報", "renkei.record", Plain, [];
        /// 求め日時.
        asked_at: Timestamp, "求め日時", "renkei.record", Plain, [];
        /// 提供日時.
        provided_at: Option<Timestamp>, "提供日時", "renkei.record", Plain, [];
        /// 不開示.
        hidden: bool, "不開示", "renkei.record", Plain, [];
        /// Which change at the gateway brought it.
        change: i64, "変更番号", "renkei.record", Plain, [];
    }
}

platform::register! {
    /// What remains of something after its time: that it was there, and when it went.
    pub struct Removal in "exchange_removal" named "保存期間を過ぎた情報連携の記録の消去", purpose "renkei", basis "番号法23条", retention "永年" {
        /// 提供の記録, 照会の記録, 照会, 同意, 正本, 正本ファイル, 照合.
        kind: String, "区分", "renkei.record", Plain, [];
        /// 記録番号, 照会ID, or day and number of the row.
        number: String, "番号", "renkei.record", Plain, [];
        /// Hash of what was exchanged, without the person.
        digest: String, "ハッシュ値", "renkei.record", Plain, [];
        /// Last day on which it had to be there.
        kept_until: Date, "保存期限", "renkei.record", Plain, [];
        /// Day of removal.
        removed_on: Date, "消去日", "renkei.record", Plain, [];
    }
}
