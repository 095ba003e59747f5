//! What may leave the library. This file uses nothing of the crate, so that the compile-fail tests can take it in alone.

use serde::Serialize;
use std::fmt;
use std::ops::Deref;

mod closed {
    /// Keeps [`Answer`](super::Answer) to the types of this file and to records made by `answer!`.
    pub trait Closed {}
}
pub use closed::Closed;

/// What an operation may return. A record, a number, a text or a stranger's id is none.
#[diagnostic::on_unimplemented(message = "`{Self}` has not passed the gate: it is no answer")]
pub trait Answer: Closed + Serialize + Send + 'static {}

/// Something that the gate judged visible for one viewer in one snapshot. It serialises as what it holds.
#[derive(PartialEq)]
pub struct Visible<T> {
    value: T,
    network: [u8; 16],
    viewer: [u8; 16],
    position: i64,
}

/// What the gate decided for: the only way to make a [`Visible`].
#[derive(Clone, Copy)]
pub struct Stamp {
    network: [u8; 16],
    viewer: [u8; 16],
    position: i64,
}

impl Stamp {
    /// Only the gate calls this.
    pub(super) fn new(network: [u8; 16], viewer: [u8; 16], position: i64) -> Stamp {
        Stamp {
            network,
            viewer,
            position,
        }
    }

    /// Only the gate calls this, after it judged.
    pub(super) fn visible<T>(self, value: T) -> Visible<T> {
        Visible {
            value,
            network: self.network,
            viewer: self.viewer,
            position: self.position,
        }
    }
}

impl<T> Visible<T> {
    /// Whether it was decided for this viewer of this network.
    pub fn is_for(&self, network: [u8; 16], viewer: [u8; 16]) -> bool {
        self.network == network && self.viewer == viewer
    }

    /// The log position of the snapshot it was judged in.
    pub fn position(&self) -> i64 {
        self.position
    }
}

impl<T> Deref for Visible<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> fmt::Debug for Visible<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Visible<{}>", std::any::type_name::<T>())
    }
}

impl<T: Serialize> Serialize for Visible<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<T> Closed for Visible<T> {}
impl<T: Serialize + Send + 'static> Answer for Visible<T> {}

/// The id of something that this caller's command made (or found it had made before).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Made<Id>(pub Id);

impl<Id> Closed for Made<Id> {}
impl<Id: Serialize + Send + 'static> Answer for Made<Id> {}

/// An opaque sealed text: a cursor, a position, the version an edit is based on.
#[derive(Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Token(String);

impl Token {
    /// A token from its text.
    pub fn new(text: impl Into<String>) -> Token {
        Token(text.into())
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

impl Closed for Token {}
impl Answer for Token {}

/// The caller's own input, given back: a file name, a line number, a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Echo<T>(pub T);

impl<T> Closed for Echo<T> {}
impl<T: Serialize + Send + 'static> Answer for Echo<T> {}

/// A number about work, not about people: rows done, positions behind. For system actors only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Meter(pub u64);

impl Closed for Meter {}
impl Answer for Meter {}

impl<T> Closed for Vec<T> {}
impl<T: Answer> Answer for Vec<T> {}
impl<T> Closed for Option<T> {}
impl<T: Answer> Answer for Option<T> {}

/// Declares a record that an operation returns; every field must be an answer itself.
#[macro_export]
#[doc(hidden)]
macro_rules! answer {
    ($(#[$doc:meta])* pub struct $name:ident { $($(#[$field_doc:meta])* pub $field:ident: $type:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, serde::Serialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[non_exhaustive]
        pub struct $name { $($(#[$field_doc])* pub $field: $type),+ }

        const _: () = {
            const fn is_answer<T: $crate::gate::answer::Answer>() {}
            $(let _: fn() = is_answer::<$type>;)+
        };
        impl $crate::gate::answer::Closed for $name {}
        impl $crate::gate::answer::Answer for $name {}
    };
}

/// A word of a fixed vocabulary of ours: a state, a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Word(pub(crate) &'static str);

impl Word {
    /// The word.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl Closed for Word {}
impl Answer for Word {}
