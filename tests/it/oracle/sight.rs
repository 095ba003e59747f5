//! The judge: who may do what with an item, what is found, what is listed, what is counted. Brute force.

use super::world::{Key, Stand, World};
use parvis::spaces::Visibility;
use parvis::{Reason, Verb};
use std::collections::BTreeMap;

impl World {
    fn holds(&self, person: usize, key: Key) -> bool {
        let internal = self.internal(person);
        match key {
            Key::Network => internal,
            Key::Space(space) => {
                self.role(space, person).is_some() || (internal && self.spaces[space].visibility == Visibility::Open)
            }
            Key::Staff(space) => self.is_staff(space, person),
            Key::Unit(unit) => internal && self.in_unit(person, unit),
            Key::Followers(author) => internal && self.follows.contains(&(person, author)),
            Key::Person(one) => one == person,
        }
    }

    /// `visible(v, i)`: may the person read the item (or the placeholder of it)?
    pub(crate) fn sees(&self, person: usize, item: usize) -> bool {
        let (it, root) = (&self.items[item], &self.items[self.root(item)]);
        let narrow = match (it.staff, root.stand) {
            (true, Stand::Space(space)) => self.holds(person, Key::Staff(space)),
            (staff, _) => !staff,
        };
        let kept = it.draft && it.author != person;
        self.active(person) && !kept && narrow && root.keys.iter().any(|&key| self.holds(person, key))
    }

    /// Whether a person may use a verb on an item, or why not.
    pub(crate) fn may(&self, person: usize, item: usize, verb: Verb) -> Result<(), Reason> {
        if !self.active(person) {
            return Err(Reason::Actor);
        }
        if !self.sees(person, item) {
            return Err(Reason::Named);
        }
        if verb == Verb::See {
            return Ok(());
        }
        let (it, root) = (&self.items[item], &self.items[self.root(item)]);
        if it.deleted {
            return Err(Reason::Deleted);
        }
        if let Stand::Space(space) = root.stand
            && self.role(space, person).is_none()
        {
            return Err(Reason::NotMember);
        }
        if let Stand::Space(space) = root.stand
            && self.spaces[space].archived
            && matches!(
                verb,
                Verb::Comment | Verb::React | Verb::Edit | Verb::Pin | Verb::Publish
            )
        {
            return Err(Reason::Archived);
        }
        let staff = matches!(root.stand, Stand::Space(space) if self.is_staff(space, person));
        match verb {
            Verb::Comment | Verb::React if it.draft => Err(Reason::Draft),
            Verb::Comment | Verb::React if root.deleted => Err(Reason::Deleted),
            Verb::Comment | Verb::React
                if self.blocked_by(person, it.author) || self.blocked_by(person, root.author) =>
            {
                Err(Reason::Blocked)
            }
            Verb::Edit | Verb::Publish if it.author != person => Err(Reason::NotAuthor),
            Verb::Publish if !it.draft => Err(Reason::Published),
            Verb::Pin if it.draft => Err(Reason::Draft),
            Verb::Pin if it.root.is_some() || !matches!(root.stand, Stand::Space(_)) => Err(Reason::BadValue),
            Verb::Pin if !staff => Err(Reason::NotStaff),
            Verb::Delete if it.author != person && !staff => Err(Reason::NotStaff),
            _ => Ok(()),
        }
    }

    pub(crate) fn can(&self, person: usize, item: usize) -> Vec<Verb> {
        let mut verbs = Verb::ALL.to_vec();
        verbs.retain(|&verb| self.may(person, item, verb).is_ok());
        verbs
    }

    /// Did `other` block the person?
    pub(crate) fn blocked_by(&self, person: usize, other: usize) -> bool {
        self.blocks.contains(&(other, person))
    }

    /// May the person know that the other one exists?
    pub(crate) fn finds_person(&self, person: usize, other: usize) -> bool {
        self.active(person) && (person == other || self.internal(person) || self.share_a_space(person, other))
    }

    /// May the person know that the space exists?
    pub(crate) fn finds_space(&self, person: usize, space: usize) -> bool {
        self.active(person)
            && (self.role(space, person).is_some()
                || (self.internal(person) && self.spaces[space].visibility != Visibility::Secret))
    }

