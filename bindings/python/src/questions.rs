//! What is asked of an opened database, apart from operations.

use crate::failure::Failure;
use crate::slot::{Opening, Question, Slot};
use crate::views::json;
use parvis::Parvis;
use parvis::due::Budget;
use parvis::later::{CommandRow, RefusedQuery};
use parvis::store::Prepare;
use serde::Deserialize;
use std::sync::Arc;

/// Opens the database.
pub(crate) struct Ready;

impl Question for Ready {
    type Answer = ();

    fn is_short(&self) -> bool {
        true
    }

    async fn ask(&self, slot: &Arc<Slot>, opening: &Opening) -> Result<(), Failure> {
        slot.opened(opening).await.map(drop)
    }
}

/// Carries out what is due: `{steps}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunDue {
    steps: u32,
}

impl Question for RunDue {
    type Answer = Vec<u8>;

    async fn ask(&self, slot: &Arc<Slot>, opening: &Opening) -> Result<Vec<u8>, Failure> {
        let opened = slot.opened(opening).await?;
        json(&opened.db.run_due(Budget::steps(self.steps)).await?)
    }
}

/// How far the work behind the commands of a network is.
pub(crate) struct StatusOf(pub(crate) String);

impl Question for StatusOf {
    type Answer = Vec<u8>;

    async fn ask(&self, slot: &Arc<Slot>, opening: &Opening) -> Result<Vec<u8>, Failure> {
        let opened = slot.opened(opening).await?;
        json(&opened.db.status(&self.0).await?)
    }
}

/// Which commands were refused for good: `{network, cursor, limit}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refused {
    network: String,
    #[serde(default)]
    cursor: Option<String>,
    #[serde(default)]
    limit: Option<u32>,
}

impl Question for Refused {
    type Answer = Vec<u8>;

    async fn ask(&self, slot: &Arc<Slot>, opening: &Opening) -> Result<Vec<u8>, Failure> {
        let opened = slot.opened(opening).await?;
        let mut query = RefusedQuery::new(&self.network);
        if let Some(cursor) = &self.cursor {
            query = query.cursor(cursor.clone());
        }
        if let Some(limit) = self.limit {
            query = query.limit(limit);
        }
        json(&opened.db.commands().refused(query).await?)
    }
}

/// What became of a command that was handed over.
pub(crate) struct StateOf(pub(crate) String);

impl Question for StateOf {
    type Answer = Vec<u8>;

    async fn ask(&self, slot: &Arc<Slot>, opening: &Opening) -> Result<Vec<u8>, Failure> {
        let opened = slot.opened(opening).await?;
        json(&opened.db.commands().state(&self.0).await?)
    }
}

/// Forgets a command.
pub(crate) struct Forget(pub(crate) String);

impl Question for Forget {
    type Answer = ();

    async fn ask(&self, slot: &Arc<Slot>, opening: &Opening) -> Result<(), Failure> {
        let opened = slot.opened(opening).await?;
        Ok(opened.db.commands().forget(&self.0).await?)
    }
}

/// Takes commands over that a host kept elsewhere.
pub(crate) struct Take(pub(crate) Vec<String>);

impl Question for Take {
    type Answer = ();

    async fn ask(&self, slot: &Arc<Slot>, opening: &Opening) -> Result<(), Failure> {
        let rows = self.0.iter().map(|row| CommandRow::from_json(row));
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        Ok(slot.opened(opening).await?.db.commands().take(&rows).await?)
    }
}

/// Compares the store with this release, or makes it fit.
pub(crate) struct Prepared(pub(crate) Prepare);

impl Question for Prepared {
    type Answer = Vec<u8>;

    async fn ask(&self, slot: &Arc<Slot>, opening: &Opening) -> Result<Vec<u8>, Failure> {
        let store = slot.store(opening).await?;
        json(&store.storage().prepare(&Parvis::schema(), self.0).await?)
    }
}
