//! What the faults happen to: a store with a chain of batches, in this process or in a child of it.

use crate::folder::Folder;
use crate::load::all;
use parvis::store::conformance::wait;
use parvis::store::{
    Batch, Check, Class, CommitError, CommitId, Expect, Field, Found, Kind, LOG, NetworkId, Prepare, Read, ReadAt,
    Schema, Storage, StorageError, Table, Value, Wake, Want, Write,
};
use parvis_sled::{Flush, Sled, SledOptions};
use parvis_sqlx::{Mysql, MysqlOptions, Postgres, PostgresOptions, Sqlite, SqliteOptions};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

const ROWS: i64 = 5;
pub(crate) const NETWORK: NetworkId = NetworkId([3; 16]);
/// What a child is told: its store, the engine, and what to do.
pub(crate) const PLACE: &str = "PARVIS_FAULT_PLACE";
pub(crate) const ENGINE: &str = "PARVIS_FAULT_ENGINE";
pub(crate) const JOB: &str = "PARVIS_FAULT_JOB";
pub(crate) const POINTS: &str = "PARVIS_FAULT_POINTS";

/// How long a child may take.
const PATIENCE: Duration = Duration::from_secs(400);

/// What has to stand a fault.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Engine {
    Sqlite,
    Sled,
    /// sled that is flushed now and then: what was acknowledged may be lost, newest first.
    Lazy,
    /// On servers: the place is a URL and, after a blank, a schema or prefix.
    Postgres,
    Mysql,
}

impl Engine {
    pub(crate) const ALL: [Engine; 5] = [
        Engine::Sqlite,
        Engine::Sled,
        Engine::Lazy,
        Engine::Postgres,
        Engine::Mysql,
    ];

    pub(crate) fn name(self) -> String {
        format!("{self:?}")
    }

    /// Of the environment of a child.
    pub(crate) fn told() -> Engine {
        let name = std::env::var(ENGINE).unwrap();
        Engine::ALL.into_iter().find(|it| it.name() == name).unwrap()
    }
}

/// A store that is open.
#[derive(Clone)]
pub(crate) enum Opened {
    Sqlite(Sqlite),
    Sled(Sled),
    Postgres(Postgres),
    Mysql(Mysql),
}

impl Opened {
    /// Opens a store as it is.
    pub(crate) async fn bare(engine: Engine, path: &Path) -> Result<Opened, StorageError> {
        let sled = |flush| Sled::open(SledOptions::new(path).flush(flush).cache_bytes(4 << 20));
        Ok(match engine {
            Engine::Sqlite => Opened::Sqlite(Sqlite::open(SqliteOptions::new(path).cache_kib(4096)).await?),
            Engine::Sled => Opened::Sled(sled(Flush::Each).await?),
            Engine::Lazy => Opened::Sled(sled(Flush::Every(Duration::from_millis(5))).await?),
            Engine::Postgres => {
                let (url, schema) = path.to_str().unwrap().split_once(' ').unwrap();
                Opened::Postgres(Postgres::open(PostgresOptions::new(url).schema(schema)).await?)
            }
            Engine::Mysql => {
                let (url, prefix) = path.to_str().unwrap().split_once(' ').unwrap();
                Opened::Mysql(Mysql::open(MysqlOptions::new(url).prefix(prefix)).await?)
            }
        })
    }

    pub(crate) async fn at(engine: Engine, path: &Path) -> Opened {
        let opened = Opened::bare(engine, path).await.unwrap();
        opened.storage().prepare(&schema(), Prepare::Upgrade).await.unwrap();
        opened
    }

    pub(crate) fn storage(&self) -> Arc<dyn Storage> {
        match self {
            Opened::Sqlite(store) => Arc::new(store.clone()),
            Opened::Sled(store) => Arc::new(store.clone()),
            Opened::Postgres(store) => Arc::new(store.clone()),
            Opened::Mysql(store) => Arc::new(store.clone()),
        }
    }

