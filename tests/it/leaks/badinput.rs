//! Texts that have broken other systems, through every field that takes a text: a typed refusal or faithful storage.
//!
//! The corpora are no part of the repository: `PARVIS_SHARED` names the folder that holds `data/badinput`; without it
//! `../shared` beside the workspace is looked at, and what is absent is skipped in so many words.

use super::leak_test;
use super::town::{ACME, Town};
use super::{Outcome, check};
use parvis::gate::answer::Token;
use parvis::import::{CommentRow, ImportRow, PersonRow, PostAudience, PostRow, SpaceRow, UnitRow};
use parvis::items::Place;
use parvis::operations::*;
use parvis::spaces::Visibility;
use parvis::store::Memory;
use parvis::store::conformance::wait;
use parvis::testing::{self, ManualClock};
use parvis::{Code, Error, External, Parvis, Ref, external};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The files of one folder of the corpora, or `None` with a word about it.
pub(crate) fn corpus(folder: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let shared = std::env::var_os("PARVIS_SHARED").map_or_else(beside, PathBuf::from);
    let Ok(entries) = std::fs::read_dir(shared.join("data/badinput").join(folder)) else {
        println!("skipped: no `data/badinput/{folder}` under `PARVIS_SHARED`");
        return None;
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Some(
        paths
            .iter()
            .map(|path| (name(path), std::fs::read(path).unwrap()))
            .collect(),
    )
}

fn strings(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            into.insert(text.clone());
        }
        Value::Array(values) => values.iter().for_each(|value| strings(value, into)),
        Value::Object(fields) => fields.values().for_each(|value| strings(value, into)),
        _ => {}
    }
}

/// The texts of a file: the strings of JSON, the lines of anything else.
pub(crate) fn texts(name: &str, bytes: &[u8]) -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    match serde_json::from_slice(bytes) {
        Ok(value) if name.ends_with(".json") => strings(&value, &mut texts),
        _ => texts.extend(String::from_utf8_lossy(bytes).lines().map(str::to_owned)),
    }
    texts
}

/// Whether an error says what was wrong with the request; a failure inside is none that input may cause.
fn typed(error: &Error) -> bool {
    let text = format!("{error}{error:?}{}", serde_json::to_string(error).unwrap());
    !matches!(error.code(), Code::Internal | Code::Unavailable | Code::OutcomeUnknown) && text.len() < 400
}

/// A refusal that is typed, or what was stored.
fn kept<T>(answer: Result<T, Error>, field: &str, text: &str) -> Result<Option<T>, String> {
    match answer {
        Ok(stored) => Ok(Some(stored)),
        Err(error) if typed(&error) => Ok(None),
        Err(error) => Err(format!("`{field}` answers {error} to {text:?}")),
    }
}

