//! 払込請求書: what a sender bills for a month, and the file form that the city reads it from.

use kernel::money::Yen;
use kernel::time::{Date, YearMonth};
use receipts::Examiner;
use std::fmt::Write;

/// A sender's bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// Who bills.
    pub sender: Examiner,
    /// 審査年月.
    pub month: YearMonth,
    /// 件数: receipts.
    pub count: u64,
    /// 請求額 without fees, corrections included.
    pub amount: Yen,
    /// 審査支払手数料 件数.
    pub fee_count: u64,
    /// 審査支払手数料.
    pub fee_amount: Yen,
    /// 払込期限.
    pub due: Date,
    /// 請求内訳: by kind of file.
    pub lines: Vec<BillLine>,
    /// 過誤調整: negative lines about receipts of earlier months.
    pub corrections: Vec<Correction>,
}

/// A line of the 請求内訳書.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillLine {
    /// 医科, DPC, 歯科, 調剤.
    pub label: &'static str,
    /// Receipts.
    pub count: u64,
    /// Points.
    pub points: u64,
    /// What the city bears.
    pub amount: Yen,
}

/// A line of the 過誤調整.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Who took the receipt back.
    pub sender: Examiner,
    /// レセプト管理番号 of the receipt.
    pub key: String,
    /// 診療年月 of the receipt.
    pub care_month: YearMonth,
    /// Negative: what is given back.
    pub amount: Yen,
    /// 事由.
    pub reason: String,
}

impl Bill {
    /// What is to be paid: amount and fees.
    pub fn total(&self) -> Yen {
        self.amount + self.fee_amount
    }

    /// The bill as a file: CSV in UTF-8 with CR LF, the kind of line first.
    ///
    /// ```text
    /// 払込請求書,版,請求元コード,請求元,審査年月,払込期限
    /// 内訳,区分,件数,点数,金額
    /// 過誤調整,レセプト管理番号,診療年月,調整額,事由
    /// 手数料,件数,金額
    /// 合計,件数,請求額,払込額
    /// ```
    /// Years and months are `YYYYMM`, days `YYYY-MM-DD`, amounts plain yen; no field holds a comma.
    pub fn to_csv(&self) -> String {
        let mut out = String::new();
        let mut line = |text: std::fmt::Arguments<'_>| {
            // Writing to a string cannot fail.
            let _ = write!(out, "{text}\r\n");
        };
        line(format_args!("払込請求書,1,{},{},{},{}", self.sender.code(), self.sender.label(), self.month.compact(), self.due));
        for l in &self.lines {
            line(format_args!("内訳,{},{},{},{}", l.label, l.count, l.points, l.amount.0));
        }
        for c in &self.corrections {
            line(format_args!("過誤調整,{},{},{},{}", c.key, c.care_month.compact(), c.amount.0, c.reason.replace(',', "、")));
        }
        line(format_args!("手数料,{},{}", self.fee_count, self.fee_amount.0));
        line(format_args!("合計,{},{},{}", self.count, self.amount.0, self.total().0));
        out
    }
}
