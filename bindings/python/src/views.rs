//! What the host's own questions answer, as JSON.

use crate::failure::Failure;
use serde::Serialize;

/// A value as JSON.
pub(crate) fn json(value: &impl Serialize) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(value).map_err(|error| Failure::Panicked(error.to_string()))
}
