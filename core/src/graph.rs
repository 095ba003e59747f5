//! Who is close to whom: what the ranking and the suggestions know about a person's ties.

pub(crate) mod affinity;
pub(crate) mod commands;
pub(crate) mod mutes;
pub(crate) mod records;
pub(crate) mod topics;
