//! The files of a folder, and how a row of each becomes a row of the import: `docs/import-format.md` section 3.

use super::cells::{Bad, Cells, not, required};
use super::report::Reason;
use parvis::Time;
use parvis::import::{
    CommentRow, FollowRow, ImportRow, MemberRow, NoticeKind, NoticeRow, PersonRow, PostAudience, PostRow, ReactionRow,
    SpaceRow, UnitRow,
};
use parvis::spaces::{Role, Visibility};
use std::collections::HashSet;

/// One kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// Departments and teams.
    Units,
    /// Persons, internal and guests.
    People,
    /// Spaces.
    Spaces,
    /// Who is in which space.
    Members,
    /// Who follows whom.
    Follows,
    /// What was written.
    Posts,
    /// Reactions and comments.
    Interactions,
    /// Notices that the old system had shown.
    Notifications,
}

impl Table {
    /// All of them, in the order in which they are read.
    pub const ALL: [Table; 8] = [
        Table::Units,
        Table::People,
        Table::Spaces,
        Table::Members,
        Table::Follows,
        Table::Posts,
        Table::Interactions,
        Table::Notifications,
    ];

    /// The file's name without its ending.
    pub fn name(self) -> &'static str {
        match self {
            Table::Units => "units",
            Table::People => "people",
            Table::Spaces => "spaces",
            Table::Members => "members",
            Table::Follows => "follows",
            Table::Posts => "posts",
            Table::Interactions => "interactions",
            Table::Notifications => "notifications",
        }
    }

    /// Its columns, each with whether a CSV header must have it.
    pub(super) fn columns(self) -> &'static [(&'static str, bool)] {
        match self {
            Table::Units => &[("id", true), ("name", true), ("parent", false)],
            Table::People => &[
                ("id", true),
                ("name", true),
                ("guest", false),
                ("unit", false),
                ("expires", false),
                ("title", false),
                ("active", false),
                ("skills", false),
            ],
            Table::Spaces => &[
                ("id", true),
                ("name", true),
                ("kind", true),
                ("owner", false),
                ("about", false),
            ],
            Table::Members => &[("space", true), ("person", true), ("role", false), ("expires", false)],
            Table::Follows => &[("person", true), ("follows", true)],
            Table::Posts => &[
                ("id", true),
                ("author", true),
                ("text", true),
                ("ts", true),
                ("space", false),
                ("wall", false),
                ("vis", false),
                ("announce", false),
            ],
            Table::Interactions => &[
                ("id", false),
                ("kind", true),
                ("person", true),
                ("post", true),
                ("ts", true),
                ("text", false),
                ("reaction", false),
                ("parent", false),
                ("audience", false),
            ],
            Table::Notifications => &[
                ("id", false),
                ("to", true),
                ("kind", true),
                ("actor", true),
                ("post", true),
                ("ts", true),
                ("read", false),
            ],
        }
    }

    /// The row, if it is one and its key is new in the file. What it names is looked up by the library.
    pub(super) fn row(self, cells: &Cells, keys: &mut Keys) -> Result<ImportRow, Bad> {
        match self {
            Table::Units => unit(cells, keys).map(ImportRow::Unit),
            Table::People => person(cells, keys).map(ImportRow::Person),
            Table::Spaces => space(cells, keys).map(ImportRow::Space),
            Table::Members => member(cells, keys).map(ImportRow::Member),
            Table::Follows => follow(cells, keys).map(ImportRow::Follow),
            Table::Posts => post(cells, keys).map(ImportRow::Post),
            Table::Interactions => interaction(cells, keys),
            Table::Notifications => notice(cells, keys).map(ImportRow::Notice),
        }
    }
}

/// The keys of one file's rows so far.
#[derive(Default)]
pub(super) struct Keys {
    known: HashSet<String>,
    /// The instant of the newest row, and how many rows of it there were.
    instant: Option<(Time, u32)>,
}

