//! W3: publish into the space of 1,000 members, so that every member is told. An announcement's row among the broadcasts of its
//! space is the notification: it is written once, and every reader's next read finds it.

use crate::APP;
use crate::measure::Bench;
use crate::organisation::{NETWORK, Ticking};
use crate::replay::{Publish, named};
use parvis::Parvis;
use parvis::feed::Order;
use parvis::import::ImportRow;
use parvis::items::{ItemMade, Place};
use parvis::operations::{Entries, Home, ImportRows, NewItem, SetAnnouncers};
use parvis::spaces::Announcers;
use std::error::Error;

/// Publishes; after each time, outside the clock, five members must find it on top.
pub(crate) async fn publish(
    parvis: &Parvis,
    clock: &Ticking,
    publish: &Publish,
    readers: &[u32],
    bench: &mut Bench,
) -> Result<(), Box<dyn Error>> {
    if !bench.wants("W3") {
        return Ok(());
    }
    let space = publish.space;
    let Some(owner) = publish.authors.first() else {
        return Ok(());
    };
    // The files name no owners: the first author becomes one, and lets every member announce.
    let row =
        serde_json::json!({"type": "member", "space": space.to_string(), "person": owner.to_string(), "role": "owner"});
    let row: ImportRow = serde_json::from_value(row)?;
    let host = parvis.system(NETWORK, APP);
    let report = host.import().put(ImportRows::new(vec![row])).await?;
    if let Some(bad) = report.bad.first() {
        return Err(format!("no owner for the space: {bad:?}").into());
    }
    let opened = SetAnnouncers::new(named(space), Announcers::Members);
    parvis
        .act_as(NETWORK, named(*owner))
        .spaces()
        .set_announcers(opened)
        .await?;
    let actor = |person: &u32| parvis.act_as(NETWORK, named(*person));
    let authors: Vec<_> = publish.authors.iter().map(actor).collect();
    let mut times = Vec::new();
    for (by, author) in publish.authors.iter().zip(&authors) {
        clock.tick();
        let request = NewItem::new(publish.text.as_str())
            .kind("announcement")
            .title("An announcement")
            .place(Place::space(named(space)));
        let made: ItemMade = bench.time(&mut times, author.items().create(request)).await?;
        for reader in readers {
            let newest = Home::new().order(Order::Newest).limit(20u32);
            let home = actor(reader).feed().home(newest).await?;
            if home.items.first().map(|item| item.id) != Some(made.id.0) {
                return Err(format!("the home of {reader} does not begin with what was published").into());
            }
            let inbox = actor(reader).inbox().entries(Entries::new().limit(20u32)).await?;
            let told = inbox.entries.first().and_then(|entry| entry.item.as_ref());
            // Nobody is told of what he did himself.
            if reader != by && told.map(|item| item.id) != Some(made.id.0) {
                return Err(format!("the inbox of {reader} does not begin with what was published").into());
            }
        }
    }
    bench.timed("W3", &times, "verified");
    Ok(())
}
