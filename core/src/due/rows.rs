//! What is stored of things due, and the commands that carry them out.

use crate::error::Error;
use crate::gate::facts::only;
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::ids::Time;
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

/// An instant came. What ended, ended by itself; the entry tells whoever follows the log, and since it carries the instant, the
/// end holds although the clock may run back.
#[derive(Serialize)]
pub(super) struct Carry {
    pub(super) at: Time,
    pub(super) what: What,
    pub(super) id: [u8; 16],
    pub(super) of: Option<[u8; 16]>,
}

/// The slots of [`Carry`].
pub(super) struct CarrySlots {
    row: Slot<DueRow>,
    person: Slot<Person>,
    member: Slot<Member>,
}

impl Carry {
    pub(super) fn of(row: &DueRow) -> Carry {
        Carry {
            at: row.at,
            what: row.what,
            id: row.id,
            of: row.of,
        }
    }

    fn keys(&self, what: What) -> Keys {
        if self.what != what {
            return Keys::default();
        }
        let parts = std::iter::once(self.id).chain(self.of).map(Value::Id);
        Keys::given([parts.map(Some).collect()])
    }
}

impl Command for Carry {
    const NAME: &'static str = "due.carry";
    type Slots = CarrySlots;
    type Made = ();

    fn load(&self, plan: &mut Plan) -> CarrySlots {
        let row = DueRow {
            at: self.at,
            what: self.what,
            id: self.id,
            of: self.of,
        };
        CarrySlots {
            row: plan.get(Keys::given([row.key()])),
            person: plan.get(self.keys(What::Person)),
            member: plan.get(self.keys(What::Member)),
        }
    }

    fn decide(&self, facts: &Snapshot, slots: CarrySlots, draft: &mut Draft) -> Result<(), Error> {
        // Another worker was faster, or it was decided otherwise.
        let Some(row) = only(facts, slots.row)? else {
            return Ok(());
        };
        if draft.now < row.at {
            return Ok(());
        }
        draft.delete(&row);
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
            What::Unknown => None,
        };
        entry.iter().for_each(|entry| draft.log(entry));
        Ok(())
    }
}
