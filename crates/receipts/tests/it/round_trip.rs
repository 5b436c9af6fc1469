//! What is written is what is read: any receipt, all four kinds of file, both styles of line.

use crate::make::{OCTOBER, header};
use kernel::time::{Date, YearMonth};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use receipts::{
    Burden, Code, Confirmation, Days, DiseaseDraft, Draft, Examiner, Insurance, ItemDraft, ItemKind, Limits, Payer, PointTable,
    Public, ReadErrorKind, Reader, Receipt, ReceiptKind, Sex, Style, WriteError, Writer, verify,
};

fn text(most: usize) -> impl Strategy<Value = String> {
    let letters = "アンガパヴ表能ソー－～十貼噂髙﨑①Ⅳ㎎鴎ｱﾞ亜熙　 Az09.-/'|\\".chars().collect::<Vec<_>>();
    vec(proptest::sample::select(letters), 0..=most).prop_map(|c| c.into_iter().collect())
}

fn date() -> impl Strategy<Value = Date> {
    (1868i16..2100, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| Date::new(y, m, d).unwrap())
}

fn code<const N: usize>() -> impl Strategy<Value = Code<N>> {
    vec(b'0'..=b'9', 0..=N).prop_map(|digits| Code::read(&digits).unwrap())
}

fn kind(table: PointTable) -> impl Strategy<Value = ReceiptKind> {
    let all: Vec<ReceiptKind> = (1000..7000).filter_map(ReceiptKind::from_code).filter(|k| k.table() == table).collect();
    proptest::sample::select(all)
}

fn visit_days() -> impl Strategy<Value = Days> {
    vec(prop_oneof![5 => Just(0u8), 2 => Just(1), 1 => Just(2), 1 => Just(9)], 31).prop_map(|marks| {
        let mask = |mark| marks.iter().enumerate().filter(|(_, m)| **m == mark).fold(0, |mask, (day, _)| mask | 1 << day);
        Days { counted: mask(1), uncounted: mask(2), mismatch: mask(9) }
    })
}

fn public(table: PointTable) -> impl Strategy<Value = Public> {
    let amounts = vec(option::of(0u32..99_999_999), 5);
    (code(), code(), option::of(0u16..99), option::of(0u16..99), amounts).prop_map(move |(bearer, recipient, days, meals, a)| {
        let dispensing = table == PointTable::Dispensing;
        Public {
            bearer,
            recipient,
            days,
            points: a[0],
            copay: a[1],
            outpatient_copay: a[2],
            inpatient_copay: a[3].filter(|_| table == PointTable::Medical),
            meals: meals.filter(|_| !dispensing),
            meal_amount: a[4].filter(|_| !dispensing),
        }
    })
}

fn insurance(table: PointTable) -> impl Strategy<Value = Insurance> {
    let amounts = (option::of(0u32..99_999_999), option::of(0u32..99_999_999), option::of(0u32..99_999_999));
    (code(), option::of(0u16..99), option::of(0u16..99), amounts).prop_map(
        move |(insurer, days, meals, (points, meal, copay))| {
            let dispensing = table == PointTable::Dispensing;
            Insurance {
                insurer,
                days,
                points,
                meals: meals.filter(|_| !dispensing),
                meal_amount: meal.filter(|_| !dispensing),
                copay,
            }
        },
    )
}

fn confirmation() -> impl Strategy<Value = Confirmation> {
    (proptest::sample::select(Payer::ALL.to_vec()), option::of(0u8..99), code(), code(), code())
        .prop_map(|(payer, method, insurer, branch, recipient)| Confirmation { payer, method, insurer, branch, recipient })
}

fn disease() -> impl Strategy<Value = DiseaseDraft> {
    (option::of(0u32..9_999_999), option::of(date()), option::of(1u8..=4), text(8), text(12), any::<bool>(), text(12)).prop_map(
        |(code, started, outcome, modifiers, name, main, supplement)| DiseaseDraft {
            code,
            started,
            outcome,
            modifiers,
            name,
            main,
            supplement,
        },
    )
}

