//! What lies on disk, and who may read it.

use crate::support::{Authority, SAKAI, clock, folder, name};
use kernel::time::Clock;
use line::{Ca, Identity, LineError, PeerName};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn mode(file: &Path) -> u32 {
    std::fs::metadata(file).unwrap().permissions().mode() & 0o777
}

#[test]
fn keys_are_readable_by_their_owner_only() {
    let (place, zone) = (folder(), folder());
    let ca = Ca::create(&place, clock().now()).unwrap();
    ca.issue(&name(SAKAI), &[], clock().now(), crate::support::WEEK).unwrap().store(&zone).unwrap();
    assert_eq!(
        (mode(&place), mode(&place.join("ca.key")), mode(&zone), mode(&zone.join("identity.json"))),
        (0o700, 0o600, 0o700, 0o600)
    );
}

#[test]
fn an_authority_is_made_once_and_stays_the_same() {
    let place = folder();
    let first = Ca::open_or_create(&place, clock().now()).unwrap();
    assert!(matches!(Ca::create(&place, clock().now()).map(drop), Err(LineError::AlreadyThere(_))));
    let again = Ca::open_or_create(&place, clock().now()).unwrap();
    let authority = |ca: &Ca| {
        let zone = folder();
        ca.issue(&name(SAKAI), &[], clock().now(), crate::support::WEEK).unwrap().store(&zone).unwrap();
        let text = std::fs::read_to_string(zone.join("identity.json")).unwrap();
        serde_json::from_str::<serde_json::Value>(&text).unwrap()["authority"].clone()
    };
    assert_eq!(authority(&first), authority(&again));
    assert!(Ca::open(&folder()).is_err());
}

#[test]
fn a_broken_identity_says_which_file() {
    let zone = folder();
    Authority::new().identity(SAKAI).store(&zone).unwrap();
    assert_eq!(Identity::load(&zone).unwrap().peer(), name(SAKAI));
    std::fs::write(zone.join("identity.json"), "{}").unwrap();
    let error = Identity::load(&zone).unwrap_err();
    assert!(error.to_string().contains("identity.json"), "{error}");
}

#[test]
fn a_name_has_one_form() {
    for bad in ["", "Network", "a b", "gateway/1", &"x".repeat(65)] {
        assert_eq!(PeerName::parse(bad), Err(LineError::Name), "{bad}");
    }
    let party: wire::machine::Party = SAKAI.parse().unwrap();
    assert_eq!((PeerName::from(&party), name(SAKAI).party()), (name(SAKAI), Some(party)));
    assert_eq!(name("portal").party(), None);
}
