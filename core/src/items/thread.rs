//! The page of a thread: an item, its root, and comments from either end, each with a preview of its answers. Any depth is
//! stored; two levels are shown: comments on the root, and under each of them whatever answers it, oldest first.

use super::ThreadEnd;
use super::records::{Comment, Item, ItemState};
use super::views::{CommentView, ItemView, ThreadPage};
use crate::actor::Actor;
use crate::error::{Error, Reason};
use crate::gate::answer::{Token, Visible};
use crate::gate::page::{After, limit, position_token, visible};
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::reader::{ReaderSlots, Who};
use crate::gate::sealed::Opening;
use crate::gate::show::{Show, ShowSlots, Stage};
use crate::gate::world::{World, WorldSlots};
use crate::ids::ItemId;
use crate::people::records::Named;
use crate::seal::Sealer;
use crate::store::{Dir, Keys, Parts, col};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Answers that a comment is shown with; more of them have a cursor.
const PREVIEW: usize = 3;

/// How many rows one call looks through: of the page, and of the answers of each comment on it. What is not shown is
/// dropped after the read: some more rows are taken than the page holds, and many more where those do not do, so that
/// the ends of lists are told by what the reader may read.
#[derive(Clone, Copy)]
struct Scan {
    page: usize,
    answers: usize,
}

impl Scan {
    const MAX: Scan = Scan { page: 500, answers: 50 };

    fn first(limit: usize) -> Scan {
        Scan {
            page: limit + 1 + limit / 4,
            answers: PREVIEW + 1,
        }
    }
}

/// What one call came to.
enum Round {
    Page(Box<Visible<ThreadPage>>),
    /// More rows should be looked through.
    Wider(Scan),
}

/// Where a scroll through a thread stands, and from which end it goes.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Stand {
    after: After,
    end: ThreadEnd,
}

/// Which page of what.
struct Asked<'a> {
    item: &'a Who,
    limit: usize,
    end: ThreadEnd,
    from: Option<After>,
}

/// An item with a page of its thread: one read; a second one, or a third, where much of what the first found is not shown to
/// the reader.
pub(crate) async fn thread(
    actor: &Actor,
    item: &Who,
    asked: u32,
    end: ThreadEnd,
    cursor: Option<&Token>,
) -> Result<Visible<ThreadPage>, Error> {
    let stand: Option<Stand> = cursor
        .map(|token| open(actor, &item.bytes(), token).ok_or(Error::new(Reason::Cursor)))
        .transpose()?;
    let asked = Asked {
        item,
        limit: limit(asked),
        end: stand.map_or(end, |stand| stand.end),
        from: stand.map(|stand| stand.after),
    };
    let mut scan = Scan::first(asked.limit);
    // Each part is widened once at most.
    for _ in 0..3 {
        match page(actor, &asked, scan).await? {
            Round::Page(page) => return Ok(*page),
            Round::Wider(wider) => scan = wider,
        }
    }
    Err(Reason::Corrupt.into())
}

fn sealer(actor: &Actor) -> &Sealer {
    &actor.core.sealer
}

fn open(actor: &Actor, of: &[u8], token: &Token) -> Option<Stand> {
    sealer(actor).open(&[b"thread", &actor.network.0, &actor.by.bytes(), of], token)
}

/// A cursor that goes on in the list of what is named, behind an entry.
fn seal(actor: &Actor, of: &[u8], item: &Item, end: ThreadEnd) -> Result<Token, Error> {
    let after = After {
        t: item.t,
        item: item.id,
    };
    let context: [&[u8]; 4] = [b"thread", &actor.network.0, &actor.by.bytes(), of];
    let token = sealer(actor).seal(&context, &Stand { after, end });
    token.ok_or(Error::new(Reason::Corrupt))
}

/// The slots of a page.
struct Slots {
    asked_for: Slot<Item>,
    rows: Slot<Comment>,
    answers: Slot<Comment>,
    world: WorldSlots,
    show: ShowSlots,
}

impl Slots {
    fn add(plan: &mut Plan, asked: &Asked<'_>, scan: Scan, reader: &ReaderSlots) -> Slots {
        let keys = asked.item.keys(Named::Item, plan);
        let asked_for = plan.get::<Item>(keys);
        let above = plan.get::<Item>(asked_for.each([col("root")]).and(asked_for.each([col("top")])));
        // Nothing is shown under an answer: the page of one is that of the comment it is shown under itself.
        let under = asked_for.each([col("id")]).and(asked_for.each([col("top")]));
        let (dir, from) = (asked.end.dir(), asked.from.map_or_else(Parts::new, After::parts));
        let rows = plan.range_keys::<Comment>("comment_under", under, from, dir, scan.page as u32);
        let comments = plan.get::<Item>(rows.each([col("item")]));
        let each = rows.each([col("item")]);
        let answers = plan.range_keys::<Comment>("comment_under", each, Parts::new(), dir, scan.answers as u32);
        let answering = plan.get::<Item>(answers.each([col("item")]));
        let items = [asked_for, above, comments, answering];
        let authors = items
            .iter()
            .fold(Keys::default(), |keys, slot| keys.and(slot.each([col("author")])));
        Slots {
            asked_for,
            rows,
            answers,
            world: WorldSlots::add(plan, &items, Keys::default(), authors),
            show: ShowSlots::add(plan, &items, reader),
        }
    }
}