    pub(crate) async fn close(&self) {
        match self {
            Opened::Sqlite(store) => store.close().await,
            Opened::Sled(store) => store.close().await,
            Opened::Postgres(store) => store.close().await,
            Opened::Mysql(store) => store.close().await,
        }
    }
}

pub(crate) fn schema() -> Schema {
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

pub(crate) fn id(number: i64) -> CommitId {
    let mut id = [7; 16];
    id[..8].copy_from_slice(&number.to_be_bytes());
    CommitId(id)
}

/// Rows, their index, two counters, a log entry and a row of the agenda, all with the number.
pub(crate) fn batch(number: i64) -> Batch {
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
    batch.wake = Some(Wake::Exactly(Some(number)));
    batch.checks.push(Check {
        table: "rows",
        key: vec![Some(Value::Int(number)), Some(Value::Int(0))],
        expect: Expect::Absent,
    });
    batch.answer = number.to_string();
    batch
}

pub(crate) async fn found(store: &dyn Storage, network: NetworkId, reads: &[Read]) -> Found {
    store.read(network, reads, ReadAt::Fresh).await.unwrap()
}

/// The number of the newest batch that can be read.
pub(crate) async fn newest(store: &dyn Storage) -> i64 {
    found(store, NETWORK, &[]).await.position.number
}

/// How a batch was refused; a condition that fails is a mistake of the test.
pub(crate) fn refused(error: CommitError) -> StorageError {
    match error {
        CommitError::Storage(error) => error,
        other => panic!("{other:?}"),
    }
}

/// Everything that was acknowledged (where it lasts before), nothing by half.
pub(crate) async fn inspect(engine: Engine, path: &Path, acknowledged: i64) -> i64 {
    let begun = Instant::now();
    let opened = Opened::at(engine, path).await;
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "reopening took {:?}",
        begun.elapsed()
    );
    let there = inspect_open(opened.storage().as_ref()).await;
    assert!(
        there >= acknowledged || engine == Engine::Lazy,
        "{acknowledged} was acknowledged, {there} is there"
    );
    opened.close().await;
    there
}

/// Nothing by half; answers the newest number that is there.
pub(crate) async fn inspect_open(store: &dyn Storage) -> i64 {
    let reads = [
        all("rows", Want::Document),
        all("rows_text", Want::Key),
        all("sums", Want::Columns),
        all(LOG, Want::Document),
    ];
    let stored = found(store, NETWORK, &reads).await;
    let there = stored.position.number;
    let (rows, by_text, sums, log) = (&stored.sets[0], &stored.sets[1], &stored.sets[2], &stored.sets[3]);
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
        assert_eq!(stored.position.commit, id(there));
        let again = store.commit(NETWORK, batch(there)).await.unwrap();
        assert!(again.repeated && again.answer == there.to_string());
        let agenda = found(store, NetworkId::SYSTEM, &[all("agenda_due", Want::Columns)]).await;
        assert_eq!(agenda.sets[0].rows[0].columns, [Some(Value::Time(there))]);
    }
    there
}

/// SQLite's own opinion of a file.
pub(crate) fn integrity(path: &Path) {
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

/// How many points a test takes: a part of them in the test run, all of them at night.
pub(crate) fn points(run: u64, night: u64) -> u64 {
    if std::env::var_os("PARVIS_NIGHTLY").is_some() {
        night
    } else {
        run
    }
}

/// One row of `docs/reliability.md`.
pub(crate) fn report(id: &str, engine: &str, points: u64, result: &str) {
    println!("reliability | {id} | {engine} | {points} | {result}");
}

/// Chance that a seed repeats; the seed is printed.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new() -> Random {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let seed =
            std::env::var("PARVIS_SEED").map_or_else(|_| now.unwrap().as_nanos() as u64, |seed| seed.parse().unwrap());
        println!("PARVIS_SEED={seed}");
        Random(seed)
    }

    /// SplitMix64.
    pub(crate) fn below(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (x ^ (x >> 31)) % below
    }
}

