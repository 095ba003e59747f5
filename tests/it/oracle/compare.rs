//! Comparisons: everything that the library answers about items, against the model.

use super::dice::Dice;
use super::drive::{Difference, Outcome, Pair, equal};
use super::world::{Holder, Stand};
use parvis::feed::{FeedPage, Order};
use parvis::gate::answer::{Token, Visible};
use parvis::items::{CommentView, HistoryPage, ItemView, PlaceView, Shown, ThreadEnd};
use parvis::operations::*;
use parvis::{Actor, Error, Reason, Verb};
use std::collections::{BTreeMap, BTreeSet};

/// A list that is read page by page.
#[derive(Clone, Copy, Debug)]
pub(crate) enum List {
    Home,
    Active,
    Space(usize),
    Wall(usize),
    Network,
    Drafts,
}

impl Pair {
    /// `items.filter` for every item and verb, and a few of `items.may` and `items.explain`.
    pub(crate) async fn checks(&mut self, person: usize, dice: &mut Dice) -> Outcome {
        let items = self.actor(person).items();
        let count = self.world.items.len();
        for &verb in Verb::ALL {
            let mut asked: Vec<Option<usize>> = (0..count).map(Some).collect();
            asked.insert(dice.below(count + 1), None);
            for chunk in asked.chunks(1000) {
                let refs = chunk.iter().map(|&item| self.item(item)).collect::<Vec<_>>();
                let got = items.filter(FilterItems::new(verb, refs)).await;
                let got = got.map(|answer| answer.allowed.clone()).map_err(|error| error.reason);
                let may = |item: &Option<usize>| item.is_some_and(|item| self.world.may(person, item, verb).is_ok());
                let expected = match self.world.active(person) {
                    true => Ok(chunk.iter().map(may).collect::<Vec<bool>>()),
                    false => Err(Reason::Actor),
                };
                if expected != got {
                    let said = self.first_wrong(person, verb, chunk, &expected, &got);
                    return Err(Difference { by: "filter", said });
                }
                self.decisions += chunk.len() as u64;
            }
        }
        for _ in 0..3 {
            let (item, verb) = (dice.below(count), dice.of(Verb::ALL));
            self.check(person, item, verb).await?;
        }
        Ok(())
    }

    fn first_wrong(
        &self,
        person: usize,
        verb: Verb,
        chunk: &[Option<usize>],
        expected: &Result<Vec<bool>, Reason>,
        got: &Result<Vec<bool>, Reason>,
    ) -> String {
        let (Ok(expected), Ok(got)) = (expected, got) else {
            return format!("{verb:?} by {person}: expected {expected:?}, got {got:?}");
        };
        let at = expected
            .iter()
            .zip(got)
            .position(|(one, other)| one != other)
            .unwrap_or_default();
        let item = chunk[at].map(|item| &self.world.items[item]);
        format!(
            "{verb:?} by {person} on {item:?}: expected {}, got {}",
            expected[at], got[at]
        )
    }

    async fn check(&mut self, person: usize, item: usize, verb: Verb) -> Outcome {
        let about = || format!("{verb:?} by {person} on {:?}", self.world.items[item]);
        let (active, may) = (self.world.active(person), self.world.may(person, item, verb));
        let items = self.actor(person).items();
        let got = items.may(May::new(verb, self.item(Some(item)))).await;
        let got = got.map(|answer| answer.allowed.clone()).map_err(|error| error.reason);
        let expected = if active {
            Ok(vec![may.is_ok()])
        } else {
            Err(Reason::Actor)
        };
        equal("may", &expected, &got, about)?;
        let got = items.explain(ExplainItem::new(self.item(Some(item))).verb(verb)).await;
        let got = got.map(|answer| answer.allowed).map_err(|error| error.reason);
        let expected = match may {
            Err(reason @ (Reason::Actor | Reason::Named)) => Err(reason),
            other => Ok(other.is_ok()),
        };
        equal("explain", &expected, &got, about)?;
        let system = self.db.system(super::drive::NETWORK, "hr").items();
        let request = ExplainItem::new(self.item(Some(item))).verb(verb);
        let got = system.explain(request.person(self.person(Some(person)))).await;
        let got = got.map(|answer| answer.allowed).map_err(|error| error.reason);
        let expected = if active { Ok(may.is_ok()) } else { Err(Reason::Actor) };
        equal("explain by the system", &expected, &got, about)?;
        self.decisions += 3;
        Ok(())
    }

