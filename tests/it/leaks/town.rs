//! A small organisation in memory on a clock by hand, for the scenarios.
//!
//! Internal persons: `olga` owns spaces, `mona` moderates, `ben` is a member, `cleo` is somewhere else, `dave` works in a
//! unit below the others'. Guests: `gus`, `gina`. Units: `head`, below it `lab` (olga, ben) with `bench` (dave), and `sales`
//! (cleo).

use parvis::feed::Order;
use parvis::items::{CommentAudience, Place};
use parvis::operations::*;
use parvis::people::PersonKind;
use parvis::spaces::{Role, Visibility};
use parvis::store::{Batch, CommitId, Keys, Memory, NetworkId, Parts, Read, ReadAt, Row, Storage, Value, Want, Write};
use parvis::testing::{self, ManualClock};
use parvis::{Actor, ItemId, Parvis, PersonId, SpaceId, Time, external};
use std::sync::Mutex;

/// The network of the scenarios.
pub(crate) const ACME: &str = "acme";
/// Everybody.
pub(crate) const PEOPLE: &[&str] = &["olga", "mona", "ben", "cleo", "dave", "gus", "gina"];
/// Those from outside.
pub(crate) const GUESTS: &[&str] = &["gus", "gina"];

/// What was made so far: what sweeps ask about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Things {
    pub(crate) items: Vec<ItemId>,
    pub(crate) spaces: Vec<SpaceId>,
}

/// The organisation.
pub(crate) struct Town {
    pub(crate) db: Parvis,
    pub(crate) store: Memory,
    pub(crate) clock: ManualClock,
    things: Mutex<Things>,
}

/// Monday, 2 November 2026, 9 o'clock.
pub(crate) fn monday() -> Time {
    "2026-11-02T09:00:00Z".parse().unwrap()
}

impl Town {
    /// The organisation, under a gate without one predicate where one is named.
    pub(crate) async fn open(without: Option<&'static str>) -> Town {
        let clock = ManualClock::new(monday());
        let mut config = testing::config(&clock, 7);
        if let Some(predicate) = without {
            config = config.without_predicate(predicate);
        }
        let store = Memory::new();
        let db = Parvis::open(store.clone(), config).await.unwrap();
        let town = Town {
            db,
            store,
            clock,
            things: Mutex::default(),
        };
        town.settle(ACME).await;
        town
    }

    /// Puts the units and persons of one network.
    pub(crate) async fn settle(&self, network: &str) {
        let hr = self.db.system(network, "hr").people();
        for (unit, parent) in [
            ("head", None),
            ("lab", Some("head")),
            ("bench", Some("lab")),
            ("sales", Some("head")),
        ] {
            let mut put = PutUnit::new(external(unit), unit);
            if let Some(parent) = parent {
                put = put.parent(external(parent));
            }
            hr.put_unit(put).await.unwrap();
        }
        for name in PEOPLE {
            let mut put = PutPerson::new(external(name), *name);
            match *name {
                "gus" | "gina" => put = put.kind(PersonKind::Guest),
                "olga" | "ben" => put = put.unit(external("lab")),
                "dave" => put = put.unit(external("bench")),
                "cleo" => put = put.unit(external("sales")),
                _ => {}
            }
            hr.put(put).await.unwrap();
        }
    }

    /// A person who acts.
    pub(crate) fn of(&self, name: &str) -> Actor {
        self.db.act_as(ACME, external(name))
    }

    /// The host's system.
    pub(crate) fn hr(&self) -> Actor {
        self.db.system(ACME, "hr")
    }

    /// Everything that was made.
    pub(crate) fn things(&self) -> Things {
        self.things.lock().unwrap().clone()
    }

    /// Remembers an item for the sweeps.
    pub(crate) fn know(&self, item: ItemId) -> ItemId {
        self.things.lock().unwrap().items.push(item);
        item
    }

    /// A second passes.
    pub(crate) fn tick(&self) {
        self.clock.advance_millis(1_000);
    }

    /// `olga` opens a space.
    pub(crate) async fn space(&self, name: &str, visibility: Visibility) -> SpaceId {
        self.tick();
        let made = self.of("olga").spaces().create(NewSpace::new(name, visibility)).await;
        let id = made.unwrap().id.0;
        self.things.lock().unwrap().spaces.push(id);
        id
    }

    /// `olga` opens a closed space with `mona` as its moderator and `ben` as its member.
    pub(crate) async fn lab(&self) -> SpaceId {
        let lab = self.space("Lab", Visibility::Closed).await;
        self.add(lab, "mona", Role::Moderator).await;
        self.add(lab, "ben", Role::Member).await;
        lab
    }

