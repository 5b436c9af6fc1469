//! Registers of a tenant. The machines' own tables are protocol state and live in the store.

use kernel::Date;
use kernel::ident::DanNo;
use kernel::time::Timestamp;

/// Field group of 符号 and of what a person is called in the exchange.
pub const CODE: &str = "gateway.code";
/// Field group of the replica.
pub const REPLICA: &str = "gateway.replica";
/// Field group of 情報提供等記録, inquiries and provisions, without their contents.
pub const RECORD: &str = "gateway.record";
/// Field group of the contents of a held answer.
pub const ANSWER: &str = "gateway.answer";
/// Field group of queues, lines, alarms and calls: nobody is named.
pub const STATE: &str = "gateway.state";

platform::register! {
    /// A person's 符号.
    pub struct CodeBinding in "gateway_code" named "符号", purpose "gateway", basis "番号法21条の2", retention "個人番号を利用する事務がある間" {
        /// 団番.
        dan_no: DanNo, "団体内統合宛名番号", "gateway.code", Personal, [];
        /// The 符号, sealed.
        code: Vec<u8>, "符号", "gateway.code", Secret, [];
        /// Keyed token of it.
        code_token: Vec<u8>, "符号の照合値", "gateway.code", Secret, [];
        /// When it was bound.
        bound_at: Timestamp, "取得日時", "gateway.code", Plain, [];
    }
}

platform::register! {
    /// A record of 副本.
    pub struct ReplicaRow in "gateway_replica" named "副本", purpose "gateway", basis "番号法19条8号・22条", retention "正本の保存期間" {
        /// 団番.
        dan_no: DanNo, "団体内統合宛名番号", "gateway.replica", Personal, [];
        /// 特定個人情報名コード.
        data_set: String, "特定個人情報", "gateway.replica", Plain, [];
        /// 版番号.
        version: i64, "版番号", "gateway.replica", Plain, [];
        /// データセットレコードキー.
        record_key: String, "レコードキー", "gateway.replica", Personal, [];
        /// レコード識別番号.
        serial: i64, "レコード識別番号", "gateway.replica", Plain, [];
        /// 公開開始日.
        published_from: Date, "公開開始日", "gateway.replica", Plain, [];
        /// 公開終了日.
        published_to: Option<Date>, "公開終了日", "gateway.replica", Plain, [];
        /// Deleted by the city.
        deleted: bool, "削除済", "gateway.replica", Plain, [];
        /// The items, sealed; none when deleted.
        items: Option<Vec<u8>>, "項目", "gateway.replica", Secret, [];
        /// Hash of the record.
        digest: Vec<u8>, "ハッシュ値", "gateway.replica", Plain, [];
        /// 自動応答不可 of the record.
        no_automatic: bool, "自動応答不可", "gateway.replica", Sensitive, [];
        /// 不開示該当 of the record.
        undisclosed: bool, "不開示該当", "gateway.replica", Sensitive, [];
        /// Which change of the replica wrote it.
        change: i64, "変更番号", "gateway.replica", Plain, [];
        /// When it was loaded.
        loaded_at: Timestamp, "登録日時", "gateway.replica", Plain, [];
    }
}

platform::register! {
    /// 情報提供等記録.
    pub struct ExchangeRecord in "gateway_record" named "情報提供等記録", purpose "gateway", basis "番号法23条", retention "求めの日から7年" {
        /// 許可番号: the number of the record on all sides.
        record_no: String, "記録番号", "gateway.record", Plain, [];
        /// `asker` or `provider`: which side we are.
        role: String, "立場", "gateway.record", Plain, [];
        /// 団番, when we know the person.
        dan_no: Option<DanNo>, "団体内統合宛名番号", "gateway.record", Personal, [];
        /// 情報照会者.
        asker: String, "情報照会者", "gateway.record", Plain, [];
        /// 情報提供者.
        provider: String, "情報提供者", "gateway.record", Plain, [];
        /// 事務手続.
        procedure_code: String, "事務手続", "gateway.record", Personal, [];
        /// 特定個人情報.
        data_set: String, "特定個人情報", "gateway.record", Personal, [];
        /// Its version.
        version: i64, "版番号", "gateway.record", Plain, [];
        /// Items asked for, with a blank between them.
        items: String, "項目", "gateway.record", Personal, [];
        /// 求め日時.
        asked_at: Timestamp, "求め日時", "gateway.record", Personal, [];
        /// 提供日時.
        provided_at: Option<Timestamp>, "提供日時", "gateway.record", Personal, [];
        /// 不開示.
        hidden: bool, "不開示", "gateway.record", Sensitive, [];
        /// The network has given a permit.
        granted: bool, "許可", "gateway.record", Plain, [];
        /// `production` or `test`.
        mode: String, "本番・テスト", "gateway.record", Plain, [];
        /// Last day on which it must be there.
        kept_until: Date, "保存期限", "gateway.record", Plain, [];
        /// Which change of the records wrote it.
        change: i64, "変更番号", "gateway.record", Plain, [];
    }
}

