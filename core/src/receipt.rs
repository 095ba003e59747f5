//! What commands answer: ids and tokens.

use crate::actor::Actor;
use crate::answer;
use crate::error::Error;
use crate::gate::answer::Token;
use crate::gate::page::position_token;
use crate::store::execute::Executed;

answer! {
    /// A command was carried out.
    pub struct Receipt {
        /// The log position after it: a read at least as fresh sees it.
        pub position: Token,
    }
}

/// The receipt of a command that made nothing new.
pub(crate) fn receipt<M>(actor: &Actor, executed: &Executed<M>) -> Result<Receipt, Error> {
    Ok(Receipt {
        position: position_token(actor, executed.position)?,
    })
}
