//! Commands: what each must answer, and what it changes when it succeeds.

use super::acts::{Act, Named, PostPlace, Written};
use super::world::{Holder, Item, Key, Member, Pinned, Stand, World};
use parvis::items::NewAudience;
use parvis::people::PersonStatus;
use parvis::spaces::{Role, Visibility};
use parvis::{Reason, Verb};

impl World {
    /// What the command must answer. People are put by the host's system, which is always allowed.
    pub(crate) fn predict(&self, by: usize, act: &Act) -> Result<(), Reason> {
        match act {
            Act::PutUnit { unit, parent } => match (unit, parent) {
                (Some(unit), Some(parent)) if self.would_circle(*unit, *parent) => Err(Reason::Cycle),
                _ => Ok(()),
            },
            Act::PutPerson { .. } => Ok(()),
            _ if !self.active(by) => Err(Reason::Actor),
            Act::Follow(other) | Act::Unfollow(other) | Act::Block(other) | Act::Unblock(other) => {
                // A guest follows and blocks nobody, whoever is named.
                if !self.internal(by) {
                    return Err(Reason::Guest);
                }
                let other = self.found_person(by, *other)?;
                let active = self.persons[other].status == PersonStatus::Active;
                match act {
                    _ if other == by => Err(Reason::Oneself),
                    Act::Follow(_) if self.blocked_by(by, other) => Err(Reason::Blocked),
                    Act::Follow(_) if self.blocked_by(other, by) => Err(Reason::BadValue),
                    Act::Follow(_) if !active => Err(Reason::Named),
                    _ => Ok(()),
                }
            }
            Act::Mute { what, until } => self.predict_mute(by, *what, *until),
            Act::Unmute(what) => self.predict_mute(by, *what, None),
            Act::FollowTag(tag) | Act::UnfollowTag(tag) => self.predict_topic(tag),
            Act::EditMe { handle } => {
                self.internal(by).then_some(()).ok_or(Reason::Guest)?;
                self.free_for(handle, Holder::Person(by))
            }
            Act::EditSpace { space, handle } => {
                let space = self.owned_space(by, *space)?;
                if self.spaces[space].visibility == Visibility::Secret && !handle.is_empty() {
                    return Err(Reason::SecretSpace);
                }
                self.free_for(handle, Holder::Space(space))
            }
            Act::Ask(_)
            | Act::Withdraw(_)
            | Act::AnswerRequest { .. }
            | Act::Invite { .. }
            | Act::Uninvite { .. }
            | Act::AnswerInvitation { .. }
            | Act::Archive { .. } => self.predict_way_in(by, act),
            Act::NewSpace(_) => self.internal(by).then_some(()).ok_or(Reason::Guest),
            Act::Join(space) => {
                let space = self.found_space(by, *space)?;
                match (self.role(space, by), self.spaces[space].visibility) {
                    (Some(_), _) => Ok(()),
                    _ if self.spaces[space].archived => Err(Reason::Archived),
                    (None, Visibility::Open) => Ok(()),
                    _ => Err(Reason::NotOpen),
                }
            }
            Act::Leave(space) => {
                let space = self.found_space(by, *space)?;
                // Whoever is out already has left.
                self.keeps_an_owner(space, by, None)
            }
            Act::Add {
                space,
                person,
                role,
                expires,
            } => {
                let space = self.owned_space(by, *space)?;
                let person = self.found_person(by, *person)?;
                if self.role(space, person).is_none() && self.spaces[space].archived {
                    return Err(Reason::Archived);
                }
                if !self.internal(person) && *role != Role::Member {
                    return Err(Reason::Guest);
                }
                // Nobody owns a space for a time.
                if *role == Role::Owner && expires.is_some() {
                    return Err(Reason::BadValue);
                }
                self.keeps_an_owner(
                    space,
                    person,
                    Some(Member {
                        role: *role,
                        expires: *expires,
                    }),
                )
            }
            Act::Remove { space, person } => {
                let space = self.owned_space(by, *space)?;
                // Whoever is out already is out.
                person.map_or(Ok(()), |person| self.keeps_an_owner(space, person, None))
            }
            Act::SetRole { space, person, role } => {
                let space = self.owned_space(by, *space)?;
                let person = self.found_person(by, *person)?;
                self.role(space, person).ok_or(Reason::Named)?;
                if !self.internal(person) && *role != Role::Member {
                    return Err(Reason::Guest);
                }
                let expires = None;
                self.keeps_an_owner(space, person, Some(Member { role: *role, expires }))
            }
            Act::SetVisibility { space, .. } | Act::SetAnnouncers { space, .. } => {
                self.owned_space(by, *space).map(|_| ())
            }
            Act::Announce(space) => self.predict_announcement(by, *space),
            Act::Post { place, audience, unit }
            | Act::Keep {
                place, audience, unit, ..
            } => self.predict_post(by, *place, *audience, *unit),
            Act::Publish(item) => self.allowed(by, *item, Verb::Publish).map(|_| ()),
            Act::Comment { on, staff } => {
                let on = self.allowed(by, *on, Verb::Comment)?;
                match self.items[self.root(on)].stand {
                    _ if !staff || self.items[on].staff => Ok(()),
                    Stand::Space(space) if self.is_staff(space, by) => Ok(()),
                    _ => Err(Reason::BadAudience),
                }
            }
            Act::Edit { item, version } => {
                let item = self.allowed(by, *item, Verb::Edit)?;
                if version + 1 != self.items[item].versions.len() {
                    return Err(Reason::Edited);
                }
                Ok(())
            }
            Act::Delete(item) => self.allowed(by, *item, Verb::Delete).map(|_| ()),
            Act::Unpin(item) => self.allowed(by, *item, Verb::Pin).map(|_| ()),
            Act::Pin { item, until } => {
                let item = self.allowed(by, *item, Verb::Pin)?;
                let Stand::Space(space) = self.items[item].stand else {
                    return Err(Reason::BadValue);
                };
                if *until <= self.now() || *until > self.now() + 30 * 86_400_000 {
                    return Err(Reason::BadValue);
                }
                // What is over still has its place until another one takes it.
                let own = self
                    .pins
                    .get(&space)
                    .is_some_and(|pins| pins.iter().any(|pin| pin.item == item));
                let free = own || self.standing(space).len() < 3;
                free.then_some(()).ok_or(Reason::ManyPins)
            }
            Act::React { item, .. } => self.allowed(by, *item, Verb::React).map(|_| ()),
            // Taking back what one gave asks for no more than seeing it.
            Act::Unreact(item) => self.allowed(by, *item, Verb::See).map(|_| ()),
        }
    }