platform::register! {
    /// What remains of a record after its time.
    pub struct RemovedRecord in "gateway_removal" named "情報提供等記録の消去", purpose "gateway", basis "番号法23条", retention "永年" {
        /// Number of the record.
        record_no: String, "記録番号", "gateway.record", Plain, [];
        /// Hash of the record removed, hexadecimal.
        digest: String, "ハッシュ値", "gateway.record", Plain, [];
        /// Its last day.
        kept_until: Date, "保存期限", "gateway.record", Plain, [];
        /// Day of removal.
        removed_on: Date, "消去日", "gateway.record", Plain, [];
    }
}

platform::register! {
    /// What remains of a person whom the city has deleted.
    pub struct GonePerson in "gateway_gone" named "消去した人", purpose "gateway", basis "番号法20条", retention "永年" {
        /// Keyed token of the 団番: nothing of this person is taken again.
        person_token: Vec<u8>, "消去した番号の照合値", "gateway.code", Secret, [];
        /// SHA-256 over everything that was removed, hexadecimal.
        digest: String, "ハッシュ値", "gateway.record", Plain, [];
        /// How many rows it was.
        removed_rows: i64, "消去した行", "gateway.record", Plain, [];
        /// Day of the deletion.
        removed_on: Date, "消去日", "gateway.record", Plain, [];
    }
}

platform::register! {
    /// Flags of a person. No row: no flag.
    pub struct PersonFlags in "gateway_person" named "自動応答不可・不開示該当", purpose "gateway", basis "番号法23条2項、住民基本台帳事務における支援措置", retention "符号と同じ" {
        /// 団番.
        dan_no: DanNo, "団体内統合宛名番号", "gateway.record", Personal, [];
        /// 自動応答不可.
        no_automatic: bool, "自動応答不可", "gateway.record", Sensitive, [];
        /// 不開示該当.
        undisclosed: bool, "不開示該当", "gateway.record", Sensitive, [];
        /// 照会中: the link of the person is being put right.
        recalled: bool, "照会中", "gateway.record", Sensitive, [];
        /// When it was last changed.
        changed_at: Timestamp, "変更日時", "gateway.record", Plain, [];
    }
}

platform::register! {
    /// A person's consent to being asked about.
    pub struct Consent in "gateway_consent" named "照会への同意", purpose "gateway", basis "番号法19条8号・9号、各手続の根拠法令", retention "照会の記録と同じ" {
        /// 団番.
        dan_no: DanNo, "団体内統合宛名番号", "gateway.record", Personal, [];
        /// 事務手続.
        procedure_code: String, "事務手続", "gateway.record", Personal, [];
        /// 特定個人情報.
        data_set: String, "特定個人情報", "gateway.record", Personal, [];
        /// Day of the consent.
        given_on: Date, "同意日", "gateway.record", Personal, [];
        /// Last day on which it holds.
        until: Option<Date>, "同意の期限", "gateway.record", Personal, [];
        /// Where the paper is: number of the application.
        evidence: String, "同意書の所在", "gateway.record", Plain, [];
        /// When it was recorded.
        recorded_at: Timestamp, "登録日時", "gateway.record", Plain, [];
    }
}

platform::register! {
    /// 公開終了日一括設定: one order.
    pub struct Closing in "gateway_closing" named "公開終了日の一括設定", purpose "gateway", basis "番号法22条", retention "5年" {
        /// Number of the order.
        closing_no: String, "設定番号", "gateway.replica", Plain, [];
        /// 特定個人情報.
        data_set: String, "特定個人情報", "gateway.replica", Plain, [];
        /// Its version.
        version: i64, "版番号", "gateway.replica", Plain, [];
        /// 公開終了日.
        published_to: Date, "公開終了日", "gateway.replica", Plain, [];
        /// `set` or `undone`.
        state: String, "状態", "gateway.replica", Plain, [];
        /// Records changed.
        records: i64, "件数", "gateway.replica", Plain, [];
        /// When.
        set_at: Timestamp, "設定日時", "gateway.replica", Plain, [];
        /// When it was taken back.
        undone_at: Option<Timestamp>, "取消日時", "gateway.replica", Plain, [];
    }
}

