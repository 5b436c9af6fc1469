//! `atena synth`: the synthetic city as files.

use anyhow::{Context, bail};
use kernel::Date;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use synth::City;
use synth::export::{Export, write};

/// Seed of every demo city: the same city on every machine.
pub const SEED: u64 = 20_261_120;

/// Which city, and how much of it.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// How many people live there.
    pub residents: u32,
    /// Same seed, same city.
    pub seed: u64,
    /// Business date: nothing in the city was recorded later.
    pub today: Date,
    /// Months of receipts.
    pub months: u8,
}

/// Writes the city of an order below a folder that is new or empty.
///
/// # Errors
/// A folder with something in it, or what the file system refuses.
pub fn write_city(order: Order, folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("{} を作れません", folder.display()))?;
    if fs::read_dir(folder)?.next().is_some() {
        bail!("{} は空ではありません。空のフォルダーを --out に指定してください", folder.display());
    }
    let city = City::generate(order.seed, order.residents, order.today);
    let mut open = |path: &str| -> io::Result<Box<dyn Write>> {
        let file = folder.join(path);
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent)?;
        }
        Ok(Box::new(BufWriter::with_capacity(1 << 16, fs::File::create(file)?)))
    };
    write(&city, Export { months: order.months, ..Export::of(&city) }, &mut open)
        .with_context(|| format!("{} に書けません", folder.display()))
}
