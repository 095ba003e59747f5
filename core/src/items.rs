//! Items: posts, comments and reactions, one envelope for all that people read.

pub(crate) mod commands;
pub(crate) mod history;
pub(crate) mod kinds;
pub(crate) mod mentions;
pub(crate) mod queries;
pub(crate) mod records;
pub(crate) mod rows;
pub(crate) mod tags;
pub(crate) mod thread;
pub(crate) mod views;

pub use mentions::MentionHint;
pub use views::{
    Allowed, Body, CommentView, Explanation, HistoryPage, ItemView, PinnedView, PlaceView, ReactionView, ReasonView,
    Shown, TagView, ThreadPage, VersionView, ViewerView,
};

use crate::actor::Actor;
use crate::answer;
use crate::error::{Error, Reason};
use crate::feed::FeedPage;
use crate::feed::lists::DraftList;
use crate::gate::answer::{Made, Token, Visible};
use crate::gate::page::{self, position_token};
use crate::ids::{ItemId, Time};
use crate::operations::{
    DeleteItem, EditItem, ExplainItem, FilterItems, GetHistory, GetItem, May, MyDrafts, NewComment, NewItem, PinItem,
    PublishItem, React, UnpinItem, Unreact,
};
use crate::receipt::{Receipt, receipt};
use crate::refs::Ref;
use crate::rights::Verb;
use crate::store::execute::Executed;
use commands::{MadeItem, Where};
use serde::{Deserialize, Serialize};

/// Where a new item goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Place {
    /// Into a space.
    Space {
        /// Which.
        space: Ref,
    },
    /// On the wall of the one who acts.
    Wall,
    /// On the wall of the network.
    Network,
}

impl Place {
    /// Into a space.
    pub fn space(space: impl Into<Ref>) -> Place {
        Place::Space { space: space.into() }
    }
}

/// Who may read a new item; never more than may read its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NewAudience {
    /// Everybody who may read the place.
    Place,
    /// In a space: moderators and owners.
    Staff,
    /// On a wall: those who follow the author.
    Followers,
    /// On a wall or the network's: the persons of a unit.
    Unit,
}

/// How an item is published.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Publishing {
    /// At once; those whom it concerns are told.
    #[default]
    Now,
    /// At once; nobody is told.
    Quietly,
    /// Not yet, nor by itself: only its author sees it until he publishes it.
    Draft,
}

/// Who may read a new comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CommentAudience {
    /// Everybody who may read the root (or the comment that is answered).
    Root,
    /// Moderators and owners of the space.
    Staff,
}

/// An end of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ThreadEnd {
    /// Where the thread begins.
    Oldest,
    /// Where the thread goes on: what is read first where people talk.
    Newest,
}

answer! {
    /// An item was written or changed.
    pub struct ItemMade {
        /// The id.
        pub id: Made<ItemId>,
        /// What the next edit must be based on.
        pub version: Token,
        /// Mentions that reach nobody, as far as the writer may know.
        pub hints: Vec<MentionHint>,
        /// The log position after it.
        pub position: Token,
    }
}

fn made(actor: &Actor, executed: &Executed<MadeItem>) -> Result<ItemMade, Error> {
    let MadeItem {
        id,
        version,
        ref unreached,
    } = executed.made;
    let version = rows::BasedOn { item: id, version };
    let version = actor.core.sealer.seal(&[b"version", &actor.network.0], &version);
    Ok(ItemMade {
        id: Made(id),
        version: version.ok_or(Reason::Corrupt)?,
        hints: unreached.hints(),
        position: position_token(actor, executed.position)?,
    })
}

pub(crate) async fn create(actor: &Actor, request: NewItem) -> Result<ItemMade, Error> {
    let command = commands::Create {
        by: actor.person()?.clone(),
        network: actor.network,
        kind: request.kind,
        title: request.title,
        expires: request.expires,
        tags: request.tags.unwrap_or_default(),
        publishing: request.publishing.unwrap_or_default(),
        publish_at: request.publish_at,
        place: match request.place.unwrap_or(Place::Wall) {
            Place::Space { space } => Where::Space(space.who()),
            Place::Wall => Where::Wall,
            Place::Network => Where::Network,
        },
        audience: request.audience.unwrap_or(NewAudience::Place),
        unit: request.unit.as_ref().map(Ref::who),
        source: request.body,
        language: request.language,
    };
    made(
        actor,
        &actor.execute(&command, request.idempotency_key.as_deref()).await?,
    )
}

