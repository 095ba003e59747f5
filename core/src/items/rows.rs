//! The rows that one item makes: envelope, audience, timelines, tags, words, its place in a thread.

use super::kinds::{self, Reach};
use super::records::{
    Audience, Comment, Item, ItemState, ItemTag, Mention, Text, Timeline, TimelineKind, UNDETERMINED,
};
use super::tags::{MAX_TAGS, Tag};
use crate::due::{schedule_expiry, schedule_publication};
use crate::error::{Error, Reason};
use crate::gate::{AS_ROOT, AudienceKey};
use crate::ids::{ItemId, PersonId, TagId};
use crate::log::{Entry, Verb};
use crate::store::execute::Draft;
use crate::store::{NetworkId, Record, Value};
use crate::text;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// What the token of a version holds.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BasedOn {
    pub(crate) item: ItemId,
    pub(crate) version: i64,
}

/// The tags of an item, resolved: those that were chosen, then those of its words.
pub(crate) struct Topics {
    tags: Vec<Tag>,
    chosen: usize,
}

impl Topics {
    /// Each once. Tags of the words beyond the bound are words.
    ///
    /// # Errors
    /// [`Reason::BadValue`] for a chosen tag that is none, [`Reason::LongList`] for too many.
    pub(crate) fn of(chosen: &[String], words: Vec<Tag>) -> Result<Topics, Error> {
        if chosen.len() > MAX_TAGS {
            return Err(Error::new(Reason::LongList).at("tags"));
        }
        let mut seen: HashSet<TagId> = HashSet::new();
        let mut tags = Vec::new();
        for text in chosen {
            let tag = Tag::new(text).ok_or(Error::new(Reason::BadValue).at("tags"))?;
            if seen.insert(tag.id) {
                tags.push(tag);
            }
        }
        let chosen = tags.len();
        let words = words.into_iter().filter(|tag| seen.insert(tag.id));
        tags.extend(words.take(MAX_TAGS - chosen));
        Ok(Topics { tags, chosen })
    }

    /// The item with these tags.
    pub(crate) fn put(self, item: &mut Item) {
        item.chosen = (self.chosen > 0).then_some(self.chosen);
        item.tags = (!self.tags.is_empty()).then(|| self.tags.into_iter().map(|tag| tag.name).collect());
    }
}

/// The tags of an item as rows; a draft is under none.
pub(crate) fn tag_rows(item: &Item) -> Vec<ItemTag> {
    if item.state == ItemState::Draft {
        return Vec::new();
    }
    let names = item.tags.iter().flatten();
    let tags = names.filter_map(|name| Tag::new(name));
    tags.map(|tag| ItemTag {
        item: item.id,
        tag: tag.id,
    })
    .collect()
}

/// The tags of an item that were chosen.
pub(crate) fn chosen(item: &Item) -> Vec<String> {
    let names = item.tags.iter().flatten();
    names.take(item.chosen.unwrap_or(0)).cloned().collect()
}

/// The timelines that list a root: its place's, its author's, its place's broadcasts where it is one, its tags', and those of
/// the persons it mentions. A draft stands among its author's drafts only.
pub(crate) fn timelines(network: NetworkId, item: &Item, mentions: &[Mention]) -> Vec<Timeline> {
    let row = |line| line_of(item, line);
    if item.state == ItemState::Draft {
        return vec![row((TimelineKind::Draft, item.author.bytes()))];
    }
    let mut lines = vec![place_of(network, item), (TimelineKind::Author, item.author.bytes())];
    let tags = tag_rows(item)
        .into_iter()
        .map(|row| (TimelineKind::Tag, row.tag.bytes()));
    lines.extend(tags);
    lines.extend(mentions.iter().map(|row| (TimelineKind::Addressed, row.person.bytes())));
    lines.into_iter().map(row).chain(broadcast(network, item)).collect()
}

