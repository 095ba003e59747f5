//! What is stored of reading.

use crate::ids::{ItemId, PersonId, Time};
use crate::store::record;

record! {
    /// When and how often a person saw a thread's card. Last write wins; no right depends on it.
    Seen in "seen", Free {
        key { person: PersonId, root: ItemId }
        columns { t: Time, times: i64 }
        declares { place: root, persons: [person], texts: [] }
    }
}
