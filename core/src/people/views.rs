//! What is shown of persons.

use super::records::{Person, PersonKind};
use crate::ids::PersonId;
use serde::Serialize;

/// A person in a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PersonCard {
    /// The id.
    pub id: PersonId,
    /// The host's own id.
    pub external: Option<String>,
    /// The name.
    pub name: String,
    /// The handle, which names one person or space of the network.
    pub handle: Option<String>,
    /// What stands under the name.
    pub title: Option<String>,
    /// Whether the person comes from outside: hosts mark guests wherever they show them.
    pub guest: bool,
}

impl PersonCard {
    /// Called by the gate only, after it judged.
    pub(crate) fn build(person: &Person) -> PersonCard {
        PersonCard {
            id: person.id,
            external: person.external.clone(),
            name: person.name.clone(),
            handle: person.handle.clone(),
            title: person.title.clone(),
            guest: person.kind != PersonKind::Internal,
        }
    }
}