/// A root in a timeline.
fn line_of(item: &Item, (kind, of): (TimelineKind, [u8; 16])) -> Timeline {
    Timeline {
        kind,
        of,
        t: item.t,
        item: item.id,
    }
}

/// The timeline of a root's place.
fn place_of(network: NetworkId, item: &Item) -> (TimelineKind, [u8; 16]) {
    match (item.space, item.wall) {
        (Some(space), _) => (TimelineKind::Space, space.bytes()),
        (None, Some(wall)) => (TimelineKind::Wall, wall.bytes()),
        (None, None) => (TimelineKind::Network, network.0),
    }
}

/// The row of an announcement among the broadcasts of its place, until its end is carried out.
pub(crate) fn broadcast(network: NetworkId, item: &Item) -> Option<Timeline> {
    let everybody = kinds::kind(&item.kind).is_some_and(|kind| kind.reach == Reach::Everybody);
    let loud = everybody && item.state != ItemState::Draft && !item.quiet.unwrap_or(false);
    let (_, of) = place_of(network, item);
    loud.then(|| line_of(item, (TimelineKind::Broadcast, of)))
}

/// The further audience keys of an item as rows, the first as its columns.
pub(crate) fn with_audience(mut item: Item, keys: &[AudienceKey]) -> (Item, Vec<Audience>) {
    let mut columns = keys.iter().map(|key| key.to_columns());
    if let Some((kind, id)) = columns.next() {
        // The key of the item's own space goes without the id, which stands in the place: one look-up instead of two.
        let own = item
            .space
            .filter(|space| keys.first() == Some(&AudienceKey::Space { id: *space }));
        (item.audience_kind, item.audience_id) = (kind, id.filter(|_| own.is_none()));
    }
    let id = item.id;
    let rows: Vec<Audience> = columns
        .zip(1..)
        .map(|((audience_kind, audience_id), n)| Audience {
            item: id,
            n,
            audience_kind,
            audience_id,
        })
        .collect();
    item.more = (!rows.is_empty()).then_some(id);
    (item, rows)
}

/// Writes a root: envelope, audience, timelines, tags, mentions, log entry.
pub(crate) fn put_root(
    draft: &mut Draft,
    network: NetworkId,
    item: &Item,
    (keys, rows): (&[AudienceKey], &[Audience]),
    mentions: &[Mention],
) {
    draft.put(item);
    rows.iter().for_each(|row| draft.put(row));
    mentions.iter().for_each(|row| draft.put(row));
    tag_rows(item).iter().for_each(|row| draft.put(row));
    timelines(network, item, mentions).iter().for_each(|row| draft.put(row));
    tell(draft, item, keys, mentions);
}

/// Tells whoever follows the log, and the clock, that a root was published, or a draft begun.
pub(crate) fn tell(draft: &mut Draft, item: &Item, keys: &[AudienceKey], mentions: &[Mention]) {
    draft.log(&told(item, keys, mentions));
    if item.state == ItemState::Draft {
        schedule_publication(draft, None, item);
    } else {
        schedule_expiry(draft, None, item);
    }
}

fn told(item: &Item, keys: &[AudienceKey], mentions: &[Mention]) -> Entry {
    let mut entry = if item.state == ItemState::Draft {
        Entry::new(Verb::Draft).item(item.id, &item.kind)
    } else {
        let mut entry = Entry::new(Verb::Create)
            .item(item.id, &item.kind)
            .space(item.space)
            .after(keys.iter().copied());
        entry.mentioned = mentions.iter().map(|row| row.person).collect();
        entry
    };
    entry.actor = Some(item.author);
    entry.quiet = item.quiet.unwrap_or(false);
    entry
}

/// An item with whom it mentions.
pub(crate) type Mentioning<'a> = (&'a Item, &'a [Mention]);

