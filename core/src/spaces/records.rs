//! What is stored of spaces and their members.

use crate::ids::{PersonId, SpaceId, Time};
use crate::store::{coded, record};

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
        columns { visibility: Visibility, state: SpaceState }
        document {
            name: String,
            handle: Option<String>,
            about: Option<String>,
            external: Option<String>,
            imported: Option<String>,
            /// Its owners, where nobody said otherwise.
            announcers: Option<Announcers>,
        }
        indexes { "space_visibility": [visibility] }
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
            name: String::new(),
            handle: None,
            about: None,
            external: None,
            imported: None,
            announcers: None,
            rest: Default::default(),
        }
    }
}

record! {
    /// A person's membership of a space.
    Member in "member", Stamped {
        key { person: PersonId, space: SpaceId }
        columns { role: Role, expires: Option<Time> }
        indexes { "member_space": [space] }
        declares { place: space, persons: [person], texts: [] }
    }
}

impl Member {
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
