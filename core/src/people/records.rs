//! What is stored of persons, units and the host's names for things.

use crate::ids::{PersonId, Time, UnitId};
use crate::store::{coded, record};

coded! {
    /// What a person is to the network.
    pub enum PersonKind {
        /// An employee: may hold the network's and units' audiences.
        Internal = 0,
        /// Somebody from outside: sees the spaces he was taken into, nothing else.
        Guest = 1,
    }
}

coded! {
    /// Whether a person may act.
    pub enum PersonStatus {
        /// Yes, until the expiry where there is one.
        Active = 0,
        /// No; what the person wrote stays.
        Deactivated = 1,
    }
}

record! {
    /// A person of the network.
    Person in "person", Stamped {
        key { id: PersonId }
        columns { kind: PersonKind, status: PersonStatus, expires: Option<Time>, unit: Option<UnitId> }
        document {
            name: String,
            handle: Option<String>,
            title: Option<String>,
            zone: Option<String>,
            external: Option<String>,
            imported: Option<String>
        }
        declares { persons: [id], texts: [name, handle, title] }
    }
}

impl Person {
    /// A new internal person of whom nothing is known yet.
    pub(crate) fn new(id: PersonId) -> Person {
        Person {
            id,
            kind: PersonKind::Internal,
            status: PersonStatus::Active,
            expires: None,
            unit: None,
            name: String::new(),
            handle: None,
            title: None,
            zone: None,
            external: None,
            imported: None,
            rest: Default::default(),
        }
    }
}

record! {
    /// A unit of the organisation's tree.
    Unit in "unit", Stamped {
        key { id: UnitId }
        columns { parent: Option<UnitId> }
        document { name: String, external: Option<String>, imported: Option<String> }
        declares { persons: [], texts: [name] }
    }
}

/// The one row that every command on the edges of a tree checks and rewrites, so that two edges cannot close a cycle.
pub(crate) const UNIT_TREE: i64 = 1;

record! {
    /// The guard of a tree.
    Tree in "tree", Stamped {
        key { tree: i64 }
        columns { edges: i64 }
        declares { persons: [], texts: [] }
    }
}

coded! {
    /// What a host's own id names.
    pub(crate) enum Named {
        /// A person.
        Person = 0,
        /// A unit.
        Unit = 1,
        /// A space.
        Space = 2,
        /// An item.
        Item = 3,
    }
}

record! {
    /// The host's own id of a thing: unique per kind of thing and source app, never given to another.
    External in "external", Stamped {
        key { named: Named, app: String, external: String }
        columns { id: [u8; 16] }
        declares { persons: [], texts: [] }
    }
}

record! {
    /// Who or what a handle names: one person or one space of the network. Given up, it may be taken by another; whatever
    /// decides a right names things by their ids.
    Handle in "handle", Stamped {
        key { handle: String }
        columns { named: Named, id: [u8; 16] }
        declares { persons: [], texts: [handle] }
    }
}

record! {
    /// The network's policy. While rules are not built, anything in it but the empty policy means no.
    PolicyRow in "policy", Stamped {
        key { part: i64 }
        columns { rules: i64 }
        declares { persons: [], texts: [] }
    }
}

record! {
    /// How many ties a person has: bounds that keep the ranges of a reader readable in one go.
    PersonCounts in "person_counts", Counters {
        key { person: PersonId }
        columns { memberships: i64, follows: i64, blocks: i64 }
        declares { persons: [person], texts: [] }
    }
}
