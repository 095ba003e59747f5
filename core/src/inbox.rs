//! The inbox: what a person is told of, one by one and in bundles, how much of it is unread, and what he has read.
//!
//! Direct notices are rows that a projection of the log writes, ids only; broadcasts are pulled from their places when they are
//! read. Whoever may no longer know of something finds its notice gone, from the list and from the count, in the same read.

pub(crate) mod commands;
mod looking;
pub(crate) mod queries;
pub(crate) mod recipients;
pub(crate) mod records;
pub(crate) mod views;
pub(crate) mod words;

pub use records::NoticeCode;
pub use views::{BundleView, BundlesPage, EntriesPage, EntryView, ItemName, UnreadCount, UnreadView};

use crate::actor::Actor;
use crate::error::{Error, Reason};
use crate::gate::answer::Visible;
use crate::ids::{ItemId, NoticeId};
use crate::locales::Language;
use crate::operations::{Bundles, Entries, ReadEntries, ReadUpTo, SeenInbox, UnreadQuery};
use crate::receipt::{Receipt, receipt};
use commands::{How, MAX_READ, Raise, Read};
use serde::{Deserialize, Serialize};

/// Which entries are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Which {
    /// All of them.
    #[default]
    All,
    /// Those that were not read.
    Unread,
}

/// A call names at most this many entries, and this many bundles.
const MAX_NAMED: [usize; 2] = [200, 20];

fn language(tag: Option<&String>) -> Language {
    Language::of(tag.map_or("en", String::as_str))
}

pub(crate) async fn entries(actor: &Actor, request: Entries) -> Result<Visible<EntriesPage>, Error> {
    let language = language(request.language.as_ref());
    let which = request.which.unwrap_or_default();
    queries::entries(actor, which, request.limit, request.cursor.as_ref(), language).await
}

pub(crate) async fn bundles(actor: &Actor, request: Bundles) -> Result<Visible<BundlesPage>, Error> {
    let language = language(request.language.as_ref());
    queries::bundles(actor, request.limit, request.cursor.as_ref(), language).await
}

pub(crate) async fn unread(actor: &Actor, request: UnreadQuery) -> Result<Visible<UnreadView>, Error> {
    queries::unread(actor, request.cap).await
}

pub(crate) async fn seen(actor: &Actor, request: SeenInbox) -> Result<Receipt, Error> {
    raise(actor, request.entry, How::Seen).await
}

pub(crate) async fn read_up_to(actor: &Actor, request: ReadUpTo) -> Result<Receipt, Error> {
    raise(actor, request.entry, How::Read).await
}

async fn raise(actor: &Actor, entry: Option<NoticeId>, how: How) -> Result<Receipt, Error> {
    let command = Raise {
        by: actor.person()?.clone(),
        upto: entry.map(NoticeId::time),
        how,
    };
    receipt(actor, &actor.execute(&command, None).await?)
}

pub(crate) async fn read(actor: &Actor, request: ReadEntries) -> Result<Receipt, Error> {
    if request.entries.len() > MAX_NAMED[0] {
        return Err(Error::new(Reason::LongList).at("entries"));
    }
    if request.bundles.len() > MAX_NAMED[1] {
        return Err(Error::new(Reason::LongList).at("bundles"));
    }
    let (person, named) = queries::named(actor, &request.entries, &request.bundles).await?;
    let (broadcasts, notices): (Vec<_>, Vec<_>) = named
        .iter()
        .filter(|entry| !entry.read)
        .partition(|entry| entry.code == NoticeCode::Announcement);
    let mut notices: Vec<NoticeId> = notices.iter().map(|entry| entry.spot.id).collect();
    notices.sort_unstable();
    let broadcasts = broadcasts
        .iter()
        .map(|entry| (ItemId::from_bytes(entry.spot.id.bytes()), entry.spot.t));
    let mut command = Read {
        by: actor.person()?.clone(),
        person,
        notices: Vec::new(),
        broadcasts: broadcasts.collect(),
    };
    // A bundle holds more than one batch does: part after part, each read for good.
    while notices.len() > MAX_READ {
        command.notices = notices.drain(..MAX_READ).collect();
        actor.execute(&command, None).await?;
    }
    command.notices = notices;
    receipt(actor, &actor.execute(&command, None).await?)
}
