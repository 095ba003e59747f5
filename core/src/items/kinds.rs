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
    /// Whether it begins a thread.
    pub(crate) stands: Stands,
    /// Whether it has a title.
    pub(crate) titled: Titled,
    /// Whom it addresses.
    pub(crate) reach: Reach,
}

/// Where an item of a kind stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stands {
    /// Alone: it begins a thread.
    Root,
    /// In a thread.
    Thread,
}

/// Whether an item of a kind has a title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Titled {
    /// Never.
    No,
    /// Always, where a person writes it.
    Yes,
}

/// Whom an item of a kind addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Whoever comes by.
    Passers,
    /// Everybody who may read the place: it stands in the place's broadcasts, until it expires where it does, and only
    /// those whom the place lets announce may write it.
    Everybody,
}

/// A short message.
pub(crate) const POST: Kind = Kind {
    name: "post",
    activity_streams: "Note",
    ranking: KindTraits::POST,
    stands: Stands::Root,
    titled: Titled::No,
    reach: Reach::Passers,
};

/// A word to everybody in a place. ActivityStreams calls sharing `Announce`; this is an `Article`.
pub(crate) const ANNOUNCEMENT: Kind = Kind {
    name: "announcement",
    activity_streams: "Article",
    ranking: KindTraits::ANNOUNCEMENT,
    stands: Stands::Root,
    titled: Titled::Yes,
    reach: Reach::Everybody,
};

/// A message in a thread.
pub(crate) const COMMENT: Kind = Kind {
    name: "comment",
    activity_streams: "Note",
    ranking: KindTraits::POST,
    stands: Stands::Thread,
    titled: Titled::No,
    reach: Reach::Passers,
};

/// The kinds of the house.
pub(crate) const HOUSE: &[Kind] = &[POST, ANNOUNCEMENT, COMMENT];

/// A kind by name; one that this release does not know is shown to nobody.
pub(crate) fn kind(name: &str) -> Option<&'static Kind> {
    HOUSE.iter().find(|kind| kind.name == name)
}
