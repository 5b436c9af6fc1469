use super::{TODAY, city};
use kernel::money::Yen;
use kernel::time::{Period, YearMonth, march_31_after};
use receipts::check::{Claim, CopayRule, Entitled, RateRule, Reason, Roster, Rules, check};
use receipts::{Event, Examiner, Reader, Receipt};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;
use synth::month::{FaultKind, FileKind, MonthOrder, Practices, ReceiptMonth, Recipient, institutions};
use synth::{City, MINATO};

const OCTOBER: YearMonth = YearMonth { year: 2026, month: 10 };

fn practices() -> &'static Practices {
    static ALL: LazyLock<Practices> = LazyLock::new(|| City::generate(2026, 10_000, TODAY).practices());
    &ALL
}

fn october() -> &'static ReceiptMonth {
    static MONTH: LazyLock<ReceiptMonth> = LazyLock::new(|| practices().month(&MonthOrder::new(OCTOBER, 10_000)));
    &MONTH
}

fn each(month: &ReceiptMonth, mut f: impl FnMut(&synth::month::UkeFile, &Receipt)) {
    for file in &month.files {
        let mut reader = Reader::new(file.bytes.as_slice());
        while let Some(event) = reader.next().unwrap() {
            if let Event::Receipt(receipt) = event {
                f(file, receipt);
            }
        }
    }
}

#[test]
fn the_same_order_makes_the_same_bytes() {
    let again = City::generate(2026, 10_000, TODAY).receipt_month(OCTOBER, 10_000);
    assert_eq!(&again, october());
    let small = city().practices();
    assert_ne!(small.month(&MonthOrder::new(OCTOBER, 200)).files, small.month(&MonthOrder::new(OCTOBER.plus(1), 200)).files);
}

#[test]
fn ten_thousand_receipts_come_in_eight_files_that_read_without_a_warning() {
    let month = october();
    assert_eq!(month.ledger.len(), 10_000);
    let kinds: BTreeSet<(Examiner, FileKind)> = month.files.iter().map(|f| (f.sender, f.kind)).collect();
    assert_eq!(kinds.len(), 8);
    for file in &month.files {
        let mut reader = Reader::new(file.bytes.as_slice());
        let mut receipts = 0;
        while let Some(event) = reader.next().unwrap_or_else(|e| panic!("{}: {e}", file.name)) {
            receipts += usize::from(matches!(event, Event::Receipt(_)));
        }
        assert_eq!(receipts, file.receipts, "{}", file.name);
        let totals = receipts::verify(file.bytes.as_slice(), receipts::Limits::default()).unwrap();
        let warnings: Vec<_> = totals.warnings().collect();
        assert_eq!(warnings, vec![], "{}", file.name);
        assert_eq!(file.bytes.last(), Some(&0x1A));
    }
}

#[test]
fn senders_and_insurers_agree_and_the_points_of_the_lines_add_up() {
    each(october(), |file, r| {
        let insurance = r.insurance.unwrap();
        assert!(insurance.insurer_no().is_ok());
        assert_eq!(Examiner::of_insurer(insurance.insurer.as_str().trim()), file.sender);
        assert_eq!(r.header.examiner, file.sender);
        assert!(r.header.institution_code().is_ok());
        let lines: i64 = r.items.iter().map(|i| i64::from(i.points.unwrap_or(0)) * i64::from(i.count.unwrap_or(0))).sum();
        if file.kind != FileKind::Dispensing {
            assert_eq!(lines, i64::from(insurance.points.unwrap()), "{}", r.management_no());
        }
        assert!(r.publics.iter().all(|p| p.copay.is_some() && p.bearer_no().is_ok() && p.recipient_no().is_ok()));
    });
}

#[test]
fn keys_are_unique_over_months() {
    let mut keys = HashSet::new();
    for back in 0..2 {
        let month = practices().month(&MonthOrder::new(OCTOBER.plus(-back), 3_000));
        assert!(month.ledger.iter().all(|c| keys.insert(c.key.clone())));
    }
}

