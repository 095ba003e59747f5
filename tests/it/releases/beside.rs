//! F15: a store that a newer release prepared, opened or already open.

use super::kept::Kept;
use super::newer::{columns, newer, put};
use super::rows::{dump, networks, of, same};
use super::{open, settle};
use crate::stores::{Engine, Made};
use parvis::due::Budget;
use parvis::operations::{GetPerson, Home};
use parvis::store::conformance::wait;
use parvis::store::{
    Batch, Check, CommitId, Expect, Keys, LOG, NetworkId, Parts, Prepare, Read, ReadAt, Row, Schema, Storage, Value,
    Want, Write,
};
use parvis::testing::schema;
use parvis::{Parvis, Reason, external};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The newest release that is kept, in a store.
pub(super) fn settled(engine: Engine) -> Option<(Made, Kept)> {
    let made = engine.make()?;
    let kept = Kept::all().pop().unwrap();
    settle(made.storage.as_ref(), &kept);
    Some((made, kept))
}

/// A batch of the release to come.
fn batch(n: u8) -> Batch {
    let mut id = [0xfe; 16];
    id[15] = n;
    Batch::new(CommitId(id), [0; 16], 1_795_000_000_000)
}

/// Every row with a document gets what this release does not know.
fn rewritten(store: &dyn Storage, all: &BTreeSet<NetworkId>) -> usize {
    let (known, schema) = (schema(), newer(schema()));
    let (mut rewritten, mut n) = (0, 0);
    for network in all {
        for table in schema.tables.iter().filter(|table| table.document && table.name != LOG) {
            let rows = of(store, table, table.name, *network);
            let mut batch = batch(n);
            n += 1;
            for row in rows {
                let mut columns = row.columns;
                columns.truncate(known.table(table.name).unwrap().columns.len());
                let (key, document) = (row.key, row.document);
                let write = Write::Put {
                    table: table.name,
                    key: key.clone(),
                    columns,
                    document,
                };
                if let Some(stamp) = row.stamp {
                    batch.checks.push(Check {
                        table: table.name,
                        key,
                        expect: Expect::Stamp(stamp),
                    });
                }
                batch.writes.push(put(&schema, write));
                rewritten += 1;
            }
            wait(store.commit(*network, batch)).unwrap();
        }
    }
    rewritten
}

fn row(store: &dyn Storage, network: NetworkId, table: &'static str, key: Vec<Value>) -> Row {
    let read = Read::Get {
        table,
        keys: Keys::one(key),
        want: Want::Document,
    };
    let mut found = wait(store.read(network, &[read], ReadAt::Fresh)).unwrap();
    found.sets.remove(0).rows.remove(0)
}

/// The columns of the release to come that a row must have.
pub(super) fn expected(table: &str, row: &Row) -> Parts {
    columns(
        table,
        &serde_json::from_str(row.document.as_deref().unwrap_or("{}")).unwrap(),
    )
}

/// Those that it has.
pub(super) fn added(table: &str, row: &Row) -> Parts {
    let known = schema().table(table).unwrap().columns.len();
    row.columns[known..].to_vec()
}

/// The columns of the release to come are those of the documents, and its index holds every row.
pub(super) fn complete(store: &dyn Storage, schema: &Schema, all: &BTreeSet<NetworkId>) -> usize {
    let mut filled = 0;
    for network in all {
        for name in ["item", "person"] {
            let table = schema.table(name).unwrap();
            let rows = of(store, table, table.name, *network);
            for row in &rows {
                assert_eq!(added(name, row), expected(name, row), "{name} {:?}", row.key);
                filled += usize::from(added(name, row).iter().any(Option::is_some));
            }
            if name == "item" {
                let entry = |row: &Row| (added(name, row), row.key.clone());
                let mut ordered: Vec<_> = rows.iter().map(entry).collect();
                ordered.sort();
                let found: Vec<_> = of(store, table, "item_mood", *network).iter().map(entry).collect();
                assert_eq!(found, ordered, "the index of the release to come");
            }
        }
    }
    filled
}

pub(super) fn call(db: &Parvis, by: &str, name: &str, request: Json) -> Result<Json, parvis::Error> {
    let actor = match by {
        "host" => db.system("lumen", "host"),
        name => db.act_as("lumen", external(name)),
    };
    let answer = wait(actor.call(name, &serde_json::to_vec(&request).unwrap()))?;
    Ok(serde_json::from_slice(&answer).unwrap())
}

