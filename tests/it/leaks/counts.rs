//! Numbers, ends of lists and lengths are answers too.

use super::check;
use super::leak_test;
use super::town::PEOPLE;
use parvis::items::{Place, ThreadEnd};
use parvis::operations::*;
use parvis::spaces::{Role, Visibility};
use parvis::{Reason, external};

leak_test!(
    l024_every_count_is_a_count_of_what_the_reader_may_read,
    ["narrow_key", "staff_only"],
    async |town| {
        let lab = town.lab().await;
        let post = town.post("ben", lab, "a post").await;
        town.comment("ben", post, "one").await;
        let gone = town.comment("ben", post, "two").await;
        town.comment_to_staff("mona", post, "aside").await;
        town.of("ben").items().delete(DeleteItem::new(gone)).await.unwrap();
        for (name, expected) in [("ben", 1), ("mona", 2), ("olga", 2)] {
            let page = town.of(name).items().get(GetItem::new(post)).await.unwrap();
            let published = page.comments.iter().filter(|comment| comment.body.is_some()).count();
            let home = town.of(name).feed().home(Home::new()).await.unwrap();
            let wall = town.of(name).feed().space_wall(SpaceWall::new(lab)).await.unwrap();
            let told = [page.root.comments, home.items[0].comments, wall.items[0].comments];
            check!(
                told == [expected; 3],
                "{name} is told {told:?} comments, reads {expected}"
            );
            check!(published == expected as usize, "{name} reads {published} comments");
        }
        Ok(())
    }
);

leak_test!(
    l024_the_end_of_a_thread_does_not_tell_of_hidden_comments,
    // No predicate: the end of the list is told after the gate, over a scan that is wide enough.
    [],
    async |town| {
        let lab = town.lab().await;
        let (quiet, busy) = (
            town.post("ben", lab, "quiet").await,
            town.post("ben", lab, "busy").await,
        );
        for number in 0..30 {
            town.comment_to_staff("mona", busy, &format!("aside {number}")).await;
        }
        for limit in [1u32, 2, 20] {
            for post in [quiet, busy] {
                let page = town
                    .of("ben")
                    .items()
                    .get(GetItem::new(post).limit(limit))
                    .await
                    .unwrap();
                check!(page.comments.is_empty(), "ben reads asides");
                check!(
                    page.next.is_none(),
                    "a page of {limit} goes on after nothing: there is something hidden"
                );
            }
        }
        town.comment("ben", busy, "at last").await;
        let page = town
            .of("ben")
            .items()
            .get(GetItem::new(busy).limit(1u32))
            .await
            .unwrap();
        check!(
            page.comments.len() == 1 && page.next.is_none(),
            "the visible comment is pages away"
        );
        Ok(())
    }
);

leak_test!(
    l024_answers_and_placeholders_do_not_tell_of_hidden_answers,
    ["narrow_key", "staff_only"],
    async |town| {
        let lab = town.lab().await;
        let post = town.post("ben", lab, "a post").await;
        let first = town.comment("ben", post, "first").await;
        for number in 0..8 {
            town.comment_to_staff("mona", first, &format!("aside {number}")).await;
        }
        town.comment("ben", first, "an answer").await;
        let gone = town.comment("ben", post, "gone").await;
        town.comment_to_staff("mona", gone, "an aside").await;
        town.of("ben").items().delete(DeleteItem::new(gone)).await.unwrap();
        for end in [ThreadEnd::Oldest, ThreadEnd::Newest] {
            let get = GetItem::new(post).end(end);
            let page = town.of("ben").items().get(get.clone()).await.unwrap();
            check!(page.comments.len() == 1, "a placeholder tells ben of an aside under it");
            let comment = &page.comments[0];
            let told = (comment.comments, comment.answers.len(), comment.next.is_some());
            check!(told == (1, 1, false), "ben is told of asides: {told:?}");
            let page = town.of("mona").items().get(get).await.unwrap();
            let comment = &page.comments[0];
            check!(
                page.comments.len() == 2 && comment.comments == 9 && comment.next.is_some(),
                "the asides are hidden from the staff"
            );
        }
        Ok(())
    }
);

leak_test!(
    l024_the_end_of_the_ranked_home_does_not_tell_of_hidden_posts,
    // No predicate, as above.
    [],
    async |town| {
        let open = town.space("Open", Visibility::Open).await;
        town.add(open, "gus", Role::Member).await;
        for number in 0..60 {
            town.write("cleo", NewItem::new(format!("news {number}")).place(Place::Network))
                .await;
        }
        town.clock.advance_hours(24 * 30);
        for name in ["gus", "gina"] {
            for limit in [1u32, 20] {
                let page = town.of(name).feed().home(Home::new().limit(limit)).await.unwrap();
                check!(page.items.is_empty(), "a guest reads the network's wall");
                check!(
                    page.next.is_none(),
                    "the home of {name} goes on after nothing: there is something hidden"
                );
            }
        }
        Ok(())
    }
);

leak_test!(
    l025_no_count_of_a_space_or_a_person_reaches_a_guest,
    ["space_found", "person_found"],
    async |town| {
        let lab = town.lab().await;
        let gus = town.of("gus");
        let space = gus.spaces().get(GetSpace::new(lab)).await;
        check!(
            space.is_err_and(|error| error.reason == Reason::Named),
            "a guest finds a closed space"
        );
        for name in PEOPLE.iter().filter(|name| **name != "gus") {
            let card = gus.people().get(GetPerson::new(external(name))).await;
            check!(
                card.is_err_and(|error| error.reason == Reason::Named),
                "a guest finds {name}"
            );
        }
        town.add(lab, "gus", Role::Member).await;
        let space = gus.spaces().get(GetSpace::new(lab)).await.unwrap();
        let keys = super::tokens::keys_of(&serde_json::to_value(&space).unwrap());
        check!(
            keys == [
                "about",
                "announcers",
                "archived",
                "external",
                "handle",
                "id",
                "join",
                "name",
                "requested",
                "role",
                "visibility"
            ],
            "a space shows {keys:?}"
        );
        Ok(())
    }
);

leak_test!(
    l067_nobody_is_told_what_another_has_seen,
    // No predicate: sightings are read by the reader's own key only.
    [],
    async |town| {
        let lab = town.lab().await;
        let post = town.post("ben", lab, "a post").await;
        let view = async |name: &str| {
            let page = town.of(name).items().get(GetItem::new(post)).await.unwrap();
            let mut page = serde_json::to_value(&page).unwrap();
            page.as_object_mut().unwrap().remove("position");
            page
        };
        let before = (view("mona").await, view("olga").await);
        town.of("ben")
            .feed()
            .seen(MarkSeen::new(vec![post.into()]))
            .await
            .unwrap();
        check!(
            before == (view("mona").await, view("olga").await),
            "a sighting shows in another's answer"
        );
        let own = town.of("ben").items().get(GetItem::new(post)).await.unwrap();
        check!(own.root.viewer.seen, "ben does not see that he saw it");
        Ok(())
    }
);

leak_test!(
    l068_marking_as_seen_needs_the_right_to_read,
    ["member_held"],
    async |town| {
        let lab = town.lab().await;
        let post = town.post("ben", lab, "a post").await;
        for name in PEOPLE {
            let marked = town.of(name).feed().seen(MarkSeen::new(vec![post.into()])).await;
            check!(marked.is_ok(), "{name} is told that there was something to refuse");
        }
        let rows = super::tenants::rows(&town.store, super::town::ACME, "seen").await;
        check!(
            rows.len() == 3,
            "{} persons left a sighting of what three may read",
            rows.len()
        );
        Ok(())
    }
);
