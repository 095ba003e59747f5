//! What is stored of ties between persons.

use crate::ids::{PersonId, TagId, Time};
use crate::store::{coded, record};

record! {
    /// A person follows a person, and so holds the key of the posts that one wrote for his followers.
    Follow in "follow", Stamped {
        key { person: PersonId, target: PersonId }
        columns { t: Time }
        indexes { "follower": [target] }
        declares { persons: [person, target], texts: [] }
    }
}

record! {
    /// A person blocked a person: what the other writes is folded away, and the other may not direct anything at him.
    Block in "block", Stamped {
        key { person: PersonId, blocked: PersonId }
        columns { t: Time }
        indexes { "blocked_by": [blocked] }
        declares { persons: [person, blocked], texts: [] }
    }
}

coded! {
    /// What a person mutes.
    pub(crate) enum Muted {
        /// A person: nothing of his comes home, and he is heard of nowhere.
        Person = 0,
        /// A space: it stays out of home; who is mentioned there hears of it.
        Space = 1,
        /// A thread, by its root.
        Thread = 2,
        /// A tag: threads that bear it stay out of home, and nothing that bears it is announced to him.
        Tag = 3,
    }
}

record! {
    /// A person mutes something, for good or until an instant (a snooze). It filters what comes to him and decides no right. `name` is
    /// a tag as he spells it.
    Mute in "mute", Stamped {
        key { person: PersonId, what: Muted, target: [u8; 16] }
        columns { until: Option<Time>, t: Time, name: Option<String> }
        declares { persons: [person, target], texts: [name] }
    }
}

impl Mute {
    /// Whether it lasts at an instant.
    pub(crate) fn lasts(&self, now: Time) -> bool {
        self.until.is_none_or(|end| now < end)
    }
}

record! {
    /// A person follows a tag: threads that bear it come to his ranked home, as far as he may read them.
    FollowTag in "follow_tag", Stamped {
        key { person: PersonId, tag: TagId }
        columns { t: Time }
        document { name: String }
        declares { persons: [person], texts: [name] }
    }
}

coded! {
    /// What an affinity edge points at.
    pub(crate) enum TieTo {
        /// A person.
        Person = 0,
        /// A space.
        Space = 1,
    }
}

record! {
    /// How close a person is to a person or a space: three decayed sums and their instant, rebuilt from the log.
    Affinity in "affinity", Free {
        key { person: PersonId, to: TieTo, target: [u8; 16] }
        columns { day: i64, week: i64, season: i64, t: Time }
        declares { persons: [person, target], texts: [] }
    }
}
