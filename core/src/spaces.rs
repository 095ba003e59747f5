//! Spaces: open, closed, secret; members, moderators, owners.

pub(crate) mod commands;
pub(crate) mod queries;
pub(crate) mod records;

pub use records::{Announcers, Role, Visibility};

use crate::actor::Actor;
use crate::answer;
use crate::error::Error;
use crate::gate::answer::{Made, Token, Visible};
use crate::gate::page::position_token;
use crate::ids::SpaceId;
use crate::items::SpaceView;
use crate::operations::{
    AddMember, EditSpace, GetSpace, JoinSpace, LeaveSpace, NewSpace, RemoveMember, SetAnnouncers, SetRole,
    SetVisibility,
};
use crate::receipt::{Receipt, receipt};
use commands::Known;

answer! {
    /// A space was opened.
    pub struct SpaceMade {
        /// The id.
        pub id: Made<SpaceId>,
        /// The log position after it.
        pub position: Token,
    }
}

pub(crate) async fn create(actor: &Actor, request: NewSpace) -> Result<SpaceMade, Error> {
    let by = actor.person()?.clone();
    let NewSpace {
        name,
        visibility,
        handle,
        about,
        idempotency_key,
    } = request;
    let command = commands::Create {
        by,
        name,
        handle,
        about,
        visibility,
    };
    let executed = actor.execute(&command, idempotency_key.as_deref()).await?;
    Ok(SpaceMade {
        id: Made(executed.made),
        position: position_token(actor, executed.position)?,
    })
}

pub(crate) async fn edit(actor: &Actor, request: EditSpace) -> Result<Receipt, Error> {
    let command = commands::Edit {
        by: actor.person()?.clone(),
        space: request.space.who(),
        name: request.name,
        handle: request.handle,
        about: request.about,
    };
    receipt(
        actor,
        &actor.execute(&command, request.idempotency_key.as_deref()).await?,
    )
}

pub(crate) async fn get(actor: &Actor, request: GetSpace) -> Result<Visible<SpaceView>, Error> {
    queries::get(actor, &request.space.who()).await
}

pub(crate) async fn join(actor: &Actor, request: JoinSpace) -> Result<Receipt, Error> {
    let command = commands::Join {
        by: actor.person()?.clone(),
        space: request.space.who(),
    };
    receipt(
        actor,
        &actor.execute(&command, request.idempotency_key.as_deref()).await?,
    )
}

pub(crate) async fn leave(actor: &Actor, request: LeaveSpace) -> Result<Receipt, Error> {
    let command = commands::Leave {
        by: actor.person()?.clone(),
        space: request.space.who(),
    };
    receipt(
        actor,
        &actor.execute(&command, request.idempotency_key.as_deref()).await?,
    )
}

pub(crate) async fn add(actor: &Actor, request: AddMember) -> Result<Receipt, Error> {
    let command = commands::PutMember {
        by: actor.person()?.clone(),
        space: request.space.who(),
        person: request.person.who(),
        role: request.role.unwrap_or(Role::Member),
        expires: request.expires,
        known: Known::Anybody,
    };
    receipt(
        actor,
        &actor.execute(&command, request.idempotency_key.as_deref()).await?,
    )
}

pub(crate) async fn remove(actor: &Actor, request: RemoveMember) -> Result<Receipt, Error> {
    let (space, person) = (request.space.who(), request.person.who());
    let command = commands::Remove {
        by: actor.person()?.clone(),
        space,
        person,
    };
    receipt(
        actor,
        &actor.execute(&command, request.idempotency_key.as_deref()).await?,
    )
}

pub(crate) async fn set_role(actor: &Actor, request: SetRole) -> Result<Receipt, Error> {
    let command = commands::PutMember {
        by: actor.person()?.clone(),
        space: request.space.who(),
        person: request.person.who(),
        role: request.role,
        expires: None,
        known: Known::Member,
    };
    receipt(
        actor,
        &actor.execute(&command, request.idempotency_key.as_deref()).await?,
    )
}

pub(crate) async fn set_visibility(actor: &Actor, request: SetVisibility) -> Result<Receipt, Error> {
    let (space, visibility) = (request.space.who(), request.visibility);
    let command = commands::SetVisibility {
        by: actor.person()?.clone(),
        space,
        visibility,
    };
    receipt(
        actor,
        &actor.execute(&command, request.idempotency_key.as_deref()).await?,
    )
}

pub(crate) async fn set_announcers(actor: &Actor, request: SetAnnouncers) -> Result<Receipt, Error> {
    let (space, announcers) = (request.space.who(), request.announcers);
    let command = commands::SetAnnouncers {
        by: actor.person()?.clone(),
        space,
        announcers,
    };
    receipt(
        actor,
        &actor.execute(&command, request.idempotency_key.as_deref()).await?,
    )
}
