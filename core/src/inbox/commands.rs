//! Commands of a reader on his inbox: seen, read, read up to. Nothing is decided on rights here: what is named was judged, and
//! marks are only ever raised, so that devices need not agree.

use super::records::{Closed, Mark, Notice, ReadAlone, Unread, WHOLE};
use crate::error::Error;
use crate::gate::facts::acting;
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::reader::{ReaderSlots, Who};
use crate::gate::sealed::Opening;
use crate::ids::{ItemId, NoticeId, PersonId, Time};
use crate::store::execute::{Command, Draft};
use crate::store::{Column, Dir, Keys, Part, Record, Value, Write, col};
use serde::Serialize;
use std::collections::BTreeMap;

/// Unread notices that `read_up_to` tidies away at most; those that stay behind the mark count as read all the same.
const TIDIED: u32 = 200;

/// Raises a mark of a person.
pub(crate) fn raise(draft: &mut Draft, person: PersonId, of: [u8; 16], column: &'static str, to: Time) {
    draft.write(Write::Max {
        table: Mark::TABLE,
        key: vec![person.to_value(), Some(Value::Id(of))],
        column,
        value: to.millis(),
    });
}

/// A person has seen his inbox, or has read it, up to an instant.
#[derive(Serialize)]
pub(crate) struct Raise {
    #[serde(skip)]
    pub(crate) by: Who,
    /// The instant; now, where there is none. Never later than now.
    pub(crate) upto: Option<Time>,
    pub(crate) how: How,
}

/// What became of an inbox up to an instant.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum How {
    Seen,
    Read,
}

/// The slots of a mark.
pub(crate) struct RaiseSlots {
    reader: ReaderSlots,
    mark: Slot<Mark>,
    notices: Slot<Notice>,
    unread: Slot<Unread>,
    alone: Slot<ReadAlone>,
}

impl Command for Raise {
    const NAME: &'static str = "inbox.raise";
    type Slots = RaiseSlots;
    type Made = ();

    fn load(&self, plan: &mut Plan) -> RaiseSlots {
        let reader = ReaderSlots::narrow(plan, &self.by, Vec::new(), Vec::new());
        let me = || match self.how {
            How::Seen => Keys::default(),
            How::Read => reader.person.each([col("id")]),
        };
        let unread = plan.scan::<Unread>(me(), Dir::Up, TIDIED);
        RaiseSlots {
            mark: plan.get::<Mark>(reader.person.each([col("id"), Part::Const(Value::Id(WHOLE))])),
            notices: plan.get::<Notice>(unread.each([col("person"), col("id")])),
            alone: plan.scan::<ReadAlone>(me(), Dir::Up, TIDIED),
            unread,
            reader,
        }
    }

    fn decide(&self, facts: &Snapshot, slots: RaiseSlots, draft: &mut Draft) -> Result<(), Error> {
        let reader = acting(facts, slots.reader, draft)?;
        let mark = facts.take(slots.mark)?.open(Opening::Decide).into_iter().next();
        let before = mark.map_or(i64::MIN, |mark| mark.read.max(mark.seen));
        // All that is there now: beyond every mark before, so that what came late is passed as well.
        let all = || Time::from_millis(draft.now.millis().max(before.saturating_add(1)));
        let upto = self.upto.map_or_else(all, |t| t.min(draft.now));
        raise(draft, reader.id, WHOLE, "seen", upto);
        if self.how == How::Seen {
            return Ok(());
        }
        raise(draft, reader.id, WHOLE, "read", upto);
        for row in facts.take(slots.unread)?.open(Opening::Decide) {
            if row.id.time() <= upto {
                draft.delete(&row);
            }
        }
        for row in facts.take(slots.notices)?.open(Opening::Decide) {
            if row.id.time() <= upto && !row.passed(upto.millis()) {
                draft.put(&Notice {
                    read: Some(draft.now),
                    ..row
                });
            }
        }
        for row in facts.take(slots.alone)?.open(Opening::Decide) {
            if row.t <= upto {
                draft.delete(&row);
            }
        }
        Ok(())
    }
}

/// Notices and broadcasts that one batch marks.
pub(crate) const MAX_READ: usize = 200;

/// A person has read notices and broadcasts, one by one.
#[derive(Serialize)]
pub(crate) struct Read {
    #[serde(skip)]
    pub(crate) by: Who,
    pub(crate) person: PersonId,
    pub(crate) notices: Vec<NoticeId>,
    pub(crate) broadcasts: Vec<(ItemId, Time)>,
}

/// The slots of reading.
pub(crate) struct ReadSlots {
    reader: ReaderSlots,
    notices: Slot<Notice>,
}

impl Command for Read {
    const NAME: &'static str = "inbox.read";
    type Slots = ReadSlots;
    type Made = ();

    fn load(&self, plan: &mut Plan) -> ReadSlots {
        let key = |id: &NoticeId| vec![self.person.to_value(), id.to_value()];
        ReadSlots {
            reader: ReaderSlots::narrow(plan, &self.by, Vec::new(), Vec::new()),
            notices: plan.get::<Notice>(Keys::given(self.notices.iter().map(key))),
        }
    }

    fn decide(&self, facts: &Snapshot, slots: ReadSlots, draft: &mut Draft) -> Result<(), Error> {
        let reader = acting(facts, slots.reader, draft)?;
        let mut closed: BTreeMap<([u8; 16], i64), i64> = BTreeMap::new();
        for row in facts.take(slots.notices)?.open(Opening::Decide) {
            if row.read.is_none() {
                let (person, id) = (row.person, row.id);
                draft.delete(&Unread { person, id });
                // The next event of its kind opens a bundle of its own.
                let before = closed.entry((row.about, row.code.bit())).or_default();
                *before = (*before).max(row.opened.millis().saturating_add(1));
                draft.put(&Notice {
                    read: Some(draft.now),
                    ..row
                });
            }
        }
        for ((about, code), before) in closed {
            draft.write(Write::Max {
                table: Closed::TABLE,
                key: vec![reader.id.to_value(), Some(Value::Id(about)), code.to_value()],
                column: "before",
                value: before,
            });
        }
        for (item, t) in &self.broadcasts {
            draft.put(&ReadAlone {
                person: reader.id,
                item: *item,
                t: *t,
            });
        }
        Ok(())
    }
}
