//! Releases before and after this one. `tests/releases` keeps what each release wrote; a schema to come is made here.
//! `PARVIS_GOLDEN=write` keeps what this one writes.

mod beside;
mod kept;
mod newer;
mod rows;
mod together;

use crate::faults::ground::report;
use crate::script::{play, steps};
use crate::stores::Engine;
use kept::{Kept, Recorder, schema_as};
use parvis::Parvis;
use parvis::store::conformance::wait;
use parvis::store::{NetworkId, Prepare, Storage, Write};
use parvis::testing::{ManualClock, config, schema};
use parvis::{Time, Upkeep};
use rows::{dump, hash, networks, same};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// What this release writes while it plays the golden script on memory.
fn written() -> Kept {
    let inner = Engine::Memory.make().unwrap().storage;
    let recorder = Arc::new(Recorder {
        inner: Arc::clone(&inner),
        batches: Mutex::default(),
    });
    play(Arc::clone(&recorder) as Arc<dyn Storage>, &steps());
    let batches = std::mem::take(&mut *recorder.batches.lock().unwrap());
    let schema = schema();
    let rows = hash(&dump(inner.as_ref(), &schema, &networks(&batches)));
    Kept { schema, batches, rows }
}

#[test]
fn what_this_release_writes_is_kept() {
    let kept = Kept::all();
    let newest = kept.last().map(|kept| schema_as(&kept.schema));
    if newest == Some(schema_as(&schema())) {
        return;
    }
    if std::env::var("PARVIS_GOLDEN").is_ok_and(|value| value == "write") {
        written().write();
        return;
    }
    let number = schema().adds;
    panic!(
        "the schema is another one than tests/releases/{number}/schema.json says: a change raises ADDS of core/src/schema.rs, \
         and PARVIS_GOLDEN=write keeps what the release writes"
    );
}

#[test]
fn a_schema_only_grows() {
    let fields = |table: &Value, of: &str| table[of].as_array().unwrap().clone();
    for pair in Kept::all().windows(2) {
        let (old, new) = (schema_as(&pair[0].schema), schema_as(&pair[1].schema));
        assert!(new["breaks"].as_u64() >= old["breaks"].as_u64());
        for table in old["tables"].as_array().unwrap() {
            let mut all = new["tables"].as_array().unwrap().iter();
            let Some(now) = all.find(|now| now["name"] == table["name"]) else {
                panic!("table {} is gone", table["name"]);
            };
            for same in ["class", "key", "document"] {
                assert_eq!(now[same], table[same], "{}", table["name"]);
            }
            let (before, after) = (fields(table, "columns"), fields(now, "columns"));
            assert!(after.starts_with(&before), "columns of {}", table["name"]);
            let after = fields(now, "indexes");
            let gone = fields(table, "indexes")
                .into_iter()
                .find(|index| !after.contains(index));
            assert_eq!(gone, None, "indexes of {}", table["name"]);
        }
    }
}

/// A release before the first one that is kept: it knew no index, and nothing of what was on anybody's screen.
fn before_all(kept: &Kept) -> Kept {
    let mut schema = kept.schema.clone();
    schema.adds = 1;
    schema.tables.retain(|table| table.name != "seen");
    let own = |name: &str| name == parvis::store::AGENDA;
    for table in schema.tables.iter_mut().filter(|table| !own(table.name)) {
        table.indexes.clear();
    }
    let known = |write: &Write| match write {
        Write::Put { table, .. } | Write::Delete { table, .. } | Write::DeleteRange { table, .. } => *table != "seen",
        Write::Add { .. } | Write::Max { .. } => true,
    };
    let mut batches = kept.batches.clone();
    for (_, batch) in &mut batches {
        batch.writes.retain(known);
    }
    Kept {
        schema,
        batches,
        rows: String::new(),
    }
}

fn settle(store: &dyn Storage, kept: &Kept) {
    wait(store.prepare(&kept.schema, Prepare::Upgrade)).unwrap();
    for (network, batch) in &kept.batches {
        wait(store.commit(*network, batch.clone())).unwrap();
    }
}

