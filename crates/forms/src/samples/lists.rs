use super::{guardian, mayor, office};
use crate::appeal_request::{AppealRequest, AppealRow, Route};
use crate::parts::{Line, Seal};
use crate::payment_ledger::{PaymentLedger, PaymentRow};
use crate::payment_slip::PaymentSlip;
use crate::table_report::{Align, Column, TableReport};
use kernel::Yen;
use kernel::money::grouped;

const NAMES: [&str; 7] = ["髙﨑 颯太", "邉󠄐田 鷗", "𠮷𣘺 陽葵", "LIN MEILING 林 美玲", "葛󠄀城 智也", "辻󠄀 斉󠄃", "佐藤 さくら"];
const KANA: [&str; 7] = ["ﾀｶｻｷ ｿｳﾀ", "ﾅﾍﾞﾀ ｶﾓﾒ", "ﾖｼﾊｼ ﾋﾏﾘ", "ﾘﾝ ﾒｲﾘﾝ", "ｶﾂﾗｷﾞ ﾄﾓﾔ", "ﾂｼﾞ ﾋﾄｼ", "ｻﾄｳ ｻｸﾗ"];
const CLINICS: [(&str, &str); 3] = [
    ("2711234567", "医療法人社団 堀江会 北堀江こどもクリニック"),
    ("2730456789", "みなと歯科"),
    ("2740987654", "あおぞら調剤薬局 本町店"),
];

fn pick<T>(all: &[T], i: usize) -> Option<&T> {
    all.get(i % all.len().max(1))
}

/// 年次更新一覧 over several pages, and a short 府補助実績 with totals.
pub fn table_reports() -> Vec<TableReport> {
    let renewal = TableReport {
        title: "子ども医療証 年次更新一覧".into(),
        facts: vec![Line::new("基準日", "令和8年4月1日"), Line::new("対象", "88人"), Line::new("作成", "令和8年3月2日")],
        columns: vec![
            Column::fit("番号", Align::Right),
            Column::fit("受給者番号", Align::Center),
            Column::wide("氏名", 3),
            Column::fit("生年月日", Align::Center),
            Column::wide("住所", 5),
            Column::fit("府市区分", Align::Center),
            Column::wide("更新の結果", 3),
        ],
        rows: (0..88)
            .map(|i| {
                vec![
                    (i + 1).to_string(),
                    format!("{:07}", 12_340 + i * 11),
                    pick(&NAMES, i).copied().unwrap_or_default().to_owned(),
                    format!("H{}.{}.{}", 21 + i % 10, 1 + i % 12, 1 + i % 28),
                    format!("みなと市西区北堀江{}番{}号 グランドメゾン堀江{}号室", 1 + i % 30, 1 + i % 17, 101 + i),
                    if i.is_multiple_of(3) { "府補助" } else { "市単独" }.to_owned(),
                    if i % 11 == 5 { "確認が必要: 保険の変更" } else { "更新" }.to_owned(),
                ]
            })
            .collect(),
        totals: vec![],
        notes: vec!["支援措置の対象の方は、この一覧に住所を載せず、別に個別に処理します。".into()],
        office: "みなと市 医療年金課".into(),
        number: "帳票 R8-子医-0317".into(),
    };
    let rows = [
        ("医科 入院外", 18_204, 31_407_118),
        ("医科 入院", 412, 21_390_550),
        ("歯科", 5_530, 9_281_004),
        ("調剤", 11_906, 12_847_330),
    ];
    let total = rows.iter().fold((0, 0), |sum, r| (sum.0 + r.1, sum.1 + r.2));
    let subsidy = TableReport {
        title: "福祉医療費助成 府補助金 実績報告".into(),
        facts: vec![Line::new("対象", "令和8年9月審査分"), Line::new("区分", "乳幼児（就学前・所得基準内）")],
        columns: vec![
            Column::wide("区分", 3),
            Column::number("件数", 2),
            Column::number("助成額（円）", 2),
            Column::number("府補助額（円）", 2),
        ],
        rows: rows.iter().map(|(name, n, yen)| vec![(*name).to_owned(), grouped(*n), grouped(*yen), grouped(yen / 2)]).collect(),
        totals: vec!["合計".into(), grouped(total.0), grouped(total.1), grouped(total.1 / 2)],
        notes: vec![],
        office: "みなと市 医療年金課".into(),
        number: "帳票 R8-子医-0402".into(),
    };
    vec![renewal, subsidy]
}

