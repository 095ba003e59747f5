//! What differs between engines in the texts that this crate writes: functions over JSON, literals, parameters, types.
//!
//! Texts are made of names from the schema, parameters and what a dialect says. Nothing that came in as a value is part
//! of a text.

use parvis::store::{Field, Kind, Value};

/// How one engine spells what the engine-neutral part needs.
///
/// A value is *plain* where NULL stands for an absent one, and *ordered* where it is as orders and keys compare it: an
/// absent one comes before every other and equals itself.
pub(crate) trait Dialect: Send + Sync + 'static {
    /// What tables are called.
    fn names(&self) -> &Names;
    /// Whether rows carry a sum: the engine does not notice damage by itself.
    fn sums(&self) -> bool;

    /// A stored field, ordered. `key`: whether it is a part of its table's key.
    fn stored(&self, field: &Field, key: bool, column: &str) -> String;
    /// A stored field, plain.
    fn plain(&self, field: &Field, key: bool, column: &str) -> String;
    /// A stored field as JSON.
    fn cell(&self, field: &Field, key: bool, column: &str) -> String;
    /// A plain value that is not absent, ordered as this field is; NULL stays NULL.
    fn present(&self, field: &Field, plain: &str) -> String;
    /// A plain value, ordered as this field is.
    fn ordered(&self, field: &Field, plain: &str) -> String;
    /// A plain value of a key's part as it is stored.
    fn kept(&self, field: &Field, plain: &str) -> String;
    /// Smaller than or equal to every ordered value of this field.
    fn lowest(&self, field: &Field) -> String;
    /// Larger than or equal to every ordered value of this field.
    fn highest(&self, field: &Field) -> String;
    /// A text whose order is that of the ordered values of this field, and which is no beginning of another one. Asked of
    /// engines without [`lateral`](Dialect::lateral) joins only.
    fn text(&self, field: &Field, ordered: &str) -> String;

    /// A parameter by its number, counted from 1, plain.
    fn param(&self, kind: Kind, number: usize) -> String;
    /// A parameter that is compared with this field, ordered.
    fn bound(&self, field: &Field, number: usize) -> String;
    /// A parameter in a `limit`.
    fn count(&self, number: usize) -> String;
    /// No limit.
    fn unlimited(&self) -> &'static str;
    /// A stored id as JSON.
    fn id(&self, column: &str) -> String;
    /// `yes` where the condition holds, otherwise `no`.
    fn pick(&self, condition: &str, yes: &str, no: &str) -> String;
    /// The aggregate: the value of the only row; NULL where there is none or are several.
    fn only(&self, value: &str) -> String;
    /// The smaller or larger (`min`, `max`) of two values.
    fn extreme(&self, function: &str, a: &str, b: &str) -> String;
    /// A JSON array of these expressions, itself JSON.
    fn array(&self, items: &[String]) -> String;
    /// The aggregate: a JSON array with one element a row.
    fn group(&self, item: &str) -> String;
    /// What a text answers: these expressions, all JSON, as the elements of an array.
    fn answer(&self, items: &[String]) -> String;
    /// A text, and how many parameters are sent with it, used or not.
    fn finish(&self, text: String, params: usize) -> String;
    /// A parameter that holds a JSON array, as a relation of its elements. `kinds`: of the parts of an element that is an
    /// array; none for elements that are texts.
    fn list(&self, param: usize, alias: &str, kinds: &[Kind]) -> String;
    /// The number of an element of a list, counted from 0.
    fn number(&self, alias: &str) -> String;
    /// An element that is a text.
    fn element(&self, alias: &str) -> String;
    /// Part `at` of an element that is an array, plain.
    fn item(&self, kind: Kind, alias: &str, at: usize) -> String;
    /// Whether a relation in a `from` clause may depend on those before it.
    fn lateral(&self) -> bool;
    /// Joins two relations, the first of which is gone through.
    fn join(&self) -> &'static str;
    /// The table (with an index that must be used) in a `from` clause.
    fn from(&self, table: &str, index: Option<&str>, alias: &str) -> String;
    /// What one text may hold of a batch.
    fn texts(&self) -> Texts;
    /// How many rows there are from here on; no more are counted than there may be, and one.
    fn few(&self, from: &str, most: &str) -> String {
        format!("(select count(*) from (select 1 from {from} limit {most}) c)")
    }
    /// Whether a batch without a log entry writes its network's position row too, so that who follows that row notices every
    /// commit.
    fn touches(&self) -> bool {
        false
    }
    /// Statements that are carried out together, as one text.
    fn together(&self, statements: Vec<String>) -> String;
    /// Rows, whole, over what was there.
    fn put(&self, into: &Target<'_>, rows: &str) -> String;
    /// Whether [`put`](Dialect::put) leaves columns that it does not name as they are.
    fn leaves(&self) -> bool;
    /// Rows where there are none.
    fn begin(&self, into: &Target<'_>, rows: &str) -> String;
    /// Rows; where there is one, `column` becomes the sum (`+`) or the smaller or larger (`min`, `max`) of both.
    fn merge(&self, into: &Target<'_>, rows: &str, column: &str, function: &str) -> String;
    /// Away with the rows whose key begins with one of a list. `fields` and `items` are ordered.
    fn delete(&self, table: &str, network: &str, fields: &[String], items: &[String], list: &str) -> String;
}

/// What one text may hold of the statements of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Texts {
    /// All, one after the other.
    Whole,
    /// One of each table, all at once.
    Tables,
    /// One.
    Single,
}

/// Where rows are written.
pub(crate) struct Target<'a> {
    /// The table.
    pub(crate) table: &'a str,
    /// The names of its key, the network's first.
    pub(crate) key: &'a [String],
    /// The same as orders see it.
    pub(crate) unique: &'a [String],
    /// The names of the columns that are written, the key's among them.
    pub(crate) columns: &'a [String],
}

