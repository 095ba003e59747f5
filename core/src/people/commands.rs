//! Commands on persons and units: those of the host's system, and a person's own.

use super::handles::{self, Wanted};
use super::profile;
use super::records::{External, Handle, Named, Person, PersonKind, PersonStatus, Tree, UNIT_TREE, Unit};
use crate::due::schedule_person;
use crate::error::{Error, Reason};
use crate::gate::facts::{acting, only};
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::reader::{ReaderSlots, Who};
use crate::gate::sealed::Opening;
use crate::ids::{PersonId, Time, UnitId};
use crate::refs::External as HostId;
use crate::store::execute::{Command, Draft};
use crate::store::{Keys, Value, col};
use crate::text;
use serde::Serialize;

/// A guest for whom nobody set a date leaves after this many days.
pub(crate) const GUEST_DAYS: i64 = 180;

/// Creates a person, or changes the one who has this host's id.
#[derive(Serialize)]
pub(crate) struct PutPerson {
    pub(crate) external: HostId,
    pub(crate) name: String,
    pub(crate) handle: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) languages: Option<Vec<String>>,
    pub(crate) kind: PersonKind,
    pub(crate) status: PersonStatus,
    pub(crate) unit: Option<Who>,
    pub(crate) expires: Option<Time>,
    pub(crate) zone: Option<String>,
    pub(crate) skills: Option<Vec<String>>,
}

/// The slots of a put.
pub(crate) struct PersonSlots {
    person: Slot<Person>,
    unit: Slot<Unit>,
    handle: Slot<Handle>,
}

impl Command for PutPerson {
    const NAME: &'static str = "people.put";
    type Slots = PersonSlots;
    type Made = PersonId;

    fn load(&self, plan: &mut Plan) -> PersonSlots {
        let who = Who::External {
            app: self.external.app.clone(),
            external: self.external.id.clone(),
        };
        let keys = who.keys(Named::Person, plan);
        let person = plan.get::<Person>(keys);
        let keys = self
            .unit
            .as_ref()
            .map_or_else(Keys::default, |unit| unit.keys(Named::Unit, plan));
        PersonSlots {
            person,
            unit: plan.get::<Unit>(keys),
            handle: handles::row(plan, self.handle.as_deref()),
        }
    }

    fn decide(&self, facts: &Snapshot, slots: PersonSlots, draft: &mut Draft) -> Result<PersonId, Error> {
        let external = text::external(&self.external.id, "external")?;
        text::external(&self.external.app, "external")?;
        let unit = only(facts, slots.unit)?;
        if self.unit.is_some() && unit.is_none() {
            return Err(Error::new(Reason::Named).at("unit"));
        }
        let guest = match self.kind {
            PersonKind::Internal => false,
            PersonKind::Guest => true,
            PersonKind::Unknown => return Err(Error::new(Reason::BadValue).at("kind")),
        };
        if self.status == PersonStatus::Unknown {
            return Err(Error::new(Reason::BadValue).at("status"));
        }
        if guest && unit.is_some() {
            return Err(Error::new(Reason::Guest).at("unit"));
        }
        if !guest && self.expires.is_some() {
            return Err(Error::new(Reason::BadValue).at("expires"));
        }
        let known = only(facts, slots.person)?;
        let kept = known.as_ref().and_then(|person| person.expires).filter(|_| guest);
        let expires = self
            .expires
            .or(kept)
            .or_else(|| guest.then(|| draft.now.plus_days(GUEST_DAYS)));
        let id = match &known {
            Some(person) => person.id,
            None => {
                let id = draft.id();
                let app = self.external.app.clone();
                draft.put(&External {
                    named: Named::Person,
                    app,
                    external: external.clone(),
                    id,
                });
                PersonId::from_bytes(id)
            }
        };
        let before = known.clone();
        let known = known.unwrap_or_else(|| Person::new(id));
        let handle = own_handle(&known).settle(self.handle.as_deref(), facts, slots.handle, draft)?;
        let person = Person {
            kind: self.kind,
            status: self.status,
            expires,
            unit: unit.map(|unit| unit.id),
            name: text::name(&self.name, "name")?,
            handle,
            title: text::optional_name(self.title.as_deref(), "title")?,
            email: profile::changed(self.email.as_deref(), known.email.clone(), profile::email)?,
            languages: profile::languages(self.languages.as_deref(), known.languages.clone())?,
            zone: profile::changed(self.zone.as_deref(), known.zone.clone(), profile::zone)?,
            skills: profile::skills(self.skills.as_deref(), known.skills.clone())?,
            external: Some(external),
            imported: None,
            ..known
        };
        schedule_person(draft, before.as_ref().and_then(|before| before.expires), &person);
        person.settle(before.as_ref(), draft);
        Ok(id)
    }
}

/// The handle of a person, about to change.
fn own_handle(person: &Person) -> Wanted {
    Wanted {
        named: Named::Person,
        id: person.id.bytes(),
        before: person.handle.clone(),
    }
}

