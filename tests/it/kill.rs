//! Stores when the process is killed while it writes: what was acknowledged is there, and nothing is there by half.

use crate::folder::Folder;
use parvis::store::conformance::wait;
use parvis::store::{
    Batch, Class, CommitId, Dir, Expect, Field, Found, Keys, Kind, LOG, NetworkId, Prepare, Range, Read, ReadAt,
    Schema, Storage, Table, Value, Want, Write,
};
use parvis_sled::{Flush, Sled, SledOptions};
use parvis_sqlx::Sqlite;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

const KILLS: u64 = 100;
/// Kills of one file, one after the other.
const ROUNDS: u64 = 10;
const ROWS: i64 = 5;
/// Where the child finds its store, and which one it is.
const PLACE: &str = "PARVIS_KILL_PLACE";
const ENGINE: &str = "PARVIS_KILL_ENGINE";
const NETWORK: NetworkId = NetworkId([3; 16]);
const START: Duration = Duration::from_secs(60);

/// What is killed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Engine {
    Sqlite,
    Sled,
    /// sled that is flushed now and then: what was acknowledged may be lost, newest first.
    Lazy,
}

impl Engine {
    const ALL: [Engine; 3] = [Engine::Sqlite, Engine::Sled, Engine::Lazy];

    fn name(self) -> String {
        format!("{self:?}")
    }
}

/// A store that is open.
enum Opened {
    Sqlite(Sqlite),
    Sled(Sled),
}

impl Opened {
    async fn at(engine: Engine, path: &Path) -> Opened {
        let sled = |flush| Sled::open(SledOptions::new(path).flush(flush).cache_bytes(4 << 20));
        let opened = match engine {
            Engine::Sqlite => Opened::Sqlite(Sqlite::open(path).await.unwrap()),
            Engine::Sled => Opened::Sled(sled(Flush::Each).await.unwrap()),
            Engine::Lazy => Opened::Sled(sled(Flush::Every(Duration::from_millis(5))).await.unwrap()),
        };
        opened.storage().prepare(&schema(), Prepare::Upgrade).await.unwrap();
        opened
    }

    fn storage(&self) -> Arc<dyn Storage> {
        match self {
            Opened::Sqlite(store) => Arc::new(store.clone()),
            Opened::Sled(store) => Arc::new(store.clone()),
        }
    }

    async fn close(&self) {
        match self {
            Opened::Sqlite(store) => store.close().await,
            Opened::Sled(store) => store.close().await,
        }
    }
}

fn schema() -> Schema {
    let batch = Field::new("batch", Kind::Int);
    let rows = Table::new("rows", [batch.clone(), Field::new("row", Kind::Int)])
        .columns([Field::new("text", Kind::Text)])
        .document()
        .index("rows_text", ["text"]);
    let sums = Table::new("sums", [Field::new("one", Kind::Int)])
        .class(Class::Counters)
        .columns([Field::new("batches", Kind::Int), Field::new("newest", Kind::Int)]);
    Schema::new(1, 1, [rows, sums])
}

fn id(number: i64) -> CommitId {
    let mut id = [7; 16];
    id[..8].copy_from_slice(&number.to_be_bytes());
    CommitId(id)
}

/// Rows, their index, two counters, a log entry and a row of the agenda, all with the number.
fn batch(number: i64) -> Batch {
    let mut batch = Batch::new(id(number), [9; 16], number);
    let one = || vec![Some(Value::Int(1))];
    for row in 0..ROWS {
        batch.writes.push(Write::Put {
            table: "rows",
            key: vec![Some(Value::Int(number)), Some(Value::Int(row))],
            columns: vec![Some(Value::Text(format!("row {row} of {number}")))],
            document: Some(format!("{{\"filling\":\"{}\"}}", "x".repeat(2_000))),
        });
    }
    batch.writes.push(Write::Add {
        table: "sums",
        key: one(),
        column: "batches",
        n: 1,
        at_least: None,
        at_most: None,
    });
    batch.writes.push(Write::Max {
        table: "sums",
        key: one(),
        column: "newest",
        value: number,
    });
    batch.log.push(format!("{{\"batch\":{number}}}"));
    batch.wake = Some(parvis::store::Wake::Exactly(Some(number)));
    batch.checks.push(parvis::store::Check {
        table: "rows",
        key: vec![Some(Value::Int(number)), Some(Value::Int(0))],
        expect: Expect::Absent,
    });
    batch.answer = number.to_string();
    batch
}

fn whole(index: &'static str, want: Want) -> Read {
    Read::Scan(Range {
        index,
        prefixes: Keys::given([Vec::new()]),
        from: Vec::new(),
        to: Vec::new(),
        dir: Dir::Up,
        limit: u32::MAX,
        want,
    })
}

async fn found(store: &dyn Storage, network: NetworkId, reads: &[Read]) -> Found {
    store.read(network, reads, ReadAt::Fresh).await.unwrap()
}

/// The child: commits batch after batch and says so after each acknowledgement.
#[test]
fn child_that_is_killed() {
    let Ok(place) = std::env::var(PLACE) else { return };
    let engine = std::env::var(ENGINE).unwrap();
    let engine = Engine::ALL.into_iter().find(|it| it.name() == engine).unwrap();
    wait(async {
        let opened = Opened::at(engine, Path::new(&place)).await;
        let store = opened.storage();
        let first = found(store.as_ref(), NETWORK, &[]).await.position.number + 1;
        let mut out = std::io::stdout();
        writeln!(out, "\nready").unwrap();
        out.flush().unwrap();
        for number in first.. {
            let committed = store.commit(NETWORK, batch(number)).await.unwrap();
            assert_eq!(committed.position.number, number);
            writeln!(out, "done {number}").unwrap();
            out.flush().unwrap();
        }
    });
}