    /// May a list show this root to this person?
    fn lists(&self, person: usize, item: usize) -> bool {
        let it = &self.items[item];
        it.root.is_none() && !it.deleted && !it.draft && self.sees(person, item) && !self.blocked_by(it.author, person)
    }

    /// Roots that pass, newest first.
    fn listed(&self, person: usize, passes: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut found: Vec<usize> = (0..self.items.len())
            .filter(|&item| passes(item) && self.lists(person, item))
            .collect();
        found.sort_by_key(|&item| std::cmp::Reverse((self.items[item].t, self.items[item].id)));
        found
    }

    /// What is archived is looked up, and brought to nobody.
    fn brought(&self, item: usize) -> bool {
        !matches!(self.items[item].stand, Stand::Space(space) if self.spaces[space].archived)
    }

    /// Home, newest first: the spaces he is in, the persons he follows, the network.
    pub(crate) fn home(&self, person: usize) -> Result<Vec<usize>, Reason> {
        self.ask(person)?;
        Ok(self.listed(person, |item| {
            let it = &self.items[item];
            self.brought(item)
                && !self.kept_away(person, item)
                && (self.follows.contains(&(person, it.author))
                    || match it.stand {
                        Stand::Space(space) => self.role(space, person).is_some(),
                        Stand::Wall(_) => false,
                        Stand::Network => true,
                    })
        }))
    }

    /// When a thread last moved: comments by others than its author, for all of its audience, in the order in which they were
    /// written down; within 48 hours of the post, at most once in five minutes.
    fn moved(&self, root: usize) -> i64 {
        let (it, mut at) = (&self.items[root], None);
        for comment in self.items.iter().filter(|comment| comment.root == Some(root)) {
            let young = (0..48 * 3_600_000).contains(&(comment.t - it.t));
            if !comment.staff && comment.author != it.author && young && at.is_none_or(|at| comment.t >= at + 300_000) {
                at = Some(comment.t);
            }
        }
        at.unwrap_or(it.t)
    }

    /// Home by last activity.
    pub(crate) fn active_home(&self, person: usize) -> Result<Vec<usize>, Reason> {
        let mut found = self.home(person)?;
        found.sort_by_key(|&root| std::cmp::Reverse((self.moved(root), self.items[root].id)));
        Ok(found)
    }

    /// Threads that a person takes part in and somebody else answered, as far as he may read: they come to his ranked home from
    /// anywhere.
    pub(crate) fn answered(&self, person: usize) -> Vec<usize> {
        self.listed(person, |root| {
            let said = |mine: bool| {
                let comments = (0..self.items.len()).filter(|&item| self.items[item].root == Some(root));
                let live = comments.filter(|&item| !self.items[item].deleted && self.sees(person, item));
                live.filter(|&item| (self.items[item].author == person) == mine).count() > 0
            };
            let comes = self.brought(root) && !self.kept_away(person, root);
            comes && (self.items[root].author == person || said(true)) && said(false)
        })
    }

    /// Threads of others whose first words mention a person.
    pub(crate) fn mentioning(&self, person: usize) -> Vec<usize> {
        let names = |item: usize| {
            let it = &self.items[item];
            it.mention == Some(person) && it.author != person && !self.mutes_person(person, it.author)
        };
        self.listed(person, names)
    }

    /// Threads that bear a tag that a person follows: they come to his ranked home from anywhere.
    pub(crate) fn tagged(&self, person: usize) -> Vec<usize> {
        let comes = |root: usize| self.brought(root) && !self.kept_away(person, root);
        self.listed(person, |root| self.follows_tag(person, root) && comes(root))
    }

    /// What may be put into a ranked home from outside: roots in spaces that an internal person has not joined.
    pub(crate) fn outside(&self, person: usize) -> Vec<usize> {
        self.listed(person, |item| match self.items[item].stand {
            Stand::Space(space) => {
                !self.spaces[space].archived
                    && !self.mutes_person(person, self.items[item].author)
                    && !self.mutes_place(person, item)
                    && !self.mutes_tag(person, item)
                    && self.internal(person)
                    && self.role(space, person).is_none()
                    && self.items[item].author != person
            }
            _ => false,
        })
    }

