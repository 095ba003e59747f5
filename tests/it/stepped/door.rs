//! A storage that parks: the test decides how far a call goes.

use async_trait::async_trait;
use parvis::store::{
    Batch, CommitError, Committed, Found, NetworkId, Prepare, Prepared, Read, ReadAt, Schema, Storage, StorageError,
};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

/// Counts the stops of a call: one before and one after each call to the store. Behind the first that is not open yet, it
/// waits.
#[derive(Debug, Default)]
pub(crate) struct Door {
    open: AtomicUsize,
    arrived: AtomicUsize,
}

impl Door {
    /// Everything from the beginning: no stop passed, none open.
    pub(crate) fn shut(&self) {
        self.open.store(0, Ordering::SeqCst);
        self.arrived.store(0, Ordering::SeqCst);
    }

    /// Lets a call past so many stops.
    pub(crate) fn open(&self, stops: usize) {
        self.open.store(stops, Ordering::SeqCst);
    }

    /// The stops reached so far.
    pub(crate) fn arrived(&self) -> usize {
        self.arrived.load(Ordering::SeqCst)
    }

    fn waits(&self) -> bool {
        self.arrived() > self.open.load(Ordering::SeqCst)
    }

    async fn stop(&self) {
        let number = self.arrived.fetch_add(1, Ordering::SeqCst);
        poll_fn(|_| {
            let open = self.open.load(Ordering::SeqCst) > number;
            if open { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

/// Parks before and after each read of the store behind it. Commits go through: readers make none.
pub(crate) struct Parking {
    pub(crate) inner: Arc<dyn Storage>,
    pub(crate) door: Arc<Door>,
}

#[async_trait]
impl Storage for Parking {
    async fn prepare(&self, schema: &Schema, mode: Prepare) -> Result<Prepared, StorageError> {
        self.inner.prepare(schema, mode).await
    }

    async fn read(&self, network: NetworkId, reads: &[Read], at: ReadAt) -> Result<Found, StorageError> {
        self.door.stop().await;
        let found = self.inner.read(network, reads, at).await;
        self.door.stop().await;
        found
    }

    async fn commit(&self, network: NetworkId, batch: Batch) -> Result<Committed, CommitError> {
        self.inner.commit(network, batch).await
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Polls a call by hand on this thread until it waits behind the door or is done. A store with threads of its own wakes it.
pub(crate) fn drive<T>(call: &mut Pin<Box<dyn Future<Output = T> + Send + '_>>, door: &Door) -> Option<T> {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        if let Poll::Ready(out) = call.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Some(out);
        }
        if door.waits() {
            return None;
        }
        thread::park();
    }
}

/// A call that was driven to its end, or did not come so far.
pub(crate) enum Driven<T> {
    /// All that was to happen in its gaps happened, and this is its answer.
    Done(T),
    /// It ended before the last gap.
    Short,
}

/// Drives a call through its stops; before the first poll and at every stop, `act` is told where the call stands, and says
/// whether everything has happened.
pub(crate) fn step<T>(
    call: impl Future<Output = T> + Send,
    door: &Door,
    mut act: impl FnMut(Option<usize>) -> bool,
) -> Driven<T> {
    door.shut();
    let mut call: Pin<Box<dyn Future<Output = T> + Send + '_>> = Box::pin(call);
    let mut all = act(None);
    for stop in 0.. {
        door.open(stop);
        if let Some(out) = drive(&mut call, door) {
            return if all { Driven::Done(out) } else { Driven::Short };
        }
        all = act(Some(stop));
    }
    Driven::Short
}
