//! What is stored of persons, units and the host's names for things.

use super::names;
use crate::ids::{PersonId, Time, UnitId};
use crate::log::{Entry, Verb};
use crate::store::execute::Draft;
use crate::store::{coded, record};
use std::collections::BTreeSet;

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
        columns {
            kind: PersonKind,
            status: PersonStatus,
            expires: Option<Time>,
            unit: Option<UnitId>,
            order: Option<Vec<u8>>
        }
        document {
            name: String,
            handle: Option<String>,
            title: Option<String>,
            email: Option<String>,
            languages: Option<Vec<String>>,
            zone: Option<String>,
            /// Tags of what he says he knows, as he spells them, each once.
            skills: Option<Vec<String>>,
            external: Option<String>,
            imported: Option<String>
        }
        indexes { "person_name": [order] }
        declares { persons: [id], texts: [name, handle, title, email, skills] }
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
            order: None,
            name: String::new(),
            handle: None,
            title: None,
            email: None,
            languages: None,
            zone: None,
            skills: None,
            external: None,
            imported: None,
            rest: Default::default(),
        }
    }

    /// Whether the person may act at an instant.
    pub(crate) fn acts(&self, now: Time) -> bool {
        self.status == PersonStatus::Active
            && self.kind != PersonKind::Unknown
            && self.expires.is_none_or(|end| now < end)
    }

    pub(crate) fn is_internal(&self) -> bool {
        self.kind == PersonKind::Internal
    }

    /// The texts by which a person is found: who was deactivated is not called any more.
    fn entries(&self) -> BTreeSet<String> {
        match self.status {
            PersonStatus::Active => names::entries(&self.name, self.handle.as_deref()),
            _ => BTreeSet::new(),
        }
    }

    /// What decides what the person may see, apart from memberships.
    fn standing(&self) -> (PersonKind, PersonStatus, Option<Time>, Option<UnitId>) {
        (self.kind, self.status, self.expires, self.unit)
    }

    /// Puts the person with all that follows: his place in lists, the rows by which he is found, and, where what he may see is
    /// another thing now, a log entry, so that whoever waits with his rights looks again.
    pub(crate) fn settle(mut self, before: Option<&Person>, draft: &mut Draft) {
        self.order = Some(names::order(&self.name));
        if before.is_some_and(|before| before.standing() != self.standing()) {
            draft.log(&Entry::new(Verb::Update).person(self.id));
        }
        let before = before.map(Person::entries).unwrap_or_default();
        names::rewrite(draft, Named::Person, self.id.bytes(), &before, &self.entries());
        draft.put(&self);
    }
}

record! {
    /// A text by which a person or a space is found while somebody types. Secret spaces have none: whoever is in one finds it
    /// among his own.
    Word in "word", Free {
        key { named: Named, text: String, id: [u8; 16] }
        columns { kept: i64 }
        declares { persons: [], texts: [text] }
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
        columns { memberships: i64, follows: i64, blocks: i64, mutes: i64, tags: i64 }
        declares { persons: [person], texts: [] }
    }
}
