//! Questions about persons.

use super::records::{Named, Person};
use super::views::Profile;
use crate::actor::Actor;
use crate::error::{Error, Reason};
use crate::gate::answer::Visible;
use crate::gate::page::visible;
use crate::gate::plan::Plan;
use crate::gate::reader::{ReaderSlots, Who};
use crate::gate::sealed::Opening;
use crate::spaces::records::Member;
use crate::store::col;

/// One person's page: internal persons see all, a guest those who share a space with him.
pub(crate) async fn get(actor: &Actor, person: &Who) -> Result<Visible<Profile>, Error> {
    let mut plan = Plan::new();
    let reader = ReaderSlots::whole(&mut plan, actor.person()?);
    let keys = person.keys(Named::Person, &mut plan);
    let slot = plan.get::<Person>(keys);
    let shared = plan.get::<Member>(reader.members.each([slot.only("id"), col("space")]));
    let (snapshot, reader) = reader.ask(&plan, actor).await?;
    let shared = snapshot.take(shared)?.open(Opening::Show);
    let current =
        |member: &Member| member.expires.is_none_or(|end| reader.now < end) && reader.role(member.space).is_some();
    let meets = reader.is_internal() || shared.iter().any(current) || !reader.switches.on("person_found");
    let person = snapshot.take(slot)?.open(Opening::Show).into_iter().next();
    let person = person.filter(|person| reader.policy_is_empty && (meets || person.id == reader.id));
    let person = person.ok_or(Error::new(Reason::Named).at("person"))?;
    Ok(visible(&snapshot, &reader, Profile::build(&person, &reader)))
}
