//! All reads of one call are of one instant.

use super::bench::{Bench, Verdict, holds};
use super::draft::{Draft, about, all, climb, count, doc, get, int, line, node, range, under};
use crate::store::{Dir, Keys, Part, Range, Read, Row, Value, Want};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Says that the writer has ended, whichever way.
struct Ended(Arc<AtomicBool>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// One thread commits the drafts of `rounds`; two others look at the store until it has ended.
async fn while_it_writes<F>(
    bench: Bench,
    rounds: RangeInclusive<u64>,
    write: fn(Draft, u64) -> Draft,
    look: fn(Bench) -> F,
) -> Verdict
where
    F: Future<Output = Verdict> + Send + 'static,
{
    let over = Arc::new(AtomicBool::new(false));
    let work = move |bench: Bench, thread| {
        let (over, rounds) = (Arc::clone(&over), rounds.clone());
        async move {
            if thread == 0 {
                let _ended = Ended(over);
                for n in rounds {
                    bench.done(write(bench.draft(), n)).await?;
                }
                return Ok(());
            }
            while !over.load(Ordering::Relaxed) {
                look(bench.clone()).await?;
            }
            Ok(())
        }
    };
    bench.threads(3, work).await.map(|_| ())
}

/// The same number goes into several tables, an index, a counter and the log's length.
pub(super) async fn a_read_of_several_tables_is_never_torn(bench: Bench) -> Verdict {
    let write = |draft: Draft, n: u64| {
        let n = n.cast_signed();
        let draft = draft.put("docs", doc(1, None, None), about(Some(n), n, None));
        draft.put("tree", node(1), vec![None, int(n)]).add(count(1, None), "n", 1).log("{}")
    };
    bench.done(write(bench.draft(), 1)).await?;
    while_it_writes(bench, 2..=150, write, |bench| async move {
        let newest = Range { dir: Dir::Down, limit: 1, ..range("log", vec![]) };
        let reads = [
            get("docs", [doc(1, None, None)]),
            all("docs_score"),
            get("tree", [node(1)]),
            all("counts"),
            Read::Scan(newest),
        ];
        let found = bench.read(&reads).await?;
        let rows: Vec<&Row> = found.sets.iter().filter_map(|set| set.rows.first()).collect();
        let [doc, index, tree, counter, newest] = rows.as_slice() else {
            return holds(false, format_args!("five reads found rows in {} tables", rows.len()));
        };
        let number = |parts: &[Option<Value>], n: usize| parts.get(n).cloned().flatten();
        let seen = [
            number(&doc.columns, 0),
            number(&index.columns, 0),
            number(&tree.columns, 1),
            number(&counter.columns, 0),
            number(&newest.key, 0),
        ];
        let position = int(found.position.number);
        let whole = seen.iter().all(|number| *number == position);
        holds(whole, format_args!("a torn read at {position:?}: {seen:?}"))
    })
    .await
}

/// An item of a timeline is replaced, its node with it: whoever follows `Of` finds exactly that node.
pub(super) async fn computed_keys_are_read_in_the_same_instant(bench: Bench) -> Verdict {
    let draft = bench.draft().put("tree", node(1), under(None)).put("lines", line(1, 0, 1, 1), vec![]);
    bench.done(draft).await?;
    let write = |draft: Draft, n: u64| {
        let draft = draft.delete("lines", line(1, n - 1, 1, n)).delete("tree", node(n));
        draft.put("lines", line(1, n, 1, n + 1), vec![]).put("tree", node(n + 1), under(None))
    };
    while_it_writes(bench, 1..=150, write, |bench| async move {
        let items = Keys::of(0, [Part::Column("item")]);
        let reads = [
            Read::Merge(range("lines", vec![int(1)])),
            Read::Get { table: "tree", keys: items, want: Want::Document },
            all("tree"),
        ];
        let found = bench.read(&reads).await?;
        let sizes: Vec<usize> = found.sets.iter().map(|set| set.rows.len()).collect();
        holds(sizes == [1, 1, 1], format_args!("a torn read: {sizes:?} rows"))
    })
    .await
}

/// A chain of ten nodes, half of which are replaced at once.
fn chain(mut draft: Draft, round: u64) -> Draft {
    let (old, new) = if round.is_multiple_of(2) { (200, 100) } else { (100, 200) };
    for n in 0..5 {
        draft = draft.put("tree", node(n), under(Some(new + n)));
        draft = draft.put("tree", node(new + n), under((n < 4).then_some(n + 1))).delete("tree", node(old + n));
    }
    draft
}

pub(super) async fn a_walk_is_of_one_instant(bench: Bench) -> Verdict {
    bench.done(chain(bench.draft(), 0)).await?;
    while_it_writes(bench, 1..=100, chain, |bench| async move {
        let rows = bench.rows(climb([0], 16)).await?;
        holds(rows.len() == 10, format_args!("a torn walk: {} rows of 10", rows.len()))
    })
    .await
}
