//! The inbox by brute force: everybody who was told, in the order of the deeds, and what of it he may know of now.

use super::compare::List;
use super::dice::Dice;
use super::drive::{Outcome, Pair, equal};
use super::history::{self, Size};
use super::world::{Stand, World};
use parvis::inbox::{NoticeCode, Which};
use parvis::operations::*;
use parvis::spaces::Role;
use std::collections::BTreeSet;

/// What a notice is about, with its code: what it is bundled by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    Item(usize),
    Follower,
    /// A space that somebody asks to join.
    Space(usize),
}

/// One person who was told of one deed.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    person: usize,
    actor: usize,
    code: NoticeCode,
    reasons: BTreeSet<NoticeCode>,
    about: About,
    item: Option<usize>,
    t: i64,
    /// What orders the deeds of one millisecond: a hash, as the library says.
    chance: [u8; 10],
    /// The marks that there were when it came: those before it belong to other bundles, and do not pass it.
    opened: i64,
    read: bool,
    undone: bool,
    /// Its number; none for an announcement, which nobody is told: everybody hears it.
    number: Option<usize>,
}

/// Bundles of a person, by code and subject, that are closed where they were opened before an instant.
pub(crate) type Closed = Vec<((usize, NoticeCode, About), i64)>;

/// How far a person read and saw his inbox.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Marks {
    read: i64,
    seen: i64,
}

impl Default for Marks {
    fn default() -> Marks {
        Marks {
            read: i64::MIN,
            seen: i64::MIN,
        }
    }
}

impl World {
    fn marks(&self, person: usize) -> Marks {
        self.marks.get(&person).copied().unwrap_or_default()
    }

    fn passed(told: &Told, mark: i64) -> bool {
        told.t <= mark && told.opened < mark
    }

    /// What orders the deeds of one millisecond.
    fn chance(&self, actor: usize, item: Option<usize>, about: About) -> [u8; 10] {
        let mut hasher = blake3::Hasher::new();
        let item = match (item, about) {
            (Some(item), _) => self.items[item].id.bytes(),
            (None, About::Space(space)) => self.spaces[space].id.bytes(),
            (None, _) => [0; 16],
        };
        for part in [self.persons[actor].id.bytes(), item] {
            hasher.update(&16_u64.to_le_bytes());
            hasher.update(&part);
        }
        hasher.finalize().as_bytes()[6..16].try_into().unwrap()
    }

    fn is_read(&self, told: &Told) -> bool {
        told.read || World::passed(told, self.marks(told.person).read)
    }

    fn is_seen(&self, told: &Told) -> bool {
        World::passed(told, self.marks(told.person).seen)
    }

    /// Tells everybody whom a deed concerns, each for his strongest reason.
    fn tell(&mut self, actor: usize, item: Option<usize>, because: &[(usize, NoticeCode, About)]) {
        let t = self.newest;
        let persons: BTreeSet<usize> = because.iter().map(|(person, ..)| *person).collect();
        for person in persons.into_iter().filter(|&person| person != actor) {
            let mine: Vec<_> = because.iter().filter(|(to, ..)| *to == person).collect();
            let (_, code, about) = mine.iter().min_by_key(|(_, code, _)| *code).unwrap();
            // Of one item, one person tells another once at an instant.
            let again = |it: &Told| (it.person, it.actor, it.item, it.t) == (person, actor, item, t) && !it.undone;
            if *code == NoticeCode::Mention && self.told.iter().any(again) {
                continue;
            }
            let marks = self.marks(person);
            let closed = self.closed.iter().find(|(of, ..)| *of == (person, *code, *about));
            let opened = marks
                .read
                .max(marks.seen)
                .max(closed.map_or(0, |(_, before)| *before))
                .max(0);
            self.told.push(Told {
                person,
                actor,
                code: *code,
                reasons: mine.iter().map(|(_, code, _)| *code).collect(),
                about: *about,
                item,
                t,
                chance: self.chance(actor, item, *about),
                opened,
                read: false,
                undone: false,
                number: Some(self.told.len()),
            });
        }
    }

    /// An item was written: whom it mentions is told, and for a comment its root's author and that of the one it answers.
    pub(crate) fn tell_written(&mut self, item: usize) {
        let it = &self.items[item];
        let author = it.author;
        let mut because: Vec<(usize, NoticeCode, About)> = Vec::new();
        if let (Some(root), Some(parent)) = (it.root, it.parent) {
            because.push((self.items[root].author, NoticeCode::Comment, About::Item(root)));
            if parent != root {
                because.push((self.items[parent].author, NoticeCode::Reply, About::Item(parent)));
            }
        }
        let about = About::Item(self.root(item));
        because.extend(it.mention.map(|person| (person, NoticeCode::Mention, about)));
        self.tell(author, Some(item), &because);
    }

