//! What somebody muted does not come to him: neither home nor into the inbox. Walls show it, and a mention passes.

use parvis::feed::Order;
use parvis::inbox::NoticeCode;
use parvis::items::{NewAudience, Place};
use parvis::operations::*;
use parvis::people::{MutedView, Topic};
use parvis::spaces::{Role, Visibility};
use parvis::store::Memory;
use parvis::store::conformance::wait;
use parvis::testing::{ManualClock, config};
use parvis::{Actor, ItemId, Parvis, Reason, SpaceId, Upkeep, external};
use std::collections::BTreeSet;

struct Town {
    db: Parvis,
    clock: ManualClock,
    lab: SpaceId,
}

impl Town {
    /// Ana owns an open space, whose members are Ben and Cleo.
    async fn new() -> Town {
        let clock = ManualClock::new("2026-11-02T08:00:00Z".parse().unwrap());
        let config = config(&clock, 1).upkeep(Upkeep::Inline);
        let db = Parvis::open(Memory::new(), config).await.unwrap();
        for name in ["ana", "ben", "cleo"] {
            let put = PutPerson::new(external(name), name);
            db.system("acme", "hr").people().put(put).await.unwrap();
        }
        let ana = db.act_as("acme", external("ana"));
        let space = NewSpace::new("Lab", Visibility::Open);
        let lab = ana.spaces().create(space).await.unwrap().id.0;
        for name in ["ben", "cleo"] {
            let add = AddMember::new(lab, external(name)).role(Role::Member);
            ana.spaces().add(add).await.unwrap();
        }
        Town { db, clock, lab }
    }

    fn of(&self, name: &str) -> Actor {
        self.db.act_as("acme", external(name))
    }

    async fn post(&self, name: &str, words: &str) -> ItemId {
        self.clock.advance_millis(60_000);
        let item = NewItem::new(words).place(Place::space(self.lab));
        self.of(name).items().create(item).await.unwrap().id.0
    }

    async fn comment(&self, name: &str, on: ItemId, words: &str) -> ItemId {
        self.clock.advance_millis(60_000);
        let comment = NewComment::new(on, words);
        self.of(name).items().comment(comment).await.unwrap().id.0
    }

    async fn mute(&self, name: &str, what: Topic) {
        self.of(name).people().mute(Mute::new(what)).await.unwrap();
    }

    async fn unmute(&self, name: &str, what: Topic) {
        self.of(name).people().unmute(Unmute::new(what)).await.unwrap();
    }

    /// What comes home in every order, which is one.
    async fn home(&self, name: &str) -> BTreeSet<ItemId> {
        let mut homes = Vec::new();
        for order in [Order::Ranked, Order::Newest, Order::Active] {
            let home = self.of(name).feed().home(Home::new().order(order)).await.unwrap();
            homes.push(home.items.iter().map(|view| view.id).collect::<BTreeSet<_>>());
        }
        assert_eq!(homes[0], homes[1], "ranked and newest");
        assert_eq!(homes[1], homes[2], "newest and by last activity");
        homes.remove(0)
    }

    /// What the inbox says, which is also what it counts.
    async fn told(&self, name: &str) -> Vec<NoticeCode> {
        let inbox = self.of(name).inbox();
        let page = inbox.entries(Entries::new()).await.unwrap();
        let count = inbox.unread(UnreadQuery::new()).await.unwrap().unread;
        let bundled = inbox.bundles(Bundles::new()).await.unwrap();
        let n: u32 = bundled.bundles.iter().map(|bundle| bundle.n).sum();
        assert_eq!((count as usize, n as usize), (page.entries.len(), page.entries.len()));
        page.entries.iter().map(|entry| entry.code).collect()
    }
}

fn tag(tag: &str) -> Topic {
    Topic::Tag { tag: tag.into() }
}

fn person(name: &str) -> Topic {
    Topic::Person {
        person: external(name).into(),
    }
}

#[test]
fn a_muted_person_neither_comes_home_nor_into_the_inbox() {
    wait(async {
        let town = Town::new().await;
        let own = town.post("ben", "Mine").await;
        let post = town.post("cleo", "Words for @[ben](<person:ben>)").await;
        town.comment("cleo", own, "Said").await;
        town.of("cleo")
            .people()
            .follow(Follow::new(external("ben")))
            .await
            .unwrap();
        let (home, told) = (town.home("ben").await, town.told("ben").await);
        assert_eq!((home.len(), told.len()), (2, 3));
        town.mute("ben", person("cleo")).await;
        // Not even a mention passes.
        assert_eq!(town.home("ben").await, BTreeSet::from([own]));
        assert_eq!(town.told("ben").await, []);
        // What he looks up is there.
        let wall = town
            .of("ben")
            .feed()
            .space_wall(SpaceWall::new(town.lab))
            .await
            .unwrap();
        assert!(wall.items.iter().any(|view| view.id == post));
        let thread = town.of("ben").items().get(GetItem::new(own)).await.unwrap();
        assert_eq!(thread.comments.len(), 1);
        // And comes back at once.
        town.unmute("ben", person("cleo")).await;
        assert_eq!((town.home("ben").await, town.told("ben").await), (home, told));
    });
}

