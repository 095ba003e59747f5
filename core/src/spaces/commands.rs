//! Commands on spaces and memberships.

use super::records::{Announcers, JoinPolicy, Member, Role, SPACE_COUNTS, Space, Visibility};
use crate::due::schedule_member;
use crate::error::{Error, Reason};
use crate::gate::facts::{self, SpaceSlots, acting, only};
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::reader::{MAX_MEMBERSHIPS, ReaderSlots, Who};
use crate::ids::{SpaceId, Time};
use crate::inbox::commands::raise;
use crate::log::{Entry, Verb};
use crate::people::handles::{self, Wanted};
use crate::people::records::{Handle, Named, Person, PersonKind};
use crate::store::Value;
use crate::store::execute::{Command, Draft};
use crate::text;
use serde::Serialize;

/// Counters of a person's ties.
const PERSON_COUNTS: &str = "person_counts";

/// Writes a membership, its counters and its log entry.
pub(super) fn put_member(draft: &mut Draft, before: Option<&Member>, after: &Member) {
    draft.put(after);
    schedule_member(draft, before, after);
    let owners = i64::from(after.owns_for_good()) - i64::from(before.is_some_and(Member::owns_for_good));
    count_owners(draft, after.space, owners);
    if before.is_none() {
        let key = vec![Value::Id(after.person.bytes())];
        draft.add_within(PERSON_COUNTS, key, "memberships", 1, 0, i64::from(MAX_MEMBERSHIPS));
        draft.log(&Entry::new(Verb::Join).person(after.person).space(Some(after.space)));
    }
    let now = draft.now;
    let ended = |before: &Member| before.expires.is_some_and(|end| end <= now);
    if before.is_none_or(ended) {
        // What was announced before is no news.
        raise(draft, after.person, after.space.bytes(), "read", now);
    }
}

/// Takes a membership away.
fn delete_member(draft: &mut Draft, member: &Member) {
    draft.delete(member);
    count_owners(draft, member.space, -i64::from(member.owns_for_good()));
    draft.add(PERSON_COUNTS, vec![Value::Id(member.person.bytes())], "memberships", -1);
    draft.log(&Entry::new(Verb::Leave).person(member.person).space(Some(member.space)));
}

/// A space that had an owner keeps one: the bound of the counter is the rule. Owners for a time are not counted.
fn count_owners(draft: &mut Draft, space: SpaceId, n: i64) {
    if n != 0 {
        let least = i64::from(n < 0);
        draft.add_within(
            SPACE_COUNTS,
            vec![Value::Id(space.bytes())],
            "owners",
            n,
            least,
            i64::MAX,
        );
    }
}

/// The reason where one of the counters above crossed its bound.
pub(super) fn bound(table: &'static str) -> Reason {
    match table {
        SPACE_COUNTS => Reason::LastOwner,
        PERSON_COUNTS => Reason::ManyTies,
        _ => Reason::Contended,
    }
}

/// A person opens a space and becomes its owner.
#[derive(Serialize)]
pub(crate) struct Create {
    #[serde(skip)]
    pub(crate) by: Who,
    pub(crate) name: String,
    pub(crate) handle: Option<String>,
    pub(crate) about: Option<String>,
    pub(crate) visibility: Visibility,
    pub(crate) join: Option<JoinPolicy>,
}

/// A join policy as asked for.
fn join_policy(asked: Option<JoinPolicy>) -> Result<Option<JoinPolicy>, Error> {
    match asked {
        Some(JoinPolicy::Unknown) => Err(Error::new(Reason::BadValue).at("join")),
        asked => Ok(asked),
    }
}

/// The handle of a space, about to change.
pub(crate) fn own_handle(space: &Space) -> Wanted {
    Wanted {
        named: Named::Space,
        id: space.id.bytes(),
        before: space.handle.clone(),
    }
}

impl Command for Create {
    const NAME: &'static str = "spaces.create";
    type Slots = (ReaderSlots, Slot<Handle>);
    type Made = SpaceId;

