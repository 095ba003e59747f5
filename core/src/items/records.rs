//! What is stored of items: the envelope, the text, the further audience keys, timelines, threads, reactions.

use crate::gate::{AS_ROOT, AudienceKey};
use crate::ids::{ItemId, PersonId, SpaceId, TagId, Time};
use crate::store::{coded, record};

coded! {
    /// Where an item stands in its life.
    pub(crate) enum ItemState {
        /// To be read by its audience.
        Published = 0,
        /// Deleted; shown as a placeholder where its thread lives on.
        Tombstone = 1,
        /// Kept by its author until he publishes it; shown to nobody else.
        Draft = 2,
    }
}

record! {
    /// The envelope of an item. Its place is the space, else the wall, else the network; its first audience key stands
    /// in two columns, further ones are rows of [`Audience`] under `more`. `parent` is what a comment answers; `top`, of
    /// one that answers a comment however deep, is the comment on the root itself under which it is shown. `mentions` holds its own id where there are rows of
    /// [`Mention`]. `expires` ends its time among the broadcasts of its place; it is read as before. `language` is that of its words, where it was
    /// named, so that ranking needs no words.
    Item in "item", Stamped {
        key { id: ItemId }
        columns {
            kind: String,
            space: Option<SpaceId>,
            wall: Option<PersonId>,
            author: PersonId,
            root: Option<ItemId>,
            parent: Option<ItemId>,
            top: Option<ItemId>,
            t: Time,
            state: ItemState,
            audience_kind: i64,
            audience_id: Option<[u8; 16]>,
            more: Option<ItemId>,
            version: i64,
            edited: Option<Time>,
            mentions: Option<ItemId>,
            expires: Option<Time>,
            language: Option<String>,
        }
        document {
            external: Option<String>,
            app: Option<String>,
            imported: Option<String>,
            /// What it is about, as spelt: first the tags that were chosen, then those of its words.
            tags: Option<Vec<String>>,
            /// How many of the tags were chosen.
            chosen: Option<usize>,
            /// Whether it was published without telling anybody.
            quiet: Option<bool>,
            /// When the draft is published.
            publish_at: Option<Time>,
        }
        declares { place: id, persons: [author], texts: [tags] }
    }
}

impl Item {
    /// A published item of a kind, with everything but place, audience and origin.
    pub(crate) fn new(id: ItemId, kind: &str, author: PersonId, t: Time) -> Item {
        Item {
            id,
            kind: kind.to_owned(),
            space: None,
            wall: None,
            author,
            root: None,
            parent: None,
            top: None,
            t,
            state: ItemState::Published,
            audience_kind: AS_ROOT,
            audience_id: None,
            more: None,
            version: 1,
            edited: None,
            mentions: None,
            expires: None,
            language: None,
            external: None,
            app: None,
            imported: None,
            tags: None,
            chosen: None,
            quiet: None,
            publish_at: None,
            rest: Default::default(),
        }
    }

    /// The first audience key; `None` where a newer release wrote one that this one does not know.
    pub(crate) fn first_key(&self) -> Option<AudienceKey> {
        AudienceKey::from_columns(self.audience_kind, self.audience_id.or_else(|| self.own_space()))
    }

    /// The id that stands in the place: the key of the item's own space goes without.
    fn own_space(&self) -> Option<[u8; 16]> {
        let own = self.audience_kind == i64::from(b'S');
        self.space.filter(|_| own).map(|space| space.bytes())
    }

    /// The thread it belongs to: its root, or itself.
    pub(crate) fn thread(&self) -> ItemId {
        self.root.unwrap_or(self.id)
    }
}

record! {
    /// A further audience key of an item.
    Audience in "audience", Stamped {
        key { item: ItemId, n: i64 }
        columns { audience_kind: i64, audience_id: Option<[u8; 16]> }
        declares { place: item, persons: [], texts: [] }
    }
}

record! {
    /// The words of one version of an item in one language.
    Text in "text", Stamped {
        key { item: ItemId, version: i64, language: String }
        columns { }
        document { title: Option<String>, source: String }
        declares { place: item, persons: [], texts: [title, source] }
    }
}

