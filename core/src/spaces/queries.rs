//! Questions about spaces.

use super::records::{JoinRequest, Space};
use super::views::{SpaceCard, SpaceView};
use crate::actor::Actor;
use crate::error::{Error, Reason};
use crate::gate::answer::Visible;
use crate::gate::judge::find_space;
use crate::gate::page::visible;
use crate::gate::plan::Plan;
use crate::gate::reader::{ReaderSlots, Who};
use crate::gate::sealed::Opening;
use crate::people::records::Named;
use crate::spaces::Announcers;
use crate::store::col;

/// One space, where the reader may find it.
pub(crate) async fn get(actor: &Actor, space: &Who) -> Result<Visible<SpaceView>, Error> {
    let mut plan = Plan::new();
    let reader = ReaderSlots::whole(&mut plan, actor.person()?);
    let keys = space.keys(Named::Space, &mut plan);
    let slot = plan.get::<Space>(keys);
    let asked = plan.get::<JoinRequest>(slot.each([col("id"), reader.person.only("id")]));
    let (snapshot, reader) = reader.ask(&plan, actor).await?;
    let space = snapshot.take(slot)?.open(Opening::Show).into_iter().next();
    let space = space
        .filter(|space| find_space(&reader, space))
        .ok_or(Error::new(Reason::Named).at("space"))?;
    let requested = !snapshot.take(asked)?.open(Opening::Show).is_empty();
    let view = SpaceView {
        card: SpaceCard::build(&space, &reader),
        announcers: space.announcers.unwrap_or(Announcers::Owners),
        requested,
    };
    Ok(visible(&snapshot, &reader, view))
}