async fn page(actor: &Actor, asked: &Asked<'_>, scan: Scan) -> Result<Round, Error> {
    let mut plan = Plan::new();
    let reader = ReaderSlots::whole(&mut plan, actor.person()?);
    let slots = Slots::add(&mut plan, asked, scan, &reader);
    let (snapshot, reader) = reader.ask(&plan, actor).await?;
    let world = World::build(&snapshot, &slots.world)?;
    let stage = Stage::build(&snapshot, &slots.show, &reader)?;
    let show = Show {
        network: actor.network,
        sealer: sealer(actor),
        reader: &reader,
        world: &world,
        stage: &stage,
    };
    let hidden = || Error::new(Reason::Named).at("item");
    let asked_for = snapshot.take(slots.asked_for)?.open(Opening::Show).into_iter().next();
    let asked_for = asked_for.ok_or_else(hidden)?;
    let one = |id: ItemId| world.items.get(&id).map(|item| show.item(item)).transpose();
    let item = one(asked_for.id)?.flatten().ok_or_else(hidden)?;
    let root = one(asked_for.thread())?.flatten().ok_or_else(hidden)?;
    let top = asked_for.top.map(one).transpose()?.flatten().flatten();
    let list = List { show: &show, asked };
    let under = asked_for.top.unwrap_or(asked_for.id);
    let found = list.found(&snapshot, slots.rows)?;
    let rows = found.get(&under).map_or(&[][..], Vec::as_slice);
    let shown = list.shown(rows)?;
    let (full, exhausted) = (shown.len() > asked.limit, rows.len() < scan.page);
    if !full && !exhausted && scan.page < Scan::MAX.page {
        let page = Scan::MAX.page;
        return Ok(Round::Wider(Scan { page, ..scan }));
    }
    let named = asked.item.bytes();
    let end = if full {
        shown.get(asked.limit.saturating_sub(1)).map(|(entry, _)| *entry)
    } else {
        rows.last().copied().filter(|_| !exhausted)
    };
    let next = end.map(|entry| seal(actor, &named, entry, asked.end)).transpose()?;
    // Before the oldest comment nothing can come, after the newest one something may.
    let may_be = asked.from.is_some() || asked.end == ThreadEnd::Newest;
    let start = shown.first().filter(|_| may_be);
    let back = start.map(|(entry, _)| seal(actor, &named, entry, asked.end.other()));
    let back = back.transpose()?;
    let answers = list.found(&snapshot, slots.answers)?;
    let mut comments = Vec::new();
    for (entry, view) in shown.into_iter().take(asked.limit) {
        let answers = answers.get(&entry.id).map_or(&[][..], Vec::as_slice);
        let answered = list.shown(answers)?;
        let exhausted = answers.len() < scan.answers;
        if answered.len() < PREVIEW && !exhausted && scan.answers < Scan::MAX.answers {
            let answers = Scan::MAX.answers;
            return Ok(Round::Wider(Scan { answers, ..scan }));
        }
        comments.push(list.comment(actor, entry, view, answered)?);
    }
    if asked.end == ThreadEnd::Newest {
        comments.reverse();
    }
    let page = ThreadPage {
        item,
        root,
        top,
        comments,
        next,
        previous: back,
        position: position_token(actor, snapshot.position)?,
    };
    Ok(Round::Page(Box::new(visible(&snapshot, &reader, page))))
}

/// The lists of one page, as one reader is shown them.
struct List<'a> {
    show: &'a Show<'a>,
    asked: &'a Asked<'a>,
}

impl<'a> List<'a> {
    /// The comments that a read found, by what they are shown under, each list in the direction of the page.
    fn found(&self, snapshot: &Snapshot, slot: Slot<Comment>) -> Result<HashMap<ItemId, Vec<&'a Item>>, Error> {
        let ids: Vec<ItemId> = snapshot.take_ids(slot, 2)?.open(Opening::Show);
        let mut found: HashMap<ItemId, Vec<&Item>> = HashMap::new();
        for item in ids.iter().filter_map(|id| self.show.world.items.get(id)) {
            found
                .entry(item.top.unwrap_or_else(|| item.thread()))
                .or_default()
                .push(item);
        }
        Ok(found)
    }

    /// Those that the reader is shown: of what is deleted only what he reads answers of.
    fn shown(&self, rows: &[&'a Item]) -> Result<Vec<(&'a Item, ItemView)>, Error> {
        let mut shown = Vec::new();
        for row in rows {
            let stays = row.state == ItemState::Published || self.show.comments(row.id) > 0;
            if let Some(view) = self.show.item(row)?.filter(|_| stays) {
                shown.push((*row, view));
            }
        }
        Ok(shown)
    }

    /// A comment with a preview of its answers, of which there are more where more are counted than shown.
    fn comment(
        &self,
        actor: &Actor,
        entry: &Item,
        comment: ItemView,
        mut answered: Vec<(&'a Item, ItemView)>,
    ) -> Result<CommentView, Error> {
        answered.truncate(PREVIEW);
        let published = answered.iter().filter(|(item, _)| item.state == ItemState::Published);
        let more = i64::try_from(published.count()).is_ok_and(|n| n < comment.comments);
        let end = self.asked.end;
        let of = Who::Id(entry.id.bytes()).bytes();
        let last = answered.last().filter(|_| more);
        let next = last.map(|(item, _)| seal(actor, &of, item, end)).transpose()?;
        let mut answers: Vec<ItemView> = answered.into_iter().map(|(_, view)| view).collect();
        if end == ThreadEnd::Newest {
            answers.reverse();
        }
        Ok(CommentView { comment, answers, next })
    }
}

impl ThreadEnd {
    fn dir(self) -> Dir {
        match self {
            ThreadEnd::Oldest => Dir::Up,
            ThreadEnd::Newest => Dir::Down,
        }
    }

    fn other(self) -> ThreadEnd {
        match self {
            ThreadEnd::Oldest => ThreadEnd::Newest,
            ThreadEnd::Newest => ThreadEnd::Oldest,
        }
    }
}
