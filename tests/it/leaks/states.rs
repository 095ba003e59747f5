//! What is deleted, moved, missing, or written by a newer release.

use super::feeds::readers_are;
use super::leak_test;
use super::town::{ACME, PEOPLE, Town, key};
use super::{Outcome, check};
use parvis::import::{CommentRow, ImportRow, MemberRow, PersonRow, PostAudience, PostRow, SpaceRow};
use parvis::items::{NewAudience, Place, Publishing, Shown};
use parvis::operations::*;
use parvis::spaces::{Role, Visibility};
use parvis::store::{Value, Write};
use parvis::{External, ItemId, Verb};

/// Puts an item into a state that this release does not know.
pub(crate) async fn hide_root(town: &Town, item: ItemId) {
    town.replant("item", &key(item.bytes()), "state", Some(Value::Int(9)))
        .await;
}

leak_test!(
    l055_what_is_scheduled_is_shown_to_its_author_alone,
    ["state_shown"],
    async |town| {
        let lab = town.lab().await;
        let at = parvis::Clock::now(&town.clock).plus_hours(2);
        let soon = |words: &str| NewItem::new(words).publish_at(at);
        let post = town.write("ben", soon("not-yet").place(Place::space(lab))).await;
        let doomed = town.write("ben", soon("never-ever").place(Place::Network)).await;
        readers_are(&town, "not-yet", &["ben"]).await?;
        let drafts = town.of("ben").items().drafts(MyDrafts::new()).await.unwrap();
        check!(drafts.items.len() == 2, "its author does not find it");
        let ben = town.of("ben").items();
        let seen = ben.get(GetItem::new(post)).await.unwrap();
        check!(seen.root.publish_at == Some(at), "its author is not told when");
        let said = ben.comment(NewComment::new(post, "too soon")).await;
        check!(
            said.is_err_and(|error| error.reason == parvis::Reason::Draft),
            "a thread begins before its root is read"
        );
        let edit = EditItem::new(post, "not-yet, but soon", seen.root.version.clone());
        ben.edit(edit).await.unwrap();
        ben.delete(DeleteItem::new(doomed)).await.unwrap();
        readers_are(&town, "not-yet", &["ben"]).await?;
        // Whoever may read it then finds it when its instant came, however late the worker is.
        town.clock.set(at.plus_hours(1));
        readers_are(&town, "not-yet", &["ben"]).await?;
        town.post("olga", lab, "time passes").await;
        readers_are(&town, "not-yet", &["olga", "mona", "ben"]).await?;
        readers_are(&town, "never-ever", &[]).await
    }
);

leak_test!(
    l034_a_comment_is_judged_by_where_its_root_is_now,
    ["root_visible", "member_held"],
    async |town| {
        let rows = |space: &str| {
            let person = |id: &str| {
                ImportRow::Person(PersonRow {
                    id: id.into(),
                    name: id.into(),
                    guest: false,
                    unit: None,
                    expires: None,
                    title: None,
                    active: true,
                    skills: None,
                })
            };
            let space_row = |id: &str, owner: &str| {
                ImportRow::Space(SpaceRow {
                    id: id.into(),
                    name: id.into(),
                    kind: Visibility::Closed,
                    owner: Some(owner.into()),
                    about: None,
                })
            };
            let member = |space: &str, person: &str| {
                ImportRow::Member(MemberRow {
                    space: space.into(),
                    person: person.into(),
                    role: Role::Member,
                    expires: None,
                })
            };
            let post = ImportRow::Post(PostRow {
                id: "p".into(),
                author: "ann".into(),
                text: "moved-post".into(),
                ts: super::town::monday(),
                space: Some(space.into()),
                wall: None,
                audience: PostAudience::Place,
                announce: false,
            });
            let comment = ImportRow::Comment(CommentRow {
                id: Some("c".into()),
                person: "ann".into(),
                post: "p".into(),
                ts: super::town::monday(),
                text: "to-the-staff".into(),
                parent: None,
                staff: true,
            });
            let mut rows: Vec<ImportRow> = ["ann", "bob", "eve"].map(person).into();
            rows.extend([
                space_row("from", "bob"),
                space_row("to", "ann"),
                member("from", "eve"),
                post,
                comment,
            ]);
            rows
        };
        let import = async |space: &str| {
            let report = town.hr().import().put(ImportRows::new(rows(space))).await.unwrap();
            assert!(report.bad.is_empty(), "{:?}", report.bad);
        };
        let host = |id: &str| External {
            app: "hr".into(),
            id: id.into(),
        };
        let of = |name: &str| town.db.act_as(ACME, host(name));
        let sees = async |name: &str, id: &str| {
            let may = May::new(Verb::See, host(id));
            of(name).items().may(may).await.unwrap().allowed[0]
        };
        import("from").await;
        check!(
            sees("bob", "comment:c").await && !sees("eve", "comment:c").await,
            "the aside before the move"
        );
        import("to").await;
        for name in ["bob", "eve"] {
            for id in ["p", "comment:c"] {
                check!(!sees(name, id).await, "{name} sees {id} after it moved away");
            }
            let page = of(name).items().get(GetItem::new(host("comment:c"))).await;
            check!(page.is_err(), "{name} opens the thread after it moved away");
            let home = of(name).feed().home(Home::new()).await.unwrap();
            check!(home.items.is_empty(), "the home of {name} still lists it");
        }
        check!(sees("ann", "p").await, "the new place does not show it");
        Ok(())
    }
);