    /// A change of words mentions somebody who was not mentioned before.
    pub(crate) fn tell_mention(&mut self, item: usize) {
        let (it, about) = (&self.items[item], About::Item(self.root(item)));
        let because: Vec<_> = it
            .mention
            .map(|person| (person, NoticeCode::Mention, about))
            .into_iter()
            .collect();
        self.tell(it.author, Some(item), &because);
    }

    /// A person comes into a space: what was announced before is no news.
    pub(crate) fn joined(&mut self, space: usize, person: usize) {
        if self.role(space, person).is_none() {
            let now = self.now();
            let mark = self.joined.entry((space, person)).or_insert(now);
            *mark = now.max(*mark);
        }
    }

    /// The announcements that a person hears now.
    fn announcements(&self, person: usize) -> Vec<Told> {
        let heard = |&item: &usize| {
            let it = &self.items[item];
            let there = matches!(it.stand, Stand::Space(space) if self.role(space, person).is_some());
            it.announces && there && it.author != person
        };
        let told = |item: usize| {
            let it = &self.items[item];
            let Stand::Space(space) = it.stand else { unreachable!() };
            let mark = self.joined.get(&(space, person)).copied().unwrap_or(0).max(0);
            Told {
                person,
                actor: it.author,
                code: NoticeCode::Announcement,
                reasons: BTreeSet::from([NoticeCode::Announcement]),
                about: About::Item(item),
                item: Some(item),
                t: it.t,
                chance: it.id.bytes()[6..].try_into().unwrap(),
                opened: i64::MIN,
                read: it.t <= mark || self.read_alone.contains(&(person, item)),
                undone: false,
                number: None,
            }
        };
        (0..self.items.len()).filter(heard).map(told).collect()
    }

    pub(crate) fn tell_reaction(&mut self, by: usize, item: usize) {
        let because = [(self.items[item].author, NoticeCode::Reaction, About::Item(item))];
        self.tell(by, Some(item), &because);
    }

    pub(crate) fn tell_follow(&mut self, by: usize, whom: usize) {
        self.tell(by, None, &[(whom, NoticeCode::Follower, About::Follower)]);
    }

    /// Somebody asks to join a space: its staff are told.
    pub(crate) fn tell_request(&mut self, by: usize, space: usize) {
        let staff = (0..self.persons.len()).filter(|&person| self.role(space, person) >= Some(Role::Moderator));
        let because: Vec<_> = staff
            .map(|person| (person, NoticeCode::JoinRequest, About::Space(space)))
            .collect();
        self.tell(by, None, &because);
    }

    /// The request was answered or withdrawn.
    pub(crate) fn untell_request(&mut self, by: usize, space: usize) {
        self.untell(|it| it.actor == by && it.about == About::Space(space));
    }

    pub(crate) fn untell_reaction(&mut self, by: usize, item: usize) {
        self.untell(|it| it.code == NoticeCode::Reaction && it.actor == by && it.item == Some(item));
    }

    pub(crate) fn untell_follow(&mut self, by: usize, whom: usize) {
        self.untell(|it| it.code == NoticeCode::Follower && it.actor == by && it.person == whom);
    }

    pub(crate) fn untell_comment(&mut self, item: usize) {
        self.untell(|it| it.code != NoticeCode::Reaction && it.item == Some(item));
    }

    fn untell(&mut self, of: impl Fn(&Told) -> bool) {
        self.told.iter_mut().filter(|it| of(it)).for_each(|it| it.undone = true);
    }

    /// May the person know of a notice of his now?
    fn knows(&self, told: &Told) -> bool {
        let (person, actor) = (told.person, told.actor);
        let visible = told.item.is_none_or(|item| {
            let it = &self.items[item];
            !it.deleted && self.sees(person, item) && !self.blocked_by(it.author, person)
        });
        let met = || match told.item.map(|item| (item, self.items[self.root(item)].stand)) {
            Some((item, _)) if self.items[item].author == actor => true,
            Some((_, Stand::Space(space))) => self.role(space, person).is_some() && self.role(space, actor).is_some(),
            _ => false,
        };
        let mention = told.reasons.contains(&NoticeCode::Mention);
        let place = match told.about {
            About::Space(space) => self.mutes_space(person, space),
            _ => told.item.is_some_and(|item| self.mutes_place(person, item)),
        };
        // A request is the business of those who may answer it now.
        let concerned = match told.about {
            About::Space(space) => self.is_staff(space, person) && self.active(actor),
            _ => true,
        };
        let topic = told.number.is_none() && told.item.is_some_and(|item| self.mutes_tag(person, item));
        let muted = self.mutes_person(person, actor) || topic || (place && !mention);
        !told.undone
            && concerned
            && !muted
            && visible
            && !self.blocked_by(actor, person)
            && (self.internal(person) || met())
    }

