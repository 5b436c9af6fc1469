//! Lines between trust zones: mutual TLS 1.3 with a local certificate authority, peers known by their certificate.
//!
//! A zone has one [`Identity`]: a key pair and a certificate of the local [`Ca`] that names the peer as `atena:gateway:0220…` (URI in the
//! subject alternative name). [`serve`] takes connections of such peers only and tells the router who speaks; [`Client`] talks only to the
//! peer it means. Certificates are short-lived: the process that holds the CA puts new ones into the folders ([`Ca::renew_due`],
//! [`keep_fresh`]), and running servers and clients take them up ([`Identity::follow`]). Time comes from the zone's clock.
//!
//! Nothing here knows what is said: that is `wire`'s.

mod ca;
mod client;
mod error;
mod files;
mod identity;
mod peer;
mod server;
mod tls;

pub use ca::{Ca, keep_fresh};
pub use client::{Answer, Client, Timeouts};
pub use error::{LineError, Refusal};
pub use identity::Identity;
pub use peer::PeerName;
pub use server::{Certificates, serve};
