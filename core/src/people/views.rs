//! What is shown of persons.

use super::records::{Person, PersonKind};
use crate::gate::answer::Token;
use crate::gate::reader::Reader;
use crate::ids::{ItemId, PersonId, SpaceId, TagId, Time};
use crate::items::TagView;
use serde::Serialize;
use std::ops::Deref;

/// A person in a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PersonCard {
    /// The id.
    pub id: PersonId,
    /// The host's own id.
    pub external: Option<String>,
    /// The name.
    pub name: String,
    /// The handle, which names one person or space of the network.
    pub handle: Option<String>,
    /// What stands under the name.
    pub title: Option<String>,
    /// Whether the person comes from outside: hosts mark guests wherever they show them.
    pub guest: bool,
}

impl PersonCard {
    /// Called by the gate only, after it judged.
    pub(crate) fn build(person: &Person) -> PersonCard {
        PersonCard {
            id: person.id,
            external: person.external.clone(),
            name: person.name.clone(),
            handle: person.handle.clone(),
            title: person.title.clone(),
            guest: person.kind != PersonKind::Internal,
        }
    }
}

/// A person in full: his card, and what one reads on his page. Reads as the card itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Profile {
    /// The card.
    #[serde(flatten)]
    pub card: PersonCard,
    /// Whether the person may act now: not deactivated, not expired.
    pub active: bool,
    /// The e-mail address: shown to internal persons and to himself.
    pub email: Option<String>,
    /// The languages (BCP 47), the best one first.
    pub languages: Vec<String>,
    /// IANA name of the time zone.
    pub zone: Option<String>,
    /// What the person says he knows: tags as he spells them, in his order.
    pub skills: Vec<TagView>,
}

impl Profile {
    /// Called by the gate only, after it judged.
    pub(crate) fn build(person: &Person, reader: &Reader) -> Profile {
        let near = reader.is_internal() || person.id == reader.id || !reader.switches.on("email_internal");
        Profile {
            card: PersonCard::build(person),
            active: person.acts(reader.now),
            email: person.email.clone().filter(|_| near),
            languages: person.languages.clone().unwrap_or_default(),
            zone: person.zone.clone(),
            skills: crate::items::tags::views(person.skills.as_deref()),
        }
    }
}

impl Deref for Profile {
    type Target = PersonCard;
    fn deref(&self) -> &PersonCard {
        &self.card
    }
}

/// A page of people, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PersonPage {
    /// The people.
    pub people: Vec<PersonCard>,
    /// The cursor of the next page; absent at the end.
    pub next: Option<Token>,
    /// Whether the page is short because much had to be left out.
    pub partial: bool,
    /// The log position it was read at.
    pub position: Token,
}

/// The people to whom what somebody typed completes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct PersonMatches {
    /// Those the reader follows first, then by name.
    pub people: Vec<PersonCard>,
}

/// One thing that the reader muted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum MutedView {
    /// A person.
    Person {
        /// Whom.
        person: PersonCard,
    },
    /// A space.
    Space {
        /// The id.
        id: SpaceId,
        /// The name.
        name: String,
    },
    /// A thread.
    Thread {
        /// Its root.
        item: ItemId,
    },
    /// A tag.
    Tag {
        /// The id, the same for all spellings.
        id: TagId,
        /// As the reader spells it.
        name: String,
    },
}

/// Something muted, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MuteView {
    /// What.
    pub what: MutedView,
    /// Until when; for good, where absent.
    pub until: Option<Time>,
    /// Since when.
    pub t: Time,
}

/// What the reader muted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct MuteList {
    /// Persons, spaces, threads, tags; of those that he may still know of.
    pub mutes: Vec<MuteView>,
    /// The cursor of the next page; absent at the end.
    pub next: Option<Token>,
}

/// A page of the tags that the reader follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct TagPage {
    /// The tags, as he spells them.
    pub tags: Vec<TagView>,
    /// The cursor of the next page; absent at the end.
    pub next: Option<Token>,
    /// The log position it was read at.
    pub position: Token,
}
