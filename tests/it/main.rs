//! What Parvis promises, shown from outside.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests say what is wrong by failing, and print what they saw"
)]

mod broken;
mod folder;
mod import;
mod kill;
mod kit;
mod ranking;
mod found;
mod oracle;
mod redb;
mod sqlite;
mod street;
mod sqlite_calls;
