//! Stored documents and received files: sealed in pieces of one mebibyte, found by number, never on disk in plain text.

use crate::city::City;
use crate::db::Tx;
use crate::fault::Fault;
use crate::keys::{KeyError, Place, sha256};
use crate::params;

const PIECE: usize = 1 << 20;

crate::statements! {
    /// What it is.
    FIND = "select name, mime, size, sha256 from platform_file where id = $1";
    /// One piece.
    READ_PIECE = "select body from platform_file_piece where file_id = $1 and piece = $2";
    /// Its pieces go.
    REMOVE_PIECES = "delete from platform_file_piece where file_id = $1";
    /// It goes.
    REMOVE = "delete from platform_file where id = $1";
}

/// A stored file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// Name.
    pub name: String,
    /// MIME type.
    pub mime: String,
    /// Bytes in plain.
    pub body: Vec<u8>,
}

/// Stores a file and answers its number.
///
/// # Errors
/// The database's refusal.
pub async fn store(tx: &mut Tx, city: &City, name: &str, mime: &str, body: &[u8], case: Option<i64>) -> Result<i64, Fault> {
    let columns = &["name", "mime", "size", "sha256", "case_id", "created_at"];
    let size = i64::try_from(body.len()).unwrap_or(i64::MAX);
    let id = tx.insert_row("platform_file", columns, params![name, mime, size, sha256(body).to_vec(), case, city.now()]).await?;
    for (n, piece) in (0i64..).zip(body.chunks(PIECE)) {
        let row = format!("{id}/{n}");
        let sealed = city.keys().seal(Place { table: "platform_file_piece", column: "body", row: &row }, piece)?;
        tx.insert_rows("platform_file_piece", &["file_id", "piece", "body"], vec![params![id, n, sealed]]).await?;
    }
    Ok(id)
}

/// Removes a file whose time is over. Whoever calls keeps the proof.
///
/// # Errors
/// The database's refusal.
pub async fn remove(tx: &mut Tx, id: i64) -> Result<(), Fault> {
    tx.run(REMOVE_PIECES, params![id]).await?;
    tx.run(REMOVE, params![id]).await?;
    Ok(())
}

/// Reads a file back and checks that it is what was stored.
///
/// # Errors
/// [`Fault::missing`], or broken bytes.
pub async fn load(tx: &mut Tx, city: &City, id: i64) -> Result<StoredFile, Fault> {
    let row = tx.first(FIND, params![id]).await?.ok_or_else(|| Fault::missing("文書"))?;
    let size = usize::try_from(row.get::<i64>("size")?).unwrap_or(0);
    let mut body = Vec::with_capacity(size);
    for n in 0i64.. {
        if body.len() >= size {
            break;
        }
        let piece = tx.first(READ_PIECE, params![id, n]).await?.ok_or(KeyError::Broken)?;
        let place = format!("{id}/{n}");
        let place = Place { table: "platform_file_piece", column: "body", row: &place };
        body.extend(city.keys().open_sealed(place, &piece.get::<Vec<u8>>("body")?)?);
    }
    if sha256(&body).to_vec() != row.get::<Vec<u8>>("sha256")? {
        return Err(KeyError::Broken.into());
    }
    Ok(StoredFile { name: row.get("name")?, mime: row.get("mime")?, body })
}
