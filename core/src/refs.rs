//! How a host names a person, a unit, a space or an item: by Parvis's id, by its own, or by the handle.

use crate::gate::reader::Who;
use crate::ids::{ItemId, PersonId, SpaceId, UnitId};
use serde::{Deserialize, Serialize};

/// The app whose ids are meant where a host names none.
pub const HOST: &str = "host";

/// A host's own id, in the range of one of its apps.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct External {
    /// The source app; [`HOST`] unless named.
    #[serde(default = "host")]
    pub app: String,
    /// The id there.
    pub id: String,
}

fn host() -> String {
    HOST.to_owned()
}

/// The host's own id of something.
pub fn external(id: impl ToString) -> External {
    External {
        app: host(),
        id: id.to_string(),
    }
}

/// A name of a person, unit, space or item. Resolving it costs no call.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Ref {
    /// Parvis's id.
    Id {
        /// As UUID text.
        id: uuid::Uuid,
    },
    /// The host's own id.
    External {
        /// The source app; [`HOST`] unless named.
        #[serde(default = "host")]
        app: String,
        /// The id there.
        id: String,
    },
    /// The handle of a person or a space. It names whoever has it when the call is made, so nobody acts by it.
    Handle {
        /// As typed: `@Ana` names whom `ana` names.
        handle: String,
    },
}

/// The person or the space that has this handle.
pub fn handle(handle: impl ToString) -> Ref {
    Ref::Handle {
        handle: handle.to_string(),
    }
}

impl Ref {
    pub(crate) fn who(&self) -> Who {
        match self {
            Ref::Id { id } => Who::Id(*id.as_bytes()),
            Ref::External { app, id } => Who::External {
                app: app.clone(),
                external: id.clone(),
            },
            Ref::Handle { handle } => Who::Handle(handle.clone()),
        }
    }

    /// What names the same.
    pub(crate) fn of(who: &Who) -> Ref {
        match who {
            Who::Id(id) => Ref::Id {
                id: uuid::Uuid::from_bytes(*id),
            },
            Who::External { app, external } => Ref::External {
                app: app.clone(),
                id: external.clone(),
            },
            Who::Handle(handle) => Ref::Handle { handle: handle.clone() },
        }
    }
}

impl From<External> for Ref {
    fn from(external: External) -> Ref {
        Ref::External {
            app: external.app,
            id: external.id,
        }
    }
}

macro_rules! refs {
    ($($id:ident),+) => {$(
        impl From<$id> for Ref {
            fn from(id: $id) -> Ref {
                Ref::Id { id: uuid::Uuid::from_bytes(id.bytes()) }
            }
        }
    )+};
}
refs!(PersonId, UnitId, SpaceId, ItemId);
