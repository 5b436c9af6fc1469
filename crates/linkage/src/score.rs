//! Scoring a result against a truth file.

use crate::LinkageError;
use crate::read::reader;
use matching::{Decision, Linkage};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::path::Path;

/// Quality of one clustering. Pairs are those of the clusters (transitive), over all systems together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quality {
    /// Share of joined pairs that are one person.
    pub precision: f64,
    /// Share of the pairs of one person that are joined.
    pub recall: f64,
    /// Share of persons whose records are one cluster with nobody else's.
    pub exact: f64,
    /// Clusters that hold two persons or more.
    pub mixed: usize,
    /// Persons whose records lie in two clusters or more.
    pub split: usize,
}

impl Quality {
    /// Harmonic mean of precision and recall.
    pub fn f1(&self) -> f64 {
        2.0 * self.precision * self.recall / (self.precision + self.recall).max(f64::MIN_POSITIVE)
    }

    fn of(clusters: &[u32], persons: &[u64]) -> Self {
        let mut cells: HashMap<(u32, u64), u64> = HashMap::new();
        let (mut by_cluster, mut by_person) = (HashMap::<u32, (u64, u32)>::new(), HashMap::<u64, (u64, u32)>::new());
        for (cluster, person) in clusters.iter().zip(persons) {
            *cells.entry((*cluster, *person)).or_default() += 1;
            by_cluster.entry(*cluster).or_default().0 += 1;
            by_person.entry(*person).or_default().0 += 1;
        }
        for (cluster, person) in cells.keys() {
            by_cluster.entry(*cluster).or_default().1 += 1;
            by_person.entry(*person).or_default().1 += 1;
        }
        let pairs = |n: u64| (n * n.saturating_sub(1) / 2) as f64;
        let right: f64 = cells.values().map(|n| pairs(*n)).sum();
        let joined: f64 = by_cluster.values().map(|(n, _)| pairs(*n)).sum();
        let wanted: f64 = by_person.values().map(|(n, _)| pairs(*n)).sum();
        let whole = cells
            .keys()
            .filter(|(c, p)| by_cluster.get(c).is_some_and(|c| c.1 == 1) && by_person.get(p).is_some_and(|p| p.1 == 1));
        Self {
            precision: if joined > 0.0 { right / joined } else { 1.0 },
            recall: if wanted > 0.0 { right / wanted } else { 1.0 },
            exact: whole.count() as f64 / by_person.len().max(1) as f64,
            mixed: by_cluster.values().filter(|c| c.1 > 1).count(),
            split: by_person.values().filter(|p| p.1 > 1).count(),
        }
    }
}

impl fmt::Display for Quality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "P {:.6}  R {:.4}  F1 {:.5}  exact {:.2} %  mixed {}  split {}",
            self.precision,
            self.recall,
            self.f1(),
            self.exact * 100.0,
            self.mixed,
            self.split
        )
    }
}

/// Every number of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// Records with a known person.
    pub records: usize,
    /// Persons.
    pub persons: usize,
    /// Without any review (T3).
    pub guess: Quality,
    /// The automatic tier alone (T4).
    pub automatic: Quality,
    /// Questions of the review queue to answer until nothing is left (T5), and after them those of the conflict queue.
    pub decisions: (usize, usize),
    /// How many of them are answered with yes.
    pub yes: usize,
    /// After a reviewer who never errs (T6).
    pub reviewed: Quality,
    /// Planted look-alikes that the best guess and the automatic tier join, and how many there are, by kind (T7).
    pub look_alikes: BTreeMap<String, (usize, usize, usize)>,
    /// By evidence class: questions and those with yes.
    pub by_evidence: BTreeMap<&'static str, (usize, usize)>,
    /// The same by grade, of the review queue.
    pub by_grade: BTreeMap<String, (usize, usize)>,
    /// Automatic unions by evidence class, and how many of them joined two persons.
    pub unions: BTreeMap<&'static str, (usize, usize)>,
}

impl Score {
    /// Questions of both queues per 10,000 persons.
    pub fn per_ten_thousand(&self) -> [f64; 2] {
        [self.decisions.0, self.decisions.1].map(|n| n as f64 * 10_000.0 / self.persons.max(1) as f64)
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "records {}  persons {}", self.records, self.persons)?;
        writeln!(f, "T3 no review       {}", self.guess)?;
        writeln!(f, "T4 automatic tier  {}", self.automatic)?;
        let (asked, conflicts) = self.decisions;
        let [review, numbers] = self.per_ten_thousand();
        let share = self.yes as f64 * 100.0 / (asked + conflicts).max(1) as f64;
        writeln!(
            f,
            "T5 decisions       review {asked} ({review:.0} per 10,000 persons) + number conflicts {conflicts} ({numbers:.0}), {share:.1} % yes"
        )?;
        writeln!(f, "T6 after review    {}", self.reviewed)?;
        for (kind, (guess, automatic, all)) in &self.look_alikes {
            writeln!(f, "T7 {kind}: {guess}/{all} joined without review, {automatic} automatically")?;
        }
        for (label, (made, wrong)) in &self.unions {
            writeln!(f, "automatic  {label}: {made}, {wrong} wrong")?;
        }
        for (grade, (asked, yes)) in &self.by_grade {
            writeln!(f, "review     {grade}: {asked}, {yes} yes")?;
        }
        for (label, (asked, yes)) in &self.by_evidence {
            writeln!(f, "question   {label}: {asked}, {yes} yes")?;
        }
        Ok(())
    }
}

