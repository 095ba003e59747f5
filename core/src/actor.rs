//! The facade's first step: an open network of people, and the one who acts in it.

use crate::config::{Config, Upkeep};
use crate::error::{Error, Reason};
use crate::gate::reader::Who;
use crate::heads::Heads;
use crate::ids::Time;
use crate::live::watch::Hubs;
use crate::refs::Ref;
use crate::schema::schema;
use crate::seal::Sealer;
use crate::store::execute::{Command, Context, Executed, Idempotency, execute};
use crate::store::steady::Steady;
use crate::store::{NetworkId, Prepare, Schema, Storage};
use crate::text;
use std::fmt;
use std::sync::Arc;

pub(crate) struct Core {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) schema: Schema,
    pub(crate) config: Config,
    pub(crate) sealer: Sealer,
    pub(crate) hubs: Arc<Hubs>,
    pub(crate) heads: Heads,
}

/// An opened store. Cheap to clone; no thread, no task.
#[derive(Clone)]
pub struct Parvis {
    pub(crate) core: Arc<Core>,
}

impl fmt::Debug for Parvis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parvis").finish_non_exhaustive()
    }
}

impl Parvis {
    /// Opens a store: memory, a fresh SQLite file and other embedded stores are prepared at once.
    ///
    /// Without a secret in the configuration the first `open` draws one and keeps it in the store.
    ///
    /// # Errors
    /// A store written by a newer release ([`Reason::NewSchema`]), or one that cannot be reached.
    pub async fn open(storage: impl Storage, config: Config) -> Result<Parvis, Error> {
        Parvis::open_shared(Arc::new(storage), config).await
    }

    /// As [`Parvis::open`], for a storage that is shared already.
    ///
    /// # Errors
    /// As [`Parvis::open`].
    pub async fn open_shared(storage: Arc<dyn Storage>, config: Config) -> Result<Parvis, Error> {
        let schema = schema();
        storage.prepare(&schema, Prepare::Upgrade).await?;
        let storage: Arc<dyn Storage> = Arc::new(Steady::new(storage, schema.clone()));
        let secret = match &config.secret {
            Some(secret) => secret.clone(),
            None => crate::secrets::kept(storage.as_ref(), &config).await?,
        };
        let sealer = Sealer::new(&secret);
        Ok(Parvis {
            core: Arc::new(Core {
                storage,
                schema,
                config,
                sealer,
                hubs: Arc::default(),
                heads: Heads::default(),
            }),
        })
    }

    /// The tables of this release. For a deploy step that compares a store with it, upgrades it ([`Storage::prepare`]) or prints the
    /// statements that would make them, without opening it.
    pub fn schema() -> Schema {
        schema()
    }

    /// The one who acts: a person, named by Parvis's id or the host's own. Costs no call; an unknown or inactive person
    /// is told at the first operation, both in the same way, and so is one who was named by a handle.
    pub fn act_as(&self, network: &str, person: impl Into<Ref>) -> Actor {
        let by = Caller::Person(person.into().who());
        Actor {
            core: self.core.clone(),
            network: NetworkId::named(network),
            by,
        }
    }

    /// The host's own system, acting under the name of one of its apps: imports, puts people, explains.
    pub fn system(&self, network: &str, app: impl Into<String>) -> Actor {
        let by = Caller::System { app: app.into() };
        Actor {
            core: self.core.clone(),
            network: NetworkId::named(network),
            by,
        }
    }
}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    Person(Who),
    System { app: String },
}

impl Caller {
    /// Bytes that name the caller in commit ids and sealed tokens.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self {
            Caller::Person(who) => who.bytes(),
            Caller::System { app } => crate::ids::hash16(&[b"s", app.as_bytes()]).to_vec(),
        }
    }
}

/// The one who acts in one network, with the operations in groups.
#[derive(Clone)]
pub struct Actor {
    pub(crate) core: Arc<Core>,
    pub(crate) network: NetworkId,
    pub(crate) by: Caller,
}

impl fmt::Debug for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Actor").finish_non_exhaustive()
    }
}

impl Actor {
    /// The person who acts.
    ///
    /// # Errors
    /// [`Reason::Actor`] for a system actor, and for one who was named by a handle.
    pub(crate) fn person(&self) -> Result<&Who, Error> {
        match &self.by {
            // A handle names another one tomorrow: nobody acts by it.
            Caller::Person(Who::Handle(_)) => Err(Reason::Actor.into()),
            Caller::Person(who) => Ok(who),
            Caller::System { .. } => Err(Reason::Actor.into()),
        }
    }

    /// The name of the app that acts.
    ///
    /// # Errors
    /// [`Reason::SystemOnly`] for a person; as [`text::external`] for a name that no app can have.
    pub(crate) fn app(&self) -> Result<&str, Error> {
        match &self.by {
            Caller::System { app } => text::external(app, "app").map(|_| app.as_str()),
            Caller::Person(_) => Err(Reason::SystemOnly.into()),
        }
    }

    pub(crate) fn now(&self) -> Time {
        self.core.config.clock.now()
    }

    /// Runs a command, and what follows from it where the configuration says so.
    pub(crate) async fn execute<C: Command>(&self, command: &C, key: Option<&str>) -> Result<Executed<C::Made>, Error> {
        let idempotency = match key {
            Some(key) => Idempotency::Given(key.to_owned()),
            None => {
                let mut drawn = [0; 16];
                self.core
                    .config
                    .entropy
                    .fill(&mut drawn)
                    .map_err(|_| Error::new(Reason::Store))?;
                Idempotency::Drawn(drawn)
            }
        };
        let context = Context {
            storage: self.core.storage.as_ref(),
            schema: &self.core.schema,
            network: self.network,
            actor: self.by.bytes(),
            clock: self.now(),
            idempotency,
            switches: &self.core.config.switches,
        };
        let executed = execute(&context, command).await?;
        self.core.heads.reached(self.network, executed.position);
        self.core.hubs.touched(self.network);
        if self.core.config.upkeep == Upkeep::Inline {
            // The command is committed: what follows from it can wait for the next one.
            if let Err(error) = crate::due::follow(&self.core, self.network).await {
                tracing::warn!(%error, "what follows from commands is late");
            }
        }
        Ok(executed)
    }
}
