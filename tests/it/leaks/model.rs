//! Who may read what, kept beside the library from the commands that succeeded: plain lists, no key, no judge.

use parvis::spaces::{Role, Visibility};
use std::collections::{HashMap, HashSet};

/// Where a root stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stands {
    Space(usize),
    Wall,
    Network,
}

/// To whom an item is addressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum To {
    /// Whoever may read the place, or the root.
    All,
    Staff,
    Followers,
    /// The unit `lab` and below.
    Lab,
}

/// A person.
#[derive(Clone, Debug)]
pub(crate) struct Someone {
    pub(crate) name: &'static str,
    pub(crate) guest: bool,
    pub(crate) active: bool,
    pub(crate) expires: Option<i64>,
    pub(crate) in_lab: bool,
    pub(crate) words: Vec<String>,
    /// The canary of the e-mail address.
    pub(crate) mail: String,
    /// Those of a tag which he follows and of one which he mutes: nobody's business but his.
    pub(crate) tags: [String; 2],
}

/// A space.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    pub(crate) visibility: Visibility,
    pub(crate) members: HashMap<usize, (Role, Option<i64>)>,
    pub(crate) words: Vec<String>,
    /// What was said with requests to join.
    pub(crate) asked: Vec<String>,
}

/// An item.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) author: usize,
    pub(crate) stands: Stands,
    pub(crate) to: To,
    pub(crate) root: Option<usize>,
    pub(crate) deleted: bool,
    /// The canary of the words as they are now.
    pub(crate) words: String,
    /// Those of the words before, and whether its place was open when they were replaced.
    pub(crate) older: Vec<(String, bool)>,
}

/// What happened so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    pub(crate) now: i64,
    pub(crate) people: Vec<Someone>,
    pub(crate) rooms: Vec<Room>,
    pub(crate) items: Vec<Written>,
    pub(crate) follows: HashSet<(usize, usize)>,
    pub(crate) blocks: HashSet<(usize, usize)>,
}

impl Model {
    fn acts(&self, who: usize) -> bool {
        let person = &self.people[who];
        person.active && person.expires.is_none_or(|end| self.now < end)
    }

    fn role(&self, who: usize, room: usize) -> Option<Role> {
        let (role, end) = self.rooms[room].members.get(&who)?;
        end.is_none_or(|end| self.now < end).then_some(*role)
    }

    fn internal(&self, who: usize) -> bool {
        !self.people[who].guest
    }

    fn staff(&self, who: usize, room: usize) -> bool {
        self.internal(who) && matches!(self.role(who, room), Some(Role::Moderator | Role::Owner))
    }

    /// Whether a person may read a space's name.
    pub(crate) fn finds(&self, who: usize, room: usize) -> bool {
        let listed = self.internal(who) && self.rooms[room].visibility != Visibility::Secret;
        self.acts(who) && (self.role(who, room).is_some() || listed)
    }

    /// Whether a person may read an item.
    pub(crate) fn reads(&self, who: usize, item: usize) -> bool {
        let written = &self.items[item];
        if let Some(root) = written.root {
            let Stands::Space(room) = self.items[root].stands else {
                return self.reads(who, root);
            };
            return self.reads(who, root) && (written.to != To::Staff || self.staff(who, room));
        }
        let own = written.author == who;
        self.acts(who)
            && match (written.stands, written.to) {
                (Stands::Space(room), To::Staff) => self.staff(who, room),
                (Stands::Space(room), _) => {
                    let open = self.rooms[room].visibility == Visibility::Open && self.internal(who);
                    self.role(who, room).is_some() || open
                }
                (_, To::Followers) => own || (self.internal(who) && self.follows.contains(&(who, written.author))),
                (_, To::Lab) => self.internal(who) && self.people[who].in_lab,
                (_, _) => self.internal(who),
            }
    }

    /// Whether a person may read an item's words.
    pub(crate) fn reads_words(&self, who: usize, item: usize) -> bool {
        let written = &self.items[item];
        !written.deleted && !self.blocks.contains(&(who, written.author)) && self.reads(who, item)
    }

    /// Whether a person may read another's name.
    pub(crate) fn meets(&self, who: usize, other: usize) -> bool {
        let shared = |room: usize| self.role(who, room).is_some() && self.role(other, room).is_some();
        let wrote = |item: usize| self.items[item].author == other && self.reads_words(who, item);
        self.acts(who)
            && (who == other
                || self.internal(who)
                || (0..self.rooms.len()).any(shared)
                || (0..self.items.len()).any(wrote))
    }

    /// The canaries that a person may read.
    pub(crate) fn readable(&self, who: usize) -> HashSet<&str> {
        let mut words = HashSet::new();
        for (other, person) in self.people.iter().enumerate() {
            if self.acts(who) && who == other {
                words.extend(person.tags.iter().map(String::as_str));
            }
            if self.meets(who, other) {
                words.extend(person.words.iter().map(String::as_str));
                if self.internal(who) || who == other {
                    words.insert(&person.mail);
                }
            }
        }
        for (room, space) in self.rooms.iter().enumerate() {
            if self.finds(who, room) {
                words.extend(space.words.iter().map(String::as_str));
            }
            if self.acts(who) && self.staff(who, room) {
                words.extend(space.asked.iter().map(String::as_str));
            }
        }
        for (item, written) in self.items.iter().enumerate() {
            if self.reads_words(who, item) {
                words.insert(&written.words);
                let member = match written.stands {
                    Stands::Space(room) => self.role(who, room).is_some(),
                    _ => true,
                };
                let older = written.older.iter().filter(|(_, open)| *open || member);
                words.extend(older.map(|(words, _)| words.as_str()));
            }
        }
        words
    }

    /// A block ends follows both ways.
    pub(crate) fn block(&mut self, who: usize, whom: usize) {
        self.blocks.insert((who, whom));
        self.follows.remove(&(who, whom));
        self.follows.remove(&(whom, who));
    }
}