record! {
    /// A version of an item that another one replaced. Its words are rows of [`Text`]. `open` is 1 where the item's space was open
    /// when it was replaced: who reads the item only because its space has been opened since does not read this version.
    Revision in "revision", Stamped {
        key { item: ItemId, version: i64 }
        columns { t: Time, open: i64 }
        declares { place: item, persons: [], texts: [] }
    }
}

/// The language mark of a text whose language nobody named (ISO 639-2 `und`).
pub(crate) const UNDETERMINED: &str = "und";

coded! {
    /// Whose timeline a row belongs to. Timelines list; audiences decide.
    pub(crate) enum TimelineKind {
        /// The posts of a space.
        Space = 83,
        /// The posts on a person's wall.
        Wall = 87,
        /// The posts to the whole network.
        Network = 78,
        /// The posts by an author.
        Author = 65,
        /// The broadcasts of a space or of the network: each row is the notice of all who may read it.
        Broadcast = 66,
        /// The posts under a tag.
        Tag = 71,
        /// The posts that mention a person.
        Addressed = 80,
        /// The drafts of a person.
        Draft = 68,
    }
}

record! {
    /// One root in one timeline, newest last in key order.
    Timeline in "timeline", Stamped {
        key { kind: TimelineKind, of: [u8; 16], t: Time, item: ItemId }
        columns { }
        declares { place: item, persons: [], texts: [] }
    }
}

record! {
    /// One tag of one post. The spelling stands in the post.
    ItemTag in "tag", Stamped {
        key { item: ItemId, tag: TagId }
        columns { }
        declares { place: item, persons: [], texts: [] }
    }
}

record! {
    /// One person whom an item mentions, since when, and how the words name him, a name a line. Whether he may read it is judged
    /// whenever it matters: `space` and `of`, the space and the author of the root, only say which of his rows to read for that.
    Mention in "mention", Stamped {
        key { item: ItemId, person: PersonId }
        columns { t: Time, names: String, space: Option<SpaceId>, of: PersonId }
        declares { place: item, persons: [person, of], texts: [] }
    }
}

/// An item mentions at most this many persons.
pub(crate) const MAX_MENTIONS: u32 = 50;

record! {
    /// One comment in its thread, oldest first in key order. The narrower key stands here as well, so that activity is
    /// counted without reading the comment. `under` is what it is shown under: the root, or the comment on the root
    /// (`top` of the item).
    Comment in "comment", Stamped {
        key { root: ItemId, t: Time, item: ItemId }
        columns {
            author: PersonId,
            narrow_kind: Option<i64>,
            narrow_id: Option<[u8; 16]>,
            state: ItemState,
            under: ItemId,
        }
        indexes { "comment_under": [under, t, item] }
        declares { place: root, persons: [author], texts: [] }
    }
}

/// A space has this many places for pins.
pub(crate) const PINS: i64 = 3;

record! {
    /// What is pinned in one place of a space, until when. It ends by the clock, whether or not the row is still there.
    Pin in "pin", Stamped {
        key { space: SpaceId, place: i64 }
        columns { item: ItemId, by: PersonId, t: Time, until: Time }
        declares { place: space, persons: [by], texts: [] }
    }
}

record! {
    /// One person's reaction to one item.
    Reaction in "reaction", Stamped {
        key { item: ItemId, person: PersonId }
        columns { reaction: String, t: Time }
        declares { place: item, persons: [person], texts: [] }
    }
}

record! {
    /// Published comments of a root per audience key (absent: the root's own audience); and, under the id of a comment,
    /// the published answers that are shown under it or answer it.
    CommentCount in "comment_count", Counters {
        key { root: ItemId, narrow_kind: i64, narrow_id: [u8; 16] }
        columns { comments: i64 }
        declares { place: root, persons: [], texts: [] }
    }
}

record! {
    /// Reactions to an item by kind of reaction.
    ReactionCount in "reaction_count", Counters {
        key { item: ItemId, reaction: String }
        columns { n: i64 }
        declares { place: item, persons: [], texts: [] }
    }
}