#[test]
fn a_mention_passes_a_muted_space_and_a_muted_thread() {
    wait(async {
        let town = Town::new().await;
        let own = town.post("ben", "Mine").await;
        let other = town.post("cleo", "Others").await;
        let called = town.post("cleo", "Words for @[ben](<person:ben>)").await;
        town.comment("cleo", own, "Said").await;
        let announcement = NewItem::new("All of you").kind("announcement").title("News");
        let announcement = announcement.place(Place::space(town.lab));
        let announced = town.of("ana").items().create(announcement).await.unwrap().id.0;
        assert_eq!(town.home("ben").await, BTreeSet::from([own, other, called, announced]));
        assert_eq!(town.told("ben").await.len(), 3);
        let lab = || Topic::Space { space: town.lab.into() };
        town.mute("ben", lab()).await;
        assert_eq!(town.home("ben").await, BTreeSet::from([called]));
        assert_eq!(town.told("ben").await, [NoticeCode::Mention]);
        town.comment("cleo", other, "And @[ben](<person:ben>)").await;
        assert_eq!(town.told("ben").await, [NoticeCode::Mention; 2]);
        town.unmute("ben", lab()).await;
        let thread = || Topic::Thread { item: own.into() };
        town.mute("ben", thread()).await;
        assert_eq!(town.home("ben").await, BTreeSet::from([other, called, announced]));
        let told = town.told("ben").await;
        let [mention, announcement] = [NoticeCode::Mention, NoticeCode::Announcement];
        assert_eq!(told, [mention, announcement, mention]);
        town.comment("cleo", own, "Here, @[ben](<person:ben>)").await;
        assert_eq!(town.told("ben").await.len(), 4);
        town.unmute("ben", thread()).await;
        assert_eq!(town.told("ben").await.len(), 5);
    });
}

#[test]
fn what_bears_a_muted_tag_comes_neither_home_nor_as_a_broadcast() {
    wait(async {
        let town = Town::new().await;
        let own = town.post("ben", "Mine").await;
        let tagged = town.post("cleo", "About #Verre").await;
        let chosen = NewItem::new("Words").tags(vec!["VERRE".into()]);
        let chosen = chosen.place(Place::space(town.lab));
        let chosen = town.of("ana").items().create(chosen).await.unwrap().id.0;
        let called = town.post("cleo", "#verre for @[ben](<person:ben>)").await;
        let other = town.post("cleo", "About #verres and verre").await;
        let announcement = NewItem::new("All of you, #verre").kind("announcement").title("News");
        let announcement = announcement.place(Place::space(town.lab));
        let announced = town.of("ana").items().create(announcement).await.unwrap().id.0;
        let all = BTreeSet::from([own, tagged, chosen, called, other, announced]);
        assert_eq!(town.home("ben").await, all);
        let [mention, announced_to] = [NoticeCode::Mention, NoticeCode::Announcement];
        assert_eq!(town.told("ben").await, [announced_to, mention]);
        // However it is spelt; that he follows it is weaker.
        let people = || town.of("ben").people();
        people().follow_tag(FollowTag::new("verre")).await.unwrap();
        town.mute("ben", tag("#VERRE")).await;
        assert_eq!(town.home("ben").await, BTreeSet::from([own, called, other]));
        assert_eq!(town.told("ben").await, [mention]);
        let mutes = people().mutes(ListMutes::new()).await.unwrap();
        assert!(matches!(&mutes.mutes[0].what, MutedView::Tag { name, .. } if name == "VERRE"));
        // What is said to him is said, wherever.
        town.comment("cleo", tagged, "And @[ben](<person:ben>)").await;
        let comment = town.comment("ben", tagged, "Yes?").await;
        let answer = NewComment::new(comment, "No");
        town.of("cleo").items().comment(answer).await.unwrap();
        assert_eq!(town.told("ben").await, [NoticeCode::Reply, mention, mention]);
        // What he looks up is there.
        let wall = SpaceWall::new(town.lab);
        let wall = town.of("ben").feed().space_wall(wall).await.unwrap();
        assert_eq!(wall.items.iter().map(|view| view.id).collect::<BTreeSet<_>>(), all);
        // A tag that an edit takes away keeps nothing away.
        let page = town.of("cleo").items().get(GetItem::new(tagged)).await.unwrap();
        let edit = EditItem::new(tagged, "About nothing", page.item.version.clone());
        town.of("cleo").items().edit(edit).await.unwrap();
        assert!(town.home("ben").await.contains(&tagged));
        town.unmute("ben", tag("verre")).await;
        assert_eq!(town.home("ben").await, all);
        assert_eq!(town.told("ben").await.len(), 4);
    });
}

