//! Names of states as they stand in columns and as a clerk reads them.

use serde::Serialize;
use wire::ident::PermitNo;
use wire::inquiry::Stop;
use wire::machine::{Alarm, Body, NoCode};

/// The name under which a state is stored and travels: `HELD`, `recall`.
pub(crate) fn state_text<T: Serialize>(state: &T) -> String {
    match serde_json::to_value(state) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}

/// A permit's number as it stands in columns.
pub(crate) fn permit_text(no: &PermitNo) -> String {
    no.to_string()
}

/// Why there is no 符号, as a clerk reads it.
pub(crate) fn reason_text(reason: NoCode) -> &'static str {
    match reason {
        NoCode::NoResidentCode => "住民票コードなし(死亡・国外転出など)",
        NoCode::DuplicateCode => "符号の重複(同じ人が二つの団体内統合宛名番号)",
    }
}

/// A state of a machine as a clerk reads it.
pub(crate) fn state_ja(state: &str) -> &'static str {
    match state {
        "NO_CODE" => "符号なし",
        "REQUESTED" => "取得中",
        "BOUND" => "取得済",
        "REGISTERED" => "受付",
        "PERMIT_REQUESTED" => "許可証の発行待ち",
        "DENIED" => "許可されず",
        "PERMITTED" => "照会を送信中",
        "SENT" => "送信済",
        "ANSWERED" => "回答あり",
        "NO_DATA" => "該当情報なし",
        "HELD_AT_PROVIDER" => "回答待ち(時間経過)",
        "REFUSED" => "提供しない",
        "EXPIRED" => "期限切れ",
        "ERROR" => "照会前に停止",
        "FETCHED" => "回答を取得済",
        "CANCEL_REQUESTED" => "取りやめ中",
        "CANCELLED" => "取りやめ済",
        "CANCEL_TOO_LATE" => "取りやめ間に合わず",
        "RECEIVED" => "照会を受信",
        "AUTO_ANSWERED" => "自動応答",
        "HELD" => "職員の確認待ち",
        "CONTENT_REGISTERED" => "内容登録済・送信許可待ち",
        "SEND_PERMITTED" => "回答を送信中",
        "TIMED_OUT" => "期限までに判断なし",
        "accepted" => "受付",
        "delivered" => "配信済",
        "read" => "開封済",
        "cancelled" => "取消",
        "rejected" => "宛先なし",
        _ => "",
    }
}

/// Why an answer is held, as a clerk reads it.
pub(crate) fn hold_ja(hold: &str) -> &'static str {
    match hold {
        "person" => "自動応答不可(人)",
        "record" => "自動応答不可(特定個人情報)",
        "recall" => "照会中(統合宛名の是正中)",
        _ => "",
    }
}

/// Kind and words of an alarm.
pub(crate) fn alarm_ja(alarm: &Alarm) -> (&'static str, String) {
    match alarm {
        Alarm::AcquisitionOld => ("acquisition_old", "符号の取得が長くかかっています".to_owned()),
        Alarm::DuplicateCode => {
            ("duplicate_code", "一つの符号が二つの団体内統合宛名番号に届きました。統合宛名を確かめてください".to_owned())
        }
        Alarm::StoppedHere(stop) => ("stopped", stop_ja(*stop).to_owned()),
        Alarm::Permit(fault) => ("permit", fault.to_string()),
        Alarm::Backlog(_) => (BACKLOG, BACKLOG_JA.to_owned()),
    }
}

/// Kind of the alarm about rows that pile up.
pub(crate) const BACKLOG: &str = "backlog";
/// Its words.
pub(crate) const BACKLOG_JA: &str = "副本の未送信が上限を超えています。登録を分割し、送信を確かめてください";

/// Why a question was stopped inside the city.
pub(crate) fn stop_ja(stop: Stop) -> &'static str {
    match stop {
        Stop::NoCode => "照会を止めました: 符号が未取得です",
        Stop::NotConnected => "照会を止めました: この事務は情報照会に接続していません",
        Stop::NotListed => "照会を止めました: 照会許可リストにありません",
        Stop::NoConsent => "照会を止めました: 同意の記録がありません",
    }
}

/// What kind of message waits, for the board.
pub(crate) fn kind(body: &Body) -> &'static str {
    match body {
        Body::CodeWanted { .. } => "符号取得依頼",
        Body::PermitRequest(_) => "許可証の発行要求",
        Body::NoticeReceived { .. } => "許可の受領",
        Body::Inquiry { .. } => "情報照会",
        Body::InquiryReceived(_) => "照会の受領",
        Body::Answer { .. } => "情報提供",
        Body::AnswerReceived { .. } => "回答の受領",
        Body::Refused { .. } => "提供しない旨",
        Body::Cancel(_) | Body::CancelDone { .. } => "取りやめ",
        Body::Hide(_) | Body::HideReceived(_) => "不開示の通知",
        Body::Correction(_) | Body::CorrectionReceived(_) => "回答の訂正",
        Body::ChunkDone { .. } => "副本登録の結果",
        _ => "その他",
    }
}

/// A line as operators read it.
pub(crate) fn line_ja(party: &str) -> &'static str {
    if party == crate::keeper::CITY { "団体内統合宛名・業務" } else { "情報提供ネットワークシステム" }
}
