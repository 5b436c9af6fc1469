//! From records to clusters, best guess and queues.

use crate::agree::{Agreement, Level};
use crate::automatic::{Link, link_automatically};
use crate::blocks;
use crate::clusters::{Forest, Refusal};
use crate::corpus::{Corpus, Row, SMALLEST_CITY};
use crate::evidence::{Evidence, classify};
use crate::explain;
use crate::keys::Near;
use crate::weigh::weigh;
use rayon::prelude::*;
use std::collections::HashMap;

/// Bits against two records of one system being one person: a system has most people once.
const TWICE: f32 = 4.0;
/// Two fits that differ by less than this are equally good.
const TIE: f32 = 1.0;
/// Least bits of grade A and grade B.
const GRADE_A: f32 = 10.0;
const GRADE_B: f32 = 3.0;

/// What a run may assume.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The system that is the resident registry, where one living person has one record. None when there is none.
    pub registry: Option<String>,
    /// What links without a person beyond the guideline.
    pub policy: Policy,
}

/// Evidence that the guideline does not name and a city may accept by its own decision. None of it by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Policy {
    /// An equal phone number stands for the address among the four items.
    pub phone: bool,
    /// Name in kanji, sex and address are enough where one side states no birth date and nobody else of that name lives there.
    pub unstated_birth: bool,
}

/// Least odds, in bits, at which the best guess joins two clusters.
const JOIN: f32 = 0.0;
/// Least odds at which a pair of clusters is put before a person: what is more likely two people than one is not asked.
const REVIEW: f32 = 0.0;

/// One question for a person: are these two clusters one person?
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// First cluster, by the position of its first record.
    pub a: u32,
    /// Second cluster.
    pub b: u32,
    /// What the closest pair of records rests on.
    pub evidence: Evidence,
    /// Odds in bits.
    pub bits: f32,
    /// Why a union would break a rule, if it would.
    pub refusal: Option<Refusal>,
    /// The best guess joined them.
    pub joined: bool,
    agreement: Agreement,
}

/// How sure the answer is, as in the inspection tool of 総点検: A can be confirmed together, B by looking, C needs inquiry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Nothing differs; yes but for the one in a thousand.
    A,
    /// Probably one person.
    B,
    /// Open, or contradictory.
    C,
}

impl Decision {
    /// The grade of this question.
    pub fn grade(&self) -> Grade {
        match (self.bits, self.refusal, self.evidence) {
            (bits, None, Evidence::NameBirthPhone | Evidence::NameBirth | Evidence::SurnameDiffers) if bits >= GRADE_A => {
                Grade::A
            }
            (bits, _, Evidence::Indistinguishable) if bits < GRADE_A => Grade::C,
            (bits, refusal, _) if bits >= GRADE_B && refusal != Some(Refusal::Registered) => Grade::B,
            _ => Grade::C,
        }
    }

    /// What agrees, what differs, and how often such pairs were one person. Holds no value of any field.
    pub fn explain(&self) -> String {
        explain::decision(&self.agreement, self.evidence, self.refusal)
    }
}

/// The result of a run. Records are positions in `records`.
#[derive(Debug, Clone, PartialEq)]
pub struct Linkage {
    /// System and number of each record, in canonical order.
    pub records: Vec<(String, String)>,
    /// For each record the first record of its automatic cluster.
    pub automatic: Vec<u32>,
    /// The automatic unions, in the order they were made.
    pub links: Vec<Link>,
    /// For each record the first record of its cluster in the best guess.
    pub guess: Vec<u32>,
    /// Questions for the review queue, the most certain first.
    pub review: Vec<Decision>,
    /// 番号不整合: the same number on two clusters, or two numbers on what looks like one person.
    pub conflicts: Vec<Decision>,
    /// Versions of the tables and of the weights.
    pub versions: [String; 2],
}

