//! What can be wrong with a file: errors refuse it, warnings are counted and shown. Neither repeats anything personal.

use std::fmt;
use thiserror::Error;

/// A file that cannot be taken in, with the line where that was seen (1-based, 0 before the first line).
#[derive(Debug, Error)]
#[error("{line}行目：{kind}")]
pub struct ReadError {
    /// Line number in the file.
    pub line: u64,
    /// What is wrong.
    pub kind: ReadErrorKind,
}

/// Why a file is refused. Each message says what happened, why it matters and what to do.
#[derive(Debug, Error)]
pub enum ReadErrorKind {
    /// The source failed.
    #[error("ファイルを読み取れませんでした（{0}）。媒体または保存先を確かめ、もう一度取り込んでください。")]
    Io(#[from] std::io::Error),
    /// Nothing in it.
    #[error("ファイルが空です。送付元から受け取り直してください。")]
    Empty,
    /// The first line is no record of a receipt file.
    #[error(
        "レセプト電算処理のファイルではありません（先頭が IR・UK・YK・MN などのレコードでない）。選んだファイルを確かめてください。"
    )]
    NotReceipts,
    /// UTF-8 or UTF-16 instead of Shift_JIS.
    #[error(
        "文字コードが Shift_JIS ではなく {0} です。表計算ソフトなどで保存し直していない、受け取ったままのファイルを取り込んでください。"
    )]
    Encoding(&'static str),
    /// A line above the limit.
    #[error(
        "1行が上限 {limit} バイトを超えています。改行が失われた、または別の種類のファイルです。受け取ったままのファイルを取り込んでください。"
    )]
    LineTooLong {
        /// Bytes allowed.
        limit: usize,
    },
    /// A receipt with too many records or bytes.
    #[error(
        "1件のレセプトが上限（{limit}）を超えています。ファイルの途中が欠けて複数のレセプトがつながっていないか、送付元に確かめてください。"
    )]
    ReceiptTooLarge {
        /// Records or bytes allowed, with unit.
        limit: String,
    },
    /// A file above the limit.
    #[error("ファイルが上限 {limit} バイトを超えています。分割して受け取るか、上限の設定を見直してください。")]
    FileTooLarge {
        /// Bytes allowed.
        limit: u64,
    },
    /// The end is missing.
    #[error("ファイルが途中で終わっています（{0}）。転送が中断された可能性があります。受け取り直してください。")]
    Truncated(&'static str),
    /// Something follows the end-of-file byte.
    #[error(
        "EOFコード(1A)の後ろにデータがあります。複数のファイルをつなげたものは取り込めません。1ファイルずつ取り込んでください。"
    )]
    AfterEnd,
    /// A receipt before any institution header.
    #[error(
        "医療機関情報（IR・UK・YK）の前に {record} レコードがあります。ファイルの先頭が欠けていないか、送付元に確かめてください。"
    )]
    MissingHeader {
        /// Record name.
        record: RecordName,
    },
    /// A line without record name.
    #[error(
        "レコード識別（英大文字2字）のない行です。行の途中で改行された、または別の種類のファイルです。受け取ったままのファイルを取り込んでください。"
    )]
    NotARecord,
    /// A record outside of any receipt.
    #[error("RE レコードの前に {record} レコードがあります。レコードの順が仕様と違うため読めません。送付元に確かめてください。")]
    Orphan {
        /// Record name.
        record: RecordName,
    },
    /// A column that money, identity or totals hang on cannot be read.
    #[error(
        "{record} レコードの「{column}」が読めません。金額や資格の判定に使う項目のため、推測せずに取込みを止めました。送付元に確かめてください。"
    )]
    BadColumn {
        /// Record name.
        record: RecordName,
        /// Column name.
        column: &'static str,
    },
    /// GO does not agree with the receipts before it.
    #[error(
        "合計が一致しません（件数：GO {recorded_count}・実際 {counted}、点数：GO {recorded_points}・実際 {points}）。一部が欠けたか重なったおそれがあるため、ファイル全体を取り込みません。送付元に確かめてください。"
    )]
    Totals {
        /// 総件数 as recorded.
        recorded_count: u64,
        /// Counted by the rule of GO.
        counted: u64,
        /// 総合計点数 as recorded.
        recorded_points: u64,
        /// Points added up.
        points: u64,
    },
}

impl ReadErrorKind {
    pub(crate) fn at(self, line: u64) -> ReadError {
        ReadError { line, kind: self }
    }
}

/// The two letters of a record, for messages. Other bytes show as 「??」, so that broken files print nothing of their content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordName(pub [u8; 2]);

