//! What the host's own questions answer, as JSON.

use crate::failure::Failure;
use parvis::store::Prepared;
use serde::Serialize;

/// A value as JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(value).map_err(|error| Failure::Panicked(error.to_string()))
}

/// The numbers of a store's schema.
#[derive(Serialize)]
pub(crate) struct PreparedView {
    adds: u32,
    breaks: u32,
    changed: bool,
}

impl From<Prepared> for PreparedView {
    fn from(prepared: Prepared) -> PreparedView {
        PreparedView {
            adds: prepared.adds,
            breaks: prepared.breaks,
            changed: prepared.changed,
        }
    }
}
