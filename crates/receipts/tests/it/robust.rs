//! No bytes make the reader panic or run on.

use crate::make::{child, header, small_file, styled};
use proptest::prelude::*;
use receipts::{Draft, Event, Examiner, Limits, PointTable, Reader, Receipt, Style};

/// Reads to the end or to the first error, touching everything that is decoded on demand. Returns how many receipts came out.
fn exhaust(bytes: &[u8]) -> usize {
    let limits = Limits { receipt_records: 2_000, ..Limits::default() };
    let mut reader = Reader::with_limits(bytes, limits);
    let (mut receipts, mut events) = (0, 0);
    loop {
        events += 1;
        assert!(events <= bytes.len() + 2, "the reader must end");
        match reader.next() {
            Ok(Some(Event::Receipt(receipt))) => {
                receipts += 1;
                let draft = Draft::from(receipt);
                let again = Receipt::parse(receipt.raw(), &receipt.header).map(|r| Draft::from(&r));
                assert_eq!(again.ok().as_ref(), Some(&draft), "stored bytes must read as they did in the file");
                let _ = (receipt.kind.label(), receipt.units().count(), draft.items.len());
                let _ = receipt.special_codes().count() + receipt.history().count();
                let _ = receipt.public_shares().map(|s| s.days.visited()).fold(0, |a, b| a | b);
            }
            Ok(Some(Event::Block(_))) => {}
            Ok(None) => break,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                break;
            }
        }
    }
    assert!(matches!(reader.next(), Ok(None)), "after its end the reader stays there");
    receipts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_bytes_end_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        exhaust(&bytes);
    }

    #[test]
    fn any_lines_of_record_names_end_without_panic(lines in proptest::collection::vec(line(), 0..30)) {
        let text = format!("IR,1,27,1,3000012,,,202610,00,\r\n{}\r\n\x1A", lines.join("\r\n"));
        exhaust(text.as_bytes());
    }
}

#[test]
fn a_receipt_that_an_examiners_note_precedes_reads_again_from_its_stored_bytes() {
    let text = "IR,1,27,1,3000012,,,202610,00,\r\n2,2,0,SN,\r\nRE,,1112,202609\r\n\x1A";
    assert_eq!(exhaust(text.as_bytes()), 1);
}

/// A record of a known name with columns that are often, but not always, what they should be.
fn line() -> impl Strategy<Value = String> {
    const NAMES: &str = "IR UK YK MN RE HO KO SN JD MF SY HS SI SS IY TO CO SJ GO TI JY BU HI HG";
    const FIELDS: &str = ",1,2,1112,1124,202609,20230601,5050601,86272184,0000018,272187,100,-5,1.5,99,A,X9";
    let name = proptest::sample::select(NAMES.split(' ').collect::<Vec<_>>());
    let field = proptest::sample::select(FIELDS.split(',').collect::<Vec<_>>());
    let prefix = proptest::sample::select(vec!["", "", "1,1,0,", "1,2,0,", "2,2,0,", "5,1,0,", "86,2,1,", "1,x,"]);
    (prefix, name, proptest::collection::vec(field, 0..20))
        .prop_map(|(prefix, name, fields)| format!("{prefix}{name},{}", fields.join(",")))
}

/// xorshift64*: the same mutations on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % sides
    }
}

#[test]
fn twenty_thousand_damaged_files_end_without_panic() {
    let children: Vec<Draft> = (1..=2).map(|n| child(n, PointTable::Medical, &[3, 10], 100, 500)).collect();
    let delivery = styled(Style::Delivery, &header(Examiner::HealthFederation, PointTable::Medical, 1), &children);
    let dental = styled(
        Style::Claim,
        &header(Examiner::PaymentFund, PointTable::Dental, 1),
        &[child(1, PointTable::Dental, &[3], 100, 500)],
    );
    let files = [small_file(), delivery, dental];
    let telling = [b',', b'\r', b'\n', 0x1A, b'0', b'9', 0x81, 0xFC, b'-', 0];
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let mut read = 0;
    for round in 0..20_000 {
        let mut bytes = files[round % files.len()].clone();
        for _ in 0..=dice.roll(4) {
            let (a, b) = (dice.roll(bytes.len()), dice.roll(bytes.len()));
            match dice.roll(5) {
                0 => bytes[a] = dice.roll(256) as u8,
                1 => bytes[a] = telling[dice.roll(telling.len())],
                2 => bytes.truncate(a.max(1)),
                3 => drop(bytes.drain(a.min(b)..a.max(b).min(a.min(b) + 40))),
                _ => {
                    let piece = bytes[a.min(b)..a.max(b).min(a.min(b) + 60)].to_vec();
                    bytes.splice(a..a, piece);
                }
            }
            if bytes.is_empty() {
                bytes.push(b'I');
            }
        }
        read += exhaust(&bytes);
    }
    assert!(read > 1_000, "the damage must leave something to read, or the test tests nothing ({read})");
}
