//! What an item said before: the versions that others replaced, for those who could read them.

use super::records::{Revision, Text};
use super::views::{HistoryPage, Shown, VersionView};
use crate::actor::Actor;
use crate::error::{Error, Reason};
use crate::gate::answer::{Token, Visible};
use crate::gate::judge::{self, Fact};
use crate::gate::page::{limit, position_token, visible};
use crate::gate::plan::Plan;
use crate::gate::reader::{Reader, ReaderSlots, Who};
use crate::gate::sealed::Opening;
use crate::gate::show::{MAX_LANGUAGES, Show, ShowSlots, Stage};
use crate::gate::world::{World, WorldSlots};
use crate::items::records::Item;
use crate::people::records::Named;
use crate::store::{Dir, Keys, Parts, Value, col};
use std::collections::HashMap;

/// Versions that a page looks through at most.
const SCAN: usize = 200;

/// Whether a reader may read a version that was replaced: he reads the item by more than that its space is open, or it was open then.
fn reads(reader: &Reader, world: &World, item: &Item, version: &Revision) -> bool {
    let verdict = judge::see(reader, world, item);
    let opened = matches!(verdict.fact, Fact::OpenSpace { .. }) && version.open == 0;
    verdict.allowed && (!opened || !reader.switches.on("older_audience"))
}

/// One page of the versions that an item had before, newest first: one read.
pub(crate) async fn history(
    actor: &Actor,
    item: &Who,
    asked: u32,
    cursor: Option<&Token>,
) -> Result<Visible<HistoryPage>, Error> {
    let limit = limit(asked);
    let (by, name) = (actor.by.bytes(), item.bytes());
    let context: [&[u8]; 4] = [b"history", &actor.network.0, &by, &name];
    let sealer = &actor.core.sealer;
    let from: Option<i64> = sealer.cursor(&context, cursor)?;
    let mut plan = Plan::new();
    let reader = ReaderSlots::whole(&mut plan, actor.person()?);
    let keys = item.keys(Named::Item, &mut plan);
    let slot = plan.get::<Item>(keys);
    let from: Parts = from.map_or_else(Parts::new, |version| vec![Some(Value::Int(version))]);
    let revisions = plan.range::<Revision>("revision", slot.each([col("id")]), from, Dir::Down, SCAN as u32);
    let texts = plan.scan::<Text>(revisions.each([col("item"), col("version")]), Dir::Up, MAX_LANGUAGES);
    let world = WorldSlots::add(&mut plan, &[slot], Keys::default(), slot.each([col("author")]));
    let show = ShowSlots::add(&mut plan, &[slot], &reader);
    let (snapshot, reader) = reader.ask(&plan, actor).await?;
    let world = World::build(&snapshot, &world)?;
    let stage = Stage::build(&snapshot, &show, &reader)?;
    let show = Show {
        network: actor.network,
        sealer,
        reader: &reader,
        world: &world,
        stage: &stage,
    };
    let hidden = || Error::new(Reason::Named).at("item");
    let item = snapshot.take(slot)?.open(Opening::Show).into_iter().next();
    let item = item.ok_or_else(hidden)?;
    let whole = show.item(&item)?.ok_or_else(hidden)?.shown == Shown::Whole;
    let rows = snapshot.take(revisions)?.open(Opening::Show);
    let (exhausted, last) = (rows.len() < SCAN, rows.last().map(|row| row.version));
    let texts = snapshot.take(texts)?.open(Opening::Show);
    let texts: HashMap<i64, Text> = texts.into_iter().map(|text| (text.version, text)).collect();
    let readable = rows.iter().filter(|row| whole && reads(&reader, &world, &item, row));
    let readable: Vec<(&Revision, &Text)> = readable
        .filter_map(|row| Some((row, texts.get(&row.version)?)))
        .collect();
    let full = readable.len() > limit;
    let end = if full {
        readable.get(limit.saturating_sub(1)).map(|(row, _)| row.version)
    } else {
        last.filter(|_| !exhausted && whole)
    };
    let next = end
        .map(|end| sealer.seal(&context, &end).ok_or(Error::new(Reason::Corrupt)))
        .transpose()?;
    let version = |(row, text): (&Revision, &Text)| VersionView {
        t: row.t,
        body: show.words(&item, text),
    };
    let page = HistoryPage {
        item: item.id,
        versions: readable.into_iter().take(limit).map(version).collect(),
        next,
        position: position_token(actor, snapshot.position)?,
    };
    Ok(visible(&snapshot, &reader, page))
}
