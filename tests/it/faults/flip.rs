//! F05: a closed store is damaged: a bit flips, a page is lost, a file is cut. That is noticed or harms nothing; it never
//! lets anybody see or do what he may not, and never panics.

use super::ground::{Engine, Random, child, number, points, report, tell, told};
use crate::folder::Folder;
use crate::town::{act, clock, settings, settle};
use parvis::operations::*;
use parvis::spaces::Visibility;
use parvis::store::Storage;
use parvis::store::conformance::wait;
use parvis::{Parvis, Verb, external};
use parvis_sled::{Sled, SledOptions};
use parvis_sqlx::{Sqlite, SqliteOptions};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const PERSONS: [&str; 6] = ["ana", "ben", "cleo", "nora", "dan", "gus"];
const ITEMS: [&str; 9] = [
    "lab1", "agora1", "club1", "vault1", "unit1", "fans1", "wall1", "old1", "old2",
];
const LISTS: [(&str, &str); 4] = [
    ("feed.home", "{\"limit\":50}"),
    ("feed.network_wall", "{\"limit\":50}"),
    (
        "feed.space_wall",
        "{\"space\":{\"type\":\"external\",\"id\":\"lab\"},\"limit\":50}",
    ),
    (
        "feed.person_wall",
        "{\"person\":{\"type\":\"external\",\"id\":\"nora\"},\"limit\":50}",
    ),
];

/// Who may do what to what, and whom what was shown.
type Allowed = BTreeSet<(String, String, String)>;

async fn open(engine: Engine, place: &Path) -> Result<(Arc<dyn Storage>, Closing), String> {
    let failed = |error: parvis::store::StorageError| format!("{error:?}");
    match engine {
        Engine::Sqlite => {
            let options = SqliteOptions::new(place).readers(1).cache_kib(2048);
            let store = Sqlite::open(options).await.map_err(failed)?;
            Ok((Arc::new(store.clone()), Closing::Sqlite(store)))
        }
        _ => {
            let store = Sled::open(SledOptions::new(place).cache_bytes(2 << 20))
                .await
                .map_err(failed)?;
            Ok((Arc::new(store.clone()), Closing::Sled(store)))
        }
    }
}

enum Closing {
    Sqlite(Sqlite),
    Sled(Sled),
}

impl Closing {
    async fn close(&self) {
        match self {
            Closing::Sqlite(store) => store.close().await,
            Closing::Sled(store) => store.close().await,
        }
    }
}

/// A town in which rights were taken away last: who sees an older state of it sees more.
async fn base(engine: Engine, place: &Path) {
    let (storage, closing) = open(engine, place).await.unwrap();
    settle(Arc::clone(&storage), 0).await;
    let db = Parvis::open_shared(storage, settings(&clock())).await.unwrap();
    let ana = act(&db, "ana");
    let lab = external("lab");
    ana.spaces()
        .remove(RemoveMember::new(lab.clone(), external("ben")))
        .await
        .unwrap();
    ana.spaces()
        .remove(RemoveMember::new(lab, external("gus")))
        .await
        .unwrap();
    let agora = SetVisibility::new(external("agora"), Visibility::Closed);
    ana.spaces().set_visibility(agora).await.unwrap();
    let ben = act(&db, "ben");
    ben.people().unfollow(Unfollow::new(external("cleo"))).await.unwrap();
    act(&db, "nora")
        .people()
        .block(Block::new(external("ana")))
        .await
        .unwrap();
    closing.close().await;
}

/// Everything that anybody may see or do; an error is a no. Also how many calls said that the store is damaged.
async fn allowed(db: &Parvis) -> (Allowed, u64) {
    let mut all = Allowed::new();
    let mut damaged = 0;
    let items: Vec<Value> = ITEMS.iter().map(|id| json!({"type": "external", "id": id})).collect();
    for person in PERSONS {
        let actor = act(db, person);
        for verb in Verb::ALL {
            let verb = serde_json::to_value(verb).unwrap();
            let request = json!({"verb": verb, "items": items});
            match actor.call("items.filter", &serde_json::to_vec(&request).unwrap()).await {
                Ok(answer) => {
                    let answer: Value = serde_json::from_slice(&answer).unwrap();
                    let yes = answer["allowed"].as_array().unwrap().iter().zip(ITEMS);
                    let yes = yes.filter(|(yes, _)| **yes == json!(true));
                    all.extend(yes.map(|(_, item)| (person.to_owned(), verb.to_string(), item.to_owned())));
                }
                Err(_) => damaged += 1,
            }
        }
        for (list, request) in LISTS {
            match actor.call(list, request.as_bytes()).await {
                Ok(page) => {
                    let page: Value = serde_json::from_slice(&page).unwrap();
                    for item in page["items"].as_array().unwrap() {
                        let shown = (person.to_owned(), list.to_owned(), item["id"].to_string());
                        // What is folded away or a placeholder shows nothing.
                        if !item["body"].is_null() {
                            all.insert(shown);
                        }
                    }
                }
                Err(error) => damaged += u64::from(error.code() == parvis::Code::Internal),
            }
        }
    }
    (all, damaged)
}

