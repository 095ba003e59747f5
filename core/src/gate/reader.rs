//! The one who asks: the reads that tell who he is, and the keys he holds as of one snapshot.

use super::keys::AudienceKey;
use super::plan::{Plan, Slot, Snapshot};
use super::sealed::Opening;
use super::switches::Switches;
use crate::actor::Actor;
use crate::error::{Error, Reason};
use crate::graph::mutes::{Mutes, muted};
use crate::graph::records::{Block, Follow, Mute};
use crate::ids::{PersonId, SpaceId, Time, UnitId};
use crate::people::records::{External, Handle, Named, Person, PersonKind, PersonStatus, PolicyRow, Unit};
use crate::spaces::records::{Member, Role};
use crate::store::{Column, Dir, Keys, StorageError, Value, col};
use crate::text;
use std::collections::{HashMap, HashSet};

/// A person may be a member of this many spaces, follow this many persons, block this many. Commands keep the bounds, so
/// that a page reads all of them; memberships and follows together stay below what one read may name.
pub(crate) const MAX_MEMBERSHIPS: u32 = 1_000;
/// See [`MAX_MEMBERSHIPS`].
pub(crate) const MAX_FOLLOWS: u32 = 3_900;
/// See [`MAX_MEMBERSHIPS`].
pub(crate) const MAX_BLOCKS: u32 = 1_000;

/// Persons who blocked a reader, as far as pages look.
const MAX_BLOCKED_BY: u32 = 5_000;

/// How the host named the one who asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub(crate) enum Who {
    /// By Parvis's id.
    Id([u8; 16]),
    /// By the host's id, in the range of one of its apps.
    External { app: String, external: String },
    /// By the handle, as typed.
    Handle(String),
}

impl Who {
    /// The key of the row that says which id the host's id is.
    fn external_key(named: Named, app: &str, external: &str) -> Vec<Option<Value>> {
        vec![
            named.to_value(),
            Some(Value::Text(app.to_owned())),
            Some(Value::Text(external.to_owned())),
        ]
    }

    /// Bytes that name it in sealed tokens.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self {
            Who::Id(id) => [&b"i"[..], id].concat(),
            Who::External { app, external } => {
                crate::ids::hash16(&[b"e", app.as_bytes(), external.as_bytes()]).to_vec()
            }
            Who::Handle(handle) => crate::ids::hash16(&[b"h", handle.as_bytes()]).to_vec(),
        }
    }

    /// Reads that find the id of what is named, and the keys made of it: at most one more read, in the same call.
    pub(crate) fn keys(&self, named: Named, plan: &mut Plan) -> Keys {
        match self {
            Who::Id(id) => Keys::one([Value::Id(*id)]),
            Who::External { app, external } if !text::may_name(app, external) => Keys::default(),
            Who::External { app, external } => {
                let slot = plan.get::<External>(Keys::given([Who::external_key(named, app, external)]));
                slot.each([col("id")])
            }
            // Persons and spaces share one range of handles, and no id names both: a handle of the other kind finds no row.
            Who::Handle(handle) if matches!(named, Named::Person | Named::Space) => {
                match text::handle(handle, "handle") {
                    Ok(handle) => {
                        let slot = plan.get::<Handle>(Keys::one([Value::Text(handle)]));
                        slot.each([col("id")])
                    }
                    Err(_) => Keys::default(),
                }
            }
            Who::Handle(_) => Keys::default(),
        }
    }
}

/// The reads about the reader; every query's call begins with them.
#[derive(Clone, Copy)]
pub(crate) struct ReaderSlots {
    pub(crate) person: Slot<Person>,
    pub(super) units: Slot<Unit>,
    pub(crate) members: Slot<Member>,
    pub(crate) follows: Slot<Follow>,
    pub(super) blocks: Slot<Block>,
    policy: Slot<PolicyRow>,
    mutes: Option<Slot<Mute>>,
}

impl ReaderSlots {
    /// All ties of the reader: for pages, whose items are not known before the call.
    pub(crate) fn whole(plan: &mut Plan, who: &Who) -> ReaderSlots {
        let keys = who.keys(Named::Person, plan);
        let person = plan.get::<Person>(keys);
        let me = || person.each([col("id")]);
        ReaderSlots {
            person,
            units: plan.walk::<Unit>(person.each([col("unit")]), "parent"),
            members: plan.scan::<Member>(me(), Dir::Up, MAX_MEMBERSHIPS),
            follows: plan.scan_keys::<Follow>(me(), Dir::Up, MAX_FOLLOWS),
            blocks: plan.scan_keys::<Block>(me(), Dir::Up, MAX_BLOCKS),
            policy: plan.get::<PolicyRow>(Keys::one([Value::Int(0)])),
            mutes: None,
        }
    }

