//! Kinds of items as data: code asks a kind's traits, never its name.

use crate::feed::features::KindTraits;

/// What a kind is like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Kind {
    /// The stable name, as stored and on the wire.
    pub(crate) name: &'static str,
    /// The name in ActivityStreams 2.0.
    pub(crate) activity_streams: &'static str,
    /// How the ranked feed treats it.
    pub(crate) ranking: KindTraits,
}

/// A short message.
pub(crate) const POST: Kind = Kind {
    name: "post",
    activity_streams: "Note",
    ranking: KindTraits::POST,
};

/// A message in a thread.
pub(crate) const COMMENT: Kind = Kind {
    name: "comment",
    activity_streams: "Note",
    ranking: KindTraits::POST,
};

/// The kinds of the house.
pub(crate) const HOUSE: &[Kind] = &[POST, COMMENT];

/// A kind by name; one that this release does not know is shown to nobody.
pub(crate) fn kind(name: &str) -> Option<&'static Kind> {
    HOUSE.iter().find(|kind| kind.name == name)
}
