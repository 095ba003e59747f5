//! What is opened at the first use, once, and again in a forked child.

use crate::failure::Failure;
use crate::foreign::Company;
use crate::options::Options;
use crate::place::Place;
use crate::running::Process;
use crate::store::Store;
use crate::{fork, running};
use parvis::{Config, Parvis};
use pyo3::prelude::*;
use std::fmt;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

/// What a database is made of once it is open.
pub(crate) struct Opened {
    pub(crate) store: Store,
    pub(crate) db: Parvis,
}

const LIVE: u8 = 0;
/// It was closed around a fork: the next call opens another one.
const RETIRED: u8 = 1;
/// The host closed it.
const CLOSED: u8 = 2;

/// A store and what works on it, in one process. The store comes first: a schema can be looked at without the rest.
pub(crate) struct Opening {
    process: Process,
    state: AtomicU8,
    calls: AtomicUsize,
    store: OnceCell<Store>,
    opened: OnceCell<Opened>,
}

impl Opening {
    fn new(process: Process) -> Arc<Opening> {
        Arc::new(Opening {
            process,
            state: AtomicU8::new(LIVE),
            calls: AtomicUsize::new(0),
            store: OnceCell::new(),
            opened: OnceCell::new(),
        })
    }

    fn is(&self, state: u8) -> bool {
        self.state.load(Ordering::SeqCst) == state
    }

    /// Calls that are under way and end soon.
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    pub(crate) fn is_opened(&self) -> bool {
        self.store.initialized()
    }

    /// Takes it away from later calls; answers whether it was theirs.
    fn retire(&self) -> bool {
        let live = self
            .state
            .compare_exchange(LIVE, RETIRED, Ordering::SeqCst, Ordering::SeqCst);
        live.is_ok()
    }

    fn company(&self) -> Company {
        self.store.get().map_or(Company::None, Store::company)
    }

    /// Closes what is open of it.
    pub(crate) async fn close(&self) {
        if let Some(store) = self.store.get() {
            store.close().await;
        }
    }
}

/// A call that is under way.
struct UnderWay<'a>(Option<&'a Opening>);

impl<'a> UnderWay<'a> {
    /// One that may wait for a minute is not counted.
    fn on(opening: &'a Opening, waits: bool) -> UnderWay<'a> {
        let counted = (!waits).then_some(opening);
        if let Some(opening) = counted {
            opening.calls.fetch_add(1, Ordering::SeqCst);
        }
        UnderWay(counted)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if let Some(opening) = self.0 {
            opening.calls.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        // What a parent opened has no threads here, and its files are the parent's: nothing of it is touched.
        if self.process != Process::this() {
            std::mem::forget((self.store.take(), self.opened.take()));
        }
    }
}

/// Something that is asked of an opening.
pub(crate) trait Question: Send + Sync + 'static {
    /// What is answered.
    type Answer: Send + 'static;

    /// Whether it may wait for long, for something to happen.
    fn waits(&self) -> bool {
        false
    }

    /// Whether it waits for nothing once the database is open: a coroutine then asks it on its own thread.
    fn is_short(&self) -> bool {
        false
    }

    /// Asks; opens what it needs where that is not open yet.
    fn ask(&self, slot: &Arc<Slot>, opening: &Opening) -> impl Future<Output = Result<Self::Answer, Failure>> + Send;
}

/// A database of the host: where it is, and what is open of it.
pub(crate) struct Slot {
    pub(crate) place: Place,
    pub(crate) options: Options,
    config: Config,
    storage: Option<Py<PyAny>>,
    current: Mutex<Arc<Opening>>,
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").finish_non_exhaustive()
    }
}

impl Slot {
    pub(crate) fn new(place: Place, options: Options, config: Config, storage: Option<Py<PyAny>>) -> Arc<Slot> {
        Arc::new(Slot {
            place,
            options,
            config,
            storage,
            current: Mutex::new(Opening::new(Process::this())),
        })
    }

    /// Whether the engine lies in this process, so that a fork must not meet it open.
    fn is_embedded(&self) -> bool {
        self.storage.is_none() && matches!(self.place, Place::Sqlite(_) | Place::Sled(_))
    }

