//! What is shown of what changed.

use crate::gate::answer::Token;
use serde::Serialize;

/// What changed for a reader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ChangesView {
    /// Up to where this answer tells: the `after` of the next call.
    pub position: Token,
    /// Unread entries of the inbox, at most 99.
    pub unread: u32,
    /// Whether there are more than that.
    pub more: bool,
    /// What a badge shows: unread direct notices since the inbox was last open, at most 99.
    pub badge: u32,
    /// Posts of others that are new in the reader's home since `after`, at most 20.
    pub feed_new: u32,
    /// Whether `after` is of a history that was replaced, by a restore for instance: whatever was read before is to be read again.
    pub replaced: bool,
}
