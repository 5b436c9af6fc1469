//! Clusters that know what they hold, so that no union breaks a rule.

use crate::corpus::Row;
use crate::keys::Script;

/// A disjoint-set forest over records; the root of a cluster is always its first record.
pub(crate) struct Forest {
    parent: Vec<u32>,
    facts: Vec<Facts>,
}

/// What the records of one cluster say, each list sorted and without repeats.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    pub members: Vec<u32>,
    pub tokens: Vec<u64>,
    pub births: Vec<u32>,
    /// Kanji of the given names, or of whole names that could not be split.
    pub givens: Vec<u64>,
    /// One bit per system that has a record here; systems beyond the 64th are not told apart from one another.
    pub systems: u64,
    /// Records of the resident registry, in which one person lives once.
    pub registered: u32,
}

impl Facts {
    fn of(row: &Row, at: u32, registry: Option<u16>) -> Self {
        let one = |value: u64| if value == 0 { vec![] } else { vec![value] };
        let kanji = row.names.iter().filter(|n| n.script == Script::Kanji).map(|n| if n.given != 0 { n.given } else { n.whole });
        let mut givens: Vec<u64> = kanji.collect();
        givens.sort_unstable();
        givens.dedup();
        Self {
            members: vec![at],
            tokens: one(row.token),
            births: if row.birth == 0 { vec![] } else { vec![row.birth] },
            givens,
            systems: 1 << row.system.min(63),
            registered: u32::from(Some(row.system) == registry),
        }
    }

    fn absorb(&mut self, other: Facts) {
        self.registered += other.registered;
        self.systems |= other.systems;
        self.members.extend(other.members);
        self.tokens.extend(other.tokens);
        self.births.extend(other.births);
        self.givens.extend(other.givens);
        self.members.sort_unstable();
        for list in [&mut self.tokens, &mut self.givens] {
            list.sort_unstable();
            list.dedup();
        }
        self.births.sort_unstable();
        self.births.dedup();
    }
}

/// Both sides say something and nothing they say is the same.
pub(crate) fn disjoint<T: PartialEq>(a: &[T], b: &[T]) -> bool {
    !a.is_empty() && !b.is_empty() && !a.iter().any(|x| b.contains(x))
}

impl Forest {
    pub(crate) fn new(rows: &[Row], registry: Option<u16>) -> Self {
        let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        Self { parent: (0..count).collect(), facts: rows.iter().zip(0..).map(|(row, at)| Facts::of(row, at, registry)).collect() }
    }

    pub(crate) fn root(&mut self, of: u32) -> u32 {
        let mut at = of;
        while let Some(&up) = self.parent.get(at as usize).filter(|up| **up != at) {
            let next = self.parent.get(up as usize).copied().unwrap_or(up);
            if let Some(slot) = self.parent.get_mut(at as usize) {
                *slot = next;
            }
            at = next;
        }
        at
    }

    pub(crate) fn facts(&self, root: u32) -> &Facts {
        static NONE: Facts = Facts { members: vec![], tokens: vec![], births: vec![], givens: vec![], systems: 0, registered: 0 };
        self.facts.get(root as usize).unwrap_or(&NONE)
    }

    /// Joins two clusters given by their roots; the smaller root stays.
    pub(crate) fn join(&mut self, a: u32, b: u32) {
        let (keep, gone) = (a.min(b), a.max(b));
        if keep == gone {
            return;
        }
        let absorbed = self.facts.get_mut(gone as usize).map(std::mem::take).unwrap_or_default();
        if let (Some(parent), Some(facts)) = (self.parent.get_mut(gone as usize), self.facts.get_mut(keep as usize)) {
            *parent = keep;
            facts.absorb(absorbed);
        }
    }

    /// Why an automatic union of two clusters is refused, if it is.
    pub(crate) fn refusal(&self, a: u32, b: u32) -> Option<Refusal> {
        let (a, b) = (self.facts(a), self.facts(b));
        let same_number = a.tokens.iter().any(|t| b.tokens.contains(t));
        if disjoint(&a.tokens, &b.tokens) {
            Some(Refusal::Numbers)
        } else if a.registered > 0 && b.registered > 0 {
            Some(Refusal::Registered)
        } else if disjoint(&a.births, &b.births) {
            Some(Refusal::Births)
        } else if disjoint(&a.givens, &b.givens) && !same_number {
            Some(Refusal::Kanji)
        } else {
            None
        }
    }

    /// The roots of all clusters, in order.
    pub(crate) fn roots(&self) -> Vec<u32> {
        self.parent.iter().zip(0..).filter(|(up, at)| **up == *at).map(|(_, at)| at).collect()
    }
}

/// Why two clusters may not be one without a person looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// They hold two different valid 個人番号.
    Numbers,
    /// Both are living records of the resident registry.
    Registered,
    /// Their birth dates differ.
    Births,
    /// The kanji of their given names differ.
    Kanji,
}
