//! One line of JSON a workload: times, a digest of the answers, memory, and what other processes took meanwhile.

use std::fs;
use std::future::Future;
use std::hint::black_box;
use std::time::Instant;

/// Times operations one by one. `foreign` is the share of the machine's processor time that others took: near 0 in a clean run.
pub(crate) struct Bench {
    peer: String,
    since: Ticks,
    /// The workloads to run; all, where none is named.
    only: Vec<String>,
}

/// Clock ticks of all processors: those at work, all of them, and ours.
#[derive(Clone, Copy)]
struct Ticks {
    busy: f64,
    all: f64,
    ours: f64,
}

impl Bench {
    pub(crate) fn new(peer: String) -> Bench {
        let only = std::env::var("ESN_ONLY").unwrap_or_default();
        Bench {
            peer,
            since: ticks(),
            only: only.split_whitespace().map(str::to_owned).collect(),
        }
    }

    /// Whether a workload is to run.
    pub(crate) fn wants(&self, workload: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == workload)
    }

    /// One untimed pass that digests every answer, then at least one and at most 50 timed passes in about 1.5 seconds.
    pub(crate) async fn run<T, F: Future<Output = T>>(
        &mut self,
        workload: &str,
        n: usize,
        mut operation: impl FnMut(usize) -> F,
        digest: impl Fn(&T) -> String,
    ) {
        if !self.wants(workload) {
            return;
        }
        let mut crc = crc32fast::Hasher::new();
        for i in 0..n {
            let answer = operation(i).await;
            crc.update(digest(&answer).as_bytes());
            crc.update(b";");
        }
        let (mut times, begun, before) = (Vec::new(), Instant::now(), worked());
        for pass in 0..50 {
            if pass > 0 && begun.elapsed().as_secs_f64() > 1.5 {
                break;
            }
            for i in 0..n {
                let start = Instant::now();
                black_box(operation(i).await);
                times.push(start.elapsed().as_nanos() as f64 / 1e3);
            }
        }
        let cpu = (worked() - before) / times.len().max(1) as f64;
        self.line(workload, times, cpu, &format!("{:08x}", crc.finalize()));
    }

    /// Times one call among others, and its processor time.
    pub(crate) async fn time<T>(&self, times: &mut Vec<(f64, f64)>, operation: impl Future<Output = T>) -> T {
        let before = worked();
        let start = Instant::now();
        let answer = operation.await;
        let took = start.elapsed().as_nanos() as f64 / 1e3;
        times.push((took, worked() - before));
        answer
    }

    /// Operations that happened once each, timed one by one; what checks them ran in between.
    pub(crate) fn timed(&mut self, workload: &str, times: &[(f64, f64)], check: &str) {
        let work = times.iter().map(|(_, work)| work).sum::<f64>() / times.len().max(1) as f64;
        self.line(workload, times.iter().map(|(took, _)| *took).collect(), work, check);
    }

    /// One operation that happens once, begun at this instant.
    pub(crate) fn once(&mut self, workload: &str, begun: Instant) {
        self.line(workload, vec![begun.elapsed().as_nanos() as f64 / 1e3], worked(), "-");
    }

    fn line(&mut self, workload: &str, mut times: Vec<f64>, cpu: f64, check: &str) {
        times.sort_by(f64::total_cmp);
        let (n, sum) = (times.len(), times.iter().sum::<f64>());
        let at = |share: f64| {
            let place = (n.saturating_sub(1) as f64 * share).round() as usize;
            times.get(place).copied().unwrap_or(0.0)
        };
        let (now, was) = (ticks(), self.since);
        let foreign = (now.busy - was.busy - (now.ours - was.ours)) / (now.all - was.all).max(1.0);
        let line = serde_json::json!({
            "peer": self.peer, "w": workload, "n": n, "median_us": at(0.5), "p99_us": at(0.99),
            "ops_s": n as f64 / sum * 1e6, "check": check, "rss_mb": resident(),
            "cpu_us": cpu, "foreign": (foreign.max(0.0) * 100.0).round() / 100.0,
        });
        println!("{line}");
        self.since = ticks();
    }
}

fn numbers(text: &str) -> Vec<f64> {
    text.split_whitespace().map(|n| n.parse().unwrap_or(0.0)).collect()
}

fn ticks() -> Ticks {
    let all = fs::read_to_string("/proc/stat").unwrap_or_default();
    let cpu = numbers(all.lines().next().unwrap_or_default().trim_start_matches("cpu"));
    let cpu = cpu.get(..8).unwrap_or_default();
    let own = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let own = numbers(own.rsplit(')').next().unwrap_or_default());
    let idle: f64 = cpu.iter().skip(3).take(2).sum();
    let sum: f64 = cpu.iter().sum();
    Ticks {
        busy: sum - idle,
        all: sum,
        ours: own.iter().skip(11).take(4).sum(),
    }
}

/// Microseconds that all threads of this process worked: a figure that other processes hardly change.
fn worked() -> f64 {
    let threads = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let nanos = threads.filter_map(|thread| {
        let stat = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        stat.split_whitespace().next()?.parse::<f64>().ok()
    });
    nanos.sum::<f64>() / 1e3
}

/// MiB of this process in memory.
fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}
