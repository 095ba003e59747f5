//! What changed for a person since he last asked, beside what the model says of his home.

use super::drive::{Outcome, Pair, equal};
use parvis::operations::{Changes, UnreadQuery};
use std::collections::BTreeSet;

/// New posts are counted up to here.
const COUNTED: usize = 20;
/// Behind more commands than these some posts of a home may not be looked at.
const FEW: usize = 20;

impl Pair {
    /// Asks, and keeps where the answer stands.
    pub(super) async fn changed(&mut self, person: usize) -> Outcome {
        let by = "changes";
        let about = || format!("what changed for {person}");
        let actor = self.actor(person);
        let before = self.asked.get(&person).cloned();
        let mut request = Changes::new();
        request.after = before.as_ref().map(|(token, ..)| token.clone());
        let got = actor.changes(request).await.unwrap();
        let unread = actor.inbox().unread(UnreadQuery::new()).await.unwrap();
        equal(
            by,
            &(unread.unread, unread.more, unread.badge),
            &(got.unread, got.more, got.badge),
            about,
        )?;
        equal(by, &false, &got.replaced, about)?;
        let published = |item: &usize| !self.world.items[*item].draft;
        let all: BTreeSet<usize> = (0..self.world.items.len()).filter(published).collect();
        let new = match &before {
            Some((_, known, commands)) if self.written() - commands <= FEW => {
                let home = self.world.home(person).unwrap_or_default();
                let new = home
                    .iter()
                    .filter(|item| !known.contains(item) && self.world.items[**item].author != person);
                Some(new.count().min(COUNTED) as u32)
            }
            Some(_) => None,
            None => Some(0),
        };
        if let Some(new) = new {
            equal(by, &new, &got.feed_new, about)?;
            self.decisions += 1;
        }
        let commands = self.written();
        self.asked.insert(person, (got.position.clone(), all, commands));
        Ok(())
    }
}
