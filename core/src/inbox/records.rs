//! What is stored of notices: ids, codes and marks; no word and no right.

use crate::ids::{ItemId, NoticeId, PersonId, SpaceId, Time};
use crate::store::{coded, record};

coded! {
    /// Why somebody is told of something, strongest first: of several reasons for one event the first one names the notice.
    pub enum NoticeCode {
        /// He is named in it.
        Mention = 0,
        /// Somebody asks to join a space that he moderates.
        JoinRequest = 1,
        /// It answers a comment of his.
        Reply = 2,
        /// It is a comment on what he posted.
        Comment = 3,
        /// Somebody reacted to something of his.
        Reaction = 4,
        /// Somebody follows him now.
        Follower = 5,
        /// It is announced in a space of his. Never stored: it is pulled when it is read.
        Announcement = 6,
    }
}

impl NoticeCode {
    /// Every code, strongest first.
    pub const ALL: &'static [NoticeCode] = &[
        NoticeCode::Mention,
        NoticeCode::JoinRequest,
        NoticeCode::Reply,
        NoticeCode::Comment,
        NoticeCode::Reaction,
        NoticeCode::Follower,
        NoticeCode::Announcement,
    ];

    /// Its bit among the reasons of a notice.
    pub(crate) fn bit(self) -> i64 {
        NoticeCode::ALL
            .iter()
            .position(|code| *code == self)
            .map_or(0, |place| 1 << place)
    }

    /// The reasons that stand in a number, strongest first.
    pub(crate) fn of_bits(bits: i64) -> Vec<NoticeCode> {
        NoticeCode::ALL
            .iter()
            .copied()
            .filter(|code| bits & code.bit() != 0)
            .collect()
    }

    /// Its stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            NoticeCode::Mention => "mention",
            NoticeCode::JoinRequest => "join_request",
            NoticeCode::Reply => "reply",
            NoticeCode::Comment => "comment",
            NoticeCode::Reaction => "reaction",
            NoticeCode::Follower => "follower",
            NoticeCode::Announcement => "announcement",
            NoticeCode::Unknown => "unknown",
        }
    }
}

record! {
    /// One event that one person is told of directly. It says who did what to which item; whether he may still know of it is
    /// judged when he reads it. `opened` names its bundle: the largest mark that had closed bundles of its kind when it came.
    ///
    /// `space` is where the item stood at the event: it finds what a guest must share with the actor, and decides nothing. `number` is
    /// the entry of the log that told it, absent for one that was imported.
    Notice in "inbox", Stamped {
        key { person: PersonId, id: NoticeId }
        columns {
            code: NoticeCode,
            about: [u8; 16],
            opened: Time,
            actor: PersonId,
            item: Option<ItemId>,
            space: Option<SpaceId>,
            reasons: i64,
            read: Option<Time>,
            number: Option<i64>,
        }
        indexes { "inbox_bundle": [person, about, code, opened] }
        declares { place: item, persons: [person, actor], texts: [] }
    }
}

impl Notice {
    /// Whether a mark at this instant (ms) passes the notice. One that came late, when marks were beyond it already, is passed
    /// by later marks only: nobody has seen it.
    pub(crate) fn passed(&self, mark: i64) -> bool {
        self.id.time().millis() <= mark && self.opened.millis() < mark
    }
}

record! {
    /// A notice that was not read by itself: the few among the many, so that counting them costs nothing. What lies before the
    /// person's mark counts as read all the same.
    Unread in "unread", Unstamped {
        key { person: PersonId, id: NoticeId }
        columns { }
        declares { persons: [person], texts: [] }
    }
}

/// The whole inbox, as what a mark is of.
pub(crate) const WHOLE: [u8; 16] = [0; 16];

record! {
    /// How far a person has read the broadcasts of a space, or (under [`WHOLE`]) his whole inbox, and how far he has seen it: ms,
    /// only ever raised, so that devices need not agree.
    Mark in "mark", Counters {
        key { person: PersonId, of: [u8; 16] }
        columns { read: i64, seen: i64 }
        declares { persons: [person], texts: [] }
    }
}

record! {
    /// Bundles of one kind about one thing are closed that were opened before this (ms): somebody read an entry of one.
    Closed in "closed", Counters {
        key { person: PersonId, about: [u8; 16], code: i64 }
        columns { before: i64 }
        declares { persons: [person], texts: [] }
    }
}

record! {
    /// A broadcast that was read by itself, beyond the mark of its space.
    ReadAlone in "read_alone", Free {
        key { person: PersonId, item: ItemId }
        columns { t: Time }
        declares { place: item, persons: [person], texts: [] }
    }
}