fn item(table: PointTable) -> impl Strategy<Value = ItemDraft> {
    let kinds = [ItemKind::Act, ItemKind::Drug, ItemKind::Material, ItemKind::Comment];
    let burden = proptest::sample::subsequence(Payer::ALL.to_vec(), 0..=5).prop_map(|payers| Burden::of(&payers));
    let numbers = (option::of(1u8..=99), 0u32..=999_999_999, option::of(-9_999i32..9_999_999), option::of(0u16..999));
    let texts = (text(6), text(20), vec((0u32..=999_999_999, text(20)), 0..=3));
    let days = btree_map(1u8..=31, 1u16..99, 0..6);
    (proptest::sample::select(kinds.to_vec()), burden, numbers, texts, days).prop_map(move |(kind, burden, n, t, days)| {
        let comment = kind == ItemKind::Comment;
        let medical = table == PointTable::Medical;
        ItemDraft {
            kind,
            section: n.0,
            burden,
            code: n.1,
            quantity: if comment { String::new() } else { t.0 },
            points: n.2.filter(|_| !comment),
            count: n.3.filter(|_| !comment),
            unit: if kind == ItemKind::Material { "006".into() } else { String::new() },
            unit_price: if kind == ItemKind::Material { format!("{}.50", n.1) } else { String::new() },
            product: if kind == ItemKind::Material { t.1.clone() } else { String::new() },
            comments: if medical && !comment { t.2 } else { Vec::new() },
            text: if comment { t.1 } else { String::new() },
            days: if comment { Vec::new() } else { days.into_iter().collect() },
        }
    })
}

/// Any receipt of a point table; `dpc` adds the records of DPC.
pub fn draft(table: PointTable, dpc: bool) -> impl Strategy<Value = Draft> {
    let lines = table != PointTable::Dispensing;
    let head = (kind(table), 1868i16..2100, 1i8..=12, option::of(any::<bool>()), option::of(date()), option::of(0u8..=100));
    let names = (text(20), text(20), text(10), text(10), text(16), text(10), vec(b'0'..=b'9', 0..=10));
    let payers = (option::of(insurance(table)), vec(public(table), 0..=4), vec(confirmation(), 0..=5));
    let visits = (vec(visit_days(), 5), option::of(0u8..=2), option::of(date()));
    let most = if lines { 6 } else { 0 };
    let body = (vec(disease(), 0..=most), vec(item(table), 0..=2 * most), vec((option::of(1u8..=99), text(60)), 0..=2));
    let extra = vec((proptest::sample::select(vec!["CZ", "TK", "KI", "ST"]), text(20), text(5)), 0..=3);
    (0u32..999_999, head, names, payers, visits, body, extra).prop_map(
        move |(number, head, names, payers, visits, body, extra)| {
            let mut draft = Draft::new(head.0, YearMonth { year: head.1, month: head.2 });
            draft.number = number;
            draft.sex = head.3.map(|m| if m { Sex::Male } else { Sex::Female });
            draft.birth = head.4;
            draft.benefit_rate = head.5;
            (draft.name, draft.kana, draft.symbol, draft.insured_no) = (names.0, names.1, names.2, names.3);
            (draft.management_no, draft.search_no) = (names.4.clone(), names.5);
            draft.chart_no = names.4;
            draft.special = Code::read(&names.6).unwrap();
            draft.insurance = payers.0;
            if draft.insurance.is_none() {
                (draft.symbol, draft.insured_no) = (String::new(), String::new());
            }
            (draft.publics, draft.confirmations) = (payers.1, payers.2);
            draft.visits.copy_from_slice(&visits.0);
            draft.window = visits.1;
            draft.admitted_on = visits.2.filter(|_| table != PointTable::Dispensing);
            (draft.diseases, draft.items, draft.symptom_notes) = (body.0, body.1, if lines { body.2 } else { Vec::new() });
            if dpc {
                draft.extra.push("BU,040081xx99x0xx,20260901,,1".to_owned());
            }
            draft.extra.extend(extra.into_iter().map(|(name, a, b)| format!("{name},{a},,{b}")));
            draft
        },
    )
}

