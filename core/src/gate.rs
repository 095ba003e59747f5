//! The gate: the one place where rows become answers.
//!
//! - `plan` asks the store in typed slots; `sealed` is what comes back.
//! - `reader` builds the one who asks and his keys, as of one snapshot; `world` the facts about items.
//! - `judge` decides; every predicate has a name in `switches`, and its outcome carries the fact that decided.
//! - `others` builds other persons than the one who asks, to judge what they may read.
//! - `facts` loads what a command decides on, row by row.
//! - `page` reads pages: candidates, judgement, refill, all of the last read's instant.
//! - `show` builds what is shown, of what was judged; `answer` is what may leave the library.

pub mod answer;
pub(crate) mod facts;
pub(crate) mod judge;
pub(crate) mod keys;
pub(crate) mod others;
pub(crate) mod page;
pub(crate) mod plan;
pub(crate) mod reader;
pub(crate) mod sealed;
pub(crate) mod show;
pub(crate) mod switches;
pub(crate) mod world;

pub use judge::Fact;
pub(crate) use keys::AS_ROOT;
pub use keys::AudienceKey;
pub(crate) use switches::Switches;
