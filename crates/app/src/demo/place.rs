//! Where the demo lives: a folder and, on request, a PostgreSQL database. It loads only into what is empty, goes on only with what it
//! made itself, and throws away nothing else.

use super::Options;
use anyhow::{Context, bail};
use platform::db::Db;
use platform::db::mark::{self, Holds};
use platform::keys::{Keys, hex, sha256};
use std::path::Path;

/// File that marks a folder as one that the demo made; nothing else is ever deleted.
const MARK: &str = "demo-city";
const COMPLETE: &str = "made by `atena demo`\n";
const BEGUN: &str = "begun by `atena demo`\n";

fn folder(data: &Path) -> anyhow::Result<Option<bool>> {
    if !data.exists() || std::fs::read_dir(data)?.next().is_none() {
        return Ok(None);
    }
    match std::fs::read_to_string(data.join(MARK)) {
        Ok(text) => Ok(Some(text == COMPLETE)),
        Err(_) => bail!("{} は demo が作った場所ではないため使いません。別の --data を指定してください", data.display()),
    }
}

/// Throws an old demo away: folder and PostgreSQL database, both or neither.
///
/// # Errors
/// A folder or database that is not a demo's; then nothing is touched.
async fn start_over(options: &Options) -> anyhow::Result<()> {
    let data = &options.data;
    let old = folder(data)?;
    if let Some(url) = &options.database_url {
        let db = Db::open(Some(url), data).await?;
        match mark::holds(&db).await? {
            Holds::Nothing => {}
            Holds::Demo { .. } => mark::wipe(&db).await?,
            Holds::Others => {
                bail!(
                    "このデータベースには demo が作ったものではない記録があるため、消しません。空のデータベースを指定してください"
                )
            }
        }
        db.close().await;
    }
    if old.is_some() {
        std::fs::remove_dir_all(data).with_context(|| format!("{} を消せません", data.display()))?;
    }
    Ok(())
}

/// Makes the place ready: throws away what is there when it is asked for, and marks a new place as the demo's. Answers whether a city is to
/// be made.
///
/// # Errors
/// As [`start_over`] and [`is_new`].
pub async fn begin(options: &Options) -> anyhow::Result<bool> {
    if options.fresh {
        start_over(options).await?;
    }
    let new = is_new(options).await?;
    if new {
        std::fs::create_dir_all(&options.data)?;
        std::fs::write(options.data.join(MARK), BEGUN)?;
    }
    Ok(new)
}

/// Is a city to be made here, rather than one to go on with?
///
/// # Errors
/// What is there and is not a whole demo, in words.
async fn is_new(options: &Options) -> anyhow::Result<bool> {
    let data = &options.data;
    let old = folder(data)?;
    let again = "--fresh を付けて最初からやり直してください";
    if old == Some(false) {
        bail!("前回の準備が途中で止まりました。{again}");
    }
    let Some(url) = &options.database_url else { return Ok(old.is_none()) };
    let db = Db::open(Some(url), data).await?;
    let found = mark::holds(&db).await?;
    db.close().await;
    match (old, found) {
        (None, Holds::Nothing) => Ok(true),
        (_, Holds::Others) => {
            bail!("このデータベースには demo が作ったものではない記録があります。空のデータベースを指定してください")
        }
        (_, Holds::Demo { complete: false, .. }) => bail!("前回の準備が途中で止まりました。{again}"),
        (Some(_), Holds::Demo { ring, .. }) if ring == fingerprint(&Keys::open(&crate::ring_file(data))?) => Ok(false),
        (Some(_), _) => bail!("{} の鍵は、このデータベースのものではありません。--data を直すか、{again}", data.display()),
        (None, _) => bail!("このデータベースのデモの鍵が {} にありません。--data を直すか、{again}", data.display()),
    }
}

fn fingerprint(keys: &Keys) -> String {
    hex(sha256(&keys.log_public_key()).split_at(8).0)
}

/// Marks folder and database as the demo's: begun before the load, complete after it.
///
/// # Errors
/// When the mark cannot be written.
pub async fn mark(options: &Options, db: &Db, keys: &Keys, complete: bool) -> anyhow::Result<()> {
    mark::mark(db, &fingerprint(keys), complete).await?;
    Ok(std::fs::write(options.data.join(MARK), if complete { COMPLETE } else { BEGUN })?)
}
