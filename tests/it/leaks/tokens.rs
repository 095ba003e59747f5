//! Cursors, positions, versions and secrets: sealed, bound to who asked what, and of no use to anybody else.

use super::check;
use super::leak_test;
use super::town::{ACME, Town};
use parvis::feed::Order;
use parvis::gate::answer::Token;
use parvis::items::Place;
use parvis::operations::*;
use parvis::spaces::Visibility;
use parvis::{Config, Reason, Secret, external};
use serde_json::Value;

/// The keys of an object, sorted.
pub(crate) fn keys_of(value: &Value) -> Vec<String> {
    let mut keys: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
    keys.sort();
    keys
}

async fn with_posts(town: &Town, posts: usize) -> parvis::SpaceId {
    let lab = town.lab().await;
    for number in 0..posts {
        town.post("ben", lab, &format!("post {number}")).await;
    }
    lab
}

leak_test!(
    l043_answers_hold_the_fields_that_are_listed_here_and_no_other,
    // No predicate: a new field of an answer has to be written down here, after thought.
    [],
    async |town| {
        let lab = with_posts(&town, 1).await;
        let post = town.things().items[0];
        let ben = town.of("ben");
        let page = serde_json::to_value(ben.items().get(GetItem::new(post)).await.unwrap()).unwrap();
        let item = &page["item"];
        check!(
            keys_of(&page) == ["comments", "item", "next", "position", "previous", "root", "top"],
            "{page}"
        );
        let expected = [
            "author",
            "body",
            "comments",
            "draft",
            "edited",
            "expires",
            "external",
            "id",
            "kind",
            "parent",
            "place",
            "points",
            "publish_at",
            "reactions",
            "reasons",
            "root",
            "shown",
            "t",
            "tags",
            "through",
            "version",
            "viewer",
        ];
        check!(keys_of(item) == expected, "{item}");
        check!(
            keys_of(&item["author"]) == ["external", "guest", "handle", "id", "name", "title"],
            "{item}"
        );
        check!(keys_of(&item["viewer"]) == ["can", "reaction", "seen"], "{item}");
        let home = serde_json::to_value(ben.feed().home(Home::new()).await.unwrap()).unwrap();
        check!(
            keys_of(&home) == ["items", "next", "partial", "pinned", "position"],
            "{home}"
        );
        let space = serde_json::to_value(ben.spaces().get(GetSpace::new(lab)).await.unwrap()).unwrap();
        check!(
            keys_of(&space)
                == [
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
            "{space}"
        );
        Ok(())
    }
);

leak_test!(
    l050_no_debug_output_and_no_error_holds_a_secret,
    // No predicate: these types print their names.
    [],
    async |town| {
        let secret = Secret::from_bytes(*b"a-secret-that-is-32-bytes-long!!");
        let config = Config::new().secret(secret.clone());
        let printed = format!("{secret:?} {config:?} {:?} {:?}", town.db, town.of("ben"));
        check!(
            !printed.contains("a-secret") && !printed.contains("97, 45"),
            "printed: {printed}"
        );
        check!(!printed.contains("ben"), "a handle prints the actor: {printed}");
        let post = town.write("ben", NewItem::new("words-of-ben")).await;
        let page = town.of("ben").items().get(GetItem::new(post)).await.unwrap();
        let printed = format!("{page:?} {:?}", page.item.version);
        check!(!printed.contains("words-of-ben"), "an answer prints words: {printed}");
        check!(
            !printed.contains(page.item.version.as_str()),
            "a token prints itself: {printed}"
        );
        let stored = super::tenants::rows(&town.store, ACME, "secret").await;
        check!(stored.is_empty(), "the key of tokens lies in a network");
        Ok(())
    }
);

/// Every operation that takes a cursor, with one.
async fn with_cursor(town: &Town, name: &str, token: Token) -> Vec<Result<(), Reason>> {
    let of = town.of(name);
    let lab = town.things().spaces[0];
    let post = town.things().items[0];
    let (feed, items) = (of.feed(), of.items());
    let answers = [
        feed.home(Home::new().order(Order::Newest).cursor(token.clone()))
            .await
            .map(drop),
        feed.home(Home::new().order(Order::Ranked).cursor(token.clone()))
            .await
            .map(drop),
        feed.space_wall(SpaceWall::new(lab).cursor(token.clone()))
            .await
            .map(drop),
        feed.person_wall(PersonWall::new(external("ben")).cursor(token.clone()))
            .await
            .map(drop),
        feed.network_wall(NetworkWall::new().cursor(token.clone()))
            .await
            .map(drop),
        items.get(GetItem::new(post).cursor(token)).await.map(drop),
    ];
    answers
        .into_iter()
        .map(|answer| answer.map_err(|error| error.reason))
        .collect()
}

leak_test!(
    l076_a_cursor_serves_one_reader_and_one_query,
    // No predicate: cursors are authenticated (AES-SIV) with network, reader and query.
    [],
    async |town| {
        with_posts(&town, 4).await;
        let home = Home::new().order(Order::Newest).limit(1u32);
        let page = town.of("ben").feed().home(home).await.unwrap();
        let cursor = page.next.clone().unwrap();
        check!(
            with_cursor(&town, "ben", cursor.clone()).await[0].is_ok(),
            "his own cursor is refused"
        );
        let own = with_cursor(&town, "ben", cursor.clone()).await;
        check!(
            own[1..].iter().all(|answer| *answer == Err(Reason::Cursor)),
            "another query takes it: {own:?}"
        );
        let other = with_cursor(&town, "mona", cursor.clone()).await;
        check!(
            other.iter().all(|answer| *answer == Err(Reason::Cursor)),
            "another reader uses it: {other:?}"
        );
        for token in [page.position.clone(), page.items[0].version.clone()] {
            let other = with_cursor(&town, "ben", token).await;
            check!(
                other.iter().all(|answer| *answer == Err(Reason::Cursor)),
                "another token serves: {other:?}"
            );
        }
        let bytes = cursor.as_str().as_bytes().to_vec();
        let mut tried = 0;
        for at in 0..bytes.len() {
            for digit in *b"AQgw7_-x9Z" {
                let mut altered = bytes.clone();
                altered[at] = digit;
                // The last digit may carry spare bits: the same bytes in another spelling.
                if altered == bytes || at + 1 == bytes.len() {
                    continue;
                }
                tried += 1;
                let altered = Token::new(String::from_utf8(altered).unwrap());
                let home = Home::new().order(Order::Newest).cursor(altered);
                let reason = town.of("ben").feed().home(home).await.err().map(|error| error.reason);
                check!(reason == Some(Reason::Cursor), "digit {at} altered: {reason:?}");
            }
        }
        check!(tried > 400, "only {tried} mutations");
        Ok(())
    }
);

leak_test!(
    l077_a_page_after_a_removal_holds_nothing_forbidden,
    ["member_held"],
    async |town| {
        let lab = with_posts(&town, 6).await;
        let ben = town.of("ben").feed();
        for order in [Order::Newest, Order::Ranked] {
            town.add(lab, "ben", parvis::spaces::Role::Member).await;
            let first = ben.home(Home::new().order(order).limit(2u32)).await.unwrap();
            check!(first.items.len() == 2, "{} items", first.items.len());
            town.remove(lab, "ben").await;
            let next = Home::new()
                .order(order)
                .limit(100u32)
                .cursor(first.next.clone().unwrap());
            let rest = ben.home(next).await.unwrap();
            check!(rest.items.is_empty(), "{} items after the removal", rest.items.len());
            let wall = ben.space_wall(SpaceWall::new(lab)).await;
            check!(
                wall.is_err_and(|error| error.reason == Reason::NotMember),
                "the wall is still his"
            );
        }
        check!(town.sightings("ben", "post 1").await.is_empty(), "a path is left");
        Ok(())
    }
);

leak_test!(
    l077_limits_are_brought_into_bounds_and_pages_neither_repeat_nor_lose,
    // No predicate: limits and page ends.
    [],
    async |town| {
        let lab = with_posts(&town, 130).await;
        for order in [Order::Newest, Order::Ranked] {
            let page = town
                .of("ben")
                .feed()
                .home(Home::new().order(order).limit(u32::MAX))
                .await
                .unwrap();
            check!(page.items.len() <= 100, "{} items on a page", page.items.len());
        }
        let (mut seen, mut cursor) = (Vec::new(), None);
        for _ in 0..200 {
            let mut wall = SpaceWall::new(lab).limit(7u32);
            wall.cursor = cursor;
            let page = town.of("ben").feed().space_wall(wall).await.unwrap();
            seen.extend(page.items.iter().map(|item| item.id));
            // What is written meanwhile is newer than the scroll.
            town.tick();
            town.of("mona")
                .items()
                .create(NewItem::new("new").place(Place::space(lab)))
                .await
                .unwrap();
            cursor = page.next.clone();
            if cursor.is_none() {
                break;
            }
        }
        let mut expected: Vec<_> = town.things().items;
        expected.reverse();
        check!(
            seen == expected,
            "{} of {} posts, in order, once",
            seen.len(),
            expected.len()
        );
        for (operation, field) in [("feed.home", "limit"), ("feed.network_wall", "limit")] {
            for wrong in ["-1", "1e3", "4294967296", "\"20\"", "null", "1.5"] {
                let request = format!("{{\"{field}\":{wrong}}}");
                let answer = town.of("ben").call(operation, request.as_bytes()).await;
                let reason = answer.err().map(|error| error.reason);
                check!(
                    wrong == "null" || reason == Some(Reason::BadValue),
                    "{wrong}: {reason:?}"
                );
            }
        }
        Ok(())
    }
);

leak_test!(
    l078_tokens_of_all_positions_and_versions_have_one_length,
    // No predicate: what is sealed is padded, so that its length tells no number of digits.
    [],
    async |town| {
        let post = town.write("ben", NewItem::new("a post")).await;
        let mut lengths = std::collections::BTreeSet::new();
        for number in 0..120 {
            town.space(&format!("Hidden {number}"), Visibility::Secret).await;
            let page = town.of("ben").items().get(GetItem::new(post)).await.unwrap();
            lengths.insert((page.position.as_str().len(), page.item.version.as_str().len()));
        }
        check!(
            lengths.len() == 1,
            "positions and versions of several lengths: {lengths:?}"
        );
        Ok(())
    }
);
