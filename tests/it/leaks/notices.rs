//! What somebody is told of: judged when he reads it, gone from list and count when he may no longer know of it.

use super::check;
use super::leak_test;
use super::town::Town;
use parvis::inbox::NoticeCode;
use parvis::items::Place;
use parvis::operations::*;
use parvis::spaces::{Role, Visibility};
use parvis::{ItemId, NoticeId, external};

/// What somebody's inbox says: codes and items of the list, the count, the persons of the bundles.
async fn told(town: &Town, name: &str) -> (Vec<(NoticeCode, Option<ItemId>)>, u32, u32) {
    let inbox = town.of(name).inbox();
    let page = inbox.entries(Entries::new()).await.unwrap();
    let list = page
        .entries
        .iter()
        .map(|it| (it.code, it.item.as_ref().map(|item| item.id)));
    let count = inbox.unread(UnreadQuery::new()).await.unwrap().unread;
    let bundles = inbox.bundles(Bundles::new()).await.unwrap();
    (list.collect(), count, bundles.bundles.iter().map(|it| it.n).sum())
}

/// Nothing, in every form.
async fn nothing(town: &Town, name: &str, why: &str) -> super::Outcome {
    let told = told(town, name).await;
    check!(told == (Vec::new(), 0, 0), "{name} is told {told:?} {why}");
    Ok(())
}

leak_test!(
    l014_a_notice_passes_the_gate_when_it_is_read_not_when_it_was_made,
    ["member_held"],
    async |town| {
        let lab = town.lab().await;
        let post = town.post("ben", lab, "a post").await;
        town.comment("mona", post, "said-after-the-post").await;
        // Made while he was a member, read when he is none.
        town.remove(lab, "ben").await;
        nothing(&town, "ben", "of a space that he has left").await?;
        town.add(lab, "ben", Role::Member).await;
        let (list, unread, persons) = told(&town, "ben").await;
        check!(
            (list.len(), unread, persons) == (1, 1, 1),
            "what he may know of again is lost"
        );
        Ok(())
    }
);

leak_test!(l016_who_is_no_member_is_told_nothing, ["member_held"], async |town| {
    let lab = town.lab().await;
    let post = town.post("ben", lab, "a post").await;
    town.remove(lab, "ben").await;
    town.comment("mona", post, "behind his back").await;
    town.of("mona").items().react(React::new(post)).await.unwrap();
    nothing(&town, "ben", "of what was done after he had left").await
});

leak_test!(
    l017_what_was_taken_away_vanishes_from_list_and_count,
    ["member_held", "open_only"],
    async |town| {
        let room = town.space("Room", Visibility::Open).await;
        town.add(room, "ben", Role::Member).await;
        let post = town.post("ben", room, "a post").await;
        town.of("olga").items().react(React::new(post)).await.unwrap();
        let said = town.comment("olga", post, "well said").await;
        let (list, unread, _) = told(&town, "ben").await;
        check!((list.len(), unread) == (2, 2), "ben is told {list:?}");
        // The comment goes, then the space closes over one who has left it.
        town.of("olga").items().delete(DeleteItem::new(said)).await.unwrap();
        let (list, unread, _) = told(&town, "ben").await;
        check!(
            (list.len(), unread) == (1, 1),
            "a deleted comment still tells: {list:?}"
        );
        town.of("ben").spaces().leave(LeaveSpace::new(room)).await.unwrap();
        let (list, unread, _) = told(&town, "ben").await;
        check!((list.len(), unread) == (1, 1), "an open room is read by all: {list:?}");
        let close = SetVisibility::new(room, Visibility::Closed);
        town.of("olga").spaces().set_visibility(close).await.unwrap();
        nothing(&town, "ben", "of a closed room").await
    }
);