/// The files of a store, largest last.
fn files(place: &Path) -> Vec<PathBuf> {
    if place.is_file() {
        return vec![place.to_owned()];
    }
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(place).unwrap().flatten() {
        files.extend(if entry.path().is_dir() {
            self::files(&entry.path())
        } else {
            vec![entry.path()]
        });
    }
    files.sort_by_key(|file| fs::metadata(file).unwrap().len());
    files
}

fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        fs::copy(from, to).unwrap();
        return;
    }
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}

/// Damages a store; says how.
fn damage(place: &Path, aims: &[[u8; 16]], random: &mut Random) -> String {
    let files: Vec<PathBuf> = files(place)
        .into_iter()
        .filter(|file| fs::metadata(file).unwrap().len() > 0)
        .collect();
    let last = files.len() - 1;
    // Mostly the file with the rows.
    let file = if random.below(8) == 0 {
        &files[random.below(files.len() as u64) as usize]
    } else {
        &files[last]
    };
    let mut bytes = fs::read(file).unwrap();
    let length = bytes.len() as u64;
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    let how = match random.below(10) {
        0 => {
            let page = random.below(length.div_ceil(4096)) as usize * 4096;
            let end = bytes.len().min(page + 4096);
            bytes[page..end].fill(0);
            format!("{name}: page at {page} is zero")
        }
        1 => {
            let end = random.below(length) as usize;
            bytes.truncate(end);
            format!("{name}: cut at {end} of {length}")
        }
        kind => {
            let mut at = random.below(length) as usize;
            if kind >= 4 {
                // Near the id of a person or a space: rows about rights name them.
                let aim = aims[random.below(aims.len() as u64) as usize];
                let found: Vec<usize> = (0..bytes.len().saturating_sub(16))
                    .filter(|at| bytes[*at..].starts_with(&aim))
                    .collect();
                if !found.is_empty() {
                    let near = found[random.below(found.len() as u64) as usize] + random.below(72) as usize;
                    at = near.saturating_sub(28).min(bytes.len() - 1);
                }
            }
            let bit = random.below(8);
            bytes[at] ^= 1 << bit;
            format!("{name}: bit {bit} of byte {at}")
        }
    };
    fs::write(file, bytes).unwrap();
    how
}

/// The ids of persons and spaces, as bytes.
async fn aims(db: &Parvis) -> Vec<[u8; 16]> {
    let mut ids = Vec::new();
    let ana = act(db, "ana");
    for (operation, field, names) in [
        ("people.get", "person", &PERSONS[1..5]),
        ("spaces.get", "space", &["lab", "agora", "club", "vault"]),
    ] {
        for name in names {
            let request = json!({ field: {"type": "external", "id": name} });
            let answer = ana.call(operation, &serde_json::to_vec(&request).unwrap()).await;
            let answer = String::from_utf8(answer.unwrap_or_default()).unwrap();
            let id = answer
                .split("\"id\":\"")
                .nth(1)
                .and_then(|rest| rest.get(..36))
                .unwrap_or_default();
            let digits = id.replace('-', "");
            let byte = |at: usize| u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok();
            let bytes: Option<Vec<u8>> = (0..16).map(byte).collect();
            ids.extend(bytes.and_then(|bytes| <[u8; 16]>::try_from(bytes).ok()));
        }
    }
    assert!(ids.len() >= 6, "only {} ids were found", ids.len());
    ids
}

