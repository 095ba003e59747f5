//! The store under test: how the kit makes one, opens it again, and runs futures on it.

use super::bench::Bench;
use crate::store::{Memory, Storage};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

/// Work that the kit hands to an executor.
pub type Work<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

type Opening = Pin<Box<dyn Future<Output = Arc<dyn Storage>> + Send>>;
type Open = Box<dyn Fn() -> Opening + Send + Sync>;
type Executor = Arc<dyn Fn(Work<'_>) + Send + Sync>;

/// How the kit makes stores of one adapter. Every case asks for an empty store of its own.
#[derive(Clone)]
pub struct Kit {
    place: Arc<dyn Fn() -> Open + Send + Sync>,
    executor: Executor,
    reopens: bool,
    shares: bool,
    /// Why no store can be made here.
    pub(super) unavailable: Option<&'static str>,
}

impl Kit {
    /// A kit for stores that cannot be made here, for the want of a server perhaps: every case says so and is not applicable.
    pub fn unavailable(why: &'static str) -> Kit {
        let mut kit = Kit::new(|| async { Memory::new() });
        kit.unavailable = Some(why);
        kit
    }

    /// A kit for stores that live as long as their handle, memory for instance: `make` gives an empty, unprepared one.
    ///
    /// Cases that open a store again are reported as not applicable.
    pub fn new<S, F>(make: impl Fn() -> F + Clone + Send + Sync + 'static) -> Kit
    where
        S: Storage,
        F: Future<Output = S> + Send + 'static,
    {
        let mut kit = Kit::reopening(|| (), move |()| make());
        kit.reopens = false;
        kit
    }

    /// A kit for stores that outlive their handle: `place` gives the place of an empty store (a directory that is removed
    /// when the last clone is dropped, a new database), `open` opens what lives there.
    ///
    /// The kit drops a handle without any farewell before it opens the place again.
    pub fn reopening<P, S, F>(
        place: impl Fn() -> P + Send + Sync + 'static,
        open: impl Fn(P) -> F + Clone + Send + Sync + 'static,
    ) -> Kit
    where
        P: Clone + Send + Sync + 'static,
        S: Storage,
        F: Future<Output = S> + Send + 'static,
    {
        let place = move || -> Open {
            let (place, open) = (place(), open.clone());
            Box::new(move || {
                let opening = open(place.clone());
                Box::pin(async move { Arc::new(opening.await) as Arc<dyn Storage> })
            })
        };
        Kit {
            place: Arc::new(place),
            executor: Arc::new(|work| wait(work)),
            reopens: true,
            shares: false,
            unavailable: None,
        }
    }

    /// Says that one place may be opened several times at once, as several processes of a host do.
    pub fn shared(mut self) -> Kit {
        self.shares = true;
        self
    }

    /// Runs the cases on this executor instead of [`wait`]; it is called from several threads at once.
    ///
    /// With tokio: `kit.block_on(|work| RUNTIME.block_on(work))`.
    pub fn block_on(mut self, executor: impl Fn(Work<'_>) + Send + Sync + 'static) -> Kit {
        self.executor = Arc::new(executor);
        self
    }

    /// Runs a future on the kit's executor.
    pub(super) fn run<T: Send>(&self, future: impl Future<Output = T> + Send) -> Option<T> {
        let mut out = None;
        (self.executor)(Box::pin(async { out = Some(future.await) }));
        out
    }

    /// A place of its own, opened, not prepared.
    pub(super) async fn fresh(&self) -> Bench {
        let open = (self.place)();
        let store = open().await;
        Bench::new(
            self.clone(),
            Place {
                open: open.into(),
                reopens: self.reopens,
                shares: self.shares,
            },
            store,
        )
    }
}

/// Where one store lives.
#[derive(Clone)]
pub(super) struct Place {
    open: Arc<dyn Fn() -> Opening + Send + Sync>,
    /// Whether the store outlives its handle.
    pub(super) reopens: bool,
    /// Whether several handles may be open at once.
    pub(super) shares: bool,
}

impl Place {
    /// Opens what lives here.
    pub(super) async fn open(&self) -> Arc<dyn Storage> {
        (self.open)().await
    }
}

/// The small executor that the kit brings: polls the future on this thread, which sleeps in between.
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(out) => return out,
            Poll::Pending => thread::park(),
        }
    }
}