    /// Reads one list to its end and compares order, words, counters, verbs.
    pub(crate) async fn list(&mut self, person: usize, list: List, dice: &mut Dice) -> Outcome {
        let expected = match list {
            List::Home => self.world.home(person),
            List::Active => self.world.active_home(person),
            List::Space(space) => self.world.space_wall(person, space),
            List::Wall(of) => self.world.person_wall(person, of),
            List::Network => self.world.network_wall(person),
            List::Drafts => self.world.drafts(person),
        };
        let name = match list {
            List::Home => "home",
            List::Active => "home by last activity",
            List::Space(_) => "space wall",
            List::Wall(_) => "person wall",
            List::Network => "network wall",
            List::Drafts => "drafts",
        };
        let limit = dice.of(&[2, 5, 20, 100]);
        let actor = self.actor(person);
        let (mut got, mut cursor, mut first) = (Vec::new(), None, true);
        let outcome = loop {
            let page = match self.page(&actor, list, limit, cursor.take()).await {
                Ok(page) => page,
                Err(error) => break Err(error.reason),
            };
            let full = page.items.len() <= limit as usize && (page.next.is_none() || !page.items.is_empty());
            equal(name, &true, &full, || {
                format!("{person} {list:?}: a page in its bounds")
            })?;
            let pinned = match list {
                List::Space(space) if first => self.world.pinned(person, space),
                _ => Vec::new(),
            };
            let ids = |(item, until): (usize, i64)| (self.world.items[item].id, until);
            let expected: Vec<_> = pinned.into_iter().map(ids).collect();
            let shown: Vec<_> = page.pinned.iter().map(|pin| (pin.id, pin.until.millis())).collect();
            equal("pinned", &expected, &shown, || format!("{person} {list:?}"))?;
            for view in page.items.iter().chain(page.pinned.iter().map(|pin| &pin.item)) {
                self.view(name, person, view)?;
            }
            got.extend(page.items.iter().map(|view| view.id));
            first = false;
            cursor = page.next.clone();
            if cursor.is_none() {
                break Ok(());
            }
        };
        let expected_ids =
            expected.map(|found| found.iter().map(|&item| self.world.items[item].id).collect::<Vec<_>>());
        let got = outcome.map(|()| got);
        equal(name, &expected_ids, &got, || format!("{person} {list:?}"))?;
        self.decisions += got.map_or(1, |got| got.len() as u64 + 1);
        Ok(())
    }

    async fn page(
        &self,
        actor: &Actor,
        list: List,
        limit: u32,
        cursor: Option<Token>,
    ) -> Result<Visible<FeedPage>, Error> {
        let feed = actor.feed();
        match list {
            List::Active => {
                let mut request = Home::new().order(Order::Active).limit(limit);
                request.cursor = cursor;
                feed.home(request).await
            }
            List::Home => {
                let mut request = Home::new().order(Order::Newest).limit(limit);
                request.cursor = cursor;
                feed.home(request).await
            }
            List::Space(space) => {
                let mut request = SpaceWall::new(self.space(Some(space))).limit(limit);
                request.cursor = cursor;
                feed.space_wall(request).await
            }
            List::Wall(of) => {
                let mut request = PersonWall::new(self.person(Some(of))).limit(limit);
                request.cursor = cursor;
                feed.person_wall(request).await
            }
            List::Network => {
                let mut request = NetworkWall::new().limit(limit);
                request.cursor = cursor;
                feed.network_wall(request).await
            }
            List::Drafts => {
                let mut request = MyDrafts::new().limit(limit);
                request.cursor = cursor;
                actor.items().drafts(request).await
            }
        }
    }