/// Drafts of one file with its kind and style.
pub fn drafts() -> impl Strategy<Value = (PointTable, Style, Vec<Draft>)> {
    let tables = vec![
        (PointTable::Medical, false),
        (PointTable::Medical, true),
        (PointTable::Dental, false),
        (PointTable::Dispensing, false),
    ];
    let styles = vec![Style::Claim, Style::Delivery];
    (proptest::sample::select(tables), proptest::sample::select(styles))
        .prop_flat_map(|((table, dpc), style)| (Just(table), Just(style), vec(draft(table, dpc), 1..4)))
}

fn write(table: PointTable, style: Style, drafts: &[Draft]) -> Vec<u8> {
    crate::make::styled(style, &header(Examiner::PaymentFund, table, 7), drafts)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_written_is_what_is_read((table, style, drafts) in drafts()) {
        let bytes = write(table, style, &drafts);
        let read: Vec<Receipt> = Reader::new(bytes.as_slice()).receipts().collect::<Result<_, _>>().unwrap();
        let back: Vec<Draft> = read.iter().map(Draft::from).collect();
        prop_assert_eq!(&back, &drafts);
        for receipt in &read {
            prop_assert_eq!(receipt.header.month, OCTOBER);
            prop_assert_eq!(receipt.dpc, receipt.records_named(*b"BU").count() == 1);
            let again = Receipt::parse(receipt.raw(), &receipt.header).unwrap();
            prop_assert_eq!(Draft::from(&again), Draft::from(receipt));
        }
    }

    #[test]
    fn totals_that_do_not_fit_are_always_refused(
        (table, _, drafts) in drafts(), count in 0u64..20, points in 0u64..1_000_000, exact in any::<bool>(),
    ) {
        let honest = verify(write(table, Style::Claim, &drafts).as_slice(), Limits::default()).unwrap().totals;
        let mut writer = Writer::new(Vec::new(), Style::Claim);
        writer.begin(&header(Examiner::PaymentFund, table, 7)).unwrap();
        for draft in &drafts {
            writer.receipt(draft).unwrap();
        }
        let count = if exact { honest.count } else { count };
        writer.end_with(count, points).unwrap();
        let result = verify(writer.finish().unwrap().as_slice(), Limits::default());
        let right = (count, points) == (honest.count, honest.points) || (count, points) == (0, 0);
        match result {
            Ok(_) => prop_assert!(right),
            Err(error) => {
                prop_assert!(!right);
                let is_totals = matches!(error.kind, ReadErrorKind::Totals { .. });
                prop_assert!(is_totals);
            }
        }
    }
}

#[test]
fn what_cannot_be_written_is_refused_by_place_and_leaves_the_file_intact() {
    let good = crate::make::child(1, PointTable::Medical, &[3], 100, 500);
    let mut writer = Writer::new(Vec::new(), Style::Claim);
    assert!(matches!(writer.receipt(&good), Err(WriteError::NoHeader)));
    writer.begin(&header(Examiner::PaymentFund, PointTable::Medical, 1)).unwrap();
    let refused = |writer: &mut Writer<Vec<u8>>, change: &dyn Fn(&mut Draft)| {
        let mut draft = good.clone();
        change(&mut draft);
        writer.receipt(&draft).unwrap_err()
    };
    let error = refused(&mut writer, &|d| d.name = "𠮷田　花子".into());
    assert!(error.to_string().contains("RE レコードの項目 4") && !error.to_string().contains('𠮷'), "{error}");
    assert!(matches!(refused(&mut writer, &|d| d.kana = "ア,イ".into()), WriteError::Text { column: 36, .. }));
    assert!(matches!(refused(&mut writer, &|d| d.publics = vec![d.publics[0]; 5]), WriteError::TooManyPublics));
    assert!(matches!(refused(&mut writer, &|d| d.items[0].days = vec![(32, 1)]), WriteError::Day { .. }));
    assert!(matches!(refused(&mut writer, &|d| d.extra = vec!["GO,0,0,99".into()]), WriteError::Extra { .. }));
    writer.receipt(&good).unwrap();
    let totals = verify(writer.finish().unwrap().as_slice(), Limits::default()).unwrap().totals;
    assert_eq!((totals.receipts, totals.points), (1, 100));
}
