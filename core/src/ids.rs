//! Type-safe ids, instants, and how new ids follow from a command.

use crate::store::{CommitId, Kind, NetworkId, Value};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A text that is no id of the expected form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id: expected 32 hexadecimal digits in the form of a UUID")]
pub struct ParseIdError;

/// Declares id types: 16 bytes, shown as lower-case UUID text, not convertible into each other.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// The id with these bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// Its 16 bytes.
            pub const fn bytes(&self) -> [u8; 16] {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&uuid::Uuid::from_bytes(self.0).as_hyphenated(), f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                uuid::Uuid::parse_str(text).map(|id| Self(*id.as_bytes())).map_err(|_| ParseIdError)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl crate::store::Column for $name {
            const KIND: Kind = Kind::Id;
            fn to_value(&self) -> Option<Value> {
                Some(Value::Id(self.0))
            }
            fn from_value(value: Option<&Value>) -> Option<Self> {
                match value {
                    Some(Value::Id(bytes)) => Some(Self(*bytes)),
                    _ => None,
                }
            }
        }
    )*};
}

ids! {
    /// A person: internal, guest, or a name that is gone.
    PersonId
    /// A unit: a department or a team of the organisation's tree.
    UnitId
    /// A space: open, closed or secret.
    SpaceId
    /// An item: a post, a comment, later any other kind.
    ItemId
    /// A tag: follows from its spelling, so that every way to write it names the same one.
    TagId
    /// An entry of an inbox: a notice of the person's own, or the announcement that it shows.
    NoticeId
}

impl NoticeId {
    /// The id of what happened at an instant: its milliseconds, and what it is known by. What happened in one millisecond stands
    /// in an order of chance: a number that counts would tell how much happens elsewhere.
    pub(crate) fn of(at: Time, known_by: &[&[u8]]) -> NoticeId {
        NoticeId::at(at, NoticeId(hash16(known_by)))
    }

    /// The same for what its source has put into an order: rows of one instant stand in it.
    pub(crate) fn in_order(at: Time, order: u32, known_by: &[&[u8]]) -> NoticeId {
        let mut id = hash16(known_by);
        for (to, from) in id.iter_mut().skip(6).zip(order.to_be_bytes()) {
            *to = from;
        }
        NoticeId::at(at, NoticeId(id))
    }

    /// The id that stands at an instant as another one does at its own.
    pub(crate) fn at(at: Time, other: NoticeId) -> NoticeId {
        let mut id = other.0;
        let millis = at.millis().max(0).to_be_bytes();
        for (to, from) in id.iter_mut().zip(millis.into_iter().skip(2)) {
            *to = from;
        }
        NoticeId(id)
    }

    /// Ids between which all of one instant lie: the first is left out, the last is in.
    pub(crate) fn within(at: Time) -> (NoticeId, NoticeId) {
        let millis = at.millis().max(0);
        let end = |millis: i64, rest: u8| {
            let mut id = [rest; 16];
            for (to, from) in id.iter_mut().zip(millis.to_be_bytes().into_iter().skip(2)) {
                *to = from;
            }
            NoticeId(id)
        };
        match millis {
            0 => (NoticeId([0; 16]), end(0, 0xff)),
            _ => (end(millis - 1, 0xff), end(millis, 0xff)),
        }
    }

    /// When it happened. What is older than 1970 counts as of its first instant.
    pub(crate) fn time(self) -> Time {
        let millis = self
            .0
            .iter()
            .take(6)
            .fold(0, |millis, byte| millis << 8 | i64::from(*byte));
        Time::from_millis(millis)
    }
}

/// An instant in milliseconds since 1970-01-01T00:00:00Z; RFC 3339 in UTC with milliseconds on the wire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(i64);

impl Time {
    /// The first instant that can be written down: year 1.
    pub const MIN: Time = Time(-62_135_596_800_000);
    /// The last instant that can be written down with any offset: 9999-12-30T22:00:00.000Z.
    pub const MAX: Time = Time(253_402_207_200_000);

    /// The instant so many milliseconds after 1970-01-01T00:00:00Z, brought into [`Time::MIN`] to [`Time::MAX`].
    pub const fn from_millis(millis: i64) -> Time {
        if millis < Time::MIN.0 {
            Time::MIN
        } else if millis > Time::MAX.0 {
            Time::MAX
        } else {
            Time(millis)
        }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The instant so many days later.
    pub const fn plus_days(self, days: i64) -> Time {
        Time::from_millis(self.0.saturating_add(days.saturating_mul(86_400_000)))
    }

    /// The instant so many hours later.
    pub const fn plus_hours(self, hours: i64) -> Time {
        Time::from_millis(self.0.saturating_add(hours.saturating_mul(3_600_000)))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(instant) => write!(f, "{instant:.3}"),
            Err(_) => f.write_str("invalid"),
        }
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Time({self})")
    }
}

