//! Spaces: open, closed, secret; members, moderators, owners.

pub(crate) mod commands;
pub(crate) mod join;
pub(crate) mod lists;
pub(crate) mod queries;
pub(crate) mod records;
pub(crate) mod views;

pub use records::{Announcers, JoinPolicy, Role, Visibility};
pub use views::{
    InvitationPage, InvitationView, MemberPage, MemberView, RequestPage, RequestView, SpaceCard, SpaceMatches,
    SpacePage, SpaceView,
};

use crate::actor::Actor;
use crate::answer;
use crate::error::Error;
use crate::gate::answer::{Made, Token, Visible};
use crate::gate::page::position_token;
use crate::ids::SpaceId;
use crate::operations::{
    AcceptInvitation, AcceptRequest, AddMember, ArchiveSpace, AskToJoin, CompleteSpaces, DeclineInvitation, EditSpace,
    GetSpace, InviteToSpace, JoinSpace, LeaveSpace, ListInvitations, ListMembers, ListRequests, ListSpaces, MySpaces,
    NewSpace, RefuseRequest, RemoveMember, SetAnnouncers, SetRole, SetVisibility, UnarchiveSpace, Uninvite,
    WithdrawRequest,
};
use crate::receipt::{Receipt, receipt};
use crate::store::execute::Command;
use commands::Known;
use join::{AnswerInvitation, AnswerRequest, Answered, Ask, Invite, SetState, Wish};
use records::SpaceState;

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
        join,
        idempotency_key,
    } = request;
    let command = commands::Create {
        by,
        name,
        handle,
        about,
        visibility,
        join,
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
        join: request.join,
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

/// Runs a command that makes nothing new.
async fn told<C: Command<Made = ()>>(actor: &Actor, command: &C, key: Option<&str>) -> Result<Receipt, Error> {
    receipt(actor, &actor.execute(command, key).await?)
}

pub(crate) async fn ask(actor: &Actor, request: AskToJoin) -> Result<Receipt, Error> {
    let command = Ask {
        by: actor.person()?.clone(),
        space: request.space.who(),
        words: request.words,
        wish: Wish::Put,
    };
    told(actor, &command, request.idempotency_key.as_deref()).await
}

pub(crate) async fn withdraw(actor: &Actor, request: WithdrawRequest) -> Result<Receipt, Error> {
    let command = Ask {
        by: actor.person()?.clone(),
        space: request.space.who(),
        words: None,
        wish: Wish::Withdraw,
    };
    told(actor, &command, request.idempotency_key.as_deref()).await
}

pub(crate) async fn accept(actor: &Actor, request: AcceptRequest) -> Result<Receipt, Error> {
    let command = AnswerRequest {
        by: actor.person()?.clone(),
        space: request.space.who(),
        person: request.person.who(),
        answer: Answered::Accept,
    };
    told(actor, &command, request.idempotency_key.as_deref()).await
}

pub(crate) async fn refuse(actor: &Actor, request: RefuseRequest) -> Result<Receipt, Error> {
    let command = AnswerRequest {
        by: actor.person()?.clone(),
        space: request.space.who(),
        person: request.person.who(),
        answer: Answered::Refuse,
    };
    told(actor, &command, request.idempotency_key.as_deref()).await
}

pub(crate) async fn invite(actor: &Actor, request: InviteToSpace) -> Result<Receipt, Error> {
    let command = Invite {
        by: actor.person()?.clone(),
        space: request.space.who(),
        person: request.person.who(),
        role: request.role.unwrap_or(Role::Member),
        until: request.until,
        wish: Wish::Put,
    };
    told(actor, &command, request.idempotency_key.as_deref()).await
}

pub(crate) async fn uninvite(actor: &Actor, request: Uninvite) -> Result<Receipt, Error> {
    let command = Invite {
        by: actor.person()?.clone(),
        space: request.space.who(),
        person: request.person.who(),
        role: Role::Member,
        until: None,
        wish: Wish::Withdraw,
    };
    told(actor, &command, request.idempotency_key.as_deref()).await
}

pub(crate) async fn accept_invitation(actor: &Actor, request: AcceptInvitation) -> Result<Receipt, Error> {
    let command = AnswerInvitation {
        by: actor.person()?.clone(),
        space: request.space.who(),
        answer: Answered::Accept,
    };
    told(actor, &command, request.idempotency_key.as_deref()).await
}

pub(crate) async fn decline_invitation(actor: &Actor, request: DeclineInvitation) -> Result<Receipt, Error> {
    let command = AnswerInvitation {
        by: actor.person()?.clone(),
        space: request.space.who(),
        answer: Answered::Refuse,
    };
    told(actor, &command, request.idempotency_key.as_deref()).await
}

pub(crate) async fn archive(actor: &Actor, request: ArchiveSpace) -> Result<Receipt, Error> {
    let command = SetState {
        by: actor.person()?.clone(),
        space: request.space.who(),
        state: SpaceState::Archived,
    };
    told(actor, &command, request.idempotency_key.as_deref()).await
}

pub(crate) async fn unarchive(actor: &Actor, request: UnarchiveSpace) -> Result<Receipt, Error> {
    let command = SetState {
        by: actor.person()?.clone(),
        space: request.space.who(),
        state: SpaceState::Live,
    };
    told(actor, &command, request.idempotency_key.as_deref()).await
}

pub(crate) async fn list(actor: &Actor, request: ListSpaces) -> Result<Visible<SpacePage>, Error> {
    lists::list(actor, request.limit, request.cursor.as_ref()).await
}

pub(crate) async fn mine(actor: &Actor, request: MySpaces) -> Result<Visible<SpacePage>, Error> {
    lists::mine(actor, request.limit, request.cursor.as_ref()).await
}

pub(crate) async fn complete(actor: &Actor, request: CompleteSpaces) -> Result<Visible<SpaceMatches>, Error> {
    lists::complete(actor, &request.text, request.limit).await
}

pub(crate) async fn members(actor: &Actor, request: ListMembers) -> Result<Visible<MemberPage>, Error> {
    lists::members(actor, &request.space.who(), request.limit, request.cursor.as_ref()).await
}

pub(crate) async fn requests(actor: &Actor, request: ListRequests) -> Result<Visible<RequestPage>, Error> {
    lists::requests(actor, &request.space.who(), request.limit, request.cursor.as_ref()).await
}

pub(crate) async fn invitations(actor: &Actor, request: ListInvitations) -> Result<Visible<InvitationPage>, Error> {
    lists::invitations(actor, request.limit, request.cursor.as_ref()).await
}
