//! The projection behind the inbox: who is told of what, from the log. Undone deeds take their notices away; who may still know
//! of what is judged when the inbox is read, and nowhere here.

use super::projections::Derived;
use crate::actor::Core;
use crate::error::Error;
use crate::gate::plan::{Plan, Slot};
use crate::gate::sealed::Opening;
use crate::ids::{ItemId, NoticeId, PersonId, SpaceId, Time};
use crate::inbox::recipients::{Event, Told, recipients};
use crate::inbox::records::{Closed, Mark, Notice, NoticeCode, Unread, WHOLE};
use crate::items::records::Item;
use crate::log::{LogRow, Verb};
use crate::spaces::records::{Member, Role};
use crate::store::{Column, Dir, Keys, MAX_OPERATIONS, MAX_READS, NetworkId, Record, Value, Write, col};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The projection's name.
pub(crate) const NAME: &str = "inbox";

/// Writes that one batch may hold, beside its own position.
const MAX_WRITES: usize = MAX_OPERATIONS - 10;
/// Notices of one person of one millisecond, among which an undone deed is looked for.
const MAX_AT_ONCE: u32 = 1_000;
/// Owners and moderators of a space, owners first, who are told that somebody asks to join.
const MAX_STAFF: u32 = 100;

/// What of the log tells somebody something, or takes it back; the items behind it are read next.
enum Raw {
    Wrote {
        item: ItemId,
        mentioned: Vec<PersonId>,
    },
    /// Since a change of its words.
    Mentioned {
        item: ItemId,
        mentioned: Vec<PersonId>,
    },
    Deleted(ItemId),
    Reacted {
        item: ItemId,
        who: PersonId,
        undo: bool,
    },
    Followed {
        who: PersonId,
        whom: PersonId,
        undo: bool,
    },
    Asked {
        space: SpaceId,
        who: PersonId,
        undo: bool,
    },
}

impl Raw {
    /// The rows that it writes at most: a notice and that it is unread, for each person told.
    fn writes(&self) -> usize {
        match self {
            Raw::Reacted { .. } | Raw::Followed { .. } => 2,
            Raw::Asked { .. } => 2 * MAX_STAFF as usize,
            Raw::Deleted(_) => 4,
            Raw::Wrote { mentioned, .. } | Raw::Mentioned { mentioned, .. } => 4 + 2 * mentioned.len(),
        }
    }
}

/// One entry of the log as far as the inbox goes: its date, what it is.
struct Deed {
    number: i64,
    t: Time,
    raw: Raw,
}

impl Deed {
    /// Whether it can be derived anew: who was staff when somebody asked to join, nothing says any more. What was told of it stays.
    fn lasts(&self) -> bool {
        !matches!(self.raw, Raw::Asked { .. })
    }
}

fn deed_of(row: &LogRow) -> Option<Deed> {
    let entry = &row.entry;
    if entry.quiet && matches!(entry.verb, Verb::Create | Verb::Update) {
        // Its author asked to tell nobody.
        return None;
    }
    let raw = match (entry.verb, entry.actor, entry.item, entry.person) {
        (Verb::Create, _, Some(item), _) => Raw::Wrote {
            item,
            mentioned: entry.mentioned.clone(),
        },
        (Verb::Update, _, Some(item), _) if !entry.mentioned.is_empty() => Raw::Mentioned {
            item,
            mentioned: entry.mentioned.clone(),
        },
        (Verb::Delete, _, Some(item), _) => Raw::Deleted(item),
        (Verb::React | Verb::Unreact, Some(who), Some(item), _) => Raw::Reacted {
            item,
            who,
            undo: entry.verb == Verb::Unreact,
        },
        (Verb::Follow | Verb::Unfollow, Some(who), _, Some(whom)) => Raw::Followed {
            who,
            whom,
            undo: entry.verb == Verb::Unfollow,
        },
        (Verb::Request | Verb::Accept | Verb::Refuse | Verb::Withdraw, ..) => Raw::Asked {
            space: entry.space?,
            who: entry.person?,
            undo: entry.verb != Verb::Request,
        },
        // What is imported tells nobody anything: its notices come as rows of their own.
        _ => return None,
    };
    Some(Deed {
        number: row.number,
        t: entry.t.unwrap_or(row.t),
        raw,
    })
}