platform::register! {
    /// 自己情報: what a person asked to see of themselves.
    pub struct OwnRequest in "gateway_own" named "自己情報の提供", purpose "gateway", basis "番号法附則6条", retention "求めの日から7年" {
        /// Number of the request.
        own_no: String, "求めの番号", "gateway.record", Plain, [];
        /// 団番, when we know the person.
        dan_no: Option<DanNo>, "団体内統合宛名番号", "gateway.record", Personal, [];
        /// 特定個人情報.
        data_set: String, "特定個人情報", "gateway.record", Personal, [];
        /// Its version.
        version: i64, "版番号", "gateway.record", Plain, [];
        /// Something was shown.
        disclosed: bool, "開示", "gateway.record", Sensitive, [];
        /// When.
        asked_at: Timestamp, "求め日時", "gateway.record", Personal, [];
        /// What was shown, sealed.
        content: Vec<u8>, "提供内容", "gateway.answer", Secret, [];
    }
}

platform::register! {
    /// お知らせ to a person's portal.
    pub struct Message in "gateway_message" named "お知らせ", purpose "gateway", basis "番号法附則6条", retention "送信から1年" {
        /// Number.
        message_no: String, "お知らせ番号", "gateway.record", Plain, [];
        /// 団番.
        dan_no: DanNo, "団体内統合宛名番号", "gateway.record", Personal, [];
        /// Title, sealed.
        title: Vec<u8>, "件名", "gateway.answer", Secret, [];
        /// Text, sealed.
        content: Vec<u8>, "本文", "gateway.answer", Secret, [];
        /// accepted, delivered, read, cancelled, rejected.
        state: String, "状態", "gateway.record", Plain, [];
        /// When it was accepted.
        accepted_at: Timestamp, "受付日時", "gateway.record", Plain, [];
        /// When the state last changed.
        changed_at: Timestamp, "変更日時", "gateway.record", Plain, [];
    }
}

platform::register! {
    /// A call of the city under one of the interface ids.
    pub struct InterfaceCall in "gateway_call" named "既存システム接続の記録", purpose "gateway", basis "番号法12条", retention "7年" {
        /// Number; of a file, also the name under which its result is fetched.
        call_no: String, "通信番号", "gateway.state", Plain, [];
        /// Interface id.
        interface: String, "インターフェイス", "gateway.state", Plain, [];
        /// When.
        called_at: Timestamp, "日時", "gateway.state", Plain, [];
        /// Rows that went on.
        good: i64, "正常", "gateway.state", Plain, [];
        /// Rows refused.
        bad: i64, "異常", "gateway.state", Plain, [];
        /// Rows that the city still holds back, as it says.
        waiting: i64, "未送信", "gateway.state", Plain, [];
        /// SHA-256 of what was sent, hexadecimal.
        digest: String, "ハッシュ値", "gateway.state", Plain, [];
        /// The result file, sealed.
        result: Option<Vec<u8>>, "結果ファイル", "gateway.answer", Secret, [];
    }
}

platform::register! {
    /// Something operators must hear of.
    pub struct AlarmRow in "gateway_alarm" named "警報", purpose "gateway", basis "番号法12条", retention "5年" {
        /// Kind.
        kind: String, "種類", "gateway.state", Plain, [];
        /// What, in words.
        detail: String, "内容", "gateway.state", Plain, [];
        /// How often.
        times: i64, "回数", "gateway.state", Plain, [];
        /// First.
        first_at: Timestamp, "最初", "gateway.state", Plain, [];
        /// Last.
        last_at: Timestamp, "最後", "gateway.state", Plain, [];
        /// When it was seen to, or went by itself.
        closed_at: Option<Timestamp>, "対応済", "gateway.state", Plain, [];
    }
}

platform::register! {
    /// 正本 compared with 副本.
    pub struct Comparison in "gateway_comparison" named "正本と副本の突合", purpose "gateway", basis "番号法12条・22条", retention "1年" {
        /// When.
        compared_at: Timestamp, "突合日時", "gateway.replica", Plain, [];
        /// Root hash of 副本.
        ours: String, "副本のハッシュ値", "gateway.replica", Plain, [];
        /// Root hash of 正本.
        theirs: String, "正本のハッシュ値", "gateway.replica", Plain, [];
        /// People who differ.
        people: i64, "相違のある人数", "gateway.replica", Plain, [];
    }
}

platform::register! {
    /// One difference.
    pub struct DifferenceRow in "gateway_difference" named "正本と副本の相違", purpose "gateway", basis "番号法12条・22条", retention "1年" {
        /// Which comparison.
        comparison: i64, "突合", "gateway.replica", Plain, [];
        /// 団番.
        dan_no: DanNo, "団体内統合宛名番号", "gateway.replica", Personal, [];
        /// 特定個人情報.
        data_set: String, "特定個人情報", "gateway.replica", Plain, [];
        /// Its version.
        version: i64, "版番号", "gateway.replica", Plain, [];
        /// Which record.
        record_key: String, "レコードキー", "gateway.replica", Personal, [];
        /// missing, extra, value, days.
        fault: String, "相違", "gateway.replica", Plain, [];
        /// Which item.
        item: Option<String>, "項目", "gateway.replica", Plain, [];
    }
}
