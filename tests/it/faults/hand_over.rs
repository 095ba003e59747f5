//! F11: the process is killed between a commit and whatever follows it. What happened stands in the log, and nothing else does; who
//! follows the log later misses nothing.

use super::ground::{Engine, Opened, Random, child, points, report, tell};
use super::proxy::{AtCommit, Cut, Proxy};
use crate::folder::Folder;
use crate::load::{Load, people, whole};
use crate::places::{Served, Way};
use crate::town::NETWORK;
use parvis::due::Budget;
use parvis::operations::*;
use parvis::store::conformance::wait;
use parvis::{Config, Parvis, external};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

const WRITERS: usize = 3;
const START: Duration = Duration::from_secs(60);

async fn on(opened: &Opened) -> Parvis {
    Parvis::open_shared(opened.storage(), Config::new()).await.unwrap()
}

/// The child: people write until it is killed.
pub(super) async fn crowd(engine: Engine, place: &Path, points: u64) {
    let place = place.to_owned();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .unwrap();
    let work = runtime.spawn(async move {
        let db = on(&Opened::bare(engine, &place).await.unwrap()).await;
        let common = people(&db, WRITERS).await;
        let handles = vec![db; WRITERS];
        let load = Load::begin(&handles, common, &format!(" of {points}"));
        load.moves_on(1).await;
        tell("ready");
        std::future::pending::<()>().await;
    });
    work.await.unwrap();
}

fn spawned(engine: Engine, place: &Path, round: u64) -> Child {
    let mut child = child(&[], "crowd", engine, place, round);
    let mut child = child.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
    let begun = Instant::now();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line == "told ready"), "the child did not begin");
    assert!(begun.elapsed() < START, "the child is stuck");
    child
}

/// Kills children of one engine again and again, at any moment or, through a proxy, as soon as a commit has passed.
fn crashes(engine: Engine, name: &str, place: &Path, straight: &Path, proxy: Option<&Proxy>) {
    let rounds = points(8, 500);
    let mut random = Random::new();
    let mut texts = BTreeSet::new();
    for round in 0..rounds {
        let mut child = spawned(engine, place, round);
        std::thread::sleep(Duration::from_micros(random.below(20_000)));
        if let Some(proxy) = proxy {
            proxy.cut_at_commit(AtCommit::IsTheLast);
            let begun = Instant::now();
            while proxy.is_waiting() {
                assert!(begun.elapsed() < START, "no commit came by");
                std::hint::spin_loop();
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        if let Some(proxy) = proxy {
            // The server would keep the sessions of the dead.
            proxy.cut(Cut::Reset);
            proxy.hole(false);
        }
        if round % 8 == 7 || round + 1 == rounds {
            texts = wait(async {
                let opened = Opened::bare(engine, straight).await.unwrap();
                on(&opened).await;
                let texts = whole(opened.storage().as_ref()).await;
                opened.close().await;
                texts
            });
        }
    }
    // Whoever follows the log now finds everything in it.
    wait(async {
        let opened = Opened::bare(engine, straight).await.unwrap();
        let db = on(&opened).await;
        while db.run_due(Budget::steps(100)).await.unwrap().more {}
        let status = db.status(NETWORK).await.unwrap();
        assert!(
            status.projections.iter().all(|progress| progress.behind == 0),
            "{status:?}"
        );
        let told = db
            .act_as(NETWORK, external("w0"))
            .inbox()
            .unread(UnreadQuery::new())
            .await
            .unwrap();
        let others = |text: &&String| text.starts_with("comment ") && !text.contains(" of 0 of ");
        let comments = texts.iter().filter(others).count();
        assert!(
            told.more || told.unread as usize >= comments,
            "the author was told of {} in {comments} comments",
            told.unread
        );
        opened.close().await;
    });
    let how = if proxy.is_some() {
        "as a commit had passed"
    } else {
        "at random"
    };
    report(
        "F11",
        name,
        rounds,
        &format!(
            "killed {how}: {} items, each with its log entry, no entry without",
            texts.len()
        ),
    );
}

fn embedded(engine: Engine) {
    let folder = Folder::new();
    let place = folder.file("parvis");
    crashes(engine, &engine.name(), &place, &place, None);
}

fn served(engine: Engine, served: Served) {
    let Some(place) = served.place() else { return };
    let proxy = Proxy::to(place.port());
    let (by, straight) = (
        place.told(&Way::default().port(proxy.port())),
        place.told(&Way::default()),
    );
    crashes(
        engine,
        served.name(),
        Path::new(&by),
        Path::new(&straight),
        Some(&proxy),
    );
}

#[test]
fn f11_sqlite_that_is_killed_has_a_log_entry_for_each_change() {
    embedded(Engine::Sqlite);
}

#[test]
fn f11_sled_that_is_killed_has_a_log_entry_for_each_change() {
    embedded(Engine::Sled);
}

#[test]
fn f11_who_is_killed_after_a_commit_on_postgres_leaves_a_log_entry_for_each_change() {
    served(Engine::Postgres, Served::Postgres);
}

#[test]
fn f11_who_is_killed_after_a_commit_on_mysql_leaves_a_log_entry_for_each_change() {
    served(Engine::Mysql, Served::Mysql);
}
