//! The values of one row and their types, as `docs/import-format.md` section 2 has them.

use super::report::Reason;
use parvis::Time;
use serde_json::Value;

/// One value as it stood in the file; an absent one is `None` in its row.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Text(String),
    Int(i64),
    Bool(bool),
    /// Texts, in JSON.
    List(Vec<String>),
    /// Of no type that a column could have.
    Other(String),
}

impl Cell {
    /// A CSV field: an empty one is absent.
    pub(super) fn of_field(field: String) -> Option<Cell> {
        (!field.is_empty()).then_some(Cell::Text(field))
    }

    /// A JSON value: `null` is absent.
    pub(super) fn of_json(value: Value) -> Option<Cell> {
        match value {
            Value::Null => None,
            Value::String(text) => Some(Cell::Text(text)),
            Value::Bool(yes) => Some(Cell::Bool(yes)),
            Value::Number(number) => Some(
                number
                    .as_i64()
                    .map_or_else(|| Cell::Other(number.to_string()), Cell::Int),
            ),
            Value::Array(values) if values.iter().all(Value::is_string) => {
                let texts = values.iter().filter_map(Value::as_str);
                Some(Cell::List(texts.map(str::to_owned).collect()))
            }
            other => Some(Cell::Other(other.to_string())),
        }
    }

    /// As it stood in the line.
    fn shown(&self) -> String {
        match self {
            Cell::Text(text) | Cell::Other(text) => text.clone(),
            Cell::Int(number) => number.to_string(),
            Cell::Bool(yes) => yes.to_string(),
            Cell::List(texts) => Value::from(texts.clone()).to_string(),
        }
    }
}

/// What is wrong with a row, before its file and line are known.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bad {
    pub(super) reason: Reason,
    pub(super) column: Option<String>,
    pub(super) value: Option<String>,
}

impl Bad {
    pub(super) fn line(reason: Reason) -> Bad {
        Bad {
            reason,
            column: None,
            value: None,
        }
    }

    pub(super) fn at(reason: Reason, column: &str, value: Option<&str>) -> Bad {
        Bad {
            reason,
            column: Some(column.to_owned()),
            value: value.map(str::to_owned),
        }
    }
}

/// The values of one row by the columns of its table.
pub(super) struct Cells {
    pub(super) columns: &'static [(&'static str, bool)],
    pub(super) cells: Vec<Option<Cell>>,
}

/// The last second of the year 9999; an integer above it is meant as milliseconds, which are not understood.
const LAST_SECOND: i64 = 253_402_300_799;
const FIRST_SECOND: i64 = -62_135_596_800;
/// An id may take this many bytes.
const MAX_ID: usize = 200;

impl Cells {
    pub(super) fn get(&self, column: &str) -> Option<&Cell> {
        let at = self.columns.iter().position(|(name, _)| *name == column)?;
        self.cells.get(at)?.as_ref()
    }

    pub(super) fn id(&self, column: &str) -> Result<Option<String>, Bad> {
        let id = match self.get(column) {
            None => return Ok(None),
            Some(Cell::Int(number)) => number.to_string(),
            Some(Cell::Text(text)) if !text.is_empty() && !text.chars().any(char::is_control) => text.clone(),
            Some(other) => return Err(not("an id", column, other)),
        };
        if id.len() > MAX_ID {
            return Err(Bad::at(Reason::TooLong, column, None));
        }
        Ok(Some(id))
    }

    pub(super) fn text(&self, column: &str) -> Result<Option<String>, Bad> {
        match self.get(column) {
            None => Ok(None),
            Some(Cell::Text(text)) if !text.contains('\0') => Ok(Some(text.clone())),
            Some(other) => Err(not("a text", column, other)),
        }
    }

    /// Texts: in one text between commas, or a list.
    pub(super) fn texts(&self, column: &str) -> Result<Option<Vec<String>>, Bad> {
        let texts: Vec<String> = match self.get(column) {
            None => return Ok(None),
            Some(Cell::Text(text)) => text.split(',').map(|text| text.trim().to_owned()).collect(),
            Some(Cell::List(texts)) => texts.clone(),
            Some(other) => return Err(not("a list of texts", column, other)),
        };
        match texts.iter().any(|text| text.contains('\0')) {
            true => Err(Bad::at(Reason::NotA("a list of texts"), column, None)),
            false => Ok(Some(texts)),
        }
    }

    pub(super) fn yes(&self, column: &str, default: bool) -> Result<bool, Bad> {
        match self.get(column) {
            None => Ok(default),
            Some(Cell::Bool(yes)) => Ok(*yes),
            Some(Cell::Int(0)) => Ok(false),
            Some(Cell::Int(1)) => Ok(true),
            Some(Cell::Text(text)) if text == "0" || text == "false" => Ok(false),
            Some(Cell::Text(text)) if text == "1" || text == "true" => Ok(true),
            Some(other) => Err(not("a yes/no", column, other)),
        }
    }

    pub(super) fn instant(&self, column: &str) -> Result<Option<Time>, Bad> {
        let seconds = |seconds: i64| {
            (FIRST_SECOND..=LAST_SECOND)
                .contains(&seconds)
                .then(|| Time::from_millis(seconds * 1000))
        };
        let instant = match self.get(column) {
            None => return Ok(None),
            Some(Cell::Int(number)) => seconds(*number),
            Some(Cell::Text(text)) => match text.parse::<i64>() {
                Ok(number) => seconds(number),
                Err(_) => text.parse().ok(),
            },
            Some(_) => None,
        };
        match (instant, self.get(column)) {
            (None, Some(cell)) => Err(not("an instant", column, cell)),
            (instant, _) => Ok(instant),
        }
    }

    /// A word of a choice, or the number that stands for it.
    pub(super) fn choice<T: Copy>(
        &self,
        column: &str,
        words: &'static str,
        choose: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Bad> {
        let word = match self.get(column) {
            None => return Ok(None),
            Some(Cell::Int(number)) => choose(&number.to_string()),
            Some(Cell::Text(text)) => choose(text),
            Some(_) => None,
        };
        match (word, self.get(column)) {
            (None, Some(cell)) => Err(not(words, column, cell)),
            (word, _) => Ok(word),
        }
    }

    /// A column that this kind of row may not have.
    pub(super) fn forbid(&self, column: &str) -> Result<(), Bad> {
        match self.get(column) {
            None => Ok(()),
            Some(cell) => Err(Bad::at(Reason::NotAllowedHere, column, Some(&cell.shown()))),
        }
    }
}

/// The refusal of a value that has another type, or that the choice does not know.
pub(super) fn not(what: &'static str, column: &str, cell: &Cell) -> Bad {
    Bad::at(Reason::NotA(what), column, Some(&cell.shown()))
}

/// A required value.
pub(super) fn required<T>(value: Option<T>, column: &str) -> Result<T, Bad> {
    value.ok_or_else(|| Bad::at(Reason::Missing, column, None))
}