impl fmt::Display for RecordName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match std::str::from_utf8(&self.0) {
            Ok(name) if self.0.iter().all(u8::is_ascii_uppercase) => f.write_str(name),
            _ => f.write_str("??"),
        }
    }
}

/// Something unusual that does not stop the reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Warning {
    /// Line number in the file.
    pub line: u64,
    /// What was seen.
    pub kind: WarningKind,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}行目：{}", self.line, self.kind.message())
    }
}

macro_rules! warnings {
    ($($(#[$doc:meta])* $name:ident => $message:literal,)+) => {
        /// Kinds of warning, counted one by one over a file.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum WarningKind { $($(#[$doc])* $name,)+ }

        impl WarningKind {
            /// All kinds.
            pub const ALL: &'static [WarningKind] = &[$(Self::$name,)+];

            /// What it means and what to do, for people.
            pub fn message(self) -> &'static str {
                match self { $(Self::$name => $message,)+ }
            }
        }
    };
}

warnings! {
    /// LF line ends.
    LineFeedOnly => "改行が CRLF ではなく LF です。内容は読めましたが、変換を経たファイルの可能性があります。",
    /// An empty line.
    BlankLine => "空行を読み飛ばしました。",
    /// No 0x1A at the end.
    NoEndMark => "末尾に EOF コード(1A)がありません。合計は一致しています。",
    /// A delivery without GO.
    NoTotals => "合計（GO）のないファイルです。件数と点数は請求書と照合してください。",
    /// GO with zeros.
    ZeroTotals => "合計（GO）が 0 件 0 点です（資格確認で振り替えられたファイルの記録方法）。件数と点数は請求書と照合してください。",
    /// A file-level record that is not evaluated.
    SkippedRecord => "レセプトの外にあるレコードを読み飛ばしました。",
    /// History without a current claim.
    HistoryOnly => "履歴だけで現在の請求がないレセプトです。取り込みの対象にしていません。",
    /// 審査支払機関 and insurers do not belong together.
    SenderMismatch => "審査支払機関と保険者が合いません（国保・後期は国保連、その他は支払基金）。送付元を確かめてください。",
    /// Institution code.
    InstitutionCheckDigit => "医療機関コードの検査数字が合いません。",
    /// 保険者番号.
    InsurerCheckDigit => "保険者番号の検査数字が合いません。",
    /// 公費負担者番号.
    BearerCheckDigit => "公費負担者番号の検査数字が合いません。",
    /// 受給者番号.
    RecipientCheckDigit => "受給者番号の検査数字が合いません。",
    /// A code column with other characters.
    BadCode => "番号の欄に使えない文字があります。空欄として扱いました。",
    /// A date that does not exist.
    BadDate => "日付の欄が読めません。空欄として扱いました。",
    /// A column outside of money and identity.
    BadColumn => "数字の欄が読めません。空欄として扱いました。",
    /// Text with broken characters.
    BrokenText => "読めない文字があります（外字または文字化け）。",
    /// No name.
    NoName => "氏名がありません。",
    /// Born after the month of care.
    BornLater => "生年月日が診療年月より後です。",
    /// Neither HO nor KO.
    NoPayer => "保険者（HO）も公費（KO）もありません。",
    /// More than one HO.
    ManyInsurances => "保険者（HO）が二つ以上あります。最初のものだけを使いました。",
    /// Kind and payers differ.
    KindMismatch => "レセプト種別と、保険者・公費のレコード数が合いません。",
    /// Kind and point table differ.
    TableMismatch => "レセプト種別の点数表が医療機関情報と違います。",
    /// 負担区分.
    UnknownBurden => "負担区分が空か、決められた記号ではありません。",
    /// A line borne by a payer without record.
    BurdenWithoutPayer => "負担区分が示す保険・公費のレコードがありません。",
    /// 診療識別.
    NoSection => "診療識別のない最初の摘要です。",
    /// Days of a line.
    LineDays => "摘要の回数と日ごとの回数の合計が違います。",
    /// Days of the receipt.
    VisitDays => "実日数と受診日等（JD）の日数が違います。",
    /// Day 31 in a short month.
    DayOutsideMonth => "その月にない日に受診の記録があります。",
    /// Corrections by the examiner.
    Amended => "審査支払機関の補正を反映しました。",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_say_what_why_and_what_to_do_without_content() {
        let error = ReadErrorKind::Orphan { record: RecordName(*b"\x81\x40") }.at(3);
        assert_eq!(
            error.to_string(),
            "3行目：RE レコードの前に ?? レコードがあります。レコードの順が仕様と違うため読めません。送付元に確かめてください。"
        );
        for kind in WarningKind::ALL {
            assert!(kind.message().ends_with('。'), "{kind:?}");
        }
    }
}
