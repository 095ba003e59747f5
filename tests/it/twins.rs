//! Twin worlds: the same history with and without one secret. Whoever may not know it gets the same bytes in both.

mod eyes;
mod recorder;
mod secrets;
mod shapes;

use crate::oracle::dice::Dice;
use crate::oracle::drive::{Pair, Step};
use crate::oracle::history::{self, Size, morning};
use crate::stores::{Engine, Made};
use eyes::Answers;
use parvis::store::conformance::wait;
use parvis::testing::config;
use parvis::{Parvis, Time};
use secrets::{Secret, Twin};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Small, so that many pairs fit: the compared answers are what counts.
const SIZE: Size = Size {
    persons: 8,
    spaces: 4,
    commands: 45,
    glances: false,
    every: usize::MAX,
};

/// How many outsiders of each pair are compared.
const OUTSIDERS: usize = 2;

async fn open(made: &Made, seed: u64) -> Pair {
    let clock = morning();
    let db = Parvis::open_shared(Arc::clone(&made.storage), config(&clock, seed));
    Pair::new(db.await.unwrap(), clock)
}

/// The world without the secret, with the record of its history.
async fn without(made: &Made, seed: u64) -> Pair {
    let mut pair = open(made, seed).await;
    pair.steps = Some(Vec::new());
    let outcome = history::live(&mut pair, &mut Dice::new(seed), SIZE).await;
    assert!(outcome.is_ok(), "seed {seed}: {outcome:?}");
    pair
}

/// The same history again, with the secret planted on the way. `None` where the secret changed what its insiders may do, so
/// that the two histories are not the same.
async fn with(made: &Made, seed: u64, plain: &Pair, secret: Secret) -> Option<(Pair, Twin)> {
    let mut pair = open(made, seed).await;
    let steps: &[Step] = plain.steps.as_deref().unwrap_or_default();
    let at = steps.len() / 2 + Dice::new(seed).below(steps.len() / 3);
    let mut twin = None;
    for (number, step) in steps.iter().enumerate() {
        pair.clock.set(Time::from_millis(step.world.clock));
        pair.world = step.world.clone();
        if number == at {
            twin = Some(secrets::plant(&pair, secret, &mut Dice::new(seed)).await?);
        }
        pair.keep_early().await;
        let outsider = twin.as_ref().is_some_and(|twin| twin.outsiders.contains(&step.by));
        let got = pair.send(step.by, &step.act, step.number).await;
        let (expected, got) = (
            step.world.predict(step.by, &step.act).err(),
            got.err().map(|it| it.reason),
        );
        assert!(
            expected == got || !outsider,
            "{secret:?} seed {seed}: {step:?} got {got:?}"
        );
        if expected != got {
            return None;
        }
    }
    pair.clock.set(Time::from_millis(plain.world.clock));
    pair.world = plain.world.clone();
    twin.map(|twin| (pair, twin))
}

#[test]
fn u2_an_outsider_gets_the_same_bytes_with_and_without_the_secret() {
    let told = compare(Engine::Memory, 200);
    assert_eq!(
        told.len(),
        Secret::ALL.len(),
        "a kind of secret without a pair: {told:?}"
    );
}

#[test]
fn u2_an_outsider_gets_the_same_bytes_on_every_store() {
    for engine in [Engine::Sqlite, Engine::Sled, Engine::Postgres, Engine::Mysql] {
        if engine.make().is_some() {
            compare(engine, 4);
        }
    }
}

/// Compares so many pairs of worlds; answers how many there were of each kind of secret.
fn compare(engine: Engine, wanted: usize) -> BTreeMap<String, usize> {
    let (mut pairs, mut bytes, mut seed) = (0, 0, 1);
    let mut told = BTreeMap::new();
    while pairs < wanted {
        let secret = Secret::ALL[seed as usize % Secret::ALL.len()];
        let [one, other] = [(); 2].map(|()| engine.make().unwrap());
        let plain = wait(without(&one, seed));
        if let Some((planted, twin)) = wait(with(&other, seed, &plain, secret)) {
            let mut dice = Dice::new(seed);
            let mut outsiders = secrets::unaware(&twin, &plain);
            while outsiders.len() > OUTSIDERS {
                outsiders.remove(dice.below(outsiders.len()));
            }
            for &outsider in &outsiders {
                let [one, other] = [&plain, &planted].map(|pair| wait(Answers::of(pair, outsider, &twin)));
                for (one, other) in one.0.iter().zip(&other.0) {
                    assert_eq!(one, other, "{secret:?}, seed {seed}, person {outsider}");
                    bytes += one.len();
                }
                wait(eyes::refuses_alike(&planted, outsider, &twin));
            }
            if !outsiders.is_empty() {
                pairs += 1;
                *told.entry(format!("{secret:?}")).or_insert(0) += 1;
            }
        }
        seed += 1;
        assert!(seed < 2_000, "too few pairs: {told:?}");
    }
    println!("{pairs} pairs on {engine:?}, {bytes} bytes equal: {told:?}");
    told
}