fn works_on_what_a_newer_release_added(engine: Engine) {
    let Some((made, kept)) = settled(engine) else { return };
    let all = networks(&kept.batches);
    let lumen = NetworkId::named("lumen");
    let running = open(Arc::clone(&made.storage)).unwrap();
    let next = made.again();
    let schema = newer(schema());
    wait(next.prepare(&schema, Prepare::Upgrade)).unwrap();
    assert!(rewritten(next.as_ref(), &all) > 80);
    // A kind, a verb and a thing due that this release does not know.
    let walls = call(&running, "ines", "feed.network_wall", json!({})).unwrap();
    let hidden = walls["items"][0]["id"].as_str().unwrap().to_owned();
    let id: parvis::ItemId = serde_json::from_value(json!(hidden)).unwrap();
    let item = row(next.as_ref(), lumen, "item", vec![Value::Id(id.bytes())]);
    let mut batch = batch(255);
    let mut columns = item.columns.clone();
    columns[0] = Some(Value::Text("poem".to_owned()));
    batch.writes.push(Write::Put {
        table: "item",
        key: item.key.clone(),
        columns,
        document: item.document,
    });
    let due = vec![
        Some(Value::Time(1_790_000_000_000)),
        Some(Value::Int(99)),
        Some(Value::Id(id.bytes())),
        None,
    ];
    let key = due.clone();
    let (columns, document) = (Vec::new(), None);
    batch.writes.push(Write::Put {
        table: "due",
        key,
        columns,
        document,
    });
    batch
        .log
        .push(json!({"verb": "applaud", "item": hidden, "loudly": true}).to_string());
    wait(next.commit(lumen, batch)).unwrap();

    // One that is open, and one that opens now.
    let opened = open(made.again()).unwrap();
    for (db, name) in [(&running, "running"), (&opened, "opened")] {
        for by in ["hugo", "claire", "amelie", "ines", "leo", "priya"] {
            let wall = call(db, by, "feed.network_wall", json!({})).unwrap();
            let home = call(db, by, "feed.home", json!({"order": "newest", "limit": 100})).unwrap();
            assert!(
                !wall.to_string().contains(&hidden),
                "{name}: {by} is shown an unknown kind"
            );
            assert!(
                !home.to_string().contains(&hidden),
                "{name}: {by} is shown an unknown kind"
            );
            let asked = json!({"item": {"type": "id", "id": hidden}});
            assert_eq!(call(db, by, "items.get", asked).unwrap_err().reason, Reason::Named);
        }
        let due = wait(db.run_due(Budget::steps(1000))).unwrap();
        assert_eq!((due.failed, due.more), (0, false), "{name}");
    }
    assert_eq!(
        item.key,
        row(
            next_again(&made, &schema).as_ref(),
            lumen,
            "item",
            item.key.iter().flatten().cloned().collect()
        )
        .key
    );

    // What it rewrites keeps what it does not know.
    let before = dump(made.storage.as_ref(), &super::schema(), &all);
    let crane = json!({"type": "external", "id": "p02"});
    let version = call(&running, "ines", "items.get", json!({"item": crane})).unwrap()["item"]["version"].clone();
    for (by, name, request) in [
        (
            "ines",
            "items.edit",
            json!({"item": crane, "body": "Autrement", "based_on": version}),
        ),
        ("amelie", "people.edit", json!({"title": "Ingénieure"})),
        (
            "host",
            "people.put",
            json!({"external": {"id": "leo"}, "name": "Léo M."}),
        ),
        (
            "host",
            "people.put_unit",
            json!({"external": {"id": "studio"}, "name": "Le studio"}),
        ),
        (
            "hugo",
            "spaces.edit",
            json!({"space": {"type": "external", "id": "fete"}, "about": "Décembre"}),
        ),
        (
            "hugo",
            "spaces.set_visibility",
            json!({"space": {"type": "external", "id": "fete"}, "visibility": "open"}),
        ),
        (
            "hugo",
            "spaces.archive",
            json!({"space": {"type": "external", "id": "coffre"}}),
        ),
        (
            "claire",
            "items.delete",
            json!({"item": {"type": "external", "id": "p01"}}),
        ),
        (
            "host",
            "import.put",
            json!({"rows": [{"type": "person", "id": "priya", "name": "Priya N.", "unit": "metal"},
            {"type": "space", "id": "banc", "name": "Le banc", "kind": "open", "owner": "priya"},
            {"type": "unit", "id": "metal", "name": "Le métal", "parent": "lumen"}]}),
        ),
    ] {
        call(&running, by, name, request.clone()).unwrap_or_else(|error| panic!("{name} {request}: {error}"));
    }
    let after = dump(made.storage.as_ref(), &super::schema(), &all);
    let before: BTreeSet<&String> = before.iter().collect();
    let changed = after.iter().filter(|row| !before.contains(row));
    let rewritten: Vec<&String> = changed.filter(|row| row.contains("future")).collect();
    let of = |table: &str| {
        rewritten
            .iter()
            .filter(|row| row.contains(&format!(" {table} ")))
            .count()
    };
    let counts = ["item", "person", "unit", "space"].map(of);
    assert!(
        counts[0] >= 2 && counts[1] >= 3 && counts[2] >= 2 && counts[3] >= 3,
        "{counts:?}"
    );

    // And the newer release goes on with all of it.
    let next = next_again(&made, &schema);
    assert!(complete(next.as_ref(), &schema, &all) > 20);
    let due = dump(next.as_ref(), &schema, &all)
        .iter()
        .any(|row| row.contains(" due ") && row.contains(",99,"));
    assert!(due, "what a newer release knows to be due is gone");
}