/// Links all records.
pub fn link(mut corpus: Corpus, settings: &Settings) -> Linkage {
    corpus.prepare();
    let rows = &corpus.rows;
    let registry = settings.registry.as_ref().and_then(|name| corpus.systems.iter().position(|s| s == name));
    let registry = registry.and_then(|at| u16::try_from(at).ok());
    let mut forest = Forest::new(rows, registry);
    let links = link_automatically(rows, &mut forest, settings.policy);
    let automatic: Vec<u32> = (0..).take(rows.len()).map(|at| forest.root(at)).collect();

    let pairs = blocks::candidates(rows, &mut forest);
    let people = forest.roots().len().max(SMALLEST_CITY) as f32;
    let mut decisions: Vec<Decision> = pairs.par_iter().filter_map(|(a, b)| decide(rows, &forest, *a, *b, people)).collect();
    decisions.sort_by(|x, y| y.bits.total_cmp(&x.bits).then((x.a, x.b).cmp(&(y.a, y.b))));
    let tied = ties(&decisions, &forest);
    for (decision, tied) in decisions.iter_mut().zip(tied) {
        if tied {
            decision.evidence = Evidence::Indistinguishable;
            continue;
        }
        let (a, b) = (forest.root(decision.a), forest.root(decision.b));
        if decision.bits < JOIN || a == b {
            continue;
        }
        let (x, y) = (forest.facts(a), forest.facts(b));
        let numbers = crate::clusters::disjoint(&x.tokens, &y.tokens) && decision.evidence != Evidence::NumbersDiffer;
        if (x.registered > 0 && y.registered > 0) || (numbers && decision.bits < 9.0) {
            continue;
        }
        forest.join(a, b);
        decision.joined = true;
    }
    let guess: Vec<u32> = (0..).take(rows.len()).map(|at| forest.root(at)).collect();
    decisions.retain(|d| d.joined || guess.get(d.a as usize) != guess.get(d.b as usize));
    let (conflicts, review) = decisions.into_iter().partition(|d| d.evidence.is_conflict());
    let systems = &corpus.systems;
    let name = |row: &Row| (systems.get(usize::from(row.system)).cloned().unwrap_or_default(), row.number.to_string());
    let records = rows.iter().map(name).collect();
    let versions = [corpus.tables.version.clone(), crate::VERSION.to_owned()];
    Linkage { records, automatic, links, guess, review, conflicts, versions }
}

/// Which questions have a rival: the same cluster fits another one as well, and the two cannot be one person.
fn ties(decisions: &[Decision], forest: &Forest) -> Vec<bool> {
    let far = |d: &&Decision| matches!(d.evidence, Evidence::NameBirth | Evidence::Weak | Evidence::KanjiDiffer);
    let mut partners: HashMap<u32, Vec<(u32, f32)>> = HashMap::new();
    for d in decisions.iter().filter(|d| d.bits >= REVIEW) {
        partners.entry(d.a).or_default().push((d.b, d.bits));
        partners.entry(d.b).or_default().push((d.a, d.bits));
    }
    let rival = |of: u32, other: u32, bits: f32| {
        let close = partners.get(&of).into_iter().flatten().filter(|(c, b)| *c != other && (b - bits).abs() <= TIE);
        close.into_iter().any(|(c, _)| forest.refusal(*c, other).is_some())
    };
    decisions.iter().map(|d| far(&d) && (rival(d.a, d.b, d.bits) || rival(d.b, d.a, d.bits))).collect()
}

/// Compares two clusters: the closest pair of their records, with what the clusters as a whole say of place, phone and number.
fn decide(rows: &[Row], forest: &Forest, a: u32, b: u32, people: f32) -> Option<Decision> {
    let (x, y) = (forest.facts(a), forest.facts(b));
    let row = |at: &u32| rows.get(*at as usize);
    let mut agreements: Vec<Agreement> = vec![];
    for (p, q) in x.members.iter().flat_map(|p| y.members.iter().map(move |q| (p, q))) {
        agreements.push(Agreement::of(row(p)?, row(q)?));
    }
    let place = agreements.iter().map(|a| a.place).max().unwrap_or(Near::Away);
    let phone = agreements.iter().map(|a| a.phone).max().unwrap_or(Level::Missing);
    let number = agreements.iter().map(|a| a.number).filter(|l| *l != Level::Missing).max().unwrap_or(Level::Missing);
    let twice = if x.systems & y.systems == 0 { 0.0 } else { TWICE };
    let weighed = agreements.iter().map(|agreement| {
        let whole = Agreement { place, phone, number, ..*agreement };
        (weigh(&whole, people) - twice, whole)
    });
    let (bits, best) = weighed.max_by(|x, y| x.0.total_cmp(&y.0))?;
    // A number on two clusters is an incident however different the people are.
    if bits < REVIEW && best.number != Level::Same {
        return None;
    }
    let refusal = forest.refusal(a, b);
    let evidence = match classify(&best) {
        // The records that hold the number and those whose names agree are not the same ones.
        Evidence::NumberNameBirth => Evidence::NumberMismatch,
        evidence if evidence.is_automatic() && refusal.is_none() => Evidence::Indistinguishable,
        evidence => evidence,
    };
    Some(Decision { a, b, evidence, bits, refusal, joined: false, agreement: best })
}
