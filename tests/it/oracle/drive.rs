//! Runs the commands of the model on the library, and compares what they answer.

use super::acts::{Act, Named, PostPlace, Written};
use super::ties::Muted;
use super::world::{Person, Space, Unit, World};
use parvis::gate::answer::Token;
use parvis::items::{CommentAudience, ItemMade, NewAudience, Place, Publishing};
use parvis::operations::*;
use parvis::people::Topic;
use parvis::spaces::Announcers;
use parvis::testing::ManualClock;
use parvis::{Actor, Error, ItemId, Parvis, PersonId, Reason, Ref, SpaceId, Time, UnitId, external};
use std::collections::{BTreeMap, BTreeSet};

/// The network that every history runs in.
pub(crate) const NETWORK: &str = "acme";

/// A difference between the oracle and the library.
#[derive(Clone, Debug)]
pub(crate) struct Difference {
    /// By what it was found.
    pub(crate) by: &'static str,
    /// What was expected and what came.
    pub(crate) said: String,
}

pub(crate) type Outcome<T = ()> = Result<T, Difference>;

/// Both are equal, or a difference.
pub(crate) fn equal<T: PartialEq + std::fmt::Debug>(
    by: &'static str,
    expected: &T,
    got: &T,
    about: impl FnOnce() -> String,
) -> Outcome {
    if expected == got {
        return Ok(());
    }
    let said = format!("{}: expected {expected:?}, got {got:?}", about());
    Err(Difference { by, said })
}

/// The library and the model side by side.
pub(crate) struct Pair {
    pub(crate) db: Parvis,
    pub(crate) clock: ManualClock,
    pub(crate) world: World,
    /// Decisions compared.
    pub(crate) decisions: u64,
    /// Every command so far, where they are kept.
    pub(crate) steps: Option<Vec<Step>>,
    written: usize,
    /// The position that [`Pair::keep_early`] kept.
    pub(crate) early: Option<Token>,
    /// Where each person last asked what changed: the position, the posts that were published, and the commands so far.
    pub(super) asked: BTreeMap<usize, (Token, BTreeSet<usize>, usize)>,
}

/// One command of a recorded history: the world before it, and the command.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) world: World,
    pub(crate) number: usize,
    pub(crate) by: usize,
    pub(crate) act: Act,
}

/// The words of a command's text, different for each. They mention one person, sometimes one that there is not, and bear a tag or two
/// or none.
fn words(number: usize) -> String {
    let tags = ["", "", " #fire", " #Ice", " #FIRE and #rain"][number % 5];
    format!("words {number}{tags} @[x](<person:person {}>)", number % 13)
}

/// What a command made.
pub(crate) enum Made {
    Unit(UnitId),
    Person(PersonId),
    Space(SpaceId),
    Item(ItemMade),
    Nothing,
}

impl Pair {
    /// Commands so far.
    pub(super) fn written(&self) -> usize {
        self.written
    }

    pub(crate) fn new(db: Parvis, clock: ManualClock) -> Pair {
        let world = World {
            clock: parvis::Clock::now(&clock).millis(),
            newest: i64::MIN,
            ..World::default()
        };
        Pair {
            db,
            clock,
            world,
            decisions: 0,
            steps: None,
            written: 0,
            early: None,
            asked: BTreeMap::new(),
        }
    }

    /// Moves the clock, also back.
    pub(crate) fn set_clock(&mut self, millis: i64) {
        self.clock.set(Time::from_millis(millis));
        self.world.clock = millis;
    }

    pub(crate) fn actor(&self, person: usize) -> Actor {
        let person = &self.world.persons[person];
        // By the library's id or the host's: both name the same person.
        if person.id.bytes()[15].is_multiple_of(2) {
            self.db.act_as(NETWORK, person.id)
        } else {
            self.db.act_as(NETWORK, external(&person.external))
        }
    }

    pub(crate) fn item(&self, item: Named) -> Ref {
        item.map_or_else(
            || ItemId::from_bytes([9; 16]).into(),
            |item| self.world.items[item].id.into(),
        )
    }

    pub(crate) fn space(&self, space: Named) -> Ref {
        space.map_or_else(
            || SpaceId::from_bytes([9; 16]).into(),
            |space| self.world.spaces[space].id.into(),
        )
    }

    pub(crate) fn person(&self, person: Named) -> Ref {
        person.map_or_else(
            || PersonId::from_bytes([9; 16]).into(),
            |person| self.world.persons[person].id.into(),
        )
    }

