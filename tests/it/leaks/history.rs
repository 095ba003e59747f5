//! Random histories of a small network, with a word of its own in every text, and the search for words that should not be
//! where they are.

use super::model::{Model, Room, Someone, Stands, To, Written};
use super::requests::questions;
use super::town::{ACME, Things};
use super::{Outcome, check};
use parvis::due::Budget;
use parvis::items::{CommentAudience, NewAudience, Place};
use parvis::later::{CommandRow, RefusedQuery};
use parvis::operations::*;
use parvis::people::{PersonKind, PersonStatus, Topic};
use parvis::spaces::{Role, Visibility};
use parvis::store::{Batch, CommitId, Keys, Memory, NetworkId, Read, ReadAt, Storage, Value, Want, Write};
use parvis::testing::{self, ManualClock};
use parvis::{Actor, Error, ItemId, Parvis, Time, external};

const NAMES: &[&str] = &["p0", "p1", "p2", "p3", "g0", "g1"];

/// Numbers that follow from a seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

/// One history in the making.
pub(crate) struct History {
    db: Parvis,
    store: Memory,
    clock: ManualClock,
    dice: Dice,
    model: Model,
    pub(crate) things: Things,
    canaries: u32,
    handed: Vec<CommandRow>,
    pub(crate) done: Vec<String>,
    pub(crate) calls: u64,
}

impl History {
    pub(crate) async fn begin(seed: u64, without: Option<&'static str>) -> History {
        let clock = ManualClock::new(super::town::monday());
        let mut config = testing::config(&clock, seed);
        if let Some(predicate) = without {
            config = config.without_predicate(predicate);
        }
        let store = Memory::new();
        let mut history = History {
            db: Parvis::open(store.clone(), config).await.unwrap(),
            store,
            clock,
            dice: Dice(seed),
            model: Model::default(),
            things: Things::default(),
            canaries: 0,
            handed: Vec::new(),
            done: Vec::new(),
            calls: 0,
        };
        let hr = history.db.system(ACME, "hr").people();
        let mut above = None;
        for unit in ["lab", "bench"] {
            let mut put = PutUnit::new(external(unit), history.canary());
            put.parent = above.map(|above: &str| external(above).into());
            hr.put_unit(put).await.unwrap();
            above = Some(unit);
        }
        for (at, name) in NAMES.iter().enumerate() {
            let words = vec![history.canary(), history.canary(), history.canary(), history.canary()];
            let (mail, tags) = (history.canary(), [history.canary(), history.canary()]);
            history.model.people.push(Someone {
                name,
                guest: name.starts_with('g'),
                active: true,
                expires: None,
                in_lab: at == 0 || at == 2,
                words,
                mail,
                tags: tags.clone(),
            });
            history.put(at).await.unwrap();
            let [followed, tag] = tags;
            let people = history.of(at).people();
            people.follow_tag(FollowTag::new(followed)).await.unwrap();
            people.mute(Mute::new(Topic::Tag { tag })).await.unwrap();
        }
        for visibility in [Visibility::Closed, Visibility::Secret] {
            history.open_space(0, visibility).await;
        }
        for (room, who) in [(0, 1), (0, 4), (1, 2)] {
            let add = AddMember::new(history.things.spaces[room], external(NAMES[who]));
            history.of(0).spaces().add(add).await.unwrap();
            history.model.rooms[room].members.insert(who, (Role::Member, None));
        }
        history.hand_over("nobody").await;
        history.db.run_due(Budget::steps(1_000)).await.unwrap();
        history.hand_over(NAMES[0]).await;
        history
    }

    /// A host hands over a command with words that nobody may read before it is carried out.
    async fn hand_over(&mut self, by: &str) {
        let words = self.canary();
        let item = NewItem::new(words).place(Place::Network);
        let row = self.db.act_as(ACME, external(by)).later(item).unwrap();
        let mut batch = Batch::new(CommitId([0; 16]), [0; 16], super::town::monday().millis());
        batch.writes.push((&row).into());
        self.store.commit(NetworkId::SYSTEM, batch).await.unwrap();
        let printed = format!("{row:?}");
        assert!(!printed.contains("zq"), "`Debug` of a command prints words: {printed}");
        self.handed.push(row);
    }

    /// A word that is nowhere else.
    pub(crate) fn canary(&mut self) -> String {
        self.canaries += 1;
        format!("zq{:05}qz", self.canaries)
    }