/// A text that is no instant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an instant: expected RFC 3339, for example 2026-11-02T08:30:00Z")]
pub struct ParseTimeError;

impl FromStr for Time {
    type Err = ParseTimeError;
    fn from_str(text: &str) -> Result<Time, ParseTimeError> {
        let instant: jiff::Timestamp = text.parse().map_err(|_| ParseTimeError)?;
        Ok(Time::from_millis(instant.as_millisecond()))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl crate::store::Column for Time {
    const KIND: Kind = Kind::Time;
    fn to_value(&self) -> Option<Value> {
        Some(Value::Time(self.0))
    }
    fn from_value(value: Option<&Value>) -> Option<Self> {
        match value {
            Some(Value::Time(millis)) => Some(Time::from_millis(*millis)),
            _ => None,
        }
    }
}

impl NetworkId {
    /// The network that the host calls by this name: the first 16 bytes of BLAKE3 over it, so that naming one costs no
    /// call. `SYSTEM` cannot be named.
    pub fn named(name: &str) -> NetworkId {
        NetworkId(hash16(&[b"network", name.as_bytes()]))
    }
}

/// The first 16 bytes of BLAKE3 over length-prefixed parts, so that no two lists of parts meet.
pub(crate) fn hash16(parts: &[&[u8]]) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let mut first = [0; 16];
    hasher.finalize_xof().fill(&mut first);
    first
}

/// Makes the ids of one command: 48 bits of the command's instant, 12 bits of sequence, 62 bits of
/// BLAKE3(commit id, sequence), in the layout of a UUID of version 7 (RFC 9562, section 5.7).
///
/// The caller of a command can compute them before; nobody can choose another's; a retry makes the same ones.
#[derive(Clone, Debug)]
pub(crate) struct IdMaker {
    commit: CommitId,
    at: Time,
    next: u32,
}

impl IdMaker {
    pub(crate) fn new(commit: CommitId, at: Time) -> IdMaker {
        IdMaker { commit, at, next: 0 }
    }

    /// Leaves the first `n` places of the sequence out.
    pub(crate) fn begin_at(&mut self, n: u32) {
        self.next = self.next.max(n);
    }

    /// The next id, with the command's own instant.
    pub(crate) fn make(&mut self) -> [u8; 16] {
        self.make_at(self.at)
    }

    /// The next id, with an instant of its own (an imported item's date).
    pub(crate) fn make_at(&mut self, at: Time) -> [u8; 16] {
        let n = self.next;
        self.next = self.next.wrapping_add(1);
        let tail = hash16(&[&self.commit.0, &n.to_le_bytes()]);
        let millis = (at.millis().max(0) as u64).to_be_bytes();
        let sequence = (n & 0x0fff) as u16;
        let mut id = tail;
        let head = [
            millis[2],
            millis[3],
            millis[4],
            millis[5],
            millis[6],
            millis[7],
            0x70 | (sequence >> 8) as u8,
            (sequence & 0xff) as u8,
        ];
        for (to, from) in id.iter_mut().zip(head) {
            *to = from;
        }
        id[8] = 0x80 | (id[8] & 0x3f);
        id
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn ids_are_version_7_and_follow_from_the_command() {
        let at: Time = "2026-11-02T08:30:00Z".parse().unwrap();
        let ids: Vec<[u8; 16]> = {
            let mut maker = IdMaker::new(CommitId([7; 16]), at);
            (0..5000).map(|_| maker.make()).collect()
        };
        let mut again = IdMaker::new(CommitId([7; 16]), at);
        for (n, id) in ids.iter().enumerate() {
            assert_eq!(*id, again.make());
            let uuid = uuid::Uuid::from_bytes(*id);
            assert_eq!(uuid.get_version_num(), 7);
            assert_eq!(uuid.get_variant(), uuid::Variant::RFC4122);
            assert!(!ids.iter().take(n).any(|other| other == id));
        }
        assert_ne!(IdMaker::new(CommitId([8; 16]), at).make(), *ids.first().unwrap());
    }

    #[test]
    fn time_round_trips_as_rfc_3339() {
        let at: Time = "2026-11-02T08:30:00.120+01:00".parse().unwrap();
        assert_eq!(at.to_string(), "2026-11-02T07:30:00.120Z");
        assert_eq!(at.to_string().parse::<Time>().unwrap(), at);
        assert_eq!(Time::from_millis(i64::MAX), Time::MAX);
        assert_eq!(Time::MAX.to_string(), "9999-12-30T22:00:00.000Z");
    }
}