    fn load(&self, plan: &mut Plan) -> Self::Slots {
        let reader = ReaderSlots::narrow(plan, &self.by, Vec::new(), Vec::new());
        (reader, handles::row(plan, self.handle.as_deref()))
    }

    fn decide(&self, facts: &Snapshot, slots: Self::Slots, draft: &mut Draft) -> Result<SpaceId, Error> {
        let reader = acting(facts, slots.0, draft)?;
        if !reader.is_internal() {
            return Err(Reason::Guest.into());
        }
        if self.visibility == Visibility::Unknown {
            return Err(Error::new(Reason::BadValue).at("visibility"));
        }
        let id = SpaceId::from_bytes(draft.id());
        let new = Space {
            visibility: self.visibility,
            name: text::name(&self.name, "name")?,
            about: text::optional_name(self.about.as_deref(), "about")?,
            join: join_policy(self.join)?,
            ..Space::new(id)
        };
        let handle = handle_after(&new, self.handle.as_deref(), facts, slots.1, draft)?;
        Space { handle, ..new }.settle(None, draft);
        put_member(
            draft,
            None,
            &Member {
                person: reader.id,
                space: id,
                role: Role::Owner,
                expires: None,
            },
        );
        Ok(id)
    }

    fn bound(&self, table: &'static str) -> Reason {
        bound(table)
    }
}

/// The handle of a space after a command that asks for one.
fn handle_after(
    space: &Space,
    asked: Option<&str>,
    facts: &Snapshot,
    row: Slot<Handle>,
    draft: &mut Draft,
) -> Result<Option<String>, Error> {
    // Nobody who tries a handle may learn from the answer that a secret space has it: it has none.
    let names = asked.is_some_and(|asked| !asked.trim().is_empty());
    if names && space.visibility == Visibility::Secret && draft.switches.on("secret_unnamed") {
        return Err(Error::new(Reason::SecretSpace).at("handle"));
    }
    own_handle(space).settle(asked, facts, row, draft)
}

/// An owner changes what a space is called and what it is for.
#[derive(Serialize)]
pub(crate) struct Edit {
    #[serde(skip)]
    pub(crate) by: Who,
    pub(crate) space: Who,
    pub(crate) name: Option<String>,
    pub(crate) handle: Option<String>,
    pub(crate) about: Option<String>,
    pub(crate) join: Option<JoinPolicy>,
}

impl Command for Edit {
    const NAME: &'static str = "spaces.edit";
    type Slots = (SpaceSlots, Slot<Handle>);
    type Made = ();

    fn load(&self, plan: &mut Plan) -> Self::Slots {
        let space = facts::space(plan, &self.by, &self.space);
        (space, handles::row(plan, self.handle.as_deref()))
    }

    fn decide(&self, facts: &Snapshot, slots: Self::Slots, draft: &mut Draft) -> Result<(), Error> {
        let (_, space) = slots.0.open_as_owner(facts, draft)?;
        let name = self.name.as_deref().map(|name| text::name(name, "name")).transpose()?;
        let about = match self.about.as_deref() {
            None => space.about.clone(),
            about => text::optional_name(about, "about")?,
        };
        let handle = handle_after(&space, self.handle.as_deref(), facts, slots.1, draft)?;
        let name = name.unwrap_or_else(|| space.name.clone());
        let join = join_policy(self.join)?.or(space.join);
        if (&name, &about, &handle, join) != (&space.name, &space.about, &space.handle, space.join) {
            draft.log(&Entry::new(Verb::Update).space(Some(space.id)));
            let after = Space {
                name,
                about,
                handle,
                join,
                ..space.clone()
            };
            after.settle(Some(&space), draft);
        }
        Ok(())
    }
}

/// A person joins an open space.
#[derive(Serialize)]
pub(crate) struct Join {
    #[serde(skip)]
    pub(crate) by: Who,
    pub(crate) space: Who,
}

impl Command for Join {
    const NAME: &'static str = "spaces.join";
    type Slots = SpaceSlots;
    type Made = ();

    fn load(&self, plan: &mut Plan) -> SpaceSlots {
        facts::space(plan, &self.by, &self.space)
    }

