//! People: persons, guests, units, the host's names for things; and the ties between persons.

pub(crate) mod commands;
pub(crate) mod handles;
pub(crate) mod lists;
pub(crate) mod names;
pub(crate) mod profile;
pub(crate) mod queries;
pub(crate) mod records;
pub(crate) mod views;

pub use crate::graph::mutes::Topic;
pub use records::{PersonKind, PersonStatus};
pub use views::{MuteList, MuteView, MutedView, PersonCard, PersonMatches, PersonPage, Profile, TagPage};

use crate::actor::Actor;
use crate::answer;
use crate::error::Error;
use crate::gate::answer::{Made, Token, Visible};
use crate::gate::page::position_token;
use crate::graph::commands::{SetTie, Tie};
use crate::graph::{mutes, topics};
use crate::ids::{PersonId, UnitId};
use crate::operations::{
    Block, CompletePeople, EditPerson, Follow, FollowTag, GetPerson, ListMutes, ListPeople, ListTags, Mute, PutPerson,
    PutUnit, Unblock, Unfollow, UnfollowTag, Unmute,
};
use crate::receipt::{Receipt, receipt};
use crate::refs::Ref;

answer! {
    /// A person was put.
    pub struct PersonMade {
        /// The id.
        pub id: Made<PersonId>,
        /// The log position after it.
        pub position: Token,
    }
}

answer! {
    /// A unit was put.
    pub struct UnitMade {
        /// The id.
        pub id: Made<UnitId>,
        /// The log position after it.
        pub position: Token,
    }
}

pub(crate) async fn put(actor: &Actor, request: PutPerson) -> Result<PersonMade, Error> {
    actor.app()?;
    let command = commands::PutPerson {
        external: request.external,
        name: request.name,
        handle: request.handle,
        title: request.title,
        email: request.email,
        languages: request.languages,
        kind: request.kind.unwrap_or(PersonKind::Internal),
        status: request.status.unwrap_or(PersonStatus::Active),
        unit: request.unit.as_ref().map(Ref::who),
        expires: request.expires,
        zone: request.zone,
        skills: request.skills,
    };
    let executed = actor.execute(&command, request.idempotency_key.as_deref()).await?;
    Ok(PersonMade {
        id: Made(executed.made),
        position: position_token(actor, executed.position)?,
    })
}

pub(crate) async fn edit(actor: &Actor, request: EditPerson) -> Result<Receipt, Error> {
    let command = commands::Edit {
        by: actor.person()?.clone(),
        handle: request.handle,
        title: request.title,
        languages: request.languages,
        zone: request.zone,
        skills: request.skills,
    };
    receipt(
        actor,
        &actor.execute(&command, request.idempotency_key.as_deref()).await?,
    )
}

pub(crate) async fn put_unit(actor: &Actor, request: PutUnit) -> Result<UnitMade, Error> {
    actor.app()?;
    let parent = request.parent.as_ref().map(Ref::who);
    let command = commands::PutUnit {
        external: request.external,
        name: request.name,
        parent,
    };
    let executed = actor.execute(&command, request.idempotency_key.as_deref()).await?;
    Ok(UnitMade {
        id: Made(executed.made),
        position: position_token(actor, executed.position)?,
    })
}

pub(crate) async fn get(actor: &Actor, request: GetPerson) -> Result<Visible<Profile>, Error> {
    queries::get(actor, &request.person.who()).await
}

pub(crate) async fn list(actor: &Actor, request: ListPeople) -> Result<Visible<PersonPage>, Error> {
    lists::list(actor, request.limit, request.cursor.as_ref()).await
}

pub(crate) async fn complete(actor: &Actor, request: CompletePeople) -> Result<Visible<PersonMatches>, Error> {
    let asked = lists::Completing {
        text: request.text,
        limit: request.limit,
        space: request.space.as_ref().map(Ref::who),
        item: request.item.as_ref().map(Ref::who),
    };
    lists::complete(actor, &asked).await
}

pub(crate) async fn mute(actor: &Actor, request: Mute) -> Result<Receipt, Error> {
    let (until, key) = (request.until, request.idempotency_key);
    mutes::set(actor, &request.what, mutes::Wish::Mute { until }, key.as_deref()).await
}

pub(crate) async fn unmute(actor: &Actor, request: Unmute) -> Result<Receipt, Error> {
    mutes::set(
        actor,
        &request.what,
        mutes::Wish::Unmute,
        request.idempotency_key.as_deref(),
    )
    .await
}

pub(crate) async fn mutes(actor: &Actor, request: ListMutes) -> Result<Visible<MuteList>, Error> {
    mutes::list(actor, request.limit, request.cursor.as_ref()).await
}

pub(crate) async fn follow(actor: &Actor, request: Follow) -> Result<Receipt, Error> {
    tie(actor, &request.person, Tie::Follow, request.idempotency_key.as_deref()).await
}

pub(crate) async fn unfollow(actor: &Actor, request: Unfollow) -> Result<Receipt, Error> {
    tie(
        actor,
        &request.person,
        Tie::Unfollow,
        request.idempotency_key.as_deref(),
    )
    .await
}

pub(crate) async fn block(actor: &Actor, request: Block) -> Result<Receipt, Error> {
    tie(actor, &request.person, Tie::Block, request.idempotency_key.as_deref()).await
}

pub(crate) async fn unblock(actor: &Actor, request: Unblock) -> Result<Receipt, Error> {
    tie(actor, &request.person, Tie::Unblock, request.idempotency_key.as_deref()).await
}

async fn tie(actor: &Actor, person: &Ref, tie: Tie, key: Option<&str>) -> Result<Receipt, Error> {
    let command = SetTie {
        by: actor.person()?.clone(),
        other: person.who(),
        tie,
    };
    receipt(actor, &actor.execute(&command, key).await?)
}

pub(crate) async fn follow_tag(actor: &Actor, request: FollowTag) -> Result<Receipt, Error> {
    let key = request.idempotency_key.as_deref();
    topics::set(actor, request.tag, topics::Wish::Follow, key).await
}

pub(crate) async fn unfollow_tag(actor: &Actor, request: UnfollowTag) -> Result<Receipt, Error> {
    let key = request.idempotency_key.as_deref();
    topics::set(actor, request.tag, topics::Wish::Unfollow, key).await
}

pub(crate) async fn tags(actor: &Actor, request: ListTags) -> Result<Visible<TagPage>, Error> {
    topics::followed(actor, request.limit, request.cursor.as_ref()).await
}
