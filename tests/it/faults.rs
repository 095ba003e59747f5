//! Faults, made for real: processes are killed, disks fill up, flushes fail, bits flip. What is promised is in
//! `docs/security.md` (F), what the full runs showed in `docs/reliability.md`.
//!
//! `scripts/test` runs a part of the points; `scripts/nightly` all of them.

mod behind;
mod cut;
mod dropped;
mod flip;
mod flush;
mod full;
pub(crate) mod ground;
mod hand_over;
mod isolation;
mod kill;
mod medium;
mod memory;
mod migrate;
pub(crate) mod own;
mod pool;
mod processes;
mod proxy;
mod restored;
mod revoked;
mod server;
mod slow;