leak_test!(
    l019_nobody_is_told_of_what_a_narrower_key_keeps_from_him,
    ["narrow_key", "staff_only"],
    async |town| {
        let lab = town.lab().await;
        let post = town.post("ben", lab, "a post").await;
        town.comment_to_staff("mona", post, "aside").await;
        nothing(&town, "ben", "of an aside of the staff").await?;
        let (list, ..) = told(&town, "olga").await;
        check!(list.is_empty(), "an owner is told of what is not his: {list:?}");
        Ok(())
    }
);

leak_test!(
    l046_who_no_longer_moderates_is_told_of_no_request,
    ["admit_needs_staff"],
    async |town| {
        let lab = town.lab().await;
        town.tick();
        let ask = AskToJoin::new(lab).words("let me in");
        town.of("dave").spaces().ask(ask).await.unwrap();
        let request = (vec![(NoticeCode::JoinRequest, None)], 1, 1);
        for name in ["olga", "mona"] {
            let told = told(&town, name).await;
            check!(told == request, "{name} is told {told:?}");
        }
        nothing(&town, "ben", "though he is a member").await?;
        let demote = SetRole::new(lab, external("mona"), Role::Member);
        town.of("olga").spaces().set_role(demote).await.unwrap();
        nothing(&town, "mona", "who is a member only").await?;
        town.remove(lab, "mona").await;
        nothing(&town, "mona", "who has left").await
    }
);

leak_test!(
    l014_a_request_that_was_answered_or_withdrawn_is_told_nobody,
    // No predicate: the notice stands on the request itself.
    [],
    async |town| {
        let lab = town.lab().await;
        let ask = async || {
            town.tick();
            town.of("dave").spaces().ask(AskToJoin::new(lab)).await.unwrap();
        };
        ask().await;
        // Who is no moderator when it is answered is none of it later either.
        let role = async |role| {
            let set = SetRole::new(lab, external("mona"), role);
            town.of("olga").spaces().set_role(set).await.unwrap();
        };
        role(Role::Member).await;
        let withdraw = WithdrawRequest::new(lab);
        town.of("dave").spaces().withdraw(withdraw).await.unwrap();
        nothing(&town, "olga", "of what was withdrawn").await?;
        role(Role::Moderator).await;
        nothing(&town, "mona", "of what was withdrawn").await?;
        ask().await;
        role(Role::Member).await;
        let refuse = RefuseRequest::new(lab, external("dave"));
        town.of("olga").spaces().refuse(refuse).await.unwrap();
        role(Role::Moderator).await;
        ask().await;
        let now = told(&town, "mona").await;
        check!(now.0.len() == 1 && now.1 == 1, "mona is told {now:?}");
        let accept = AcceptRequest::new(lab, external("dave"));
        town.of("mona").spaces().accept(accept).await.unwrap();
        for name in ["olga", "mona"] {
            nothing(&town, name, "of what was answered").await?;
        }
        Ok(())
    }
);

leak_test!(
    l003_who_is_blocked_is_heard_of_nowhere,
    ["blocked_folded"],
    async |town| {
        let lab = town.lab().await;
        let post = town.post("ben", lab, "a post").await;
        town.comment("mona", post, "well said").await;
        town.of("mona").items().react(React::new(post)).await.unwrap();
        town.of("ben")
            .people()
            .block(Block::new(external("mona")))
            .await
            .unwrap();
        nothing(&town, "ben", "by somebody he blocked").await
    }
);

leak_test!(
    l025_a_guest_is_told_only_of_persons_whom_he_meets,
    ["person_found"],
    async |town| {
        let room = town.space("Room", Visibility::Open).await;
        town.add(room, "gus", Role::Member).await;
        town.add(room, "mona", Role::Member).await;
        let post = town.post("gus", room, "a post").await;
        town.of("mona").items().react(React::new(post)).await.unwrap();
        town.of("cleo")
            .people()
            .follow(Follow::new(external("gus")))
            .await
            .unwrap();
        let (list, unread, persons) = told(&town, "gus").await;
        check!(
            list.iter().map(|(code, _)| *code).eq([NoticeCode::Reaction]) && (unread, persons) == (1, 1),
            "a guest is told {list:?}"
        );
        let seen = town.sightings("gus", "cleo").await;
        check!(seen.is_empty(), "a guest reads the name of a stranger: {seen:?}");
        // Who has left is a stranger too.
        town.remove(room, "mona").await;
        nothing(&town, "gus", "by somebody who has left").await
    }
);

