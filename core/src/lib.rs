//! Parvis: an enterprise social network inside software that people already use.

mod actor;
mod config;
pub mod due;
mod error;
pub mod feed;
pub mod gate;
mod graph;
mod ids;
pub mod import;
pub mod items;
mod locales;
mod log;
pub mod operations;
pub mod people;
pub mod receipt;
mod refs;
mod rights;
mod schema;
mod seal;
mod secrets;
pub mod spaces;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod text;

pub use actor::{Actor, Parvis};
pub use config::{Clock, Config, Entropy, EntropyFailed, Secret, Upkeep};
pub use error::{Code, Error, Reason, Retry};
pub use ids::{ItemId, ParseIdError, ParseTimeError, PersonId, SpaceId, Time, UnitId};
pub use refs::{External, HOST, Ref, external};
pub use rights::Verb;
