//! Mentions: nobody is told of what he may not read, no name is shown to whom it is none of his business.

use super::town::Town;
use super::{check, leak_test};
use parvis::gate::answer::Token;
use parvis::items::Place;
use parvis::operations::*;
use parvis::spaces::{Role, Visibility};
use parvis::{ItemId, PersonId, SpaceId, external};

/// The words that mention somebody.
fn words(name: &str) -> String {
    format!("see @[A Name](person:{name})")
}

/// Writes a post that mentions somebody: its id, and whom the writer was told it does not reach.
async fn mention(town: &Town, by: &str, space: SpaceId, name: &str) -> (ItemId, Vec<String>) {
    town.tick();
    let new = NewItem::new(words(name)).place(Place::space(space));
    let made = town.of(by).items().create(new).await.unwrap();
    let hints = made.hints.iter().map(|hint| hint.person.0.clone()).collect();
    (town.know(made.id.0), hints)
}

/// What somebody reads as HTML.
async fn html(town: &Town, by: &str, item: ItemId) -> String {
    let page = town.of(by).items().get(GetItem::new(item)).await.unwrap();
    page.item.body.as_ref().unwrap().html.clone()
}

async fn id(town: &Town, name: &str) -> PersonId {
    let card = town.of("olga").people().get(GetPerson::new(external(name))).await;
    card.unwrap().id
}

/// What stands for a mention of nobody.
const PLAIN: &str = "<p>see @A Name</p>";

leak_test!(
    l016_who_may_not_read_is_not_mentioned,
    ["mention_readable"],
    async |town| {
        let lab = town.lab().await;
        let (post, hints) = mention(&town, "ben", lab, "mona").await;
        let mona = id(&town, "mona").await;
        let shown = html(&town, "ben", post).await;
        check!(
            hints.is_empty() && shown.contains(&format!("person:{mona}")),
            "a member is not mentioned: {shown}"
        );
        let (aside, hints) = mention(&town, "ben", lab, "cleo").await;
        check!(hints == ["cleo"], "ben is told {hints:?} of one who may not read");
        for reader in ["ben", "mona"] {
            let shown = html(&town, reader, aside).await;
            check!(
                shown == PLAIN,
                "{reader} reads a mention of one who may not read: {shown}"
            );
        }
        // Who comes later was not called, and who goes is called no more.
        town.add(lab, "cleo", Role::Member).await;
        let shown = html(&town, "cleo", aside).await;
        check!(shown == PLAIN, "a mention of one who could not read: {shown}");
        town.remove(lab, "mona").await;
        let shown = html(&town, "ben", post).await;
        check!(shown == PLAIN, "a mention of one who left: {shown}");
        Ok(())
    }
);

leak_test!(
    l027_a_mention_of_a_person_one_may_not_know_is_words,
    ["person_found"],
    async |town| {
        // No predicate in the writing: a guest is never told.
        let open = town.space("Open", Visibility::Open).await;
        town.add(open, "gus", Role::Member).await;
        // Dave reads the open space and is no member: the guest does not meet him.
        let (post, _) = mention(&town, "olga", open, "dave").await;
        let dave = id(&town, "dave").await;
        let shown = html(&town, "olga", post).await;
        check!(
            shown.contains(&format!("person:{dave}")),
            "an internal person is not mentioned: {shown}"
        );
        let shown = html(&town, "gus", post).await;
        check!(shown == PLAIN, "a guest is told of a person he does not meet: {shown}");
        // Known and unknown names answer a guest alike.
        let mut told = Vec::new();
        for name in ["gina", "nobody"] {
            let (post, hints) = mention(&town, "gus", open, name).await;
            told.push((hints, html(&town, "gus", post).await));
        }
        check!(told[0] == told[1], "a guest learns who there is: {told:?}");
        Ok(())
    }
);

leak_test!(
    l099_who_is_blocked_mentions_nobody_who_blocked_him,
    ["directed_at_blocker"],
    async |town| {
        let lab = town.lab().await;
        town.of("mona")
            .people()
            .block(Block::new(external("ben")))
            .await
            .unwrap();
        let (post, hints) = mention(&town, "ben", lab, "mona").await;
        let shown = html(&town, "olga", post).await;
        check!(
            shown == PLAIN && hints.is_empty(),
            "ben calls who blocked him: {shown} {hints:?}"
        );
        Ok(())
    }
);

leak_test!(
    l030_a_mention_is_shown_by_what_each_reader_may_know_at_that_moment,
    ["mention_readable"],
    async |town| {
        let lab = town.lab().await;
        let (post, _) = mention(&town, "ben", lab, "mona").await;
        town.remove(lab, "mona").await;
        for reader in ["ben", "olga"] {
            let shown = html(&town, reader, post).await;
            check!(shown == PLAIN, "{reader} reads {shown}");
        }
        // By an edit the mention is resolved anew.
        let version: Token = town
            .of("ben")
            .items()
            .get(GetItem::new(post))
            .await
            .unwrap()
            .item
            .version
            .clone();
        let edit = EditItem::new(post, words("olga"), version);
        let made = town.of("ben").items().edit(edit).await.unwrap();
        check!(made.hints.is_empty(), "an owner may not read");
        let olga = id(&town, "olga").await;
        let shown = html(&town, "ben", post).await;
        check!(
            shown.contains(&format!("person:{olga}")),
            "an edit mentions nobody: {shown}"
        );
        Ok(())
    }
);

