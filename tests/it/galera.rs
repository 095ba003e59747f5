//! A cluster of three MariaDB nodes: the conformance kit by way of one node, and by way of all of them at once; nodes that are
//! killed. `scripts/galera` makes one.

use crate::faults::ground::{points, report};
use crate::load::{Load, people, whole};
use crate::mysql::MysqlPlace;
use crate::places::{Served, Way};
use crate::servers::block_on;
use async_trait::async_trait;
use parvis::store::conformance::{Kit, Report, cases};
use parvis::store::{
    Batch, CommitError, Committed, Found, NetworkId, Prepare, Prepared, Read, ReadAt, Schema, Storage, StorageError,
};
use parvis::{Config, Parvis};
use parvis_sqlx::{Mysql, MysqlOptions};
use std::collections::BTreeSet;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

const WRITERS: usize = 4;

/// A cluster that runs, for one test at a time: what one does to a node another one would take for an anomaly.
struct Cluster {
    _alone: MutexGuard<'static, ()>,
    folder: String,
    urls: Vec<String>,
}

impl Cluster {
    fn find() -> Option<Cluster> {
        let Ok(said) = std::env::var("PARVIS_TEST_GALERA") else {
            println!("skipped: no `PARVIS_TEST_GALERA`; scripts/galera makes a cluster");
            return None;
        };
        let mut said = said.split(',').map(str::to_owned);
        static ONE: Mutex<()> = Mutex::new(());
        Some(Cluster {
            _alone: ONE.lock().unwrap_or_else(PoisonError::into_inner),
            folder: said.next().unwrap(),
            urls: said.collect(),
        })
    }

    /// Tells the script something of a node, by its number from 0.
    fn tell(&self, word: &str, node: usize) {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/galera");
        let number = (node + 1).to_string();
        let done = Command::new(script).args([word, &self.folder, &number]).status();
        assert!(done.unwrap().success(), "{word} {number}");
    }
}

/// Each call goes to the next node.
struct Around {
    nodes: Vec<Mysql>,
    next: AtomicUsize,
}

impl Around {
    fn node(&self) -> &Mysql {
        &self.nodes[self.next.fetch_add(1, Ordering::Relaxed) % self.nodes.len()]
    }
}

#[async_trait]
impl Storage for Around {
    async fn prepare(&self, schema: &Schema, mode: Prepare) -> Result<Prepared, StorageError> {
        let mut prepared = self.nodes[0].prepare(schema, mode).await?;
        for node in &self.nodes[1..] {
            prepared.changed |= node.prepare(schema, mode).await?.changed;
        }
        Ok(prepared)
    }

    async fn read(&self, network: NetworkId, reads: &[Read], at: ReadAt) -> Result<Found, StorageError> {
        self.node().read(network, reads, at).await
    }

    async fn commit(&self, network: NetworkId, batch: Batch) -> Result<Committed, CommitError> {
        self.node().commit(network, batch).await
    }
}

/// The cases of the kit that these nodes break, one call at one node and the next at the next one.
fn broken(urls: Vec<String>) -> (usize, Vec<String>) {
    let place = {
        let first = urls[0].clone();
        move || MysqlPlace::at(&first)
    };
    let open = move |place: MysqlPlace| {
        let urls = urls.clone();
        async move {
            let mut nodes = Vec::new();
            for url in &urls {
                let options = MysqlOptions::new(url).prefix(place.prefix()).readers(2).writers(2);
                nodes.push(Mysql::open(options).await.unwrap());
            }
            Around {
                nodes,
                next: AtomicUsize::new(0),
            }
        }
    };
    let kit = Kit::reopening(place, open).shared();
    let (mut run, mut broken) = (0, Vec::new());
    for case in cases() {
        match case.run(&kit) {
            Report::Passed => run += 1,
            Report::NotApplicable(_) => {}
            Report::Failed(how) => {
                run += 1;
                let how = how.lines().next().unwrap_or_default().to_owned();
                broken.push(format!("{}: {how}", case.path()));
            }
        }
    }
    (run, broken)
}

#[test]
fn galera_passes_the_kit_by_way_of_one_node() {
    let Some(cluster) = Cluster::find() else { return };
    let (run, broken) = broken(cluster.urls[..1].to_vec());
    assert!(run > 150, "{run} cases");
    assert_eq!(broken, [""; 0]);
    report("kit", "Galera, one node", run as u64, "every case kept");
}

#[test]
fn galera_by_way_of_all_nodes_is_counted() {
    let Some(cluster) = Cluster::find() else { return };
    let (run, broken) = broken(cluster.urls.clone());
    assert!(run > 150, "{run} cases");
    broken.iter().for_each(|case| println!("broken: {case}"));
    let result = format!("{} of {run} cases broken", broken.len());
    report("kit", "Galera, all nodes at once", run as u64, &result);
}

/// The node that is written to is killed while many write, and comes back.
#[test]
fn galera_kills_are_counted() {
    let Some(cluster) = Cluster::find() else { return };
    block_on(async {
        let place = Served::Mysql.at(&cluster.urls[0]);
        let mut handles = Vec::new();
        for _ in 0..WRITERS {
            let storage = place.open(&Way::default()).await;
            handles.push(Parvis::open_shared(storage, Config::new()).await.unwrap());
        }
        let common = people(&handles[0], WRITERS).await;
        let load = Load::begin(&handles, common, "");
        let rounds = points(3, 20);
        let mut back = Duration::ZERO;
        for _ in 0..rounds {
            load.moves_on(20).await;
            cluster.tell("kill", 0);
            cluster.tell("join", 0);
            let up = Instant::now();
            load.moves_on(1).await;
            back = back.max(up.elapsed());
        }
        let commands = load.written();
        let acknowledged = load.end().await;
        let mut lost = BTreeSet::new();
        for url in &cluster.urls {
            let port = Served::Mysql.at(url).port();
            let storage = place.open(&Way::default().port(port)).await;
            Parvis::open_shared(storage.clone(), Config::new()).await.unwrap();
            let there = whole(storage.as_ref()).await;
            lost.extend(acknowledged.difference(&there).cloned());
        }
        let result = format!(
            "{commands} commands, the node that is written to killed and joined again: {} acknowledged writes lost, nothing by half; \
             first good call {} ms after it had joined",
            lost.len(),
            back.as_millis()
        );
        report("kills", "Galera", rounds, &result);
        println!("{lost:?}");
    });
}
