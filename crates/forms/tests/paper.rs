//! Prints every sample and reads the paper again with the tools of poppler.

use forms::{Form, FormError, Meta, Missing, render, render_batch, samples};
use kernel::Cleared;
use std::path::{Path, PathBuf};
use std::process::Command;

fn meta(missing: Missing) -> Meta {
    Meta { ident: "みな医第482号".into(), issued_at: "2026-11-20T01:23:45Z".parse().unwrap(), missing }
}

fn cleared<T>(all: Vec<T>, form: fn(Cleared<T>) -> Form) -> Vec<Form> {
    all.into_iter().map(|c| form(Cleared::seal(c, 1))).collect()
}

/// Every sample with a name for its file.
fn all() -> Vec<(&'static str, Vec<Form>)> {
    vec![
        ("juminhyo", cleared(samples::juminhyo(), Form::Juminhyo)),
        ("medical_card", cleared(samples::medical_cards().unwrap(), Form::MedicalCard)),
        ("decision_notice", cleared(samples::decision_notices(), Form::DecisionNotice)),
        ("table_report", cleared(samples::table_reports(), Form::TableReport)),
        ("appeal_request", cleared(samples::appeal_requests(), Form::AppealRequest)),
        ("payment_ledger", cleared(samples::payment_ledgers(), Form::PaymentLedger)),
        ("address_label", cleared(samples::address_labels(), Form::AddressLabel)),
    ]
}

fn sample(name: &str) -> Vec<Form> {
    all().into_iter().find(|(n, _)| *n == name).unwrap().1
}

/// Writes a document where a person can look at it, and returns the path.
fn keep(name: &str, pdf: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.pdf"));
    std::fs::write(&path, pdf).unwrap();
    path
}

/// Runs a poppler tool, and says what to install where it is missing.
fn poppler(tool: &str, args: &[&str], pdf: &Path) -> String {
    let out = Command::new(tool).args(args).arg(pdf).arg(if tool == "pdftotext" { "-" } else { "" }).output();
    let out = out.unwrap_or_else(|e| panic!("{tool} cannot run ({e}): install the Debian package poppler-utils"));
    String::from_utf8(out.stdout).unwrap()
}

#[test]
fn every_sample_prints() {
    for (name, forms) in all() {
        for (i, form) in forms.iter().enumerate() {
            let pdf = render(form, &meta(Missing::Refuse)).unwrap_or_else(|e| panic!("{name} {i}: {e}"));
            let path = keep(&format!("{name}-{i}"), &pdf);
            println!("{} {}", path.display(), pdf.len());
        }
    }
}