/// The child: one store, copied and damaged so many times.
pub(super) async fn flips(engine: Engine, place: &Path, points: u64) {
    let sound = place.join("sound");
    base(engine, &sound).await;
    let (storage, closing) = open(engine, &sound).await.unwrap();
    let db = Parvis::open_shared(storage, settings(&clock())).await.unwrap();
    let (before, damaged) = allowed(&db).await;
    assert!(before.len() > 60 && damaged == 0, "{} {damaged}", before.len());
    let aims = aims(&db).await;
    drop(db);
    closing.close().await;
    let mut random = Random::new();
    let (mut refused, mut noticed, mut less, mut same, mut wrong, mut panics) = (0, 0, 0, 0, 0, 0);
    for point in 0..points {
        let copied = place.join(format!("copy-{point}"));
        copy(&sound, &copied);
        let how = damage(&copied, &aims, &mut random);
        let asked = catch_unwind(AssertUnwindSafe(|| {
            wait(async {
                let (storage, closing) = open(engine, &copied).await?;
                let opened = Parvis::open_shared(storage, settings(&clock())).await;
                let after = match &opened {
                    Ok(db) => Ok(allowed(db).await),
                    Err(error) => Err(error.to_string()),
                };
                drop(opened);
                closing.close().await;
                after
            })
        }));
        match asked {
            Err(_) => {
                tell(&format!("panic {how}"));
                panics += 1;
            }
            Ok(Err(_)) => refused += 1,
            Ok(Ok((after, damaged))) => {
                let more: Vec<_> = after.difference(&before).collect();
                if !more.is_empty() {
                    tell(&format!("allowed {how}: {more:?}"));
                    wrong += 1;
                } else if damaged > 0 {
                    noticed += 1;
                } else if after != before {
                    tell(&format!("less {how}"));
                    less += 1;
                } else {
                    same += 1;
                }
            }
        }
        if copied.is_dir() {
            fs::remove_dir_all(&copied).unwrap();
        } else {
            for suffix in ["", "-wal", "-shm"] {
                let _absent = fs::remove_file(format!("{}{suffix}", copied.display()));
            }
        }
    }
    for (word, count) in [
        ("refused", refused),
        ("noticed", noticed),
        ("fewer", less),
        ("same", same),
        ("wrong", wrong),
        ("panics", panics),
    ] {
        tell(&format!("{word} {count}"));
    }
}

fn damaged(engine: Engine) {
    let points = points(30, 200);
    let folder = Folder::new();
    let lines = told(child(&[], "flip", engine, folder.path(), points));
    let [refused, noticed, fewer, same, wrong, panics] =
        ["refused ", "noticed ", "fewer ", "same ", "wrong ", "panics "].map(|word| number(&lines, word));
    assert_eq!((wrong, panics), (0, 0), "{}", lines.join("\n"));
    let result = format!(
        "{refused} refused at open, {noticed} refused where they are read, {fewer} hid something, {same} harmless; \
         0 wrong allows, 0 panics"
    );
    report("F05", &engine.name(), points, &result);
}

#[test]
fn f05_a_damaged_sqlite_file_allows_nobody_more() {
    damaged(Engine::Sqlite);
}

#[test]
fn f05_a_damaged_sled_folder_allows_nobody_more() {
    damaged(Engine::Sled);
}

/// One statement on a file, past the library.
async fn behind_its_back(place: &Path, statement: &'static str) {
    use sqlx::ConnectOptions as _;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(place);
    let mut connection = options.connect().await.unwrap();
    sqlx::raw_sql(statement).execute(&mut connection).await.unwrap();
}

#[test]
fn f05_sqlite_notices_a_changed_cell_and_a_block_that_is_gone() {
    let folder = Folder::new();
    let sound = folder.file("sound");
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    wait(base(Engine::Sqlite, &sound));
    let after = |statement: &'static str| {
        let place = folder.file("copy");
        fs::copy(&sound, &place).unwrap();
        runtime.block_on(behind_its_back(&place, statement));
        wait(async {
            let (storage, closing) = open(Engine::Sqlite, &place).await.unwrap();
            let opened = Parvis::open_shared(storage, settings(&clock())).await;
            let asked = match &opened {
                Ok(db) => Ok(allowed(db).await),
                Err(error) => Err(error.reason),
            };
            drop(opened);
            closing.close().await;
            asked
        })
    };
    let (before, _) = after("select 1").unwrap();
    // Everybody is staff of every space now: nobody is believed.
    let (allowed, noticed) = after("update parvis_member set role=role+1").unwrap();
    assert!(allowed.is_subset(&before) && noticed > 0);
    let hidden = "drop trigger parvis_g_block_delete; delete from parvis_block";
    assert_eq!(after(hidden), Err(parvis::Reason::Corrupt));
    // A host that deletes with SQL of its own deletes; nothing is wrong with the file.
    assert!(after("delete from parvis_block").is_ok());
}
