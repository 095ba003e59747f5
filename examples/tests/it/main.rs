//! The importer of folders and the quickstart.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests say what is wrong by failing, and print what they saw"
)]

mod bad_lines;
mod deal;
mod imports;
mod quickstart;
mod work;
