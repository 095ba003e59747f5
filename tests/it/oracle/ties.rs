//! Ties of persons: follows, reactions, mutes, tags; and what a mute keeps away.

use super::acts::Named;
use super::world::{Stand, World};
use parvis::{Reason, Verb};

/// What a person mutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Muted {
    Person(Named),
    Space(Named),
    /// The thread of an item; in the model, its root.
    Thread(Named),
    /// A tag, as somebody types it; in the model, in small letters.
    Tag(&'static str),
}

/// Tags of the words, in small letters.
const TAGS: [&str; 3] = ["fire", "ice", "rain"];

/// How tags are typed; the last one is none.
pub(crate) const TYPED: [&str; 6] = ["fire", "#FIRE", " Ice", "#ice", "rain", "rain-"];

/// The tag that somebody types.
fn tag(typed: &str) -> Result<&'static str, Reason> {
    let small = typed.trim().trim_start_matches('#').to_lowercase();
    let found = TAGS.iter().find(|tag| **tag == small);
    found.copied().ok_or(Reason::BadValue)
}

impl World {
    /// One mutes and unmutes what one may know of; an end lies ahead.
    pub(super) fn predict_mute(&self, by: usize, what: Muted, until: Option<i64>) -> Result<(), Reason> {
        match what {
            Muted::Person(_) if !self.internal(by) => return Err(Reason::Guest),
            Muted::Person(other) if self.found_person(by, other)? == by => return Err(Reason::Oneself),
            Muted::Person(_) => {}
            Muted::Space(space) => drop(self.found_space(by, space)?),
            Muted::Thread(item) => {
                let item = item.ok_or(Reason::Named)?;
                self.may(by, item, Verb::See)?;
            }
            Muted::Tag(typed) => drop(tag(typed)?),
        }
        let ahead = until.is_none_or(|end| self.now() < end);
        ahead.then_some(()).ok_or(Reason::BadValue)
    }

    /// What is muted, a thread by its root.
    pub(super) fn topic(&self, what: Muted) -> Muted {
        match what {
            Muted::Thread(Some(item)) => Muted::Thread(Some(self.root(item))),
            Muted::Tag(typed) => Muted::Tag(tag(typed).unwrap_or(typed)),
            other => other,
        }
    }

    fn mutes(&self, person: usize, what: Muted) -> bool {
        let until = self.mutes.get(&(person, what));
        until.is_some_and(|until| until.is_none_or(|end| self.now() < end))
    }

    pub(super) fn mutes_person(&self, person: usize, other: usize) -> bool {
        self.mutes(person, Muted::Person(Some(other)))
    }

    pub(super) fn mutes_space(&self, person: usize, space: usize) -> bool {
        self.mutes(person, Muted::Space(Some(space)))
    }

    /// Whether the space or the thread of an item is muted.
    pub(super) fn mutes_place(&self, person: usize, item: usize) -> bool {
        let root = self.root(item);
        let space = match self.items[root].stand {
            Stand::Space(space) => self.mutes_space(person, space),
            _ => false,
        };
        space || self.mutes(person, Muted::Thread(Some(root)))
    }

    /// The tags of an item: those of its words, for a post.
    pub(super) fn tags(&self, item: usize) -> Vec<&'static str> {
        let words = self.items[item].words.to_lowercase();
        let post = self.items[item].root.is_none();
        let bears = |tag: &&&str| post && words.contains(&format!("#{tag}"));
        TAGS.iter().filter(bears).copied().collect()
    }

    /// Whether a tag of a post is muted.
    pub(super) fn mutes_tag(&self, person: usize, root: usize) -> bool {
        self.tags(root)
            .into_iter()
            .any(|tag| self.mutes(person, Muted::Tag(tag)))
    }

    /// Whether a person follows a tag of a post.
    pub(super) fn follows_tag(&self, person: usize, root: usize) -> bool {
        self.tags(root)
            .into_iter()
            .any(|tag| self.topics.contains(&(person, tag)))
    }

    pub(super) fn predict_topic(&self, typed: &str) -> Result<(), Reason> {
        tag(typed).map(drop)
    }

    pub(super) fn follow_tag(&mut self, by: usize, typed: &str) {
        self.topics.extend(tag(typed).map(|tag| (by, tag)));
    }

    pub(super) fn unfollow_tag(&mut self, by: usize, typed: &str) {
        self.topics
            .retain(|(person, it)| *person != by || tag(typed) != Ok(*it));
    }

    /// Whether a root keeps away from the homes of a person: a mention passes what he muted, but not whom.
    pub(super) fn kept_away(&self, person: usize, root: usize) -> bool {
        let it = &self.items[root];
        let mentioned = it.mention == Some(person) && it.author != person;
        self.mutes_person(person, it.author)
            || (!mentioned && (self.mutes_place(person, root) || self.mutes_tag(person, root)))
    }

    pub(super) fn follow(&mut self, by: usize, other: usize) {
        if self.follows.insert((by, other)) {
            self.tell_follow(by, other);
        }
    }

    pub(super) fn react(&mut self, by: usize, item: usize, reaction: &str) {
        let before = self.items[item].reactions.insert(by, reaction.to_owned());
        if before.as_deref() != Some(reaction) {
            self.untell_reaction(by, item);
            self.tell_reaction(by, item);
        }
    }

    pub(super) fn unfollow(&mut self, by: usize, other: usize) {
        if self.follows.remove(&(by, other)) {
            self.untell_follow(by, other);
        }
    }
}