    pub(crate) fn unit(&self, unit: Named) -> Ref {
        unit.map_or_else(
            || UnitId::from_bytes([9; 16]).into(),
            |unit| self.world.units[unit].id.into(),
        )
    }

    /// Keeps where the log stands as soon as there is somebody who may ask.
    pub(crate) async fn keep_early(&mut self) {
        let somebody = (0..self.world.persons.len()).find(|person| self.world.active(*person));
        if let Some(somebody) = somebody.filter(|_| self.early.is_none()) {
            let changes = self.actor(somebody).changes(Changes::new()).await.unwrap();
            self.early = Some(changes.position.clone());
        }
    }

    /// Runs a command on both. A difference in the outcome is one; the model follows the library where they agree.
    pub(crate) async fn act(&mut self, by: usize, act: &Act) -> Outcome {
        let expected = self.world.predict(by, act).err();
        self.written += 1;
        if let Some(steps) = &mut self.steps {
            steps.push(Step {
                world: self.world.clone(),
                number: self.written,
                by,
                act: act.clone(),
            });
        }
        self.keep_early().await;
        let got = self.send(by, act, self.written).await;
        let reason = got.as_ref().err().map(|error| error.reason);
        equal("outcome of a command", &expected, &reason, || format!("{by} {act:?}"))?;
        self.decisions += 1;
        if let Ok(made) = got {
            let hints = match &made {
                Made::Item(made) => Some(made.hints.len()),
                _ => None,
            };
            self.take_in(by, act, made, words(self.written));
            if let Some(hints) = hints {
                let item = match act {
                    Act::Edit { item: Some(item), .. } | Act::Publish(Some(item)) => *item,
                    _ => self.world.items.len() - 1,
                };
                // Who publishes is told no more than he was told when he wrote.
                let publishes = matches!(act, Act::Publish(_));
                let expected = usize::from(!publishes && self.world.hinted(by, item));
                equal("hints", &expected, &hints, || format!("{by} {act:?}"))?;
            }
        }
        Ok(())
    }

    /// Sends a command to the library alone. Its number is its idempotency key too, so that the ids it makes follow from it.
    pub(crate) async fn send(&self, by: usize, act: &Act, number: usize) -> Result<Made, Error> {
        let words = words(number);
        match act {
            Act::PutUnit { .. } | Act::PutPerson { .. } => self.put(act, &words).await,
            Act::Post { .. }
            | Act::Keep { .. }
            | Act::Publish(_)
            | Act::Announce(_)
            | Act::Comment { .. }
            | Act::Edit { .. } => self.write(by, act, &words).await.map(Made::Item),
            Act::NewSpace(visibility) => {
                let request = NewSpace::new(words.clone(), *visibility).idempotency_key(words);
                let made = self.actor(by).spaces().create(request).await;
                made.map(|made| Made::Space(made.id.0))
            }
            _ => self.tell(by, act, words).await.map(|()| Made::Nothing),
        }
    }

    fn take_in(&mut self, by: usize, act: &Act, made: Made, words: String) {
        let mut written = None;
        match (made, act) {
            (Made::Unit(id), Act::PutUnit { unit: None, parent }) => self.world.units.push(Unit {
                id,
                external: format!("unit {}", self.world.units.len()),
                parent: *parent,
            }),
            (
                Made::Person(id),
                Act::PutPerson {
                    person: None,
                    kind,
                    status,
                    unit,
                    expires,
                },
            ) => self.world.persons.push(Person {
                id,
                external: format!("person {}", self.world.persons.len()),
                kind: *kind,
                status: *status,
                unit: *unit,
                expires: *expires,
            }),
            (Made::Space(id), Act::NewSpace(visibility)) => {
                let space = self.world.spaces.len();
                self.world.spaces.push(Space {
                    id,
                    name: words.clone(),
                    visibility: *visibility,
                    members_announce: false,
                    archived: false,
                });
                let owner = super::world::Member {
                    role: parvis::spaces::Role::Owner,
                    expires: None,
                };
                self.world.joined(space, by);
                self.world.members.insert((space, by), owner);
            }
            (Made::Item(made), _) => {
                written = Some(Written {
                    id: made.id.0,
                    version: made.version,
                    words,
                });
            }
            _ => {}
        }
        self.world.apply(by, act, written);
        self.world.work();
    }

