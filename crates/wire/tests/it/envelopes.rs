//! Calls between a city and its gateway.

use crate::support::{izumi, sakai};
use wire::envelope::{Content, Envelope, EnvelopeError, Header, divide};
use wire::error::ExchangeError;
use wire::ident::{Mode, RequestId};
use wire::interface::{InterfaceId, Inventory};

fn call(interface: &str, content: Content<&str>) -> Envelope<String> {
    let id: InterfaceId = serde_json::from_value(interface.into()).unwrap();
    let header = Header { interface: id, call: RequestId::from_bytes([1; 16]), institution: sakai(), mode: Mode::Production };
    let content = match content {
        Content::Single(row) => Content::Single(row.to_owned()),
        Content::Push(row) => Content::Push(row.to_owned()),
        Content::File { part, parts, rows } => Content::File { part, parts, rows: rows.into_iter().map(str::to_owned).collect() },
    };
    Envelope { header, content }
}

fn check(call: &Envelope<String>) -> Result<(), EnvelopeError> {
    call.check(&Inventory::load().unwrap(), &sakai(), 2)
}

#[test]
fn every_interface_takes_its_own_style_and_no_other() {
    for interface in Inventory::load().unwrap().all() {
        let id = interface.id.as_str();
        let styles = [
            call(id, Content::Single("row")),
            call(id, Content::File { part: 1, parts: 1, rows: vec!["row"] }),
            call(id, Content::Push("row")),
        ];
        let taken: Vec<bool> = styles.iter().map(|call| check(call).is_ok()).collect();
        let expected = match id.chars().last().unwrap() {
            '1' | '2' => [true, false, false],
            '3' | '4' => [false, true, false],
            _ => [false, false, true],
        };
        assert_eq!(taken, expected, "{id}");
    }
}

#[test]
fn a_file_has_parts_of_bounded_size() {
    let file = |part, parts, rows| check(&call("DBM_20113", Content::File { part, parts, rows }));
    assert_eq!(file(2, 2, vec!["a", "b"]), Ok(()));
    assert_eq!(file(0, 2, vec!["a"]), Err(EnvelopeError::WrongPart(0, 2)));
    assert_eq!(file(3, 2, vec!["a"]), Err(EnvelopeError::WrongPart(3, 2)));
    assert_eq!(file(1, 1, vec!["a", "b", "c"]), Err(EnvelopeError::TooManyRows { rows: 3, allowed: 2 }));
}

#[test]
fn another_citys_call_on_our_connection_is_refused_before_anything_else_is_looked_at() {
    let call = call("ABC_00000", Content::Single("row"));
    let refused = call.check(&Inventory::load().unwrap(), &izumi(), 2).unwrap_err();
    assert_eq!((refused.clone(), refused.outward()), (EnvelopeError::OtherInstitution, ExchangeError::NotPermitted));
    assert!(matches!(check(&call), Err(EnvelopeError::NoSuchInterface(_))));
}

#[test]
fn good_rows_go_on_bad_rows_are_listed_and_the_order_is_kept() {
    let translate =
        |row: &str| if row == "不明" { Err(ExchangeError::SubjectNotFoundAtProvider) } else { Ok(format!("{row}!")) };
    let (good, bad) = divide(["一", "不明", "三"], translate);
    assert_eq!(good, ["一!", "三!"]);
    assert_eq!(bad, [(2, ExchangeError::SubjectNotFoundAtProvider)]);
}