    /// As [`whole`](ReaderSlots::whole), with what the reader muted: for what comes to him without his asking for it.
    pub(crate) fn unasked(plan: &mut Plan, who: &Who) -> ReaderSlots {
        let slots = ReaderSlots::whole(plan, who);
        ReaderSlots {
            mutes: Some(muted(plan, &slots)),
            ..slots
        }
    }

    /// Only the ties that the given keys name, row by row: for commands, whose facts are all checked.
    pub(crate) fn narrow(plan: &mut Plan, who: &Who, spaces: Vec<Keys>, persons: Vec<Keys>) -> ReaderSlots {
        let keys = who.keys(Named::Person, plan);
        let person = plan.get::<Person>(keys);
        ReaderSlots::narrow_of(plan, person, spaces, persons)
    }

    /// As [`narrow`](ReaderSlots::narrow), the person being read already.
    pub(crate) fn narrow_of(plan: &mut Plan, person: Slot<Person>, members: Vec<Keys>, ties: Vec<Keys>) -> ReaderSlots {
        let all = |keys: Vec<Keys>| keys.into_iter().fold(Keys::default(), Keys::and);
        let ties = all(ties);
        ReaderSlots {
            person,
            units: plan.walk::<Unit>(person.each([col("unit")]), "parent"),
            members: plan.get::<Member>(all(members)),
            follows: plan.get::<Follow>(ties.clone()),
            blocks: plan.get::<Block>(ties),
            policy: plan.get::<PolicyRow>(Keys::one([Value::Int(0)])),
            mutes: None,
        }
    }
}

impl ReaderSlots {
    /// Asks the store for a plan that began with these reads, and builds the one who asks.
    ///
    /// The clock is read before the rows: contents of one instant are never judged by rights that ended after it.
    ///
    /// # Errors
    /// [`Reason::Actor`] for one who is unknown or may not act, and a failure of the store.
    pub(crate) async fn ask(self, plan: &Plan, actor: &Actor) -> Result<(Snapshot, Reader), Error> {
        let now = actor.now();
        let snapshot = plan.ask(actor.core.storage.as_ref(), actor.network).await?;
        actor.core.heads.reached(actor.network, snapshot.position);
        let reader = Reader::build(&snapshot, self, now, &actor.core.config.switches)?;
        Ok((snapshot, reader.map_err(|_| Error::new(Reason::Actor))?))
    }

    /// As [`ask`](ReaderSlots::ask), for candidates that another read judges afterwards: what it finds may be as old as what this
    /// process has seen of the network.
    ///
    /// # Errors
    /// Those of [`ask`](ReaderSlots::ask).
    pub(crate) async fn ask_candidates(self, plan: &Plan, actor: &Actor) -> Result<(Snapshot, Reader), Error> {
        let (now, head) = (actor.now(), actor.core.heads.of(actor.network));
        let asked = plan.ask_candidates(actor.core.storage.as_ref(), actor.network, head);
        let snapshot = asked.await?;
        match Reader::build(&snapshot, self, now, &actor.core.config.switches)? {
            Ok(reader) => Ok((snapshot, reader)),
            // Whether somebody may act is no question for a replica.
            Err(_) => self.ask(plan, actor).await,
        }
    }

    /// The persons who blocked the reader: one range instead of a look-up for every author on a page. Whom more than
    /// [`MAX_BLOCKED_BY`] block is shown a verb here and there that the command, which asks row by row, refuses.
    pub(crate) fn blocked_by(&self, plan: &mut Plan) -> Slot<Block> {
        let me = self.person.each([col("id")]);
        plan.range::<Block>("blocked_by", me, Vec::new(), Dir::Up, MAX_BLOCKED_BY)
    }
}

/// Why the one who asks may not ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotActive;

/// The one who asks, as of one snapshot. Nothing of it outlives the call.
pub(crate) struct Reader {
    pub(crate) id: PersonId,
    pub(crate) kind: PersonKind,
    pub(crate) zone: Option<String>,
    /// Languages that he reads; none where he did not say.
    pub(crate) languages: Vec<String>,
    /// The larger of the clock and the newest log time: it never runs back.
    pub(crate) now: Time,
    pub(crate) follows: HashSet<PersonId>,
    pub(crate) blocks: HashSet<PersonId>,
    pub(crate) roles: HashMap<SpaceId, Role>,
    pub(super) units: HashSet<UnitId>,
    /// Whether the network's policy is one that this release can judge: the empty one.
    pub(crate) policy_is_empty: bool,
    pub(crate) switches: Switches,
    /// What he muted; nothing where it was not asked. It decides no right.
    pub(crate) mutes: Mutes,
}

