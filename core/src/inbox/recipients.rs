//! Who is told of an event, and why: pure. One notice for each person, with the strongest reason and all of them, never for the
//! one who acted. Whether the person may know of it is not asked here: that is judged whenever he reads.

use super::records::NoticeCode;
use crate::ids::{ItemId, PersonId, SpaceId};
use crate::items::records::Item;
use std::collections::BTreeMap;

/// What happened, with the rows it is about.
pub(crate) enum Event<'a> {
    /// Somebody wrote an item: a root, or a comment with its root and what it answers.
    Wrote {
        item: &'a Item,
        root: Option<&'a Item>,
        parent: Option<&'a Item>,
        mentioned: &'a [PersonId],
    },
    /// Somebody named persons in an item that he had written before.
    Mentioned {
        item: &'a Item,
        root: Option<&'a Item>,
        mentioned: &'a [PersonId],
    },
    /// Somebody reacted to an item.
    Reacted {
        item: &'a Item,
        root: Option<&'a Item>,
        who: PersonId,
    },
    /// Somebody asks to join a space, whose staff are these.
    Asked {
        space: SpaceId,
        who: PersonId,
        staff: &'a [PersonId],
    },
    /// Somebody follows somebody.
    Followed { who: PersonId, whom: PersonId },
}

/// One person who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) person: PersonId,
    pub(crate) actor: PersonId,
    /// The strongest reason.
    pub(crate) code: NoticeCode,
    /// All of them, as bits.
    pub(crate) reasons: i64,
    /// What notices of one code are bundled by.
    pub(crate) about: [u8; 16],
    /// What was written or reacted to.
    pub(crate) item: Option<ItemId>,
    /// Where that stands.
    pub(crate) space: Option<SpaceId>,
}

/// A reason for one person, and what its bundle is about.
type Because = (PersonId, NoticeCode, [u8; 16]);

/// Everybody who is told, by id.
pub(crate) fn recipients(event: &Event<'_>) -> Vec<Told> {
    let (actor, item, space, because) = match event {
        Event::Followed { who, whom } => (*who, None, None, vec![(*whom, NoticeCode::Follower, whom.bytes())]),
        Event::Asked { space, who, staff } => {
            let because = staff
                .iter()
                .map(|person| (*person, NoticeCode::JoinRequest, space.bytes()));
            (*who, None, Some(*space), because.collect())
        }
        Event::Reacted { item, root, who } => {
            let because = vec![(item.author, NoticeCode::Reaction, item.id.bytes())];
            (*who, Some(item.id), root.unwrap_or(item).space, because)
        }
        Event::Mentioned { item, root, mentioned } => {
            let because = mentions(item, mentioned).collect();
            (item.author, Some(item.id), root.unwrap_or(item).space, because)
        }
        Event::Wrote {
            item,
            root,
            parent,
            mentioned,
        } => {
            let mut because = written(item, *root, *parent);
            because.extend(mentions(item, mentioned));
            (item.author, Some(item.id), root.unwrap_or(item).space, because)
        }
    };
    let mut told: BTreeMap<PersonId, Told> = BTreeMap::new();
    for (person, code, about) in because.into_iter().filter(|(person, ..)| *person != actor) {
        let first = Told {
            person,
            actor,
            code,
            reasons: 0,
            about,
            item,
            space,
        };
        let entry = told.entry(person).or_insert(first);
        entry.reasons |= code.bit();
        if code < entry.code {
            (entry.code, entry.about) = (code, about);
        }
    }
    told.into_values().collect()
}

fn mentions<'a>(item: &'a Item, mentioned: &'a [PersonId]) -> impl Iterator<Item = Because> + 'a {
    let about = item.thread().bytes();
    mentioned
        .iter()
        .map(move |person| (*person, NoticeCode::Mention, about))
}

