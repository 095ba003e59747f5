//! Commands on the ways into a space: requests and invitations. And archiving, which closes them.

use super::commands::{bound, put_member};
use super::records::{Invitation, JoinPolicy, JoinRequest, Member, Role, Space, SpaceState, Visibility};
use crate::error::{Error, Reason};
use crate::gate::facts::{self, SpaceSlots, acting, only};
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::reader::{ReaderSlots, Who};
use crate::graph::records::Block;
use crate::ids::{PersonId, Time};
use crate::log::{Entry, Verb};
use crate::people::records::{Named, Person, PersonKind};
use crate::store::col;
use crate::store::execute::{Command, Draft};
use crate::text;
use serde::Serialize;

/// An invitation holds for this many days, unless said otherwise.
const INVITED_DAYS: i64 = 30;
/// And at most this many.
const MAX_INVITED_DAYS: i64 = 366;

/// A log entry about somebody's way into a space.
fn told(verb: Verb, actor: PersonId, person: PersonId, space: &Space) -> Entry {
    let mut entry = Entry::new(verb).person(person).space(Some(space.id));
    entry.actor = Some(actor);
    entry
}

/// A log entry about the end of a request, with the date of the request: what it told is taken back exactly.
fn ended(verb: Verb, actor: PersonId, request: &JoinRequest, space: &Space) -> Entry {
    let mut entry = told(verb, actor, request.person, space);
    entry.t = Some(request.t);
    entry
}

/// A person asks to become a member, or no longer does.
#[derive(Serialize)]
pub(crate) struct Ask {
    #[serde(skip)]
    pub(crate) by: Who,
    pub(crate) space: Who,
    pub(crate) words: Option<String>,
    pub(crate) wish: Wish,
}

/// What is wanted of a request or an invitation.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum Wish {
    /// That there is one.
    Put,
    /// That there is none.
    Withdraw,
}

impl Command for Ask {
    const NAME: &'static str = "spaces.ask";
    type Slots = (SpaceSlots, Slot<JoinRequest>);
    type Made = ();

    fn load(&self, plan: &mut Plan) -> Self::Slots {
        let slots = facts::space(plan, &self.by, &self.space);
        let me = slots.reader.person.only("id");
        let request = plan.get::<JoinRequest>(slots.space.each([col("id"), me]));
        (slots, request)
    }

    fn decide(&self, facts: &Snapshot, slots: Self::Slots, draft: &mut Draft) -> Result<(), Error> {
        let (reader, space) = slots.0.open(facts, draft)?;
        let before = only(facts, slots.1)?;
        if self.wish == Wish::Withdraw {
            if let Some(request) = before {
                draft.delete(&request);
                draft.log(&ended(Verb::Withdraw, reader.id, &request, &space));
            }
            return Ok(());
        }
        if reader.role(space.id).is_some() || before.is_some() {
            return Ok(());
        }
        if !reader.is_internal() {
            return Err(Reason::Guest.into());
        }
        space.enterable(draft)?;
        match space.join_policy() {
            JoinPolicy::Request => {}
            // He need not ask.
            JoinPolicy::Free => return Err(Error::new(Reason::BadValue).at("space")),
            _ => return Err(Reason::ByInvitation.into()),
        }
        draft.put(&JoinRequest {
            space: space.id,
            person: reader.id,
            t: draft.now,
            words: text::optional_name(self.words.as_deref(), "words")?,
            rest: Default::default(),
        });
        draft.log(&told(Verb::Request, reader.id, reader.id, &space));
        Ok(())
    }
}

/// A moderator answers a request.
#[derive(Serialize)]
pub(crate) struct AnswerRequest {
    #[serde(skip)]
    pub(crate) by: Who,
    pub(crate) space: Who,
    pub(crate) person: Who,
    pub(crate) answer: Answered,
}

/// How a request is answered.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum Answered {
    Accept,
    Refuse,
}

/// The slots of an answer.
pub(crate) struct AnswerSlots {
    space: SpaceSlots,
    person: Slot<Person>,
    member: Slot<Member>,
    request: Slot<JoinRequest>,
}

impl Command for AnswerRequest {
    const NAME: &'static str = "spaces.answer_request";
    type Slots = AnswerSlots;
    type Made = ();