    async fn put(&self, act: &Act, key: &str) -> Result<Made, Error> {
        let people = self.db.system(NETWORK, "hr").people();
        match act {
            Act::PutUnit { unit, parent } => {
                let name = unit.map_or_else(
                    || format!("unit {}", self.world.units.len()),
                    |unit| self.world.units[unit].external.clone(),
                );
                let mut request = PutUnit::new(external(&name), name).idempotency_key(key);
                if let Some(parent) = parent {
                    request = request.parent(self.unit(Some(*parent)));
                }
                people.put_unit(request).await.map(|made| Made::Unit(made.id.0))
            }
            Act::PutPerson {
                person,
                kind,
                status,
                unit,
                expires,
            } => {
                let name = person.map_or_else(
                    || format!("person {}", self.world.persons.len()),
                    |person| self.world.persons[person].external.clone(),
                );
                let mut request = PutPerson::new(external(&name), name.clone())
                    .email(format!("{}@x.example", name.replace(' ', ".")))
                    .kind(*kind)
                    .status(*status)
                    .idempotency_key(key);
                if let Some(unit) = unit {
                    request = request.unit(self.unit(Some(*unit)));
                }
                if let Some(expires) = expires {
                    request = request.expires(Time::from_millis(*expires));
                }
                people.put(request).await.map(|made| Made::Person(made.id.0))
            }
            _ => Err(Error::new(Reason::NoOperation)),
        }
    }

    async fn write(&self, by: usize, act: &Act, words: &str) -> Result<ItemMade, Error> {
        let items = self.actor(by).items();
        match act {
            Act::Publish(item) => {
                let request = PublishItem::new(self.item(*item));
                items.publish(request.idempotency_key(words)).await
            }
            Act::Post { place, audience, unit }
            | Act::Keep {
                place, audience, unit, ..
            } => {
                let place = match place {
                    PostPlace::Space(space) => Place::space(self.space(*space)),
                    PostPlace::Wall => Place::Wall,
                    PostPlace::Network => Place::Network,
                };
                let mut request = NewItem::new(words)
                    .place(place)
                    .audience(*audience)
                    .idempotency_key(words);
                match act {
                    Act::Keep { later: Some(at), .. } => request = request.publish_at(Time::from_millis(*at)),
                    Act::Keep { .. } => request = request.publishing(Publishing::Draft),
                    _ => {}
                }
                if *audience == NewAudience::Unit {
                    request = request.unit(self.unit(*unit));
                }
                items.create(request).await
            }
            Act::Announce(space) => {
                let request = NewItem::new(words)
                    .kind("announcement")
                    .title(format!("Title of {words}"));
                let place = Place::space(self.space(*space));
                items.create(request.place(place).idempotency_key(words)).await
            }
            Act::Comment { on, staff } => {
                let audience = [CommentAudience::Root, CommentAudience::Staff][usize::from(*staff)];
                {
                    let request = NewComment::new(self.item(*on), words).audience(audience);
                    items.comment(request.idempotency_key(words)).await
                }
            }
            Act::Edit { item, version } => {
                let item_of_version = item.unwrap_or_default();
                let based_on = self.world.items[item_of_version].versions[*version].clone();
                {
                    let request = EditItem::new(self.item(*item), words, based_on);
                    items.edit(request.idempotency_key(words)).await
                }
            }
            _ => Err(Error::new(Reason::NoOperation)),
        }
    }

    fn muted(&self, what: Muted) -> Topic {
        match what {
            Muted::Person(person) => Topic::Person {
                person: self.person(person),
            },
            Muted::Space(space) => Topic::Space {
                space: self.space(space),
            },
            Muted::Thread(item) => Topic::Thread { item: self.item(item) },
            Muted::Tag(tag) => Topic::Tag { tag: tag.into() },
        }
    }