    /// A mention of anybody.
    fn mention(&mut self) -> String {
        format!("@[somebody](person:{})", NAMES[self.dice.below(NAMES.len())])
    }

    pub(crate) fn of(&self, who: usize) -> Actor {
        self.db.act_as(ACME, external(NAMES[who]))
    }

    /// Puts a person as the model has him.
    async fn put(&mut self, who: usize) -> Result<(), Error> {
        let person = self.model.people[who].clone();
        let mut put = PutPerson::new(external(person.name), person.words[0].clone()).title(person.words[1].clone());
        put.handle = Some(person.words[2].clone());
        put.skills = Some(vec![person.words[3].clone()]);
        put.email = Some(format!("{}@mail.example", person.mail));
        put.kind = Some(if person.guest {
            PersonKind::Guest
        } else {
            PersonKind::Internal
        });
        let status = if person.active {
            PersonStatus::Active
        } else {
            PersonStatus::Deactivated
        };
        put.status = Some(status);
        put.expires = person.expires.map(Time::from_millis);
        put.unit = (person.in_lab && !person.guest).then(|| external(if who == 2 { "bench" } else { "lab" }).into());
        self.db.system(ACME, "hr").people().put(put).await.map(drop)
    }

    async fn open_space(&mut self, who: usize, visibility: Visibility) {
        let words = vec![self.canary(), self.canary(), self.canary()];
        let mut new = NewSpace::new(words[0].clone(), visibility).about(words[1].clone());
        new.handle = (visibility != Visibility::Secret).then(|| words[2].clone());
        if let Ok(made) = self.of(who).spaces().create(new).await {
            self.things.spaces.push(made.id.0);
            let members = [(who, (Role::Owner, None))].into();
            self.model.rooms.push(Room {
                visibility,
                members,
                words,
                asked: Vec::new(),
            });
        }
    }

    /// Puts a title beside the words of an item, past the library.
    async fn plant_title(&mut self, item: ItemId) {
        let title = self.canary();
        let key = Value::Id(item.bytes());
        let keys = Keys::one([key, Value::Int(1), Value::Text("und".into())]);
        let read = Read::Get {
            table: "text",
            keys,
            want: Want::Document,
        };
        let network = NetworkId::named(ACME);
        let mut found = self.store.read(network, &[read], ReadAt::Fresh).await.unwrap();
        let row = found.sets.remove(0).rows.remove(0);
        let mut document: serde_json::Value = serde_json::from_str(&row.document.unwrap()).unwrap();
        document["title"] = serde_json::json!(title);
        let mut batch = Batch::new(CommitId([0xcc; 16]), [0; 16], super::town::monday().millis());
        batch.writes.push(Write::Put {
            table: "text",
            key: row.key,
            columns: row.columns,
            document: Some(document.to_string()),
        });
        self.store.commit(network, batch).await.unwrap();
    }

    async fn written(&mut self, made: Result<parvis::items::ItemMade, Error>, written: Written) -> Result<(), Error> {
        let id = made?.id.0;
        self.things.items.push(id);
        self.model.items.push(written);
        if self.dice.below(4) == 0 {
            self.plant_title(id).await;
        }
        Ok(())
    }

    async fn post(&mut self, who: usize) -> Result<(), Error> {
        let words = self.canary();
        let mention = self.mention();
        let new = NewItem::new(format!("a post #{words} by somebody for {mention}"));
        let room = self.dice.below(self.things.spaces.len());
        let space = Place::space(self.things.spaces[room]);
        let (new, stands, to) = match self.dice.below(6) {
            0 | 1 => (new.place(space), Stands::Space(room), To::All),
            2 => (
                new.place(space).audience(NewAudience::Staff),
                Stands::Space(room),
                To::Staff,
            ),
            3 => (new.audience(NewAudience::Followers), Stands::Wall, To::Followers),
            4 => (
                new.audience(NewAudience::Unit).unit(external("lab")),
                Stands::Wall,
                To::Lab,
            ),
            _ => (new.place(Place::Network), Stands::Network, To::All),
        };
        let made = self.of(who).items().create(new).await;
        let written = Written {
            author: who,
            stands,
            to,
            root: None,
            deleted: false,
            older: Vec::new(),
            words,
        };
        self.written(made, written).await
    }