    fn load(&self, plan: &mut Plan) -> AnswerSlots {
        let space = facts::space(plan, &self.by, &self.space);
        let keys = self.person.keys(Named::Person, plan);
        let person = plan.get::<Person>(keys);
        AnswerSlots {
            space,
            person,
            member: space.member_of(plan, person),
            request: plan.get::<JoinRequest>(space.space.each([col("id"), person.only("id")])),
        }
    }

    fn decide(&self, facts: &Snapshot, slots: AnswerSlots, draft: &mut Draft) -> Result<(), Error> {
        let (reader, space) = slots.space.open_as_staff(facts, draft)?;
        let person = only(facts, slots.person)?;
        // A request that was withdrawn or answered is no longer there, nor is one by somebody who may not act.
        let gone = || Error::new(Reason::Named).at("person");
        let request = only(facts, slots.request)?.ok_or_else(gone)?;
        if self.answer == Answered::Refuse {
            draft.delete(&request);
            draft.log(&ended(Verb::Refuse, reader.id, &request, &space));
            return Ok(());
        }
        let person = person.filter(|person| person.acts(draft.now)).ok_or_else(gone)?;
        space.enterable(draft)?;
        if !person.is_internal() {
            return Err(Error::new(Reason::Guest).at("person"));
        }
        draft.delete(&request);
        draft.log(&ended(Verb::Accept, reader.id, &request, &space));
        let before = only(facts, slots.member)?;
        if before.as_ref().is_some_and(|member| member.lasts(draft.now)) {
            return Ok(());
        }
        let member = Member {
            person: person.id,
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

/// An owner invites a person, or takes the invitation back.
#[derive(Serialize)]
pub(crate) struct Invite {
    #[serde(skip)]
    pub(crate) by: Who,
    pub(crate) space: Who,
    pub(crate) person: Who,
    pub(crate) role: Role,
    pub(crate) until: Option<Time>,
    pub(crate) wish: Wish,
}

/// The slots of an invitation.
pub(crate) struct InviteSlots {
    space: SpaceSlots,
    person: Slot<Person>,
    member: Slot<Member>,
    invitation: Slot<Invitation>,
    block: Slot<Block>,
}

impl Command for Invite {
    const NAME: &'static str = "spaces.invite";
    type Slots = InviteSlots;
    type Made = ();

    fn load(&self, plan: &mut Plan) -> InviteSlots {
        let space = facts::space(plan, &self.by, &self.space);
        let keys = self.person.keys(Named::Person, plan);
        let person = plan.get::<Person>(keys);
        let me = space.reader.person.only("id");
        InviteSlots {
            space,
            person,
            member: space.member_of(plan, person),
            invitation: plan.get::<Invitation>(space.space.each([col("id"), person.only("id")])),
            block: plan.get::<Block>(person.each([col("id"), me])),
        }
    }

    fn decide(&self, facts: &Snapshot, slots: InviteSlots, draft: &mut Draft) -> Result<(), Error> {
        let (reader, space) = slots.space.open_as_owner(facts, draft)?;
        let person = only(facts, slots.person)?;
        let before = only(facts, slots.invitation)?;
        if self.wish == Wish::Withdraw {
            before.iter().for_each(|invitation| draft.delete(invitation));
            return Ok(());
        }
        let person = person
            .filter(|person| person.acts(draft.now))
            .ok_or(Error::new(Reason::Named).at("person"))?;
        space.enterable(draft)?;
        match (self.role, person.kind) {
            (Role::Unknown, _) => return Err(Error::new(Reason::BadValue).at("role")),
            (Role::Moderator | Role::Owner, PersonKind::Guest) => return Err(Error::new(Reason::Guest).at("role")),
            _ => {}
        }
        if only(facts, slots.block)?.is_some() && draft.switches.on("directed_at_blocker") {
            return Err(Reason::Blocked.into());
        }
        let until = self.until.unwrap_or_else(|| draft.now.plus_days(INVITED_DAYS));
        if until <= draft.now || until > draft.now.plus_days(MAX_INVITED_DAYS) {
            return Err(Error::new(Reason::BadValue).at("until"));
        }
        let member = only(facts, slots.member)?;
        if member.is_some_and(|member| member.lasts(draft.now)) {
            return Ok(());
        }
        draft.put(&Invitation {
            space: space.id,
            person: person.id,
            by: reader.id,
            role: self.role,
            until,
            t: draft.now,
        });
        draft.log(&told(Verb::Invite, reader.id, person.id, &space));
        Ok(())
    }
}

/// The one who is invited answers.
#[derive(Serialize)]
pub(crate) struct AnswerInvitation {
    #[serde(skip)]
    pub(crate) by: Who,
    pub(crate) space: Who,
    pub(crate) answer: Answered,
}

/// The slots of an answer.
pub(crate) struct InvitedSlots {
    reader: ReaderSlots,
    space: Slot<Space>,
    member: Slot<Member>,
    invitation: Slot<Invitation>,
    inviter: Slot<Member>,
    inviting: Slot<Person>,
}

impl Command for AnswerInvitation {
    const NAME: &'static str = "spaces.answer_invitation";
    type Slots = InvitedSlots;
    type Made = ();

    fn load(&self, plan: &mut Plan) -> InvitedSlots {
        let SpaceSlots { reader, space } = facts::space(plan, &self.by, &self.space);
        let me = || reader.person.only("id");
        let invitation = plan.get::<Invitation>(space.each([col("id"), me()]));
        InvitedSlots {
            reader,
            space,
            member: plan.get::<Member>(space.each([me(), col("id")])),
            invitation,
            inviter: plan.get::<Member>(invitation.each([col("by"), col("space")])),
            inviting: plan.get::<Person>(invitation.each([col("by")])),
        }
    }

    fn decide(&self, facts: &Snapshot, slots: InvitedSlots, draft: &mut Draft) -> Result<(), Error> {
        let reader = acting(facts, slots.reader, draft)?;
        // No invitation, one that ended and no such space look the same.
        let none = || Error::new(Reason::Named).at("space");
        let invitation = only(facts, slots.invitation)?.ok_or_else(none)?;
        if self.answer == Answered::Refuse {
            draft.delete(&invitation);
            return Ok(());
        }
        let inviter = only(facts, slots.inviter)?;
        let inviting = only(facts, slots.inviting)?;
        if !invitation.holds(inviter.as_ref(), inviting.as_ref(), draft.now) && draft.switches.on("invitation_valid") {
            return Err(none());
        }
        let space = only(facts, slots.space)?.ok_or_else(none)?;
        space.enterable(draft)?;
        draft.delete(&invitation);
        let before = only(facts, slots.member)?;
        if before.as_ref().is_some_and(|member| member.lasts(draft.now)) {
            return Ok(());
        }
        // Who became a guest since is taken in as one.
        let role = if reader.is_internal() {
            invitation.role
        } else {
            Role::Member
        };
        let member = Member {
            person: reader.id,
            space: space.id,
            role,
            expires: None,
        };
        put_member(draft, before.as_ref(), &member);
        Ok(())
    }

    fn bound(&self, table: &'static str) -> Reason {
        bound(table)
    }
}

impl Invitation {
    /// Whether it holds: it has not ended, and the one who invited is an owner still.
    pub(crate) fn holds(&self, inviter: Option<&Member>, inviting: Option<&Person>, now: Time) -> bool {
        let owns = inviter.is_some_and(|member| member.role == Role::Owner && member.lasts(now));
        let acts = inviting.is_some_and(|person| person.acts(now) && person.is_internal());
        now < self.until && owns && acts
    }
}

impl Space {
    /// Whether anybody may come in.
    ///
    /// # Errors
    /// [`Reason::Archived`].
    pub(crate) fn enterable(&self, draft: &Draft) -> Result<(), Error> {
        if self.state == SpaceState::Archived && draft.switches.on("archive_read_only") {
            return Err(Reason::Archived.into());
        }
        Ok(())
    }
}

/// An owner archives a space, or takes it back out of the archive: one row, in force when the call returns.
#[derive(Serialize)]
pub(crate) struct SetState {
    #[serde(skip)]
    pub(crate) by: Who,
    pub(crate) space: Who,
    pub(crate) state: SpaceState,
}

impl Command for SetState {
    const NAME: &'static str = "spaces.set_state";
    type Slots = SpaceSlots;
    type Made = ();

    fn load(&self, plan: &mut Plan) -> SpaceSlots {
        facts::space(plan, &self.by, &self.space)
    }

    fn decide(&self, facts: &Snapshot, slots: SpaceSlots, draft: &mut Draft) -> Result<(), Error> {
        let (_, space) = slots.open_as_owner(facts, draft)?;
        let state = self.state;
        if space.state != state && space.visibility != Visibility::Unknown {
            draft.log(&Entry::new(Verb::Update).space(Some(space.id)));
            let after = Space { state, ..space.clone() };
            after.settle(Some(&space), draft);
        }
        Ok(())
    }
}
