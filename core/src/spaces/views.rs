//! What is shown of spaces, their members, and the ways into them.

use super::records::{Announcers, JoinPolicy, Role, Space, SpaceState, Visibility};
use crate::gate::answer::Token;
use crate::gate::reader::Reader;
use crate::ids::{SpaceId, Time};
use crate::people::PersonCard;
use serde::Serialize;
use std::ops::Deref;

/// A space in a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SpaceCard {
    /// The id.
    pub id: SpaceId,
    /// The host's own id.
    pub external: Option<String>,
    /// The name.
    pub name: String,
    /// The handle, which names one person or space of the network.
    pub handle: Option<String>,
    /// What it is for.
    pub about: Option<String>,
    /// Who may find and read it.
    pub visibility: Visibility,
    /// How one becomes a member.
    pub join: JoinPolicy,
    /// Whether it can be read and not written in.
    pub archived: bool,
    /// The reader's role.
    pub role: Option<Role>,
}

impl SpaceCard {
    /// Called by the gate only, after it judged.
    pub(crate) fn build(space: &Space, reader: &Reader) -> SpaceCard {
        SpaceCard {
            id: space.id,
            external: space.external.clone(),
            name: space.name.clone(),
            handle: space.handle.clone(),
            about: space.about.clone(),
            visibility: space.visibility,
            join: space.join_policy(),
            archived: space.state == SpaceState::Archived,
            role: reader.role(space.id),
        }
    }
}

/// A space as one reader sees it: its card, and what stands on its page. Reads as the card itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SpaceView {
    /// The card.
    #[serde(flatten)]
    pub card: SpaceCard,
    /// Who may write announcements.
    pub announcers: Announcers,
    /// Whether the reader asked to become a member.
    pub requested: bool,
}

impl Deref for SpaceView {
    type Target = SpaceCard;
    fn deref(&self) -> &SpaceCard {
        &self.card
    }
}

/// A page of spaces, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SpacePage {
    /// The spaces.
    pub spaces: Vec<SpaceCard>,
    /// The cursor of the next page; absent at the end.
    pub next: Option<Token>,
    /// Whether the page is short because much had to be left out.
    pub partial: bool,
    /// The log position it was read at.
    pub position: Token,
}

/// The spaces to which what somebody typed completes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct SpaceMatches {
    /// The reader's own first, then by name.
    pub spaces: Vec<SpaceCard>,
}

/// A member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MemberView {
    /// Who.
    pub person: PersonCard,
    /// The role.
    pub role: Role,
    /// When the membership ends: shown to the staff and to the member.
    pub expires: Option<Time>,
}

/// A page of the members of a space.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MemberPage {
    /// Owners, moderators, members.
    pub members: Vec<MemberView>,
    /// The cursor of the next page; absent at the end.
    pub next: Option<Token>,
    /// Whether the page is short because much had to be left out.
    pub partial: bool,
    /// The log position it was read at.
    pub position: Token,
}

/// A request to become a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RequestView {
    /// Who asks.
    pub person: PersonCard,
    /// What he says to it.
    pub words: Option<String>,
    /// Since when.
    pub t: Time,
}

/// A page of requests to become a member of a space.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RequestPage {
    /// The requests.
    pub requests: Vec<RequestView>,
    /// The cursor of the next page; absent at the end.
    pub next: Option<Token>,
    /// The log position it was read at.
    pub position: Token,
}

/// An invitation to become a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct InvitationView {
    /// Of what.
    pub space: SpaceCard,
    /// Who invites.
    pub by: PersonCard,
    /// As what.
    pub role: Role,
    /// Until when it holds.
    pub until: Time,
    /// Since when.
    pub t: Time,
}

/// A page of the invitations of the one who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct InvitationPage {
    /// The invitations that hold.
    pub invitations: Vec<InvitationView>,
    /// The cursor of the next page; absent at the end.
    pub next: Option<Token>,
    /// The log position it was read at.
    pub position: Token,
}
