//! Reading: what comes out, what is tolerated, what is refused.

use crate::make::*;
use receipts::{
    Code, Draft, Event, Examiner, Insurance, Limits, Payer, PointTable, ReadErrorKind as Kind, Reader, Receipt, Style,
    WarningKind, Writer, days_of, verify,
};

fn read(bytes: &[u8]) -> Vec<Receipt> {
    Reader::new(bytes).receipts().collect::<Result<_, _>>().unwrap()
}

fn refusal(bytes: &[u8]) -> Kind {
    verify(bytes, Limits::default()).unwrap_err().kind
}

fn warned(bytes: &[u8], kind: WarningKind) -> u64 {
    verify(bytes, Limits::default()).unwrap().warned(kind)
}

#[test]
fn a_childs_receipt_reads_as_it_was_billed() {
    let receipts = read(&small_file());
    let r = &receipts[1];
    assert_eq!((r.name().as_ref(), r.kana().as_ref()), ("試験　太郎", "シケンタロウ"));
    assert_eq!(r.kind.label(), "医科 入院外 医保と公費1種併用 未就学者");
    assert_eq!((r.month, r.birth), (SEPTEMBER, Some(day(2023, 6, 1))));
    assert_eq!(r.header.name, "架空表町ソニー医院1");
    assert!(r.header.institution_code().is_ok());
    let share = r.public_share(&bearer()).unwrap();
    assert_eq!((share.payer, share.public.copay), (Payer::Public1, Some(500)));
    assert_eq!(days_of(share.days.visited()).collect::<Vec<_>>(), [3, 10]);
    assert_eq!(share.public.recipient_no().unwrap().as_str(), recipient(2));
    assert_eq!(r.line_points(Payer::Public1), 400);
    assert_eq!(r.disease_name(&r.diseases[0]), "表在性皮膚炎");
    assert!(r.warnings.is_empty(), "{:?}", r.warnings);
    assert_eq!(format!("{r:?}"), "Receipt { line: 11, kind: 1124, month: YearMonth { year: 2026, month: 9 }, .. }");
}

#[test]
fn clean_files_read_without_a_single_warning() {
    for table in [PointTable::Medical, PointTable::Dental, PointTable::Dispensing] {
        let bytes = file(&header(Examiner::PaymentFund, table, 1), &[child(1, table, &[3], 100, 500)]);
        let totals = verify(bytes.as_slice(), Limits::default()).unwrap();
        assert_eq!(totals.warnings().count(), 0, "{table:?} {:?}", totals.warnings().collect::<Vec<_>>());
        assert_eq!((totals.totals.receipts, totals.totals.count, totals.totals.points), (1, 2, 100));
    }
}

#[test]
fn counts_follow_the_rule_of_go() {
    let header = header(Examiner::PaymentFund, PointTable::Medical, 1);
    let mut insured = child(1, PointTable::Medical, &[1], 70, 0);
    insured.publics.clear();
    let mut two_publics = child(2, PointTable::Medical, &[1], 80, 0);
    two_publics.publics.push(two_publics.publics[0]);
    let mut public_only = child(3, PointTable::Medical, &[1], 90, 0);
    public_only.insurance = None;
    let mut public_two = two_publics.clone();
    public_two.insurance = None;
    let counts: Vec<u64> =
        read(&file(&header, &[insured, two_publics, public_only, public_two])).iter().map(Receipt::count).collect();
    assert_eq!(counts, [1, 3, 1, 2]);
}

#[test]
fn wrong_totals_refuse_the_whole_file_and_say_by_how_much() {
    let bytes = small_file();
    for (from, to) in [("GO,6,600,", "GO,6,601,"), ("GO,6,600,", "GO,5,600,"), ("GO,6,600,", "GO,0,600,")] {
        let error = verify(replace(&bytes, from.as_bytes(), to.as_bytes()).as_slice(), Limits::default()).unwrap_err();
        assert!(matches!(error.kind, Kind::Totals { counted: 6, points: 600, .. }));
        let text = error.to_string();
        assert!(text.contains("実際 6") && text.contains("取り込みません"), "{text}");
    }
    let zero = replace(&bytes, b"GO,6,600,", b"GO,0,0,");
    assert_eq!(warned(&zero, WarningKind::ZeroTotals), 1);
}

