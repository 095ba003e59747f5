//! How far this process knows the log of each network to reach: whoever wrote here finds his own writes in what he reads here, also
//! where candidates come from a replica that is behind.

use crate::store::{NetworkId, Position};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The newest position known of each network.
#[derive(Default)]
pub(crate) struct Heads(Mutex<HashMap<NetworkId, Position>>);

impl Heads {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<NetworkId, Position>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A commit or a fresh read told how far a network is.
    pub(crate) fn reached(&self, network: NetworkId, position: Position) {
        let mut heads = self.lock();
        let head = heads.entry(network).or_insert(position);
        if position.number > head.number {
            *head = position;
        }
    }

    /// How far candidates must be.
    pub(crate) fn of(&self, network: NetworkId) -> Position {
        self.lock().get(&network).copied().unwrap_or(Position::START)
    }
}