leak_test!(
    l055_of_what_is_deleted_no_word_and_no_name_remains,
    ["text_of_tombstone"],
    async |town| {
        let lab = town.lab().await;
        let post = town.post("ben", lab, "gone-post").await;
        let said = town.comment("ben", post, "gone-comment").await;
        town.comment("mona", said, "stays").await;
        town.of("ben").items().react(React::new(post)).await.unwrap();
        town.of("mona").items().delete(DeleteItem::new(said)).await.unwrap();
        town.of("ben").items().delete(DeleteItem::new(post)).await.unwrap();
        for name in PEOPLE {
            for words in ["gone-post", "gone-comment"] {
                let seen = town.sightings(name, words).await;
                check!(seen.is_empty(), "{name} reads `{words}` by {}", seen.join(", "));
            }
            check!(
                !town.home(name).await.contains(&post),
                "the home of {name} lists what is deleted"
            );
        }
        let page = town.of("mona").items().get(GetItem::new(post)).await.unwrap();
        let gone = [&page.root, &*page.comments[0]];
        for view in gone {
            check!(
                view.shown == Shown::Deleted,
                "a deleted item is shown as {:?}",
                view.shown
            );
            check!(
                view.author.is_none() && view.edited.is_none(),
                "a deleted item names its author"
            );
            check!(view.reactions.is_empty(), "a deleted item shows reactions");
        }
        let stays = page.comments[0]
            .answers
            .first()
            .is_some_and(|answer| answer.body.is_some());
        check!(stays, "the thread of a deleted post is gone");
        Ok(())
    }
);

leak_test!(
    l055_an_item_in_an_unknown_state_is_shown_to_nobody,
    ["state_shown"],
    async |town| {
        let lab = town.lab().await;
        let post = town.post("ben", lab, "of-tomorrow").await;
        town.comment("ben", post, "said-tomorrow").await;
        hide_root(&town, post).await;
        readers_are(&town, "of-tomorrow", &[]).await?;
        readers_are(&town, "said-tomorrow", &[]).await
    }
);

