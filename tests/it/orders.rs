//! The orders of home: what moves a thread and what does not; what stands first.

use parvis::feed::{Explain, Order};
use parvis::items::{CommentAudience, ItemView, Place};
use parvis::operations::*;
use parvis::spaces::{Role, Visibility};
use parvis::store::Memory;
use parvis::store::conformance::wait;
use parvis::testing::{ManualClock, config};
use parvis::{Actor, ItemId, Parvis, Time, external};

/// The home of a reader, page after page of one thread.
async fn active(actor: &Actor) -> Vec<ItemId> {
    let (mut ids, mut cursor) = (Vec::new(), None);
    loop {
        let mut request = Home::new().order(Order::Active).limit(1_u32);
        request.cursor = cursor.take();
        let page = actor.feed().home(request).await.unwrap();
        ids.extend(page.items.iter().map(|item| item.id));
        cursor = page.next.clone();
        if cursor.is_none() {
            return ids;
        }
    }
}

#[test]
fn mentions_and_announcements_stand_first_until_they_are_seen_or_over() {
    wait(async {
        let clock = ManualClock::new("2026-11-02T08:00:00Z".parse().unwrap());
        let db = Parvis::open(Memory::new(), config(&clock, 1).zone("UTC"))
            .await
            .unwrap();
        for name in ["ana", "ben", "cleo"] {
            let put = PutPerson::new(external(name), name);
            db.system("acme", "hr").people().put(put).await.unwrap();
        }
        let [ana, ben, cleo] = ["ana", "ben", "cleo"].map(|name| db.act_as("acme", external(name)));
        let lab = NewSpace::new("Lab", Visibility::Closed);
        let lab = ana.spaces().create(lab).await.unwrap().id.0;
        ana.spaces().add(AddMember::new(lab, external("cleo"))).await.unwrap();
        // On his own wall, where cleo follows nobody: it comes home because it names her.
        let named = NewItem::new("ask @[Cleo](person:cleo)");
        let named = ben.items().create(named).await.unwrap().id.0;
        let end: Time = "2026-11-02T20:00:00Z".parse().unwrap();
        let herald = NewItem::new("words").kind("announcement").title("Closed on Friday");
        let herald = herald.expires(end).place(Place::space(lab));
        let herald = ana.items().create(herald).await.unwrap().id.0;
        clock.advance_hours(1);
        let later = NewItem::new("words").place(Place::space(lab));
        let later = ana.items().create(later).await.unwrap().id.0;
        let home = async || {
            let page = cleo.feed().home(Home::new().explain(Explain::All)).await.unwrap();
            let points = |item: &ItemView, code: &str| {
                let reason = item.reasons.iter().find(|reason| reason.code == code);
                reason.and_then(|reason| reason.points)
            };
            let told = |item: &ItemView| (item.id, points(item, "MENTIONED"), points(item, "ANNOUNCEMENT"));
            page.items.iter().map(told).collect::<Vec<_>>()
        };
        // An hour of work: 450 * 2^(-1/24).
        let fresh = (named, Some(437), None);
        assert_eq!(home().await, [fresh, (herald, None, Some(300)), (later, None, None)]);
        cleo.feed().seen(MarkSeen::new(vec![named.into()])).await.unwrap();
        assert_eq!(
            home().await[0],
            (herald, None, Some(300)),
            "what was looked at waits no more"
        );
        assert!(home().await.contains(&(named, None, None)), "it still comes home");
        clock.advance_hours(11);
        let over = home().await;
        assert!(over.contains(&(herald, None, None)), "over: {over:?}");
        // Ben is no member: the announcement of a closed space is not his.
        let bens = ben.feed().home(Home::new()).await.unwrap();
        assert!(bens.items.iter().all(|item| item.id != herald && item.id != later));
    });
}

#[test]
fn only_others_move_a_thread_and_seldom_and_not_for_ever() {
    wait(async {
        let clock = ManualClock::new("2026-11-02T08:00:00Z".parse().unwrap());
        let db = Parvis::open(Memory::new(), config(&clock, 1)).await.unwrap();
        for name in ["ana", "ben", "cleo"] {
            let put = PutPerson::new(external(name), name);
            db.system("acme", "hr").people().put(put).await.unwrap();
        }
        let [ana, ben, cleo] = ["ana", "ben", "cleo"].map(|name| db.act_as("acme", external(name)));
        let lab = NewSpace::new("Lab", Visibility::Closed);
        let lab = ana.spaces().create(lab).await.unwrap().id.0;
        for (name, role) in [("ben", Role::Moderator), ("cleo", Role::Member)] {
            let add = AddMember::new(lab, external(name)).role(role);
            ana.spaces().add(add).await.unwrap();
        }
        let mut roots = Vec::new();
        for _ in 0..3 {
            clock.advance_hours(1);
            let post = NewItem::new("words").place(Place::space(lab));
            roots.push(ana.items().create(post).await.unwrap().id.0);
        }
        let [a, b, c] = [roots[0], roots[1], roots[2]];
        assert_eq!(active(&cleo).await, [c, b, a], "nobody has answered");

        let say = |on: ItemId| NewComment::new(on, "words");
        ana.items().comment(say(a)).await.unwrap();
        assert_eq!(active(&cleo).await, [c, b, a], "its author moves nothing");
        let staff = say(a).audience(CommentAudience::Staff);
        ben.items().comment(staff).await.unwrap();
        assert_eq!(active(&cleo).await, [c, b, a], "what cleo may not read moves nothing");
        assert_eq!(active(&ben).await, [c, b, a], "not even for those who may");

        clock.advance_millis(1_000);
        ben.items().comment(say(a)).await.unwrap();
        assert_eq!(active(&cleo).await, [a, c, b]);
        clock.advance_millis(60_000);
        ben.items().comment(say(b)).await.unwrap();
        assert_eq!(active(&cleo).await, [b, a, c]);
        clock.advance_millis(4 * 60_000 - 1);
        cleo.items().comment(say(a)).await.unwrap();
        assert_eq!(active(&cleo).await, [b, a, c], "less than five minutes after it moved");
        clock.advance_millis(1);
        cleo.items().comment(say(a)).await.unwrap();
        assert_eq!(active(&cleo).await, [a, b, c]);

        clock.advance_hours(47);
        ben.items().comment(say(c)).await.unwrap();
        assert_eq!(active(&cleo).await, [c, a, b], "46 hours old");
        ben.items().comment(say(b)).await.unwrap();
        assert_eq!(active(&cleo).await, [c, a, b], "48 hours old");

        ana.items().delete(DeleteItem::new(a)).await.unwrap();
        assert_eq!(active(&cleo).await, [c, b]);
    });
}

