//! The conformance kit on PostgreSQL.

use crate::servers::{NO_POSTGRES, PostgresPlace};
use parvis::store::conformance::Kit;
use parvis_sqlx::Postgres;

fn kit() -> Kit {
    if PostgresPlace::new().is_none() {
        return Kit::unavailable(NO_POSTGRES);
    }
    let place = || PostgresPlace::new().unwrap();
    Kit::reopening(
        place,
        |place| async move { Postgres::open(place.options()).await.unwrap() },
    )
    .shared()
}

parvis::conformance!(kit());
