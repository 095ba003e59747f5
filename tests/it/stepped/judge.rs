//! Whether an answer is of one instant.

use super::paths::Path;
use serde_json::Value;

/// What a call answered: its JSON, or its error's.
pub(crate) type Answer = Result<Value, Value>;

/// An answer as it is compared: position and cursor tokens say where a call stood, not what it shows.
pub(crate) fn shown(answer: Result<Vec<u8>, parvis::Error>) -> Answer {
    match answer {
        Ok(bytes) => {
            let mut value: Value = serde_json::from_slice(&bytes).unwrap();
            if let Some(fields) = value.as_object_mut() {
                fields.remove("position");
                fields
                    .entry("next")
                    .and_modify(|next| *next = Value::Bool(!next.is_null()));
            }
            Ok(value)
        }
        Err(error) => Err(serde_json::to_value(&error).unwrap()),
    }
}

/// What a quiescent reading shows at one instant: the same request, and the whole list where it asks for a part of one.
#[derive(Clone, Debug)]
pub(crate) struct Instant {
    pub(crate) answer: Answer,
    pub(crate) whole: Answer,
}

fn entries(answer: &Answer) -> Option<&Vec<Value>> {
    answer.as_ref().ok()?.get("items")?.as_array()
}

/// An answer of one call is, word for word, what one of the instants shows.
pub(crate) fn exactly(answer: &Answer, instants: &[Instant]) -> bool {
    instants.iter().any(|instant| instant.answer == *answer)
}

/// Reasons that speak of the page around an entry: what is above it, and the rules that it could not keep.
const OF_THE_PAGE: [&str; 5] = [
    "MANY_BY_AUTHOR",
    "MANY_OF_SPACE",
    "NO_OTHER_SPACE",
    "NO_OTHER_AUTHOR",
    "NO_OTHER_IN_A_ROW",
];

/// An entry without what its page adds. The order of a page is that of the first call, what it prints that of the last: so what
/// the neighbours take away belongs to no instant. The terms of a breakdown stay; they make up the points.
fn by_itself(entry: &Value, moved: bool) -> Value {
    let mut entry = entry.clone();
    if let Some(fields) = entry.as_object_mut() {
        fields.remove("points");
        // Points and reasons are as of the scroll's beginning, which no reading at rest has once the clock moved.
        if moved {
            fields.remove("reasons");
        }
        if let Some(reasons) = fields.get_mut("reasons").and_then(Value::as_array_mut) {
            reasons.retain(|reason| !OF_THE_PAGE.iter().any(|code| reason["code"] == *code));
        }
    }
    entry
}

/// Whether the points of every entry of a page are the sum of its reasons'.
fn adds_up(page: &[Value]) -> bool {
    let sum = |entry: &Value| -> i64 {
        let reasons = entry["reasons"].as_array().into_iter().flatten();
        reasons.filter_map(|reason| reason["points"].as_i64()).sum()
    };
    page.iter().all(|entry| entry["points"] == sum(entry))
}

/// Whether two entries say the same by themselves.
fn same(one: &Value, other: &Value, moved: bool) -> bool {
    by_itself(one, moved) == by_itself(other, moved)
}

/// A page that took several calls: its entries are, word for word and in the order, among those that one of the instants
/// shows, and none is missing that every instant shows on that page. Where
/// all terms are told, they make up the points.
pub(crate) fn within(path: &Path, answer: &Answer, instants: &[Instant], moved: bool) -> bool {
    let Some(printed) = entries(answer) else {
        return exactly(answer, instants);
    };
    let pages: Vec<&Vec<Value>> = instants.iter().filter_map(|instant| entries(&instant.answer)).collect();
    let lasting = |entry: &Value| {
        let id = &entry["id"];
        pages.len() == instants.len() && pages.iter().all(|page| page.iter().any(|other| other["id"] == *id))
    };
    let complete = pages.first().is_none_or(|page| {
        let lasting = page.iter().filter(|entry| lasting(entry));
        lasting
            .into_iter()
            .all(|entry| printed.iter().any(|other| other["id"] == entry["id"]))
    });
    complete && among(path, answer, instants, moved)
}

/// A page whose entries are, word for word, among those that one of the instants shows; where all terms are told, they make up the
/// points.
pub(crate) fn among(path: &Path, answer: &Answer, instants: &[Instant], moved: bool) -> bool {
    let Some(printed) = entries(answer) else {
        return exactly(answer, instants);
    };
    let of_one = instants
        .iter()
        .filter_map(|instant| entries(&instant.whole))
        .any(|whole| {
            printed
                .iter()
                .all(|entry| whole.iter().any(|other| same(entry, other, moved)))
        });
    of_one && (!path.explains_all() || adds_up(printed))
}

/// What is wrong with an answer: the entries that an instant shows otherwise, or both answers where they are no pages.
pub(crate) fn differs(answer: &Answer, instants: &[Instant]) -> String {
    let mut told = String::new();
    for instant in instants {
        let (Some(printed), Some(page)) = (entries(answer), entries(&instant.answer)) else {
            told += &format!("  answered {answer:?}\n  an instant shows {:?}\n", instant.answer);
            continue;
        };
        let name = |entry: &Value| format!("{}{}", entry["external"], entry["body"]["source"]);
        let order = |page: &Vec<Value>| page.iter().map(name).collect::<Vec<_>>().join(" ");
        told += &format!("  answered {}\n  an instant shows {}\n", order(printed), order(page));
        for entry in printed {
            let known = page.iter().find(|other| other["id"] == entry["id"]);
            let fields = entry.as_object().into_iter().flatten();
            let other = fields.filter(|(field, value)| known.is_some_and(|known| known[field.as_str()] != **value));
            for (field, value) in other {
                told += &format!("    {} {field} {value}\n", name(entry));
            }
        }
    }
    told
}