leak_test!(
    l060_words_that_were_replaced_or_deleted_come_back_nowhere,
    // No predicate: a deleted item's words are deleted, in every version.
    [],
    async |town| {
        let lab = town.lab().await;
        let edited = town.post("ben", lab, "first-words").await;
        let deleted = town.post("ben", lab, "deleted-words").await;
        let items = town.of("ben").items();
        let version = items.get(GetItem::new(edited)).await.unwrap().root.version.clone();
        items
            .edit(EditItem::new(edited, "second-words", version.clone()))
            .await
            .unwrap();
        items.delete(DeleteItem::new(deleted)).await.unwrap();
        let again = items.edit(EditItem::new(edited, "third-words", version)).await;
        check!(
            again.is_err_and(|error| error.reason == parvis::Reason::Edited),
            "an old version is edited"
        );
        readers_are(&town, "second-words", &["olga", "mona", "ben"]).await?;
        // Its history says to those who could read it what it said before.
        readers_are(&town, "first-words", &["olga", "mona", "ben"]).await?;
        let version = items.get(GetItem::new(deleted)).await.unwrap().root.version.clone();
        check!(
            items.edit(EditItem::new(deleted, "x", version)).await.is_err(),
            "a deleted item is edited"
        );
        readers_are(&town, "deleted-words", &[]).await?;
        for table in parvis::testing::schema().tables {
            for row in super::tenants::rows(&town.store, ACME, table.name).await {
                let stored = format!("{row:?}");
                check!(
                    !stored.contains("deleted-words"),
                    "`{}` keeps words that were deleted",
                    table.name
                );
            }
        }
        Ok(())
    }
);

leak_test!(
    l059_an_older_version_stays_with_those_who_could_read_it,
    ["older_audience", "member_held"],
    async |town| {
        let lab = town.lab().await;
        let post = town.post("ben", lab, "before-it-was-redacted").await;
        let items = town.of("ben").items();
        let version = items.get(GetItem::new(post)).await.unwrap().item.version.clone();
        items.edit(EditItem::new(post, "after-it", version)).await.unwrap();
        readers_are(&town, "before-it-was-redacted", &["olga", "mona", "ben"]).await?;
        let open = SetVisibility::new(lab, parvis::spaces::Visibility::Open);
        town.of("olga").spaces().set_visibility(open).await.unwrap();
        let internal = ["olga", "mona", "ben", "cleo", "dave"];
        readers_are(&town, "after-it", &internal).await?;
        // Opening shows what is said now, not what was said before.
        readers_are(&town, "before-it-was-redacted", &["olga", "mona", "ben"]).await?;
        let version = items.get(GetItem::new(post)).await.unwrap().item.version.clone();
        items.edit(EditItem::new(post, "after-that", version)).await.unwrap();
        readers_are(&town, "after-it", &internal).await?;
        items.delete(DeleteItem::new(post)).await.unwrap();
        for words in ["before-it-was-redacted", "after-it", "after-that"] {
            readers_are(&town, words, &[]).await?;
        }
        Ok(())
    }
);

leak_test!(
    l002_a_draft_is_its_authors_alone_until_he_publishes_it,
    ["state_shown"],
    async |town| {
        let lab = town.lab().await;
        let new = NewItem::new("not-yet-said").place(Place::space(lab));
        let draft = town.write("ben", new.publishing(Publishing::Draft)).await;
        readers_are(&town, "not-yet-said", &["ben"]).await?;
        for name in ["olga", "mona", "cleo"] {
            let published = town.of(name).items().publish(PublishItem::new(draft)).await;
            check!(
                published.is_err_and(|error| error.reason == parvis::Reason::Named),
                "{name} publishes it"
            );
        }
        let commented = town.of("ben").items().comment(NewComment::new(draft, "x")).await;
        check!(
            commented.is_err_and(|error| error.reason == parvis::Reason::Draft),
            "a draft has comments"
        );
        town.of("ben").items().publish(PublishItem::new(draft)).await.unwrap();
        readers_are(&town, "not-yet-said", &["olga", "mona", "ben"]).await?;
        // A draft that is thrown away leaves no placeholder for others, and one whose author left is gone.
        let new = || {
            NewItem::new("never-said")
                .place(Place::space(lab))
                .publishing(Publishing::Draft)
        };
        let thrown = town.write("ben", new()).await;
        town.of("ben").items().delete(DeleteItem::new(thrown)).await.unwrap();
        let seen = town.of("mona").items().get(GetItem::new(thrown)).await;
        check!(
            seen.is_err_and(|error| error.reason == parvis::Reason::Named),
            "a draft left a placeholder"
        );
        let left = town.write("ben", new()).await;
        town.remove(lab, "ben").await;
        readers_are(&town, "never-said", &[]).await?;
        let published = town.of("ben").items().publish(PublishItem::new(left)).await;
        check!(published.is_err(), "who left publishes");
        Ok(())
    }
);