/// Whether these entries fill a batch.
pub(super) fn fills(entries: &[LogRow]) -> bool {
    let writes = entries.iter().filter_map(deed_of).map(|deed| deed.raw.writes());
    writes.sum::<usize>() > MAX_WRITES / 2
}

/// Derives the notices that some entries make and take away. An entry is taken whole or left for the next step. Entries up to `reached`
/// were followed before: what they made is there, or is made anew.
pub(crate) async fn derive(
    core: &Core,
    network: NetworkId,
    entries: Vec<LogRow>,
    reached: i64,
) -> Result<Derived, Error> {
    let mut upto = entries.first().map_or(0, |row| row.number.saturating_sub(1));
    let mut deeds = Vec::new();
    let mut writes = 0;
    for row in &entries {
        if let Some(deed) = deed_of(row).filter(|deed| row.number > reached || deed.lasts()) {
            writes += deed.raw.writes();
            if !deeds.is_empty() && writes > MAX_WRITES {
                break;
            }
            deeds.push(deed);
        }
        upto = row.number;
    }
    let changes = changes(core, network, &deeds).await?;
    Ok(Derived {
        writes: settle(core, network, changes).await?,
        upto,
    })
}

/// A notice that comes or goes.
enum Change {
    Tell { told: Told, t: Time, number: i64 },
    TakeBack { told: Told, t: Time, number: i64 },
}

impl Change {
    fn told(&self) -> &Told {
        match self {
            Change::Tell { told, .. } | Change::TakeBack { told, .. } => told,
        }
    }
}

/// Reads the items behind the deeds, and says who is told: one call.
async fn changes(core: &Core, network: NetworkId, deeds: &[Deed]) -> Result<Vec<Change>, Error> {
    let items = deeds.iter().filter_map(|deed| match deed.raw {
        Raw::Wrote { item, .. } | Raw::Mentioned { item, .. } | Raw::Reacted { item, .. } => Some(item),
        Raw::Deleted(item) => Some(item),
        Raw::Followed { .. } | Raw::Asked { .. } => None,
    });
    let asked = deeds.iter().filter_map(|deed| match deed.raw {
        Raw::Asked { space, .. } => Some(vec![space.to_value()]),
        _ => None,
    });
    let mut plan = Plan::new();
    let own: Slot<Item> = plan.get_columns(Keys::given(items.map(|item| vec![item.to_value()])));
    let above: Slot<Item> = plan.get_columns(own.each([col("root")]).and(own.each([col("parent")])));
    let spaces = Keys::given(asked);
    let staff: Slot<Member> = plan.range("member_role", spaces, Vec::new(), Dir::Down, MAX_STAFF);
    let snapshot = plan.ask(core.storage.as_ref(), network).await?;
    let staff = snapshot.take(staff)?.open(Opening::Project);
    let rows = snapshot.take(own)?.open(Opening::Project).into_iter();
    let rows = rows.chain(snapshot.take(above)?.open(Opening::Project));
    let items: HashMap<ItemId, Item> = rows.map(|item| (item.id, item)).collect();
    let mut changes = Vec::new();
    for deed in deeds {
        let persons: Vec<PersonId>;
        let found = |item: &ItemId| {
            let item = items.get(item)?;
            Some((item, item.root.and_then(|root| items.get(&root))))
        };
        let (event, t, undo) = match &deed.raw {
            Raw::Followed { who, whom, undo } => (Some(Event::Followed { who: *who, whom: *whom }), deed.t, *undo),
            Raw::Asked { space, who, undo } => {
                let (space, who) = (*space, *who);
                let answers = |member: &&Member| member.space == space && member.role >= Role::Moderator;
                let here = staff.iter().filter(answers).filter(|member| member.lasts(deed.t));
                persons = here.map(|member| member.person).collect();
                let staff: &[PersonId] = &persons;
                (Some(Event::Asked { space, who, staff }), deed.t, *undo)
            }
            Raw::Reacted { item, who, undo } => {
                let event = found(item).map(|(item, root)| Event::Reacted { item, root, who: *who });
                (event, deed.t, *undo)
            }
            Raw::Mentioned { item, mentioned } => {
                let event = found(item).map(|(item, root)| Event::Mentioned { item, root, mentioned });
                (event, deed.t, false)
            }
            Raw::Wrote { item, .. } | Raw::Deleted(item) => {
                let mentioned: &[PersonId] = match &deed.raw {
                    Raw::Wrote { mentioned, .. } => mentioned,
                    _ => &[],
                };
                let parent = found(item).and_then(|(item, _)| items.get(&item.parent?));
                let event = found(item).map(|(item, root)| Event::Wrote {
                    item,
                    root,
                    parent,
                    mentioned,
                });
                let item = items.get(item);
                // What was deleted had told its readers at its own date.
                let t = item.map_or(deed.t, |item| item.t);
                (event, t, matches!(deed.raw, Raw::Deleted(_)))
            }
        };
        let told = event.as_ref().map(recipients).unwrap_or_default();
        let number = deed.number;
        changes.extend(told.into_iter().map(|told| match undo {
            false => Change::Tell { told, t, number },
            true => Change::TakeBack { told, t, number },
        }));
    }
    Ok(changes)
}

