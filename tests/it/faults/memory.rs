//! F26: little memory. Whatever comes in is refused or taken within 64 MiB above what the process had before.

use super::ground::{Engine, child, number, points, report, tell, told};
use crate::folder::Folder;
use crate::town::{Town, act, clock, settings, town};
use parvis::operations::TABLE;
use parvis::{Code, Parvis};
use serde_json::json;
use std::path::{Path, PathBuf};

/// KiB above what the process takes before the first request.
const ROOM: u64 = 64 * 1024;
/// Where the child finds the corpora; absent where it only says how much it takes before.
const CORPUS: &str = "PARVIS_FAULT_CORPUS";

/// The bytes of all files of a folder and those below it.
fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files(&path, into);
        } else {
            into.push(path);
        }
    }
}

const SIZE: usize = 12 << 20;

/// Large inputs that need no corpus. The caller holds them already, so what is done with them must be small.
const LARGE: [fn() -> Vec<u8>; 10] = [
    || text(b"{\"body\":\"", b"x", b"\"}"),
    || {
        text(
            b"{\"on\":{\"type\":\"external\",\"id\":\"lab1\"},\"body\":\"",
            b"x",
            b"\"}",
        )
    },
    || text(b"{\"external\":{\"id\":\"", b"x", b"\"},\"name\":\"x\"}"),
    || text(b"{\"cursor\":\"", b"x", b"\"}"),
    || {
        text(
            b"{\"idempotency_key\":\"",
            b"x",
            b"\",\"name\":\"x\",\"visibility\":\"open\"}",
        )
    },
    || text(b"", b"[", b""),
    || text(b"", b"{\"a\":", b""),
    || text(b"{\"rows\":[", b"{},", b"{}]}"),
    || text(b"{\"items\":[", b"0,", b"0]}"),
    || text(b"{\"body\":\"", b"\\u0041", b"\"}"),
];

fn text(before: &[u8], repeated: &[u8], after: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(SIZE + 256);
    bytes.extend_from_slice(before);
    while bytes.len() < SIZE {
        bytes.extend_from_slice(repeated);
    }
    bytes.extend_from_slice(after);
    bytes
}

async fn ask(db: &Parvis, bytes: &[u8]) -> u64 {
    let mut asked = 0;
    for row in TABLE {
        for actor in [act(db, "ana"), db.system(crate::town::NETWORK, "host")] {
            if let Err(error) = actor.call(row.name, bytes).await {
                let typed = !matches!(error.code(), Code::Internal | Code::Unavailable | Code::OutcomeUnknown);
                assert!(typed, "{} answers {error}", row.name);
            }
            asked += 1;
        }
    }
    asked
}

/// The child: everything into every operation, as a request and as the words of a post.
pub(super) async fn corpus() {
    let town: Town = town(0).await;
    let peak = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmPeak:")).unwrap();
        line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap()
    };
    let before = peak();
    tell(&format!("before {before}"));
    let Ok(corpus) = std::env::var(CORPUS) else { return };
    let mut paths = Vec::new();
    files(Path::new(&corpus), &mut paths);
    let mut requests = 0;
    // A twelfth of the files in the test run, another one each day.
    let day = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs() / 86_400;
    let parts = points(12, 1);
    for (_, path) in (day..).zip(&paths).filter(|(number, _)| number % parts == 0) {
        // What is stored stays in memory: a new store for each file.
        let db = Parvis::open(town.memory.fork(), settings(&clock())).await.unwrap();
        let bytes = std::fs::read(path).unwrap();
        requests += ask(&db, &bytes).await;
        let words = String::from_utf8_lossy(&bytes);
        let post = json!({"body": words, "place": {"type": "network"}});
        let post = serde_json::to_vec(&post).unwrap();
        requests += 1;
        if let Err(error) = act(&db, "ana").call("items.create", &post).await {
            assert_ne!(error.code(), Code::Internal, "{}", path.display());
        }
    }
    for make in LARGE.into_iter().step_by(usize::try_from(points(3, 1)).unwrap()) {
        let bytes = make();
        let db = Parvis::open(town.memory.fork(), settings(&clock())).await.unwrap();
        requests += ask(&db, &bytes).await;
    }
    tell(&format!("files {}", paths.len() as u64 / parts));
    tell(&format!("requests {requests}"));
    tell(&format!("peak {}", peak() - before));
}

#[test]
fn f26_whatever_comes_in_takes_at_most_64_mib() {
    let folder = Folder::new();
    let run = |limit: Option<u64>| {
        // The heap of each further thread would reserve 64 MiB of addresses that nobody uses.
        let script = match limit {
            Some(limit) => format!("ulimit -v {limit}; exec \"$@\""),
            None => "exec \"$@\"".to_owned(),
        };
        let mut command = child(&["sh", "-c", &script, "sh"], "memory", Engine::Sqlite, folder.path(), 0);
        command.env("MALLOC_ARENA_MAX", "1");
        if limit.is_some() {
            let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared");
            let shared = std::env::var_os("PARVIS_SHARED").map_or_else(beside, PathBuf::from);
            command.env(CORPUS, shared.join("data/badinput"));
        }
        told(command)
    };
    let before = number(&run(None), "before ");
    // Another allocation failing ends the child.
    let lines = run(Some(before + ROOM));
    let count = number(&lines, "files ");
    if count == 0 {
        println!("skipped: no `data/badinput` under `PARVIS_SHARED`; what was made here ran");
    }
    let result = format!(
        "{count} files and large inputs of 12 MiB into every operation: {} KiB above what was there, limit {ROOM}",
        number(&lines, "peak ")
    );
    report("F26", "parsers", number(&lines, "requests "), &result);
}
