//! Feeds, walls, pages: every path shows what the reader may read, and tells nothing of the rest by order or points.

use super::leak_test;
use super::town::{GUESTS, PEOPLE, Town};
use super::{Outcome, check};
use parvis::feed::{Explain, Order};
use parvis::items::{CommentAudience, NewAudience, Place, Shown};
use parvis::operations::*;
use parvis::people::Topic;
use parvis::spaces::{Role, Visibility};
use parvis::{Clock, Verb, external};

/// Those who find the words on any path are exactly these.
pub(crate) async fn readers_are(town: &Town, words: &str, readers: &[&str]) -> Outcome {
    for name in PEOPLE {
        let seen = town.sightings(name, words).await;
        match readers.contains(name) {
            false => check!(seen.is_empty(), "{name} reads `{words}` by {}", seen.join(", ")),
            true => check!(!seen.is_empty(), "{name} does not read `{words}`"),
        }
    }
    Ok(())
}

leak_test!(
    l002_what_is_pinned_passes_the_gate_and_ends_by_the_clock,
    ["staff_only", "pin_unexpired", "blocked_folded"],
    async |town| {
        let lab = town.lab().await;
        let [plain, moved] = [
            town.post("ben", lab, "plain").await,
            town.post("mona", lab, "by mona").await,
        ];
        let aside = NewItem::new("aside")
            .place(Place::space(lab))
            .audience(NewAudience::Staff);
        let aside = town.write("mona", aside).await;
        let until = town.clock.now().plus_days(1);
        for item in [plain, moved, aside] {
            town.of("mona").items().pin(PinItem::new(item, until)).await.unwrap();
        }
        let pinned = async |name: &str| -> Vec<_> {
            let wall = town.of(name).feed().space_wall(SpaceWall::new(lab)).await.unwrap();
            wall.pinned.iter().map(|pin| pin.id).collect()
        };
        check!(pinned("olga").await == [aside, moved, plain], "an owner reads all pins");
        check!(
            pinned("ben").await == [moved, plain],
            "a member reads what is pinned for the staff"
        );
        town.of("ben")
            .people()
            .block(Block::new(external("mona")))
            .await
            .unwrap();
        check!(pinned("ben").await == [plain], "whom one blocked comes back as a pin");
        town.clock.advance_hours(25);
        for name in ["olga", "ben"] {
            check!(pinned(name).await.is_empty(), "{name} is shown a pin that is over");
        }
        Ok(())
    }
);

leak_test!(
    l001_an_audience_narrower_than_its_place_narrows_every_feed,
    [
        "staff_only",
        "unit_held",
        "follower_held",
        "person_held",
        "guest_confined"
    ],
    async |town| {
        let open = town.space("Open", Visibility::Open).await;
        town.add(open, "mona", Role::Moderator).await;
        town.add(open, "ben", Role::Member).await;
        town.add(open, "gus", Role::Member).await;
        let staff = NewItem::new("for-the-staff")
            .place(Place::space(open))
            .audience(NewAudience::Staff);
        town.write("mona", staff).await;
        let unit = NewItem::new("for-the-lab")
            .audience(NewAudience::Unit)
            .unit(external("lab"));
        town.write("ben", unit).await;
        town.of("cleo")
            .people()
            .follow(Follow::new(external("ben")))
            .await
            .unwrap();
        town.write("ben", NewItem::new("for-followers").audience(NewAudience::Followers))
            .await;
        town.write("ben", NewItem::new("for-all-of-us").place(Place::Network))
            .await;
        readers_are(&town, "for-the-staff", &["olga", "mona"]).await?;
        readers_are(&town, "for-the-lab", &["olga", "ben", "dave"]).await?;
        readers_are(&town, "for-followers", &["ben", "cleo"]).await?;
        readers_are(&town, "for-all-of-us", &["olga", "mona", "ben", "cleo", "dave"]).await
    }
);

