//! Whether an answer is of one instant.

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

/// Whether two entries say the same; without points and reasons where the clock moved.
fn same(one: &Value, other: &Value, moved: bool) -> bool {
    let fields = |entry: &Value| {
        let mut fields = entry.clone();
        if let Some(fields) = fields.as_object_mut().filter(|_| moved) {
            fields.remove("points");
            fields.remove("reasons");
        }
        fields
    };
    fields(one) == fields(other)
}

/// A page that took several calls: its entries are, word for word and in the order, among those that one of the instants
/// shows, and none is missing that every instant shows on that page.
pub(crate) fn within(answer: &Answer, instants: &[Instant], moved: bool) -> bool {
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
    of_one && complete
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