    fn decide(&self, facts: &Snapshot, slots: SpaceSlots, draft: &mut Draft) -> Result<(), Error> {
        let (reader, space) = slots.open(facts, draft)?;
        if reader.role(space.id).is_some() {
            return Ok(());
        }
        if !reader.is_internal() {
            return Err(Reason::Guest.into());
        }
        space.enterable(draft)?;
        if space.join_policy() != JoinPolicy::Free {
            return Err(Reason::NotOpen.into());
        }
        // A membership that expired is still a row: joining again replaces it.
        let before = only(facts, slots.reader.members)?;
        let member = Member {
            person: reader.id,
            space: space.id,
            role: Role::Member,
            expires: None,
        };
        put_member(draft, before.as_ref(), &member);
        Ok(())
    }

    fn bound(&self, table: &'static str) -> Reason {
        bound(table)
    }
}

/// A person leaves a space.
#[derive(Serialize)]
pub(crate) struct Leave {
    #[serde(skip)]
    pub(crate) by: Who,
    pub(crate) space: Who,
}

impl Command for Leave {
    const NAME: &'static str = "spaces.leave";
    type Slots = SpaceSlots;
    type Made = ();

    fn load(&self, plan: &mut Plan) -> SpaceSlots {
        facts::space(plan, &self.by, &self.space)
    }

    fn decide(&self, facts: &Snapshot, slots: SpaceSlots, draft: &mut Draft) -> Result<(), Error> {
        slots.open(facts, draft)?;
        if let Some(member) = only(facts, slots.reader.members)? {
            delete_member(draft, &member);
        }
        Ok(())
    }

    fn bound(&self, table: &'static str) -> Reason {
        bound(table)
    }
}

/// An owner takes a person in, or gives a member another role.
#[derive(Serialize)]
pub(crate) struct PutMember {
    #[serde(skip)]
    pub(crate) by: Who,
    pub(crate) space: Who,
    pub(crate) person: Who,
    pub(crate) role: Role,
    pub(crate) expires: Option<Time>,
    /// Whether the person must be a member already (a change of role) or need not be (an addition).
    pub(crate) known: Known,
}

/// Whether the person of a [`PutMember`] is a member already.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum Known {
    Member,
    Anybody,
}

/// The slots of commands by an owner on a member.
pub(crate) struct MemberSlots {
    space: SpaceSlots,
    person: Slot<Person>,
    member: Slot<Member>,
}

fn member_slots(plan: &mut Plan, by: &Who, space: &Who, person: &Who) -> MemberSlots {
    let space = facts::space(plan, by, space);
    let keys = person.keys(Named::Person, plan);
    let person = plan.get::<Person>(keys);
    let member = space.member_of(plan, person);
    MemberSlots { space, person, member }
}

impl Command for PutMember {
    const NAME: &'static str = "spaces.put_member";
    type Slots = MemberSlots;
    type Made = ();

    fn load(&self, plan: &mut Plan) -> MemberSlots {
        member_slots(plan, &self.by, &self.space, &self.person)
    }

    fn decide(&self, facts: &Snapshot, slots: MemberSlots, draft: &mut Draft) -> Result<(), Error> {
        let (_, space) = slots.space.open_as_owner(facts, draft)?;
        let person = only(facts, slots.person)?.ok_or(Error::new(Reason::Named).at("person"))?;
        let before = only(facts, slots.member)?;
        let current = before
            .as_ref()
            .is_some_and(|m| m.expires.is_none_or(|end| draft.now < end));
        if self.known == Known::Member && !current {
            return Err(Error::new(Reason::Named).at("person"));
        }
        if !current {
            space.enterable(draft)?;
        }
        match (self.role, person.kind) {
            (Role::Unknown, _) | (_, PersonKind::Unknown) => return Err(Error::new(Reason::BadValue).at("role")),
            (Role::Moderator | Role::Owner, PersonKind::Guest) => return Err(Error::new(Reason::Guest).at("role")),
            // An owner who ends by himself would leave a space that counts an owner and has none.
            (Role::Owner, _) if self.expires.is_some() => return Err(Error::new(Reason::BadValue).at("expires")),
            _ => {}
        }
        let member = Member {
            person: person.id,
            space: space.id,
            role: self.role,
            expires: match (self.known, &before) {
                // Another role leaves the end of the membership as it was.
                (Known::Member, Some(before)) if self.role != Role::Owner => before.expires,
                _ => self.expires,
            },
        };
        put_member(draft, before.as_ref(), &member);
        Ok(())
    }

