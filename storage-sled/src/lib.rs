//! The sled backend of Parvis: one folder, no C compiler, no server. For small stores at the edge; where reliability
//! comes first, use SQLite (`parvis-sqlx`): sled's own README says the same.
//!
//! - [`Sled`]: a folder that is open; any number of handles in one process, under any executor.
//! - [`SledOptions`]: where it lies, when it is flushed, how much memory its cache takes.
//!
//! # What is promised
//! - **One instant.** All reads of a call see the same moment: they hold a lock that batches take alone.
//! - **All or nothing.** A batch is decided under that lock and written as one sled batch, which sled recovers whole or
//!   not at all. A failure while it is written is [`OutcomeUnknown`](parvis::store::StorageError::OutcomeUnknown).
//! - **Durability.** With [`Flush::Each`] (the default) a batch survives a loss of power once it is acknowledged: sled's log
//!   is written, then synced with the medium, which sled by itself does not wait for on Linux. Batches that wait together
//!   share a sync. With [`Flush::Every`] see there what may be lost. Batches that only ask for
//!   [`Replayable`](parvis::store::Durability::Replayable) are acknowledged before the sync; what is lost of them is the
//!   newest, never one from the middle.
//! - **Fresh reads.** A read sees every batch acknowledged before it. It may also see one that is being flushed and not yet
//!   acknowledged; should the power fail in that moment, it can be gone afterwards. SQLite does not show those.
//! - **Nothing blocks the caller.** One thread writes, a few read; a call waits for their answer without holding a thread. A
//!   batch that was handed over runs to its end: who drops the future stops waiting, no more. A thousand calls may wait;
//!   more are told [`Busy`](parvis::store::StorageError::Busy).
//! - **Damage is noticed.** Every value carries a checksum over itself and its key; one that does not fit is
//!   [`Corrupt`](parvis::store::StorageError::Corrupt), never an answer.
//!
//! # Limits
//! - **sled 0.34 is a beta** and has had no release since 2021. Keep exports or copies of the folder (of a closed store).
//! - **One process a folder.** A second one is told [`Busy`](parvis::store::StorageError::Busy) after
//!   [`busy_timeout`](SledOptions::busy_timeout). Within a process all handles share one engine; options of the first
//!   one hold.
//! - **No range in transactions**: sled's transactions are not used at all. What they lack is done by the lock above, which
//!   makes writes serial, and reads wait while a batch is applied (not while it is flushed). sled has one such lock for
//!   all its stores in a process: two busy folders in one process slow each other down.
//! - **Memory.** sled keeps an entry a page in memory, whatever the cache's size, and its cache takes up to twice what was
//!   asked for. Opening reads the log since the last snapshot and may take minutes with many gigabytes.
//! - **Space.** Old versions are kept until a segment (512 KiB) holds little else: the folder may take several times what
//!   is in it. Nothing is written where less than 2 MiB would stay free: [`Full`](parvis::store::StorageError::Full),
//!   while reads go on, and writes again as soon as there is room.
//! - **A failed write or sync** (not a full disk that was foreseen) closes the engine: what was not acknowledged is unknown,
//!   and the folder is opened again for the next call. As long as that takes room that is not there, reads fail as well.
//! - **A folder that cannot be written cannot be opened**:
//!   [`ReadOnly`](parvis::store::StorageError::ReadOnly). Copy it to read it.
//! - **A damaged log** is cut by sled where it stops making sense, at an earlier whole batch; the caller notices by its
//!   positions. A **damaged snapshot** is [`Corrupt`](parvis::store::StorageError::Corrupt) at `open`: with the log
//!   intact, move the files `snap.*` out of the folder and open it again. One that was being written when the process was killed
//!   is thrown away (sled itself would open no more).
//! - Pages that outgrow a part of a segment lie in files of their own, under `blobs` in the folder: a copy takes the folder whole. A
//!   document takes 48 kB at most, but a page holds many rows.
//!
//! # How it works, in the order of the modules
//! `options`, `map` (the tree as an ordered map, with checksums), `open` (the engine while it is open), `slot` (opened again
//! after a failure), `watch` (no call waits for ever), `threads` (queues and what shares a sync), `store` (the seam), `errors`.

mod errors;
mod map;
mod open;
mod options;
mod slot;
mod store;
mod threads;
mod watch;

pub use options::{Flush, SledOptions};
pub use store::Sled;
