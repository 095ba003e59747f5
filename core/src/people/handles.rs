//! Handles: taking one, changing it, giving it up. One handle names one person or one space of the network.

use super::records::{Handle, Named};
use crate::error::{Error, Reason};
use crate::gate::facts::only;
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::store::execute::Draft;
use crate::store::{Keys, Value};
use crate::text;

/// What becomes of a handle.
pub(crate) struct Wanted {
    /// Whose it is.
    pub(crate) named: Named,
    /// The id of that person or space.
    pub(crate) id: [u8; 16],
    /// The one it has.
    pub(crate) before: Option<String>,
}

/// Whether a text asks for a handle to be given up.
fn gives_up(handle: &str) -> bool {
    handle.trim().is_empty()
}

/// The row of the handle that is asked for, where one is.
pub(crate) fn row(plan: &mut Plan, asked: Option<&str>) -> Slot<Handle> {
    let handle = asked.and_then(|asked| text::handle(asked, "handle").ok());
    let keys = handle.map_or_else(Keys::default, |handle| Keys::one([Value::Text(handle)]));
    plan.get::<Handle>(keys)
}

impl Wanted {
    /// The handle after the command: none asked for leaves it, an empty one gives it up.
    ///
    /// # Errors
    /// Those of [`text::handle`], and [`Reason::HandleTaken`].
    pub(crate) fn settle(
        self,
        asked: Option<&str>,
        facts: &Snapshot,
        row: Slot<Handle>,
        draft: &mut Draft,
    ) -> Result<Option<String>, Error> {
        let Some(asked) = asked else {
            return Ok(self.before);
        };
        let after = match gives_up(asked) {
            true => None,
            false => Some(text::handle(asked, "handle")?),
        };
        if after == self.before {
            return Ok(after);
        }
        if let Some(after) = &after {
            if only(facts, row)?.is_some() {
                return Err(Error::new(Reason::HandleTaken).at("handle"));
            }
            draft.put(&self.row(after.clone()));
        }
        self.give_up(draft);
        Ok(after)
    }

    /// Gives the handle up, if there is one.
    pub(crate) fn give_up(&self, draft: &mut Draft) {
        if let Some(before) = &self.before {
            draft.delete(&self.row(before.clone()));
        }
    }

    fn row(&self, handle: String) -> Handle {
        Handle {
            handle,
            named: self.named,
            id: self.id,
        }
    }
}