fn child(engine: Engine, path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "kill::child_that_is_killed",
            "--exact",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(PLACE, path)
        .env(ENGINE, engine.name())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Kills a child after some acknowledgements and a moment; answers the newest number that it acknowledged.
fn kill(engine: Engine, path: &Path, after: u64, moment: Duration) -> Option<i64> {
    let mut child = child(engine, path);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.by_ref().any(|line| line == "ready"), "the child did not begin");
    let number = |line: String| line.strip_prefix("done ").and_then(|n| n.parse::<i64>().ok());
    let mut newest = None;
    let begun = Instant::now();
    for line in lines.by_ref().take(after as usize) {
        assert!(begun.elapsed() < START, "the child is stuck");
        newest = number(line).or(newest);
    }
    let since = Instant::now();
    while since.elapsed() < moment {
        std::hint::spin_loop();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What still lies in the pipe was acknowledged as well.
    lines.filter_map(number).last().or(newest)
}

/// Everything that was acknowledged (where it lasts before), nothing by half.
async fn inspect(engine: Engine, path: &Path, acknowledged: i64) -> i64 {
    let begun = Instant::now();
    let opened = Opened::at(engine, path).await;
    let store = opened.storage();
    let store = store.as_ref();
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "reopening took {:?}",
        begun.elapsed()
    );
    let reads = [
        whole("rows", Want::Document),
        whole("rows_text", Want::Key),
        whole("sums", Want::Columns),
        whole(LOG, Want::Document),
    ];
    let all = found(store, NETWORK, &reads).await;
    let there = all.position.number;
    assert!(
        there >= acknowledged || engine == Engine::Lazy,
        "{acknowledged} was acknowledged, {there} is there"
    );
    let (rows, by_text, sums, log) = (&all.sets[0], &all.sets[1], &all.sets[2], &all.sets[3]);
    assert_eq!(rows.rows.len() as i64, there * ROWS);
    assert_eq!(by_text.rows.len() as i64, there * ROWS);
    for (at, row) in rows.rows.iter().enumerate() {
        let (number, row_number) = (at as i64 / ROWS + 1, at as i64 % ROWS);
        assert_eq!(row.key, [Some(Value::Int(number)), Some(Value::Int(row_number))]);
        assert_eq!(row.stamp, Some(id(number)));
        let put = Write::Put {
            table: "rows",
            key: row.key.clone(),
            columns: row.columns.clone(),
            document: row.document.clone(),
        };
        assert_eq!(put, batch(number).writes[row_number as usize]);
    }
    let sums: Vec<_> = sums.rows.iter().map(|row| row.columns.clone()).collect();
    let expected = vec![vec![Some(Value::Int(there)), Some(Value::Int(there))]];
    assert_eq!(sums, if there == 0 { Vec::new() } else { expected });
    let entries: Vec<_> = log
        .rows
        .iter()
        .map(|row| (row.key.clone(), row.document.clone()))
        .collect();
    let expected: Vec<_> = (1..=there)
        .map(|n| (vec![Some(Value::Int(n))], Some(format!("{{\"batch\":{n}}}"))))
        .collect();
    assert_eq!(entries, expected);
    if there > 0 {
        assert_eq!(all.position.commit, id(there));
        let again = store.commit(NETWORK, batch(there)).await.unwrap();
        assert!(again.repeated && again.answer == there.to_string());
        let agenda = found(store, NetworkId::SYSTEM, &[whole("agenda_due", Want::Columns)]).await;
        assert_eq!(agenda.sets[0].rows[0].columns, [Some(Value::Time(there))]);
    }
    opened.close().await;
    there
}

fn integrity(path: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let answer: String = runtime.block_on(async {
        use sqlx::ConnectOptions as _;
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
        let mut connection = options.connect().await.unwrap();
        sqlx::query_scalar("pragma integrity_check")
            .fetch_one(&mut connection)
            .await
            .unwrap()
    });
    assert_eq!(answer, "ok");
}

/// Kills children of one engine again and again.
fn kills(engine: Engine) {
    let now = || {
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
    };
    let seed = std::env::var("PARVIS_SEED").map_or_else(|_| now().as_nanos() as u64, |seed| seed.parse().unwrap());
    let kills = std::env::var("PARVIS_KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    println!("PARVIS_SEED={seed}");
    let mut state = seed;
    // SplitMix64.
    let mut random = |below: u64| {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = state;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (x ^ (x >> 31)) % below
    };
    let (mut unacknowledged, mut lost) = (0, 0);
    for _ in 0..kills / ROUNDS {
        let folder = Folder::new();
        let path = folder.file("parvis.db");
        let mut before = 0;
        for _ in 0..ROUNDS {
            let newest = kill(engine, &path, random(12), Duration::from_micros(random(3_000))).unwrap_or(before);
            before = wait(inspect(engine, &path, newest));
            unacknowledged += u64::from(before > newest);
            lost += (newest - before).max(0);
        }
        if engine == Engine::Sqlite {
            integrity(&path);
        }
    }
    println!("{engine:?}: {kills} kills, {unacknowledged} between commit and acknowledgement, {lost} batches lost");
}

#[test]
fn f01_sqlite_kill_at_100_random_writes() {
    kills(Engine::Sqlite);
}

#[test]
fn f01_sled_kill_at_100_random_writes() {
    kills(Engine::Sled);
}

#[test]
fn f01_sled_that_is_flushed_now_and_then_loses_the_newest_batches_whole() {
    kills(Engine::Lazy);
}