    /// The ranked home shows what the other one lists and the threads that the person takes part in, each root once; beside it
    /// only what it may bring from outside: one slot in ten, three for who is new, and to fill up a home of fewer than five.
    pub(crate) async fn ranked(&mut self, person: usize) -> Outcome {
        let expected = self.world.home(person);
        let (mut got, mut cursor) = (BTreeSet::new(), None);
        let feed = self.actor(person).feed();
        let outcome = loop {
            let mut request = Home::new().limit(100);
            request.cursor = cursor.take();
            let page = match feed.home(request).await {
                Ok(page) => page,
                Err(error) => break Err(error.reason),
            };
            for view in &page.items {
                self.view("ranked home", person, view)?;
                let first = got.insert(view.id);
                equal("ranked home", &true, &first, || format!("{:?} once", view.id))?;
            }
            cursor = page.next.clone();
            if cursor.is_none() {
                break Ok(());
            }
        };
        let about = || format!("{person} at {}, clock {}", self.world.now(), self.world.clock);
        let ids = |found: Vec<usize>| {
            found
                .into_iter()
                .map(|item| self.world.items[item].id)
                .collect::<BTreeSet<_>>()
        };
        let shown = got.len();
        if expected.is_ok() {
            let month = self.world.now() - 30 * 86_400_000;
            let mut anywhere = self.world.answered(person);
            anywhere.extend(self.world.tagged(person));
            let (recent, older): (Vec<usize>, Vec<usize>) =
                anywhere.into_iter().partition(|&item| self.world.items[item].t > month);
            let home: BTreeSet<_> = ids(expected.clone().unwrap_or_default())
                .union(&ids(recent))
                .copied()
                .collect();
            let outside: BTreeSet<_> = ids(self.world.outside(person)).union(&ids(older)).copied().collect();
            // A thread that mentions the person comes from anywhere.
            let mentions = ids(self.world.mentioning(person));
            got.retain(|id| home.contains(id) || !mentions.contains(id));
            let extra: BTreeSet<_> = got.difference(&home).copied().collect();
            equal(
                "ranked home: from outside",
                &BTreeSet::new(),
                &extra.difference(&outside).copied().collect(),
                about,
            )?;
            let filled = home.len() < 5 && shown <= 100;
            let few = filled || extra.len() <= (shown * 3).div_ceil(10);
            equal("ranked home: how much from outside", &true, &few, about)?;
            got.retain(|id| home.contains(id));
            equal("ranked home", &home, &got, about)?;
        } else {
            let refused = expected.map(|_| ());
            equal("ranked home", &refused, &outcome, about)?;
        }
        self.decisions += 1;
        Ok(())
    }

    /// One item page with its whole thread, from one of its ends, and each comment's answers.
    pub(crate) async fn thread(&mut self, person: usize, item: usize, dice: &mut Dice) -> Outcome {
        let about = || format!("{person} {:?}", self.world.items[item]);
        let (root, under) = (self.world.root(item), self.world.top(item).unwrap_or(item));
        let expected = self.world.may(person, item, Verb::See);
        let (limit, end) = (dice.of(&[1, 4, 100]), dice.of(&[ThreadEnd::Oldest, ThreadEnd::Newest]));
        let id = |item: usize| self.world.items[item].id;
        let listed: Vec<_> = match expected {
            Ok(()) => self.world.thread(person, under).into_iter().map(id).collect(),
            Err(_) => Vec::new(),
        };
        let items = self.actor(person).items();
        let (mut got, mut cursor, mut told) = (Vec::new(), None, 0);
        loop {
            let mut request = GetItem::new(self.item(Some(item))).limit(limit).end(end);
            request.cursor = cursor.take();
            let page = items.get(request).await;
            let reason = page.as_ref().err().map(|error| error.reason);
            equal("thread", &expected.err(), &reason, about)?;
            let Ok(page) = page else { break };
            equal("thread", &id(item), &page.item.id, about)?;
            equal("thread", &id(root), &page.root.id, about)?;
            let top = page.top.as_ref().map(|top| top.id);
            equal("thread", &self.world.top(item).map(id), &top, about)?;
            for view in [&page.item, &page.root].into_iter().chain(&page.top) {
                self.view("thread", person, view)?;
            }
            for view in &page.comments {
                self.view("thread", person, view)?;
                told += self.answers(person, view, end).await?;
            }
            let ids = page.comments.iter().map(|view| view.id);
            match end {
                ThreadEnd::Oldest => got.extend(ids),
                _ => drop(got.splice(0..0, ids)),
            }
            cursor = page.next.clone();
            if cursor.is_none() {
                break;
            }
            equal("thread", &(limit as usize), &page.comments.len(), about)?;
        }
        equal("thread", &listed, &got, about)?;
        let history = items
            .history(GetHistory::new(self.item(Some(item))).limit(100_u32))
            .await;
        let words = |page: &Visible<HistoryPage>| {
            let versions = page.versions.iter().map(|version| version.body.source.clone());
            versions.collect::<Vec<_>>()
        };
        let history = history.as_ref().map(words).map_err(|error| error.reason);
        let older = expected.map(|()| self.world.older(person, item));
        equal("history", &older, &history, about)?;
        self.decisions += 2 + got.len() as u64 + told;
        Ok(())
    }