/// Scores a result against `truth.csv` (`rec_id,person_id`) and, when it is there, `hardneg.csv` of the same folder.
///
/// # Errors
/// When the truth file cannot be read.
pub fn score(linkage: &Linkage, folder: &Path) -> Result<Score, LinkageError> {
    let truth = truth(&folder.join("truth.csv"))?;
    let unknown = u64::MAX;
    let persons: Vec<u64> =
        linkage.records.iter().map(|(s, n)| truth.get(&format!("{s}:{n}")).copied().unwrap_or(unknown)).collect();
    let known = |clusters: &[u32]| -> (Vec<u32>, Vec<u64>) {
        clusters.iter().zip(&persons).filter(|(_, p)| **p != unknown).map(|(c, p)| (*c, *p)).unzip()
    };
    let quality = |clusters: &[u32]| {
        let (clusters, persons) = known(clusters);
        Quality::of(&clusters, &persons)
    };
    let mut answers = Answers::new(&linkage.automatic);
    let (mut asked, mut conflicts, mut yes) = (0, 0, 0);
    let mut by_evidence: BTreeMap<&'static str, (usize, usize)> = BTreeMap::new();
    let mut by_grade: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for decision in linkage.conflicts.iter().chain(&linkage.review) {
        let Decision { a, b, evidence, .. } = decision;
        if answers.root(*a) == answers.root(*b) {
            continue;
        }
        asked += 1;
        conflicts += usize::from(evidence.is_conflict());
        let person = |at: u32| persons.get(at as usize).copied();
        let same = person(*a) == person(*b);
        yes += usize::from(same);
        let count = |class: &mut (usize, usize)| *class = (class.0 + 1, class.1 + usize::from(same));
        count(by_evidence.entry(evidence.label()).or_default());
        if !evidence.is_conflict() {
            count(by_grade.entry(format!("{:?}", decision.grade())).or_default());
        }
        if same {
            answers.join(*a, *b);
        }
    }
    let reviewed: Vec<u32> = linkage.automatic.iter().map(|at| answers.root(*at)).collect();
    Ok(Score {
        records: persons.iter().filter(|p| **p != unknown).count(),
        persons: persons.iter().filter(|p| **p != unknown).collect::<BTreeSet<_>>().len(),
        guess: quality(&linkage.guess),
        automatic: quality(&linkage.automatic),
        decisions: (asked - conflicts, conflicts),
        yes,
        reviewed: quality(&reviewed),
        look_alikes: look_alikes(linkage, &persons, &folder.join("hardneg.csv"))?,
        by_evidence,
        by_grade,
        unions: unions(linkage, &persons),
    })
}

fn unions(linkage: &Linkage, persons: &[u64]) -> BTreeMap<&'static str, (usize, usize)> {
    let mut found: BTreeMap<&'static str, (usize, usize)> = BTreeMap::new();
    for link in &linkage.links {
        let wrong = persons.get(link.a as usize) != persons.get(link.b as usize);
        let class = found.entry(link.evidence.label()).or_default();
        *class = (class.0 + 1, class.1 + usize::from(wrong));
    }
    found
}

fn truth(path: &Path) -> Result<HashMap<String, u64>, LinkageError> {
    let mut found = HashMap::new();
    for row in reader(path)?.into_records() {
        let row = row.map_err(|e| LinkageError::read(path, &e))?;
        if let (Some(record), Some(person)) = (row.get(0), row.get(1).and_then(|p| p.parse().ok())) {
            found.insert(record.to_owned(), person);
        }
    }
    Ok(found)
}

type LookAlikes = BTreeMap<String, (usize, usize, usize)>;

fn look_alikes(linkage: &Linkage, persons: &[u64], path: &Path) -> Result<LookAlikes, LinkageError> {
    let mut found = LookAlikes::new();
    if !path.exists() {
        return Ok(found);
    }
    let clusters = |of: &[u32]| -> HashMap<u64, BTreeSet<u32>> {
        let mut by_person: HashMap<u64, BTreeSet<u32>> = HashMap::new();
        for (cluster, person) in of.iter().zip(persons) {
            by_person.entry(*person).or_default().insert(*cluster);
        }
        by_person
    };
    let (guess, automatic) = (clusters(&linkage.guess), clusters(&linkage.automatic));
    let joined = |of: &HashMap<u64, BTreeSet<u32>>, a, b| match (of.get(&a), of.get(&b)) {
        (Some(x), Some(y)) => usize::from(!x.is_disjoint(y)),
        _ => 0,
    };
    for row in reader(path)?.into_records() {
        let row = row.map_err(|e| LinkageError::read(path, &e))?;
        let person = |at| row.get(at).and_then(|p| p.parse::<u64>().ok());
        if let (Some(a), Some(b), Some(kind)) = (person(0), person(1), row.get(2)) {
            let slot = found.entry(kind.to_owned()).or_default();
            *slot = (slot.0 + joined(&guess, a, b), slot.1 + joined(&automatic, a, b), slot.2 + 1);
        }
    }
    Ok(found)
}

/// Clusters as a reviewer joins them.
struct Answers(Vec<u32>);

impl Answers {
    fn new(clusters: &[u32]) -> Self {
        Self(clusters.to_vec())
    }

    fn root(&self, of: u32) -> u32 {
        let mut at = of;
        while let Some(up) = self.0.get(at as usize).filter(|up| **up != at) {
            at = *up;
        }
        at
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        if let Some(slot) = self.0.get_mut(a.max(b) as usize) {
            *slot = a.min(b);
        }
    }
}