    async fn tell(&self, by: usize, act: &Act, key: String) -> Result<(), Error> {
        let actor = self.actor(by);
        let (people, spaces, items) = (actor.people(), actor.spaces(), actor.items());
        let receipt = match act {
            Act::Follow(other) => {
                people
                    .follow(Follow::new(self.person(*other)).idempotency_key(key))
                    .await
            }
            Act::Unfollow(other) => {
                people
                    .unfollow(Unfollow::new(self.person(*other)).idempotency_key(key))
                    .await
            }
            Act::Block(other) => people.block(Block::new(self.person(*other)).idempotency_key(key)).await,
            Act::Unblock(other) => {
                people
                    .unblock(Unblock::new(self.person(*other)).idempotency_key(key))
                    .await
            }
            Act::Mute { what, until } => {
                let mut request = Mute::new(self.muted(*what));
                request.until = until.map(Time::from_millis);
                people.mute(request.idempotency_key(key)).await
            }
            Act::Unmute(what) => {
                let request = Unmute::new(self.muted(*what));
                people.unmute(request.idempotency_key(key)).await
            }
            Act::FollowTag(tag) => people.follow_tag(FollowTag::new(*tag).idempotency_key(key)).await,
            Act::UnfollowTag(tag) => people.unfollow_tag(UnfollowTag::new(*tag).idempotency_key(key)).await,
            Act::Join(space) => {
                spaces
                    .join(JoinSpace::new(self.space(*space)).idempotency_key(key))
                    .await
            }
            Act::Leave(space) => {
                spaces
                    .leave(LeaveSpace::new(self.space(*space)).idempotency_key(key))
                    .await
            }
            Act::Add {
                space,
                person,
                role,
                expires,
            } => {
                let mut request = AddMember::new(self.space(*space), self.person(*person)).role(*role);
                request.expires = expires.map(Time::from_millis);
                spaces.add(request.idempotency_key(key)).await
            }
            Act::Remove { space, person } => {
                let request = RemoveMember::new(self.space(*space), self.person(*person));
                spaces.remove(request.idempotency_key(key)).await
            }
            Act::SetRole { space, person, role } => {
                let request = SetRole::new(self.space(*space), self.person(*person), *role);
                spaces.set_role(request.idempotency_key(key)).await
            }
            Act::SetVisibility { space, visibility } => {
                let request = SetVisibility::new(self.space(*space), *visibility);
                spaces.set_visibility(request.idempotency_key(key)).await
            }
            Act::SetAnnouncers { space, members } => {
                let announcers = [Announcers::Owners, Announcers::Members][usize::from(*members)];
                let request = SetAnnouncers::new(self.space(*space), announcers);
                spaces.set_announcers(request.idempotency_key(key)).await
            }
            Act::Delete(item) => {
                items
                    .delete(DeleteItem::new(self.item(*item)).idempotency_key(key))
                    .await
            }
            Act::Pin { item, until } => {
                let pin = PinItem::new(self.item(*item), Time::from_millis(*until));
                items.pin(pin.idempotency_key(key)).await
            }
            Act::Unpin(item) => items.unpin(UnpinItem::new(self.item(*item)).idempotency_key(key)).await,
            Act::React { item, reaction } => {
                items
                    .react(React::new(self.item(*item)).reaction(*reaction).idempotency_key(key))
                    .await
            }
            Act::Ask(space) => {
                spaces
                    .ask(AskToJoin::new(self.space(*space)).idempotency_key(key))
                    .await
            }
            Act::Withdraw(space) => {
                spaces
                    .withdraw(WithdrawRequest::new(self.space(*space)).idempotency_key(key))
                    .await
            }
            Act::AnswerRequest { space, person, accept } => {
                let (space, person) = (self.space(*space), self.person(*person));
                match accept {
                    true => {
                        spaces
                            .accept(AcceptRequest::new(space, person).idempotency_key(key))
                            .await
                    }
                    false => {
                        spaces
                            .refuse(RefuseRequest::new(space, person).idempotency_key(key))
                            .await
                    }
                }
            }
            Act::Invite { space, person, role } => {
                let request = InviteToSpace::new(self.space(*space), self.person(*person)).role(*role);
                spaces.invite(request.idempotency_key(key)).await
            }
            Act::Uninvite { space, person } => {
                let request = Uninvite::new(self.space(*space), self.person(*person));
                spaces.uninvite(request.idempotency_key(key)).await
            }
            Act::AnswerInvitation { space, accept } => {
                let space = self.space(*space);
                match accept {
                    true => {
                        spaces
                            .accept_invitation(AcceptInvitation::new(space).idempotency_key(key))
                            .await
                    }
                    false => {
                        spaces
                            .decline_invitation(DeclineInvitation::new(space).idempotency_key(key))
                            .await
                    }
                }
            }
            Act::Archive { space, archived } => {
                let space = self.space(*space);
                match archived {
                    true => spaces.archive(ArchiveSpace::new(space).idempotency_key(key)).await,
                    false => spaces.unarchive(UnarchiveSpace::new(space).idempotency_key(key)).await,
                }
            }
            Act::EditMe { handle } => {
                people
                    .edit(EditPerson::new().handle(*handle).idempotency_key(key))
                    .await
            }
            Act::EditSpace { space, handle } => {
                let request = EditSpace::new(self.space(*space)).handle(*handle);
                spaces.edit(request.idempotency_key(key)).await
            }
            Act::Unreact(item) => items.unreact(Unreact::new(self.item(*item)).idempotency_key(key)).await,
            _ => return Err(Error::new(Reason::NoOperation)),
        };
        receipt.map(|_| ())
    }
}