    /// The answers of a comment: what its preview shows, and what its cursor brings.
    async fn answers(&self, person: usize, comment: &CommentView, end: ThreadEnd) -> Result<u64, Difference> {
        let found = (0..self.world.items.len()).find(|&item| self.world.items[item].id == comment.id);
        let listed: Vec<_> = match found {
            Some(item) => self.world.thread(person, item),
            None => Vec::new(),
        };
        let listed: Vec<_> = listed.iter().map(|&item| self.world.items[item].id).collect();
        let about = || format!("{person} {end:?} {:?}", comment.id);
        let shown = listed.len().min(3);
        equal("preview", &shown, &comment.answers.len(), about)?;
        let mut got: Vec<_> = comment.answers.iter().map(|view| view.id).collect();
        for view in &comment.answers {
            self.view("preview", person, view)?;
        }
        let mut cursor = comment.next.clone();
        while let Some(token) = cursor.take() {
            let request = GetItem::new(comment.id).cursor(token).limit(2u32);
            let page = match self.actor(person).items().get(request).await {
                Ok(page) => page,
                Err(error) => {
                    let said = format!("{}: {:?}", about(), error.reason);
                    return Err(Difference { by: "answers", said });
                }
            };
            equal("answers", &false, &page.comments.is_empty(), about)?;
            let ids = page.comments.iter().map(|view| view.id);
            match end {
                ThreadEnd::Oldest => got.extend(ids),
                _ => drop(got.splice(0..0, ids)),
            }
            cursor = page.next.clone();
        }
        equal("answers", &listed, &got, about)?;
        Ok(got.len() as u64)
    }

    /// The card of a person, the view of a space.
    pub(crate) async fn names(&mut self, person: usize, other: usize, space: usize) -> Outcome {
        let actor = self.actor(person);
        let inactive = (!self.world.active(person)).then_some(Reason::Actor);
        let got = actor.people().get(GetPerson::new(self.person(Some(other)))).await;
        let got = got.err().map(|error| error.reason);
        let hidden = (!self.world.finds_person(person, other)).then_some(Reason::Named);
        self.way_in(person, other, space).await?;
        equal("person", &inactive.or(hidden), &got, || format!("{person} {other}"))?;
        for &handle in super::history::HANDLES.iter().filter(|handle| !handle.is_empty()) {
            self.handle(person, handle).await?;
        }
        let got = actor.spaces().get(GetSpace::new(self.space(Some(space)))).await;
        let got = got
            .map(|view| (view.visibility, view.role))
            .map_err(|error| error.reason);
        let shown = (self.world.spaces[space].visibility, self.world.role(space, person));
        let hidden = (!self.world.finds_space(person, space)).then_some(Reason::Named);
        let expected = inactive.or(hidden).map_or(Ok(shown), Err);
        equal("space", &expected, &got, || format!("{person} {space}"))?;
        self.decisions += 2;
        Ok(())
    }

    /// Whom and what a handle names for a person.
    async fn handle(&mut self, person: usize, handle: &'static str) -> Outcome {
        let (actor, inactive) = (self.actor(person), !self.world.active(person));
        let holder = self.world.handles.get(handle).copied();
        let told = |found: bool| match (inactive, found) {
            (true, _) => Some(Reason::Actor),
            (_, false) => Some(Reason::Named),
            _ => None,
        };
        let expected = match holder {
            Some(Holder::Person(other)) if told(self.world.finds_person(person, other)).is_none() => {
                Ok(self.world.persons[other].id)
            }
            _ => Err(told(false)),
        };
        let got = actor.people().get(GetPerson::new(parvis::handle(handle))).await;
        let got = got.map(|card| card.id).map_err(|error| Some(error.reason));
        equal("handle of a person", &expected, &got, || format!("{person} {handle}"))?;
        let expected = match holder {
            Some(Holder::Space(space)) if told(self.world.finds_space(person, space)).is_none() => {
                Ok((self.world.spaces[space].id, Some(handle.to_owned())))
            }
            _ => Err(told(false)),
        };
        let got = actor.spaces().get(GetSpace::new(parvis::handle(handle))).await;
        let got = got
            .map(|view| (view.id, view.handle.clone()))
            .map_err(|error| Some(error.reason));
        equal("handle of a space", &expected, &got, || format!("{person} {handle}"))?;
        self.decisions += 2;
        Ok(())
    }

