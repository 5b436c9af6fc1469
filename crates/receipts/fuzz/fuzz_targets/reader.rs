//! Any bytes: the reader must end, without panic, and what it reads must read the same again from its stored bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use receipts::{Draft, Event, Limits, Reader, Receipt};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { receipt_records: 5_000, ..Limits::default() };
    let mut reader = Reader::with_limits(bytes, limits);
    while let Ok(Some(event)) = reader.next() {
        if let Event::Receipt(receipt) = event {
            let draft = Draft::from(receipt);
            if let Ok(again) = Receipt::parse(receipt.raw(), &receipt.header) {
                assert_eq!(Draft::from(&again), draft);
            }
        }
    }
    assert!(matches!(reader.next(), Ok(None)));
});
