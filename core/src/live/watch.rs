//! Waiting for a network to move. However many readers wait, one of them asks the store, once a round; commits of this process
//! wake him at once.

use crate::actor::Core;
use crate::due::{Follower, INBOX};
use crate::error::Error;
use crate::store::{Keys, NetworkId, Read, ReadAt, Record, Value, Want};
use async_trait::async_trait;
use event_listener::{Event, EventListener};
use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::Poll;
use std::time::Duration;

/// How long a round lasts where nothing happens.
const ROUND: Duration = Duration::from_millis(250);
/// Rounds of a second.
pub(crate) const ROUNDS_A_SECOND: u32 = 4;

/// Lets time pass between two looks at a network.
///
/// The one that a [`Config`](crate::Config) begins with, [`Sleep`], sleeps for a quarter of a second. Another one may return
/// sooner, when it learns by its own means (a message between processes, a notification of a server) that a network moved. It may
/// return too soon: that costs one small read.
#[async_trait]
pub trait Watch: Send + Sync + 'static {
    /// Returns when something may have happened in a network, at the latest after `at_most`.
    async fn pause(&self, network: NetworkId, at_most: Duration);
}

/// A [`Watch`] that knows nothing: it sleeps, on the timer thread of `futures-timer`, under any executor.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sleep;

#[async_trait]
impl Watch for Sleep {
    async fn pause(&self, _network: NetworkId, at_most: Duration) {
        futures_timer::Delay::new(at_most).await;
    }
}

/// How far a network is: its log, and what follows it into inboxes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) position: i64,
    pub(crate) inbox: i64,
}

impl Mark {
    /// The read that finds how far the inboxes are.
    pub(crate) fn read() -> Read {
        Read::Get {
            table: Follower::TABLE,
            keys: Mark::keys(),
            want: Want::Columns,
        }
    }

    /// The key of that row.
    pub(crate) fn keys() -> Keys {
        Keys::one([Value::Text(INBOX.to_owned())])
    }

    /// From that row, and the position of its snapshot.
    pub(crate) fn of(position: i64, row: Option<&Follower>) -> Mark {
        Mark {
            position,
            inbox: row.map_or(0, |row| row.number),
        }
    }
}

/// The rounds that a call may still wait. Rounds are counted and no clock is read: one that runs back keeps nobody waiting.
pub(crate) struct Rounds(u32);

impl Rounds {
    pub(crate) fn of(rounds: u32) -> Rounds {
        Rounds(rounds)
    }

    pub(crate) fn are_over(&self) -> bool {
        self.0 == 0
    }
}

/// The networks that somebody waits for.
#[derive(Default)]
pub(crate) struct Hubs(Mutex<HashMap<NetworkId, Weak<Hub>>>);

impl Hubs {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<NetworkId, Weak<Hub>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where readers of a network wait.
    pub(crate) fn of(&self, network: NetworkId) -> Arc<Hub> {
        let mut hubs = self.lock();
        if let Some(hub) = hubs.get(&network).and_then(Weak::upgrade) {
            return hub;
        }
        hubs.retain(|_, hub| hub.strong_count() > 0);
        let hub = Arc::new(Hub::new(network));
        hubs.insert(network, Arc::downgrade(&hub));
        hub
    }

    /// This process committed something in a network.
    pub(crate) fn touched(&self, network: NetworkId) {
        let hub = self.lock().get(&network).and_then(Weak::upgrade);
        hub.iter().for_each(|hub| {
            hub.here.notify(usize::MAX);
        });
    }
}

/// Where readers of one network wait.
pub(crate) struct Hub {
    network: NetworkId,
    /// How far the network was when somebody last looked.
    mark: Mutex<Mark>,
    /// Whether somebody looks for all.
    led: AtomicBool,
    /// Somebody looked, or stopped looking.
    looked: Event,
    /// This process committed something.
    here: Event,
}

/// The right to look for all; whoever lets it go wakes the others, one of whom takes it.
struct Lead<'a>(&'a Hub);

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        self.0.led.store(false, Ordering::Release);
        self.0.looked.notify(usize::MAX);
    }
}

impl Hub {
    fn new(network: NetworkId) -> Hub {
        Hub {
            network,
            mark: Mutex::default(),
            led: AtomicBool::new(false),
            looked: Event::new(),
            here: Event::new(),
        }
    }

    fn mark(&self) -> std::sync::MutexGuard<'_, Mark> {
        self.mark.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lead(&self) -> Option<Lead<'_>> {
        let free = self
            .led
            .compare_exchange(false, true, Ordering::AcqRel, Ordering::Acquire);
        free.is_ok().then(|| Lead(self))
    }

    /// Waits until the network is elsewhere than it was, or the rounds are over; answers whether it is.
    pub(crate) async fn moved(&self, core: &Core, from: Mark, rounds: &mut Rounds) -> Result<bool, Error> {
        loop {
            // What somebody saw before this call looked itself is older than what it saw.
            let known = *self.mark();
            if known.position > from.position || known.inbox > from.inbox {
                return Ok(true);
            }
            if rounds.are_over() {
                return Ok(false);
            }
            self.round(core, rounds).await?;
        }
    }

    /// One round: a pause, and a look at how far the network is, by whoever looks for all.
    pub(crate) async fn round(&self, core: &Core, rounds: &mut Rounds) -> Result<(), Error> {
        if rounds.are_over() {
            return Ok(());
        }
        rounds.0 -= 1;
        let looked = self.looked.listen();
        let Some(lead) = self.lead() else {
            looked.await;
            return Ok(());
        };
        let here = self.here.listen();
        first(core.config.watch.pause(self.network, ROUND), here).await;
        let found = core.storage.read(self.network, &[Mark::read()], ReadAt::Fresh).await?;
        let row = found.sets.first().and_then(|set| set.rows.first());
        let row = row.map(Follower::decode).transpose()?;
        *self.mark() = Mark::of(found.position.number, row.as_ref());
        drop(lead);
        Ok(())
    }
}

/// Waits for the first of two.
async fn first(pause: impl Future<Output = ()>, here: EventListener) {
    let mut pause = pin!(pause);
    let mut here = pin!(here);
    poll_fn(|context| {
        let over = pause.as_mut().poll(context).is_ready() || here.as_mut().poll(context).is_ready();
        if over { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}
