//! Parvis at work.
//!
//! - [`quickstart`]: what `cargo run --example quickstart` does, as a function of its options.
//! - [`store`]: the stores that the examples can open.

pub mod quickstart;
pub mod store;

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