/// What is stored already, as far as some changes go.
struct Stored {
    /// Notices by key: those that are told again, and those among which an undone one is.
    notices: BTreeMap<(PersonId, NoticeId), Notice>,
    marks: HashMap<PersonId, Mark>,
    closed: HashMap<(PersonId, [u8; 16], i64), i64>,
}

impl Stored {
    /// The largest mark that closed bundles of this kind: what the bundle that takes the notice is known by.
    fn opened(&self, told: &Told) -> Time {
        let mark = self.marks.get(&told.person).map_or(0, |mark| mark.read.max(mark.seen));
        let closed = self.closed.get(&(told.person, told.about, told.code.bit()));
        Time::from_millis(mark.max(closed.copied().unwrap_or(0)))
    }
}

fn notice_id(told: &Told, t: Time) -> NoticeId {
    let what = match (told.item, told.code) {
        (Some(item), _) => item.bytes(),
        (None, NoticeCode::JoinRequest) => told.about,
        (None, _) => [0; 16],
    };
    NoticeId::of(t, &[&told.actor.bytes(), &what])
}

async fn stored(core: &Core, network: NetworkId, changes: &[Change]) -> Result<Stored, Error> {
    let mut plan = Plan::new();
    let told = changes.iter().filter_map(|change| match change {
        Change::Tell { told, t, .. } => Some(vec![told.person.to_value(), notice_id(told, *t).to_value()]),
        Change::TakeBack { .. } => None,
    });
    let again: Slot<Notice> = plan.get(Keys::given(told));
    let whole = changes.iter().map(|change| {
        let person = change.told().person;
        vec![person.to_value(), Some(Value::Id(WHOLE))]
    });
    let marks: Slot<Mark> = plan.get(Keys::given(whole));
    let closed = changes.iter().map(|change| {
        let told = change.told();
        vec![
            told.person.to_value(),
            Some(Value::Id(told.about)),
            told.code.bit().to_value(),
        ]
    });
    let closed: Slot<Closed> = plan.get(Keys::given(closed));
    let snapshot = plan.ask(core.storage.as_ref(), network).await?;
    let key = |row: &Notice| (row.person, row.id);
    let again = snapshot.take(again)?.open(Opening::Project).into_iter();
    let marks = snapshot.take(marks)?.open(Opening::Project).into_iter();
    let closed = snapshot.take(closed)?.open(Opening::Project).into_iter();
    let mut stored = Stored {
        notices: again.map(|row| (key(&row), row)).collect(),
        marks: marks.map(|row| (row.person, row)).collect(),
        closed: closed
            .map(|row| ((row.person, row.about, row.code), row.before))
            .collect(),
    };
    // The undone ones: each among its person's notices of its millisecond.
    let undone: BTreeSet<(PersonId, Time)> = changes
        .iter()
        .filter_map(|change| match change {
            Change::TakeBack { told, t, .. } => Some((told.person, *t)),
            Change::Tell { .. } => None,
        })
        .collect();
    let undone: Vec<(PersonId, Time)> = undone.into_iter().collect();
    for some in undone.chunks(MAX_READS) {
        let mut plan = Plan::new();
        let slots: Vec<Slot<Notice>> = some
            .iter()
            .map(|(person, t)| {
                let (first, last) = NoticeId::within(*t);
                let mine = Keys::given([vec![person.to_value()]]);
                plan.between(mine, vec![first.to_value()], vec![last.to_value()], MAX_AT_ONCE)
            })
            .collect();
        let snapshot = plan.ask(core.storage.as_ref(), network).await?;
        for slot in slots {
            let rows = snapshot.take(slot)?.open(Opening::Project).into_iter();
            stored.notices.extend(rows.map(|row| (key(&row), row)));
        }
    }
    Ok(stored)
}