    /// A handle names one person or one space.
    fn free_for(&self, handle: &str, holder: Holder) -> Result<(), Reason> {
        match self.handles.get(handle) {
            Some(other) if *other != holder => Err(Reason::HandleTaken),
            _ => Ok(()),
        }
    }

    fn take_handle(&mut self, handle: &'static str, holder: Holder) {
        self.handles.retain(|_, other| *other != holder);
        if !handle.is_empty() {
            self.handles.insert(handle, holder);
        }
    }

    fn predict_post(&self, by: usize, place: PostPlace, audience: NewAudience, unit: Named) -> Result<(), Reason> {
        if let PostPlace::Space(space) = place {
            let space = self.found_space(by, space)?;
            self.enterable(space)?;
            self.role(space, by).ok_or(Reason::NotMember)?;
            return match audience {
                NewAudience::Place => Ok(()),
                NewAudience::Staff if self.is_staff(space, by) => Ok(()),
                NewAudience::Staff => Err(Reason::BadAudience),
                _ => Err(Reason::BadAudience),
            };
        }
        if !self.internal(by) {
            return Err(Reason::Guest);
        }
        match (audience, place) {
            (NewAudience::Place, _) | (NewAudience::Followers, PostPlace::Wall) => Ok(()),
            (NewAudience::Unit, _) => {
                let unit = unit.ok_or(Reason::Named)?;
                self.in_unit(by, unit).then_some(()).ok_or(Reason::BadAudience)
            }
            _ => Err(Reason::BadAudience),
        }
    }

