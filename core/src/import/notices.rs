//! Chunks of notices that an old system had shown: reactions and comments become entries of an inbox, announcements only raise the
//! reader's mark of their space.

use super::chunk::{Bad, BadReason, Names, Outcome};
use super::rows::{NoticeKind, NoticeRow};
use crate::error::Error;
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::sealed::Opening;
use crate::ids::{ItemId, NoticeId, PersonId, SpaceId, Time};
use crate::inbox::commands::raise;
use crate::inbox::records::{Mark, Notice, NoticeCode, Unread};
use crate::people::records::Named;
use crate::store::execute::{Command, Draft};
use crate::store::{Column, Keys};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// The bundle of what was read before it came: no event joins it.
const READ_BEFORE: Time = Time::MIN;
/// The bundle of what was unread: the next event of its kind joins it.
const UNREAD_BEFORE: Time = Time::from_millis(0);

/// A chunk of notices.
#[derive(Serialize)]
pub(crate) struct Notices<'a> {
    pub(crate) rows: Vec<&'a NoticeRow>,
    #[serde(skip)]
    pub(crate) names: &'a Names,
}

/// The slots of a chunk of notices.
pub(crate) struct NoticeSlots {
    notices: Slot<Notice>,
    marks: Slot<Mark>,
}

/// What a row says, by ids.
enum Said {
    Told(Notice),
    Announced {
        to: PersonId,
        space: SpaceId,
        read: Option<Time>,
    },
}

impl Notices<'_> {
    fn said(&self, row: &NoticeRow) -> Result<Said, Bad> {
        let person = |name: &str, field| self.names.want(Named::Person, name, field).map(PersonId::from_bytes);
        let (to, actor) = (person(&row.to, "to")?, person(&row.actor, "actor")?);
        let post = ItemId::from_bytes(self.names.want(Named::Item, &row.post, "post")?);
        let unknown = || Bad::new(BadReason::Unknown, "post", &row.post);
        let known = self.names.post(post).ok_or_else(unknown)?;
        if to == actor {
            return Err(Bad::new(BadReason::NotAllowed, "to", &row.to));
        }
        let code = match row.kind {
            NoticeKind::Announce => {
                let space = known
                    .space
                    .ok_or_else(|| Bad::new(BadReason::NotAllowed, "post", &row.post))?;
                // The notice may be a moment older or younger than what it tells of.
                let read = row.read.then_some(row.ts.max(known.t));
                return Ok(Said::Announced { to, space, read });
            }
            NoticeKind::Reaction => NoticeCode::Reaction,
            NoticeKind::Comment => NoticeCode::Comment,
        };
        // Both tell of what was done to a post of one's own.
        if known.author != to {
            return Err(Bad::new(BadReason::NotAllowed, "to", &row.to));
        }
        let comment = self.names.comment(post, row.ts, actor);
        let known_by = [&[row.kind as u8][..], &actor.bytes(), &post.bytes()];
        Ok(Said::Told(Notice {
            person: to,
            id: NoticeId::in_order(row.ts, row.order, &known_by),
            code,
            about: post.bytes(),
            opened: if row.read { READ_BEFORE } else { UNREAD_BEFORE },
            actor,
            item: Some(comment.filter(|_| code == NoticeCode::Comment).unwrap_or(post)),
            space: known.space,
            reasons: code.bit(),
            read: row.read.then_some(row.ts),
            number: None,
        }))
    }
}

impl Command for Notices<'_> {
    const NAME: &'static str = "import.notices";
    type Slots = NoticeSlots;
    type Made = Vec<Outcome>;

    fn load(&self, plan: &mut Plan) -> NoticeSlots {
        let (mut notices, mut marks) = (Vec::new(), Vec::new());
        for said in self.rows.iter().filter_map(|row| self.said(row).ok()) {
            match said {
                Said::Told(notice) => notices.push(vec![notice.person.to_value(), notice.id.to_value()]),
                Said::Announced { to, space, read } if read.is_some() => {
                    marks.push(vec![to.to_value(), space.to_value()]);
                }
                Said::Announced { .. } => {}
            }
        }
        NoticeSlots {
            notices: plan.get::<Notice>(Keys::given(notices)),
            marks: plan.get::<Mark>(Keys::given(marks)),
        }
    }

    fn decide(&self, facts: &Snapshot, slots: NoticeSlots, draft: &mut Draft) -> Result<Vec<Outcome>, Error> {
        let known = facts.take(slots.notices)?.open(Opening::Decide).into_iter();
        let known: HashMap<(PersonId, NoticeId), Notice> = known.map(|row| ((row.person, row.id), row)).collect();
        let marks = facts.take(slots.marks)?.open(Opening::Decide).into_iter();
        let mut marks: HashMap<(PersonId, [u8; 16]), i64> = marks.map(|row| ((row.person, row.of), row.read)).collect();
        let mut raised: BTreeMap<(PersonId, [u8; 16]), Time> = BTreeMap::new();
        // What the rows of the chunk make of each notice: the same one may come twice, as in two files of one system.
        let mut after: BTreeMap<(PersonId, NoticeId), Notice> = BTreeMap::new();
        let mut outcomes = Vec::new();
        for row in &self.rows {
            let outcome = match self.said(row) {
                Err(bad) => Outcome::Bad(bad),
                Ok(Said::Announced { read: None, .. }) => Outcome::Same,
                Ok(Said::Announced {
                    to,
                    space,
                    read: Some(read),
                }) => {
                    let key = (to, space.bytes());
                    let before = marks.insert(key, read.millis());
                    if before.is_some_and(|before| before >= read.millis()) {
                        marks.extend(before.map(|before| (key, before)));
                        Outcome::Same
                    } else {
                        raised.insert(key, read);
                        before.map_or(Outcome::New, |_| Outcome::Changed)
                    }
                }
                Ok(Said::Told(notice)) => {
                    let key = (notice.person, notice.id);
                    match after.get(&key).or_else(|| known.get(&key)) {
                        None => {
                            after.insert(key, notice);
                            Outcome::New
                        }
                        // What was read here stays read.
                        Some(before) if before.read.is_some() || notice.read.is_none() => Outcome::Same,
                        Some(before) => {
                            let read = notice.read;
                            let before = before.clone();
                            after.insert(key, Notice { read, ..before });
                            Outcome::Changed
                        }
                    }
                }
            };
            outcomes.push(outcome);
        }
        for ((person, id), notice) in after {
            let unread = Unread { person, id };
            match (known.contains_key(&(person, id)), notice.read) {
                (false, None) => draft.put(&unread),
                (false, Some(_)) => {}
                (true, _) => draft.delete(&unread),
            }
            draft.put(&notice);
        }
        for ((person, of), read) in raised {
            raise(draft, person, of, "read", read);
        }
        Ok(outcomes)
    }
}
