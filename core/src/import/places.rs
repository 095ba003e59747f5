//! Chunks of units, people and spaces.

use super::chunk::{Bad, BadReason, Names, Outcome, digest, fresh};
use super::rows::{PersonRow, SpaceRow, UnitRow};
use crate::due::{schedule_member, schedule_person};
use crate::error::Error;
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::reader::{MAX_FOLLOWS, MAX_MEMBERSHIPS};
use crate::gate::sealed::Opening;
use crate::ids::{PersonId, SpaceId, Time, UnitId};
use crate::items::tags::Tag;
use crate::people::commands::GUEST_DAYS;
use crate::people::profile;
use crate::people::records::{External, Named, Person, PersonCounts, PersonKind, PersonStatus, Tree, UNIT_TREE, Unit};
use crate::spaces::commands::own_handle;
use crate::spaces::records::{Announcers, Member, Role, SPACE_COUNTS, Space, Visibility};
use crate::store::execute::{Command, Draft};
use crate::store::{Keys, MAX_DEPTH, Record, Value};
use crate::text;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The keys of known ids.
pub(super) fn ids(ids: impl IntoIterator<Item = Option<[u8; 16]>>) -> Keys {
    Keys::given(ids.into_iter().flatten().map(|id| vec![Some(Value::Id(id))]))
}

/// Rows by their first key part.
pub(super) fn by_id<R: Record>(
    facts: &Snapshot,
    slot: Slot<R>,
    id: impl Fn(&R) -> [u8; 16],
) -> Result<HashMap<[u8; 16], R>, Error> {
    Ok(facts
        .take(slot)?
        .open(Opening::Decide)
        .into_iter()
        .map(|row| (id(&row), row))
        .collect())
}

/// The id of a row that may be new: a new one comes with the row that names it.
fn named(draft: &mut Draft, known: Option<[u8; 16]>, named: Named, app: &str, external: &str) -> [u8; 16] {
    known.unwrap_or_else(|| {
        let id = draft.id();
        draft.put(&External {
            named,
            app: app.to_owned(),
            external: external.to_owned(),
            id,
        });
        id
    })
}

/// A chunk of units.
#[derive(Serialize)]
pub(crate) struct Units<'a> {
    #[serde(skip)]
    pub(crate) app: &'a str,
    pub(crate) rows: Vec<&'a UnitRow>,
    #[serde(skip)]
    pub(crate) names: &'a Names,
}

impl Command for Units<'_> {
    const NAME: &'static str = "import.units";
    type Slots = (Slot<Unit>, Slot<Unit>, Slot<Tree>);
    type Made = Vec<Outcome>;

    fn load(&self, plan: &mut Plan) -> Self::Slots {
        fresh(
            plan,
            Named::Unit,
            self.app,
            self.names,
            self.rows.iter().map(|row| row.id.as_str()),
        );
        let own = self.rows.iter().map(|row| self.names.get(Named::Unit, &row.id));
        let units = plan.get::<Unit>(ids(own));
        let parents = self.rows.iter().filter_map(|row| row.parent.as_ref());
        let above = plan.walk::<Unit>(ids(parents.map(|parent| self.names.get(Named::Unit, parent))), "parent");
        (units, above, plan.get::<Tree>(Keys::one([Value::Int(UNIT_TREE)])))
    }

    fn decide(&self, facts: &Snapshot, slots: Self::Slots, draft: &mut Draft) -> Result<Vec<Outcome>, Error> {
        let units = by_id(facts, slots.0, |unit: &Unit| unit.id.bytes())?;
        let above = facts.take(slots.1)?.open(Opening::Decide);
        let mut parent_of: HashMap<UnitId, Option<UnitId>> =
            above.into_iter().map(|unit| (unit.id, unit.parent)).collect();
        let mut made: HashMap<&str, UnitId> = HashMap::new();
        let mut outcomes = Vec::new();
        for row in &self.rows {
            let outcome = self.unit(row, &units, &mut parent_of, &mut made, draft);
            outcomes.push(outcome.unwrap_or_else(Outcome::Bad));
        }
        if !draft.is_empty() {
            let edges = facts
                .take(slots.2)?
                .open(Opening::Decide)
                .first()
                .map_or(0, |tree| tree.edges);
            draft.put(&Tree {
                tree: UNIT_TREE,
                edges: edges.wrapping_add(1),
            });
        }
        Ok(outcomes)
    }
}

