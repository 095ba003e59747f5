//! Values: what keys and columns are made of, and their one order.

use serde::{Deserialize, Serialize};

/// The type of a key part or a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// 16 bytes, compared bytewise.
    Id,
    /// Milliseconds since 1970-01-01T00:00:00Z.
    Time,
    /// A signed 64-bit integer.
    Int,
    /// UTF-8 without U+0000, compared bytewise.
    Text,
    /// Bytes, compared bytewise.
    Bytes,
}

/// One present value. Values of one kind are ordered; an absent one (`None` in [`Parts`]) comes before all of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// See [`Kind::Id`].
    Id([u8; 16]),
    /// See [`Kind::Time`].
    Time(i64),
    /// See [`Kind::Int`].
    Int(i64),
    /// See [`Kind::Text`].
    Text(String),
    /// See [`Kind::Bytes`].
    Bytes(Vec<u8>),
}

impl Value {
    /// The type of this value.
    pub fn kind(&self) -> Kind {
        match self {
            Value::Id(_) => Kind::Id,
            Value::Time(_) => Kind::Time,
            Value::Int(_) => Kind::Int,
            Value::Text(_) => Kind::Text,
            Value::Bytes(_) => Kind::Bytes,
        }
    }

    /// Bytes this value takes in a key: 16 for an id, 8 for a time or an integer, the length otherwise.
    pub fn len(&self) -> usize {
        match self {
            Value::Id(_) => 16,
            Value::Time(_) | Value::Int(_) => 8,
            Value::Text(text) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
        }
    }

    /// Whether the value takes no byte (an empty text or an empty byte string).
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Typed parts of a key, of a prefix of it, or the columns of a row; `None` is an absent one, first in every order.
pub type Parts = Vec<Option<Value>>;

/// A key may take this many bytes, the sum of [`Value::len`] over its parts.
pub const MAX_KEY: usize = 512;
/// A document may take this many bytes.
pub const MAX_DOCUMENT: usize = 48 * 1024;

/// A network (tenant) as the store sees it: 16 bytes that every call names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NetworkId(pub [u8; 16]);

impl NetworkId {
    /// The directory: networks, accounts and the agenda live here.
    pub const SYSTEM: NetworkId = NetworkId([0; 16]);
}

impl std::fmt::Debug for NetworkId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NetworkId(")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

/// The id of a batch; the *stamp* of a row is the commit id of the batch that last wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CommitId(pub [u8; 16]);

/// How far a network's log reaches: number of its newest entry and the commit that wrote it.
///
/// Two positions of one number and two commit ids mean that history was replaced, by a restore for instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Number of the newest entry; 0 for an empty log.
    pub number: i64,
    /// Commit that wrote it; zeros for an empty log.
    pub commit: CommitId,
}

impl Position {
    /// The position of an empty log.
    pub const START: Position = Position {
        number: 0,
        commit: CommitId([0; 16]),
    };
}