    async fn comment(&mut self, who: usize, on: usize) -> Result<(), Error> {
        let words = self.canary();
        let staff = self.dice.below(3) == 0;
        let mention = self.mention();
        let mut new = NewComment::new(self.things.items[on], format!("said {words} to {mention}"));
        if staff {
            new = new.audience(CommentAudience::Staff);
        }
        let made = self.of(who).items().comment(new).await;
        let above = &self.model.items[on];
        let inherits = above.root.is_some() && above.to == To::Staff;
        let root = above.root.unwrap_or(on);
        let written = Written {
            author: who,
            stands: self.model.items[root].stands,
            to: if staff || inherits { To::Staff } else { To::All },
            root: Some(root),
            deleted: false,
            older: Vec::new(),
            words,
        };
        self.written(made, written).await
    }

    async fn edit(&mut self, who: usize, item: usize) -> Result<(), Error> {
        let words = self.canary();
        let id = self.things.items[item];
        let version = self.of(who).items().get(GetItem::new(id)).await?.item.version.clone();
        let edit = EditItem::new(id, format!("now #{words} for {}", self.mention()), version);
        self.of(who).items().edit(edit).await?;
        // The words before stay with those who could read them.
        let open = match self.model.items[item].stands {
            Stands::Space(room) => self.model.rooms[room].visibility == Visibility::Open,
            _ => true,
        };
        let before = std::mem::replace(&mut self.model.items[item].words, words);
        self.model.items[item].older.push((before, open));
        Ok(())
    }

    async fn person(&mut self, who: usize) -> Result<(), Error> {
        let end = self.model.now + 1_000 * (self.dice.below(5) as i64);
        let change = self.dice.below(4);
        let before = self.model.people[who].clone();
        let person = &mut self.model.people[who];
        match change {
            0 => person.active = !person.active,
            1 => person.guest = !person.guest,
            2 if person.guest => person.expires = Some(end),
            _ => person.in_lab = !person.in_lab,
        }
        if !person.guest {
            person.expires = None;
        } else {
            person.in_lab = false;
            person.expires = person.expires.or(before.expires);
        }
        let put = self.put(who).await;
        if put.is_err() {
            self.model.people[who] = before;
        }
        put
    }

    async fn membership(&mut self, who: usize, room: usize, whom: usize) -> Result<(), Error> {
        let space = self.things.spaces[room];
        let spaces = self.of(who).spaces();
        let person = external(NAMES[whom]);
        let role = [Role::Member, Role::Member, Role::Moderator, Role::Owner][self.dice.below(4)];
        match self.dice.below(9) {
            7 => {
                let words = self.canary();
                spaces.ask(AskToJoin::new(space).words(words.clone())).await?;
                self.model.rooms[room].asked.push(words);
            }
            0 => {
                spaces.join(JoinSpace::new(space)).await?;
                let known = self.model.rooms[room].members.get(&who).copied();
                let lasts = known.filter(|(_, end)| end.is_none_or(|end| self.model.now < end));
                self.model.rooms[room]
                    .members
                    .insert(who, lasts.unwrap_or((Role::Member, None)));
            }
            1 => {
                spaces.leave(LeaveSpace::new(space)).await?;
                self.model.rooms[room].members.remove(&who);
            }
            2 => {
                spaces.remove(RemoveMember::new(space, person)).await?;
                self.model.rooms[room].members.remove(&whom);
            }
            3 => {
                spaces.set_role(SetRole::new(space, person, role)).await?;
                if let Some(member) = self.model.rooms[room].members.get_mut(&whom) {
                    member.0 = role;
                }
            }
            4 => {
                let visibility = [Visibility::Open, Visibility::Closed, Visibility::Secret][self.dice.below(3)];
                spaces.set_visibility(SetVisibility::new(space, visibility)).await?;
                self.model.rooms[room].visibility = visibility;
            }
            _ => {
                let end = (self.dice.below(3) == 0).then(|| self.model.now + 1_000 * (1 + self.dice.below(4) as i64));
                let mut add = AddMember::new(space, person).role(role);
                add.expires = end.map(Time::from_millis);
                spaces.add(add).await?;
                self.model.rooms[room].members.insert(whom, (role, end));
            }
        }
        Ok(())
    }

