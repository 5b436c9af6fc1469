//! Invented papers for tests, screenshots and the design of templates: the longest names, 外字 and variation sequences, dates
//! that are partly unknown, 通称, big households. No real person.

mod certificates;
mod lists;
mod notices;

pub use certificates::{juminhyo, medical_cards};
pub use lists::{appeal_requests, payment_ledgers, payment_slips, table_reports};
pub use notices::{address_labels, decision_notices};

use crate::parts::{Addressee, Contact, Issuer, Seal};

fn mayor(seal: Seal) -> Issuer {
    Issuer { city: "みなと市".into(), title: "みなと市長".into(), name: "葛󠄀城 智子".into(), seal }
}

fn office() -> Contact {
    Contact {
        office: "みなと市 健康福祉部 医療年金課".into(),
        address: "〒550-8799 みなと市中央区本町一丁目1番1号 市役所2階".into(),
        phone: "電話 06-0000-1234　ファクス 06-0000-1235".into(),
    }
}

fn guardian() -> Addressee {
    Addressee {
        postal: "550-0014".into(),
        lines: vec!["みなと市西区北堀江四丁目18番25号".into(), "グランドメゾン堀江ザ・タワー 3805号室".into()],
        name: "髙﨑 健一".into(),
        honorific: "様".into(),
        note: None,
        reference: Some("R8-04-000128".into()),
    }
}