leak_test!(
    l002_every_feed_variant_and_page_runs_the_same_gate,
    ["member_held", "open_only", "narrow_key"],
    async |town| {
        let lab = town.lab().await;
        let post = town.post("ben", lab, "posted-in-lab").await;
        town.comment("ben", post, "said-in-lab").await;
        town.comment_to_staff("mona", post, "said-to-staff").await;
        readers_are(&town, "posted-in-lab", &["olga", "mona", "ben"]).await?;
        readers_are(&town, "said-in-lab", &["olga", "mona", "ben"]).await?;
        readers_are(&town, "said-to-staff", &["olga", "mona"]).await
    }
);

leak_test!(
    l003_who_is_blocked_is_folded_away_on_every_path,
    ["blocked_folded"],
    async |town| {
        let lab = town.lab().await;
        let own = town.post("mona", lab, "posted-by-mona").await;
        let bens = town.post("ben", lab, "posted-by-ben").await;
        town.comment("ben", own, "said-by-ben").await;
        town.write("ben", NewItem::new("told-by-ben").place(Place::Network))
            .await;
        town.of("olga")
            .people()
            .block(Block::new(external("ben")))
            .await
            .unwrap();
        for words in ["posted-by-ben", "said-by-ben", "told-by-ben"] {
            let seen = town.sightings("olga", words).await;
            check!(seen.is_empty(), "the blocker reads `{words}` by {}", seen.join(", "));
            check!(
                !town.sightings("mona", words).await.is_empty(),
                "another loses `{words}`"
            );
        }
        let page = town.of("olga").items().get(GetItem::new(own)).await.unwrap();
        check!(
            page.comments.len() == 1 && page.root.comments == 1,
            "the placeholder does not count"
        );
        check!(
            page.comments[0].shown == Shown::Blocked,
            "no placeholder but {:?}",
            page.comments[0].shown
        );
        check!(page.comments[0].author.is_none(), "the placeholder names its author");
        check!(!town.home("olga").await.contains(&bens), "home lists the blocked");
        Ok(())
    }
);

leak_test!(
    l011_points_and_order_follow_from_what_the_reader_may_read,
    // No predicate: ranking has no say in rights. What it counts are comments by their narrower key and affinities.
    [],
    async |town| {
        let lab = town.lab().await;
        let post = town.post("ben", lab, "ben asks").await;
        town.write("mona", NewItem::new("mona tells").place(Place::Network))
            .await;
        let ranked = || Home::new().order(Order::Ranked).explain(Explain::All);
        let view = async |name: &str| {
            let page = town.of(name).feed().home(ranked()).await.unwrap();
            let points = page
                .items
                .iter()
                .map(|item| (item.id, item.points, item.reasons.clone()));
            points.collect::<Vec<_>>()
        };
        let before = view("ben").await;
        for number in 0..5 {
            let staff = NewComment::new(post, format!("aside {number}")).audience(CommentAudience::Staff);
            town.of("mona").items().comment(staff).await.unwrap();
        }
        let after = view("ben").await;
        check!(
            before == after,
            "comments that ben may not read move his home: {before:?} became {after:?}"
        );
        Ok(())
    }
);

