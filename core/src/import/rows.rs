//! The rows of an import, as `docs/import-format.md` describes them. Names of things are the host's own ids.

use crate::ids::Time;
use crate::spaces::{Role, Visibility};
use serde::{Deserialize, Serialize};

/// One row of one file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ImportRow {
    /// A line of `units`.
    Unit(UnitRow),
    /// A line of `people`.
    Person(PersonRow),
    /// A line of `spaces`.
    Space(SpaceRow),
    /// A line of `members`.
    Member(MemberRow),
    /// A line of `follows`.
    Follow(FollowRow),
    /// A line of `posts`.
    Post(PostRow),
    /// A reaction of `interactions`.
    Reaction(ReactionRow),
    /// A comment of `interactions`.
    Comment(CommentRow),
    /// A line of `notifications`.
    Notice(NoticeRow),
}

/// See [`ImportRow::Unit`].
#[derive(Clone, Debug, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnitRow {
    /// The host's id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The unit above.
    pub parent: Option<String>,
}

/// See [`ImportRow::Person`].
#[derive(Clone, Debug, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PersonRow {
    /// The host's id.
    pub id: String,
    /// The name.
    pub name: String,
    /// Whether the person comes from outside.
    #[serde(default)]
    pub guest: bool,
    /// The unit.
    pub unit: Option<String>,
    /// When a guest's account ends.
    pub expires: Option<Time>,
    /// What stands under the name.
    pub title: Option<String>,
    /// Whether the person may act.
    #[serde(default = "yes")]
    pub active: bool,
    /// What he knows, as tags; left as it is where absent.
    // Not written where absent: a row that was imported before there were skills is still the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skills: Option<Vec<String>>,
}

fn yes() -> bool {
    true
}

/// See [`ImportRow::Space`].
#[derive(Clone, Debug, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SpaceRow {
    /// The host's id.
    pub id: String,
    /// The name.
    pub name: String,
    /// Who may find and read it.
    pub kind: Visibility,
    /// A person who becomes its owner.
    pub owner: Option<String>,
    /// What it is for.
    pub about: Option<String>,
}

/// See [`ImportRow::Member`].
#[derive(Clone, Debug, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MemberRow {
    /// The space.
    pub space: String,
    /// The person.
    pub person: String,
    /// The role.
    #[serde(default = "member")]
    pub role: Role,
    /// When the membership ends.
    pub expires: Option<Time>,
}

fn member() -> Role {
    Role::Member
}

/// See [`ImportRow::Follow`].
#[derive(Clone, Debug, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FollowRow {
    /// Who follows.
    pub person: String,
    /// Whom.
    pub follows: String,
}

/// Who may read an imported post.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum PostAudience {
    /// Whoever may read the place.
    Place,
    /// The author's followers.
    Followers,
    /// A unit.
    Unit {
        /// The host's id of it.
        id: String,
    },
}

/// See [`ImportRow::Post`].
#[derive(Clone, Debug, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PostRow {
    /// The host's id.
    pub id: String,
    /// Who wrote it.
    pub author: String,
    /// The words.
    pub text: String,
    /// When.
    pub ts: Time,
    /// The space; a wall, where there is none.
    pub space: Option<String>,
    /// Whose wall; the author's, unless said otherwise.
    pub wall: Option<String>,
    /// Who may read it.
    pub audience: PostAudience,
    /// An announcement to its space.
    #[serde(default)]
    pub announce: bool,
}

/// See [`ImportRow::Reaction`].
#[derive(Clone, Debug, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReactionRow {
    /// Who reacts.
    pub person: String,
    /// To which post.
    pub post: String,
    /// When.
    pub ts: Time,
    /// How.
    pub reaction: String,
}

/// See [`ImportRow::Comment`].
#[derive(Clone, Debug, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CommentRow {
    /// The host's id; without one, the row is known by person, post and date.
    pub id: Option<String>,
    /// Who wrote it.
    pub person: String,
    /// On which post.
    pub post: String,
    /// When.
    pub ts: Time,
    /// The words.
    pub text: String,
    /// The comment that it answers.
    pub parent: Option<String>,
    /// Whether it is for the staff of the post's space only.
    #[serde(default)]
    pub staff: bool,
}

impl CommentRow {
    /// The name under which the comment is kept: `comment:` and its id, or what it is known by.
    pub fn key(&self) -> String {
        match &self.id {
            Some(id) => format!("comment:{id}"),
            None => {
                let parts = [
                    self.person.as_bytes(),
                    self.post.as_bytes(),
                    &self.ts.millis().to_le_bytes(),
                ];
                let hash = crate::ids::hash16(&parts);
                format!("comment:~{}", uuid::Uuid::from_bytes(hash).as_simple())
            }
        }
    }
}

/// What a notice of an old system told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoticeKind {
    /// A reaction to a post of one's own.
    Reaction = 0,
    /// A comment on a post of one's own.
    Comment = 1,
    /// An announcement in a space.
    Announce = 2,
}

/// See [`ImportRow::Notice`].
#[derive(Clone, Debug, PartialEq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NoticeRow {
    /// Who was told.
    pub to: String,
    /// Of what.
    pub kind: NoticeKind,
    /// Who did it.
    pub actor: String,
    /// The post.
    pub post: String,
    /// When.
    pub ts: Time,
    /// Whether it was read.
    #[serde(default)]
    pub read: bool,
    /// Its place among the rows of one instant. The same row must have the same one whenever it comes.
    #[serde(default)]
    pub order: u32,
}