    fn predict_announcement(&self, by: usize, space: Named) -> Result<(), Reason> {
        let space = self.found_space(by, space)?;
        self.enterable(space)?;
        let role = self.role(space, by).ok_or(Reason::NotMember)?;
        match role {
            _ if !self.internal(by) => Err(Reason::Guest),
            Role::Owner => Ok(()),
            _ if self.spaces[space].members_announce => Ok(()),
            _ => Err(Reason::NotOwner),
        }
    }

    fn allowed(&self, by: usize, item: Named, verb: Verb) -> Result<usize, Reason> {
        let item = item.ok_or(Reason::Named)?;
        self.may(by, item, verb).map(|()| item)
    }

    pub(super) fn found_space(&self, by: usize, space: Named) -> Result<usize, Reason> {
        space.filter(|&space| self.finds_space(by, space)).ok_or(Reason::Named)
    }

    pub(super) fn found_person(&self, by: usize, person: Named) -> Result<usize, Reason> {
        person
            .filter(|&person| self.finds_person(by, person))
            .ok_or(Reason::Named)
    }

    pub(super) fn owned_space(&self, by: usize, space: Named) -> Result<usize, Reason> {
        let space = self.found_space(by, space)?;
        match self.role(space, by) {
            Some(Role::Owner) if self.internal(by) => Ok(space),
            _ => Err(Reason::NotOwner),
        }
    }

    /// The last owner cannot leave or lose the role.
    fn keeps_an_owner(&self, space: usize, person: usize, after: Option<Member>) -> Result<(), Reason> {
        let stays = after.is_some_and(|member| member.role == Role::Owner && member.expires.is_none());
        match self.lasting_owners(space).as_slice() {
            [last] if *last == person && !stays => Err(Reason::LastOwner),
            _ => Ok(()),
        }
    }

