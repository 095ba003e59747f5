//! The host's own transaction: its statements and Parvis's commands, one commit, all or nothing.

use crate::actor::{Actor, Core, Parvis};
use crate::config::Upkeep;
use crate::error::Error;
use crate::heads::Heads;
use crate::refs::Ref;
use crate::store::{HostTransaction, NetworkId, Storage};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

impl Parvis {
    /// Everything on a transaction of the host, which the host has begun, in which it has carried out its own statements, and
    /// which it gives away here: `db.on(store.enlist(tx))`.
    ///
    /// Commands see what the transaction wrote and what the commands before them did; nobody else sees any of it before
    /// [`Transaction::commit`]. Dropping the value takes back all of it, the host's statements too. A network's commits wait
    /// from the first command in it until the commit: keep that short, and put what takes time before this call.
    pub fn on(&self, transaction: impl HostTransaction) -> Transaction {
        let transaction: Arc<dyn HostTransaction> = Arc::new(transaction);
        let mut config = self.core.config.clone();
        // What follows from a command happens once it is committed.
        config.upkeep = Upkeep::Worker;
        let core = Core {
            storage: Arc::clone(&transaction) as Arc<dyn Storage>,
            schema: self.core.schema.clone(),
            config,
            sealer: self.core.sealer.clone(),
            // Nobody who waits outside sees anything of it before the commit.
            hubs: Arc::default(),
            heads: Heads::default(),
        };
        Transaction {
            outer: self.clone(),
            inner: Parvis { core: Arc::new(core) },
            transaction,
            networks: Mutex::default(),
        }
    }
}

/// The whole facade on a transaction of the host. See [`Parvis::on`].
pub struct Transaction {
    outer: Parvis,
    inner: Parvis,
    transaction: Arc<dyn HostTransaction>,
    /// Those that somebody acted in.
    networks: Mutex<BTreeSet<NetworkId>>,
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction").finish_non_exhaustive()
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        // An actor on it may live on.
        self.transaction.abandon();
    }
}

impl Transaction {
    /// The one who acts. After the commit such an actor answers [`Reason::TransactionOver`](crate::Reason::TransactionOver).
    pub fn act_as(&self, network: &str, person: impl Into<Ref>) -> Actor {
        self.acted(self.inner.act_as(network, person))
    }

    /// The host's own system, under the name of one of its apps.
    pub fn system(&self, network: &str, app: impl Into<String>) -> Actor {
        self.acted(self.inner.system(network, app))
    }

    fn acted(&self, actor: Actor) -> Actor {
        let mut networks = self.networks.lock().unwrap_or_else(PoisonError::into_inner);
        networks.insert(actor.network);
        actor
    }

    /// Commits the host's statements and everything that was done here.
    ///
    /// # Errors
    /// [`Reason::TransactionLost`](crate::Reason::TransactionLost): nothing was written, run the handler again.
    /// [`Reason::Commit`](crate::Reason::Commit): the connection was lost while it committed; commands with an idempotency key
    /// may be sent again.
    pub async fn commit(self) -> Result<(), Error> {
        self.transaction.finish().await?;
        let core = &self.outer.core;
        let networks = std::mem::take(&mut *self.networks.lock().unwrap_or_else(PoisonError::into_inner));
        for network in networks {
            core.hubs.touched(network);
            if core.config.upkeep == Upkeep::Inline
                && let Err(error) = crate::due::follow(core, network).await
            {
                tracing::warn!(%error, "what follows from commands is late");
            }
        }
        Ok(())
    }
}