/// How a reader holds a key: a typed step of the path that `explain` shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    Internal,
    Member(Role),
    Staff(Role),
    InUnit,
    Follower,
    Addressed,
}

impl Reader {
    /// Builds the reader from his rows. `clock` was read before the call: with what was written later comes its log time, so
    /// that rows and clock are of one instant; a clock read after the call could end a right before what the rows show.
    pub(crate) fn build(
        snapshot: &Snapshot,
        slots: ReaderSlots,
        clock: Time,
        switches: &Switches,
    ) -> Result<Result<Reader, NotActive>, StorageError> {
        let now = clock.max(snapshot.newest);
        let Some(person) = snapshot.take(slots.person)?.open(Opening::Show).into_iter().next() else {
            return Ok(Err(NotActive));
        };
        let active = person.status == PersonStatus::Active || !switches.on("reader_active");
        let current = person.expires.is_none_or(|end| now < end) || !switches.on("reader_unexpired");
        if !active || !current || person.kind == PersonKind::Unknown {
            return Ok(Err(NotActive));
        }
        let members = snapshot.take(slots.members)?.open(Opening::Show);
        let current =
            |member: &Member| member.expires.is_none_or(|end| now < end) || !switches.on("membership_unexpired");
        let policy = snapshot.take(slots.policy)?.open(Opening::Show);
        Ok(Ok(Reader {
            id: person.id,
            kind: person.kind,
            zone: person.zone,
            languages: person.languages.unwrap_or_default(),
            now,
            follows: snapshot
                .take_ids(slots.follows, 1)?
                .open(Opening::Show)
                .into_iter()
                .collect(),
            blocks: snapshot
                .take_ids(slots.blocks, 1)?
                .open(Opening::Show)
                .into_iter()
                .collect(),
            roles: members
                .into_iter()
                .filter(current)
                .map(|member| (member.space, member.role))
                .collect(),
            units: snapshot
                .take(slots.units)?
                .open(Opening::Show)
                .into_iter()
                .map(|unit| unit.id)
                .collect(),
            policy_is_empty: policy.iter().all(|row| row.rules == 0) || !switches.on("policy_empty"),
            switches: switches.clone(),
            mutes: match slots.mutes {
                Some(slot) => Mutes::build(snapshot, slot, now)?,
                None => Mutes::default(),
            },
        }))
    }

    /// Whether the reader is internal, which a guest never is.
    pub(crate) fn is_internal(&self) -> bool {
        self.kind == PersonKind::Internal || !self.switches.on("guest_confined")
    }

    /// The role in a space, where he is a member whose membership lasts.
    pub(crate) fn role(&self, space: SpaceId) -> Option<Role> {
        self.roles.get(&space).copied().filter(|role| *role != Role::Unknown)
    }

    /// Whether the reader is moderator or owner of a space. A guest never is, whatever a row says.
    pub(crate) fn is_staff(&self, space: SpaceId) -> Option<Role> {
        let enough = |role: &Role| *role >= Role::Moderator || !self.switches.on("staff_only");
        self.role(space).filter(enough).filter(|_| self.is_internal())
    }

    /// How the reader holds a key, if he does. Guests hold `S` and `P` only.
    pub(crate) fn holds(&self, key: AudienceKey) -> Option<Held> {
        match key {
            AudienceKey::Network => self.is_internal().then_some(Held::Internal),
            AudienceKey::Space { id } => self.role(id).map(Held::Member),
            AudienceKey::Staff { id } => self.is_staff(id).map(Held::Staff),
            AudienceKey::Unit { id } => {
                let within = self.units.contains(&id) || !self.switches.on("unit_held");
                (self.is_internal() && within).then_some(Held::InUnit)
            }
            AudienceKey::Followers { id } => {
                let follows = self.follows.contains(&id) || !self.switches.on("follower_held");
                (self.is_internal() && follows).then_some(Held::Follower)
            }
            AudienceKey::Person { id } => {
                (id == self.id || !self.switches.on("person_held")).then_some(Held::Addressed)
            }
        }
    }
}