    /// Takes in what a command changed; `written` is what an item command answered.
    pub(crate) fn apply(&mut self, by: usize, act: &Act, written: Option<Written>) {
        let now = self.now();
        self.newest = now;
        match *act {
            Act::PutUnit {
                unit: Some(unit),
                parent,
            } => self.units[unit].parent = parent,
            Act::PutPerson {
                person: Some(person),
                kind,
                status,
                unit,
                expires,
            } => {
                let person = &mut self.persons[person];
                (person.kind, person.status, person.unit, person.expires) = (kind, status, unit, expires);
            }
            Act::Follow(Some(other)) => self.follow(by, other),
            Act::Unfollow(Some(other)) => self.unfollow(by, other),
            Act::Block(Some(other)) => {
                self.blocks.insert((by, other));
                self.unfollow(by, other);
                self.unfollow(other, by);
            }
            Act::Mute { what, until } => drop(self.mutes.insert((by, self.topic(what)), until)),
            Act::Unmute(what) => drop(self.mutes.remove(&(by, self.topic(what)))),
            Act::FollowTag(tag) => self.follow_tag(by, tag),
            Act::UnfollowTag(tag) => self.unfollow_tag(by, tag),
            Act::Unblock(Some(other)) => drop(self.blocks.remove(&(by, other))),
            Act::Join(Some(space)) if self.role(space, by).is_none() => {
                let (role, expires) = (Role::Member, None);
                self.joined(space, by);
                self.members.insert((space, by), Member { role, expires });
            }
            Act::Leave(Some(space)) => drop(self.members.remove(&(space, by))),
            Act::Add {
                space: Some(space),
                person: Some(person),
                role,
                expires,
            } => {
                self.joined(space, person);
                self.members.insert((space, person), Member { role, expires });
            }
            Act::Remove {
                space: Some(space),
                person: Some(person),
            } => drop(self.members.remove(&(space, person))),
            Act::SetRole {
                space: Some(space),
                person: Some(person),
                role,
            } => {
                if let Some(member) = self.members.get_mut(&(space, person)) {
                    member.role = role;
                    member.expires = member.expires.filter(|_| role != Role::Owner);
                }
            }
            Act::SetVisibility {
                space: Some(space),
                visibility,
            } => {
                self.spaces[space].visibility = visibility;
                if visibility == Visibility::Secret {
                    self.take_handle("", Holder::Space(space));
                }
            }
            Act::Ask(_)
            | Act::Withdraw(_)
            | Act::AnswerRequest { .. }
            | Act::Invite { .. }
            | Act::Uninvite { .. }
            | Act::AnswerInvitation { .. }
            | Act::Archive { .. } => self.apply_way_in(by, act),
            Act::EditMe { handle } => self.take_handle(handle, Holder::Person(by)),
            Act::EditSpace {
                space: Some(space),
                handle,
            } => self.take_handle(handle, Holder::Space(space)),
            Act::SetAnnouncers {
                space: Some(space),
                members,
            } => self.spaces[space].members_announce = members,
            Act::Announce(Some(space)) => self.write(by, written, |item| {
                (item.stand, item.keys, item.announces) = (Stand::Space(space), vec![Key::Space(space)], true);
            }),
            Act::Pin {
                item: Some(item),
                until,
            } => {
                if let Stand::Space(space) = self.items[item].stand {
                    self.pin(space, item, until);
                }
            }
            Act::Unpin(Some(item)) => self
                .pins
                .values_mut()
                .for_each(|pins| pins.retain(|pin| pin.item != item)),
            Act::Keep {
                place,
                audience,
                unit,
                later,
            } => {
                let (stand, keys) = self.audience(by, place, audience, unit);
                self.write(by, written, |item| {
                    (item.stand, item.keys, item.draft, item.scheduled) = (stand, keys, true, later)
                });
            }
            Act::Publish(Some(item)) => self.publish(item, now),
            Act::Delete(Some(item)) => {
                let it = &mut self.items[item];
                it.deleted = true;
                // Of a draft not even the placeholder is for others.
                if std::mem::take(&mut it.draft) {
                    it.keys = vec![Key::Person(it.author)];
                }
                self.untell_comment(item);
            }
            Act::React {
                item: Some(item),
                reaction,
            } => self.react(by, item, reaction),
            Act::Unreact(Some(item)) => {
                self.items[item].reactions.remove(&by);
                self.untell_reaction(by, item);
            }
            Act::Edit { item: Some(number), .. } => {
                if let Some(written) = written {
                    let open = match self.items[self.root(number)].stand {
                        Stand::Space(space) => self.spaces[space].visibility == Visibility::Open,
                        _ => true,
                    };
                    let item = &mut self.items[number];
                    if !item.draft {
                        item.older.push((item.words.clone(), open));
                    }
                    item.words = written.words;
                    item.versions.push(written.version);
                    item.edited = true;
                    let before = item.mention;
                    self.mention(by, number);
                    if self.items[number].mention != before && !self.items[number].draft {
                        self.tell_mention(number);
                    }
                }
            }
            Act::Post { place, audience, unit } => {
                let (stand, keys) = self.audience(by, place, audience, unit);
                self.write(by, written, |item| (item.stand, item.keys) = (stand, keys));
            }
            Act::Comment { on: Some(on), staff } => {
                let (root, narrow) = (self.root(on), staff || self.items[on].staff);
                let stand = self.items[root].stand;
                self.write(by, written, |item| {
                    (item.stand, item.root, item.parent, item.staff) = (stand, Some(root), Some(on), narrow);
                });
            }
            _ => {}
        }
    }

    fn publish(&mut self, item: usize, now: i64) {
        let it = &mut self.items[item];
        (it.draft, it.scheduled, it.t) = (false, None, now);
        let (by, mention) = (it.author, it.mention);
        let reached = mention.filter(|&person| self.sees(person, item) && !self.blocked_by(by, person));
        self.items[item].mention = reached;
        self.tell_written(item);
    }

    /// What a worker does after each command: publishes what is due, in the name of those who could do it themselves.
    pub(crate) fn work(&mut self) {
        if self.idle {
            return;
        }
        let now = self.now();
        for item in 0..self.items.len() {
            let it = &self.items[item];
            if !it.draft || it.missed || it.scheduled.is_none_or(|at| now < at) {
                continue;
            }
            if self.may(it.author, item, Verb::Publish).is_ok() {
                self.newest = now;
                self.publish(item, now);
            } else {
                self.items[item].missed = true;
            }
        }
    }