    fn bound(&self, table: &'static str) -> Reason {
        bound(table)
    }
}

/// An owner takes a membership away.
#[derive(Serialize)]
pub(crate) struct Remove {
    #[serde(skip)]
    pub(crate) by: Who,
    pub(crate) space: Who,
    pub(crate) person: Who,
}

impl Command for Remove {
    const NAME: &'static str = "spaces.remove";
    type Slots = MemberSlots;
    type Made = ();

    fn load(&self, plan: &mut Plan) -> MemberSlots {
        member_slots(plan, &self.by, &self.space, &self.person)
    }

    fn decide(&self, facts: &Snapshot, slots: MemberSlots, draft: &mut Draft) -> Result<(), Error> {
        slots.space.open_as_owner(facts, draft)?;
        if let Some(member) = only(facts, slots.member)? {
            delete_member(draft, &member);
        }
        Ok(())
    }

    fn bound(&self, table: &'static str) -> Reason {
        bound(table)
    }
}

/// An owner opens, closes or hides a space: one row, in force when the call returns.
#[derive(Serialize)]
pub(crate) struct SetVisibility {
    #[serde(skip)]
    pub(crate) by: Who,
    pub(crate) space: Who,
    pub(crate) visibility: Visibility,
}

impl Command for SetVisibility {
    const NAME: &'static str = "spaces.set_visibility";
    type Slots = SpaceSlots;
    type Made = ();

    fn load(&self, plan: &mut Plan) -> SpaceSlots {
        facts::space(plan, &self.by, &self.space)
    }

    fn decide(&self, facts: &Snapshot, slots: SpaceSlots, draft: &mut Draft) -> Result<(), Error> {
        let (_, space) = slots.open_as_owner(facts, draft)?;
        if self.visibility == Visibility::Unknown {
            return Err(Error::new(Reason::BadValue).at("visibility"));
        }
        if space.visibility != self.visibility {
            draft.log(&Entry::new(Verb::Update).space(Some(space.id)));
            let secret = self.visibility == Visibility::Secret && draft.switches.on("secret_unnamed");
            if secret {
                own_handle(&space).give_up(draft);
            }
            let after = Space {
                visibility: self.visibility,
                handle: space.handle.clone().filter(|_| !secret),
                ..space.clone()
            };
            after.settle(Some(&space), draft);
        }
        Ok(())
    }
}

/// An owner says who may write announcements.
#[derive(Serialize)]
pub(crate) struct SetAnnouncers {
    #[serde(skip)]
    pub(crate) by: Who,
    pub(crate) space: Who,
    pub(crate) announcers: Announcers,
}

impl Command for SetAnnouncers {
    const NAME: &'static str = "spaces.set_announcers";
    type Slots = SpaceSlots;
    type Made = ();

    fn load(&self, plan: &mut Plan) -> SpaceSlots {
        facts::space(plan, &self.by, &self.space)
    }

    fn decide(&self, facts: &Snapshot, slots: SpaceSlots, draft: &mut Draft) -> Result<(), Error> {
        let (_, space) = slots.open_as_owner(facts, draft)?;
        if self.announcers == Announcers::Unknown {
            return Err(Error::new(Reason::BadValue).at("announcers"));
        }
        if space.announcers.unwrap_or(Announcers::Owners) != self.announcers {
            draft.log(&Entry::new(Verb::Update).space(Some(space.id)));
            draft.put(&Space {
                announcers: Some(self.announcers),
                ..space
            });
        }
        Ok(())
    }
}
