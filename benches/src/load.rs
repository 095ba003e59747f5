//! Imports a folder of the performance harness, in the order that the format asks for.

use parvis::import::{
    CommentRow, FollowRow, ImportRow, MemberRow, PersonRow, PostAudience, PostRow, ReactionRow, SpaceRow,
};
use parvis::operations::ImportRows;
use parvis::spaces::{Role, Visibility};
use parvis::{Actor, Time};
use serde_json::Value;
use std::error::Error;
use std::fs;
use std::path::Path;

/// Rows of one request.
const ROWS: usize = 500;

struct Loader<'a> {
    system: &'a Actor,
    rows: Vec<ImportRow>,
}

impl Loader<'_> {
    /// Puts a row; rows of the same instant stay in one request, so that they keep their order.
    async fn put(&mut self, row: ImportRow) -> Result<(), Box<dyn Error>> {
        let splits = match (&row, self.rows.last()) {
            (ImportRow::Post(row), Some(ImportRow::Post(last))) => row.ts != last.ts,
            _ => true,
        };
        if self.rows.len() >= ROWS - 20 && splits || self.rows.len() >= ROWS {
            self.send().await?;
        }
        self.rows.push(row);
        Ok(())
    }

    async fn send(&mut self) -> Result<(), Box<dyn Error>> {
        let request = ImportRows::new(std::mem::take(&mut self.rows));
        let report = self.system.import().put(request).await?;
        match report.bad.as_slice() {
            [] => Ok(()),
            bad => Err(format!("{} bad rows, the first: {bad:?}", bad.len()).into()),
        }
    }
}

fn text(row: &Value, name: &str) -> String {
    match row.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

fn optional(row: &Value, name: &str) -> Option<String> {
    Some(text(row, name)).filter(|text| !text.is_empty())
}

fn number(row: &Value, name: &str) -> i64 {
    row.get(name).and_then(Value::as_i64).unwrap_or(0)
}

fn instant(row: &Value) -> Time {
    Time::from_millis(number(row, "ts") * 1000)
}

/// The newest date in the files.
pub(crate) fn newest(folder: &Path) -> Result<Time, Box<dyn Error>> {
    let mut newest = 0;
    for file in ["posts.jsonl", "interactions.jsonl", "notifications.jsonl"] {
        for line in fs::read_to_string(folder.join(file))?.lines() {
            newest = newest.max(number(&serde_json::from_str(line)?, "ts"));
        }
    }
    Ok(Time::from_millis(newest * 1000))
}

/// Imports people, spaces, members, follows, posts, and interactions. Notifications are not imported yet.
pub(crate) async fn load(system: &Actor, folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut loader = Loader {
        system,
        rows: Vec::new(),
    };
    for line in fs::read_to_string(folder.join("people.jsonl"))?.lines() {
        let row: Value = serde_json::from_str(line)?;
        let row = PersonRow {
            id: text(&row, "id"),
            name: text(&row, "name"),
            guest: number(&row, "guest") != 0,
            unit: None,
            expires: None,
            title: None,
            active: true,
        };
        loader.put(ImportRow::Person(row)).await?;
    }
    for line in fs::read_to_string(folder.join("spaces.jsonl"))?.lines() {
        let row: Value = serde_json::from_str(line)?;
        let row = SpaceRow {
            id: text(&row, "id"),
            name: text(&row, "name"),
            kind: match number(&row, "kind") {
                0 => Visibility::Open,
                1 => Visibility::Closed,
                _ => Visibility::Secret,
            },
            owner: None,
            about: None,
        };
        loader.put(ImportRow::Space(row)).await?;
    }
    for file in ["members.csv", "follows.csv"] {
        for line in fs::read_to_string(folder.join(file))?.lines().skip(1) {
            let (first, second) = line.split_once(',').ok_or("a line without a comma")?;
            let (first, second) = (first.to_owned(), second.to_owned());
            let row = match file {
                "members.csv" => ImportRow::Member(MemberRow {
                    space: first,
                    person: second,
                    role: Role::Member,
                    expires: None,
                }),
                _ => ImportRow::Follow(FollowRow {
                    person: first,
                    follows: second,
                }),
            };
            loader.put(row).await?;
        }
    }
    for line in fs::read_to_string(folder.join("posts.jsonl"))?.lines() {
        let row: Value = serde_json::from_str(line)?;
        let space = optional(&row, "space");
        let row = PostRow {
            id: text(&row, "id"),
            author: text(&row, "author"),
            text: text(&row, "text"),
            ts: instant(&row),
            audience: if space.is_none() && number(&row, "vis") == 1 {
                PostAudience::Followers
            } else {
                PostAudience::Place
            },
            space,
            wall: None,
            announce: number(&row, "announce") != 0,
        };
        loader.put(ImportRow::Post(row)).await?;
    }
    interactions(&mut loader, folder).await?;
    loader.send().await
}

/// Reactions first, so that requests hold rows of one kind.
async fn interactions(loader: &mut Loader<'_>, folder: &Path) -> Result<(), Box<dyn Error>> {
    let file = fs::read_to_string(folder.join("interactions.jsonl"))?;
    for reactions in [true, false] {
        for line in file.lines() {
            let row: Value = serde_json::from_str(line)?;
            if (text(&row, "kind") == "reaction") != reactions {
                continue;
            }
            let (person, post, ts) = (text(&row, "person"), text(&row, "post"), instant(&row));
            let row = if reactions {
                ImportRow::Reaction(ReactionRow {
                    person,
                    post,
                    ts,
                    reaction: "like".to_owned(),
                })
            } else {
                ImportRow::Comment(CommentRow {
                    id: optional(&row, "id"),
                    person,
                    post,
                    ts,
                    text: text(&row, "text"),
                    parent: None,
                    staff: false,
                })
            };
            loader.put(row).await?;
        }
    }
    Ok(())
}
