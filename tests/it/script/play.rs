//! Plays the script on a store. `tests/script/README.md` says what each step means.

use super::faulty::{Faulty, Orders};
use parvis::due::Budget;
use parvis::store::Storage;
use parvis::store::conformance::wait;
use parvis::testing::{ManualClock, config};
use parvis::{Actor, Error, Parvis, Ref, Time, Upkeep, external};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// What a step answered.
pub(crate) struct Said {
    /// The line of the step.
    pub(crate) line: usize,
    pub(crate) step: Value,
    /// The line of the answers.
    pub(crate) text: String,
}

/// Plays all steps, and gathers what they answer.
pub(crate) fn play(storage: Arc<dyn Storage>, steps: &[(usize, Value)]) -> Vec<Said> {
    let store = Arc::new(Faulty::new(storage));
    let clock = ManualClock::new(Time::from_millis(0));
    let settings = config(&clock, 11).upkeep(Upkeep::Worker);
    let db = wait(Parvis::open_shared(store.clone(), settings)).unwrap();
    let mut stage = Stage {
        db,
        store,
        clock,
        known: json!({}),
    };
    let played = steps.iter().filter_map(|(line, step)| {
        let step = step.clone();
        let text = stage.step(*line, &step)?;
        let line = *line;
        Some(Said { line, step, text })
    });
    played.collect()
}

struct Stage {
    db: Parvis,
    store: Arc<Faulty>,
    clock: ManualClock,
    /// Answers by the names of their steps.
    known: Value,
}

impl Stage {
    fn step(&mut self, line: usize, step: &Value) -> Option<String> {
        if let Some(at) = step.get("clock") {
            self.clock.set(serde_json::from_value(at.clone()).unwrap());
            return None;
        }
        if step.get("due").is_some() {
            return Some(self.due());
        }
        let Some(name) = step["call"].as_str() else {
            assert!(step["about"].is_string(), "steps.jsonl:{line} is no step");
            return None;
        };
        let outcome = self.call(name, step);
        let fails = step["fails"].as_str();
        let failed = outcome.as_ref().err().map(|error| error.reason.as_str());
        assert_eq!(failed, fails, "steps.jsonl:{line}: {step}");
        Some(match outcome {
            Ok(answers) => format!("{{\"call\":\"{name}\",\"answers\":[{}]}}", answers.join(",")),
            Err(error) => {
                let (en, fr) = (json!(error.message("en")), json!(error.message("fr")));
                let error = serde_json::to_string(&error).unwrap();
                format!("{{\"call\":\"{name}\",\"error\":{error},\"en\":{en},\"fr\":{fr}}}")
            }
        })
    }

    fn due(&self) -> String {
        let mut done = 0;
        loop {
            let due = wait(self.db.run_due(Budget::steps(100))).unwrap();
            assert_eq!(due.failed, 0);
            done += due.done;
            if !due.more {
                let next = json!(due.next);
                return format!("{{\"due\":{done},\"next\":{next}}}");
            }
        }
    }

    fn actor(&self, step: &Value) -> Actor {
        let network = step["in"].as_str().unwrap();
        if let Some(app) = step["app"].as_str() {
            return self.db.system(network, app);
        }
        match &step["by"] {
            Value::String(id) => self.db.act_as(network, external(id)),
            named => {
                let named: Ref = serde_json::from_value(self.filled(named)).unwrap();
                self.db.act_as(network, named)
            }
        }
    }

    /// Every page where `pages` says so, one answer else.
    fn call(&mut self, name: &str, step: &Value) -> Result<Vec<String>, Error> {
        let actor = self.actor(step);
        let order = |side: &str| step[side].as_str().map(str::to_owned);
        let mut request = self.filled(step.get("with").unwrap_or(&json!({})));
        if let Some(key) = step.get("key") {
            request["idempotency_key"] = key.clone();
        }
        let mut answers = Vec::new();
        loop {
            self.store.order(Orders {
                reads: order("reads"),
                commits: order("commits"),
            });
            let answered = wait(actor.call(name, &serde_json::to_vec(&request).unwrap()));
            self.store.order(Orders::default());
            let answer = String::from_utf8(answered?).unwrap();
            let value: Value = serde_json::from_str(&answer).unwrap();
            answers.push(answer);
            let more = step.get("pages").is_some() && !value["next"].is_null();
            if more {
                request["cursor"] = value["next"].clone();
                continue;
            }
            if let Some(name) = step["as"].as_str() {
                assert!(self.known.get(name).is_none(), "two steps are called `{name}`");
                self.known[name] = value;
            }
            return Ok(answers);
        }
    }

    /// A request with what stands for other values put in its place.
    fn filled(&self, value: &Value) -> Value {
        match value {
            Value::Object(fields) => match only(fields) {
                Some(("$", path)) => {
                    let path = path.as_str().unwrap();
                    let found = self.known.pointer(&format!("/{path}"));
                    found
                        .unwrap_or_else(|| panic!("no earlier answer has `{path}`"))
                        .clone()
                }
                Some(("*", many)) => {
                    let (times, of) = (many[0].as_u64().unwrap() as usize, self.filled(&many[1]));
                    match of {
                        Value::String(text) => Value::String(text.repeat(times)),
                        Value::Array(values) => Value::Array(vec![values; times].concat()),
                        other => panic!("neither a text nor a list can be repeated: {other}"),
                    }
                }
                _ => {
                    let filled = fields.iter().map(|(name, value)| (name.clone(), self.filled(value)));
                    Value::Object(filled.collect())
                }
            },
            Value::Array(values) => values.iter().map(|value| self.filled(value)).collect(),
            other => other.clone(),
        }
    }
}

/// The only field of an object.
fn only(fields: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut fields = fields.iter();
    let (name, value) = fields.next()?;
    fields.next().is_none().then_some((name.as_str(), value))
}
