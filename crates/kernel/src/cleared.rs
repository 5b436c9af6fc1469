//! Values that have passed the disclosure gate.

use std::ops::Deref;

/// A value that may leave the system: the disclosure gate has checked who asks, for which purpose and about whom, and the audit
/// leaf that records it is durable. Forms and pages accept only cleared values, so a path around the gate does not compile.
///
/// Deliberately neither `Clone` nor `Serialize`: what leaves, leaves once, through a form or a page.
#[derive(Debug)]
pub struct Cleared<T> {
    value: T,
    entry: i64,
}

impl<T> Cleared<T> {
    /// Marks `value` as cleared by audit entry `entry`. Called by `platform::unit` only (`xtask tidy` checks that).
    pub fn seal(value: T, entry: i64) -> Self {
        Self { value, entry }
    }

    /// Number of the audit entry that recorded this disclosure.
    pub fn entry(&self) -> i64 {
        self.entry
    }

    /// Takes the value out, at the point where it leaves.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// Derives another cleared value from this one, for instance a form context from a view.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Cleared<U> {
        Cleared { value: f(self.value), entry: self.entry }
    }
}

impl<T> Cleared<Vec<T>> {
    /// The values of a cleared list, each cleared by the same entry, for a run that prints many forms.
    pub fn each(self) -> Vec<Cleared<T>> {
        let entry = self.entry;
        self.value.into_iter().map(|value| Cleared { value, entry }).collect()
    }
}

impl<T> Deref for Cleared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
