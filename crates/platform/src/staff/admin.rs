//! What an operator does at the console of the server: the first account, a forgotten password, an account that must end now.
//!
//! There is no session behind it; the entry in the log names the console, so that the auditor sees who got in without a door.

use super::{NewStaff, Post, SET_PASSWORD, Visitor, hash_password, long_enough, register};
use crate::audit::Shown;
use crate::city::City;
use crate::fault::Fault;
use crate::keys::{KeyError, Keys};
use crate::params;
use kernel::time::Timestamp;

crate::statements! {
    /// Who is it?
    NAME = "select name from platform_staff where staff_no = $1";
    /// Nobody gets in with it.
    SHUT = "update platform_staff set locked_until = $2 where staff_no = $1";
    /// Ends every session of a person.
    END_ALL = "delete from platform_session where staff_no = $1";
}

const SCREEN: &str = "atena staff";

/// A one-time password: sixteen letters and digits that are not mistaken for one another.
///
/// # Errors
/// When the machine has no randomness.
pub fn one_time_password(keys: &Keys) -> Result<String, KeyError> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let letters = keys.random::<16>()?.map(|b| LETTERS.get(usize::from(b % 32)).map_or('x', |l| char::from(*l)));
    Ok(letters.chunks(4).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

fn console<'a>(staff_no: &'a str, name: &'a str) -> Visitor<'a> {
    Visitor { staff_no, name, post: None::<&Post>, purpose: None, terminal: "console", screen: SCREEN }
}

async fn name(city: &City, staff_no: &str) -> Result<String, Fault> {
    let row = city.db().read().await?.first(NAME, params![staff_no]).await?;
    Ok(row.ok_or_else(|| Fault::missing("職員"))?.get("name")?)
}

/// Registers an account with a one-time password, which must be changed at the first sign-in.
///
/// # Errors
/// An office that the city does not have, a rank outside 1 to 4, a role that is no person's, a password below 12 characters, or a number that exists.
pub async fn add(city: &City, new: &NewStaff<'_>) -> Result<(), Fault> {
    long_enough(new.password)?;
    for (office, rank, roles, _) in new.posts {
        if roles.split(',').any(|role| [crate::client::ROLE, "job"].contains(&role)) {
            return Err(Fault::field("roles", "system と job は人の役割ではありません"));
        }
        if city.office(office).is_none() {
            return Err(Fault::field("office", format!("{office} という所属はありません")));
        }
        if !(1..=4).contains(rank) {
            return Err(Fault::field("rank", "職は 1 係員、2 係長、3 課長、4 部長 で指定してください"));
        }
    }
    let mut tx = city.db().write().await?;
    register(&mut tx, new).await?;
    console(new.staff_no, new.name).record(city, tx, Shown::Changed, "職員の登録").await
}

/// Gives an account a new one-time password, opens it when it was locked, and ends its sessions.
///
/// # Errors
/// [`Fault::missing`], or a password below 12 characters.
pub async fn set_password(city: &City, staff_no: &str, password: &str) -> Result<(), Fault> {
    long_enough(password)?;
    let name = name(city, staff_no).await?;
    let hash = hash_password(password)?;
    let mut tx = city.db().write().await?;
    tx.run(SET_PASSWORD, params![staff_no, hash, true]).await?;
    tx.run(END_ALL, params![staff_no]).await?;
    console(staff_no, &name).record(city, tx, Shown::Changed, "仮のパスワードの発行").await
}

/// Locks an account until somebody gives it a new password, and ends its sessions at once.
///
/// # Errors
/// [`Fault::missing`].
pub async fn lock(city: &City, staff_no: &str) -> Result<(), Fault> {
    let name = name(city, staff_no).await?;
    let mut tx = city.db().write().await?;
    tx.run(SHUT, params![staff_no, Timestamp::MAX]).await?;
    tx.run(END_ALL, params![staff_no]).await?;
    console(staff_no, &name).record(city, tx, Shown::Changed, "職員の利用停止").await
}