impl<'a> Units<'a> {
    fn unit(
        &self,
        row: &'a UnitRow,
        units: &HashMap<[u8; 16], Unit>,
        parent_of: &mut HashMap<UnitId, Option<UnitId>>,
        made: &mut HashMap<&'a str, UnitId>,
        draft: &mut Draft,
    ) -> Result<Outcome, Bad> {
        if made.contains_key(row.id.as_str()) {
            return Err(Bad::new(BadReason::Duplicate, "id", &row.id));
        }
        let external = text::external(&row.id, "id").map_err(|e| Bad::of(&e))?;
        let name = text::name(&row.name, "name").map_err(|e| Bad::of(&e))?;
        let parent = match &row.parent {
            None => None,
            Some(parent) => Some(match made.get(parent.as_str()) {
                Some(unit) => *unit,
                None => UnitId::from_bytes(self.names.want(Named::Unit, parent, "parent")?),
            }),
        };
        let own = self.names.get(Named::Unit, &row.id);
        let (mut up, mut depth) = (parent, 1);
        while let Some(unit) = up {
            let reason = if own == Some(unit.bytes()) {
                Some(BadReason::Circle)
            } else {
                (depth >= MAX_DEPTH).then_some(BadReason::TooDeep)
            };
            if let Some(reason) = reason {
                return Err(Bad::new(reason, "parent", row.parent.as_deref().unwrap_or_default()));
            }
            (up, depth) = (parent_of.get(&unit).copied().flatten(), depth + 1);
        }
        let digest = digest(row);
        let before = own.and_then(|id| units.get(&id));
        if before.is_some_and(|unit| unit.imported.as_deref() == Some(&digest)) {
            return Ok(Outcome::Same);
        }
        let id = UnitId::from_bytes(named(draft, own, Named::Unit, self.app, &external));
        made.insert(&row.id, id);
        parent_of.insert(id, parent);
        let rest = before.map(|unit| unit.rest.clone()).unwrap_or_default();
        draft.put(&Unit {
            id,
            parent,
            name,
            external: Some(external),
            imported: Some(digest),
            rest,
        });
        Ok(if before.is_some() {
            Outcome::Changed
        } else {
            Outcome::New
        })
    }
}

/// A chunk of people.
#[derive(Serialize)]
pub(crate) struct People<'a> {
    #[serde(skip)]
    pub(crate) app: &'a str,
    pub(crate) rows: Vec<&'a PersonRow>,
    #[serde(skip)]
    pub(crate) names: &'a Names,
}

impl Command for People<'_> {
    const NAME: &'static str = "import.people";
    type Slots = Slot<Person>;
    type Made = Vec<Outcome>;

    fn load(&self, plan: &mut Plan) -> Slot<Person> {
        fresh(
            plan,
            Named::Person,
            self.app,
            self.names,
            self.rows.iter().map(|row| row.id.as_str()),
        );
        plan.get::<Person>(ids(self.rows.iter().map(|row| self.names.get(Named::Person, &row.id))))
    }

    fn decide(&self, facts: &Snapshot, slot: Slot<Person>, draft: &mut Draft) -> Result<Vec<Outcome>, Error> {
        let people = by_id(facts, slot, |person: &Person| person.id.bytes())?;
        let mut seen = HashSet::new();
        let mut outcomes = Vec::new();
        for row in &self.rows {
            let outcome = if seen.insert(&row.id) {
                self.person(row, &people, draft).unwrap_or_else(Outcome::Bad)
            } else {
                Outcome::Bad(Bad::new(BadReason::Duplicate, "id", &row.id))
            };
            outcomes.push(outcome);
        }
        Ok(outcomes)
    }
}

