//! People who write into one network from several handles, whatever happens to these; and what must be true of what is stored
//! afterwards.

use crate::town::NETWORK;
use parvis::items::Place;
use parvis::operations::*;
use parvis::store::{Dir, Keys, LOG, NetworkId, Range, Read, ReadAt, Rows, Storage, Value, Want};
use parvis::{Actor, Code, Error, ItemId, Parvis, external};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// How long nothing may be acknowledged.
const PATIENCE: Duration = Duration::from_secs(60);

/// What writers have seen so far.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Commands that were acknowledged.
    pub(crate) written: AtomicUsize,
    /// How often one was told that the outcome is not known.
    pub(crate) unsure: AtomicUsize,
    /// How often one was told that the store is away or busy.
    pub(crate) away: AtomicUsize,
}

/// Writers at work: each posts, comments and reacts, and repeats a command under its key until it is acknowledged.
pub(crate) struct Load {
    pub(crate) seen: Arc<Seen>,
    stop: Arc<AtomicBool>,
    writers: Vec<JoinHandle<Vec<String>>>,
}

/// Counts what a writer is told; the answer, where there is one.
async fn told<T>(seen: &Seen, answer: Result<T, Error>) -> Option<T> {
    let count = match &answer {
        Ok(_) => &seen.written,
        Err(error) if error.code() == Code::OutcomeUnknown => &seen.unsure,
        Err(error) if error.code() == Code::Unavailable => &seen.away,
        Err(error) => panic!("{error:?}"),
    };
    count.fetch_add(1, Ordering::Relaxed);
    if answer.is_err() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    answer.ok()
}

/// One command of each kind; the texts that were written.
async fn round(seen: &Seen, me: &Actor, name: &str, common: ItemId, n: usize) -> [String; 2] {
    let (post, comment) = (format!("post {n} of {name}"), format!("comment {n} of {name}"));
    let new = NewItem::new(post.clone())
        .place(Place::Network)
        .idempotency_key(post.clone());
    while told(seen, me.items().create(new.clone()).await).await.is_none() {}
    let new = NewComment::new(common, comment.clone()).idempotency_key(comment.clone());
    while told(seen, me.items().comment(new.clone()).await).await.is_none() {}
    if n.is_multiple_of(2) {
        while told(seen, me.items().react(React::new(common)).await).await.is_none() {}
    } else {
        while told(seen, me.items().unreact(Unreact::new(common)).await)
            .await
            .is_none()
        {}
    }
    [post, comment]
}

/// So many people, and the post that all of them comment on.
pub(crate) async fn people(db: &Parvis, writers: usize) -> ItemId {
    let people = db.system(NETWORK, "hr").people();
    for writer in 0..writers {
        let name = format!("w{writer}");
        people.put(PutPerson::new(external(&*name), &*name)).await.unwrap();
    }
    let first = db.act_as(NETWORK, external("w0"));
    let common = NewItem::new("all at once")
        .place(Place::Network)
        .idempotency_key("common");
    first.items().create(common).await.unwrap().id.0
}

impl Load {
    /// Lets one writer work on each handle; within a runtime of tokio. `tag` makes their words differ from those of others.
    pub(crate) fn begin(handles: &[Parvis], common: ItemId, tag: &str) -> Load {
        let (seen, stop) = (Arc::<Seen>::default(), Arc::<AtomicBool>::default());
        let writers = handles.iter().cloned().enumerate().map(|(writer, db)| {
            let (seen, stop, name) = (Arc::clone(&seen), Arc::clone(&stop), format!("{writer}{tag}"));
            tokio::spawn(async move {
                let me = db.act_as(NETWORK, external(format!("w{writer}")));
                let mut texts = Vec::new();
                for n in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    texts.extend(round(&seen, &me, &name, common, n).await);
                }
                texts
            })
        });
        let writers = writers.collect();
        Load { seen, stop, writers }
    }

    pub(crate) fn written(&self) -> usize {
        self.seen.written.load(Ordering::Relaxed)
    }

    /// Waits until so many more commands were acknowledged.
    pub(crate) async fn moves_on(&self, more: usize) {
        let until = self.written() + more;
        let (mut last, mut moved) = (self.written(), Instant::now());
        while last < until {
            assert!(
                moved.elapsed() < PATIENCE,
                "nothing is acknowledged any more: {:?}",
                self.seen
            );
            tokio::time::sleep(Duration::from_millis(1)).await;
            if self.written() > last {
                (last, moved) = (self.written(), Instant::now());
            }
        }
    }

    /// Ends it; the texts that were acknowledged.
    pub(crate) async fn end(self) -> BTreeSet<String> {
        self.stop.store(true, Ordering::Relaxed);
        let mut texts = BTreeSet::new();
        for writer in self.writers {
            texts.extend(writer.await.unwrap());
        }
        texts
    }
}