#[test]
fn every_institution_of_a_file_is_verified_on_its_own() {
    let mut writer = Writer::new(Vec::new(), Style::Claim);
    for serial in 1..=3 {
        writer.begin(&header(Examiner::PaymentFund, PointTable::Medical, serial)).unwrap();
        writer.receipt(&child(serial, PointTable::Medical, &[1], 100 * serial, 0)).unwrap();
    }
    let bytes = writer.finish().unwrap();
    let mut reader = Reader::new(bytes.as_slice());
    let mut blocks = Vec::new();
    while let Some(event) = reader.next().unwrap() {
        if let Event::Block(block) = event {
            blocks.push((block.institution, block.totals.points));
        }
    }
    assert_eq!(blocks.iter().map(|b| b.1).collect::<Vec<_>>(), [100, 200, 300]);
    assert_ne!(blocks[0].0, blocks[1].0);
    let swapped = replace(&replace(&bytes, b"GO,2,100,", b"GO,2,200,"), b"GO,2,200,99\r\nIR", b"GO,2,100,99\r\nIR");
    assert!(read(&swapped).len() == 3);
    let wrong = replace(&bytes, b"GO,2,200,", b"GO,2,100,");
    assert!(matches!(refusal(&wrong), Kind::Totals { .. }));
}

#[test]
fn volumes_may_be_totalled_each_or_together() {
    let one = small_file();
    let body = |volume: &str, go: &str| {
        let bytes = replace(&one, b",202610,00,", format!(",202610,{volume},").as_bytes());
        let bytes = replace(&bytes, b"GO,6,600,99", go.as_bytes());
        bytes[..bytes.len() - 1].to_vec()
    };
    for second in ["GO,6,600,99", "GO,12,1200,99"] {
        let both = [body("00", "GO,6,600,01"), body("01", second), vec![0x1A]].concat();
        assert_eq!(read(&both).len(), 6);
    }
    let only_first = [body("00", "GO,6,600,01"), vec![0x1A]].concat();
    assert!(matches!(refusal(&only_first), Kind::Truncated(_)));
}

#[test]
fn a_file_that_lost_its_end_is_refused_wherever_it_was_cut() {
    let bytes = small_file();
    let whole_without_mark = bytes.len() - 1;
    for cut in 0..bytes.len() {
        let result = verify(&bytes[..cut], Limits::default());
        if cut >= whole_without_mark - 2 {
            // GO itself is complete: its totals prove the file.
            assert_eq!(result.unwrap().warned(WarningKind::NoEndMark), 1, "{cut}");
        } else {
            assert!(result.is_err(), "cut at {cut} of {}", bytes.len());
        }
    }
}

