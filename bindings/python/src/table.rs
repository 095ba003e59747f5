//! The table of operations and the words of errors, for what is made from them in Python.

use parvis::operations::TABLE;
use parvis::{Error, Reason};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use serde::Serialize;

#[derive(Serialize)]
struct Row {
    name: &'static str,
    kind: parvis::operations::Kind,
    doc: &'static str,
    fields: &'static [&'static str],
    answer: &'static str,
}

/// The table of operations as JSON: name, kind, doc, fields and answer of each.
#[pyfunction]
pub(crate) fn operations(py: Python<'_>) -> Bound<'_, PyBytes> {
    let rows = TABLE.iter().map(|row| Row {
        name: row.name,
        kind: row.kind,
        doc: row.doc,
        fields: row.fields,
        answer: row.answer,
    });
    let rows: Vec<Row> = rows.collect();
    PyBytes::new(py, &serde_json::to_vec(&rows).unwrap_or_default())
}

/// Every reason with its code, as on the wire.
#[pyfunction]
pub(crate) fn reasons() -> Vec<(String, &'static str)> {
    let code = |reason: &Reason| match serde_json::to_value(reason.code()) {
        Ok(serde_json::Value::String(code)) => code,
        _ => String::new(),
    };
    Reason::ALL
        .iter()
        .map(|reason| (code(reason), reason.as_str()))
        .collect()
}

/// What to tell the person who meets an error of this reason, in a language by its BCP 47 tag; absent for an unknown reason.
#[pyfunction]
pub(crate) fn message(reason: &str, language: &str) -> Option<String> {
    let known = Reason::ALL.iter().find(|known| known.as_str() == reason)?;
    Some(Error::new(*known).message(language))
}

/// The version of the library.
#[pyfunction]
pub(crate) fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
