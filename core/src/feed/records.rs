//! What is stored of reading, and what ranking keeps beside threads. None of it decides a right: all of it may be a little late
//! or lost without harm, so no command waits for another because of it.

use crate::ids::{ItemId, PersonId, Time};
use crate::store::record;

record! {
    /// When and how often a person saw a thread's card. Last write wins; no right depends on it.
    Seen in "seen", Free {
        key { person: PersonId, root: ItemId }
        columns { t: Time, times: i64 }
        declares { place: root, persons: [person], texts: [] }
    }
}

record! {
    /// A thread that a person wrote a comment in. `t` is the date of the root: a thread belongs to a window by that.
    Mine in "mine", Free {
        key { person: PersonId, root: ItemId }
        columns { t: Time }
        indexes { "mine_newest": [person, t] }
        declares { place: root, persons: [person], texts: [] }
    }
}

record! {
    /// A thread that others commented on, and when that last counted; see [`super::upkeep`]. A thread that nobody else
    /// commented on has no row: its last activity is its post. `place` is the space, the wall or the network.
    Bumped in "bumped", Free {
        key { root: ItemId }
        columns { t: Time, place: [u8; 16], author: PersonId }
        indexes { "bumped_newest": [t], "bumped_place": [place, t], "bumped_author": [author, t] }
        declares { place: root, persons: [author], texts: [] }
    }
}

record! {
    /// What moves in a thread, as numbers: persons who saw it, half points of those who took part in the audience of the root (2
    /// for a commenter, 1 for a reactor, the author none), and 1 in `early` where its author seldom writes there.
    Pulse in "pulse", Counters {
        key { root: ItemId }
        columns { reached: i64, engaged: i64, early: i64 }
        declares { place: root, persons: [], texts: [] }
    }
}

record! {
    /// The sums of [`Pulse`] over the threads that a place got in one period of 30 days.
    Rate in "rate", Counters {
        key { place: [u8; 16], period: i64 }
        columns { posts: i64, reached: i64, engaged: i64 }
        declares { place: place, persons: [], texts: [] }
    }
}

record! {
    /// How often a person writes in a place, for all who read it: the first post and the newest three.
    Pace in "pace", Free {
        key { place: [u8; 16], author: PersonId }
        columns { first: Time, newest: Time, second: Option<Time>, third: Option<Time> }
        declares { place: place, persons: [author], texts: [] }
    }
}