/// One text through every field that takes one.
async fn through_every_field(db: &Parvis, room: parvis::SpaceId, text: &str) -> Outcome {
    let hr = db.system(ACME, "hr").people();
    let ben = db.act_as(ACME, external("ben"));
    let (people, items, feed) = (ben.people(), ben.items(), ben.feed());
    let named = hr.put(PutPerson::new(external("tess"), text).title(text)).await;
    if kept(named, "name", text)?.is_some() {
        let card = people.get(GetPerson::new(external("tess"))).await.unwrap();
        check!(
            card.name == text.trim(),
            "the name {text:?} came back as {:?}",
            card.name
        );
    }
    let place = Place::space(room);
    let made = kept(
        items.create(NewItem::new(text).place(place.clone())).await,
        "body",
        text,
    )?;
    let on = match made {
        Some(made) => {
            let page = items.get(GetItem::new(made.id.0)).await.unwrap();
            let body = page.item.body.as_ref().map(|body| body.source.as_str());
            check!(body == Some(text), "the body {text:?} came back as {body:?}");
            made.id.0
        }
        None => items.create(NewItem::new("a post").place(place)).await.unwrap().id.0,
    };
    if let Some(made) = kept(items.comment(NewComment::new(on, text)).await, "comment", text)? {
        let page = items.get(GetItem::new(made.id.0)).await.unwrap();
        let body = page.item.body.as_ref().map(|body| body.source.as_str());
        check!(body == Some(text), "the comment {text:?} came back as {body:?}");
    }
    kept(items.react(React::new(on).reaction(text)).await, "reaction", text)?;
    kept(items.create(NewItem::new("x").language(text)).await, "language", text)?;
    kept(
        items.create(NewItem::new("x").idempotency_key(text)).await,
        "idempotency_key",
        text,
    )?;
    kept(
        hr.put(PutPerson::new(external("tess"), "Tess").zone(text)).await,
        "zone",
        text,
    )?;
    kept(feed.home(Home::new().language(text)).await, "home language", text)?;
    kept(feed.home(Home::new().cursor(Token::new(text))).await, "cursor", text)?;
    let edit = EditItem::new(on, "x", Token::new(text));
    let edited = items.edit(edit).await;
    check!(edited.is_err(), "{text:?} is a version");
    kept(edited, "based_on", text)?;
    for host in [
        external(text),
        External {
            app: text.to_owned(),
            id: "x".into(),
        },
    ] {
        if kept(hr.put(PutPerson::new(host.clone(), "by id")).await, "external", text)?.is_some() {
            let card = people.get(GetPerson::new(host.clone())).await.unwrap();
            check!(
                card.external.as_deref() == Some(&host.id),
                "the id {host:?} came back as {:?}",
                card.external
            );
        }
        kept(people.get(GetPerson::new(host.clone())).await, "person", text)?;
        kept(items.get(GetItem::new(host.clone())).await, "item", text)?;
        let refs: Vec<Ref> = vec![host.clone().into()];
        kept(
            items.filter(FilterItems::new(parvis::Verb::See, refs.clone())).await,
            "items",
            text,
        )?;
        kept(feed.seen(MarkSeen::new(refs)).await, "seen", text)?;
        kept(feed.space_wall(SpaceWall::new(host.clone())).await, "space", text)?;
        kept(
            items.create(NewItem::new("x").place(Place::space(host.clone()))).await,
            "place",
            text,
        )?;
        kept(db.act_as(ACME, host).feed().home(Home::new()).await, "actor", text)?;
    }
    kept(
        db.act_as(text, external("ben")).feed().home(Home::new()).await,
        "network",
        text,
    )?;
    kept(
        db.act_as(ACME, external("ben")).call(text, b"{}").await,
        "operation",
        text,
    )?;
    Ok(())
}

/// One text through every column of an import, and as the name of the app.
async fn through_an_import(db: &Parvis, text: &str) -> Outcome {
    kept(
        db.system(ACME, text).import().put(ImportRows::new(rows(text))).await,
        "app",
        text,
    )?;
    kept(
        db.system(ACME, "hr").import().put(ImportRows::new(rows(text))).await,
        "import",
        text,
    )?;
    Ok(())
}

/// The text in every column of a row.
fn rows(text: &str) -> Vec<ImportRow> {
    let text = text.to_owned();
    let person = PersonRow {
        id: text.clone(),
        name: text.clone(),
        guest: false,
        unit: Some(text.clone()),
        expires: None,
        title: Some(text.clone()),
        active: true,
        skills: Some(vec![text.clone()]),
    };
    let post = PostRow {
        id: text.clone(),
        author: text.clone(),
        text,
        ts: super::town::monday(),
        space: None,
        wall: None,
        audience: PostAudience::Place,
        announce: false,
    };
    let unit = UnitRow {
        id: person.id.clone(),
        name: person.id.clone(),
        parent: Some(person.id.clone()),
    };
    let space = SpaceRow {
        id: person.id.clone(),
        name: person.id.clone(),
        kind: Visibility::Closed,
        owner: Some(person.id.clone()),
        about: Some(person.id.clone()),
    };
    let known = PersonRow {
        id: "known".into(),
        name: "Known".into(),
        unit: None,
        title: None,
        skills: None,
        ..person.clone()
    };
    let by_known = PostRow {
        id: "known".into(),
        author: "known".into(),
        text: "a post".into(),
        ..post.clone()
    };
    let under = CommentRow {
        id: Some(person.id.clone()),
        person: "known".into(),
        post: "known".into(),
        ts: post.ts,
        text: person.id.clone(),
        parent: None,
        staff: false,
    };
    let odd = PostRow {
        id: "odd".into(),
        author: "known".into(),
        ..post.clone()
    };
    vec![
        ImportRow::Unit(unit),
        ImportRow::Person(known),
        ImportRow::Person(person),
        ImportRow::Space(space),
        ImportRow::Post(by_known),
        ImportRow::Post(odd),
        ImportRow::Post(post),
        ImportRow::Comment(under),
    ]
}

