//! What the quickstart wants to know of a folder before it shows anything: the newest date, somebody with a full home, an item
//! whose readers are worth explaining.

use parvis::Time;
use parvis::import::{ImportRow, PersonRow, PostAudience};
use parvis::spaces::{Role, Visibility};
use parvis_folder::{Folder, Stop};
use std::collections::HashMap;

/// One person of the folder.
struct Person {
    id: String,
    guest: bool,
    active: bool,
    /// Spaces and persons whose posts come home.
    ties: u32,
}

struct Space {
    kind: Visibility,
    /// In the order of the file, the owner first.
    members: Vec<(String, Role)>,
    posts: u32,
    newest: Option<Post>,
}

#[derive(Clone)]
struct Post {
    id: String,
    author: String,
    ts: Time,
}

/// An item, and some persons about whom it is asked whether they may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Subject {
    /// The host's id of the item.
    pub(super) item: String,
    /// The host's ids of the persons.
    pub(super) persons: Vec<String>,
}

/// What was found.
#[derive(Default)]
pub(super) struct Look {
    pub(super) newest: Option<Time>,
    people: Vec<Person>,
    at: HashMap<String, usize>,
    names: HashMap<String, String>,
    spaces: HashMap<String, Space>,
    order: Vec<String>,
    /// The newest post outside spaces, the narrower audience first.
    wall: Option<(bool, Post)>,
    /// The newest comment for the staff of a space: its own id, its space.
    staff: Option<(String, String, Post)>,
    post_space: HashMap<String, String>,
}

/// As many persons as one table shows.
const PERSONS: usize = 7;

impl Look {
    pub(super) fn at(folder: &Folder) -> Result<Look, Stop> {
        let mut look = Look::default();
        folder.each(|row| look.row(row))?;
        look.post_space.clear();
        Ok(look)
    }

    /// The name of a person, as it stands in the folder.
    pub(super) fn name(&self, id: &str) -> Option<&str> {
        self.names.get(id).map(String::as_str)
    }

    pub(super) fn is_guest(&self, id: &str) -> bool {
        self.at
            .get(id)
            .and_then(|at| self.people.get(*at))
            .is_some_and(|person| person.guest)
    }

    /// Some ids of persons.
    pub(super) fn some(&self) -> impl Iterator<Item = &str> {
        self.people.iter().take(8).map(|person| person.id.as_str())
    }

    /// An internal, active person to whose home the most comes.
    pub(super) fn reader(&self) -> Option<&str> {
        let able = self.people.iter().filter(|person| !person.guest && person.active);
        // The first of equals.
        able.rev()
            .max_by_key(|person| person.ties)
            .map(|person| person.id.as_str())
    }

    /// The space with the most posts among those that the person is in.
    pub(super) fn space_of(&self, person: &str) -> Option<&str> {
        let in_it = |space: &Space| space.members.iter().any(|(member, _)| member == person);
        let spaces = self
            .order
            .iter()
            .rev()
            .filter_map(|id| Some((id, self.spaces.get(id)?)));
        spaces
            .filter(|(_, space)| in_it(space) && space.posts > 0)
            .max_by_key(|(_, space)| space.posts)
            .map(|(id, _)| id.as_str())
    }

    /// Up to two items: the newest post of the most private space (the reader's own before others), and the newest comment
    /// for a space's staff.
    pub(super) fn subjects(&self, reader: &str) -> Vec<Subject> {
        let mine = |space: &Space| space.members.iter().any(|(member, _)| member == reader);
        let private = self
            .order
            .iter()
            .rev()
            .filter_map(|id| Some((id, self.spaces.get(id)?)))
            .filter(|(_, space)| space.kind != Visibility::Open && space.newest.is_some())
            .max_by_key(|(_, space)| (mine(space), space.kind, space.posts));
        let mut subjects = Vec::new();
        match (private, &self.wall) {
            (Some((id, space)), _) => {
                let post = space.newest.iter();
                subjects.extend(post.map(|post| self.subject(&post.id, &post.author, id, reader)));
            }
            (None, Some((_, post))) => subjects.push(Subject {
                item: post.id.clone(),
                persons: self.cast(&post.author, None, reader),
            }),
            (None, None) => {}
        }
        if let Some((comment, space, post)) = &self.staff {
            subjects.push(self.subject(&format!("comment:{comment}"), &post.author, space, reader));
        }
        subjects
    }

    fn subject(&self, item: &str, author: &str, space: &str, reader: &str) -> Subject {
        Subject {
            item: item.to_owned(),
            persons: self.cast(author, self.spaces.get(space), reader),
        }
    }