    /// A pin takes the place it had, else one that is free, or of a pin that stands no more.
    fn pin(&mut self, space: usize, item: usize, until: i64) {
        let standing: Vec<usize> = self.standing(space).iter().map(|pin| pin.item).collect();
        let pins = self.pins.entry(space).or_default();
        pins.retain(|pin| pin.item != item && standing.contains(&pin.item));
        pins.push(Pinned { item, until });
    }

    fn audience(&self, by: usize, place: PostPlace, audience: NewAudience, unit: Named) -> (Stand, Vec<Key>) {
        let stand = match place {
            PostPlace::Space(space) => Stand::Space(space.unwrap_or_default()),
            PostPlace::Wall => Stand::Wall(by),
            PostPlace::Network => Stand::Network,
        };
        let keys = match (audience, stand) {
            (NewAudience::Staff, Stand::Space(space)) => vec![Key::Staff(space)],
            (_, Stand::Space(space)) => vec![Key::Space(space)],
            (NewAudience::Followers, _) => vec![Key::Followers(by), Key::Person(by)],
            (NewAudience::Unit, _) => vec![Key::Unit(unit.unwrap_or_default())],
            _ => vec![Key::Network],
        };
        (stand, keys)
    }

    /// Whom some words name, if that is anybody.
    fn named(&self, words: &str) -> Named {
        let number = words.rsplit(' ').next()?.strip_suffix(">)")?.parse().ok()?;
        (number < self.persons.len()).then_some(number)
    }

    /// Resolves the mention in the words of an item as they are written now.
    fn mention(&mut self, by: usize, item: usize) {
        let person = self.named(&self.items[item].words);
        // A draft is judged as if it were published.
        let draft = std::mem::take(&mut self.items[item].draft);
        let reached = person.filter(|&person| self.sees(person, item) && !self.blocked_by(by, person));
        self.items[item].mention = reached;
        self.items[item].draft = draft;
    }

    /// What the writer is told of the mention in his words: nothing about one who blocked him, and a guest nothing at all.
    pub(crate) fn hinted(&self, by: usize, item: usize) -> bool {
        let it = &self.items[item];
        let person = self.named(&it.words);
        it.mention.is_none()
            && self.internal(by)
            && person.is_some_and(|person| !self.blocked_by(by, person) || !self.active(person))
    }

    /// Whom a reader sees mentioned.
    pub(crate) fn called(&self, reader: usize, item: usize) -> Named {
        let it = &self.items[item];
        let reads = |person: usize| match it.draft {
            false => self.sees(person, item),
            true => {
                let mut published = self.clone();
                published.items[item].draft = false;
                published.sees(person, item)
            }
        };
        let person = it.mention.filter(|&person| reads(person))?;
        let meet = match self.items[self.root(item)].stand {
            Stand::Space(space) => self.role(space, reader).is_some() && self.role(space, person).is_some(),
            _ => false,
        };
        (self.internal(reader) || reader == person || meet).then_some(person)
    }

    fn write(&mut self, by: usize, written: Option<Written>, rest: impl FnOnce(&mut Item)) {
        let Some(written) = written else { return };
        let mut item = Item {
            id: written.id,
            author: by,
            announces: false,
            stand: Stand::Network,
            keys: Vec::new(),
            root: None,
            parent: None,
            staff: false,
            deleted: false,
            draft: false,
            scheduled: None,
            missed: false,
            older: Vec::new(),
            t: self.newest,
            edited: false,
            words: written.words,
            mention: None,
            versions: vec![written.version],
            reactions: std::collections::BTreeMap::new(),
        };
        rest(&mut item);
        self.items.push(item);
        self.mention(by, self.items.len() - 1);
        if !self.items[self.items.len() - 1].draft {
            self.tell_written(self.items.len() - 1);
        }
    }
}