impl Keys {
    /// Notes a key; its parts are ids, which hold no control characters.
    fn note(&mut self, parts: &[&str], column: &str, value: &str) -> Result<(), Bad> {
        if self.known.insert(parts.join("\u{1f}")) {
            Ok(())
        } else {
            Err(Bad::at(Reason::Duplicate, column, Some(value)))
        }
    }

    /// The place of a row among the rows of its instant that stand together.
    fn place(&mut self, ts: Time) -> u32 {
        let place = match self.instant {
            Some((instant, place)) if instant == ts => place.saturating_add(1),
            _ => 0,
        };
        self.instant = Some((ts, place));
        place
    }
}

fn own_id(cells: &Cells, keys: &mut Keys) -> Result<String, Bad> {
    let id = required(cells.id("id")?, "id")?;
    keys.note(&[&id], "id", &id)?;
    Ok(id)
}

fn unit(cells: &Cells, keys: &mut Keys) -> Result<UnitRow, Bad> {
    Ok(UnitRow {
        id: own_id(cells, keys)?,
        name: required(cells.text("name")?, "name")?,
        parent: cells.id("parent")?,
    })
}

fn person(cells: &Cells, keys: &mut Keys) -> Result<PersonRow, Bad> {
    Ok(PersonRow {
        id: own_id(cells, keys)?,
        name: required(cells.text("name")?, "name")?,
        guest: cells.yes("guest", false)?,
        unit: cells.id("unit")?,
        expires: cells.instant("expires")?,
        title: cells.text("title")?,
        active: cells.yes("active", true)?,
        skills: cells.texts("skills")?,
    })
}

fn space(cells: &Cells, keys: &mut Keys) -> Result<SpaceRow, Bad> {
    let kind = cells.choice("kind", "a choice (open, closed, secret)", |word| match word {
        "open" | "0" => Some(Visibility::Open),
        "closed" | "1" => Some(Visibility::Closed),
        "secret" | "2" => Some(Visibility::Secret),
        _ => None,
    });
    Ok(SpaceRow {
        id: own_id(cells, keys)?,
        name: required(cells.text("name")?, "name")?,
        kind: required(kind?, "kind")?,
        owner: cells.id("owner")?,
        about: cells.text("about")?,
    })
}

fn member(cells: &Cells, keys: &mut Keys) -> Result<MemberRow, Bad> {
    let space = required(cells.id("space")?, "space")?;
    let person = required(cells.id("person")?, "person")?;
    keys.note(&[&space, &person], "person", &person)?;
    let role = cells.choice("role", "a choice (member, moderator, owner)", |word| match word {
        "member" => Some(Role::Member),
        "moderator" => Some(Role::Moderator),
        "owner" => Some(Role::Owner),
        _ => None,
    });
    Ok(MemberRow {
        space,
        person,
        role: role?.unwrap_or(Role::Member),
        expires: cells.instant("expires")?,
    })
}

fn follow(cells: &Cells, keys: &mut Keys) -> Result<FollowRow, Bad> {
    let person = required(cells.id("person")?, "person")?;
    let follows = required(cells.id("follows")?, "follows")?;
    keys.note(&[&person, &follows], "follows", &follows)?;
    Ok(FollowRow { person, follows })
}

fn post(cells: &Cells, keys: &mut Keys) -> Result<PostRow, Bad> {
    let id = own_id(cells, keys)?;
    let space = cells.id("space")?;
    Ok(PostRow {
        id,
        author: required(cells.id("author")?, "author")?,
        text: required(cells.text("text")?, "text")?,
        ts: required(cells.instant("ts")?, "ts")?,
        audience: audience(cells, space.is_some())?,
        space,
        wall: cells.id("wall")?,
        announce: cells.yes("announce", false)?,
    })
}

