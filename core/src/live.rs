//! What changed for one reader since he last looked, and waiting for it: what live pages and long polls are made of.

pub(crate) mod news;
mod views;
pub(crate) mod watch;

pub use views::ChangesView;
pub use watch::{Sleep, Watch};

use crate::actor::Actor;
use crate::error::{Error, Reason};
use crate::gate::answer::{Token, Visible};
use crate::gate::page::{position_context, visible};
use crate::inbox::UnreadCount;
use crate::inbox::queries::{Since, changed};
use crate::operations::Changes;
use crate::store::Position;
use serde::{Deserialize, Serialize};
use watch::{ROUNDS_A_SECOND, Rounds};

/// A call waits at most this long, in seconds.
const MAX_WAIT: u32 = 60;
/// Rounds between two looks of one call: a lively network does not make each of its commits a page for everybody who waits.
const REST: u32 = 2;

/// Up to where a reader has seen everything: what a position token holds, and how much was unread then, where he was told.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Point {
    #[serde(flatten)]
    position: Position,
    #[serde(default)]
    unread: Option<UnreadCount>,
}

impl Actor {
    /// What changed for the one who acts since a position that an earlier answer gave, as soon as something did: how much is
    /// unread, and how much is new in his home. The same as [`Live::changes`](crate::operations::Live::changes).
    ///
    /// # Errors
    /// [`Reason::Cursor`] for a position that is none of this network's, and those of a page of the inbox.
    pub async fn changes(&self, request: Changes) -> Result<Visible<ChangesView>, Error> {
        self.run(request).await
    }
}

pub(crate) async fn changes(actor: &Actor, request: Changes) -> Result<Visible<ChangesView>, Error> {
    let sealer = &actor.core.sealer;
    let after = request.after.as_ref().map(|token| {
        let point: Option<Point> = sealer.open(&position_context(actor), token);
        point.ok_or_else(|| Error::new(Reason::Cursor).at("after"))
    });
    let after = after.transpose()?;
    let waits = if after.is_some() {
        request.wait_seconds.min(MAX_WAIT)
    } else {
        0
    };
    let hub = actor.core.hubs.of(actor.network);
    let mut rounds = Rounds::of(waits * ROUNDS_A_SECOND);
    let mut rest = 0;
    loop {
        let seen = changed(actor, after.map(|point| point.position)).await?;
        let told = after.and_then(|point| point.unread);
        let new = seen.feed_new > 0 || seen.replaced || told.is_some_and(|told| told != seen.unread);
        if new || rounds.are_over() {
            return answer(actor, &seen);
        }
        let moved = hub.moved(&actor.core, seen.mark, &mut rounds).await?;
        if !moved && told.is_some() {
            return answer(actor, &seen);
        }
        for _ in 0..rest {
            hub.round(&actor.core, &mut rounds).await?;
        }
        rest = REST;
    }
}

fn answer(actor: &Actor, seen: &Since) -> Result<Visible<ChangesView>, Error> {
    let point = Point {
        position: seen.looked.snapshot.position,
        unread: Some(seen.unread),
    };
    let position: Option<Token> = actor.core.sealer.seal(&position_context(actor), &point);
    let UnreadCount { unread, more, badge } = seen.unread;
    let view = ChangesView {
        position: position.ok_or(Error::new(Reason::Corrupt))?,
        unread,
        more,
        badge,
        feed_new: seen.feed_new,
        replaced: seen.replaced,
    };
    Ok(visible(&seen.looked.snapshot, &seen.looked.reader, view))
}