    /// The engine's name.
    pub(crate) fn engine(&self) -> &'static str {
        match self.storage {
            Some(_) => "python",
            None => self.place.engine(),
        }
    }

    /// What calls of this process use.
    pub(crate) fn current(self: &Arc<Slot>, _py: Python<'_>, process: Process) -> Arc<Opening> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let closed = current.is(CLOSED);
        if !closed && (current.process != process || current.is(RETIRED)) {
            *current = Opening::new(process);
        }
        Arc::clone(&current)
    }

    /// Takes what is open away from later calls, which open it again; answers it, to be closed.
    pub(crate) fn retire(&self, _py: Python<'_>) -> Option<Arc<Opening>> {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let retired = self.is_embedded() && current.process == Process::this() && current.retire();
        retired.then(|| Arc::clone(&current))
    }

    /// The last of it: calls from now on are refused. Answers what is to be closed, where something is.
    pub(crate) fn end(&self, _py: Python<'_>) -> Option<Arc<Opening>> {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let before = current.state.swap(CLOSED, Ordering::SeqCst);
        // One that is being opened closes itself.
        let open = before == LIVE && current.process == Process::this() && current.is_opened();
        open.then(|| Arc::clone(&current))
    }

    /// The store of an opening; opened now where it is not.
    pub(crate) async fn store<'a>(self: &Arc<Slot>, opening: &'a Opening) -> Result<&'a Store, Failure> {
        if let Some(store) = opening.store.get() {
            return Ok(store);
        }
        // Held until the store stands in its place: a fork finds it there and closes it.
        let _pass = match self.is_embedded() {
            true => match fork::pass(|| opening.is(RETIRED)).await {
                // The caller goes on with what is current now.
                None => return Err(parvis::Error::new(parvis::Reason::Store).into()),
                pass => pass,
            },
            false => None,
        };
        let open = || async {
            if !opening.is(LIVE) {
                // A store that nobody would close. The caller sees the state.
                return Err(parvis::Error::new(parvis::Reason::Store).into());
            }
            let storage = self
                .storage
                .as_ref()
                .and_then(|storage| Python::try_attach(|py| storage.clone_ref(py)));
            let store = Store::open(&self.place, &self.options, storage).await?;
            if opening.is(CLOSED) {
                store.close().await;
                return Err(Failure::Closed);
            }
            fork::opened(self);
            Ok::<_, Failure>(store)
        };
        opening.store.get_or_try_init(open).await
    }

    /// The database of an opening; opened now where it is not.
    pub(crate) async fn opened<'a>(self: &Arc<Slot>, opening: &'a Opening) -> Result<&'a Opened, Failure> {
        if let Some(opened) = opening.opened.get() {
            return Ok(opened);
        }
        let open = || async {
            let store = self.store(opening).await?;
            let db = Parvis::open_shared(store.storage(), self.config.clone()).await?;
            let store = store.clone();
            Ok::<_, Failure>(Opened { store, db })
        };
        opening.opened.get_or_try_init(open).await
    }

    /// Asks, and again where a fork of another thread closed the store under it: what is unavailable has changed nothing.
    async fn answer<Q: Question>(
        self: &Arc<Slot>,
        mut opening: Arc<Opening>,
        question: &Q,
    ) -> Result<Q::Answer, Failure> {
        loop {
            let at = Arc::clone(&opening);
            let _under_way = UnderWay::on(&at, question.waits());
            if opening.is(CLOSED) {
                return Err(Failure::Closed);
            }
            if opening.is(RETIRED) {
                opening = Python::attach(|py| self.current(py, Process::this()));
                continue;
            }
            match opening.company() {
                Company::None => {}
                Company::Joined => return Err(Failure::Foreign),
                Company::Left => {
                    if opening.retire() {
                        opening.close().await;
                    }
                    continue;
                }
            }
            match question.ask(self, &opening).await {
                Err(failure) if failure.is_unavailable() && opening.is(RETIRED) => {
                    opening = Python::attach(|py| self.current(py, Process::this()));
                }
                Err(failure) if failure.is_unavailable() && opening.is(CLOSED) => return Err(Failure::Closed),
                outcome => return outcome,
            }
        }
    }

    /// Asks and waits for the answer on this thread.
    pub(crate) fn wait<Q: Question>(self: &Arc<Slot>, py: Python<'_>, question: &Q) -> PyResult<Q::Answer> {
        let process = Process::this();
        let opening = self.current(py, process);
        running::wait(py, process, self.answer(opening, question))
    }

    /// Asks in a task and waits for the answer in a coroutine.
    pub(crate) async fn spawned<Q: Question>(self: &Arc<Slot>, question: Q) -> PyResult<Q::Answer> {
        let slot = Arc::clone(self);
        let opening = Python::attach(|py| slot.current(py, Process::this()));
        let short = question.is_short() && opening.opened.initialized();
        let call = async move { slot.answer(opening, &question).await };
        match short {
            true => running::polled(call).await,
            false => running::spawned(call).await,
        }
    }
}
