//! What is shown of items: plain records, built by the gate of what it judged.

use crate::gate::answer::Token;
use crate::gate::judge::Fact;
use crate::ids::{ItemId, PersonId, SpaceId, TagId, Time};
use crate::people::PersonCard;
use crate::rights::Verb;
use serde::Serialize;
use std::ops::Deref;

/// Where an item stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum PlaceView {
    /// In a space; the name where the reader may find the space.
    Space {
        /// The space.
        id: SpaceId,
        /// Its name.
        name: Option<String>,
    },
    /// On a person's wall.
    Wall {
        /// The person.
        person: PersonId,
    },
    /// On the wall of the network.
    Network,
}

/// How an item is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Shown {
    /// With its words.
    Whole,
    /// As the placeholder of a deleted item.
    Deleted,
    /// As the placeholder of what a person wrote whom the reader blocked.
    Blocked,
}

/// The words of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Body {
    /// As written, in CommonMark.
    pub source: String,
    /// As HTML of a closed list of elements, without scripts, styles, frames or images, whose links lead out. `person:` and `tag:`
    /// before an id lead to a mention and to a tag: the host says where that is.
    pub html: String,
    /// As plain words.
    pub text: String,
    /// The title, where the kind has one.
    pub title: Option<String>,
    /// Their language (BCP 47), where it was named.
    pub language: Option<String>,
}

/// A tag of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TagView {
    /// The tag, however it is spelt.
    pub id: TagId,
    /// As it is spelt here.
    pub name: String,
}

/// How many persons reacted in one way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ReactionView {
    /// The reaction's name.
    pub reaction: String,
    /// How many persons.
    pub n: i64,
}

/// What the reader himself has to do with an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ViewerView {
    /// What he may do with it.
    pub can: Vec<Verb>,
    /// His reaction.
    pub reaction: Option<String>,
    /// Whether his devices reported that he saw it.
    pub seen: bool,
}

/// A reason why an item is where it is in the ranked feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ReasonView {
    /// The stable code.
    pub code: &'static str,
    /// The number in the sentence.
    pub n: Option<u32>,
    /// The points it stands for.
    pub points: Option<i32>,
    /// The sentence in the reader's language.
    pub text: String,
}

/// One item as one reader sees it at one instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ItemView {
    /// The id.
    pub id: ItemId,
    /// The host's own id, for an item that came from the host.
    pub external: Option<String>,
    /// The kind's name.
    pub kind: String,
    /// How it is shown.
    pub shown: Shown,
    /// Whether it is a draft of the reader's.
    pub draft: bool,
    /// When the draft is published by itself. An instant that is past says that its author might not write it when it came.
    pub publish_at: Option<Time>,
    /// Where it stands.
    pub place: PlaceView,
    /// Who wrote it; absent for placeholders.
    pub author: Option<PersonCard>,
    /// The root of its thread, for a comment.
    pub root: Option<ItemId>,
    /// What it answers, for a comment.
    pub parent: Option<ItemId>,
    /// When it was published.
    pub t: Time,
    /// When it was edited last.
    pub edited: Option<Time>,
    /// What an edit must be based on.
    pub version: Token,
    /// When it stops being an announcement, for one that does.
    pub expires: Option<Time>,
    /// Its words; absent for placeholders.
    pub body: Option<Body>,
    /// What it is about; none for placeholders.
    pub tags: Vec<TagView>,
    /// By what the reader reads it: the fact that opened it.
    pub through: Fact,
    /// Comments that the reader may read.
    pub comments: i64,
    /// Reactions by kind, most first.
    pub reactions: Vec<ReactionView>,
    /// The reader and the item.
    pub viewer: ViewerView,
    /// Points in the ranked feed; absent elsewhere.
    pub points: Option<i32>,
    /// Why it is here, in the ranked feed: the way it came, the two largest terms; all terms on demand.
    pub reasons: Vec<ReasonView>,
}

/// A pinned item. Reads as the item itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PinnedView {
    /// The item.
    #[serde(flatten)]
    pub item: ItemView,
    /// Until when it is pinned.
    pub until: Time,
}

impl Deref for PinnedView {
    type Target = ItemView;
    fn deref(&self) -> &ItemView {
        &self.item
    }
}

/// One page of a feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct FeedPage {
    /// What is pinned, latest pin first: on the first page of a space's wall, beside the items, which hold it by its date too.
    pub pinned: Vec<PinnedView>,
    /// The items, in order.
    pub items: Vec<ItemView>,
    /// The cursor of the next page; absent at the end.
    pub next: Option<Token>,
    /// Whether the page is short because too much of what was scanned was not the reader's.
    pub partial: bool,
    /// The log position it was read at.
    pub position: Token,
}

/// A comment with a preview of its answers. Reads as the comment itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct CommentView {
    /// The comment; its `comments` are the answers under it that the reader may read.
    #[serde(flatten)]
    pub comment: ItemView,
    /// A few answers, oldest first: the oldest ones, or the newest where the thread is read from there.
    pub answers: Vec<ItemView>,
    /// The cursor of more answers, for `items.get` of this comment by its id; absent where there are no more.
    pub next: Option<Token>,
}

impl Deref for CommentView {
    type Target = ItemView;
    fn deref(&self) -> &ItemView {
        &self.comment
    }
}

/// An item with its thread. The comments are those on the item; those on an answer are its neighbours, under the
/// comment on the root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ThreadPage {
    /// The item asked for.
    pub item: ItemView,
    /// The root of its thread (the item itself, unless it is a comment).
    pub root: ItemView,
    /// The comment on the root under which the item is shown, for an answer to a comment.
    pub top: Option<ItemView>,
    /// Comments, oldest first, whichever end they are read from. One that is deleted stays where it was as long as the
    /// reader reads answers of it.
    pub comments: Vec<CommentView>,
    /// The cursor of the next comments, away from the end that was asked for; absent at the other end.
    pub next: Option<Token>,
    /// The cursor back towards that end; absent before the oldest comment, where nothing can come.
    pub previous: Option<Token>,
    /// The log position it was read at.
    pub position: Token,
}

/// What an item said before another version replaced it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct VersionView {
    /// When it was written.
    pub t: Time,
    /// Its words.
    pub body: Body,
}

/// One page of the versions that an item had before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct HistoryPage {
    /// The item.
    pub item: ItemId,
    /// Versions that were replaced, newest first; none of an item that is shown as a placeholder.
    pub versions: Vec<VersionView>,
    /// The cursor of older versions; absent at the end.
    pub next: Option<Token>,
    /// The log position it was read at.
    pub position: Token,
}

/// Whether verbs are allowed, in the order asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Allowed {
    /// One answer an item; `false` for what is absent or hidden.
    pub allowed: Vec<bool>,
}

/// Why a person may or may not use a verb on an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Explanation {
    /// The outcome.
    pub allowed: bool,
    /// The verb.
    pub verb: Verb,
    /// The person it is about.
    pub person: PersonId,
    /// The path of facts: what the decision rested on.
    pub path: Vec<Fact>,
}