    /// Persons with different answers: the reader, the author, staff, members, guests, others, somebody who left.
    fn cast(&self, author: &str, space: Option<&Space>, reader: &str) -> Vec<String> {
        let members: &[(String, Role)] = space.map_or(&[], |space| &space.members);
        let inside = |id: &str| members.iter().any(|(member, _)| member == id);
        let person = |id: &str| self.at.get(id).and_then(|at| self.people.get(*at));
        let members_who = |wanted: fn(&Person, Role) -> bool| {
            members
                .iter()
                .filter(move |(id, role)| person(id).is_some_and(|person| wanted(person, *role)))
                .map(|(id, _)| id.as_str())
        };
        let others_who = |wanted: fn(&Person) -> bool| {
            self.people
                .iter()
                .filter(move |person| !inside(&person.id) && wanted(person))
                .map(|person| person.id.as_str())
        };
        // Of those who are not inside, somebody who is in touch with many.
        let outsider = others_who(|person| !person.guest && person.active)
            .filter(|id| *id != author && *id != reader)
            .max_by_key(|id| person(id).map_or(0, |person| person.ties));
        let all = [reader, author]
            .into_iter()
            .chain(members_who(|person, role| person.active && role > Role::Member).take(1))
            .chain(members_who(|person, role| !person.guest && person.active && role == Role::Member).take(1))
            .chain(members_who(|person, _| person.guest).take(1))
            .chain(outsider)
            .chain(others_who(|person| person.guest).take(1))
            .chain(others_who(|person| !person.active).take(1));
        let mut cast: Vec<String> = Vec::new();
        for id in all {
            if cast.len() < PERSONS && !cast.iter().any(|other| other == id) {
                cast.push(id.to_owned());
            }
        }
        cast
    }

    fn row(&mut self, row: ImportRow) {
        match row {
            ImportRow::Person(row) => self.person(row),
            ImportRow::Space(row) => {
                let members = row.owner.iter().map(|owner| (owner.clone(), Role::Owner)).collect();
                row.owner.iter().for_each(|owner| self.tie(owner));
                self.order.push(row.id.clone());
                let space = Space {
                    kind: row.kind,
                    members,
                    posts: 0,
                    newest: None,
                };
                self.spaces.insert(row.id, space);
            }
            ImportRow::Member(row) => {
                let Some(space) = self.spaces.get_mut(&row.space) else {
                    return;
                };
                match space.members.first_mut().filter(|(owner, _)| *owner == row.person) {
                    Some(owner) => owner.1 = row.role,
                    None => {
                        space.members.push((row.person.clone(), row.role));
                        self.tie(&row.person);
                    }
                }
            }
            ImportRow::Follow(row) => self.tie(&row.person),
            ImportRow::Post(row) => {
                self.date(row.ts);
                let post = Post {
                    id: row.id.clone(),
                    author: row.author,
                    ts: row.ts,
                };
                match row.space {
                    Some(id) => {
                        if let Some(space) = self.spaces.get_mut(&id) {
                            space.posts += 1;
                            if space.newest.as_ref().is_none_or(|newest| newest.ts <= post.ts) {
                                space.newest = Some(post);
                            }
                            self.post_space.insert(row.id, id);
                        }
                    }
                    None => {
                        let narrow = row.audience != PostAudience::Place;
                        if self
                            .wall
                            .as_ref()
                            .is_none_or(|(was, newest)| (*was, newest.ts) <= (narrow, post.ts))
                        {
                            self.wall = Some((narrow, post));
                        }
                    }
                }
            }
            ImportRow::Reaction(row) => self.date(row.ts),
            ImportRow::Comment(row) => {
                self.date(row.ts);
                let space = self.post_space.get(&row.post).filter(|_| row.staff);
                if let (Some(id), Some(space)) = (row.id, space) {
                    let (author, ts) = (row.person, row.ts);
                    if self.staff.as_ref().is_none_or(|(_, _, newest)| newest.ts <= ts) {
                        let post = Post {
                            id: row.post.clone(),
                            author,
                            ts,
                        };
                        self.staff = Some((id, space.clone(), post));
                    }
                }
            }
            _ => {}
        }
    }

    fn person(&mut self, row: PersonRow) {
        self.at.insert(row.id.clone(), self.people.len());
        self.names.insert(row.id.clone(), row.name);
        self.people.push(Person {
            id: row.id,
            guest: row.guest,
            active: row.active,
            ties: 0,
        });
    }

    fn tie(&mut self, person: &str) {
        if let Some(person) = self.at.get(person).and_then(|at| self.people.get_mut(*at)) {
            person.ties += 1;
        }
    }

    fn date(&mut self, at: Time) {
        self.newest = self.newest.max(Some(at));
    }
}