/// Gives somebody a handle.
async fn call_oneself(town: &Town, name: &str, handle: &str) {
    let edit = EditPerson::new().handle(handle);
    town.of(name).people().edit(edit).await.unwrap();
}

/// Writes a post of some words: what the writer reads of it, and whom he was told it does not reach.
async fn said(town: &Town, by: &str, space: SpaceId, words: &str) -> (ItemId, Vec<String>) {
    town.tick();
    let new = NewItem::new(words).place(Place::space(space));
    let made = town.of(by).items().create(new).await.unwrap();
    let hints = made.hints.iter().map(|hint| hint.person.0.clone()).collect();
    (town.know(made.id.0), hints)
}

leak_test!(
    l016_a_handle_calls_nobody_who_may_not_read,
    ["mention_readable"],
    async |town| {
        let lab = town.lab().await;
        call_oneself(&town, "mona", "mona.m").await;
        call_oneself(&town, "cleo", "cleo-c").await;
        let (post, hints) = said(&town, "ben", lab, "see @Mona.M.").await;
        let link = format!("person:{}", id(&town, "mona").await);
        let shown = html(&town, "ben", post).await;
        check!(
            hints.is_empty() && shown.contains(&link) && shown.ends_with("</a>.</p>"),
            "a handle calls nobody: {shown} {hints:?}"
        );
        let told = town.of("mona").inbox().entries(Entries::new()).await.unwrap();
        check!(told.entries.len() == 1, "who is called by a handle is not told");
        let (aside, hints) = said(&town, "ben", lab, "see @cleo-c").await;
        check!(hints == ["@cleo-c"], "ben is told {hints:?} of one who may not read");
        for reader in ["ben", "mona"] {
            let shown = html(&town, reader, aside).await;
            check!(shown == "<p>see @cleo-c</p>", "{reader} reads {shown}");
        }
        // Nobody's handle, a space's, and what is no handle where it stands.
        let room = EditSpace::new(lab).handle("the-lab");
        town.of("olga").spaces().edit(room).await.unwrap();
        let words = "@nobody.here @the-lab `@mona.m` [@mona.m](https://x.org) \\@mona.m x@mona.m";
        let (post, hints) = said(&town, "ben", lab, words).await;
        let shown = html(&town, "ben", post).await;
        check!(hints.is_empty() && !shown.contains("person:"), "{shown} {hints:?}");
        // Whoever takes a handle over is not called by what was written before.
        call_oneself(&town, "mona", "mona.n").await;
        call_oneself(&town, "olga", "mona.m").await;
        let (post, _) = said(&town, "ben", lab, "and @mona.m").await;
        let shown = html(&town, "ben", post).await;
        let olga = format!("person:{}", id(&town, "olga").await);
        check!(shown.contains(&olga), "a handle that moved calls {shown}");
        let told = town.of("olga").inbox().entries(Entries::new()).await.unwrap();
        check!(told.entries.len() == 1, "who took a handle over is told of the past");
        Ok(())
    }
);

leak_test!(
    l027_a_handle_of_a_person_one_may_not_know_is_words,
    ["person_found"],
    async |town| {
        let open = town.space("Open", Visibility::Open).await;
        town.add(open, "gus", Role::Member).await;
        call_oneself(&town, "dave", "dave.d").await;
        let (post, _) = said(&town, "olga", open, "see @dave.d").await;
        let dave = format!("person:{}", id(&town, "dave").await);
        let shown = html(&town, "olga", post).await;
        check!(shown.contains(&dave), "an internal person is not called: {shown}");
        let shown = html(&town, "gus", post).await;
        check!(
            shown == "<p>see @dave.d</p>",
            "a guest is told of a person he does not meet: {shown}"
        );
        let (post, hints) = said(&town, "gus", open, "see @dave.d").await;
        let shown = html(&town, "gus", post).await;
        check!(
            hints.is_empty() && shown == "<p>see @dave.d</p>",
            "a guest learns who there is: {shown} {hints:?}"
        );
        Ok(())
    }
);

leak_test!(
    l099_who_is_blocked_calls_nobody_who_blocked_him_by_a_handle,
    ["directed_at_blocker"],
    async |town| {
        let lab = town.lab().await;
        call_oneself(&town, "mona", "mona.m").await;
        let block = Block::new(external("ben"));
        town.of("mona").people().block(block).await.unwrap();
        let (post, hints) = said(&town, "ben", lab, "see @mona.m").await;
        let shown = html(&town, "olga", post).await;
        check!(
            shown == "<p>see @mona.m</p>" && hints.is_empty(),
            "ben calls who blocked him: {shown} {hints:?}"
        );
        Ok(())
    }
);