impl People<'_> {
    fn person(&self, row: &PersonRow, people: &HashMap<[u8; 16], Person>, draft: &mut Draft) -> Result<Outcome, Bad> {
        let external = text::external(&row.id, "id").map_err(|e| Bad::of(&e))?;
        let name = text::name(&row.name, "name").map_err(|e| Bad::of(&e))?;
        let title = text::optional_name(row.title.as_deref(), "title").map_err(|e| Bad::of(&e))?;
        let unit = row
            .unit
            .as_ref()
            .map(|unit| self.names.want(Named::Unit, unit, "unit"))
            .transpose()?;
        if row.guest && unit.is_some() {
            return Err(Bad::new(
                BadReason::NotAllowed,
                "unit",
                row.unit.as_deref().unwrap_or_default(),
            ));
        }
        if !row.guest && row.expires.is_some() {
            return Err(Bad {
                reason: BadReason::NotAllowed,
                field: Some("expires".to_owned()),
                value: None,
            });
        }
        if let Some(skill) = row.skills.iter().flatten().find(|skill| Tag::new(skill).is_none()) {
            return Err(Bad::new(BadReason::NotAllowed, "skills", skill));
        }
        let own = self.names.get(Named::Person, &row.id);
        let before = own.and_then(|id| people.get(&id));
        let digest = digest(row);
        if before.is_some_and(|person| person.imported.as_deref() == Some(&digest)) {
            return Ok(Outcome::Same);
        }
        let declared = before.and_then(|person| person.skills.clone());
        let skills = profile::skills(row.skills.as_deref(), declared).map_err(|e| Bad::of(&e))?;
        let kept = before.and_then(|person| person.expires);
        let until = || row.expires.or(kept).unwrap_or_else(|| draft.now.plus_days(GUEST_DAYS));
        let expires: Option<Time> = row.guest.then(until);
        let id = PersonId::from_bytes(named(draft, own, Named::Person, self.app, &external));
        let person = Person {
            kind: if row.guest {
                PersonKind::Guest
            } else {
                PersonKind::Internal
            },
            status: if row.active {
                PersonStatus::Active
            } else {
                PersonStatus::Deactivated
            },
            expires,
            unit: unit.map(UnitId::from_bytes),
            name,
            title,
            skills,
            external: Some(external),
            imported: Some(digest),
            ..before.cloned().unwrap_or_else(|| Person::new(id))
        };
        schedule_person(draft, kept, &person);
        person.settle(before, draft);
        Ok(if before.is_some() {
            Outcome::Changed
        } else {
            Outcome::New
        })
    }
}

/// Counters that several rows of a chunk add to: written once.
#[derive(Default)]
pub(crate) struct Sums(BTreeMap<(&'static str, Vec<Value>, &'static str), i64>);

impl Sums {
    pub(crate) fn add(&mut self, table: &'static str, key: Vec<Value>, column: &'static str, n: i64) {
        *self.0.entry((table, key, column)).or_default() += n;
    }

    /// Writes them, each with its bound.
    pub(crate) fn write(self, draft: &mut Draft) {
        for ((table, key, column), n) in self.0 {
            let most = match column {
                "memberships" => i64::from(MAX_MEMBERSHIPS),
                "follows" => i64::from(MAX_FOLLOWS),
                _ => i64::MAX,
            };
            if n != 0 {
                let least = i64::from(table == SPACE_COUNTS && n < 0);
                draft.add_within(table, key, column, n, least, most);
            }
        }
    }
}

/// A chunk of spaces.
#[derive(Serialize)]
pub(crate) struct Spaces<'a> {
    #[serde(skip)]
    pub(crate) app: &'a str,
    pub(crate) rows: Vec<&'a SpaceRow>,
    #[serde(skip)]
    pub(crate) names: &'a Names,
}