/// A person changes what is shown of him.
#[derive(Serialize)]
pub(crate) struct Edit {
    #[serde(skip)]
    pub(crate) by: Who,
    pub(crate) handle: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) languages: Option<Vec<String>>,
    pub(crate) zone: Option<String>,
    pub(crate) skills: Option<Vec<String>>,
}

/// The slots of an [`Edit`].
pub(crate) struct EditSlots {
    reader: ReaderSlots,
    handle: Slot<Handle>,
}

impl Command for Edit {
    const NAME: &'static str = "people.edit";
    type Slots = EditSlots;
    type Made = ();

    fn load(&self, plan: &mut Plan) -> EditSlots {
        EditSlots {
            reader: ReaderSlots::narrow(plan, &self.by, Vec::new(), Vec::new()),
            handle: handles::row(plan, self.handle.as_deref()),
        }
    }

    fn decide(&self, facts: &Snapshot, slots: EditSlots, draft: &mut Draft) -> Result<(), Error> {
        let reader = acting(facts, slots.reader, draft)?;
        // Whether a handle is free tells who there is, and a guest may not know of everybody.
        if self.handle.is_some() && !reader.is_internal() {
            return Err(Error::new(Reason::Guest).at("handle"));
        }
        let person = only(facts, slots.reader.person)?.ok_or(Error::new(Reason::Actor))?;
        let handle = own_handle(&person).settle(self.handle.as_deref(), facts, slots.handle, draft)?;
        let title = match self.title.as_deref() {
            None => person.title.clone(),
            title => text::optional_name(title, "title")?,
        };
        let after = Person {
            handle,
            title,
            languages: profile::languages(self.languages.as_deref(), person.languages.clone())?,
            zone: profile::changed(self.zone.as_deref(), person.zone.clone(), profile::zone)?,
            skills: profile::skills(self.skills.as_deref(), person.skills.clone())?,
            ..person.clone()
        };
        let same = (&after.handle, &after.title) == (&person.handle, &person.title)
            && (&after.languages, &after.zone) == (&person.languages, &person.zone)
            && after.skills == person.skills;
        if !same {
            after.settle(Some(&person), draft);
        }
        Ok(())
    }
}

/// Creates a unit, or changes the one that has this host's id.
#[derive(Serialize)]
pub(crate) struct PutUnit {
    pub(crate) external: HostId,
    pub(crate) name: String,
    pub(crate) parent: Option<Who>,
}

/// The slots of a put.
pub(crate) struct UnitSlots {
    unit: Slot<Unit>,
    parent: Slot<Unit>,
    above: Slot<Unit>,
    tree: Slot<Tree>,
}

impl Command for PutUnit {
    const NAME: &'static str = "people.put_unit";
    type Slots = UnitSlots;
    type Made = UnitId;

    fn load(&self, plan: &mut Plan) -> UnitSlots {
        let who = Who::External {
            app: self.external.app.clone(),
            external: self.external.id.clone(),
        };
        let keys = who.keys(Named::Unit, plan);
        let unit = plan.get::<Unit>(keys);
        let keys = self
            .parent
            .as_ref()
            .map_or_else(Keys::default, |parent| parent.keys(Named::Unit, plan));
        let parent = plan.get::<Unit>(keys);
        let above = plan.walk::<Unit>(parent.each([col("id")]), "parent");
        UnitSlots {
            unit,
            parent,
            above,
            tree: plan.get::<Tree>(Keys::one([Value::Int(UNIT_TREE)])),
        }
    }

    fn decide(&self, facts: &Snapshot, slots: UnitSlots, draft: &mut Draft) -> Result<UnitId, Error> {
        let external = text::external(&self.external.id, "external")?;
        text::external(&self.external.app, "external")?;
        let parent = only(facts, slots.parent)?;
        if self.parent.is_some() && parent.is_none() {
            return Err(Error::new(Reason::Named).at("parent"));
        }
        let known = only(facts, slots.unit)?;
        let above = facts.take(slots.above)?.open(Opening::Decide);
        let own = known.as_ref().map(|unit| unit.id);
        // A walk that is as deep as it may be cannot tell whether the tree ends above it.
        if above.iter().any(|unit| Some(unit.id) == own) || above.len() >= usize::from(crate::store::MAX_DEPTH) {
            return Err(Error::new(Reason::Cycle).at("parent"));
        }
        let id = match &known {
            Some(unit) => unit.id,
            None => {
                let id = draft.id();
                let app = self.external.app.clone();
                draft.put(&External {
                    named: Named::Unit,
                    app,
                    external: external.clone(),
                    id,
                });
                UnitId::from_bytes(id)
            }
        };
        let edges = only(facts, slots.tree)?.map_or(0, |tree| tree.edges);
        draft.put(&Tree {
            tree: UNIT_TREE,
            edges: edges.wrapping_add(1),
        });
        draft.put(&Unit {
            id,
            parent: parent.map(|parent| parent.id),
            name: text::name(&self.name, "name")?,
            external: Some(external),
            imported: None,
            rest: known.map(|unit| unit.rest).unwrap_or_default(),
        });
        Ok(id)
    }
}
