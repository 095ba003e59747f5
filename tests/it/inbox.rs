//! The inbox as somebody uses it.

use parvis::import::ImportRow;
use parvis::inbox::{NoticeCode, Which};
use parvis::items::Place;
use parvis::operations::*;
use parvis::store::Memory;
use parvis::store::conformance::wait;
use parvis::testing::{ManualClock, config};
use parvis::{Actor, ItemId, Parvis, Upkeep, external};
use serde_json::json;

const NAMES: [&str; 6] = ["Ana", "Alice", "Bob", "Carl", "Dora", "Eve"];

struct Town {
    db: Parvis,
    clock: ManualClock,
    post: ItemId,
}

impl Town {
    /// Ana has posted something to everybody.
    async fn new(upkeep: Upkeep) -> Town {
        let clock = ManualClock::new("2026-11-02T08:00:00Z".parse().unwrap());
        let config = config(&clock, 1).upkeep(upkeep);
        let db = Parvis::open(Memory::new(), config).await.unwrap();
        for name in NAMES {
            let put = PutPerson::new(external(name), name);
            db.system("acme", "hr").people().put(put).await.unwrap();
        }
        let ana = db.act_as("acme", external("Ana"));
        let post = NewItem::new("Hello").place(Place::Network);
        let post = ana.items().create(post).await.unwrap().id.0;
        Town { db, clock, post }
    }

    fn of(&self, name: &str) -> Actor {
        self.db.act_as("acme", external(name))
    }

    async fn react(&self, name: &str) {
        self.clock.advance_millis(1_000);
        self.of(name).items().react(React::new(self.post)).await.unwrap();
    }

    /// The sentences of Ana's bundles, each with whether it is open and unread.
    async fn bundles(&self, language: &str) -> Vec<(String, bool, bool)> {
        let page = self
            .of("Ana")
            .inbox()
            .bundles(Bundles::new().language(language))
            .await
            .unwrap();
        page.bundles
            .iter()
            .map(|it| (it.text.clone(), it.open, it.unread))
            .collect()
    }

    async fn unread(&self) -> (u32, u32) {
        let unread = self.of("Ana").inbox().unread(UnreadQuery::new()).await.unwrap();
        (unread.unread, unread.badge)
    }
}

#[test]
fn reactions_come_in_one_bundle_that_undoing_takes_from() {
    wait(async {
        let town = Town::new(Upkeep::Inline).await;
        for name in ["Eve", "Dora", "Carl", "Bob", "Alice"] {
            town.react(name).await;
        }
        let said = |text: &str| vec![(text.to_owned(), true, true)];
        let all = "Alice, Bob and 3 others reacted to your post";
        assert_eq!(town.bundles("en").await, said(all));
        let all = "Alice, Bob et 3 autres personnes ont réagi à votre publication";
        assert_eq!(town.bundles("fr").await, said(all));
        assert_eq!(town.unread().await, (5, 5));
        for name in ["Alice", "Dora"] {
            town.of(name).items().unreact(Unreact::new(town.post)).await.unwrap();
        }
        let fewer = "Bob, Carl and one other reacted to your post";
        assert_eq!(town.bundles("en").await, said(fewer));
        assert_eq!(town.unread().await, (3, 3));
        for name in ["Bob", "Carl", "Eve"] {
            town.of(name).items().unreact(Unreact::new(town.post)).await.unwrap();
        }
        assert_eq!(town.bundles("en").await, []);
        assert_eq!(town.unread().await, (0, 0));
    });
}

#[test]
fn seeing_and_reading_close_a_bundle_and_the_next_event_opens_another() {
    wait(async {
        let town = Town::new(Upkeep::Inline).await;
        let ana = town.of("Ana").inbox();
        town.react("Alice").await;
        town.react("Bob").await;
        ana.seen(SeenInbox::new()).await.unwrap();
        assert_eq!(town.unread().await, (2, 0), "seeing reads nothing and clears the badge");
        let both = "Bob and Alice reacted to your post".to_owned();
        assert_eq!(town.bundles("en").await, [(both.clone(), false, true)]);
        town.react("Carl").await;
        let carl = "Carl reacted to your post".to_owned();
        assert_eq!(town.unread().await, (3, 1));
        assert_eq!(
            town.bundles("en").await,
            [(carl.clone(), true, true), (both.clone(), false, true)]
        );
        // Reading a bundle reads all of it, and closes it.
        let page = ana.bundles(Bundles::new()).await.unwrap();
        let read = ReadEntries::new(Vec::new()).bundles(vec![page.bundles[1].id]);
        ana.read(read).await.unwrap();
        assert_eq!(
            town.bundles("en").await,
            [(carl.clone(), true, true), (both.clone(), false, false)]
        );
        let read = ReadEntries::new(Vec::new()).bundles(vec![page.bundles[0].id]);
        ana.read(read).await.unwrap();
        assert_eq!(town.unread().await, (0, 0));
        town.react("Dora").await;
        let dora = "Dora reacted to your post".to_owned();
        let all = [(dora, true, true), (carl, false, false), (both, false, false)];
        assert_eq!(town.bundles("en").await, all);
        ana.read_up_to(ReadUpTo::new()).await.unwrap();
        assert_eq!(town.unread().await, (0, 0));
        let page = ana.entries(Entries::new()).await.unwrap();
        assert!(page.entries.iter().all(|entry| entry.read && entry.seen));
        let page = ana.entries(Entries::new().which(Which::Unread)).await.unwrap();
        assert!(page.entries.is_empty() && page.next.is_none());
    });
}

