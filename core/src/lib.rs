//! Parvis: an enterprise social network inside software that people already use.
//!
//! The host keeps its database, its users and its screens; Parvis brings the social graph, spaces, permissions, ranked feeds
//! and what follows from them. Open a store, say who acts in which network, call an operation:
//!
//! ```
//! use parvis::operations::{Home, NewItem, NewSpace, PutPerson};
//! use parvis::{Config, Parvis, external, items::Place, spaces::Visibility, store::Memory};
//!
//! # pollster::block_on(async {
//! let db = Parvis::open(Memory::new(), Config::new()).await?;
//! db.system("acme", "hr").people().put(PutPerson::new(external(4711), "Ana Lima")).await?;
//!
//! let ana = db.act_as("acme", external(4711));
//! let room = ana.spaces().create(NewSpace::new("Deal 42", Visibility::Closed)).await?;
//! ana.items().create(NewItem::new("Signed!").place(Place::space(room.id.0))).await?;
//!
//! let page = ana.feed().home(Home::new()).await?;
//! assert_eq!(page.items[0].body.as_ref().map(|body| body.source.as_str()), Some("Signed!"));
//! # Ok::<(), parvis::Error>(()) }).unwrap();
//! ```
//!
//! # The tour
//!
//! - [`Parvis`], [`Actor`]: an opened store, and the one who acts in one network. Both are cheap to clone; making them costs no call.
//! - [`mod@operations`]: the one table of operations. Each row is a request with its answer; `actor.items().create(..)`, `actor.run(..)` and
//!   `actor.call("items.create", json)` are the same operation.
//! - [`people`], [`spaces`], [`items`], [`feed`], [`inbox`], [`import`]: the views and the small vocabularies of each domain.
//! - [`gate`]: what may leave the library. A query answers [`Visible`](gate::answer::Visible) records, judged for one viewer in one
//!   snapshot; a record, a number or a text that was not judged is no answer and does not compile.
//! - [`Error`]: a stable [`Reason`], its [`Code`] (at most twelve) and whether a [`Retry`] helps. Hidden and absent look the same.
//! - [`due`]: what follows the log. The host owns the loop: [`Parvis::run_due`] does a bounded piece of work and answers what is left;
//!   [`Upkeep::Inline`] does it after each command.
//! - [`Transaction`]: the same facade on a transaction of the host ([`Parvis::on`]): its rows and Parvis's, one commit.
//! - [`later`]: a command as one row, for a transaction of the host on any other driver ([`Actor::later`]).
//! - [`live`]: what changed for a reader since he last looked, and waiting for it ([`Actor::changes`]).
//! - [`store`]: the seam. A backend implements three methods over tables, keys, columns and documents, and runs the conformance kit
//!   (feature `conformance`).
//! - [`Config`]: secret, clock, entropy, weights; given once, at [`Parvis::open`].

mod actor;
mod config;
pub mod due;
mod error;
pub mod feed;
pub mod gate;
mod graph;
mod heads;
mod ids;
pub mod import;
pub mod inbox;
pub mod items;
pub mod later;
pub mod live;
mod locales;
mod log;
mod markup;
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
mod transaction;

pub use actor::{Actor, Parvis};
pub use config::{Clock, Config, Entropy, EntropyFailed, Secret, Upkeep};
pub use error::{Code, Error, Reason, Retry};
pub use ids::{ItemId, NoticeId, ParseIdError, ParseTimeError, PersonId, SpaceId, TagId, Time, UnitId};
pub use refs::{External, HOST, Ref, external, handle};
pub use rights::Verb;
pub use transaction::Transaction;