/// What is undone by the same deed.
fn sort(code: NoticeCode, space: Option<SpaceId>) -> (NoticeCode, Option<SpaceId>) {
    match code {
        NoticeCode::Reaction => (code, None),
        NoticeCode::JoinRequest => (code, space),
        _ => (NoticeCode::Comment, None),
    }
}

/// The rows to write, in the order of the log.
async fn settle(core: &Core, network: NetworkId, changes: Vec<Change>) -> Result<Vec<Write>, Error> {
    let stored = stored(core, network, &changes).await?;
    // What becomes of each notice; a key is written once, whatever happened to it meanwhile.
    let mut after: BTreeMap<(PersonId, NoticeId), Option<Notice>> = BTreeMap::new();
    for change in changes {
        let told = *change.told();
        match change {
            Change::Tell { t, number, .. } => {
                let id = notice_id(&told, t);
                let key = (told.person, id);
                let there = match after.get(&key) {
                    Some(after) => after.is_some(),
                    None => stored.notices.contains_key(&key),
                };
                if !there {
                    let notice = Notice {
                        person: told.person,
                        id,
                        code: told.code,
                        about: told.about,
                        opened: stored.opened(&told),
                        actor: told.actor,
                        item: told.item,
                        space: told.space,
                        reasons: told.reasons,
                        read: None,
                        number: Some(number),
                    };
                    after.insert(key, Some(notice));
                }
            }
            Change::TakeBack { t, number, .. } => {
                // What was told again later stays, where this is derived anew.
                let of = |notice: &Notice| {
                    notice.person == told.person
                        && notice.number < Some(number)
                        && notice.id.time() == t.max(Time::from_millis(0))
                        && notice.actor == told.actor
                        && notice.item == told.item
                        && sort(notice.code, notice.space) == sort(told.code, told.space)
                };
                let kept = stored
                    .notices
                    .iter()
                    .filter(|(_, notice)| of(notice))
                    .map(|(key, _)| *key);
                let fresh = after.iter().filter(|(_, row)| row.as_ref().is_some_and(of));
                let gone: Vec<_> = kept.chain(fresh.map(|(key, _)| *key)).collect();
                after.extend(gone.into_iter().map(|key| (key, None)));
            }
        }
    }
    let mut writes = Vec::new();
    for ((person, id), notice) in after {
        let unread = Unread { person, id };
        match notice {
            Some(notice) => writes.extend([notice.put(), unread.put()]),
            None => {
                let key = vec![person.to_value(), id.to_value()];
                writes.push(Write::Delete {
                    table: Notice::TABLE,
                    key,
                });
                writes.push(unread.delete());
            }
        }
    }
    Ok(writes)
}
