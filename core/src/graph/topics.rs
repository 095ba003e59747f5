//! Ties between persons and tags: tags that a person follows. A tag is known however it is spelt; the person's own spelling is kept.

use super::records::FollowTag;
use crate::actor::Actor;
use crate::error::{Error, Reason};
use crate::gate::answer::{Token, Visible};
use crate::gate::facts::{acting, only};
use crate::gate::page::{limit, position_token, visible};
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::reader::{ReaderSlots, Who};
use crate::gate::sealed::Opening;
use crate::ids::{PersonId, TagId};
use crate::items::TagView;
use crate::items::tags::Tag;
use crate::people::records::PersonCounts;
use crate::people::views::TagPage;
use crate::receipt::{Receipt, receipt};
use crate::store::execute::{Command, Draft};
use crate::store::{Column, Dir, Keys, Part, Parts, Record, Value, col};
use serde::Serialize;

/// A person follows at most this many tags.
pub(crate) const MAX_TAGS: u32 = 500;

/// What a person wants of a tag.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum Wish {
    Follow,
    Unfollow,
}

/// A person follows a tag, or no longer does.
#[derive(Serialize)]
struct SetTopic {
    #[serde(skip)]
    by: Who,
    tag: String,
    wish: Wish,
}

fn tag(text: &str) -> Result<Tag, Error> {
    Tag::new(text).ok_or(Error::new(Reason::BadValue).at("tag"))
}

fn count(draft: &mut Draft, person: PersonId, n: i64) {
    let key = vec![Value::Id(person.bytes())];
    draft.add_within(PersonCounts::TABLE, key, "tags", n, 0, i64::from(MAX_TAGS));
}

impl Command for SetTopic {
    const NAME: &'static str = "people.topic";
    type Slots = (ReaderSlots, Slot<FollowTag>);
    type Made = ();

    fn load(&self, plan: &mut Plan) -> Self::Slots {
        let reader = ReaderSlots::narrow(plan, &self.by, Vec::new(), Vec::new());
        let key = Tag::new(&self.tag).map_or_else(Keys::default, |tag| {
            reader.person.each([col("id"), Part::Const(Value::Id(tag.id.bytes()))])
        });
        (reader, plan.get::<FollowTag>(key))
    }

    fn decide(&self, facts: &Snapshot, slots: Self::Slots, draft: &mut Draft) -> Result<(), Error> {
        let person = acting(facts, slots.0, draft)?.id;
        let tag = tag(&self.tag)?;
        match (self.wish, only(facts, slots.1)?) {
            (Wish::Follow, None) => {
                count(draft, person, 1);
                draft.put(&FollowTag {
                    person,
                    tag: tag.id,
                    t: draft.now,
                    name: tag.name,
                    rest: Default::default(),
                });
            }
            (Wish::Unfollow, Some(follow)) => {
                count(draft, person, -1);
                draft.delete(&follow);
            }
            _ => {}
        }
        Ok(())
    }

    fn bound(&self, _table: &'static str) -> Reason {
        Reason::ManyTies
    }
}

/// The tags that a reader follows.
pub(crate) fn topics(plan: &mut Plan, reader: &ReaderSlots) -> Slot<FollowTag> {
    plan.scan_keys::<FollowTag>(reader.person.each([col("id")]), Dir::Up, MAX_TAGS)
}

pub(crate) async fn set(actor: &Actor, tag: String, wish: Wish, key: Option<&str>) -> Result<Receipt, Error> {
    let by = actor.person()?.clone();
    receipt(actor, &actor.execute(&SetTopic { by, tag, wish }, key).await?)
}

/// One page of the tags that the one who asks follows.
pub(crate) async fn followed(actor: &Actor, asked: u32, cursor: Option<&Token>) -> Result<Visible<TagPage>, Error> {
    let limit = limit(asked);
    let by = actor.by.bytes();
    let context: [&[u8]; 3] = [b"tags", &actor.network.0, &by];
    let sealer = &actor.core.sealer;
    let from: Option<TagId> = sealer.cursor(&context, cursor)?;
    let mut plan = Plan::new();
    let reader = ReaderSlots::whole(&mut plan, actor.person()?);
    let start = from.map_or_else(Parts::new, |tag| vec![tag.to_value()]);
    let me = reader.person.each([col("id")]);
    let rows = plan.range::<FollowTag>("follow_tag", me, start, Dir::Up, limit as u32 + 1);
    let (snapshot, reader) = reader.ask(&plan, actor).await?;
    let mut rows = snapshot.take(rows)?.open(Opening::Show);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = match rows.last().filter(|_| more) {
        Some(end) => Some(sealer.seal(&context, &end.tag).ok_or(Error::new(Reason::Corrupt))?),
        None => None,
    };
    let tags = rows
        .into_iter()
        .map(|row| TagView {
            id: row.tag,
            name: row.name,
        })
        .collect();
    let position = position_token(actor, snapshot.position)?;
    Ok(visible(&snapshot, &reader, TagPage { tags, next, position }))
}