#[test]
fn each_bill_is_the_sum_of_its_receipts_and_fees() {
    let month = october();
    for bill in &month.bills {
        let of: Vec<_> = month.ledger.iter().filter(|c| c.sender == bill.sender).collect();
        assert_eq!(bill.amount, of.iter().map(|c| c.city_pays).sum::<Yen>());
        assert_eq!(bill.count, of.len() as u64);
        assert_eq!(bill.fee_amount, Yen(77 * of.len() as i64));
        assert_eq!(bill.total(), bill.amount + bill.fee_amount);
        assert!(bill.due > OCTOBER.last_day());
    }
    // The ledger is what the files say.
    let ledger: HashMap<&str, _> = month.ledger.iter().map(|c| (c.key.as_str(), c)).collect();
    each(month, |_, r| {
        let charged = ledger[&*r.management_no()];
        let tenths = if r.kind.class() == receipts::PatientClass::Preschool { 2 } else { 3 };
        let (ours, before) = r.publics.split_last().unwrap();
        let share = i64::from(r.insurance.unwrap().points.unwrap()) * tenths;
        // What a national scheme leaves is its own 負担金額.
        let charge = before.last().map_or(share, |p| i64::from(p.copay.unwrap()));
        assert_eq!(charged.charge, Yen(charge), "{}", r.management_no());
        assert_eq!(charged.city_pays, Yen(charge - i64::from(ours.copay.unwrap())));
    });
}

#[test]
fn a_bill_can_be_one_yen_off_and_carry_negative_lines() {
    let before = practices().month(&MonthOrder::new(OCTOBER.plus(-2), 2_000));
    let corrections = before.corrections();
    assert!(corrections.len() >= 3 && corrections.iter().all(|c| c.amount < Yen::ZERO));
    let plain = practices().month(&MonthOrder::new(OCTOBER, 2_000));
    let off = Some((Examiner::PaymentFund, Yen(1)));
    let order = MonthOrder { corrections: corrections.clone(), bill_off_by: off, ..MonthOrder::new(OCTOBER, 2_000) };
    let month = practices().month(&order);
    assert_eq!(month.files, plain.files);
    for (bill, plain) in month.bills.iter().zip(&plain.bills) {
        let back: Yen = corrections.iter().filter(|c| c.sender == bill.sender).map(|c| c.amount).sum();
        let off = if bill.sender == Examiner::PaymentFund { Yen(1) } else { Yen::ZERO };
        assert_eq!(bill.amount, plain.amount + back + off);
        let csv = bill.to_csv();
        assert!(csv.starts_with(&format!("払込請求書,1,{},{},202610,", bill.sender.code(), bill.sender.label())), "{csv}");
        assert_eq!(csv.matches("過誤調整,").count(), bill.corrections.len());
        assert!(csv.ends_with(&format!("合計,{},{},{}\r\n", bill.count, bill.amount.0, bill.total().0)), "{csv}");
    }
}

fn rules() -> Rules {
    Rules {
        copay: Some(CopayRule { per_day: Yen(500), days: Some(2), dispensing_per_day: Yen::ZERO }),
        rate: Some(RateRule { preschool_age: 6, preschool: 80, standard: 70, elderly_age: 70 }),
    }
}

/// The findings of the house's own check: key of the receipt, label.
fn findings(month: &ReceiptMonth, people: &[Recipient]) -> BTreeMap<(String, &'static str), Vec<u8>> {
    let laws: Vec<Vec<(u8, Period)>> = people.iter().map(|r| r.other_laws.iter().map(|c| (c.law, c.period)).collect()).collect();
    let (roster, left_out) = Roster::build(people.iter().zip(&laws).map(|(r, laws)| Entitled {
        bearer: MINATO.bearer,
        recipient: &r.number,
        birth: Some(r.birth),
        sex: Some(r.sex),
        kana: &r.kana,
        benefit_rate: None,
        periods: &r.periods,
        suspensions: &r.stops,
        other_laws: laws,
    }));
    assert_eq!(left_out, 0);
    let (mut claims, mut keys) = (Vec::new(), Vec::new());
    each(month, |_, r| {
        claims.push(Claim::of(r, &roster));
        keys.push(r.management_no().into_owned());
    });
    let report = check(&roster, &claims, &[], &rules());
    let named = report.findings.iter().map(|f| {
        let days = (0..31).filter(|d| f.days >> d & 1 == 1).map(|d| d + 1).collect();
        // Of two equal receipts the second is found; the fault sits on one of them.
        let at = match f.reason {
            Reason::Duplicate { of, .. } if month.answers.iter().any(|a| a.key == keys[of as usize]) => of,
            _ => f.claim,
        };
        ((keys[at as usize].clone(), f.reason.label()), days)
    });
    named.collect()
}