    pub(crate) fn space_wall(&self, person: usize, space: usize) -> Result<Vec<usize>, Reason> {
        self.ask(person)?;
        if !self.finds_space(person, space) {
            return Err(Reason::Named);
        }
        if !self.holds(person, Key::Space(space)) {
            return Err(Reason::NotMember);
        }
        Ok(self.listed(person, |item| self.items[item].stand == Stand::Space(space)))
    }

    /// What a person is shown as pinned in a space, latest first.
    pub(crate) fn pinned(&self, person: usize, space: usize) -> Vec<(usize, i64)> {
        let pins = self.standing(space).into_iter().rev();
        pins.filter(|pin| self.lists(person, pin.item))
            .map(|pin| (pin.item, pin.until))
            .collect()
    }

    pub(crate) fn person_wall(&self, person: usize, of: usize) -> Result<Vec<usize>, Reason> {
        self.ask(person)?;
        // For guests no wall exists but their own.
        if !self.internal(person) && person != of {
            return Err(Reason::Named);
        }
        Ok(self.listed(person, |item| self.items[item].stand == Stand::Wall(of)))
    }

    pub(crate) fn network_wall(&self, person: usize) -> Result<Vec<usize>, Reason> {
        self.ask(person)?;
        if !self.internal(person) {
            return Err(Reason::Guest);
        }
        Ok(self.listed(person, |item| self.items[item].stand == Stand::Network))
    }

    /// A person's own drafts, newest first.
    pub(crate) fn drafts(&self, person: usize) -> Result<Vec<usize>, Reason> {
        self.ask(person)?;
        let mut found: Vec<usize> = (0..self.items.len())
            .filter(|&item| self.items[item].draft && !self.items[item].deleted && self.sees(person, item))
            .collect();
        found.sort_by_key(|&item| std::cmp::Reverse((self.items[item].t, self.items[item].id)));
        Ok(found)
    }

    /// What an item said before, newest first, as far as a person may read it: what was replaced before the space was opened stays
    /// with the members.
    pub(crate) fn older(&self, person: usize, item: usize) -> Vec<String> {
        let it = &self.items[item];
        let member = match self.items[self.root(item)].stand {
            Stand::Space(space) => self.role(space, person).is_some(),
            _ => true,
        };
        let whole = !it.deleted && !self.blocked_by(it.author, person);
        let readable = it.older.iter().rev().filter(|(_, open)| whole && (*open || member));
        readable.map(|(words, _)| words.clone()).collect()
    }

    /// What a person is shown under a root or a comment on it, oldest first: placeholders too, those of deleted comments as
    /// long as he counts answers of them.
    pub(crate) fn thread(&self, person: usize, under: usize) -> Vec<usize> {
        let stands =
            |item: usize| self.items[item].root.is_some() && self.top(item).unwrap_or(self.root(item)) == under;
        let mut found: Vec<usize> = (0..self.items.len())
            .filter(|&item| stands(item) && self.sees(person, item))
            .filter(|&item| !self.items[item].deleted || self.comments(person, item) > 0)
            .collect();
        found.sort_by_key(|&item| (self.items[item].t, self.items[item].id));
        found
    }

    /// How many comments a person counts: of a thread, under a comment on its root, in answer to another comment.
    pub(crate) fn comments(&self, person: usize, item: usize) -> i64 {
        let of = |other: usize| {
            let it = &self.items[other];
            it.root == Some(item) || (it.root.is_some() && (it.parent == Some(item) || self.top(other) == Some(item)))
        };
        (0..self.items.len())
            .filter(|&other| of(other) && !self.items[other].deleted)
            .filter(|&other| self.sees(person, other))
            .count() as i64
    }

    /// Reactions by kind, everybody's.
    pub(crate) fn reactions(&self, item: usize) -> BTreeMap<String, i64> {
        let mut counted = BTreeMap::new();
        for reaction in self.items[item].reactions.values() {
            *counted.entry(reaction.clone()).or_insert(0) += 1;
        }
        counted
    }

    fn ask(&self, person: usize) -> Result<(), Reason> {
        self.active(person).then_some(()).ok_or(Reason::Actor)
    }
}