async fn nobody_reads(town: &Town, words: &str) -> Outcome {
    readers_are(town, words, &[]).await
}

leak_test!(l098_a_missing_or_dead_place_means_no, ["place_living"], async |town| {
    let lab = town.lab().await;
    town.post("ben", lab, "in-the-lab").await;
    let wall = town.write("ben", NewItem::new("on-the-wall")).await;
    readers_are(&town, "in-the-lab", &["olga", "mona", "ben"]).await?;
    town.replant("space", &key(lab.bytes()), "state", Some(Value::Int(9)))
        .await;
    nobody_reads(&town, "in-the-lab").await?;
    let row = key(town.id("ben").await.bytes()).map(Some).into();
    town.plant(Write::Delete {
        table: "person",
        key: row,
    })
    .await;
    for name in ["olga", "mona", "cleo"] {
        let may = town.of(name).items().may(May::new(Verb::See, wall)).await.unwrap();
        check!(!may.allowed[0], "{name} reads the wall of nobody");
    }
    Ok(())
});

leak_test!(
    l098_a_policy_that_cannot_be_judged_means_no,
    ["policy_empty"],
    async |town| {
        let lab = town.lab().await;
        let post = town.post("ben", lab, "in-the-lab").await;
        town.write("cleo", NewItem::new("to-everybody").place(Place::Network))
            .await;
        town.write("cleo", NewItem::new("for-followers").audience(NewAudience::Followers))
            .await;
        town.plant(Write::Put {
            table: "policy",
            key: vec![Some(Value::Int(0))],
            columns: vec![Some(Value::Int(1))],
            document: None,
        })
        .await;
        for words in ["in-the-lab", "to-everybody", "for-followers", "Lab"] {
            nobody_reads(&town, words).await?;
        }
        let items = town.of("ben").items();
        check!(
            items.comment(NewComment::new(post, "more")).await.is_err(),
            "a comment under an unknown policy"
        );
        check!(
            items.delete(DeleteItem::new(post)).await.is_err(),
            "a deletion under an unknown policy"
        );
        Ok(())
    }
);

leak_test!(
    l098_codes_of_a_newer_release_grant_nothing,
    ["guest_confined"],
    async |town| {
        let lab = town.lab().await;
        town.add(lab, "gus", Role::Member).await;
        let post = town.post("ben", lab, "in-the-lab").await;
        town.comment_to_staff("mona", post, "aside").await;
        let (gus, ben, mona) = (town.id("gus").await, town.id("ben").await, town.id("mona").await);
        let member = |person: parvis::PersonId| [Value::Id(person.bytes()), Value::Id(lab.bytes())];
        // A guest's row that says owner, a role, a visibility, a kind of person and an audience of tomorrow.
        town.replant("member", &member(gus), "role", Some(Value::Int(2))).await;
        check!(
            town.sightings("gus", "aside").await.is_empty(),
            "a row makes a guest staff"
        );
        town.replant("member", &member(ben), "role", Some(Value::Int(9))).await;
        check!(
            town.sightings("ben", "in-the-lab").await.is_empty(),
            "an unknown role reads"
        );
        town.replant("space", &key(lab.bytes()), "visibility", Some(Value::Int(9)))
            .await;
        check!(
            town.sightings("cleo", "Lab").await.is_empty(),
            "an unknown visibility is found"
        );
        town.replant("person", &key(mona.bytes()), "kind", Some(Value::Int(9)))
            .await;
        check!(
            town.sightings("mona", "in-the-lab").await.is_empty(),
            "an unknown kind of person reads"
        );
        town.replant("item", &key(post.bytes()), "audience_kind", Some(Value::Int(90)))
            .await;
        readers_are(&town, "in-the-lab", &[]).await
    }
);
