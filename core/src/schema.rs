//! Every table of this release, in one list.

#[cfg(feature = "testing")]
use crate::store::Declaration;
use crate::store::{Record, Schema, Table};

macro_rules! tables {
    ($($record:path),+ $(,)?) => {
        fn tables() -> Vec<Table> {
            vec![$(<$record>::table()),+]
        }

        /// What the leak tests know of every record.
        #[cfg(feature = "testing")]
        pub(crate) fn declarations() -> Vec<Declaration> {
            vec![$(<$record>::declaration()),+]
        }
    };
}

tables! {
    crate::secrets::KeptSecret,
    crate::people::records::Person,
    crate::people::records::Unit,
    crate::people::records::Tree,
    crate::people::records::External,
    crate::people::records::Handle,
    crate::people::records::Word,
    crate::people::records::PolicyRow,
    crate::people::records::PersonCounts,
    crate::spaces::records::Space,
    crate::spaces::records::Member,
    crate::spaces::records::SpaceCounts,
    crate::spaces::records::JoinRequest,
    crate::spaces::records::Invitation,
    crate::graph::records::Follow,
    crate::graph::records::Block,
    crate::graph::records::Mute,
    crate::graph::records::FollowTag,
    crate::graph::records::Affinity,
    crate::items::records::Item,
    crate::items::records::Audience,
    crate::items::records::Text,
    crate::items::records::Revision,
    crate::items::records::Timeline,
    crate::items::records::ItemTag,
    crate::items::records::Mention,
    crate::items::records::Comment,
    crate::items::records::Pin,
    crate::items::records::Reaction,
    crate::items::records::CommentCount,
    crate::items::records::ReactionCount,
    crate::feed::records::Seen,
    crate::feed::records::Mine,
    crate::feed::records::Bumped,
    crate::feed::records::Pulse,
    crate::feed::records::Rate,
    crate::feed::records::Pace,
    crate::inbox::records::Notice,
    crate::inbox::records::Unread,
    crate::inbox::records::Mark,
    crate::inbox::records::Closed,
    crate::inbox::records::ReadAlone,
    crate::due::Follower,
    crate::due::DueRow,
    crate::due::Worker,
    crate::later::records::CommandOf,
}

/// Grows with every addition to the tables.
const ADDS: u32 = 3;
/// Grows when the meaning of something stored changes.
const BREAKS: u32 = 1;

/// Where a missing row allows something. Everywhere else what is missing is a no.
const GUARDS: &[&str] = &[
    <crate::people::records::PolicyRow as Record>::TABLE,
    <crate::graph::records::Block as Record>::TABLE,
];

/// The schema of this release.
pub(crate) fn schema() -> Schema {
    let guarded = |table: Table| match GUARDS.contains(&table.name) {
        true => table.guard(),
        false => table,
    };
    Schema::new(ADDS, BREAKS, tables().into_iter().map(guarded))
}
