//! What is stored of things due, and the commands that carry them out.

use crate::error::Error;
use crate::gate::facts::only;
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::ids::Time;
use crate::items::records::Item;
use crate::log::{Entry, Verb};
use crate::people::records::Person;
use crate::spaces::records::Member;
use crate::store::execute::{Command, Draft};
use crate::store::{Keys, Read, Record, Value, Want, coded, record};
use serde::Serialize;

coded! {
    /// What is due.
    pub(crate) enum What {
        /// A guest's time ends: `id` is the person.
        Person = 1,
        /// A membership ends: `id` is the person, `of` the space.
        Member = 2,
        /// An announcement ends: `id` is the item.
        Expiry = 3,
        /// A draft is published: `id` is the item, `of` its author.
        Publication = 4,
    }
}

record! {
    /// Something that must happen at an instant. The command that decides the instant writes the row. One that decides
    /// otherwise leaves the old row, which finds nothing to do when its instant comes.
    DueRow in "due", Stamped {
        key { at: Time, what: What, id: [u8; 16], of: Option<[u8; 16]> }
        columns { }
        declares { persons: [], texts: [] }
    }
}

record! {
    /// When a worker last left word that it ran; in the network of the store itself.
    Worker in "worker", Free {
        key { name: String }
        columns { ran: Time }
        declares { persons: [], texts: [] }
    }
}

impl Serialize for DueRow {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.at, self.what, self.id, self.of).serialize(serializer)
    }
}

impl Worker {
    /// The name of the only row.
    const NAME: &'static str = "run_due";

    /// The row of an instant.
    pub(crate) fn at(ran: Time) -> Worker {
        Worker {
            name: Worker::NAME.to_owned(),
            ran,
        }
    }

    /// The read that finds the row.
    pub(crate) fn read() -> Read {
        Read::Get {
            table: Worker::TABLE,
            keys: Keys::one([Value::Text(Worker::NAME.to_owned())]),
            want: Want::Columns,
        }
    }
}

/// Something is due at another instant than before. The log tells workers, so that none that just looked sleeps past it.
fn schedule(
    draft: &mut Draft,
    what: What,
    id: [u8; 16],
    of: Option<[u8; 16]>,
    before: Option<Time>,
    after: Option<Time>,
) {
    if let Some(at) = after.filter(|_| before != after) {
        draft.put(&DueRow { at, what, id, of });
        draft.log_once(&Entry::new(Verb::Schedule));
    }
}

/// The end of a person's time moves from one instant to another.
pub(crate) fn schedule_person(draft: &mut Draft, before: Option<Time>, after: &Person) {
    schedule(draft, What::Person, after.id.bytes(), None, before, after.expires);
}

/// The end of a membership moves.
pub(crate) fn schedule_member(draft: &mut Draft, before: Option<&Member>, after: &Member) {
    let end = before.and_then(|member| member.expires);
    let (id, of) = (after.person.bytes(), Some(after.space.bytes()));
    schedule(draft, What::Member, id, of, end, after.expires);
}

/// The row that is to be carried out, taken away; none where another worker was faster, where it was decided otherwise, or where
/// its instant is still to come.
pub(crate) fn due(facts: &Snapshot, row: Slot<DueRow>, draft: &mut Draft) -> Result<Option<DueRow>, Error> {
    let row = only(facts, row)?.filter(|row| row.at <= draft.now);
    row.iter().for_each(|row| draft.delete(row));
    Ok(row)
}

/// The end of an announcement moves.
pub(crate) fn schedule_expiry(draft: &mut Draft, before: Option<Time>, after: &Item) {
    schedule(draft, What::Expiry, after.id.bytes(), None, before, after.expires);
}

/// The publication of a draft moves.
pub(crate) fn schedule_publication(draft: &mut Draft, before: Option<Time>, after: &Item) {
    let (id, of) = (after.id.bytes(), Some(after.author.bytes()));
    schedule(draft, What::Publication, id, of, before, after.publish_at);
}

/// A person's time or a membership ended, by itself; the entry tells whoever follows the log, and since it carries the instant, the
/// end holds although the clock may run back.
#[derive(Serialize)]
pub(super) struct End {
    pub(super) due: DueRow,
}

/// The slots of [`End`].
pub(super) struct EndSlots {
    row: Slot<DueRow>,
    person: Slot<Person>,
    member: Slot<Member>,
}

impl End {
    fn keys(&self, what: What) -> Keys {
        if self.due.what != what {
            return Keys::default();
        }
        let parts = std::iter::once(self.due.id).chain(self.due.of).map(Value::Id);
        Keys::given([parts.map(Some).collect()])
    }
}

impl Command for End {
    const NAME: &'static str = "due.end";
    type Slots = EndSlots;
    type Made = ();

    fn load(&self, plan: &mut Plan) -> EndSlots {
        EndSlots {
            row: plan.get(Keys::given([self.due.key()])),
            person: plan.get(self.keys(What::Person)),
            member: plan.get(self.keys(What::Member)),
        }
    }

    fn decide(&self, facts: &Snapshot, slots: EndSlots, draft: &mut Draft) -> Result<(), Error> {
        let Some(row) = due(facts, slots.row, draft)? else {
            return Ok(());
        };
        let ended = |end: Option<Time>| end == Some(row.at);
        let entry = match row.what {
            What::Person => only(facts, slots.person)?
                .filter(|person| ended(person.expires))
                .map(|person| Entry::new(Verb::Expire).person(person.id)),
            What::Member => only(facts, slots.member)?
                .filter(|member| ended(member.expires))
                .map(|member| {
                    let entry = Entry::new(Verb::Expire).person(member.person);
                    entry.space(Some(member.space))
                }),
            // Commands of their own.
            What::Expiry | What::Publication | What::Unknown => None,
        };
        entry.iter().for_each(|entry| draft.log(entry));
        Ok(())
    }
}
