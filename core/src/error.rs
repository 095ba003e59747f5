//! The one error type of the facade: a stable code, a stable reason, never content that the caller did not send.

use crate::locales;
use crate::store::{CommitError, StorageError};
use serde::{Serialize, Serializer};

/// What kind of failure it is; at most twelve, stable across releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Code {
    /// Absent, or hidden from the one who asks: the two look the same.
    NotFound,
    /// Visible, but not allowed.
    Forbidden,
    /// The state is another one than the caller saw.
    Conflict,
    /// The request is not of the accepted form.
    Invalid,
    /// The request is larger than allowed.
    TooLarge,
    /// The idempotency key was used for another request.
    KeyReused,
    /// The cursor is not one of this reader and query, or its configuration is gone.
    CursorExpired,
    /// The commit may or may not have happened: send the same request with the same idempotency key again.
    OutcomeUnknown,
    /// The store cannot be reached, is busy, full or read only.
    Unavailable,
    /// The store must be upgraded.
    SchemaTooOld,
    /// The library must be upgraded.
    SchemaTooNew,
    /// What is stored cannot be understood, or a bug.
    Internal,
}

/// Whether and when the same call may succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Retry {
    /// Not without a change.
    Never,
    /// At once.
    Now,
    /// After [`Error::after_ms`].
    After,
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = ($code:ident, $text:literal)),+ $(,)?) => {
        /// What exactly was wrong: stable, one code each, rendered in a person's language by
        /// [`Error::message`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Reason { $($(#[$doc])* $name),+ }

        impl Reason {
            /// All of them.
            pub const ALL: &'static [Reason] = &[$(Reason::$name),+];

            /// Its kind.
            pub fn code(self) -> Code {
                match self { $(Reason::$name => Code::$code),+ }
            }

            /// Its stable name on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Reason::$name => $text),+ }
            }
        }
    };
}

reasons! {
    /// The one who asks is unknown, deactivated or expired.
    Actor = (NotFound, "actor"),
    /// What the request names is absent or hidden.
    Named = (NotFound, "named"),
    /// The verb is for members of the space.
    NotMember = (Forbidden, "not_member"),
    /// The verb is for moderators and owners of the space.
    NotStaff = (Forbidden, "not_staff"),
    /// The verb is for owners of the space.
    NotOwner = (Forbidden, "not_owner"),
    /// The verb is for the author.
    NotAuthor = (Forbidden, "not_author"),
    /// The verb is for internal persons.
    Guest = (Forbidden, "guest"),
    /// The space is not open: ask an owner.
    NotOpen = (Forbidden, "not_open"),
    /// The space is entered by invitation.
    ByInvitation = (Forbidden, "by_invitation"),
    /// The other one does not want it.
    Blocked = (Forbidden, "blocked"),
    /// The verb is for the host's own system.
    SystemOnly = (Forbidden, "system_only"),
    /// The item is deleted.
    Deleted = (Conflict, "deleted"),
    /// The item is a draft: publish it first.
    Draft = (Conflict, "draft"),
    /// The item is published already.
    Published = (Conflict, "published"),
    /// The item was edited since.
    Edited = (Conflict, "edited"),
    /// The last owner cannot leave or lose the role.
    LastOwner = (Conflict, "last_owner"),
    /// The handle names another person or space already.
    HandleTaken = (Conflict, "handle_taken"),
    /// A secret space has no handle: what it is called must not be found by trying.
    SecretSpace = (Conflict, "secret_space"),
    /// Three posts are pinned in the space already.
    ManyPins = (Conflict, "many_pins"),
    /// More people are missing from the list than may end at once.
    ManyMissing = (Conflict, "many_missing"),
    /// The space is archived: it can be read, not written in.
    Archived = (Conflict, "archived"),
    /// Others kept changing the same thing.
    Contended = (Conflict, "contended"),
    /// The host's transaction has ended: begin another one.
    TransactionOver = (Conflict, "transaction_over"),
    /// The host's transaction had to give way to another one and nothing of it is written: run the handler again.
    TransactionLost = (Conflict, "transaction_lost"),
    /// The unit would be its own ancestor.
    Cycle = (Conflict, "cycle"),
    /// A field is empty that must not be.
    Empty = (Invalid, "empty"),
    /// A field holds U+0000 or another character that is not accepted.
    BadText = (Invalid, "bad_text"),
    /// A value is not one of the accepted ones.
    BadValue = (Invalid, "bad_value"),
    /// The audience is wider than the place, or not one of the place's.
    BadAudience = (Invalid, "bad_audience"),
    /// The host's transaction is not READ COMMITTED.
    Isolation = (Invalid, "isolation"),
    /// One cannot do this to oneself.
    Oneself = (Invalid, "oneself"),
    /// There is no operation of this name.
    NoOperation = (Invalid, "no_operation"),
    /// A text is longer than allowed.
    LongText = (TooLarge, "long_text"),
    /// A list is longer than allowed.
    LongList = (TooLarge, "long_list"),
    /// The person has reached the allowed number of memberships, follows or blocks.
    ManyTies = (TooLarge, "many_ties"),
    /// The idempotency key was used for another request.
    OtherRequest = (KeyReused, "other_request"),
    /// The cursor cannot be used.
    Cursor = (CursorExpired, "cursor"),
    /// The outcome of a commit is unknown.
    Commit = (OutcomeUnknown, "commit"),
    /// Another writer holds the store.
    Busy = (Unavailable, "busy"),
    /// No space is left.
    Full = (Unavailable, "full"),
    /// The medium cannot be written.
    ReadOnly = (Unavailable, "read_only"),
    /// The store cannot be reached.
    Store = (Unavailable, "store"),
    /// The store lacks what this release needs.
    OldSchema = (SchemaTooOld, "old_schema"),
    /// The store was written by a newer release.
    NewSchema = (SchemaTooNew, "new_schema"),
    /// What is stored cannot be read back, or a bug.
    Corrupt = (Internal, "corrupt"),
}