fn written(item: &Item, root: Option<&Item>, parent: Option<&Item>) -> Vec<Because> {
    let mut because = Vec::new();
    if let Some(root) = root {
        let answered = parent.filter(|parent| parent.id != root.id);
        because.extend(answered.map(|parent| (parent.author, NoticeCode::Reply, parent.id.bytes())));
        because.push((root.author, NoticeCode::Comment, item.thread().bytes()));
    }
    because
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ids::Time;
    use crate::items::kinds;

    fn person(n: u8) -> PersonId {
        PersonId::from_bytes([n; 16])
    }

    fn item(n: u8, author: u8, root: Option<u8>, parent: Option<u8>) -> Item {
        let id = |n: u8| ItemId::from_bytes([n; 16]);
        Item {
            root: root.map(id),
            parent: parent.map(id),
            ..Item::new(id(n), kinds::POST.name, person(author), Time::from_millis(0))
        }
    }

    fn wrote(item: &Item, root: &Item, parent: &Item) -> Vec<(PersonId, NoticeCode, Vec<NoticeCode>)> {
        let event = Event::Wrote {
            item,
            root: Some(root),
            parent: Some(parent),
            mentioned: &[],
        };
        let told = recipients(&event).into_iter();
        told.map(|told| (told.person, told.code, NoticeCode::of_bits(told.reasons)))
            .collect()
    }

    #[test]
    fn the_strongest_reason_names_the_notice_and_all_of_them_stay() {
        use NoticeCode::{Comment, Reply};
        let post = item(1, 1, None, None);
        let first = item(2, 2, Some(1), Some(1));
        let own = item(3, 1, Some(1), Some(1));
        // A comment on a post of mine; nobody else is told.
        assert_eq!(wrote(&first, &post, &post), [(person(1), Comment, vec![Comment])]);
        // An answer to a comment: its author, and the post's.
        let answer = item(4, 3, Some(1), Some(2));
        let both = [(person(1), Comment, vec![Comment]), (person(2), Reply, vec![Reply])];
        assert_eq!(wrote(&answer, &post, &first), both);
        // An answer to a comment of mine on a post of mine: one notice with both reasons.
        let answer = item(5, 3, Some(1), Some(3));
        assert_eq!(wrote(&answer, &post, &own), [(person(1), Reply, vec![Reply, Comment])]);
        // Never the one who wrote.
        let mine = item(6, 2, Some(1), Some(2));
        assert_eq!(wrote(&mine, &post, &first), [(person(1), Comment, vec![Comment])]);
        assert_eq!(wrote(&own, &post, &post), []);
    }

    #[test]
    fn a_mention_is_the_strongest_reason_and_tells_each_person_once() {
        let post = item(1, 1, None, None);
        let comment = item(2, 2, Some(1), Some(1));
        let event = Event::Wrote {
            item: &comment,
            root: Some(&post),
            parent: Some(&post),
            mentioned: &[person(1), person(3), person(2)],
        };
        let told: Vec<_> = recipients(&event)
            .into_iter()
            .map(|it| (it.person, it.code, NoticeCode::of_bits(it.reasons)))
            .collect();
        use NoticeCode::{Comment, Mention};
        assert_eq!(
            told,
            [
                (person(1), Mention, vec![Mention, Comment]),
                (person(3), Mention, vec![Mention])
            ]
        );
        let event = Event::Mentioned {
            item: &comment,
            root: Some(&post),
            mentioned: &[person(3)],
        };
        assert_eq!(recipients(&event).len(), 1);
    }

    #[test]
    fn a_reaction_tells_the_author_and_a_follow_the_followed() {
        let post = item(1, 1, None, None);
        let told = recipients(&Event::Reacted {
            item: &post,
            root: None,
            who: person(2),
        });
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].person, told[0].code), (person(1), NoticeCode::Reaction));
        let own = recipients(&Event::Reacted {
            item: &post,
            root: None,
            who: person(1),
        });
        assert_eq!(own, []);
        let told = recipients(&Event::Followed {
            who: person(1),
            whom: person(2),
        });
        assert_eq!((told[0].person, told[0].actor), (person(2), person(1)));
    }

    #[test]
    fn a_request_to_join_tells_the_staff_in_one_bundle() {
        let space = SpaceId::from_bytes([7; 16]);
        let told = recipients(&Event::Asked {
            space,
            who: person(2),
            staff: &[person(1), person(2), person(3)],
        });
        let said = told.iter().map(|it| (it.person, it.code, it.about, it.item, it.space));
        let expected = [1, 3].map(|n| (person(n), NoticeCode::JoinRequest, space.bytes(), None, Some(space)));
        assert!(said.eq(expected));
    }

    #[test]
    fn reasons_are_bits_that_come_back_in_order() {
        let bits = NoticeCode::ALL.iter().map(|code| code.bit()).sum();
        assert_eq!(NoticeCode::of_bits(bits), NoticeCode::ALL);
        assert_eq!(NoticeCode::Unknown.bit(), 0);
        assert!(NoticeCode::ALL.is_sorted());
        for code in NoticeCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }
}