#[test]
fn the_check_finds_what_was_planted_and_nothing_else() {
    let (month, people) = (october(), practices().recipients());
    let found = findings(month, people);
    let planted: BTreeMap<(String, &str), &[u8]> =
        month.answers.iter().map(|a| ((a.key.clone(), a.expected), a.days.as_slice())).collect();
    let missed: Vec<_> = planted.keys().filter(|k| !found.contains_key(*k)).collect();
    assert!(missed.is_empty(), "not found: {missed:?}");
    let extra: Vec<_> = found.keys().filter(|k| !planted.contains_key(*k)).collect();
    assert!(extra.is_empty(), "found but not planted: {extra:?}");
    for (key, days) in planted.iter().filter(|(_, days)| !days.is_empty()) {
        assert_eq!(found[key], **days, "{key:?}");
    }
}

#[test]
fn a_month_without_faults_has_no_findings() {
    let clean = practices().month(&MonthOrder { faults: false, ..MonthOrder::new(OCTOBER, 4_000) });
    assert!(clean.answers.is_empty() && clean.ledger.len() == 4_000);
    assert_eq!(findings(&clean, practices().recipients()), BTreeMap::new());
}

#[test]
fn every_kind_of_fault_is_planted() {
    let planted: BTreeSet<FaultKind> = october().answers.iter().map(|a| a.kind).collect();
    let missing: Vec<FaultKind> = FaultKind::ALL.into_iter().filter(|k| !planted.contains(k)).collect();
    assert_eq!(missing, vec![]);
    let sheet = october().answer_sheet();
    assert_eq!(sheet.lines().count(), october().answers.len() + 1);
    assert!(sheet.lines().all(|l| l.split(',').count() == 8), "{sheet}");
}

#[test]
fn some_families_pay_more_than_the_monthly_cap() {
    let mut paid: HashMap<(&str, YearMonth), Yen> = HashMap::new();
    for c in &october().ledger {
        *paid.entry((&c.recipient, c.care_month)).or_default() += c.copay;
    }
    assert!(paid.values().any(|sum| *sum > Yen(2_500)));
    assert!(october().ledger.iter().any(|c| c.care_month == OCTOBER.plus(-2)), "no late receipt");
}

#[test]
fn receipts_of_following_months_do_not_meet() {
    let mut seen = HashSet::new();
    for back in (0..4).rev() {
        let order = MonthOrder { faults: false, ..MonthOrder::new(OCTOBER.plus(-back), 3_000) };
        each(&practices().month(&order), |_, r| {
            let recipient = r.publics.last().unwrap().recipient;
            let key = (recipient.as_str().to_owned(), r.header.institution().as_str().to_owned(), r.month, r.kind.code());
            assert!(seen.insert(key), "{}", r.management_no());
        });
    }
}

#[test]
fn preschool_children_pay_two_tenths() {
    let people: HashMap<&str, &Recipient> = practices().recipients().iter().map(|r| (r.number.as_str(), r)).collect();
    let wrong: HashSet<&str> = october().answers.iter().map(|a| a.key.as_str()).collect();
    let mut both = [0, 0];
    each(october(), |_, r| {
        if wrong.contains(&*r.management_no()) {
            return;
        }
        let child = people[r.publics.last().unwrap().recipient.as_str()];
        let preschool = march_31_after(child.birth, 6) >= r.month.first_day();
        assert_eq!(r.kind.class() == receipts::PatientClass::Preschool, preschool);
        both[usize::from(preschool)] += 1;
    });
    assert!(both.iter().all(|n| *n > 500), "{both:?}");
}

#[test]
fn the_list_of_institutions_holds_everybody_who_bills() {
    let known: HashSet<&str> = institutions().iter().map(|i| i.code.as_str()).collect();
    each(october(), |_, r| assert!(known.contains(r.header.institution().as_str())));
}
