//! Prints every sample and reads the paper again with the tools of poppler.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may stop a test")]

use forms::decision_notice::Kind;
use forms::{Form, FormError, Meta, Missing, render, render_batch, samples};
use kernel::Cleared;
use std::path::{Path, PathBuf};
use std::process::Command;

fn meta(missing: Missing) -> Meta {
    Meta { ident: "みな医第482号".into(), issued_at: "2026-11-20T01:23:45Z".parse().unwrap(), missing }
}

fn print(form: &Form) -> Vec<u8> {
    render(form, &meta(Missing::Refuse)).unwrap()
}

fn cleared<T>(all: Vec<T>, form: fn(Cleared<T>) -> Form) -> Vec<Form> {
    all.into_iter().map(|c| form(Cleared::seal(c, 1))).collect()
}

/// Every sample by kind, with the pages each should fill.
fn all() -> Vec<(&'static str, Vec<Form>, Vec<usize>)> {
    vec![
        ("juminhyo", cleared(samples::juminhyo(), Form::Juminhyo), vec![2, 1, 1]),
        ("medical_card", cleared(samples::medical_cards().unwrap(), Form::MedicalCard), vec![1, 1]),
        ("decision_notice", cleared(samples::decision_notices(), Form::DecisionNotice), vec![1, 1, 1, 1, 1, 2]),
        ("table_report", cleared(samples::table_reports(), Form::TableReport), vec![3, 1]),
        ("appeal_request", cleared(samples::appeal_requests(), Form::AppealRequest), vec![2, 1]),
        ("payment_ledger", cleared(samples::payment_ledgers(), Form::PaymentLedger), vec![2]),
        ("payment_slip", cleared(samples::payment_slips(), Form::PaymentSlip), vec![1, 1]),
        ("address_label", cleared(samples::address_labels(), Form::AddressLabel), vec![1]),
    ]
}

/// Writes a document where a person can look at it.
fn keep(name: &str, pdf: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.pdf"));
    std::fs::write(&path, pdf).unwrap();
    path
}