impl Target<'_> {
    /// What happens to a row that is there: all columns but its key become those of the new one.
    pub(crate) fn over(&self) -> String {
        let rest = self.columns.iter().filter(|column| !self.key.contains(column));
        let sets: Vec<String> = rest.map(|column| format!("{column}=excluded.{column}")).collect();
        if sets.is_empty() {
            "nothing".to_owned()
        } else {
            format!("update set {}", sets.join(","))
        }
    }
}

/// What tables are called.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    /// Where they lie: `""`, or a quoted schema and a dot.
    within: String,
    /// What every name begins with.
    prefix: String,
}

impl Names {
    /// Names in this place that begin with this prefix.
    pub(crate) const fn new(within: String, prefix: String) -> Names {
        Names { within, prefix }
    }

    /// The table that holds the rows of a declared one.
    pub(crate) fn table(&self, name: &str) -> String {
        format!("{}{}", self.within, quoted(&self.bare(name)))
    }

    /// The same without its place and quotes.
    pub(crate) fn bare(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// The index of a declared one; it lies where its table does.
    pub(crate) fn index(&self, name: &str) -> String {
        quoted(&format!("{}i_{name}", self.prefix))
    }

    /// The store's schema numbers, one row.
    pub(crate) fn numbers(&self) -> String {
        self.table("_numbers")
    }

    /// The directory of networks.
    pub(crate) fn networks(&self) -> String {
        self.table("_network")
    }

    /// The position rows.
    pub(crate) fn positions(&self) -> String {
        self.table("_position")
    }

    /// The remembered commits.
    pub(crate) fn commits(&self) -> String {
        self.table("_commit")
    }
}

/// One bound parameter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Arg {
    /// A number.
    Int(i64),
    /// A text.
    Text(String),
    /// Bytes, those of an id too.
    Bytes(Vec<u8>),
    /// What stands for an absent key part.
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

/// The number of the network.
pub(crate) const NETWORK: &str = "_network";
/// The stamp of a row.
pub(crate) const STAMP: &str = "_stamp";
/// The sum of a row.
pub(crate) const SUM: &str = "_sum";
/// The document of a row.
pub(crate) const DOCUMENT: &str = "_document";
