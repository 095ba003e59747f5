//! All reads of one call are of one instant.

use super::bench::{Bench, Verdict, holds};
use super::draft::{Draft, about, all, climb, count, doc, get, int, line, node, range, under};
use crate::store::{Dir, Keys, Part, Range, Read, Row, Value, Want};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Each of two readers looks this often.
const LOOKS: u64 = 200;
/// The writer ends here even where a reader does not.
const MOST_ROUNDS: u64 = 20_000;

/// Says that a reader has ended, whichever way.
struct Ended(Arc<AtomicU64>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// One thread commits the drafts of `first` and all that follow, as long as two others look at the store.
async fn while_it_writes<F>(bench: Bench, first: u64, write: fn(Draft, u64) -> Draft, look: fn(Bench) -> F) -> Verdict
where
    F: Future<Output = Verdict> + Send + 'static,
{
    let looking = Arc::new(AtomicU64::new(2));
    let work = move |bench: Bench, thread| {
        let looking = Arc::clone(&looking);
        async move {
            if thread == 0 {
                for n in first..first + MOST_ROUNDS {
                    bench.done(write(bench.draft(), n)).await?;
                    if looking.load(Ordering::Relaxed) == 0 {
                        break;
                    }
                }
                return Ok(());
            }
            let _ended = Ended(looking);
            for _ in 0..LOOKS {
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
        draft
            .put("tree", node(1), vec![None, int(n)])
            .add(count(1, None), "n", 1)
            .log("{}")
    };
    bench.done(write(bench.draft(), 1)).await?;
    while_it_writes(bench, 2, write, |bench| async move {
        let newest = Range {
            dir: Dir::Down,
            limit: 1,
            ..range("log", vec![])
        };
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
    let draft = bench
        .draft()
        .put("tree", node(1), under(None))
        .put("lines", line(1, 0, 1, 1), vec![]);
    bench.done(draft).await?;
    let write = |draft: Draft, n: u64| {
        let draft = draft.delete("lines", line(1, n - 1, 1, n)).delete("tree", node(n));
        draft
            .put("lines", line(1, n, 1, n + 1), vec![])
            .put("tree", node(n + 1), under(None))
    };
    while_it_writes(bench, 1, write, |bench| async move {
        let items = Keys::of(0, [Part::Column("item")]);
        let reads = [
            Read::Merge(range("lines", vec![int(1)])),
            Read::Get {
                table: "tree",
                keys: items,
                want: Want::Document,
            },
            all("tree"),
        ];
        let found = bench.read(&reads).await?;
        let last = |row: &Row| row.key.last().cloned();
        let items: Vec<_> = found
            .sets
            .iter()
            .map(|set| set.rows.iter().map(last).collect::<Vec<_>>())
            .collect();
        let [line, computed, all] = items.as_slice() else {
            return holds(false, "three reads have three answers");
        };
        let whole = line.len() == 1 && line == computed && line == all;
        holds(whole, format_args!("a torn read: {items:?}"))
    })
    .await
}

/// A chain of ten nodes, half of which are replaced at once.
fn chain(mut draft: Draft, round: u64) -> Draft {
    let (old, new) = if round.is_multiple_of(2) {
        (200, 100)
    } else {
        (100, 200)
    };
    for n in 0..5 {
        draft = draft.put("tree", node(n), under(Some(new + n)));
        draft = draft
            .put("tree", node(new + n), under((n < 4).then_some(n + 1)))
            .delete("tree", node(old + n));
    }
    draft
}

pub(super) async fn a_walk_is_of_one_instant(bench: Bench) -> Verdict {
    bench.done(chain(bench.draft(), 0)).await?;
    while_it_writes(bench, 1, chain, |bench| async move {
        let rows = bench.rows(climb([0], 16)).await?;
        holds(rows.len() == 10, format_args!("a torn walk: {} rows of 10", rows.len()))
    })
    .await
}
