//! How long a call may take: whoever calls gets an answer in time, also where the server does not speak any more.

use crate::talk::Fault;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// The end of a call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit(Instant);

impl Limit {
    pub(super) fn new(whole: Duration) -> Limit {
        let now = Instant::now();
        // An end beyond what a clock can say is none.
        let never = Duration::from_secs(10 * 365 * 24 * 3_600);
        Limit(now.checked_add(whole.min(never)).unwrap_or(now))
    }

    /// Until when one try may take: half of what is left, so that the same can be tried again over a new connection.
    pub(super) fn one_try(self) -> Limit {
        let now = Instant::now();
        Limit(now + self.0.saturating_duration_since(now) / 2)
    }

    /// Whether a try is worth its while no more.
    pub(super) fn is_over(self) -> bool {
        self.0.saturating_duration_since(Instant::now()) < Duration::from_millis(1)
    }

    /// Tidies up, or gives it up in time.
    pub(super) async fn tidy(self, work: impl Future<Output = ()>) {
        if timeout_at(self.0, work).await.is_err() {
            tracing::warn!("the server did not answer in time");
        }
    }

    /// Carries a part of the call out; where it does not end in time it is dropped, with the connection that it holds.
    pub(super) async fn keep<T, X: From<Fault>>(self, work: impl Future<Output = Result<T, X>>) -> Result<T, X> {
        timeout_at(self.0, work).await.unwrap_or_else(|_| {
            tracing::warn!("the server did not answer in time");
            Err(Fault::Lost.into())
        })
    }
}