/// What an operation may fail with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.describe())]
#[non_exhaustive]
pub struct Error {
    /// What exactly was wrong.
    pub reason: Reason,
    /// The field of the request that was wrong, where it is one.
    pub field: Option<&'static str>,
}

impl Error {
    /// An error of this reason.
    pub fn new(reason: Reason) -> Error {
        Error { reason, field: None }
    }

    /// Names the field of the request.
    pub fn at(mut self, field: &'static str) -> Error {
        self.field = Some(field);
        self
    }

    /// Its kind.
    pub fn code(&self) -> Code {
        self.reason.code()
    }

    /// Whether and when the same call may succeed.
    pub fn retry(&self) -> Retry {
        match self.code() {
            Code::OutcomeUnknown => Retry::Now,
            Code::Conflict if self.reason == Reason::TransactionLost => Retry::Now,
            Code::Unavailable => Retry::After,
            Code::Conflict if self.reason == Reason::Contended => Retry::After,
            _ => Retry::Never,
        }
    }

    /// Milliseconds to wait where [`Error::retry`] says `After`.
    pub fn after_ms(&self) -> Option<u64> {
        (self.retry() == Retry::After).then_some(250)
    }

    /// What to tell the person who meets it, in French or English, by a BCP 47 tag.
    pub fn message(&self, language: &str) -> String {
        let key = format!("error-{}", self.reason.as_str().replace('_', "-"));
        locales::render(locales::Language::of(language), &key, &[])
    }

    fn describe(&self) -> String {
        let text = self.reason.as_str();
        self.field
            .map_or_else(|| text.to_owned(), |field| format!("{text} in `{field}`"))
    }
}

impl From<Reason> for Error {
    fn from(reason: Reason) -> Error {
        Error::new(reason)
    }
}

impl From<StorageError> for Error {
    fn from(error: StorageError) -> Error {
        let reason = match error {
            StorageError::SchemaTooOld { .. } => Reason::OldSchema,
            StorageError::SchemaTooNew { .. } => Reason::NewSchema,
            StorageError::TransactionOver => Reason::TransactionOver,
            StorageError::TransactionLost => Reason::TransactionLost,
            StorageError::Isolation => Reason::Isolation,
            StorageError::Busy => Reason::Busy,
            StorageError::Full => Reason::Full,
            StorageError::ReadOnly => Reason::ReadOnly,
            StorageError::Unavailable => Reason::Store,
            StorageError::OutcomeUnknown => Reason::Commit,
            StorageError::Corrupt { .. } | StorageError::Refused { .. } => {
                tracing::error!(%error, "the store refused or lost what the core asked for");
                Reason::Corrupt
            }
        };
        Error::new(reason)
    }
}

impl From<CommitError> for Error {
    fn from(error: CommitError) -> Error {
        match error {
            CommitError::Conflict(_) => Error::new(Reason::Contended),
            CommitError::KeyReused => Error::new(Reason::OtherRequest),
            CommitError::Storage(error) => error.into(),
        }
    }
}

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Wire {
            code: Code,
            reason: &'static str,
            field: Option<&'static str>,
            retry: Retry,
            after_ms: Option<u64>,
        }
        Wire {
            code: self.code(),
            reason: self.reason.as_str(),
            field: self.field,
            retry: self.retry(),
            after_ms: self.after_ms(),
        }
        .serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_speaks_both_languages() {
        for reason in Reason::ALL {
            let error = Error::new(*reason);
            let (english, french) = (error.message("en-GB"), error.message("fr"));
            assert!(
                !english.starts_with("error-") && !french.starts_with("error-"),
                "{reason:?}"
            );
            assert_ne!(english, french);
        }
    }

    #[test]
    fn reasons_have_names_of_their_own_and_codes_are_at_most_twelve() {
        let names: std::collections::BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
        assert_eq!(names.len(), Reason::ALL.len());
        let codes: std::collections::HashSet<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        assert!(codes.len() <= 12);
    }
}
