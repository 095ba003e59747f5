//! Who is close to whom: what the ranking and the suggestions know about a person's ties.
#![cfg_attr(not(test), expect(dead_code, reason = "the queries that call it follow"))]

pub(crate) mod affinity;
