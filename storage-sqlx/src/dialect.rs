//! What differs between engines in the texts that this crate writes: functions over JSON, literals, parameters.
//!
//! Texts are made of names from the schema, parameters and what a dialect says. Nothing that came in as a value is part
//! of a text.

use parvis::store::{Kind, Value};

/// How one engine spells what the engine-neutral part needs.
pub(crate) trait Dialect: Send + Sync + 'static {
    /// The value of an absent key part: it comes before every value of every kind and equals itself.
    fn absent(&self) -> &'static str;
    /// A value behind every value of every kind.
    fn highest(&self) -> String;
    /// A parameter by its number, counted from 1.
    fn param(&self, number: usize) -> String;
    /// A parameter in a `limit`.
    fn count(&self, number: usize) -> String;
    /// Bytes as hexadecimal digits.
    fn hex(&self, bytes: &str) -> String;
    /// Hexadecimal digits as bytes.
    fn unhex(&self, digits: &str) -> String;
    /// `yes` where the condition holds, otherwise `no`.
    fn pick(&self, condition: &str, yes: &str, no: &str) -> String;
    /// `value`, or `other` where it is NULL.
    fn or(&self, value: &str, other: &str) -> String;
    /// The smaller or larger (`min`, `max`) of two values.
    fn extreme(&self, function: &str, a: &str, b: &str) -> String;
    /// A JSON array of these expressions, itself JSON.
    fn array(&self, items: &str) -> String;
    /// The aggregate: a JSON array with one element a row.
    fn group(&self, item: &str) -> String;
    /// A parameter that holds a JSON array, as a relation of its elements.
    fn list(&self, param: usize, alias: &str) -> String;
    /// The number of an element of a list, counted from 0.
    fn number(&self, alias: &str) -> String;
    /// An element that is a text.
    fn element(&self, alias: &str) -> String;
    /// Part `at` of an element that is an array, as a value.
    fn item(&self, alias: &str, at: usize) -> String;
    /// A text whose order is that of the values of this kind, and which is no beginning of another one.
    fn ordered(&self, kind: Kind, value: &str) -> String;
    /// The table (with an index that must be used) in a `from` clause.
    fn from(&self, table: &str, index: Option<&str>, alias: &str) -> String;
    /// Writes rows, whole, over what was there.
    fn put(&self, table: &str, columns: &str, rows: &str) -> String;
    /// Writes rows where there are none.
    fn begin(&self, table: &str, columns: &str, rows: &str) -> String;
    /// Writes rows; where there is one, `column` becomes the sum (`+`) or the smaller or larger (`min`, `max`) of both.
    fn merge(&self, table: &str, columns: &str, rows: &str, key: &str, column: &str, function: &str) -> String;
}

/// One bound parameter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Arg {
    /// A number.
    Int(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// What [`Dialect::absent`] means.
    Absent,
}

impl Arg {
    /// A value as a parameter.
    pub(crate) fn value(value: Option<&Value>) -> Arg {
        match value {
            None => Arg::Absent,
            Some(Value::Id(id)) => Arg::Bytes(id.to_vec()),
            Some(Value::Time(n) | Value::Int(n)) => Arg::Int(*n),
            Some(Value::Text(text)) => Arg::Text(text.clone()),
            Some(Value::Bytes(bytes)) => Arg::Bytes(bytes.clone()),
        }
    }
}

/// A name of the schema as an identifier.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The table that holds the rows of a declared one.
pub(crate) fn table_name(name: &str) -> String {
    quoted(&format!("parvis_{name}"))
}

/// The index of a declared one.
pub(crate) fn index_name(name: &str) -> String {
    quoted(&format!("parvis_i_{name}"))
}

/// The number of the network.
pub(crate) const NETWORK: &str = "_network";
/// The stamp of a row.
pub(crate) const STAMP: &str = "_stamp";
/// The sum of a row.
pub(crate) const SUM: &str = "_sum";
/// The document of a row.
pub(crate) const DOCUMENT: &str = "_document";

/// The store's schema numbers, one row.
pub(crate) const NUMBERS: &str = "parvis__numbers";
/// The directory of networks.
pub(crate) const NETWORKS: &str = "parvis__network";
/// The position rows.
pub(crate) const POSITIONS: &str = "parvis__position";
/// The remembered commits.
pub(crate) const COMMITS: &str = "parvis__commit";
