//! The log: what changed, in ids only. Projections read it, and the count of what is new in a home: which posts, judged as the
//! home is.

use crate::gate::AudienceKey;
use crate::ids::{ItemId, PersonId, SpaceId, Time};
use crate::store::{
    Column, CommitId, Declaration, Field, Kind, LOG, Parts, Record, Row, StorageError, Table, Write, column,
};
use serde::{Deserialize, Serialize};

/// What happened. A new kind of content brings no verb; an unknown one is kept and read by nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verb {
    /// ActivityStreams `Create`.
    Create,
    /// ActivityStreams `Update`.
    Update,
    /// A draft was kept, changed or thrown away: it concerns nobody but its author.
    Draft,
    /// ActivityStreams `Delete`.
    Delete,
    /// ActivityStreams `Like`, with a kind of reaction.
    React,
    /// ActivityStreams `Undo` of a reaction.
    Unreact,
    /// ActivityStreams `Join`: a person is a member now, by himself or by an owner.
    Join,
    /// ActivityStreams `Offer` of a `Join`: a person asks to become a member.
    Request,
    /// ActivityStreams `Accept` of it; the membership is a `Join` of its own.
    Accept,
    /// ActivityStreams `Reject` of it.
    Refuse,
    /// ActivityStreams `Undo` of it.
    Withdraw,
    /// ActivityStreams `Invite`.
    Invite,
    /// ActivityStreams `Leave`.
    Leave,
    /// ActivityStreams `Follow`.
    Follow,
    /// ActivityStreams `Undo` of a follow.
    Unfollow,
    /// ActivityStreams `Block`.
    Block,
    /// ActivityStreams `Undo` of a block.
    Unblock,
    /// ActivityStreams `Add` to what a space features.
    Pin,
    /// ActivityStreams `Remove` from it.
    Unpin,
    /// A chunk of an import: the rows it changed are in `imported`.
    Import,
    /// Something is due at an instant; no word of ActivityStreams. Its row is in `due`.
    Schedule,
    /// The end of a guest's time or of a membership came; no word of ActivityStreams.
    Expire,
    /// Written by a newer release.
    #[serde(other)]
    Unknown,
}

/// A row that a chunk of an import changed, as far as projections need to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Imported {
    /// A root: its id.
    Post(ItemId),
    /// A comment: its id.
    Comment(ItemId),
    /// A reaction: the item and the person.
    Reaction(ItemId, PersonId),
    /// A follow: who, whom.
    Follow(PersonId, PersonId),
}

/// One entry: ids only, never words.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) verb: Verb,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) actor: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) app: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) item: Option<ItemId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) space: Option<SpaceId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) person: Option<PersonId>,
    /// When it happened by the command's own date; the entry's time is that of the commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) t: Option<Time>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) before: Vec<AudienceKey>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) after: Vec<AudienceKey>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) imported: Vec<Imported>,
    /// Whom the item mentions since this entry and did not before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) mentioned: Vec<PersonId>,
    /// Whether nobody is to be told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) quiet: bool,
}

impl Entry {
    pub(crate) fn new(verb: Verb) -> Entry {
        Entry {
            verb,
            actor: None,
            app: None,
            item: None,
            kind: None,
            space: None,
            person: None,
            t: None,
            before: Vec::new(),
            after: Vec::new(),
            imported: Vec::new(),
            mentioned: Vec::new(),
            quiet: false,
        }
    }

    pub(crate) fn item(mut self, item: ItemId, kind: &str) -> Entry {
        self.item = Some(item);
        self.kind = Some(kind.to_owned());
        self
    }

    pub(crate) fn space(mut self, space: Option<SpaceId>) -> Entry {
        self.space = space;
        self
    }

    pub(crate) fn person(mut self, person: PersonId) -> Entry {
        self.person = Some(person);
        self
    }

    pub(crate) fn after(mut self, keys: impl IntoIterator<Item = AudienceKey>) -> Entry {
        self.after.extend(keys);
        self
    }

    pub(crate) fn before(mut self, keys: impl IntoIterator<Item = AudienceKey>) -> Entry {
        self.before.extend(keys);
        self
    }
}

/// A row of the log.
#[derive(Clone)]
pub(crate) struct LogRow {
    pub(crate) number: i64,
    pub(crate) t: Time,
    pub(crate) commit: CommitId,
    pub(crate) entry: Entry,
}

impl Record for LogRow {
    const TABLE: &'static str = LOG;

    fn table() -> Table {
        // The store's own table: declared here only so that reads know that its rows have documents.
        Table::new(LOG, [Field::new("number", Kind::Int)])
            .columns([Field::new("t", Kind::Time), Field::new("commit", Kind::Id)])
            .document()
    }

    fn declaration() -> Declaration {
        Declaration {
            table: LOG,
            place: None,
            persons: &[],
            texts: &[],
        }
    }

    fn decode(row: &Row) -> Result<LogRow, StorageError> {
        let corrupt = StorageError::Corrupt { table: LOG };
        let document = row.document.as_deref().ok_or(corrupt.clone())?;
        Ok(LogRow {
            number: column(&row.key, 0, LOG)?,
            t: column(&row.columns, 0, LOG)?,
            commit: CommitId(column(&row.columns, 1, LOG)?),
            entry: serde_json::from_str(document).map_err(|_| corrupt)?,
        })
    }

    fn key(&self) -> Parts {
        vec![self.number.to_value()]
    }

    fn put(&self) -> Write {
        // Only the store writes the log: a batch that tried is refused.
        Write::Delete {
            table: LOG,
            key: self.key(),
        }
    }
}
