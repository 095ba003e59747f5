//! Rows as they come out of the store: sealed. This file uses nothing of the crate, so that the compile-fail tests can
//! take it in alone.

#![allow(
    unreachable_pub,
    reason = "the compile-fail tests take this file in as a module of their own"
)]

/// Why sealed rows are opened outside the gate's judgement. The list is closed, and a test lists the places that open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// The gate itself judges and builds what it shows.
    Show,
    /// A command decides; what comes of it is a batch.
    Decide,
    /// A projection derives; what comes of it is a batch.
    Project,
}

/// Rows nobody has judged yet. They have no length, cannot be walked, printed, compared or written out.
pub struct SealedSet<R> {
    rows: Vec<R>,
}

impl<R> SealedSet<R> {
    /// Seals rows.
    pub fn seal(rows: Vec<R>) -> SealedSet<R> {
        SealedSet { rows }
    }

    /// Opens them for a named purpose.
    pub fn open(self, _why: Opening) -> Vec<R> {
        self.rows
    }
}