/// `vis`: who may read a post.
fn audience(cells: &Cells, in_space: bool) -> Result<PostAudience, Bad> {
    const WORDS: &str = "a choice (public, followers, members, unit:ID)";
    let Some(cell) = cells.get("vis") else {
        return Ok(PostAudience::Place);
    };
    let word = match cell {
        super::cells::Cell::Text(text) => text.clone(),
        super::cells::Cell::Int(number) => number.to_string(),
        _ => return Err(not(WORDS, "vis", cell)),
    };
    match (word.as_str(), word.strip_prefix("unit:")) {
        ("public" | "0", _) => Ok(PostAudience::Place),
        ("followers" | "1", _) => Ok(PostAudience::Followers),
        ("members", _) if in_space => Ok(PostAudience::Place),
        ("members", _) => Err(Bad::at(Reason::NotAllowedHere, "vis", Some(&word))),
        (_, Some(unit)) if !unit.is_empty() => Ok(PostAudience::Unit { id: unit.to_owned() }),
        _ => Err(not(WORDS, "vis", cell)),
    }
}

fn interaction(cells: &Cells, keys: &mut Keys) -> Result<ImportRow, Bad> {
    #[derive(Clone, Copy)]
    enum Kind {
        Reaction,
        Comment,
    }
    let id = cells.id("id")?;
    if let Some(id) = &id {
        keys.note(&["id", id], "id", id)?;
    }
    let kind = cells.choice("kind", "a choice (reaction, comment)", |word| match word {
        "reaction" => Some(Kind::Reaction),
        "comment" => Some(Kind::Comment),
        _ => None,
    });
    let kind = required(kind?, "kind")?;
    let person = required(cells.id("person")?, "person")?;
    let post = required(cells.id("post")?, "post")?;
    let ts = required(cells.instant("ts")?, "ts")?;
    match kind {
        Kind::Reaction => {
            keys.note(&["reaction", &person, &post], "post", &post)?;
            for column in ["text", "parent", "audience"] {
                cells.forbid(column)?;
            }
            let reaction = cells.text("reaction")?.unwrap_or_else(|| "like".to_owned());
            let accepted = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            if !(1..=32).contains(&reaction.len()) || !reaction.chars().all(accepted) {
                let what = "a name of a reaction (1 to 32 of a-z, 0-9, _)";
                return Err(Bad::at(Reason::NotA(what), "reaction", Some(&reaction)));
            }
            Ok(ImportRow::Reaction(ReactionRow {
                person,
                post,
                ts,
                reaction,
            }))
        }
        Kind::Comment => {
            if id.is_none() {
                keys.note(&["comment", &person, &post, &ts.millis().to_string()], "post", &post)?;
            }
            cells.forbid("reaction")?;
            let staff = cells.choice("audience", "a choice (staff)", |word| (word == "staff").then_some(true));
            Ok(ImportRow::Comment(CommentRow {
                id,
                person,
                post,
                ts,
                text: required(cells.text("text")?, "text")?,
                parent: cells.id("parent")?,
                staff: staff?.unwrap_or(false),
            }))
        }
    }
}

fn notice(cells: &Cells, keys: &mut Keys) -> Result<NoticeRow, Bad> {
    let kind = cells.choice("kind", "a choice (reaction, comment, announce)", |word| match word {
        "reaction" => Some(NoticeKind::Reaction),
        "comment" => Some(NoticeKind::Comment),
        "announce" => Some(NoticeKind::Announce),
        _ => None,
    });
    let row = NoticeRow {
        to: required(cells.id("to")?, "to")?,
        kind: required(kind?, "kind")?,
        actor: required(cells.id("actor")?, "actor")?,
        post: required(cells.id("post")?, "post")?,
        ts: required(cells.instant("ts")?, "ts")?,
        read: cells.yes("read", false)?,
        order: 0,
    };
    let id = cells.id("id")?;
    let ts = row.ts.millis().to_string();
    let kind = format!("{:?}", row.kind);
    match &id {
        Some(id) => keys.note(&["id", id], "id", id)?,
        None => keys.note(&[&kind, &row.to, &row.actor, &row.post, &ts], "post", &row.post)?,
    }
    // Numbered rows stand in the order of their numbers, others in that of the file.
    let place = keys.place(row.ts);
    let order = id.and_then(|id| id.parse().ok()).unwrap_or(place);
    Ok(NoticeRow { order, ..row })
}