    /// One item as it is shown: placeholder or words, place, counters, verbs.
    fn view(&self, by: &'static str, person: usize, view: &ItemView) -> Outcome {
        let Some(item) = (0..self.world.items.len()).find(|&item| self.world.items[item].id == view.id) else {
            let said = format!("{person} was shown an item that nobody wrote: {:?}", view.id);
            return Err(Difference { by, said });
        };
        let it = &self.world.items[item];
        let about = || format!("{person} {it:?}");
        let shown = match (it.deleted, self.world.blocked_by(it.author, person)) {
            (true, _) => Shown::Deleted,
            (_, true) => Shown::Blocked,
            _ => Shown::Whole,
        };
        equal(by, &shown, &view.shown, about)?;
        let whole = shown == Shown::Whole;
        let words = whole.then(|| it.words.clone());
        equal(by, &words, &view.body.as_ref().map(|body| body.source.clone()), about)?;
        let kind = match (it.root, it.announces) {
            (Some(_), _) => "comment",
            (None, true) => "announcement",
            (None, false) => "post",
        };
        equal(by, &kind, &view.kind.as_str(), about)?;
        let title = view.body.as_ref().and_then(|body| body.title.as_deref());
        equal(by, &(whole && it.announces), &title.is_some(), about)?;
        let called = self.world.called(person, item).filter(|_| whole);
        let link = called.map(|called| format!("href=\"person:{}\"", self.world.persons[called].id));
        let html = view.body.as_ref().map_or("", |body| body.html.as_str());
        let shown = link.as_deref().is_none_or(|link| html.contains(link));
        let links = html.matches("href=").count() - html.matches("href=\"tag:").count();
        let named: Vec<String> = view.tags.iter().map(|tag| tag.name.to_lowercase()).collect();
        let tags = self.world.tags(item).into_iter().filter(|_| whole);
        equal(by, &tags.map(str::to_owned).collect(), &named, || {
            format!("tags of {}", about())
        })?;
        equal("mention", &(true, usize::from(link.is_some())), &(shown, links), || {
            format!("{html} {}", about())
        })?;
        let author = whole.then(|| self.world.persons[it.author].id);
        equal(by, &author, &view.author.as_ref().map(|card| card.id), about)?;
        let id = |item: Option<usize>| item.map(|item| self.world.items[item].id);
        equal(by, &(id(it.root), id(it.parent)), &(view.root, view.parent), about)?;
        equal(by, &it.t, &view.t.millis(), about)?;
        let scheduled = it.scheduled.filter(|_| it.draft);
        equal(by, &scheduled, &view.publish_at.map(|at| at.millis()), about)?;
        let stand = match (&view.place, it.stand) {
            (PlaceView::Space { id, .. }, Stand::Space(space)) => *id == self.world.spaces[space].id,
            (PlaceView::Wall { person }, Stand::Wall(of)) => *person == self.world.persons[of].id,
            (PlaceView::Network, Stand::Network) => true,
            _ => false,
        };
        equal(by, &true, &stand, || {
            format!("{} stands elsewhere: {:?}", about(), view.place)
        })?;
        equal("comments", &self.world.comments(person, item), &view.comments, about)?;
        let reactions: BTreeMap<String, i64> = view.reactions.iter().map(|it| (it.reaction.clone(), it.n)).collect();
        let expected = match whole {
            true => self.world.reactions(item),
            false => BTreeMap::new(),
        };
        equal("reactions", &expected, &reactions, || format!("{shown:?} {}", about()))?;
        let ordered = view.reactions.is_sorted_by(|one, other| one.n >= other.n);
        equal("reactions", &true, &ordered, about)?;
        let own = it.reactions.get(&person).cloned();
        equal("own reaction", &own, &view.viewer.reaction, || {
            format!("{shown:?} {}", about())
        })?;
        equal("can", &self.world.can(person, item), &view.viewer.can, about)
    }
}