    async fn tie(&mut self, who: usize, whom: usize) -> Result<(), Error> {
        let people = self.of(who).people();
        let person = external(NAMES[whom]);
        match self.dice.below(6) {
            0 => {
                people.unfollow(Unfollow::new(person)).await?;
                self.model.follows.remove(&(who, whom));
            }
            1 => {
                people.block(Block::new(person)).await?;
                self.model.block(who, whom);
            }
            2 => {
                people.unblock(Unblock::new(person)).await?;
                self.model.blocks.remove(&(who, whom));
            }
            _ => {
                people.follow(Follow::new(person)).await?;
                self.model.follows.insert((who, whom));
            }
        }
        Ok(())
    }

    /// One command of somebody; the model takes what succeeded.
    pub(crate) async fn step(&mut self) -> Result<(), String> {
        self.clock.advance_millis(1_000);
        self.model.now = {
            use parvis::Clock;
            self.clock.now().millis()
        };
        // Owners do more than others, else most commands are refused.
        let who = if self.dice.below(3) == 0 {
            0
        } else {
            self.dice.below(NAMES.len())
        };
        let whom = self.dice.below(NAMES.len());
        let item = self.dice.below(self.things.items.len().max(1));
        let some = !self.things.items.is_empty();
        let deed = self.dice.below(16);
        let outcome = match deed {
            0..=3 => self.post(who).await,
            4..=6 if some => self.comment(who, item).await,
            7 if some => self.edit(who, item).await,
            8 if some => {
                let deleted = self
                    .of(who)
                    .items()
                    .delete(DeleteItem::new(self.things.items[item]))
                    .await;
                self.model.items[item].deleted |= deleted.is_ok();
                deleted.map(drop)
            }
            9 if some => self
                .of(who)
                .items()
                .react(React::new(self.things.items[item]))
                .await
                .map(drop),
            // The owner of the first spaces stays.
            10 if whom > 0 => self.person(whom).await,
            11 | 12 => self.tie(who, whom).await,
            _ => {
                let room = self.dice.below(self.things.spaces.len());
                self.membership(who, room, whom).await
            }
        };
        let said = match &outcome {
            Ok(()) => "done".to_owned(),
            Err(error) => format!("{error} {error:?} {}", serde_json::to_string(error).unwrap()),
        };
        self.done.push(format!(
            "deed {deed} of {} (item {item}, {}): {said}",
            NAMES[who], NAMES[whom]
        ));
        search(&said, &self.model, who, "the answer of a command")
    }

    /// Everything that everybody can get, searched.
    pub(crate) async fn sweep(&mut self) -> Result<(), String> {
        let asked = questions(&self.things, NAMES);
        for who in 0..NAMES.len() {
            let of = self.of(who);
            let mut all = format!("{of:?} {:?} {:?}", of.items(), self.db);
            for (operation, request) in &asked {
                self.calls += 1;
                all.push('\n');
                all.push_str(operation);
                all.push(' ');
                match of.call(operation, request).await {
                    Ok(answer) => all.push_str(std::str::from_utf8(&answer).unwrap()),
                    Err(error) => {
                        all.push_str(&format!("{error} {error:?} {}", serde_json::to_string(&error).unwrap()));
                    }
                }
            }
            search(&all, &self.model, who, "a query")?;
        }
        let commands = self.db.commands();
        let mut told = format!("{:?}", commands.refused(RefusedQuery::new(ACME)).await);
        for row in &self.handed {
            told.push_str(&format!("{:?}", commands.state(row.id()).await));
        }
        check!(!told.contains("zq"), "what became of commands tells words: {told}");
        // The typed answers print no word at all.
        if let Some(item) = self.things.items.last() {
            let page = self.of(0).items().get(GetItem::new(*item)).await;
            let home = self.of(0).feed().home(Home::new()).await;
            let printed = format!("{page:?} {home:?}");
            check!(!printed.contains("zq"), "`Debug` of an answer prints words: {printed}");
        }
        Ok(())
    }
}

/// Whether a text holds a canary that the person may not read.
fn search(text: &str, model: &Model, who: usize, what: &str) -> Outcome {
    let mut readable = None;
    for (at, _) in text.match_indices("zq") {
        let word = text.get(at..at + 9).unwrap_or_default();
        if word.ends_with("qz") && !readable.get_or_insert_with(|| model.readable(who)).contains(word) {
            let (before, _) = text.split_at(at);
            let line = before.rfind('\n').map_or(0, |start| start + 1);
            let line: String = text.split_at(line).1.chars().take(300).collect();
            return Err(format!("{} gets {word} by {what}: {line}", NAMES[who]));
        }
    }
    Ok(())
}
