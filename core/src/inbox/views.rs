//! What is shown of an inbox: plain records, built of what was judged.

use super::records::NoticeCode;
use crate::gate::answer::Token;
use crate::ids::{ItemId, NoticeId, Time};
use crate::items::PlaceView;
use crate::people::PersonCard;
use serde::{Deserialize, Serialize};

/// An item by its names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ItemName {
    /// The id.
    pub id: ItemId,
    /// The host's own id, for an item that came from the host.
    pub external: Option<String>,
}

/// One event that the reader is told of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct EntryView {
    /// The id: what `read` and `read_up_to` name.
    pub id: NoticeId,
    /// Why he is told: the strongest reason.
    pub code: NoticeCode,
    /// All reasons, strongest first.
    pub reasons: Vec<NoticeCode>,
    /// When it happened.
    pub t: Time,
    /// Whether he has read it.
    pub read: bool,
    /// Whether his inbox was open since.
    pub seen: bool,
    /// Who did it.
    pub actor: Option<PersonCard>,
    /// What was written, reacted to or announced.
    pub item: Option<ItemName>,
    /// The root of its thread (the item itself, unless it is a comment).
    pub root: Option<ItemName>,
    /// Where that stands.
    pub place: Option<PlaceView>,
    /// It as a sentence in the reader's language, without a full stop.
    pub text: String,
}

/// How much is unread, as the list would show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct UnreadCount {
    /// Unread entries, at most the cap.
    pub unread: u32,
    /// Whether there are more than that.
    pub more: bool,
    /// What a badge shows: unread direct notices since the inbox was last open, at most 99.
    pub badge: u32,
}

/// One page of an inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct EntriesPage {
    /// The entries, newest first.
    pub entries: Vec<EntryView>,
    /// How much is unread in all, on the first page.
    pub unread: Option<UnreadCount>,
    /// The cursor of the next page; absent at the end.
    pub next: Option<Token>,
    /// Whether the page is short because too much of what was scanned was not the reader's.
    pub partial: bool,
    /// The log position it was read at.
    pub position: Token,
}

/// Events of one kind about one thing that came between two times the reader read or saw such a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BundleView {
    /// The id of its newest entry: what `read` names.
    pub id: NoticeId,
    /// Why the reader is told.
    pub code: NoticeCode,
    /// When the newest event happened.
    pub t: Time,
    /// Whether the next event of this kind joins it. Reading and seeing close it: then the next event opens another.
    pub open: bool,
    /// Whether something in it is unread.
    pub unread: bool,
    /// Those who did it, latest first, at most three.
    pub actors: Vec<PersonCard>,
    /// How many persons, at most 99.
    pub n: u32,
    /// Whether there are more than that.
    pub more: bool,
    /// What the newest event wrote, reacted to or announced.
    pub item: Option<ItemName>,
    /// The root of its thread.
    pub root: Option<ItemName>,
    /// Where that stands.
    pub place: Option<PlaceView>,
    /// It as a sentence in the reader's language, without a full stop.
    pub text: String,
}

/// One page of bundles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BundlesPage {
    /// The bundles, newest event first.
    pub bundles: Vec<BundleView>,
    /// The cursor of the next page; absent at the end.
    pub next: Option<Token>,
    /// Whether the page is short because too much of what was scanned was not the reader's.
    pub partial: bool,
    /// The log position it was read at.
    pub position: Token,
}

/// How much is unread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct UnreadView {
    /// Unread entries, at most the cap.
    pub unread: u32,
    /// Whether there are more than that.
    pub more: bool,
    /// What a badge shows: unread direct notices since the inbox was last open, at most 99.
    pub badge: u32,
    /// The log position it was read at.
    pub position: Token,
}
