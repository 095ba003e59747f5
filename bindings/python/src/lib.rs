//! The native module of the Python package `parvis`.
//!
//! It is small and speaks JSON bytes, the same bytes as every other face; everything typed is Python, made from the table of
//! operations. What waits exists twice: `x` lets the interpreter lock go, waits and wakes ten times a second for signals, `x_async` is
//! a coroutine.
//!
//! How a call goes, in the order of the modules:
//!
//! - `db`, `actor`: the two classes. Neither opens anything by itself.
//! - `folder`: an organisation that comes in from files.
//! - `running`: one tokio runtime a process; waiting for a call, or for its task. A panic ends the call, not the process.
//! - `slot`: what is opened at the first use and again in a forked child; `fork`: what happens around a fork.
//! - `questions`: what is asked of a database apart from operations; `views`: its answers. `table`: the table of operations as data.
//! - `place`, `options`, `store`: which store, and how it is opened.
//! - `foreign`: whether another SQLite of this process works on the file.
//! - `callbacks`, `bytes_map`: clock, entropy and storage of the host, in Python.
//! - `log`: what happens inside, for Python's `logging`.
//! - `failure`: what a call fails with, and the exception that it is raised as.

mod actor;
mod bytes_map;
mod callbacks;
mod db;
mod failure;
mod folder;
mod foreign;
mod fork;
mod log;
mod options;
mod place;
mod questions;
mod running;
mod slot;
mod store;
mod table;
mod views;

use pyo3::prelude::*;

/// Parvis, natively. Not part of the public interface: use `parvis`.
#[pymodule]
mod _parvis {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::actor::Actor;
    #[pymodule_export]
    use crate::db::Db;
    #[pymodule_export]
    use crate::fork::{after_fork, before_fork, close_all};
    #[pymodule_export]
    use crate::log::log_records;
    #[pymodule_export]
    use crate::place::place;
    #[pymodule_export]
    use crate::table::{message, operations, reasons, version};

    #[pymodule_init]
    fn init(_module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::log::install();
        Ok(())
    }
}
