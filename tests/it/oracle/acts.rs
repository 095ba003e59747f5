//! Commands as data: what a history does, by numbers of the model.

use super::ties::Muted;
use parvis::ItemId;
use parvis::gate::answer::Token;
use parvis::items::NewAudience;
use parvis::people::{PersonKind, PersonStatus};
use parvis::spaces::{Role, Visibility};

/// Something named in a command: its number in the model, or an id that was never given to anything.
pub(crate) type Named = Option<usize>;

/// A command. Persons, units, spaces and items are numbers of the model.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    PutUnit {
        unit: Option<usize>,
        parent: Option<usize>,
    },
    PutPerson {
        person: Option<usize>,
        kind: PersonKind,
        status: PersonStatus,
        unit: Option<usize>,
        expires: Option<i64>,
    },
    Follow(Named),
    Unfollow(Named),
    Block(Named),
    Unblock(Named),
    /// For good, or until an instant.
    Mute {
        what: Muted,
        until: Option<i64>,
    },
    Unmute(Muted),
    /// A tag, as somebody types it.
    FollowTag(&'static str),
    UnfollowTag(&'static str),
    /// Another handle for oneself; an empty one gives it up.
    EditMe {
        handle: &'static str,
    },
    EditSpace {
        space: Named,
        handle: &'static str,
    },
    NewSpace(Visibility),
    Ask(Named),
    Withdraw(Named),
    AnswerRequest {
        space: Named,
        person: Named,
        accept: bool,
    },
    Invite {
        space: Named,
        person: Named,
        role: Role,
    },
    Uninvite {
        space: Named,
        person: Named,
    },
    AnswerInvitation {
        space: Named,
        accept: bool,
    },
    Archive {
        space: Named,
        archived: bool,
    },
    Join(Named),
    Leave(Named),
    Add {
        space: Named,
        person: Named,
        role: Role,
        expires: Option<i64>,
    },
    Remove {
        space: Named,
        person: Named,
    },
    SetRole {
        space: Named,
        person: Named,
        role: Role,
    },
    SetVisibility {
        space: Named,
        visibility: Visibility,
    },
    Post {
        place: PostPlace,
        audience: NewAudience,
        unit: Named,
    },
    /// A draft of a post.
    Keep {
        place: PostPlace,
        audience: NewAudience,
        unit: Named,
        /// When it is published by itself.
        later: Option<i64>,
    },
    Publish(Named),
    /// An announcement in a space.
    Announce(Named),
    SetAnnouncers {
        space: Named,
        members: bool,
    },
    Comment {
        on: Named,
        staff: bool,
    },
    Edit {
        item: Named,
        /// A number of the item's versions.
        version: usize,
    },
    Delete(Named),
    Pin {
        item: Named,
        until: i64,
    },
    Unpin(Named),
    React {
        item: Named,
        reaction: &'static str,
    },
    Unreact(Named),
}

/// Where a post goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PostPlace {
    Space(Named),
    Wall,
    Network,
}

/// What an item command answered.
pub(crate) struct Written {
    pub(crate) id: ItemId,
    pub(crate) version: Token,
    pub(crate) words: String,
}