/// All rows of a table of the network.
pub(crate) fn all(index: &'static str, want: Want) -> Read {
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

fn id(value: Option<&Option<Value>>) -> ItemId {
    match value {
        Some(Some(Value::Id(bytes))) => ItemId::from_bytes(*bytes),
        other => panic!("no id: {other:?}"),
    }
}

fn sum(rows: &Rows) -> i64 {
    let numbers = rows.rows.iter().map(|row| match row.columns[0] {
        Some(Value::Int(n)) => n,
        _ => panic!("no number: {row:?}"),
    });
    numbers.sum()
}

/// Nothing by half: each item has its log entry, its words and its place in timelines or a thread, each counter counts what is
/// there, the log has no gap; and no text stands twice. Answers the texts.
pub(crate) async fn whole(storage: &dyn Storage) -> BTreeSet<String> {
    let reads = [
        all("item", Want::Key),
        all("text", Want::Document),
        all("timeline", Want::Key),
        all("comment", Want::Key),
        all("comment_count", Want::Columns),
        all("reaction", Want::Key),
        all("reaction_count", Want::Columns),
        all(LOG, Want::Document),
    ];
    let found = storage
        .read(NetworkId::named(NETWORK), &reads, ReadAt::Fresh)
        .await
        .unwrap();
    let [
        items,
        texts,
        timelines,
        comments,
        comment_counts,
        reactions,
        reaction_counts,
        log,
    ] = found.sets.as_slice()
    else {
        panic!("{} sets", found.sets.len());
    };
    let items: BTreeSet<ItemId> = items.rows.iter().map(|row| id(row.key.first())).collect();
    let mut created = BTreeSet::new();
    for (at, row) in (1_i64..).zip(&log.rows) {
        assert_eq!(row.key, [Some(Value::Int(at))], "the log has a gap");
        let entry: serde_json::Value = serde_json::from_str(row.document.as_deref().unwrap()).unwrap();
        if entry["verb"] == "create" {
            let item = serde_json::from_value(entry["item"].clone()).unwrap();
            assert!(created.insert(item), "{item:?} was made twice");
        }
    }
    assert_eq!(log.rows.len() as i64, found.position.number, "entries and position");
    assert_eq!(created, items, "log entries and items");
    let worded: BTreeSet<ItemId> = texts.rows.iter().map(|row| id(row.key.first())).collect();
    assert_eq!(worded, items, "words and items");
    let mut placed = BTreeMap::<ItemId, usize>::new();
    for row in &timelines.rows {
        *placed.entry(id(row.key.get(3))).or_default() += 1;
    }
    let times: BTreeSet<usize> = placed.values().copied().collect();
    assert_eq!(times.len(), 1, "every post stands in as many timelines as every other");
    let threads: BTreeSet<ItemId> = comments.rows.iter().map(|row| id(row.key.get(2))).collect();
    let both: BTreeSet<ItemId> = placed.into_keys().chain(threads.iter().copied()).collect();
    assert_eq!(both, items, "timelines, threads and items");
    assert_eq!(sum(comment_counts), threads.len() as i64, "comments counted and there");
    assert_eq!(
        sum(reaction_counts),
        reactions.rows.len() as i64,
        "reactions counted and there"
    );
    let mut out = BTreeSet::new();
    for row in &texts.rows {
        let document: serde_json::Value = serde_json::from_str(row.document.as_deref().unwrap()).unwrap();
        let text = document["source"].as_str().unwrap().to_owned();
        assert!(out.insert(text), "twice: {document}");
    }
    out
}

/// As [`whole`], and all that was acknowledged is there, and nothing but that.
pub(crate) async fn exactly(storage: &dyn Storage, mut acknowledged: BTreeSet<String>) {
    acknowledged.insert("all at once".to_owned());
    assert_eq!(
        whole(storage).await,
        acknowledged,
        "what is there and what was acknowledged"
    );
}