/// The store as a newer release opens it.
pub(super) fn next_again(made: &Made, schema: &Schema) -> Arc<dyn Storage> {
    let next = made.again();
    wait(next.prepare(schema, Prepare::Upgrade)).unwrap();
    next
}

fn is_refused_where_a_newer_release_changed_the_meaning(engine: Engine) {
    let Some((made, kept)) = settled(engine) else { return };
    let all = networks(&kept.batches);
    let running = open(Arc::clone(&made.storage)).unwrap();
    let hugo = || running.act_as("lumen", external("hugo"));
    wait(hugo().people().get(GetPerson::new(external("hugo")))).unwrap();
    let mut broken = schema();
    broken.adds += 1;
    broken.breaks += 1;
    let next = next_again(&made, &broken);
    let before = dump(next.as_ref(), &broken, &all);
    let refused = call(&running, "amelie", "people.edit", json!({"title": "x"})).unwrap_err();
    assert_eq!(refused.reason, Reason::NewSchema);
    // Nor does it judge by rows whose meaning it does not know.
    let refused = wait(hugo().feed().home(Home::new())).unwrap_err();
    assert_eq!(refused.reason, Reason::NewSchema);
    assert_eq!(open(made.again()).unwrap_err().reason, Reason::NewSchema);
    same("refused commands", &dump(next.as_ref(), &broken, &all), &before);
}

#[test]
fn f15_memory_works_on_what_a_newer_release_added() {
    works_on_what_a_newer_release_added(Engine::Memory);
}

#[test]
fn f15_sqlite_works_on_what_a_newer_release_added() {
    works_on_what_a_newer_release_added(Engine::Sqlite);
}

#[test]
fn f15_sled_works_on_what_a_newer_release_added() {
    works_on_what_a_newer_release_added(Engine::Sled);
}

#[test]
fn f15_postgres_works_on_what_a_newer_release_added() {
    works_on_what_a_newer_release_added(Engine::Postgres);
}

#[test]
fn f15_mysql_works_on_what_a_newer_release_added() {
    works_on_what_a_newer_release_added(Engine::Mysql);
}

#[test]
fn f15_memory_is_refused_what_a_newer_release_changed() {
    is_refused_where_a_newer_release_changed_the_meaning(Engine::Memory);
}

#[test]
fn f15_sqlite_is_refused_what_a_newer_release_changed() {
    is_refused_where_a_newer_release_changed_the_meaning(Engine::Sqlite);
}

#[test]
fn f15_sled_is_refused_what_a_newer_release_changed() {
    is_refused_where_a_newer_release_changed_the_meaning(Engine::Sled);
}

#[test]
fn f15_postgres_is_refused_what_a_newer_release_changed() {
    is_refused_where_a_newer_release_changed_the_meaning(Engine::Postgres);
}

#[test]
fn f15_mysql_is_refused_what_a_newer_release_changed() {
    is_refused_where_a_newer_release_changed_the_meaning(Engine::Mysql);
}