leak_test!(
    l024_a_muted_tag_tells_nothing_of_hidden_posts_that_bear_it,
    ["member_held"],
    async |town| {
        // Cleo has muted a tag; what she may not read comes to bear it.
        let mute = Mute::new(Topic::Tag { tag: "plan".into() });
        town.of("cleo").people().mute(mute).await.unwrap();
        let own = NewItem::new("about the #plan").place(Place::Network);
        town.write("cleo", own).await;
        let open = town.space("Open", Visibility::Open).await;
        for number in 0..30 {
            let words = ["about the #plan", "words"][usize::from(number % 2 == 0)];
            town.write("mona", NewItem::new(words).place(Place::Network)).await;
            town.post("olga", open, words).await;
        }
        let homes = async || {
            let mut homes = Vec::new();
            for order in [Order::Ranked, Order::Newest, Order::Active] {
                let mut cursor = None;
                for _ in 0..40 {
                    let mut home = Home::new().order(order).limit(3u32);
                    home.cursor = cursor.take();
                    let page = town.of("cleo").feed().home(home).await.unwrap();
                    let items: Vec<_> = page.items.iter().map(|view| (view.id, view.points)).collect();
                    homes.push((items, page.next.is_some(), page.partial));
                    cursor = page.next.clone();
                    if cursor.is_none() {
                        break;
                    }
                }
            }
            let inbox = town.of("cleo").inbox().unread(UnreadQuery::new()).await.unwrap();
            (homes, inbox.unread, inbox.more, inbox.badge)
        };
        let lab = town.lab().await;
        let mut hidden = Vec::new();
        for _ in 0..40 {
            let post = town.post("ben", lab, "words").await;
            town.comment("mona", post, "said").await;
            hidden.push(post);
        }
        let before = homes().await;
        for post in hidden {
            let page = town.of("ben").items().get(GetItem::new(post)).await.unwrap();
            let edit = EditItem::new(post, "words about the #plan", page.item.version.clone());
            town.of("ben").items().edit(edit).await.unwrap();
        }
        check!(before == homes().await, "hidden posts show by their tag");
        Ok(())
    }
);

leak_test!(
    l097_lists_checks_and_explanations_agree,
    ["member_held", "narrow_key", "root_visible"],
    async |town| {
        let lab = town.lab().await;
        let open = town.space("Open", Visibility::Open).await;
        let mut readers = vec![];
        let in_lab = town.post("ben", lab, "in lab").await;
        readers.push((in_lab, vec!["olga", "mona", "ben"]));
        readers.push((town.comment("ben", in_lab, "c").await, vec!["olga", "mona", "ben"]));
        let aside = town.comment_to_staff("mona", in_lab, "s").await;
        readers.push((aside, vec!["olga", "mona"]));
        let internal = || vec!["olga", "mona", "ben", "cleo", "dave"];
        readers.push((town.post("olga", open, "in open").await, internal()));
        readers.push((
            town.write("cleo", NewItem::new("all").place(Place::Network)).await,
            internal(),
        ));
        // The staff's aside stays behind when the post's space loses the moderator.
        town.remove(lab, "mona").await;
        for (_, names) in readers.iter_mut().take(3) {
            names.retain(|name| *name != "mona");
        }
        for (item, names) in &readers {
            for name in PEOPLE {
                let expected = names.contains(name);
                let items = town.of(name).items();
                let one = items.may(May::new(Verb::See, *item)).await.unwrap().allowed[0];
                let many = items
                    .filter(FilterItems::new(Verb::See, vec![(*item).into()]))
                    .await
                    .unwrap()
                    .allowed[0];
                let why = items
                    .explain(ExplainItem::new(*item))
                    .await
                    .is_ok_and(|path| path.allowed);
                let page = items.get(GetItem::new(*item)).await.is_ok();
                let told = [one, many, why, page];
                check!(
                    told == [expected; 4],
                    "{name} and {item}: {told:?}, should be {expected}"
                );
            }
        }
        // A comment whose root is hidden is hidden, even from one who holds its narrower key.
        super::states::hide_root(&town, in_lab).await;
        let seen = town
            .of("olga")
            .items()
            .may(May::new(Verb::See, aside))
            .await
            .unwrap()
            .allowed[0];
        check!(!seen, "a comment is read without its root");
        Ok(())
    }
);

leak_test!(
    l044_no_option_of_a_query_opens_a_list_for_guests,
    ["guest_confined"],
    async |town| {
        let open = town.space("Open", Visibility::Open).await;
        town.post("olga", open, "in-the-open").await;
        town.write("cleo", NewItem::new("to-everybody").place(Place::Network))
            .await;
        for name in GUESTS {
            for words in ["in-the-open", "to-everybody"] {
                let seen = town.sightings(name, words).await;
                check!(
                    seen.is_empty(),
                    "the guest {name} reads `{words}` by {}",
                    seen.join(", ")
                );
            }
        }
        Ok(())
    }
);
