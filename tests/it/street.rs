//! The first street: people, spaces, posts, a home feed, on the facade alone.

use parvis::feed::Order;
use parvis::import::{ImportRow, PersonRow};
use parvis::items::Place;
use parvis::operations::*;
use parvis::spaces::Visibility;
use parvis::store::Memory;
use parvis::store::conformance::wait;
use parvis::{Config, Parvis, Reason, Upkeep, Verb, external};

async fn town() -> Parvis {
    let db = Parvis::open(Memory::new(), Config::new().upkeep(Upkeep::Inline))
        .await
        .unwrap();
    let hr = db.system("acme", "hr").people();
    for name in ["ana", "ben", "cleo"] {
        hr.put(PutPerson::new(external(name), name)).await.unwrap();
    }
    db
}

#[test]
fn a_post_in_a_space_comes_home_to_its_members_only() {
    wait(async {
        let db = town().await;
        let [ana, ben, cleo] = ["ana", "ben", "cleo"].map(|name| db.act_as("acme", external(name)));
        let room = ana
            .spaces()
            .create(NewSpace::new("Lab", Visibility::Closed))
            .await
            .unwrap()
            .id
            .0;
        ana.spaces().add(AddMember::new(room, external("ben"))).await.unwrap();
        let post = ana
            .items()
            .create(NewItem::new("Hello").place(Place::space(room)))
            .await
            .unwrap();
        let home = ben.feed().home(Home::new().order(Order::Newest)).await.unwrap();
        assert_eq!(home.items.len(), 1);
        assert_eq!(home.items[0].body.as_ref().unwrap().source, "Hello");
        assert!(home.next.is_none());
        assert!(cleo.feed().home(Home::new()).await.unwrap().items.is_empty());
        assert_eq!(
            cleo.items().get(GetItem::new(post.id.0)).await.unwrap_err().reason,
            Reason::Named
        );
        let ranked = ben.feed().home(Home::new().language("fr")).await.unwrap();
        println!("{}", serde_json::to_string_pretty(&ranked).unwrap());
        assert_eq!(ranked.items.len(), 1);
        ben.items().comment(NewComment::new(post.id.0, "Hi")).await.unwrap();
        ben.items().react(React::new(post.id.0)).await.unwrap();
        let thread = ana.items().get(GetItem::new(post.id.0)).await.unwrap();
        assert_eq!(
            (thread.comments.len(), thread.root.comments, thread.root.reactions[0].n),
            (1, 1, 1)
        );
        ana.spaces()
            .remove(RemoveMember::new(room, external("ben")))
            .await
            .unwrap();
        assert_eq!(
            ben.items().may(May::new(Verb::See, post.id.0)).await.unwrap().allowed,
            [false]
        );
        assert!(ben.feed().home(Home::new()).await.unwrap().items.is_empty());
        let row = PersonRow {
            id: "dan".into(),
            name: "Dan".into(),
            guest: false,
            unit: None,
            expires: None,
            title: None,
            active: true,
            skills: None,
        };
        let import = db.system("acme", "hr").import();
        let report = import
            .put(ImportRows::new(vec![ImportRow::Person(row.clone())]))
            .await
            .unwrap();
        assert_eq!((report.new.0, report.same.0), (1, 0));
        let report = import.put(ImportRows::new(vec![ImportRow::Person(row)])).await.unwrap();
        assert_eq!((report.new.0, report.same.0), (0, 1));
    });
}