#[test]
fn what_follows_late_is_unread_however_far_the_inbox_was_read() {
    wait(async {
        let town = Town::new(Upkeep::Worker).await;
        let ana = town.of("Ana").inbox();
        town.react("Alice").await;
        town.clock.advance_hours(1);
        ana.read_up_to(ReadUpTo::new()).await.unwrap();
        // Nobody had followed the log: what she read then did not hold it.
        while town.db.run_due(parvis::due::Budget::steps(10)).await.unwrap().more {}
        assert_eq!(town.unread().await, (1, 1));
        ana.read_up_to(ReadUpTo::new()).await.unwrap();
        assert_eq!(town.unread().await, (0, 0));
    });
}

#[test]
fn an_answer_to_ones_comment_on_ones_post_is_one_entry_with_two_reasons() {
    wait(async {
        let town = Town::new(Upkeep::Inline).await;
        let ana = town.of("Ana");
        let said = ana
            .items()
            .comment(NewComment::new(town.post, "Me again"))
            .await
            .unwrap()
            .id
            .0;
        let answer = NewComment::new(said, "Well said");
        let answer = town.of("Bob").items().comment(answer).await.unwrap().id.0;
        let page = ana.inbox().entries(Entries::new()).await.unwrap();
        assert_eq!(page.entries.len(), 1);
        let entry = &page.entries[0];
        assert_eq!(entry.code, NoticeCode::Reply);
        assert_eq!(entry.reasons, [NoticeCode::Reply, NoticeCode::Comment]);
        assert_eq!(entry.item.as_ref().map(|item| item.id), Some(answer));
        assert_eq!(entry.root.as_ref().map(|item| item.id), Some(town.post));
        assert_eq!(entry.text, "Bob answered your comment");
        // Nobody is told of what he did himself.
        let page = town.of("Bob").inbox().entries(Entries::new()).await.unwrap();
        assert!(page.entries.is_empty());
    });
}

#[test]
fn a_long_inbox_is_paged_and_its_count_is_capped() {
    wait(async {
        let town = Town::new(Upkeep::Worker).await;
        let bob = town.of("Bob").items();
        for number in 0..120 {
            town.clock.advance_millis(7);
            let comment = NewComment::new(town.post, format!("comment {number}"));
            bob.comment(comment).await.unwrap();
        }
        while town.db.run_due(parvis::due::Budget::steps(10)).await.unwrap().more {}
        let ana = town.of("Ana").inbox();
        let unread = ana.unread(UnreadQuery::new()).await.unwrap();
        assert_eq!((unread.unread, unread.more, unread.badge), (99, true, 99));
        let unread = ana.unread(UnreadQuery::new().cap(1_000_u32)).await.unwrap();
        assert_eq!((unread.unread, unread.more), (120, false));
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let mut request = Entries::new().limit(50_u32);
            request.cursor = cursor;
            let page = ana.entries(request).await.unwrap();
            assert_eq!(page.unread.is_some(), seen.is_empty(), "counted on the first page");
            assert!(!page.partial);
            seen.extend(page.entries.iter().map(|entry| (entry.t, entry.id)));
            cursor = page.next.clone();
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 120);
        assert!(seen.is_sorted_by(|one, other| one > other));
        // One person, however often he spoke; a read entry in the middle is out of the unread ones.
        let bundle = &ana.bundles(Bundles::new()).await.unwrap().bundles[0];
        assert_eq!((bundle.n, bundle.text.as_str()), (1, "Bob commented on your post"));
        ana.read(ReadEntries::new(vec![seen[60].1])).await.unwrap();
        let unread = ana.unread(UnreadQuery::new().cap(1_000_u32)).await.unwrap();
        assert_eq!(unread.unread, 119);
        ana.read_up_to(ReadUpTo::new().entry(seen[20].1)).await.unwrap();
        let unread = ana.unread(UnreadQuery::new().cap(1_000_u32)).await.unwrap();
        assert_eq!(unread.unread, 20);
    });
}

