//! What Parvis promises, shown from outside.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests say what is wrong by failing, and print what they saw"
)]

mod asked;
mod broken;
mod cancel;
mod compile;
mod golden;
mod kit;
mod paths;
mod retries;
mod stepped;
mod street;
mod town;