leak_test!(
    l026_unread_numbers_end_with_the_membership,
    ["member_held"],
    async |town| {
        let lab = town.lab().await;
        let post = town.post("ben", lab, "a post").await;
        for number in 0..3 {
            town.comment("mona", post, &format!("comment {number}")).await;
        }
        let unread = town.of("ben").inbox().unread(UnreadQuery::new()).await.unwrap();
        check!(
            (unread.unread, unread.badge) == (3, 3),
            "ben has {} unread",
            unread.unread
        );
        town.remove(lab, "ben").await;
        let inbox = town.of("ben").inbox();
        let unread = inbox.unread(UnreadQuery::new()).await.unwrap();
        check!((unread.unread, unread.badge) == (0, 0), "{} stay unread", unread.unread);
        let page = inbox.entries(Entries::new()).await.unwrap();
        check!(
            page.unread.is_some_and(|it| it.unread == 0 && it.badge == 0),
            "the page counts otherwise"
        );
        Ok(())
    }
);

leak_test!(
    l068_reading_anothers_notice_leaves_no_trace,
    // No predicate: notices are found under the reader's own key only.
    [],
    async |town| {
        let lab = town.lab().await;
        let post = town.post("ben", lab, "a post").await;
        town.comment("mona", post, "well said").await;
        let ids: Vec<NoticeId> = {
            let page = town.of("ben").inbox().entries(Entries::new()).await.unwrap();
            page.entries.iter().map(|it| it.id).collect()
        };
        let posts = vec![NoticeId::from_bytes(post.bytes())];
        for name in ["cleo", "gus", "mona"] {
            for ids in [&ids, &posts] {
                let read = ReadEntries::new(ids.clone()).bundles(ids.clone());
                let done = town.of(name).inbox().read(read).await;
                check!(done.is_ok(), "{name} is told that there was something to refuse");
            }
        }
        let (_, unread, _) = told(&town, "ben").await;
        check!(unread == 1, "another read ben's notice");
        for table in ["read_alone", "closed"] {
            let rows = super::tenants::rows(&town.store, super::town::ACME, table).await;
            check!(rows.is_empty(), "a trace in `{table}`");
        }
        Ok(())
    }
);

leak_test!(
    l024_what_is_told_of_a_hidden_post_counts_nowhere,
    ["member_held"],
    async |town| {
        let lab = town.lab().await;
        let open = town.write("ben", NewItem::new("open").place(Place::Network)).await;
        let closed = town.post("ben", lab, "closed").await;
        for name in ["mona", "olga"] {
            town.of(name).items().react(React::new(open)).await.unwrap();
            town.of(name).items().react(React::new(closed)).await.unwrap();
        }
        let (list, unread, persons) = told(&town, "ben").await;
        check!((list.len(), unread, persons) == (4, 4, 4), "ben is told {list:?}");
        town.remove(lab, "ben").await;
        let (list, unread, persons) = told(&town, "ben").await;
        check!((list.len(), unread, persons) == (2, 2, 2), "ben is told {list:?}");
        let unread = Entries::new().which(parvis::inbox::Which::Unread).limit(1_u32);
        let page = town.of("ben").inbox().entries(unread).await.unwrap();
        check!(
            page.entries.len() == 1 && page.next.is_some(),
            "the unread ones are cut off"
        );
        let unread = Entries::new().which(parvis::inbox::Which::Unread).limit(2_u32);
        let page = town.of("ben").inbox().entries(unread).await.unwrap();
        check!(
            page.entries.len() == 2 && page.next.is_none() && !page.partial,
            "the end of the list tells of hidden notices"
        );
        Ok(())
    }
);
