//! The secret that a store keeps for itself where the host gave none: one row of the directory.

use crate::config::{Config, Secret};
use crate::error::{Error, Reason};
use crate::store::{
    Batch, Check, CommitError, CommitId, Expect, Keys, NetworkId, Read, ReadAt, Record, Storage, Value,
};
use crate::store::{Want, record};

record! {
    /// A secret of this store.
    KeptSecret in "secret", Stamped {
        key { name: String }
        columns { high: [u8; 16], low: [u8; 16] }
        declares { persons: [], texts: [] }
    }
}

const NAME: &str = "tokens";

/// The kept secret; drawn and kept now where there is none.
pub(crate) async fn kept(storage: &dyn Storage, config: &Config) -> Result<Secret, Error> {
    for _ in 0..8 {
        if let Some(secret) = read(storage).await? {
            return Ok(secret);
        }
        let mut drawn = [0; 48];
        config.entropy.fill(&mut drawn).map_err(|_| Error::new(Reason::Store))?;
        let (mut high, mut low, mut commit) = ([0; 16], [0; 16], [0; 16]);
        for (to, from) in high.iter_mut().chain(&mut low).chain(&mut commit).zip(drawn) {
            *to = from;
        }
        let row = KeptSecret {
            name: NAME.to_owned(),
            high,
            low,
        };
        let mut batch = Batch::new(CommitId(commit), [0; 16], config.clock.now().millis());
        batch.checks.push(Check {
            table: KeptSecret::TABLE,
            key: row.key(),
            expect: Expect::Absent,
        });
        batch.writes.push(row.put());
        match storage.commit(NetworkId::SYSTEM, batch).await {
            Ok(_) | Err(CommitError::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Reason::Contended.into())
}

async fn read(storage: &dyn Storage) -> Result<Option<Secret>, Error> {
    let keys = Keys::one([Value::Text(NAME.to_owned())]);
    let read = Read::Get {
        table: KeptSecret::TABLE,
        keys,
        want: Want::Columns,
    };
    let found = storage.read(NetworkId::SYSTEM, &[read], ReadAt::Fresh).await?;
    let Some(row) = found.sets.first().and_then(|set| set.rows.first()) else {
        return Ok(None);
    };
    let kept = KeptSecret::decode(row)?;
    let mut bytes = [0; 32];
    for (to, from) in bytes.iter_mut().zip(kept.high.into_iter().chain(kept.low)) {
        *to = from;
    }
    Ok(Some(Secret::from_bytes(bytes)))
}
