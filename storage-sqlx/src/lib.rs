//! SQL backends of Parvis.
//!
//! - [`Sqlite`] (feature `sqlite`, on by default): one file, write-ahead log, one writer and several readers, under any executor.
//! - `Postgres` (feature `postgres`): a database, any number of processes, under any executor.
//! - `Mysql` (feature `mysql`): the same on MySQL and MariaDB.
//!
//! How a call becomes SQL, in the order of the modules:
//!
//! - `shape`: what the text of a call depends on, and the parameters it takes. Texts are kept by shape.
//! - `plan`: which reads hang on the rows of others, and which are relations.
//! - `text` and `relation`: the one statement of a call. It answers one row: a JSON array.
//! - `decode`: that array as rows; repeats dropped, absent keys reported.
//! - `facts` and `writes`: a batch. One text reads what its conditions are about, a second one writes all of it.
//! - `dialect`: what engines spell differently.
//! - `steps`: reads for engines whose texts cannot hold a call: a few statements in one snapshot.
//! - `statement`: a row that a host writes with a driver of its own.
//! - `server`: what engines with servers have in common: connections, a queue for each network, what is tried again.
//!
//! Rows lie in tables called `parvis_` and the name of the table in the schema; `_network` is the number of the network in
//! `parvis__network`, `_stamp` the commit that wrote the row, `_document` its document. Times are milliseconds, ids 16
//! bytes, `_sum` on SQLite a sum over the row. Hosts may read them with SQL of their own, and must not write them.
//!
//! # Faults of SQLite
//! - **No room.** [`Full`](parvis::store::StorageError::Full); reads go on, and writes again once there is room.
//! - **A flush that failed** is [`OutcomeUnknown`](parvis::store::StorageError::OutcomeUnknown), and the file is opened anew
//!   before anything else is acknowledged.
//! - **A medium that cannot be written.** A closed file is opened for reads; commits are
//!   [`ReadOnly`](parvis::store::StorageError::ReadOnly). A file with a log (`-wal`) beside it needs a medium that can be written,
//!   unless another process has it open.
//! - **Damage.** Rows that decide carry a sum: one that does not fit is [`Corrupt`](parvis::store::StorageError::Corrupt), with
//!   its table. `prepare` looks through [guarding tables](parvis::store::Table::guard). Counters, free and unstamped rows, the log
//!   and rows with nothing but a key carry none.

#![cfg_attr(
    not(all(feature = "mysql", feature = "postgres", feature = "sqlite")),
    allow(dead_code, reason = "no engine alone uses everything")
)]

mod carry;
mod decode;
mod dialect;
mod enlist;
mod facts;
#[cfg(feature = "server")]
mod fill;
mod json;
mod lateral;
#[cfg(test)]
mod lines;
#[cfg(feature = "mysql")]
mod mysql;
mod plan;
#[cfg(feature = "postgres")]
mod postgres;
mod relation;
mod release;
#[cfg(feature = "server")]
mod server;
mod shape;
#[cfg(feature = "sqlite")]
mod sqlite;
mod statement;
#[cfg(feature = "mysql")]
mod steps;
mod sums;
mod talk;
mod text;
mod writes;

#[cfg(feature = "mysql")]
pub use mysql::{Mysql, MysqlOptions, MysqlTransaction};
#[cfg(feature = "postgres")]
pub use postgres::{Postgres, PostgresOptions, PostgresTransaction};
#[cfg(feature = "sqlite")]
pub use sqlite::{Sqlite, SqliteOptions, SqliteTransaction};
pub use statement::{Parameter, Statement};