#[test]
fn other_encodings_are_named() {
    let text = receipts::text::decode(&small_file()).into_owned();
    assert!(matches!(refusal(text.as_bytes()), Kind::Encoding("UTF-8")));
    let bom = ["\u{FEFF}".as_bytes(), text.as_bytes()].concat();
    assert!(matches!(refusal(&bom), Kind::Encoding("UTF-8（BOM付き）")));
    let wide: Vec<u8> = [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert!(matches!(refusal(&wide), Kind::Encoding("UTF-16")));
}

#[test]
fn files_of_another_kind_are_refused_at_the_first_line() {
    assert!(matches!(refusal(b""), Kind::Empty));
    assert!(matches!(refusal(b"\x1A"), Kind::Empty));
    for other in [&b"%PDF-1.7\r\n"[..], b"PK\x03\x04abc\r\n", b"\"IR\",\"1\"\r\n", b"name,birth\r\n", b"XX,1\r\n", b"1,2,3\r\n"] {
        assert!(matches!(refusal(other), Kind::NotReceipts), "{other:?}");
    }
    assert!(matches!(refusal(b"RE,1,1112,202609,,1,20200101\r\n"), Kind::MissingHeader { .. }));
    let orphan = replace(&small_file(), b"RE,1,", b"HO,1,");
    assert!(matches!(refusal(&orphan), Kind::Orphan { .. }));
    let broken_line = replace(&small_file(), b"SY,", b"\r\n,");
    assert!(matches!(refusal(&broken_line), Kind::NotARecord));
}

#[test]
fn limits_hold_and_are_explained() {
    let bytes = small_file();
    let with = |limits| verify(bytes.as_slice(), limits).unwrap_err().kind;
    let usual = Limits::default();
    assert!(matches!(with(Limits { line_bytes: 40, ..usual }), Kind::LineTooLong { limit: 40 }));
    assert!(matches!(with(Limits { receipt_records: 5, ..usual }), Kind::ReceiptTooLarge { .. }));
    assert!(matches!(with(Limits { receipt_bytes: 100, ..usual }), Kind::ReceiptTooLarge { .. }));
    assert!(matches!(with(Limits { file_bytes: 500, ..usual }), Kind::FileTooLarge { limit: 500 }));
    let endless = [b"IR,1,27,1,".to_vec(), vec![b'9'; 1 << 20]].concat();
    assert!(matches!(refusal(&endless), Kind::LineTooLong { .. }));
}

#[test]
fn unreadable_money_stops_and_unreadable_dates_do_not() {
    let bytes = small_file();
    let money = replace(&bytes, b"KO,86272184,0000018,,2,100,500", b"KO,86272184,0000018,,2,100,5x0");
    let error = verify(money.as_slice(), Limits::default()).unwrap_err();
    assert!(matches!(error.kind, Kind::BadColumn { column: "負担金額", .. }), "{error}");
    assert!(!error.to_string().contains("5x0"));
    assert_eq!(warned(&replace(&bytes, b",20230601,", b",20230631,"), WarningKind::BadDate), 1);
    let kind = replace(&bytes, b"RE,1,1124,", b"RE,1,9124,");
    assert!(matches!(refusal(&kind), Kind::BadColumn { column: "レセプト種別", .. }));
}

#[test]
fn line_feeds_alone_blank_lines_and_padding_are_tolerated() {
    let bytes = small_file();
    let lf: Vec<u8> = bytes.iter().copied().filter(|b| *b != b'\r').collect();
    assert!(warned(&lf, WarningKind::LineFeedOnly) > 10);
    let blank = replace(&bytes, b"\r\nRE,2", b"\r\n\r\nRE,2");
    assert_eq!(warned(&blank, WarningKind::BlankLine), 1);
    assert_eq!(read(&blank).len(), 3);
    let padded = [bytes.clone(), vec![0x1A; 700]].concat();
    assert_eq!(read(&padded).len(), 3);
    let joined = [bytes.clone(), bytes.clone()].concat();
    assert!(matches!(refusal(&joined), Kind::AfterEnd));
}

#[test]
fn fewer_and_more_columns_are_both_read() {
    let bytes = small_file();
    let text = replace(&bytes, b"KO,86272184,0000018,,2,100,500,,,,,\r\n", b"KO,86272184,0000018,,2,100\r\n");
    let receipts = read(&text);
    assert_eq!((receipts[0].publics[0].points, receipts[0].publics[0].copay), (Some(100), None));
    let more = replace(&bytes, b"KO,86272184,0000018,,2,100,500,,,,,\r\n", b"KO,86272184,0000018,,2,100,500,,,,,,9,9,9\r\n");
    assert_eq!(read(&more)[0].publics[0].copay, Some(500));
}

#[test]
fn era_dates_of_older_files_mean_the_same_days() {
    let bytes = replace(&small_file(), b"RE,1,1124,202609,", b"RE,1,1124,50809,");
    let bytes = replace(&bytes, b",20230601,", b",5050601,");
    let receipt = &read(&bytes)[0];
    assert_eq!((receipt.month, receipt.birth), (SEPTEMBER, Some(day(2023, 6, 1))));
}

#[test]
fn a_section_and_points_reach_over_the_lines_of_a_unit() {
    let lines = b"SI,60,2,160019410,,,1,,,,,,,\r\nIY,,2,620000001,1.5,,1\r\nTO,,2,710000001,,55,1\r\nCO,,2,810000001,\x95\x5c\r\nSI,80,2,1,,-10,1\r\nGO,6,";
    let receipt = read(&replace(&small_file(), b"GO,6,", lines)).pop().unwrap();
    let units: Vec<(usize, u8, Option<i32>)> =
        receipt.units().map(|u| (u.len(), u[0].section, u.iter().find_map(|i| i.points))).collect();
    assert_eq!(units, [(1, 12, Some(300)), (4, 60, Some(55)), (1, 80, Some(-10))]);
    assert_eq!(receipt.quantity(&receipt.items[2]), "1.5");
    assert_eq!(receipt.comments(&receipt.items[4]), [(810_000_001, "表".into())]);
}

#[test]
fn a_delivery_reads_like_the_claim_it_carries_and_keeps_the_examiners_key() {
    let mut draft = child(1, PointTable::Medical, &[3], 100, 500);
    draft.management_no = "1234567890123456".into();
    draft.search_no = "00000000000000000001".into();
    let header = header(Examiner::PaymentFund, PointTable::Medical, 1);
    let bytes = styled(Style::Delivery, &header, &[draft.clone(), draft.clone()]);
    assert!(bytes.starts_with(b"1,1,0,MN,1234567890123456"));
    let receipts = read(&bytes);
    assert_eq!(receipts.len(), 2);
    assert_eq!(receipts[1].management_no(), "1234567890123456");
    assert_eq!(receipts[1].search_no(), "00000000000000000001");
    assert_eq!(Draft::from(&receipts[0]), draft);
    assert_eq!(warned(&bytes, WarningKind::NoTotals), 1);
    assert!(matches!(refusal(&bytes[..bytes.len() - 1]), Kind::Truncated(_)));
}

#[test]
fn history_is_kept_but_never_added_up() {
    let draft = child(1, PointTable::Medical, &[3], 100, 500);
    let bytes = styled(Style::Delivery, &header(Examiner::PaymentFund, PointTable::Medical, 1), &[draft]);
    let history = b"5,3,0,HO,01130012,,,1,999\r\n11,3,0,KO,86272184,0000018,,1,999\r\n\x1A";
    let receipt = read(&replace(&bytes, b"\x1A", history)).remove(0);
    assert_eq!((receipt.points(), receipt.count()), (100, 2));
    assert_eq!(receipt.history().count(), 2);
}

#[test]
fn the_examiners_corrections_replace_the_lines_they_name() {
    let draft = child(1, PointTable::Medical, &[3], 100, 500);
    let bytes = styled(Style::Delivery, &header(Examiner::PaymentFund, PointTable::Medical, 1), &[draft]);
    let corrected = b"2,3,0,JY,2\r\n2,3,0,HO,01130012,,,1,80\r\n2,4,0,KO,86272184,0000018,,1,80,400\r\n\x1A";
    let bytes = replace(&bytes, b"\x1A", corrected);
    let receipt = read(&bytes).remove(0);
    assert_eq!((receipt.points(), receipt.publics[0].copay, receipt.amendments), (80, Some(400), 2));
    assert_eq!(warned(&bytes, WarningKind::Amended), 1);
}

#[test]
fn a_returned_claim_with_its_history_block_counts_once() {
    let header_line = "HI,1,27\r\n";
    let bytes = small_file();
    let history = "HR,1,,202609,1,,,,100018\r\n1,1,0,RE,1,1124,202609,,1,20230601\r\n1,2,0,HO,01130012,,,2,999\r\nRE,2,";
    let returned = [header_line.as_bytes(), &replace(&bytes, b"RE,2,", history.as_bytes())].concat();
    let receipts = read(&returned);
    assert_eq!(receipts.iter().map(Receipt::points).sum::<u64>(), 600);
    assert_eq!(receipts[0].history().count(), 2);
    assert_eq!(receipts[0].records_named(*b"HR").count(), 1);
}

#[test]
fn the_sender_must_fit_the_insurers_inside() {
    let national = |examiner| {
        let mut draft = child(1, PointTable::Medical, &[3], 100, 500);
        draft.insurance = draft.insurance.map(|i| Insurance { insurer: Code::try_from("272187").unwrap(), ..i });
        let bytes = file(&header(examiner, PointTable::Medical, 1), &[draft]);
        assert!(bytes.windows(12).any(|w| w == b"HO,  272187,"));
        warned(&bytes, WarningKind::SenderMismatch)
    };
    assert_eq!(national(Examiner::HealthFederation), 0);
    assert_eq!(national(Examiner::PaymentFund), 1);
}

#[test]
fn what_the_parts_say_about_one_another_is_compared() {
    let case = |change: &dyn Fn(&mut Draft), kind| {
        let mut draft = child(1, PointTable::Medical, &[3], 100, 500);
        change(&mut draft);
        let bytes = file(&header(Examiner::PaymentFund, PointTable::Medical, 1), &[draft]);
        assert_eq!(warned(&bytes, kind), 1, "{kind:?}");
    };
    case(&|d| d.publics.clear(), WarningKind::KindMismatch);
    case(&|d| d.kind = kind(3124), WarningKind::TableMismatch);
    case(&|d| d.birth = Some(day(2026, 10, 1)), WarningKind::BornLater);
    case(&|d| d.visits[0] = days(&[3, 31]), WarningKind::DayOutsideMonth);
    case(&|d| d.visits[0] = days(&[3, 4]), WarningKind::VisitDays);
    case(&|d| d.items[0].count = Some(2), WarningKind::LineDays);
    case(&|d| d.items[0].burden = receipts::Burden::of(&[Payer::Public3]), WarningKind::BurdenWithoutPayer);
    case(&|d| d.items[0].burden = receipts::Burden::default(), WarningKind::UnknownBurden);
    case(&|d| d.items[0].section = None, WarningKind::NoSection);
    case(&|d| d.publics[0].recipient = Code::try_from("0000011").unwrap(), WarningKind::RecipientCheckDigit);
    case(&|d| d.publics[0].bearer = Code::try_from("83136019").unwrap(), WarningKind::BearerCheckDigit);
    case(&|d| (d.name, d.kana) = (String::new(), String::new()), WarningKind::NoName);
}

#[test]
fn a_stored_receipt_reads_again_from_its_bytes() {
    for (style, table) in [
        (Style::Claim, PointTable::Medical),
        (Style::Claim, PointTable::Dental),
        (Style::Claim, PointTable::Dispensing),
        (Style::Delivery, PointTable::Medical),
        (Style::Delivery, PointTable::Dental),
    ] {
        let drafts = [child(1, table, &[3], 100, 500), child(2, table, &[4], 200, 500)];
        for receipt in read(&styled(style, &header(Examiner::PaymentFund, table, 1), &drafts)) {
            let again = Receipt::parse(receipt.raw(), &receipt.header).unwrap();
            assert_eq!(Draft::from(&again), Draft::from(&receipt));
            assert_eq!(again.raw(), receipt.raw());
        }
    }
    let header = std::sync::Arc::new(header(Examiner::PaymentFund, PointTable::Medical, 1));
    assert!(Receipt::parse(b"GO,1,1,99\r\n", &header).is_err());
}

#[test]
fn a_donors_treatment_is_not_the_patients() {
    let lines =
        b"TI,1,1,27,1,0100014,,,,\r\nTR,1,1112,202609\r\nTS,1,50\r\nSY,999,20260901,1\r\nSI,60,1,160019410,,50,1\r\nGO,6,";
    let receipt = read(&replace(&small_file(), b"GO,6,", lines)).pop().unwrap();
    assert_eq!((receipt.items.len(), receipt.diseases.len()), (1, 1));
    assert_eq!(receipt.records_named(*b"SI").count(), 2);
}