/// Changes the rows that list a root, and its tags, from what it was to what it is.
pub(crate) fn move_root(draft: &mut Draft, network: NetworkId, before: Mentioning<'_>, after: Mentioning<'_>) {
    replace(draft, tag_rows(before.0), tag_rows(after.0));
    let lines = |(item, mentions): Mentioning<'_>| timelines(network, item, mentions);
    replace(draft, lines(before), lines(after));
}

/// Changes the rows of whom an item mentions; who stays keeps his date. Answers those who are new.
pub(crate) fn move_mentions(draft: &mut Draft, before: &[Mention], after: &mut [Mention]) -> Vec<PersonId> {
    let gone = before
        .iter()
        .filter(|old| !after.iter().any(|row| row.person == old.person));
    gone.for_each(|row| draft.delete(row));
    let mut new = Vec::new();
    for row in after {
        match before.iter().find(|old| old.person == row.person) {
            Some(old) => row.t = old.t,
            None => new.push(row.person),
        }
        draft.put(row);
    }
    new
}

/// Deletes rows that are no more, puts those that are new.
fn replace<R: Record>(draft: &mut Draft, before: Vec<R>, after: Vec<R>) {
    let keys = |rows: &[R]| rows.iter().map(Record::key).collect::<Vec<_>>();
    let (old, new) = (keys(&before), keys(&after));
    let gone = before.iter().filter(|row| !new.contains(&row.key()));
    gone.for_each(|row| draft.delete(row));
    let come = after.iter().filter(|row| !old.contains(&row.key()));
    come.for_each(|row| draft.put(row));
}

/// The language of words, where it was named.
///
/// # Errors
/// [`Reason::BadValue`].
pub(crate) fn language(asked: Option<&str>) -> Result<Option<String>, Error> {
    let named = asked.map(|tag| text::language(tag, "language")).transpose()?;
    Ok(named.flatten())
}

/// The words of one version.
pub(crate) struct Words<'a> {
    pub(crate) title: Option<String>,
    pub(crate) source: &'a str,
    pub(crate) language: Option<&'a str>,
}

/// Writes the words of one version.
///
/// # Errors
/// As [`text::source`].
pub(crate) fn put_words(draft: &mut Draft, item: ItemId, version: i64, words: Words<'_>) -> Result<(), Error> {
    let language = words.language.unwrap_or(UNDETERMINED).to_owned();
    let source = text::source(words.source, "body")?;
    draft.put(&Text {
        item,
        version,
        language,
        title: words.title,
        source,
        rest: Default::default(),
    });
    Ok(())
}

/// The counter key of comments with an audience key (`None`: the root's own).
pub(crate) fn comment_count_key(root: ItemId, narrow: Option<AudienceKey>) -> Vec<Value> {
    let (kind, id) = narrow.map_or((AS_ROOT, None), AudienceKey::to_columns);
    vec![
        Value::Id(root.bytes()),
        Value::Int(kind),
        Value::Id(id.unwrap_or_default()),
    ]
}

/// The row that lists a comment in its thread.
pub(crate) fn comment_row(item: &Item, root: ItemId) -> Comment {
    // As stored, so that a key of a newer release stays one that nobody here holds.
    let narrow = (item.audience_kind != AS_ROOT).then_some((item.audience_kind, item.audience_id));
    Comment {
        root,
        t: item.t,
        item: item.id,
        author: item.author,
        narrow_kind: narrow.map(|(kind, _)| kind),
        narrow_id: narrow.and_then(|(_, id)| id),
        state: item.state,
        under: item.top.unwrap_or(root),
    }
}

/// Under whose ids a comment is counted: its root's, that of the comment it is shown under, that of the one it answers.
pub(crate) fn counted_under(comment: &Item) -> impl Iterator<Item = ItemId> + use<> {
    let (root, top) = (comment.root, comment.top);
    let parent = comment
        .parent
        .filter(|parent| root != Some(*parent) && top != Some(*parent));
    root.into_iter().chain(top).chain(parent)
}
