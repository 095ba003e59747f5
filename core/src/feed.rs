//! Feeds: home, ranked or newest first; the walls; what was seen.

mod active;
mod arrange;
#[cfg(test)]
pub(crate) mod dice;
pub(crate) mod features;
pub(crate) mod home;
pub(crate) mod hours;
mod known;
pub(crate) mod lists;
mod older;
pub(crate) mod reasons;
pub(crate) mod records;
pub(crate) mod score;
mod seen;
pub(crate) mod sources;
pub(crate) mod upkeep;
pub(crate) mod window;

pub use crate::items::views::FeedPage;
pub use home::Explain;
pub use score::Weights;

use crate::actor::Actor;
use crate::error::Error;
use crate::gate::answer::Visible;
use crate::gate::page;
use crate::locales::Language;
use crate::operations::{Home, MarkSeen, NetworkWall, PersonWall, SpaceWall};
use crate::receipt::Receipt;
use serde::{Deserialize, Serialize};

/// The order of the home feed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Order {
    /// By points, window by window.
    #[default]
    Ranked,
    /// Newest first.
    Newest,
    /// By last activity: a thread stands where somebody other than its author last wrote in it. It moves at most once in five
    /// minutes, and until 48 hours after its post (14 days for a question or an idea).
    Active,
}

pub(crate) async fn home(actor: &Actor, request: Home) -> Result<Visible<FeedPage>, Error> {
    let cursor = request.cursor.as_ref();
    match request.order.unwrap_or_default() {
        Order::Newest => {
            page::page(
                actor,
                &lists::HomeList { network: actor.network },
                request.limit,
                cursor,
            )
            .await
        }
        Order::Active => active::page(actor, request.limit, cursor).await,
        Order::Ranked => {
            let language = Language::of(request.language.as_deref().unwrap_or("en"));
            home::ranked(
                actor,
                request.limit,
                cursor,
                request.explain.unwrap_or_default(),
                language,
            )
            .await
        }
    }
}

pub(crate) async fn space_wall(actor: &Actor, request: SpaceWall) -> Result<Visible<FeedPage>, Error> {
    let list = lists::SpaceList {
        space: request.space.who(),
    };
    page::page(actor, &list, request.limit, request.cursor.as_ref()).await
}

pub(crate) async fn person_wall(actor: &Actor, request: PersonWall) -> Result<Visible<FeedPage>, Error> {
    let list = lists::PersonList {
        person: request.person.who(),
    };
    page::page(actor, &list, request.limit, request.cursor.as_ref()).await
}

pub(crate) async fn network_wall(actor: &Actor, request: NetworkWall) -> Result<Visible<FeedPage>, Error> {
    page::page(
        actor,
        &lists::NetworkList { network: actor.network },
        request.limit,
        request.cursor.as_ref(),
    )
    .await
}

pub(crate) async fn seen(actor: &Actor, request: MarkSeen) -> Result<Receipt, Error> {
    seen::mark(actor, &request.items).await
}
