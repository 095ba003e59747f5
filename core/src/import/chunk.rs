//! What the chunks of all kinds of rows share: names, outcomes, digests.

use super::rows::{ImportRow, NoticeKind, NoticeRow};
use crate::actor::Actor;
use crate::error::Error;
use crate::gate::plan::Plan;
use crate::gate::sealed::Opening;
use crate::ids::{ItemId, PersonId, SpaceId, Time, hash16};
use crate::items::mentions;
use crate::items::records::{Comment, Item, Mention};
use crate::markup;
use crate::people::records::{External, Named, Person, PersonKind};
use crate::store::{Column, Dir, Keys, Value, col};
use crate::text;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// Comments on a post of one instant among which a notice's is looked for.
const AT_ONCE: u32 = 100;

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Outcome {
    New,
    Changed,
    Same,
    Bad(Bad),
}

/// Why a row was refused: a word of ours, and the caller's own value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Bad {
    pub(crate) reason: BadReason,
    pub(crate) field: Option<String>,
    pub(crate) value: Option<String>,
}

/// The words for what was wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum BadReason {
    Unknown,
    Duplicate,
    NotAllowed,
    GuestOutside,
    LastOwner,
    Circle,
    TooDeep,
    TooLong,
    BadText,
    Missing,
    /// None that leaves the library: what was hinted about a row is no longer so.
    Stale,
}

impl BadReason {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            BadReason::Unknown => "unknown",
            BadReason::Duplicate => "duplicate",
            BadReason::NotAllowed => "not_allowed",
            BadReason::GuestOutside => "guest_outside",
            BadReason::LastOwner => "last_owner",
            BadReason::Circle => "circle",
            BadReason::TooDeep => "too_deep",
            BadReason::TooLong => "too_long",
            BadReason::BadText => "bad_text",
            BadReason::Missing => "missing",
            BadReason::Stale => "stale",
        }
    }
}

impl Bad {
    pub(crate) fn new(reason: BadReason, field: &'static str, value: &str) -> Bad {
        Bad {
            reason,
            field: Some(field.to_owned()),
            value: Some(value.to_owned()),
        }
    }

    /// The refusal that an error of a text rule stands for.
    pub(crate) fn of(error: &Error) -> Bad {
        use crate::error::Reason;
        let reason = match error.reason {
            Reason::Empty => BadReason::Missing,
            Reason::LongText | Reason::LongList | Reason::ManyTies => BadReason::TooLong,
            Reason::BadText => BadReason::BadText,
            Reason::Cycle => BadReason::Circle,
            Reason::LastOwner => BadReason::LastOwner,
            _ => BadReason::NotAllowed,
        };
        Bad {
            reason,
            field: error.field.map(str::to_owned),
            value: None,
        }
    }
}

/// The ids behind the host's ids. Such a row is written once and never given to another id, so knowing it is no fact that
/// could change.
///
/// Beside them hints: which of the persons are guests, and where posts stand. They say which memberships a chunk reads;
/// it decides on what it reads itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    ids: HashMap<Named, HashMap<String, [u8; 16]>>,
    guests: HashSet<PersonId>,
    posts: HashMap<ItemId, Post>,
    /// Comments by their post, date and author.
    comments: HashMap<(ItemId, Time, PersonId), ItemId>,
}

/// What is hinted of a post.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Post {
    pub(crate) author: PersonId,
    pub(crate) space: Option<SpaceId>,
    pub(crate) t: Time,
}

impl Names {
    pub(crate) fn get(&self, named: Named, external: &str) -> Option<[u8; 16]> {
        self.ids.get(&named)?.get(external).copied()
    }

    /// The id of a person who is probably a guest.
    pub(crate) fn guest(&self, external: &str) -> Option<PersonId> {
        let id = PersonId::from_bytes(self.get(Named::Person, external)?);
        self.guests.contains(&id).then_some(id)
    }

    /// The space in which a post probably stands.
    pub(crate) fn space_of(&self, external: &str) -> Option<SpaceId> {
        self.post(ItemId::from_bytes(self.get(Named::Item, external)?))?.space
    }

    /// What is hinted of a post.
    pub(crate) fn post(&self, id: ItemId) -> Option<Post> {
        self.posts.get(&id).copied()
    }

    /// The comment of a person on a post at an instant.
    pub(crate) fn comment(&self, post: ItemId, t: Time, author: PersonId) -> Option<ItemId> {
        self.comments.get(&(post, t, author)).copied()
    }

    /// Finds the comments that notices tell of: one call. A comment's thread, date and author never change.
    pub(crate) async fn find_comments(&mut self, actor: &Actor, rows: &[&NoticeRow]) -> Result<(), Error> {
        let told = rows.iter().filter(|row| row.kind == NoticeKind::Comment);
        let mut keys: Vec<_> = told
            .filter_map(|row| Some((self.get(Named::Item, &row.post)?, row.ts)))
            .collect();
        keys.sort_unstable();
        keys.dedup();
        if keys.is_empty() {
            return Ok(());
        }
        let keys = keys
            .into_iter()
            .map(|(post, t)| vec![Some(Value::Id(post)), t.to_value()]);
        let mut plan = Plan::new();
        let slot = plan.scan::<Comment>(Keys::given(keys), Dir::Up, AT_ONCE);
        let snapshot = plan.ask(actor.core.storage.as_ref(), actor.network).await?;
        let rows = snapshot.take(slot)?.open(Opening::Decide).into_iter();
        self.comments = rows.map(|row| ((row.root, row.t, row.author), row.item)).collect();
        Ok(())
    }

