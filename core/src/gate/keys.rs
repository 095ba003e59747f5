//! Audience keys: who may read, in one representation (`T S R U F P`).

use crate::ids::{PersonId, SpaceId, UnitId};
use serde::{Deserialize, Serialize};

/// One key of an audience. A reader who holds one of an item's keys is in its audience.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum AudienceKey {
    /// `T`: all internal persons.
    Network,
    /// `S`: the members of a space; internal persons too while the space is open.
    Space {
        /// The space.
        id: SpaceId,
    },
    /// `R`: moderators and owners of a space.
    Staff {
        /// The space.
        id: SpaceId,
    },
    /// `U`: the persons of a unit and of the units below it.
    Unit {
        /// The unit.
        id: UnitId,
    },
    /// `F`: internal followers of a person.
    Followers {
        /// The person.
        id: PersonId,
    },
    /// `P`: one person.
    Person {
        /// The person.
        id: PersonId,
    },
}

/// The mark of a comment that has its root's audience.
pub(crate) const AS_ROOT: i64 = 0;

impl AudienceKey {
    /// As two columns: the letter and the id.
    pub(crate) fn to_columns(self) -> (i64, Option<[u8; 16]>) {
        match self {
            AudienceKey::Network => (i64::from(b'T'), None),
            AudienceKey::Space { id } => (i64::from(b'S'), Some(id.bytes())),
            AudienceKey::Staff { id } => (i64::from(b'R'), Some(id.bytes())),
            AudienceKey::Unit { id } => (i64::from(b'U'), Some(id.bytes())),
            AudienceKey::Followers { id } => (i64::from(b'F'), Some(id.bytes())),
            AudienceKey::Person { id } => (i64::from(b'P'), Some(id.bytes())),
        }
    }

    /// From two columns; `None` for a key of a newer release, which nobody holds.
    pub(crate) fn from_columns(kind: i64, id: Option<[u8; 16]>) -> Option<AudienceKey> {
        Some(match (u8::try_from(kind).ok()?, id) {
            (b'T', None) => AudienceKey::Network,
            (b'S', Some(id)) => AudienceKey::Space {
                id: SpaceId::from_bytes(id),
            },
            (b'R', Some(id)) => AudienceKey::Staff {
                id: SpaceId::from_bytes(id),
            },
            (b'U', Some(id)) => AudienceKey::Unit {
                id: UnitId::from_bytes(id),
            },
            (b'F', Some(id)) => AudienceKey::Followers {
                id: PersonId::from_bytes(id),
            },
            (b'P', Some(id)) => AudienceKey::Person {
                id: PersonId::from_bytes(id),
            },
            _ => return None,
        })
    }
}
