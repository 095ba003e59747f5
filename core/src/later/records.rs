//! What is stored of a command that a host handed over in a transaction of its own.

use crate::ids::Time;
use crate::refs::Ref;
use crate::store::{coded, record};
use serde::{Deserialize, Serialize};

coded! {
    /// What became of a command.
    pub(crate) enum Standing {
        /// It is to be carried out.
        Waiting = 1,
        /// It was refused, for good.
        Refused = 2,
    }
}

/// Who gave a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum By {
    /// A person.
    Person(Ref),
    /// The host's system, under the name of one of its apps.
    System(String),
}

/// Why a command was refused: the error's own words, so that a newer release's are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refusal {
    /// The code.
    pub(crate) code: String,
    /// The reason.
    pub(crate) reason: String,
    /// The field of the request.
    pub(crate) field: Option<String>,
    /// When.
    pub(crate) at: Time,
}

record! {
    /// A command that waits for its turn or was refused; in the network of the store itself, written by the host's own driver.
    /// `id` follows from the one who gave it, the operation, the idempotency key and the request; `n` is the order in which commands were given.
    CommandOf in "command", Free {
        key { id: String }
        columns { standing: Standing, network: String, n: i64 }
        document {
            /// Who gave it.
            by: Option<By>,
            /// Its name in the table of operations.
            operation: String,
            /// Its request, until it is refused.
            request: Option<String>,
            /// The additions to the schema that the release which wrote it knew.
            adds: u32,
            /// Why it was refused.
            refusal: Option<Refusal>
        }
        indexes { "command_turn": [standing, n], "command_network": [network, standing, n] }
        declares { persons: [], texts: [request] }
    }
}