impl Command for Spaces<'_> {
    const NAME: &'static str = "import.spaces";
    type Slots = (Slot<Space>, Slot<Person>, Slot<Member>);
    type Made = Vec<Outcome>;

    fn load(&self, plan: &mut Plan) -> Self::Slots {
        fresh(
            plan,
            Named::Space,
            self.app,
            self.names,
            self.rows.iter().map(|row| row.id.as_str()),
        );
        let own = |row: &&SpaceRow| self.names.get(Named::Space, &row.id);
        let owner = |row: &&SpaceRow| {
            row.owner
                .as_ref()
                .and_then(|owner| self.names.get(Named::Person, owner))
        };
        let spaces = plan.get::<Space>(ids(self.rows.iter().map(own)));
        let owners = plan.get::<Person>(ids(self.rows.iter().map(owner)));
        let pairs = self.rows.iter().filter_map(|row| Some([owner(row)?, own(row)?]));
        let pairs = Keys::given(pairs.map(|pair| pair.map(|id| Some(Value::Id(id))).to_vec()));
        (spaces, owners, plan.get::<Member>(pairs))
    }

    fn decide(&self, facts: &Snapshot, slots: Self::Slots, draft: &mut Draft) -> Result<Vec<Outcome>, Error> {
        let spaces = by_id(facts, slots.0, |space: &Space| space.id.bytes())?;
        let owners = by_id(facts, slots.1, |person: &Person| person.id.bytes())?;
        let members = facts.take(slots.2)?.open(Opening::Decide);
        let mut seen = HashSet::new();
        let mut sums = Sums::default();
        let mut outcomes = Vec::new();
        for row in &self.rows {
            let outcome = if seen.insert(&row.id) {
                self.space(row, &spaces, &owners, &members, &mut sums, draft)
                    .unwrap_or_else(Outcome::Bad)
            } else {
                Outcome::Bad(Bad::new(BadReason::Duplicate, "id", &row.id))
            };
            outcomes.push(outcome);
        }
        sums.write(draft);
        Ok(outcomes)
    }
}

impl Spaces<'_> {
    fn space(
        &self,
        row: &SpaceRow,
        spaces: &HashMap<[u8; 16], Space>,
        owners: &HashMap<[u8; 16], Person>,
        members: &[Member],
        sums: &mut Sums,
        draft: &mut Draft,
    ) -> Result<Outcome, Bad> {
        let external = text::external(&row.id, "id").map_err(|e| Bad::of(&e))?;
        let name = text::name(&row.name, "name").map_err(|e| Bad::of(&e))?;
        let about = text::optional_name(row.about.as_deref(), "about").map_err(|e| Bad::of(&e))?;
        let owner = row
            .owner
            .as_ref()
            .map(|owner| self.names.want(Named::Person, owner, "owner"))
            .transpose()?;
        if owner
            .and_then(|id| owners.get(&id))
            .is_some_and(|person| person.kind != PersonKind::Internal)
        {
            return Err(Bad::new(
                BadReason::NotAllowed,
                "owner",
                row.owner.as_deref().unwrap_or_default(),
            ));
        }
        let own = self.names.get(Named::Space, &row.id);
        let before = own.and_then(|id| spaces.get(&id));
        let digest = digest(row);
        if before.is_some_and(|space| space.imported.as_deref() == Some(&digest)) {
            return Ok(Outcome::Same);
        }
        // Nobody was named to speak for it: its members do.
        let announcers = row.owner.is_none().then_some(Announcers::Members);
        let id = SpaceId::from_bytes(named(draft, own, Named::Space, self.app, &external));
        if let Some(person) = owner.map(PersonId::from_bytes) {
            let member = members
                .iter()
                .find(|member| member.person == person && member.space == id);
            put_member(
                draft,
                sums,
                member,
                &Member {
                    person,
                    space: id,
                    role: Role::Owner,
                    expires: None,
                },
            );
        }
        let known = before.cloned().unwrap_or_else(|| Space::new(id));
        if row.kind == Visibility::Secret {
            own_handle(&known).give_up(draft);
        }
        let space = Space {
            visibility: row.kind,
            name,
            handle: known.handle.filter(|_| row.kind != Visibility::Secret),
            about,
            external: Some(external),
            imported: Some(digest),
            announcers: before.map_or(announcers, |space| space.announcers),
            ..known
        };
        space.settle(before, draft);
        Ok(if before.is_some() {
            Outcome::Changed
        } else {
            Outcome::New
        })
    }
}

/// Writes a membership and notes what it does to counters.
pub(super) fn put_member(draft: &mut Draft, sums: &mut Sums, before: Option<&Member>, after: &Member) {
    draft.put(after);
    schedule_member(draft, before, after);
    let owners = i64::from(after.owns_for_good()) - i64::from(before.is_some_and(Member::owns_for_good));
    sums.add(SPACE_COUNTS, vec![Value::Id(after.space.bytes())], "owners", owners);
    if before.is_none() {
        sums.add(
            PersonCounts::TABLE,
            vec![Value::Id(after.person.bytes())],
            "memberships",
            1,
        );
    }
}