    /// Whom the words of an item name, of those that are known. Rights are not asked: they are when a mention matters.
    pub(crate) fn mentions(&self, names: &[String], item: &Item, root: &Item, t: Time) -> Vec<Mention> {
        let mut rows = Vec::new();
        for name in names {
            if let Some(person) = self.get(Named::Person, name) {
                mentions::put(&mut rows, item, root, PersonId::from_bytes(person), name, t);
            }
        }
        rows
    }

    /// The id, or the refusal that names the field.
    pub(crate) fn want(&self, named: Named, external: &str, field: &'static str) -> Result<[u8; 16], Bad> {
        self.get(named, external)
            .ok_or_else(|| Bad::new(BadReason::Unknown, field, external))
    }
}

/// The key of the row that says which id a host's id is.
fn external_key(named: Named, app: &str, external: &str) -> Vec<Option<Value>> {
    vec![
        named.to_value(),
        Some(Value::Text(app.to_owned())),
        Some(Value::Text(external.to_owned())),
    ]
}

/// Looks up the names of a chunk, with hints where they are asked for: one call.
pub(crate) async fn resolve(actor: &Actor, app: &str, wanted: &[(Named, &str)], hinted: bool) -> Result<Names, Error> {
    let mut names = Names::default();
    if wanted.is_empty() {
        return Ok(names);
    }
    let mut keys: Vec<_> = wanted.to_vec();
    keys.sort_unstable();
    keys.dedup();
    let keys = keys
        .iter()
        .filter(|(_, name)| !name.is_empty() && text::may_name(app, name))
        .map(|(named, name)| external_key(*named, app, name));
    let mut plan = Plan::new();
    let slot = plan.get::<External>(Keys::given(keys));
    let hints = hinted.then(|| {
        let people = plan.get_columns::<Person>(slot.each([col("id")]));
        (people, plan.get_columns::<Item>(slot.each([col("id")])))
    });
    let snapshot = plan.ask(actor.core.storage.as_ref(), actor.network).await?;
    for row in snapshot.take(slot)?.open(Opening::Decide) {
        names.ids.entry(row.named).or_default().insert(row.external, row.id);
    }
    if let Some((people, items)) = hints {
        let people = snapshot.take(people)?.open(Opening::Decide).into_iter();
        let guests = people.filter(|person| person.kind != PersonKind::Internal);
        names.guests = guests.map(|person| person.id).collect();
        let items = snapshot.take(items)?.open(Opening::Decide).into_iter();
        let posts = items.filter(|item| item.root.is_none()).map(|item| {
            let Item { author, space, t, .. } = item;
            (item.id, Post { author, space, t })
        });
        names.posts = posts.collect();
    }
    Ok(names)
}

/// Reads of the rows that name what a chunk would create: they must still be absent when it commits. A name that cannot be
/// kept creates nothing.
pub(crate) fn fresh<'a>(plan: &mut Plan, named: Named, app: &str, names: &Names, keys: impl Iterator<Item = &'a str>) {
    let new = keys.filter(|key| names.get(named, key).is_none() && text::may_name(app, key));
    plan.get::<External>(Keys::given(new.map(|key| external_key(named, app, key))));
}

/// A short digest of a row, kept with what it became, so that the same row is known again.
pub(crate) fn digest<T: Serialize>(row: &T) -> String {
    let body = serde_json::to_vec(row).unwrap_or_default();
    uuid::Uuid::from_bytes(hash16(&[&body])).as_simple().to_string()
}

/// The names that a row uses.
pub(crate) fn names_of(row: &ImportRow) -> Vec<(Named, String)> {
    let mut names: Vec<(Named, String)> = Vec::new();
    let mut want = |named: Named, name: &str| names.push((named, name.to_owned()));
    match row {
        ImportRow::Unit(row) => {
            want(Named::Unit, &row.id);
            row.parent.iter().for_each(|parent| want(Named::Unit, parent));
        }
        ImportRow::Person(row) => {
            want(Named::Person, &row.id);
            row.unit.iter().for_each(|unit| want(Named::Unit, unit));
        }
        ImportRow::Space(row) => {
            want(Named::Space, &row.id);
            row.owner.iter().for_each(|owner| want(Named::Person, owner));
        }
        ImportRow::Member(row) => {
            want(Named::Space, &row.space);
            want(Named::Person, &row.person);
        }
        ImportRow::Follow(row) => {
            want(Named::Person, &row.person);
            want(Named::Person, &row.follows);
        }
        ImportRow::Post(row) => {
            want(Named::Item, &row.id);
            want(Named::Person, &row.author);
            let named = markup::marks(&row.text).mentions;
            named.iter().for_each(|person| want(Named::Person, person));
            row.space.iter().for_each(|space| want(Named::Space, space));
            row.wall.iter().for_each(|wall| want(Named::Person, wall));
            if let super::rows::PostAudience::Unit { id } = &row.audience {
                want(Named::Unit, id);
            }
        }
        ImportRow::Reaction(row) => {
            want(Named::Person, &row.person);
            want(Named::Item, &row.post);
        }
        ImportRow::Notice(row) => {
            want(Named::Person, &row.to);
            want(Named::Person, &row.actor);
            want(Named::Item, &row.post);
        }
        ImportRow::Comment(row) => {
            want(Named::Item, &row.key());
            want(Named::Person, &row.person);
            want(Named::Item, &row.post);
            let named = markup::marks(&row.text).mentions;
            named.iter().for_each(|person| want(Named::Person, person));
            row.parent
                .iter()
                .for_each(|parent| want(Named::Item, &format!("comment:{parent}")));
        }
    }
    names
}