#[test]
fn a_muted_tag_is_not_found_outside_either() {
    wait(async {
        let town = Town::new().await;
        let put = PutPerson::new(external("dora"), "dora");
        town.db.system("acme", "hr").people().put(put).await.unwrap();
        let [tagged, other] = [
            town.post("cleo", "About #verre").await,
            town.post("cleo", "Words").await,
        ];
        // A newcomer's home is filled up from open spaces.
        let home = async || {
            let page = town.of("dora").feed().home(Home::new()).await.unwrap();
            assert!(!page.partial);
            page.items.iter().map(|view| view.id).collect::<BTreeSet<_>>()
        };
        assert_eq!(home().await, BTreeSet::from([tagged, other]));
        town.mute("dora", tag("verre")).await;
        assert_eq!(home().await, BTreeSet::from([other]));
        let refused = town.of("dora").people().mute(Mute::new(tag("a b"))).await;
        assert_eq!(refused.unwrap_err().reason, Reason::BadValue);
    });
}

#[test]
fn a_followed_tag_brings_threads_home_and_says_so() {
    wait(async {
        let town = Town::new().await;
        let [dora, eve] = ["dora", "eve"].map(external);
        for person in [dora.clone(), eve] {
            let put = PutPerson::new(person.clone(), person.id);
            town.db.system("acme", "hr").people().put(put).await.unwrap();
        }
        let tagged = town.post("cleo", "About #Verre soufflé").await;
        let other = town.post("cleo", "About nothing").await;
        let dora = town.db.act_as("acme", dora);
        dora.people().follow_tag(FollowTag::new("verre")).await.unwrap();
        let home = async || {
            let page = dora.feed().home(Home::new().language("en")).await.unwrap();
            let reasons = |id: ItemId| {
                let view = page.items.iter().find(|view| view.id == id);
                view.map(|view| view.reasons.iter().map(|reason| reason.code).collect::<Vec<_>>())
            };
            (reasons(tagged), reasons(other))
        };
        let (with, without) = home().await;
        assert!(
            with.as_ref().is_some_and(|codes| codes.contains(&"FOLLOW_TAG")),
            "{with:?}"
        );
        assert!(without.is_none_or(|codes| !codes.contains(&"FOLLOW_TAG")));
        let tags = dora.people().tags(ListTags::new()).await.unwrap();
        assert_eq!(tags.tags[0].name, "verre");
        // A mute is stronger.
        let mute = Mute::new(person("cleo"));
        dora.people().mute(mute).await.unwrap();
        assert_eq!(home().await, (None, None));
        dora.people().unmute(Unmute::new(person("cleo"))).await.unwrap();
        dora.people().unfollow_tag(UnfollowTag::new("VERRE")).await.unwrap();
        let (with, _) = home().await;
        assert!(with.is_none_or(|codes| !codes.contains(&"FOLLOW_TAG")));
    });
}

#[test]
fn a_snooze_ends_by_itself() {
    wait(async {
        let town = Town::new().await;
        let post = town.post("cleo", "Words").await;
        let until = parvis::Clock::now(&town.clock).plus_days(1);
        let snooze = Mute::new(person("cleo")).until(until);
        town.of("ben").people().mute(snooze).await.unwrap();
        let tagged = town.post("ana", "About #verre").await;
        let snooze = Mute::new(tag("verre")).until(until);
        town.of("ben").people().mute(snooze).await.unwrap();
        assert_eq!(town.home("ben").await, BTreeSet::new());
        town.clock.set(until);
        assert_eq!(town.home("ben").await, BTreeSet::from([post, tagged]));
    });
}

/// What is kept away of 120 posts by two persons, of which one writes about a tag.
fn a_scroll_passes(what: Topic) {
    wait(async {
        let town = Town::new().await;
        let mut kept = BTreeSet::new();
        for number in 0..120 {
            let (name, words) = [("ana", "Words"), ("cleo", "About #verre")][usize::from(number % 8 > 0)];
            let post = town.post(name, words).await;
            if number % 8 == 0 {
                kept.insert(post);
            }
        }
        let far = NewItem::new("To followers").audience(NewAudience::Followers);
        town.of("ana").items().create(far).await.unwrap();
        town.mute("ben", what).await;
        for order in [Order::Ranked, Order::Newest, Order::Active] {
            let (mut met, mut cursor) = (Vec::new(), None);
            loop {
                let mut request = Home::new().order(order).limit(4u32);
                request.cursor = cursor.take();
                let page = town.of("ben").feed().home(request).await.unwrap();
                met.extend(page.items.iter().map(|view| view.id));
                cursor = page.next.clone();
                if cursor.is_none() {
                    break;
                }
            }
            let once: BTreeSet<ItemId> = met.iter().copied().collect();
            assert_eq!((met.len(), &once), (kept.len(), &kept), "{order:?}");
        }
    });
}

#[test]
fn a_scroll_passes_over_a_muted_person_to_its_end() {
    a_scroll_passes(person("cleo"));
}

#[test]
fn a_scroll_passes_over_a_muted_tag_to_its_end() {
    a_scroll_passes(tag("verre"));
}