    /// The inbox of a person, newest first.
    fn inbox(&self, person: usize) -> Vec<Told> {
        let mine = self.told.iter().filter(|told| told.person == person).cloned();
        let mut inbox: Vec<Told> = mine.chain(self.announcements(person)).collect();
        inbox.retain(|told| self.knows(told));
        inbox.sort_by_key(|told| std::cmp::Reverse((told.t, told.chance)));
        inbox
    }

    /// His bundles, newest first, each with its contributions.
    fn bundles(&self, person: usize) -> Vec<Vec<Told>> {
        let mut bundles: Vec<Vec<Told>> = Vec::new();
        for told in self.inbox(person) {
            let key = |told: &Told| (told.code, told.about, told.opened);
            match bundles.iter_mut().find(|bundle| key(&bundle[0]) == key(&told)) {
                Some(bundle) => bundle.push(told),
                None => bundles.push(vec![told]),
            }
        }
        bundles
    }

    /// Whether the next event joins the bundle of this one.
    fn open(&self, told: &Told) -> bool {
        if told.number.is_none() {
            return false;
        }
        let marks = self.marks(told.person);
        let closed = self
            .closed
            .iter()
            .find(|(of, ..)| *of == (told.person, told.code, told.about));
        marks.read.max(marks.seen).max(closed.map_or(0, |(_, before)| *before)) <= told.opened
    }

    /// One entry is read by itself: its bundle is closed.
    fn read(&mut self, told: &Told) {
        let Some(number) = told.number else {
            self.read_alone.extend(told.item.map(|item| (told.person, item)));
            return;
        };
        let it = &mut self.told[number];
        if !it.read {
            it.read = true;
            let (of, before) = ((it.person, it.code, it.about), it.opened + 1);
            match self.closed.iter_mut().find(|(other, ..)| *other == of) {
                Some((_, closed)) => *closed = before.max(*closed),
                None => self.closed.push((of, before)),
            }
        }
    }
}

impl Pair {
    /// Reads an inbox to its end, one by one, unread, in bundles and as numbers, and sometimes marks some of it.
    pub(crate) async fn inbox(&mut self, person: usize, dice: &mut Dice) -> Outcome {
        let by = "inbox";
        let about = || format!("the inbox of {person}");
        let limit = dice.of(&[1, 3, 20, 100]);
        let inbox = self.actor(person).inbox();
        if !self.world.active(person) {
            let got = inbox.entries(Entries::new()).await.err().map(|error| error.reason);
            return equal(by, &Some(parvis::Reason::Actor), &got, about);
        }
        let expected = self.world.inbox(person);
        let unread: Vec<Told> = expected
            .iter()
            .filter(|told| !self.world.is_read(told))
            .cloned()
            .collect();
        let mut ids = Vec::new();
        for (which, expected) in [(Which::Unread, &unread), (Which::All, &expected)] {
            let (mut got, mut cursor, mut count) = (Vec::new(), None, None);
            loop {
                let mut request = Entries::new().which(which).limit(limit);
                request.cursor = cursor.take();
                let page = inbox.entries(request).await;
                let page = page.map_err(|error| super::drive::Difference {
                    by,
                    said: format!("{}: {error:?}", about()),
                })?;
                count = count.or(page.unread);
                got.extend(page.entries.iter().cloned());
                cursor = page.next.clone();
                if cursor.is_none() {
                    break;
                }
            }
            let said: Vec<_> = got
                .iter()
                .map(|it| {
                    (
                        it.code,
                        it.reasons.iter().copied().collect::<BTreeSet<_>>(),
                        it.actor.as_ref().map(|card| card.id),
                        it.item.as_ref().map(|item| item.id),
                        it.t.millis(),
                        (it.read, it.seen),
                    )
                })
                .collect();
            let wanted: Vec<_> = expected
                .iter()
                .map(|it| {
                    (
                        it.code,
                        it.reasons.clone(),
                        Some(self.world.persons[it.actor].id),
                        it.item.map(|item| self.world.items[item].id),
                        it.t,
                        (self.world.is_read(it), self.world.is_seen(it)),
                    )
                })
                .collect();
            equal(by, &wanted, &said, || format!("{} {which:?}", about()))?;
            let fresh = |told: &&Told| told.number.is_some() && !self.world.is_seen(told);
            let badge = unread.iter().filter(fresh).count().min(99) as u32;
            let told = ((unread.len() as u32).min(99), unread.len() > 99, badge);
            let count = count.map(|it| (it.unread, it.more, it.badge));
            equal("unread", &Some(told), &count, about)?;
            let alone = inbox.unread(UnreadQuery::new()).await.unwrap();
            equal("unread", &told, &(alone.unread, alone.more, alone.badge), about)?;
            self.decisions += got.len() as u64 + 2;
            ids = got.iter().map(|it| it.id).collect();
        }
        self.changed(person).await?;
        self.bundled(person, limit.min(20)).await?;
        self.mark(person, &expected, &ids, dice).await
    }

