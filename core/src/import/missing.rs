//! The people of a host's app who are no longer among those it sends: their accounts end.

use super::EndedReport;
use crate::actor::Actor;
use crate::due::schedule_person;
use crate::error::{Error, Reason};
use crate::gate::answer::Meter;
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::sealed::Opening;
use crate::ids::PersonId;
use crate::operations::EndMissing;
use crate::people::records::{External, Named, Person, PersonStatus};
use crate::store::execute::{Command, Draft};
use crate::store::{Column, Dir, Keys, Parts, Value, col};
use serde::Serialize;
use std::collections::{HashMap, HashSet};

/// A request names at most this many persons.
const MAX_PRESENT: usize = 1_000_000;
/// Names that are looked at in one call.
const SCAN: u32 = 1_000;
/// Persons of one batch: each with the rows by which he is found.
const CHUNK: usize = 20;

/// Ends some accounts.
#[derive(Serialize)]
struct End<'a> {
    people: &'a [PersonId],
}

impl Command for End<'_> {
    const NAME: &'static str = "import.end_missing";
    type Slots = Slot<Person>;
    type Made = u64;

    fn load(&self, plan: &mut Plan) -> Slot<Person> {
        plan.get::<Person>(Keys::given(self.people.iter().map(|id| vec![id.to_value()])))
    }

    fn decide(&self, facts: &Snapshot, slot: Slot<Person>, draft: &mut Draft) -> Result<u64, Error> {
        let mut ended = 0;
        for before in facts.take(slot)?.open(Opening::Decide) {
            if before.status != PersonStatus::Active {
                continue;
            }
            // Without a digest the row that ended is another one when it comes back.
            let person = Person {
                status: PersonStatus::Deactivated,
                imported: None,
                ..before.clone()
            };
            schedule_person(draft, before.expires, &person);
            person.settle(Some(&before), draft);
            ended += 1;
        }
        Ok(ended)
    }
}

/// Those of the app who may act: how many, and who of them is not present.
async fn missing(actor: &Actor, app: &str, present: &HashSet<&str>) -> Result<(usize, Vec<PersonId>), Error> {
    let (mut active, mut missing, mut from) = (0, Vec::new(), Parts::new());
    loop {
        let mut plan = Plan::new();
        let own = Keys::given([vec![Named::Person.to_value(), Some(Value::Text(app.to_owned()))]]);
        let names = plan.range::<External>("external", own, from, Dir::Up, SCAN);
        let people = plan.get_columns::<Person>(names.each([col("id")]));
        let snapshot = plan.ask(actor.core.storage.as_ref(), actor.network).await?;
        let names = snapshot.take(names)?.open(Opening::Decide);
        let people = snapshot.take(people)?.open(Opening::Decide).into_iter();
        let status: HashMap<[u8; 16], PersonStatus> = people.map(|person| (person.id.bytes(), person.status)).collect();
        for row in &names {
            if status.get(&row.id) == Some(&PersonStatus::Active) {
                active += 1;
                if !present.contains(row.external.as_str()) {
                    missing.push(PersonId::from_bytes(row.id));
                }
            }
        }
        match names.last().filter(|_| names.len() >= SCAN as usize) {
            Some(last) => from = vec![Some(Value::Text(last.external.clone()))],
            None => return Ok((active, missing)),
        }
    }
}

pub(crate) async fn end(actor: &Actor, request: EndMissing) -> Result<EndedReport, Error> {
    let app = actor.app()?;
    if request.present.len() > MAX_PRESENT {
        return Err(Error::new(Reason::LongList).at("present"));
    }
    if request.at_most > 100 {
        return Err(Error::new(Reason::BadValue).at("at_most"));
    }
    let present: HashSet<&str> = request.present.iter().map(String::as_str).collect();
    let (active, missing) = missing(actor, app, &present).await?;
    if missing.len().saturating_mul(100) > active.saturating_mul(request.at_most as usize) {
        return Err(Error::new(Reason::ManyMissing).at("present"));
    }
    let mut ended = 0;
    for people in missing.chunks(CHUNK) {
        ended += actor.execute(&End { people }, None).await?.made;
    }
    Ok(EndedReport {
        ended: Meter(ended),
        stayed: Meter((active as u64).saturating_sub(ended)),
    })
}
