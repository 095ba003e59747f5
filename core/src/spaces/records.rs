//! What is stored of spaces and their members.

use crate::ids::{PersonId, SpaceId, Time};
use crate::people::names;
use crate::people::records::Named;
use crate::store::execute::Draft;
use crate::store::{coded, record};
use std::collections::BTreeSet;

coded! {
    /// Who may find and read a space.
    pub enum Visibility {
        /// Internal persons read it and may join.
        Open = 0,
        /// Internal persons see that it exists; members read it.
        Closed = 1,
        /// Only members know that it exists.
        Secret = 2,
    }
}

coded! {
    /// Whether a space lives.
    pub(crate) enum SpaceState {
        /// It does.
        Live = 0,
        /// It can be read as it was; nobody writes in it or comes in.
        Archived = 1,
    }
}

coded! {
    /// How internal persons become members, where they may find the space.
    pub enum JoinPolicy {
        /// By themselves.
        Free = 0,
        /// They ask, and a moderator lets them in.
        Request = 1,
        /// An owner invites them.
        Invitation = 2,
    }
}

coded! {
    /// Where a space stands in the list of spaces.
    pub(crate) enum Shelf {
        /// Among those that every internal person may find.
        Listed = 0,
        /// Nowhere: it is secret or archived, and its members find it among their own.
        Away = 1,
    }
}

coded! {
    /// Who may write announcements in a space. A guest never does.
    pub enum Announcers {
        /// Its owners.
        Owners = 0,
        /// All its members.
        Members = 1,
    }
}

coded! {
    /// What a member may do, from little to much.
    pub enum Role {
        /// Read, comment, react, post.
        Member = 0,
        /// Also remove others' items and read what is for the staff.
        Moderator = 1,
        /// Also manage members and settings.
        Owner = 2,
    }
}

record! {
    /// A space.
    Space in "space", Stamped {
        key { id: SpaceId }
        columns { visibility: Visibility, state: SpaceState, shelf: Option<Shelf>, order: Option<Vec<u8>> }
        document {
            name: String,
            handle: Option<String>,
            about: Option<String>,
            /// As the visibility has it, where nobody said otherwise.
            join: Option<JoinPolicy>,
            external: Option<String>,
            imported: Option<String>,
            /// Its owners, where nobody said otherwise.
            announcers: Option<Announcers>,
        }
        indexes { "space_visibility": [visibility], "space_name": [shelf, order] }
        declares { place: id, persons: [], texts: [name, handle, about] }
    }
}

impl Space {
    /// A new closed space of which nothing is known yet.
    pub(crate) fn new(id: SpaceId) -> Space {
        Space {
            id,
            visibility: Visibility::Closed,
            state: SpaceState::Live,
            shelf: None,
            order: None,
            name: String::new(),
            handle: None,
            about: None,
            join: None,
            external: None,
            imported: None,
            announcers: None,
            rest: Default::default(),
        }
    }

    /// How one becomes a member. A secret space can only be entered by invitation: nobody finds it to ask.
    pub(crate) fn join_policy(&self) -> JoinPolicy {
        match self.visibility {
            Visibility::Open => self.join.unwrap_or(JoinPolicy::Free),
            Visibility::Closed => self.join.unwrap_or(JoinPolicy::Request),
            Visibility::Secret | Visibility::Unknown => JoinPolicy::Invitation,
        }
    }

    /// Where the space stands in lists.
    fn shelf(&self) -> Shelf {
        match (self.state, self.visibility) {
            (SpaceState::Live, Visibility::Open | Visibility::Closed) => Shelf::Listed,
            _ => Shelf::Away,
        }
    }

    /// The texts by which a space is found.
    fn entries(&self) -> BTreeSet<String> {
        match self.shelf() {
            Shelf::Listed => names::entries(&self.name, self.handle.as_deref()),
            _ => BTreeSet::new(),
        }
    }

    /// Puts the space with all that follows from its name and its state: its place in lists, the rows by which it is found.
    pub(crate) fn settle(mut self, before: Option<&Space>, draft: &mut Draft) {
        self.shelf = Some(self.shelf());
        self.order = Some(names::order(&self.name));
        let before = before.map(Space::entries).unwrap_or_default();
        names::rewrite(draft, Named::Space, self.id.bytes(), &before, &self.entries());
        draft.put(&self);
    }
}

record! {
    /// A person asks to become a member. Accepted or refused, it is deleted.
    JoinRequest in "join_request", Stamped {
        key { space: SpaceId, person: PersonId }
        columns { t: Time }
        document { words: Option<String> }
        indexes { "person_request": [person] }
        declares { place: space, persons: [person], texts: [words] }
    }
}

record! {
    /// An owner invites a person. It holds until its end, and while the one who invited owns the space.
    Invitation in "invitation", Stamped {
        key { space: SpaceId, person: PersonId }
        columns { by: PersonId, role: Role, until: Time, t: Time }
        indexes { "person_invitation": [person] }
        declares { place: space, persons: [person, by], texts: [] }
    }
}

record! {
    /// A person's membership of a space.
    Member in "member", Stamped {
        key { person: PersonId, space: SpaceId }
        columns { role: Role, expires: Option<Time> }
        indexes { "member_space": [space], "member_role": [space, role] }
        declares { place: space, persons: [person], texts: [] }
    }
}

impl Member {
    /// Whether the membership lasts at an instant.
    pub(crate) fn lasts(&self, now: Time) -> bool {
        self.expires.is_none_or(|end| now < end) && self.role != Role::Unknown
    }

    /// Whether the person owns the space without an end: a space keeps at least one such owner.
    pub(crate) fn owns_for_good(&self) -> bool {
        self.role == Role::Owner && self.expires.is_none()
    }
}

/// Counters of a space. `owners`, those without an end, decides (the last one cannot leave), so it is written in the batch of
/// every change.
pub(crate) const SPACE_COUNTS: &str = "space_counts";

record! {
    /// See [`SPACE_COUNTS`].
    SpaceCounts in "space_counts", Counters {
        key { space: SpaceId }
        columns { owners: i64 }
        declares { place: space, persons: [], texts: [] }
    }
}