    async fn bundled(&mut self, person: usize, limit: u32) -> Outcome {
        let by = "bundles";
        let inbox = self.actor(person).inbox();
        let (mut got, mut cursor) = (Vec::new(), None);
        loop {
            let mut request = Bundles::new().limit(limit);
            request.cursor = cursor.take();
            let page = inbox.bundles(request).await.unwrap();
            for it in &page.bundles {
                let actors: Vec<_> = it.actors.iter().map(|card| card.id).collect();
                got.push((it.code, actors, it.n, it.t.millis(), it.open, it.unread));
            }
            cursor = page.next.clone();
            if cursor.is_none() {
                break;
            }
        }
        let world = &self.world;
        let wanted: Vec<_> = world
            .bundles(person)
            .into_iter()
            .map(|bundle| {
                let mut actors: Vec<usize> = Vec::new();
                for told in &bundle {
                    if !actors.contains(&told.actor) {
                        actors.push(told.actor);
                    }
                }
                let head = &bundle[0];
                let cards = actors.iter().take(3).map(|&actor| world.persons[actor].id).collect();
                let open = world.open(head);
                let unread = bundle.iter().any(|told| !world.is_read(told));
                (head.code, cards, actors.len() as u32, head.t, open, unread)
            })
            .collect();
        equal(by, &wanted, &got, || format!("the bundles of {person}"))?;
        self.decisions += got.len() as u64 + 1;
        Ok(())
    }

    /// Sees, reads one, or reads up to one of what was listed; most often nothing.
    async fn mark(&mut self, person: usize, listed: &[Told], ids: &[parvis::NoticeId], dice: &mut Dice) -> Outcome {
        let inbox = self.actor(person).inbox();
        let now = self.world.now();
        let at = (!listed.is_empty()).then(|| dice.below(listed.len()));
        let marks = self.world.marks(person);
        let all = now.max(marks.read.max(marks.seen).saturating_add(1));
        let done = match (dice.below(12), at) {
            (0, _) => {
                self.world.marks.entry(person).or_default().seen = marks.seen.max(all);
                inbox.seen(SeenInbox::new()).await
            }
            (1, _) => {
                let entry = self.world.marks.entry(person).or_default();
                (entry.read, entry.seen) = (marks.read.max(all), marks.seen.max(all));
                // One whose bundle was closed within the millisecond opened at the mark: it is read by itself.
                let mine = self
                    .world
                    .told
                    .iter_mut()
                    .filter(|it| it.person == person && it.t <= all);
                mine.for_each(|it| it.read |= !World::passed(it, all));
                inbox.read_up_to(ReadUpTo::new()).await
            }
            (2, Some(at)) => {
                let t = listed[at].t;
                let entry = self.world.marks.entry(person).or_default();
                (entry.read, entry.seen) = (marks.read.max(t), marks.seen.max(t));
                let mine = self.world.told.iter_mut().filter(|it| it.person == person && it.t <= t);
                mine.for_each(|it| it.read |= !World::passed(it, t));
                inbox.read_up_to(ReadUpTo::new().entry(ids[at])).await
            }
            (3 | 4, Some(at)) => {
                if !self.world.is_read(&listed[at]) {
                    self.world.read(&listed[at]);
                }
                inbox.read(ReadEntries::new(vec![ids[at]])).await
            }
            _ => return Ok(()),
        };
        equal("marking", &None, &done.err().map(|error| error.reason), || {
            format!("{person}")
        })?;
        // A mark is a command: what is due is done behind it.
        self.world.work();
        let list = List::Home;
        self.list(person, list, dice).await
    }
}

/// Lives a history of so many commands and compares every inbox now and then; answers how many notices were made.
pub(crate) async fn live(pair: &mut Pair, dice: &mut Dice, size: Size) -> Outcome<usize> {
    history::found(pair, dice, size).await?;
    for step in 1..=size.commands {
        history::pass_time(pair, dice).await?;
        let by = dice.below(pair.world.persons.len());
        let act = history::any_act(pair, dice, by);
        pair.act(by, &act).await?;
        if step % size.every == 0 {
            for reader in 0..pair.world.persons.len() {
                pair.inbox(reader, dice).await?;
            }
        }
    }
    Ok(pair.world.told.len())
}