/// One request to each paying organisation; the first fills two pages.
pub fn appeal_requests() -> Vec<AppealRequest> {
    let row = |i: usize| {
        let (code, institution) = pick(&CLINICS, i).copied().unwrap_or_default();
        AppealRow {
            month: "R8.9".into(),
            institution_code: code.into(),
            institution: institution.into(),
            bearer_no: "86270148".into(),
            recipient_no: format!("{:07}", 12_340 + i * 11),
            name: pick(&NAMES, i).copied().unwrap_or_default().into(),
            birth: "R2.11.3".into(),
            sheet: "医科 入院外".into(),
            points: 1_204 + i64::try_from(i).unwrap_or(0) * 37,
            amount: Yen(2_408 + i64::try_from(i).unwrap_or(0) * 111),
            scope: if i.is_multiple_of(2) { "公費分のみ" } else { "全体" }.into(),
            cause_code: "21".into(),
            cause: "資格喪失後の受診（最後に使える日 令和8年9月16日、受診日 18日）".into(),
        }
    };
    let request = |route, to: &str, rows| AppealRequest {
        route,
        to: to.into(),
        document_no: "みな医第519号".into(),
        date: "令和8年11月24日".into(),
        examined: "令和8年10月".into(),
        issuer: mayor(Seal::Frame),
        contact: office(),
        rows,
    };
    vec![
        request(Route::Fund, "社会保険診療報酬支払基金 大阪審査委員会事務局", (0..16).map(row).collect()),
        request(Route::Federation, "大阪府国民健康保険団体連合会", (0..3).map(row).collect()),
    ]
}

/// A payment run over two pages.
pub fn payment_ledgers() -> Vec<PaymentLedger> {
    let row = |i: usize| PaymentRow {
        number: format!("{:04}", i + 1),
        payee: pick(&NAMES, i).copied().unwrap_or_default().into(),
        bank: "9951 みなと銀行 101 北堀江支店".into(),
        account_type: "普通".into(),
        account_no: format!("{:07}", 1_234_567 + i * 7_919),
        account_name: pick(&KANA, i).copied().unwrap_or_default().into(),
        purpose: "子ども医療費 償還払い R8.6".into(),
        amount: Yen(24_039 - i64::try_from(i).unwrap_or(0) * 113),
    };
    vec![PaymentLedger {
        number: "R8-支-00912".into(),
        pay_on: "令和8年12月10日".into(),
        facts: vec![
            Line::new("会計・科目", "一般会計 民生費 児童福祉費 扶助費"),
            Line::new("件名", "子ども医療費助成 償還払い（11月決定分）"),
            Line::new("振込依頼人", "みなと市会計管理者"),
            Line::new("取扱金融機関", "9951 みなと銀行 本店"),
        ],
        approvals: vec![Line::new("起案", "森田"), Line::new("係長", "大橋"), Line::new("課長", ""), Line::new("会計", "")],
        rows: (0..30).map(row).collect(),
        office: "みなと市 医療年金課".into(),
    }]
}

/// A 納付書 over a small amount, and one over the largest.
pub fn payment_slips() -> Vec<PaymentSlip> {
    let slip = |number: &str, amount| PaymentSlip {
        number: number.into(),
        subject: "子ども医療費助成 返還金".into(),
        date: "令和8年12月1日".into(),
        to: guardian(),
        facts: vec![Line::new("会計", "一般会計"), Line::new("年度", "令和8年度")],
        amount,
        due: "令和9年1月4日".into(),
        places: vec!["指定金融機関の本支店".into(), "みなと市役所 会計課".into()],
        issuer: mayor(Seal::Frame),
        contact: office(),
    };
    vec![slip("返還第8-1号", Yen(200)), slip("返還第8-2号", Yen(9_999_999_999))]
}