/// A child of this process that does a job in a store; `under` are a program and its arguments that start it.
pub(crate) fn child(under: &[&str], job: &str, engine: Engine, place: &Path, points: u64) -> Command {
    let this = std::env::current_exe().unwrap();
    let this = this.to_str().unwrap();
    let test = [
        this,
        "faults::ground::child_that_does_a_job",
        "--exact",
        "--nocapture",
        "--test-threads=1",
    ];
    let mut words = under.iter().copied().chain(test);
    let mut command = Command::new(words.next().unwrap());
    command.args(words);
    command
        .env(JOB, job)
        .env(ENGINE, engine.name())
        .env(PLACE, place)
        .env(POINTS, points.to_string())
        .stdin(Stdio::null());
    command
}

/// Runs a child to its end and answers the lines that it told; panics with all it said where it failed.
pub(crate) fn told(mut command: Command) -> Vec<String> {
    let output = command.output().unwrap();
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{}\n{out}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    let lines = out.lines().filter_map(|line| line.strip_prefix("told "));
    lines.map(str::to_owned).collect()
}

/// A child says something to its parent.
pub(crate) fn tell(what: &str) {
    let mut out = std::io::stdout();
    writeln!(out, "\ntold {what}").unwrap();
    out.flush().unwrap();
}

/// The number behind a word that a child told.
pub(crate) fn number(told: &[String], word: &str) -> u64 {
    let found = told
        .iter()
        .find_map(|line| line.strip_prefix(word)?.trim().parse().ok());
    found.unwrap_or_else(|| panic!("no `{word}` in {told:?}"))
}

/// Whether a program can be started this way; if not, a word about it.
pub(crate) fn able(words: &[&str], why: &str) -> bool {
    let status = Command::new(words[0])
        .args(&words[1..])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let able = status.is_ok_and(|status| status.success());
    if !able {
        println!("skipped: {why}");
    }
    able
}

/// Whether system calls can be made to fail or to wait.
pub(crate) fn can_inject() -> bool {
    let words = [
        "strace",
        "-f",
        "--seccomp-bpf",
        "-e",
        "trace=fsync",
        "-o",
        "/dev/null",
        "true",
    ];
    able(
        &words,
        "there is no strace here, or it may not trace (Debian: apt-get install strace)",
    )
}

/// Whether a small file system can be made, seen by one child only.
pub(crate) fn can_mount() -> bool {
    let folder = Folder::new();
    let place = folder.path().to_str().unwrap();
    let words = ["unshare", "-rm", "mount", "-t", "tmpfs", "-o", "size=1m", "none", place];
    able(&words, "no file system can be mounted here (unshare -rm, mount)")
}

/// What a child does.
#[test]
fn child_that_does_a_job() {
    let Ok(job) = std::env::var(JOB) else { return };
    let place = std::env::var(PLACE).unwrap();
    let points = std::env::var(POINTS).unwrap().parse().unwrap();
    let (engine, place) = (Engine::told(), Path::new(&place));
    // Nothing waits for ever, not even a test.
    std::thread::spawn(|| {
        std::thread::sleep(PATIENCE);
        tell("hangs");
        std::process::exit(9);
    });
    wait(async {
        match job.as_str() {
            "commit" => super::kill::commit(engine, place).await,
            "fill" => super::full::fill(engine, place, points).await,
            "limit" => super::full::limit(engine, place, points).await,
            "flush" => super::flush::flush(engine, place, points).await,
            "flip" => super::flip::flips(engine, place, points).await,
            "slow" => super::slow::slow(engine, place).await,
            "load" => super::processes::load(engine, place, points).await,
            "second" => super::processes::second(engine, place).await,
            "read_only" => super::medium::read_only(engine, place).await,
            "crowd" => super::hand_over::crowd(engine, place, points).await,
            "migrate" => super::migrate::migrate(engine, place, points).await,
            "memory" => super::memory::corpus().await,
            other => panic!("no job {other}"),
        }
    });
}