    /// `olga` takes somebody in.
    pub(crate) async fn add(&self, space: SpaceId, name: &str, role: Role) {
        let add = AddMember::new(space, external(name)).role(role);
        self.of("olga").spaces().add(add).await.unwrap();
    }

    /// `olga` takes a membership away.
    pub(crate) async fn remove(&self, space: SpaceId, name: &str) {
        let remove = RemoveMember::new(space, external(name));
        self.of("olga").spaces().remove(remove).await.unwrap();
    }

    /// Somebody writes a post.
    pub(crate) async fn write(&self, name: &str, item: NewItem) -> ItemId {
        self.tick();
        let made = self.of(name).items().create(item).await.unwrap();
        self.know(made.id.0)
    }

    /// Somebody writes a post into a space.
    pub(crate) async fn post(&self, name: &str, space: SpaceId, words: &str) -> ItemId {
        self.write(name, NewItem::new(words).place(Place::space(space))).await
    }

    /// Somebody comments.
    pub(crate) async fn comment(&self, name: &str, on: ItemId, words: &str) -> ItemId {
        self.tick();
        let made = self.of(name).items().comment(NewComment::new(on, words)).await.unwrap();
        self.know(made.id.0)
    }

    /// Somebody comments for the staff of the space only.
    pub(crate) async fn comment_to_staff(&self, name: &str, on: ItemId, words: &str) -> ItemId {
        self.tick();
        let comment = NewComment::new(on, words).audience(CommentAudience::Staff);
        let made = self.of(name).items().comment(comment).await.unwrap();
        self.know(made.id.0)
    }

    /// The id of a person.
    pub(crate) async fn id(&self, name: &str) -> PersonId {
        self.of("mona")
            .people()
            .get(GetPerson::new(external(name)))
            .await
            .unwrap()
            .id
    }

    /// The home of a person, newest first, as ids.
    pub(crate) async fn home(&self, name: &str) -> Vec<ItemId> {
        let home = Home::new().order(Order::Newest).limit(100u32);
        let page = self.of(name).feed().home(home).await.unwrap();
        page.items.iter().map(|item| item.id).collect()
    }

    /// The operations whose answers hold the words, over all queries that a person can ask about all that was made.
    pub(crate) async fn sightings(&self, name: &str, words: &str) -> Vec<String> {
        let mut seen = Vec::new();
        let asked = super::requests::questions(&self.things(), PEOPLE);
        let actor = self.of(name);
        for (operation, request) in &asked {
            let text = match actor.call(operation, request).await {
                Ok(answer) => String::from_utf8(answer).unwrap(),
                Err(error) => format!("{error} {error:?} {}", serde_json::to_string(&error).unwrap()),
            };
            if text.contains(words) {
                seen.push(format!("{operation} {}", String::from_utf8_lossy(request)));
            }
        }
        seen
    }

    /// A row as it is stored.
    pub(crate) async fn row(&self, table: &'static str, key: &[Value]) -> Row {
        let keys = Keys::one(key.iter().cloned());
        let want = Want::Document;
        let reads = [Read::Get { table, keys, want }];
        let found = self.store.read(NetworkId::named(ACME), &reads, ReadAt::Fresh);
        found.await.unwrap().sets.remove(0).rows.remove(0)
    }

    /// Writes past the library, as a newer release, a restore or a mistake could.
    pub(crate) async fn plant(&self, write: Write) {
        static NUMBER: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
        let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let mut id = [0xee; 16];
        id[..8].copy_from_slice(&number.to_le_bytes());
        let mut batch = Batch::new(CommitId(id), [0; 16], self.clock_millis());
        batch.writes.push(write);
        self.store.commit(NetworkId::named(ACME), batch).await.unwrap();
    }

    /// Changes one column of a stored row, by the name of the column.
    pub(crate) async fn replant(&self, table: &'static str, key: &[Value], column: &str, value: Option<Value>) {
        let row = self.row(table, key).await;
        let schema = testing::schema();
        let declared = &schema.table(table).unwrap().columns;
        let at = declared.iter().position(|field| field.name == column).unwrap();
        let mut columns: Parts = row.columns;
        columns[at] = value;
        let (key, document) = (row.key, row.document);
        self.plant(Write::Put {
            table,
            key,
            columns,
            document,
        })
        .await;
    }

    /// What the clock says.
    pub(crate) fn clock_time(&self) -> Time {
        parvis::Clock::now(&self.clock)
    }

    fn clock_millis(&self) -> i64 {
        self.clock_time().millis()
    }
}

/// The key of a row that is named by one id.
pub(crate) fn key(id: [u8; 16]) -> [Value; 1] {
    [Value::Id(id)]
}