pub(crate) async fn bench() -> (Parvis, parvis::SpaceId) {
    let clock = ManualClock::new(super::town::monday());
    let config = testing::config(&clock, 3).upkeep(parvis::Upkeep::Worker);
    let db = Parvis::open(Memory::new(), config).await.unwrap();
    let hr = db.system(ACME, "hr").people();
    hr.put(PutPerson::new(external("ben"), "ben")).await.unwrap();
    let made = db
        .act_as(ACME, external("ben"))
        .spaces()
        .create(NewSpace::new("Room", Visibility::Open))
        .await;
    (db, made.unwrap().id.0)
}

#[test]
fn l022_texts_that_broke_others_are_refused_by_type_or_kept_as_they_are() {
    let Some(files) = corpus("text") else { return };
    for (name, bytes) in files {
        let texts: Vec<String> = texts(&name, &bytes).into_iter().collect();
        // Homes grow with what was written: each few texts have a network of their own.
        for few in texts.chunks(32) {
            wait(async {
                let (db, room) = bench().await;
                for text in few {
                    let mut outcome = through_every_field(&db, room, text).await;
                    if outcome.is_ok() {
                        outcome = through_an_import(&db, text).await;
                    }
                    if let Err(what) = outcome {
                        panic!("{name}: {what}");
                    }
                }
            });
        }
        println!("{name}: {} texts", texts.len());
    }
}

#[test]
fn l022_requests_of_any_json_are_refused_by_type() {
    let Some(files) = corpus("json") else { return };
    wait(async {
        let (db, _) = bench().await;
        let actors = [db.act_as(ACME, external("ben")), db.system(ACME, "hr")];
        let mut calls = 0;
        for (name, bytes) in &files {
            for row in TABLE {
                for actor in &actors {
                    calls += 1;
                    match actor.call(row.name, bytes).await {
                        Ok(_) => assert!(!name.starts_with("n_"), "{name} is taken by `{}`", row.name),
                        Err(error) => assert!(typed(&error), "`{}` answers {error} to {name}", row.name),
                    }
                }
            }
        }
        println!("{} files, {calls} calls", files.len());
    });
}

/// Small texts of our own, so that each class stays when the corpora are absent.
fn classes() -> Vec<String> {
    let mut classes: Vec<String> = [
        "",
        " ",
        "\0",
        "a\0b",
        "\u{7f}",
        "\r\n",
        "a\r\nBcc: b",
        "\u{1b}[31mred",
        "\u{feff}bom",
        "\u{fffd}",
        "\u{10ffff}",
        "\u{202e}gnp.exe",
        "e\u{301}",
        "\u{1f469}\u{200d}\u{1f4bb}",
        "'; drop table person; --",
        "<script>alert(1)</script>",
        "{\"$ne\":1}",
        "../../etc/passwd",
        "=cmd()",
        "%00",
        "null",
        "-1",
        "\\",
        "\"",
        "{{7*7}}",
        "$name",
        "\u{2028}",
    ]
    .map(str::to_owned)
    .into();
    for (unit, times) in [
        ("a", 201),
        ("a", 401),
        ("a", 16_384),
        ("a", 16_385),
        ("\u{1f600}", 4_096),
        ("a", 600_000),
    ] {
        classes.push(unit.repeat(times));
    }
    // Sixteen kilobytes that take six times as many when they are written as JSON, and twice.
    classes.push("\u{1}".repeat(16_384));
    classes.push("\"".repeat(16_384));
    classes.push("\u{1}".repeat(390));
    classes
}

leak_test!(
    l022_every_class_of_odd_text_is_refused_by_type_or_kept_as_it_is,
    // No predicate: the form of texts.
    [],
    async |_town: Town| -> Outcome {
        let (db, room) = bench().await;
        for text in classes() {
            through_every_field(&db, room, &text).await?;
            through_an_import(&db, &text).await?;
        }
        Ok(())
    }
);
