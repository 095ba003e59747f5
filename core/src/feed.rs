//! The home feed: which posts come first for one reader, page after page, and why.
#![cfg_attr(not(test), expect(dead_code, reason = "the queries that call it follow"))]

#[cfg(test)]
pub(crate) mod dice;
pub(crate) mod features;
pub(crate) mod hours;
pub(crate) mod reasons;
pub(crate) mod score;
pub(crate) mod window;