#[test]
fn what_is_archived_comes_home_in_no_order() {
    wait(async {
        let clock = ManualClock::new("2026-11-02T08:00:00Z".parse().unwrap());
        let db = Parvis::open(Memory::new(), config(&clock, 1)).await.unwrap();
        for name in ["ana", "ben"] {
            let put = PutPerson::new(external(name), name);
            db.system("acme", "hr").people().put(put).await.unwrap();
        }
        let [ana, ben] = ["ana", "ben"].map(|name| db.act_as("acme", external(name)));
        let lab = NewSpace::new("Lab", Visibility::Closed);
        let lab = ana.spaces().create(lab).await.unwrap().id.0;
        ana.spaces().add(AddMember::new(lab, external("ben"))).await.unwrap();
        ben.people().follow(Follow::new(external("ana"))).await.unwrap();
        let post = NewItem::new("words").place(Place::space(lab));
        let post = ana.items().create(post).await.unwrap().id.0;
        let home = async |order| {
            let page = ben.feed().home(Home::new().order(order)).await.unwrap();
            page.items.iter().map(|item| item.id).collect::<Vec<_>>()
        };
        for order in [Order::Ranked, Order::Newest, Order::Active] {
            assert_eq!(home(order).await, [post], "{order:?}");
        }
        ana.spaces().archive(ArchiveSpace::new(lab)).await.unwrap();
        for order in [Order::Ranked, Order::Newest, Order::Active] {
            assert_eq!(home(order).await, [], "{order:?}");
        }
    });
}

#[test]
fn what_is_written_in_a_language_that_one_does_not_read_stands_lower() {
    wait(async {
        let clock = ManualClock::new("2026-11-02T08:00:00Z".parse().unwrap());
        let db = Parvis::open(Memory::new(), config(&clock, 1)).await.unwrap();
        let languages = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>();
        for name in ["ana", "ben", "cleo"] {
            let put = PutPerson::new(external(name), name);
            db.system("acme", "hr").people().put(put).await.unwrap();
        }
        let [ana, ben, cleo] = ["ana", "ben", "cleo"].map(|name| db.act_as("acme", external(name)));
        let speaks = EditPerson::new().languages(languages(&["fr-FR", "en"]));
        ben.people().edit(speaks).await.unwrap();
        let write = async |tag: Option<&str>| {
            let mut new = NewItem::new("words").place(Place::Network);
            new.language = tag.map(str::to_owned);
            ana.items().create(new).await.unwrap().id.0
        };
        let told = async |of: &Actor, id: ItemId| {
            let page = of.feed().home(Home::new().explain(Explain::All)).await.unwrap();
            let item = page.items.iter().find(|item| item.id == id).unwrap();
            let reason = item.reasons.iter().find(|reason| reason.code == "OTHER_LANGUAGE");
            reason.and_then(|reason| reason.points)
        };
        let german = write(Some("DE")).await;
        assert_eq!(told(&ben, german).await, Some(-80));
        assert_eq!(told(&cleo, german).await, None, "she did not say what she reads");
        for tag in [None, Some("fr-ca"), Some("en"), Some("und")] {
            assert_eq!(told(&ben, write(tag).await).await, None, "{tag:?}");
        }
        // An edit keeps the language unless it names another; its own author reads what he writes.
        let edit = async |id: ItemId, tag: Option<&str>| {
            let page = ana.items().get(GetItem::new(id)).await.unwrap();
            let mut edit = EditItem::new(id, "other words", page.item.version.clone());
            edit.language = tag.map(str::to_owned);
            ana.items().edit(edit).await.unwrap();
            let page = ana.items().get(GetItem::new(id)).await.unwrap();
            page.item.body.as_ref().unwrap().language.clone()
        };
        assert_eq!(edit(german, None).await.as_deref(), Some("de"));
        assert_eq!(told(&ben, german).await, Some(-80));
        let speaks = EditPerson::new().languages(languages(&["en"]));
        ana.people().edit(speaks).await.unwrap();
        assert_eq!(told(&ana, german).await, None);
        assert_eq!(edit(german, Some("und")).await, None);
        assert_eq!(told(&ben, german).await, None);
        let wrong = NewItem::new("words").language("not a language");
        let wrong = ana.items().create(wrong).await.unwrap_err();
        assert_eq!(wrong.field, Some("language"));
    });
}
