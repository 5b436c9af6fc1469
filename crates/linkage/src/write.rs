//! Writing the result: `clusters.csv`, `review.csv`, `conflicts.csv`, `versions.csv`. They hold numbers of records and explanations, no personal data.

use crate::LinkageError;
use matching::{Decision, Linkage};
use std::path::Path;

/// Writes the result into a folder, which is made if need be.
///
/// # Errors
/// When a file cannot be written.
pub fn write(linkage: &Linkage, folder: &Path) -> Result<(), LinkageError> {
    std::fs::create_dir_all(folder).map_err(|e| LinkageError::write(folder, &e))?;
    clusters(linkage, &folder.join("clusters.csv"))?;
    decisions(linkage, &linkage.review, &folder.join("review.csv"))?;
    decisions(linkage, &linkage.conflicts, &folder.join("conflicts.csv"))?;
    versions(linkage, &folder.join("versions.csv"))
}

/// The same records, tables and weights give the same files byte for byte: these are the versions to keep with them.
fn versions(linkage: &Linkage, path: &Path) -> Result<(), LinkageError> {
    let [tables, weights] = &linkage.versions;
    let text = format!("項目,版\n異体字・自治体の表,{tables}\n重み,{weights}\n");
    std::fs::write(path, text).map_err(|e| LinkageError::write(path, &e))
}

/// `system:number` of a record.
fn id(linkage: &Linkage, at: u32) -> String {
    linkage.records.get(at as usize).map(|(system, number)| format!("{system}:{number}")).unwrap_or_default()
}

fn clusters(linkage: &Linkage, path: &Path) -> Result<(), LinkageError> {
    let failed = |e: csv::Error| LinkageError::write(path, &e);
    let mut basis = vec![""; linkage.records.len()];
    for link in &linkage.links {
        for at in [link.a, link.b] {
            if let Some(slot) = basis.get_mut(at as usize).filter(|slot| slot.is_empty()) {
                *slot = link.evidence.label();
            }
        }
    }
    let mut file = csv::Writer::from_path(path).map_err(failed)?;
    file.write_record(["業務", "宛名番号", "自動の名寄せ先", "自動の根拠", "推定の名寄せ先"]).map_err(failed)?;
    let rows = linkage.records.iter().zip(&linkage.automatic).zip(&linkage.guess).zip(basis);
    for ((((system, number), automatic), guess), basis) in rows {
        let (automatic, guess) = (id(linkage, *automatic), id(linkage, *guess));
        file.write_record([system, number, &automatic, basis, &guess]).map_err(failed)?;
    }
    file.flush().map_err(|e| LinkageError::write(path, &e))
}

fn decisions(linkage: &Linkage, list: &[Decision], path: &Path) -> Result<(), LinkageError> {
    let failed = |e: csv::Error| LinkageError::write(path, &e);
    let mut file = csv::Writer::from_path(path).map_err(failed)?;
    file.write_record(["順位", "等級", "一方", "他方", "根拠", "説明", "重み", "推定"]).map_err(failed)?;
    for (rank, d) in (1..).zip(list) {
        let grade = format!("{:?}", d.grade());
        let guess = if d.joined { "同一人" } else { "別人か不明" };
        let (a, b, bits) = (id(linkage, d.a), id(linkage, d.b), format!("{:.1}", d.bits));
        let rank: u64 = rank;
        file.write_record([&rank.to_string(), &grade, &a, &b, d.evidence.label(), &d.explain(), &bits, guess]).map_err(failed)?;
    }
    file.flush().map_err(|e| LinkageError::write(path, &e))
}