pub(crate) async fn comment(actor: &Actor, request: NewComment) -> Result<ItemMade, Error> {
    let command = commands::AddComment {
        by: actor.person()?.clone(),
        on: request.on.who(),
        audience: request.audience.unwrap_or(CommentAudience::Root),
        source: request.body,
        language: request.language,
    };
    made(
        actor,
        &actor.execute(&command, request.idempotency_key.as_deref()).await?,
    )
}

pub(crate) async fn edit(actor: &Actor, request: EditItem) -> Result<ItemMade, Error> {
    let based_on = actor
        .core
        .sealer
        .open(&[b"version", &actor.network.0], &request.based_on);
    let command = commands::Edit {
        by: actor.person()?.clone(),
        network: actor.network,
        title: request.title,
        expires: request.expires,
        tags: request.tags,
        item: request.item.who(),
        based_on: based_on.ok_or_else(|| Error::new(Reason::BadValue).at("based_on"))?,
        source: request.body,
        language: request.language,
    };
    made(
        actor,
        &actor.execute(&command, request.idempotency_key.as_deref()).await?,
    )
}

pub(crate) async fn delete(actor: &Actor, request: DeleteItem) -> Result<Receipt, Error> {
    let command = commands::Delete {
        by: actor.person()?.clone(),
        network: actor.network,
        item: request.item.who(),
    };
    receipt(
        actor,
        &actor.execute(&command, request.idempotency_key.as_deref()).await?,
    )
}

pub(crate) async fn publish(actor: &Actor, request: PublishItem) -> Result<ItemMade, Error> {
    let command = commands::Publish {
        by: actor.person()?.clone(),
        network: actor.network,
        item: request.item.who(),
        publishing: request.publishing.unwrap_or_default(),
        publish_at: request.publish_at,
    };
    made(
        actor,
        &actor.execute(&command, request.idempotency_key.as_deref()).await?,
    )
}

pub(crate) async fn drafts(actor: &Actor, request: MyDrafts) -> Result<Visible<FeedPage>, Error> {
    page::page(actor, &DraftList, request.limit, request.cursor.as_ref()).await
}

pub(crate) async fn history(actor: &Actor, request: GetHistory) -> Result<Visible<HistoryPage>, Error> {
    history::history(actor, &request.item.who(), request.limit, request.cursor.as_ref()).await
}

pub(crate) async fn react(actor: &Actor, request: React) -> Result<Receipt, Error> {
    let reaction = Some(request.reaction.unwrap_or_else(|| "like".to_owned()));
    let command = commands::SetReaction {
        by: actor.person()?.clone(),
        item: request.item.who(),
        reaction,
    };
    receipt(
        actor,
        &actor.execute(&command, request.idempotency_key.as_deref()).await?,
    )
}

pub(crate) async fn unreact(actor: &Actor, request: Unreact) -> Result<Receipt, Error> {
    let command = commands::SetReaction {
        by: actor.person()?.clone(),
        item: request.item.who(),
        reaction: None,
    };
    receipt(
        actor,
        &actor.execute(&command, request.idempotency_key.as_deref()).await?,
    )
}

pub(crate) async fn pin(actor: &Actor, request: PinItem) -> Result<Receipt, Error> {
    set_pin(actor, &request.item, Some(request.until), request.idempotency_key).await
}

pub(crate) async fn unpin(actor: &Actor, request: UnpinItem) -> Result<Receipt, Error> {
    set_pin(actor, &request.item, None, request.idempotency_key).await
}

async fn set_pin(actor: &Actor, item: &Ref, until: Option<Time>, key: Option<String>) -> Result<Receipt, Error> {
    let command = commands::SetPin {
        by: actor.person()?.clone(),
        item: item.who(),
        until,
    };
    receipt(actor, &actor.execute(&command, key.as_deref()).await?)
}

pub(crate) async fn get(actor: &Actor, request: GetItem) -> Result<Visible<ThreadPage>, Error> {
    let end = request.end.unwrap_or(ThreadEnd::Oldest);
    thread::thread(actor, &request.item.who(), request.limit, end, request.cursor.as_ref()).await
}

pub(crate) async fn may(actor: &Actor, request: May) -> Result<Visible<Allowed>, Error> {
    queries::allowed(actor, request.verb, std::slice::from_ref(&request.item)).await
}

pub(crate) async fn filter(actor: &Actor, request: FilterItems) -> Result<Visible<Allowed>, Error> {
    queries::allowed(actor, request.verb, &request.items).await
}

pub(crate) async fn explain(actor: &Actor, request: ExplainItem) -> Result<Visible<Explanation>, Error> {
    let verb = request.verb.unwrap_or(Verb::See);
    queries::explain(actor, &request.item, verb, request.person.as_ref()).await
}
