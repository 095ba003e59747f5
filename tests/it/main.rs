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
mod calls;
mod cancel;
mod compile;
mod crowds;
mod due;
mod engines;
mod faults;
mod folder;
mod found;
mod galera;
mod golden;
mod host_pool;
mod host_transaction;
mod import;
mod inbox;
mod kit;
mod later;
mod leaks;
mod live;
mod load;
mod mutes;
mod mysql;
mod oracle;
mod orders;
mod paths;
mod places;
mod postgres;
mod ranking;
mod redb;
mod releases;
mod replica;
mod retries;
mod script;
mod servers;
mod sled;
mod sqlite;
mod stepped;
mod stores;
mod street;
mod threads;
mod town;
mod twins;