/// Runs a tool of poppler, and says what to install where it is missing.
fn poppler(tool: &str, args: &[&str]) -> String {
    let out = Command::new(tool).args(args).output();
    let out = out.unwrap_or_else(|e| panic!("{tool} does not run ({e}): install the Debian package poppler-utils"));
    assert!(out.status.success(), "{tool}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

/// The text of each page, without the spaces of the layout.
fn text(name: &str, pdf: &[u8]) -> Vec<String> {
    let path = keep(name, pdf);
    let all = poppler("pdftotext", &["-layout", path.to_str().unwrap(), "-"]);
    let pages = all.strip_suffix('\u{c}').unwrap_or(&all).split('\u{c}');
    pages.map(|p| p.chars().filter(|c| !c.is_whitespace()).collect()).collect()
}

fn juminhyo(i: usize) -> Vec<String> {
    let copy = samples::juminhyo().remove(i);
    text(&format!("read-juminhyo-{i}"), &print(&Form::Juminhyo(Cleared::seal(copy, 1))))
}

fn notice(kind: Kind) -> Vec<String> {
    let notice = samples::decision_notices().into_iter().find(|n| n.kind == kind).unwrap();
    text(&format!("read-notice-{kind:?}"), &print(&Form::DecisionNotice(Cleared::seal(notice, 1))))
}

#[test]
fn every_sample_fills_its_pages_and_numbers_them() {
    for (name, forms, pages) in all() {
        for (i, (form, pages)) in forms.iter().zip(pages).enumerate() {
            let name = format!("{name}-{i}");
            let read = text(&name, &print(form));
            assert_eq!(read.len(), pages, "{name}");
            if !matches!(form, Form::MedicalCard(_)) {
                for (at, page) in read.iter().enumerate() {
                    assert!(page.contains(&format!("{}/{pages}", at + 1)), "{name}, page {}", at + 1);
                }
            }
        }
    }
}

#[test]
fn the_same_paper_twice_is_the_same_bytes_in_any_order_and_thread() {
    let first: Vec<_> = all().iter().flat_map(|(_, forms, _)| forms.iter().map(print).collect::<Vec<_>>()).collect();
    let again = std::thread::spawn(|| {
        let mut all: Vec<_> = all().into_iter().flat_map(|(_, forms, _)| forms).collect();
        all.reverse();
        let mut pdfs: Vec<_> = all.iter().map(print).collect();
        pdfs.reverse();
        pdfs
    });
    assert!(first == again.join().unwrap());
}

#[test]
fn another_number_or_hour_of_issue_is_another_document() {
    let form = cleared(samples::address_labels(), Form::AddressLabel).remove(0);
    let base = meta(Missing::Refuse);
    let number = Meta { ident: "みな医第483号".into(), ..base.clone() };
    let hour = Meta { issued_at: "2026-11-20T02:23:45Z".parse().unwrap(), ..base.clone() };
    let pdf = |m: &Meta| render(&form, m).unwrap();
    assert_ne!(pdf(&base), pdf(&number));
    assert_ne!(pdf(&base), pdf(&hour));
    assert!(!String::from_utf8_lossy(&pdf(&base)).contains("482"), "only the hash of the number enters the file");
}

#[test]
fn a_single_page_stays_small() {
    let sizes = |name: &str| -> Vec<usize> {
        let (_, forms, _) = all().into_iter().find(|(n, _, _)| *n == name).unwrap();
        forms.iter().map(|f| print(f).len()).collect()
    };
    let (copies, notices, labels) = (sizes("juminhyo"), sizes("decision_notice"), sizes("address_label"));
    println!("{copies:?} {notices:?} {labels:?} {:?}", sizes("medical_card"));
    for size in [copies[1], notices[0], notices[1], notices[4], labels[0]] {
        assert!(size <= 60 * 1024, "an ordinary page takes {size} bytes");
    }
    assert!(notices[2] <= 84 * 1024, "the longest one-page notice takes {} bytes", notices[2]);
}

#[test]
fn every_document_is_pdf_a_with_its_fonts_inside() {
    for (name, forms, _) in all() {
        let pdf = print(&forms[0]);
        let raw = String::from_utf8_lossy(&pdf).into_owned();
        assert!(
            raw.contains("<pdfaid:part>2</pdfaid:part>") && raw.contains("<pdfaid:conformance>U</pdfaid:conformance>"),
            "{name}"
        );
        let path = keep(&format!("fonts-{name}"), &pdf);
        let fonts = poppler("pdffonts", &[path.to_str().unwrap()]);
        let rows: Vec<_> = fonts.lines().skip(2).collect();
        assert!(
            !rows.is_empty() && rows.iter().all(|r| r.contains(" yes yes yes ")),
            "{name}: embedded, subset, with text: {fonts}"
        );
    }
    let pdf = print(&cleared(samples::juminhyo(), Form::Juminhyo).remove(0));
    let path = keep("info", &pdf);
    let info = poppler("pdfinfo", &[path.to_str().unwrap()]);
    assert!(info.contains("住民票の写し") && info.contains("Tagged:          yes") && info.contains("(A4)"), "{info}");
}

#[test]
fn a_copy_of_the_household_says_all_and_is_certified_once_on_its_last_page() {
    let pages = juminhyo(0);
    let whole = pages.concat();
    for part in [
        "123456789018",
        "24727059608",
        "LINMEILINGCHRISTINEDELOSSANTOSWONGCHAIYAPRASERT林美玲",
        "髙﨑リン",
        "中長期在留者",
        "AB12345678CD",
        "昭和年月日不詳（昭和5年頃）",
        "邉\u{E0110}田鷗",
        "𠮷𣘺",
        "葛\u{E0100}城市柿本166番地",
        "以下余白",
    ] {
        assert!(whole.contains(part), "{part}");
    }
    let words = "世帯全員の住民票の原本と相違ないことを証明します";
    assert!(!pages[0].contains(words) && pages[1].contains(words) && pages[1].contains("みなと市長"));
    assert!(pages.iter().all(|p| p.contains("発行番号20261120-西-T0231-P02-000148")), "on each page");
}

#[test]
fn what_was_not_asked_for_is_not_on_the_paper() {
    let page = juminhyo(1).concat();
    assert!(page.contains("省略") && page.contains("世帯の一部の住民票の原本"));
    assert!(!page.contains("166番地") && !page.contains("2472"));
    let removed = juminhyo(2).concat();
    assert!(removed.contains("除かれた住民票の原本") && removed.contains("転出先") && removed.contains("令和8年9月16日"));
}

#[test]
fn a_card_shows_its_numbers_and_who_pays_what() {
    let cards = samples::medical_cards().unwrap();
    let (bearer, recipient) = (cards[0].bearer_no.to_string(), cards[0].recipient_no.to_string());
    let pages = text("read-card", &print(&Form::MedicalCard(Cleared::seal(cards.into_iter().next().unwrap(), 1)))).concat();
    for part in
        [&bearer, &recipient, "令和8年4月1日から令和9年3月31日まで", "1日500円まで", "2,500円", "子ども医療証", "髙﨑颯太"]
    {
        assert!(pages.contains(part), "{part}");
    }
    assert!(!pages.contains("再交付"));
}

#[test]
fn a_refusal_says_why_by_which_article_and_how_to_object() {
    let page = notice(Kind::NotPaid).concat();
    for part in [
        "不支給決定通知書",
        "附加給付として55,201円",
        "条例第4条第2項",
        "▲55,201円",
        "3か月以内",
        "6か月以内",
        "みなと市長に対して審査請求",
        "みなと市を被告",
    ] {
        assert!(page.contains(part), "{part}");
    }
    let paid = notice(Kind::Paid).concat();
    assert!(paid.contains("24,039円") && paid.contains("80,239円−55,200円"), "every amount shows how it was computed");
    assert!(notice(Kind::Recognised).concat().contains("公印省略"));
}

#[test]
fn a_paper_that_lacks_what_it_must_say_is_not_printed() {
    let mut refusal = samples::decision_notices().into_iter().find(|n| n.kind == Kind::NotPaid).unwrap();
    refusal.reasons.clear();
    let err = render(&Form::DecisionNotice(Cleared::seal(refusal, 1)), &meta(Missing::Refuse)).unwrap_err();
    assert_eq!(
        err.to_string(),
        "不支給決定通知書に理由がありません。記載が欠けたまま印刷することはできません。入力を確かめてください"
    );

    let mut silent = samples::decision_notices().remove(0);
    silent.guidance.paragraphs.clear();
    assert!(matches!(
        render(&Form::DecisionNotice(Cleared::seal(silent, 1)), &meta(Missing::Refuse)),
        Err(FormError::Incomplete { what: "教示", .. })
    ));

    let mut removed = samples::juminhyo().remove(2);
    removed.members[0].removal = None;
    assert!(render(&Form::Juminhyo(Cleared::seal(removed, 1)), &meta(Missing::Refuse)).is_err());

    let mut ragged = samples::table_reports().remove(1);
    ragged.rows[0].pop();
    assert!(render(&Form::TableReport(Cleared::seal(ragged, 1)), &meta(Missing::Refuse)).is_err());

    let mut zero = samples::payment_ledgers().remove(0);
    zero.rows[3].amount = kernel::Yen::ZERO;
    assert!(render(&Form::PaymentLedger(Cleared::seal(zero, 1)), &meta(Missing::Refuse)).is_err());

    let mut nothing = samples::payment_slips().remove(0);
    nothing.amount = kernel::Yen::ZERO;
    assert!(render(&Form::PaymentSlip(Cleared::seal(nothing, 1)), &meta(Missing::Refuse)).is_err());

    assert!(matches!(render_batch(&[], &meta(Missing::Refuse)), Err(FormError::Nothing)));
}

#[test]
fn totals_of_the_lists_add_up_on_paper() {
    let ledger = samples::payment_ledgers().remove(0);
    let sum: kernel::Yen = ledger.rows.iter().map(|r| r.amount).sum();
    let pages = text("read-ledger", &print(&Form::PaymentLedger(Cleared::seal(ledger, 1))));
    assert!(pages[0].contains(&format!("合計金額{sum}")) && pages[1].contains(&format!("30件{sum}")), "{sum}");

    let appeal = samples::appeal_requests().remove(0);
    let sum: kernel::Yen = appeal.rows.iter().map(|r| r.amount).sum();
    let pages = text("read-appeal", &print(&Form::AppealRequest(Cleared::seal(appeal, 1))));
    assert!(pages[0].contains("再審査等請求内訳書") && pages[1].contains(&sum.to_string()) && pages[1].contains("16件"));
    let federation = samples::appeal_requests().remove(1);
    assert!(text("read-appeal-2", &print(&Form::AppealRequest(Cleared::seal(federation, 1)))).concat().contains("過誤申立書"));
}

#[test]
fn every_part_of_a_slip_names_payer_amount_and_due_day() {
    let slip = samples::payment_slips().remove(0);
    let page = text("read-slip", &print(&Form::PaymentSlip(Cleared::seal(slip, 1)))).concat();
    for part in ["領収証書", "納付書・領収済通知書", "原符"] {
        assert!(page.contains(part), "{part}");
    }
    assert!(page.matches("髙﨑 健一").count() + page.matches("髙﨑健一").count() >= 4, "{page}");
    assert_eq!(page.matches("令和9年1月4日").count(), 4, "{page}");
    assert_eq!(page.matches("¥200").count(), 3, "{page}");
}

#[test]
fn text_that_looks_like_code_stays_text() {
    let evil = "#panic(\"x\") *b* $x$ \\ @r <l> // #read(\"/etc/passwd\")";
    let mut label = samples::address_labels().remove(0);
    label.message = evil.into();
    label.to.name = "#eval(\"1\")".into();
    let page = text("read-evil", &print(&Form::AddressLabel(Cleared::seal(label, 1)))).concat();
    assert!(page.contains(&evil.replace(' ', "")) && page.contains("#eval(\"1\")"), "{page}");
}

#[test]
fn geta_is_printed_only_when_allowed_and_the_page_says_so() {
    let form = || {
        let mut copy = samples::juminhyo().remove(1);
        copy.members[0].name = "髙\u{E000} 健一".into();
        Form::Juminhyo(Cleared::seal(copy, 1))
    };
    assert!(matches!(render(&form(), &meta(Missing::Refuse)), Err(FormError::Glyphs(codes)) if codes == ["U+E000"]));
    let page = text("read-geta", &render(&form(), &meta(Missing::Geta)).unwrap()).concat();
    assert!(page.contains("髙〓健一") && page.contains("〓は、印刷できない文字の代わりです（U+E000）"), "{page}");
}

#[test]
fn in_a_batch_only_the_paper_with_geta_carries_the_remark() {
    let mut labels = [samples::address_labels(), samples::address_labels()].concat();
    labels[1].message.push('\u{E000}');
    let batch = render_batch(&cleared(labels, Form::AddressLabel), &meta(Missing::Geta)).unwrap();
    let pages = text("read-batch-geta", &batch);
    assert!(!pages[0].contains('〓') && pages[1].contains("U+E000"));
}

#[test]
fn a_batch_numbers_the_pages_of_each_paper_and_keeps_the_order() {
    let forms: Vec<Form> = cleared(samples::juminhyo(), Form::Juminhyo)
        .into_iter()
        .chain(cleared(samples::decision_notices(), Form::DecisionNotice))
        .chain(cleared(samples::table_reports(), Form::TableReport))
        .collect();
    let pages = text("read-batch", &render_batch(&forms, &meta(Missing::Refuse)).unwrap());
    let alone: Vec<String> = forms.iter().enumerate().flat_map(|(i, f)| text(&format!("read-alone-{i}"), &print(f))).collect();
    assert_eq!(pages.len(), alone.len());
    for (together, alone) in pages.iter().zip(&alone) {
        assert_eq!(together, alone, "a paper reads the same in a batch");
    }
}