fn open(store: Arc<dyn Storage>) -> Result<Parvis, parvis::Error> {
    let clock = ManualClock::new("2026-11-23T08:00:00Z".parse::<Time>().unwrap());
    wait(Parvis::open_shared(store, config(&clock, 11).upkeep(Upkeep::Worker)))
}

/// What people read in a store, in a few words of each group.
fn asked(db: &Parvis) -> Vec<String> {
    let mut said = Vec::new();
    for (network, person) in [
        ("lumen", "amelie"),
        ("lumen", "leo"),
        ("lumen", "hugo"),
        ("acme", "ana"),
    ] {
        for (name, request) in [
            ("feed.home", "{}"),
            ("feed.home", r#"{"order":"newest"}"#),
            ("feed.home", r#"{"order":"active"}"#),
            ("feed.network_wall", "{}"),
            ("inbox.entries", r#"{"language":"fr"}"#),
            ("inbox.bundles", "{}"),
            ("people.list", "{}"),
            ("people.complete", r#"{"text":"a"}"#),
            ("people.tags", "{}"),
            ("people.mutes", "{}"),
            ("spaces.list", "{}"),
            ("spaces.mine", "{}"),
            ("spaces.invitations", "{}"),
            ("items.drafts", "{}"),
        ] {
            let actor = db.act_as(network, parvis::external(person));
            let answer = wait(actor.call(name, request.as_bytes())).unwrap();
            said.push(format!("{person} {name} {}", String::from_utf8(answer).unwrap()));
        }
    }
    said
}

/// An older store as this release finds it: its rows, and what people read in it.
struct Upgraded {
    rows: Vec<String>,
    said: Vec<String>,
}

fn upgraded(engine: Engine, kept: &Kept) -> Option<Upgraded> {
    let made = engine.make()?;
    settle(made.storage.as_ref(), kept);
    let all: BTreeSet<NetworkId> = networks(&kept.batches);
    let before = dump(made.storage.as_ref(), &kept.schema, &all);
    if !kept.rows.is_empty() {
        assert_eq!(
            hash(&before),
            kept.rows,
            "{engine:?} keeps other rows than were written"
        );
    }
    let newest = made.again();
    let db = open(Arc::clone(&newest)).unwrap();
    let rows = dump(newest.as_ref(), &schema(), &all);
    // The release that wrote it finds all of it, too.
    same(
        "the older release",
        &dump(made.storage.as_ref(), &kept.schema, &all),
        &before,
    );
    let said = asked(&db);
    Some(Upgraded { rows, said })
}

fn older_stores_upgrade_without_loss(engine: Engine) {
    let kept = Kept::all();
    let current = written();
    let whole = upgraded(Engine::Memory, &current).unwrap();
    for old in [before_all(&current)].iter().chain(&kept) {
        let Some(here) = upgraded(engine, old) else { return };
        let reference = upgraded(Engine::Memory, old).unwrap();
        same("rows", &here.rows, &reference.rows);
        same("answers", &here.said, &reference.said);
        if old.rows.is_empty() {
            // Nothing but what was seen is missing, in no order of any table.
            let seen = |row: &&String| !row.contains(" seen ");
            let golden: Vec<String> = whole.rows.iter().filter(seen).cloned().collect();
            same("rows of the whole", &here.rows, &golden);
        }
        let said = format!("a store of addition {}: every row, in every order", old.schema.adds);
        report("F16", &format!("{engine:?}"), here.rows.len() as u64, &said);
    }
}

#[test]
fn f16_memory_upgrades_older_stores_without_loss() {
    older_stores_upgrade_without_loss(Engine::Memory);
}

#[test]
fn f16_sqlite_upgrades_older_stores_without_loss() {
    older_stores_upgrade_without_loss(Engine::Sqlite);
}

#[test]
fn f16_sled_upgrades_older_stores_without_loss() {
    older_stores_upgrade_without_loss(Engine::Sled);
}

#[test]
fn f16_postgres_upgrades_older_stores_without_loss() {
    older_stores_upgrade_without_loss(Engine::Postgres);
}

#[test]
fn f16_mysql_upgrades_older_stores_without_loss() {
    older_stores_upgrade_without_loss(Engine::Mysql);
}