#[test]
fn notices_of_an_old_system_come_with_their_date_and_read_mark_once() {
    wait(async {
        let town = Town::new(Upkeep::Inline).await;
        let host = town.db.system("acme", "host");
        let rows = |read: bool| -> Vec<ImportRow> {
            let place = json!({"type": "place"});
            let notice = |to: &str, kind: &str, ts: &str, order: u32| json!({"type": "notice", "to": to, "kind": kind, "actor": "ben", "post": "p1", "ts": ts, "read": read, "order": order});
            let rows = vec![
                json!({"type": "person", "id": "ann", "name": "Ann"}),
                json!({"type": "person", "id": "ben", "name": "Ben"}),
                json!({"type": "post", "id": "p1", "author": "ann", "text": "Old", "ts": "2026-10-01T08:00:00Z", "audience": place}),
                json!({"type": "comment", "id": "c1", "person": "ben", "post": "p1", "ts": "2026-10-01T09:00:00Z", "text": "Aye"}),
                json!({"type": "reaction", "person": "ben", "post": "p1", "ts": "2026-10-01T10:00:00Z", "reaction": "like"}),
                notice("ann", "comment", "2026-10-01T09:00:00Z", 1),
                notice("ann", "reaction", "2026-10-01T10:00:00Z", 2),
                notice("ben", "reaction", "2026-10-01T10:00:00Z", 3),
                notice("ann", "announce", "2026-10-01T10:00:00Z", 4),
            ];
            rows.into_iter()
                .map(|row| serde_json::from_value(row).unwrap())
                .collect()
        };
        let put = async |read| host.import().put(ImportRows::new(rows(read))).await.unwrap();
        let report = put(false).await;
        let bad: Vec<_> = report.bad.iter().map(|it| (it.row.0, it.reason.as_str())).collect();
        assert_eq!(bad, [(7, "not_allowed"), (8, "not_allowed")]);
        assert_eq!(report.new.0, 7);
        assert_eq!(put(false).await.same.0, 7);
        let ann = town.db.act_as("acme", external("ann"));
        let page = ann.inbox().entries(Entries::new()).await.unwrap();
        let said: Vec<_> = page
            .entries
            .iter()
            .map(|it| (it.text.as_str(), it.t.to_string(), it.read))
            .collect();
        assert_eq!(
            said,
            [
                ("Ben reacted to your post", "2026-10-01T10:00:00.000Z".to_owned(), false),
                (
                    "Ben commented on your post",
                    "2026-10-01T09:00:00.000Z".to_owned(),
                    false
                ),
            ]
        );
        let comment = page.entries[1].item.as_ref().unwrap();
        assert_eq!(comment.external.as_deref(), Some("comment:c1"));
        // The same notice twice is one, and read if one of them is.
        let both = [false, true, false].map(|read| rows(read)[6].clone());
        let twice = host.import().put(ImportRows::new(both.to_vec())).await.unwrap();
        assert_eq!((twice.changed.0, twice.same.0, twice.bad.len()), (1, 2, 0));
        let both = [false, true].map(|read| rows(read)[5].clone());
        let apart = town.db.system("other", "host").import();
        let people = rows(false)[..5].to_vec();
        apart.put(ImportRows::new(people)).await.unwrap();
        let once = apart.put(ImportRows::new(both.to_vec())).await.unwrap();
        assert_eq!((once.new.0, once.changed.0, once.bad.len()), (1, 1, 0));
        let elsewhere = town.db.act_as("other", external("ann")).inbox();
        assert_eq!(elsewhere.unread(UnreadQuery::new()).await.unwrap().unread, 0);
        // Read meanwhile in the old system; what is taken back goes, imported or not.
        assert_eq!(put(true).await.changed.0, 1);
        assert_eq!(ann.inbox().unread(UnreadQuery::new()).await.unwrap().unread, 0);
        assert_eq!(put(false).await.same.0, 7);
        let ben = town.db.act_as("acme", external("ben"));
        let post = external("p1");
        ben.items().unreact(Unreact::new(post)).await.unwrap();
        let page = ann.inbox().entries(Entries::new()).await.unwrap();
        assert_eq!(page.entries.len(), 1);
    });
}
