//! Files and receipts of an invented city.

use receipts::{
    Code, Confirmation, Days, DiseaseDraft, Draft, Examiner, Header, Insurance, ItemDraft, ItemKind, Payer, PointTable, Public,
    ReceiptKind, Sex, Style, Writer,
};

use kernel::ident::{KohiBearerNo, RecipientNo, check};
use kernel::time::{Date, YearMonth};
use receipts::Burden;

pub const SEPTEMBER: YearMonth = YearMonth { year: 2026, month: 9 };
pub const OCTOBER: YearMonth = YearMonth { year: 2026, month: 10 };

pub fn day(y: i16, m: i8, d: i8) -> Date {
    Date::new(y, m, d).unwrap()
}

pub fn kind(code: u64) -> ReceiptKind {
    ReceiptKind::from_code(code).unwrap()
}

pub fn days(list: &[u8]) -> Days {
    Days { counted: mask(list), ..Days::default() }
}

pub fn mask(list: &[u8]) -> u32 {
    list.iter().fold(0, |mask, d| mask | 1 << (d - 1))
}

/// The child medical scheme of the invented city.
pub fn bearer() -> String {
    KohiBearerNo::from_body("8627218").unwrap().as_str().to_owned()
}

pub fn recipient(serial: u32) -> String {
    RecipientNo::issue(serial).unwrap().as_str().to_owned()
}

pub fn header(examiner: Examiner, table: PointTable, serial: u32) -> Header {
    let local = format!("01{serial:04}");
    let check = char::from(check::luhn(format!("27{}{local}", table.code()).as_bytes()));
    Header {
        examiner,
        prefecture: 27,
        table,
        local_code: Code::try_from(format!("{local}{check}").as_str()).unwrap(),
        name: format!("架空表町ソニー医院{serial}"),
        month: OCTOBER,
        volume: 0,
        phone: "06-0000-0000".into(),
    }
}

/// A child's outpatient receipt: 医保 + 子ども医療, one act on each day.
pub fn child(serial: u32, table: PointTable, visit_days: &[u8], points: u32, copay: u32) -> Draft {
    let code = u64::from(table.code()) * 1000 + 124;
    let mut draft = Draft::new(kind(code), SEPTEMBER);
    draft.number = serial;
    draft.name = "試験　太郎".into();
    draft.kana = "シケンタロウ".into();
    draft.sex = Some(Sex::Male);
    draft.birth = Some(day(2023, 6, 1));
    let n = u16::try_from(visit_days.len()).unwrap();
    draft.insurance = Some(Insurance {
        insurer: Code::try_from("01130012").unwrap(),
        days: Some(n),
        points: Some(points),
        ..Insurance::default()
    });
    draft.symbol = "架空".into();
    draft.insured_no = format!("{serial}");
    draft.publics = vec![Public {
        bearer: Code::try_from(bearer().as_str()).unwrap(),
        recipient: Code::try_from(recipient(serial).as_str()).unwrap(),
        days: Some(n),
        points: Some(points),
        copay: Some(copay),
        ..Public::default()
    }];
    draft.confirmations = vec![Confirmation {
        payer: Payer::Insurance,
        method: Some(1),
        insurer: Code::default(),
        branch: Code::try_from("02").unwrap(),
        recipient: Code::default(),
    }];
    draft.visits[0] = days(visit_days);
    draft.visits[1] = days(visit_days);
    draft.window = Some(0);
    if table != PointTable::Dispensing {
        draft.diseases = vec![DiseaseDraft {
            code: Some(999),
            started: Some(day(2026, 9, 1)),
            outcome: Some(1),
            name: "表在性皮膚炎".into(),
            main: true,
            ..DiseaseDraft::default()
        }];
        let burden = Burden::of(&[Payer::Insurance, Payer::Public1]);
        let mut item = ItemDraft::once(ItemKind::Act, 12, burden, 112_007_410, i32::try_from(points).unwrap(), 1);
        item.days = visit_days.iter().map(|d| (*d, 1)).collect();
        item.count = Some(n);
        draft.items = vec![item];
    }
    draft
}

pub fn file(header: &Header, drafts: &[Draft]) -> Vec<u8> {
    styled(Style::Claim, header, drafts)
}

pub fn styled(style: Style, header: &Header, drafts: &[Draft]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), style);
    writer.begin(header).unwrap();
    for draft in drafts {
        writer.receipt(draft).unwrap();
    }
    writer.finish().unwrap()
}

/// A medical file with three children.
pub fn small_file() -> Vec<u8> {
    let drafts: Vec<Draft> = (1..=3).map(|n| child(n, PointTable::Medical, &[3, 10], 100 * n, 500)).collect();
    file(&header(Examiner::PaymentFund, PointTable::Medical, 1), &drafts)
}

/// Replaces the first occurrence; it must exist.
pub fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|w| w == from).expect("what is to be replaced must be there");
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}
