//! What Parvis promises, shown from outside.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests say what is wrong by failing, and print what they saw"
)]

mod broken;
mod folder;
mod kill;
mod kit;
mod sqlite;
mod street;
