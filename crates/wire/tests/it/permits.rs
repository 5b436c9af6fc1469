//! 情報提供許可証: forged, expired, foreign and test permits are refused; nobody learns the other side's code.

use crate::support::{at, code, izumi, network_key, permit, sakai, seal_key, shinjuku};
use wire::error::ExchangeError;
use wire::ident::Mode;
use wire::permit::{NetworkKey, Permit, PermitFault, Terms};
use wire::seal::{SealError, SealKey, Sealed};

fn check(permit: &Permit) -> Result<(), PermitFault> {
    permit.check(&network_key().public(), &shinjuku(), Mode::Production, at("2026-09-01T12:00:00"))
}

#[test]
fn a_fresh_permit_for_us_is_honoured_until_its_last_second() {
    let (permit, key) = (permit(), network_key().public());
    assert_eq!(check(&permit), Ok(()));
    let on = |time: &str| permit.check(&key, &shinjuku(), Mode::Production, at(time));
    assert_eq!(on("2026-09-02T10:00:00"), Ok(()));
    assert_eq!(on("2026-09-02T10:00:01"), Err(PermitFault::Expired));
}

#[test]
fn a_permit_for_another_city_is_refused_and_the_sender_is_not_told_why() {
    let foreign = permit().check(&network_key().public(), &izumi(), Mode::Production, at("2026-09-01T12:00:00"));
    assert_eq!(foreign, Err(PermitFault::Foreign));
    assert_eq!(PermitFault::Foreign.outward(), PermitFault::Forged.outward());
    assert_eq!(PermitFault::Replayed.outward(), ExchangeError::PermitExpired);
}

#[test]
fn a_test_permit_opens_nothing_in_production() {
    let test = Permit::sign(Terms { mode: Mode::Test, ..*permit().terms }, &network_key());
    assert_eq!(check(&test), Err(PermitFault::WrongMode));
}

#[test]
fn a_permit_signed_by_somebody_else_is_refused() {
    let other = NetworkKey::from_seed(&[8; 32]).unwrap();
    assert_eq!(check(&Permit::sign(*permit().terms, &other)), Err(PermitFault::Forged));
}

#[test]
fn a_permit_changed_in_any_field_is_refused() {
    let whole = serde_json::to_value(permit()).unwrap();
    let terms = whole["terms"].as_object().unwrap();
    let mut tried = 0;
    for (field, value) in terms {
        let changed = match field.as_str() {
            "asker" | "provider" => izumi().to_string().into(),
            "procedure" => "JT00000000000009".into(),
            "data_set" => serde_json::json!({"id": "TM00000000000004", "version": 1}),
            "items" => serde_json::json!(["口座番号"]),
            "hidden" => (!value.as_bool().unwrap()).into(),
            "mode" => "test".into(),
            "asked_at" | "expires_at" => "2027-01-01T00:00:00Z".into(),
            _ => {
                let text = value.as_str().unwrap();
                let last = if text.ends_with('0') { '1' } else { '0' };
                format!("{}{last}", &text[..text.len() - 1]).into()
            }
        };
        let mut forged = whole.clone();
        forged["terms"][field] = changed;
        let forged: Permit = serde_json::from_value(forged).unwrap();
        assert_eq!(check(&forged), Err(PermitFault::Forged), "field {field}");
        tried += 1;
    }
    assert_eq!(tried, 16, "a new field of the terms must be signed, too");
}

#[test]
fn the_asker_recognises_its_person_and_never_sees_the_providers_code() {
    let permit = permit();
    assert!(permit.terms.concerns(&code(1, &sakai())));
    assert!(!permit.terms.concerns(&code(2, &sakai())));
    assert_eq!(permit.provider_code(&seal_key(&shinjuku())), Ok(code(1, &shinjuku())));
    assert_eq!(permit.provider_code(&seal_key(&sakai())), Err(SealError::Broken));
    let text = serde_json::to_string(&permit).unwrap();
    assert!(!text.contains(&code(1, &shinjuku()).to_string()) && !text.contains(&code(1, &sakai()).to_string()));
}

#[test]
fn a_sealed_payload_opens_only_for_its_recipient_and_its_permit() {
    let mut dice = crate::support::Dice::new(4);
    let sealed = Sealed::new("所得割額 12,300円".as_bytes(), &seal_key(&sakai()).public(), b"permit 1", &mut dice).unwrap();
    assert_eq!(seal_key(&sakai()).open(&sealed, b"permit 1").unwrap(), "所得割額 12,300円".as_bytes());
    assert_eq!(seal_key(&sakai()).open(&sealed, b"permit 2"), Err(SealError::Broken));
    assert_eq!(seal_key(&shinjuku()).open(&sealed, b"permit 1"), Err(SealError::Broken));
    for byte in 0..sealed.as_bytes().len() {
        let mut text: Vec<u8> = String::from(sealed.clone()).into_bytes();
        text[byte * 2] = if text[byte * 2] == b'0' { b'1' } else { b'0' };
        let broken = Sealed::try_from(String::from_utf8(text).unwrap()).unwrap();
        assert_eq!(seal_key(&sakai()).open(&broken, b"permit 1"), Err(SealError::Broken), "byte {byte}");
    }
    assert_eq!(SealKey::from_seed(&[2; 32]).open(&Sealed::try_from("00".to_owned()).unwrap(), b""), Err(SealError::Broken));
}

#[test]
fn a_party_is_written_in_a_certificate_as_it_is_read_from_one() {
    use wire::machine::Party;
    for (party, text) in [
        (Party::Network, "network".to_owned()),
        (Party::Juki, "juki".to_owned()),
        (Party::Gateway(sakai()), format!("gateway:{}", sakai())),
        (Party::City(shinjuku()), format!("city:{}", shinjuku())),
    ] {
        assert_eq!((party.to_string(), text.parse()), (text.clone(), Ok(party)));
    }
    for bad in ["", "Network", "network:", "gateway", "gateway:", "gateway:12", "city:0220127140310001 ", "juki:0220127140310001"]
    {
        assert!(bad.parse::<Party>().is_err(), "{bad}");
    }
}
