//! How PostgreSQL spells it.

use crate::dialect::{Dialect, Names, Target, Texts};
use parvis::store::{Field, Kind};

/// PostgreSQL 15 or newer. Columns are typed and absent values are NULL; where they may be, keys and indexes are over an
/// expression in which an absent value comes first and equals itself.
#[derive(Clone, Debug)]
pub(crate) struct PostgresDialect {
    pub(crate) names: Names,
}

/// The most arguments that a function takes.
const ARGUMENTS: usize = 100;

/// The type of a column.
pub(super) fn column_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Id => "uuid",
        Kind::Time | Kind::Int => "bigint",
        // Byte order, whatever the database's own is.
        Kind::Text => "text collate \"C\"",
        Kind::Bytes => "bytea",
    }
}

/// The expression that orders an optional value behind an absent one.
fn wrapped(kind: Kind, plain: &str) -> String {
    match kind {
        Kind::Id => format!("uuid_send({plain})"),
        Kind::Time | Kind::Int => format!("({plain})::numeric"),
        Kind::Text => format!("('!'||{plain})"),
        Kind::Bytes => format!("('\\x01'::bytea||{plain})"),
    }
}

/// What comes before every wrapped value.
fn none(kind: Kind) -> &'static str {
    match kind {
        Kind::Id | Kind::Bytes => "'\\x'::bytea",
        Kind::Time | Kind::Int => "'-Infinity'::numeric",
        Kind::Text => "''",
    }
}

impl Dialect for PostgresDialect {
    fn names(&self) -> &Names {
        &self.names
    }

    /// The server has checksums of its pages.
    fn sums(&self) -> bool {
        false
    }

    fn stored(&self, field: &Field, _key: bool, column: &str) -> String {
        self.ordered(field, column)
    }

    fn plain(&self, _field: &Field, _key: bool, column: &str) -> String {
        column.to_owned()
    }

    fn cell(&self, field: &Field, _key: bool, column: &str) -> String {
        match field.kind {
            Kind::Bytes => format!("encode({column},'hex')"),
            Kind::Id | Kind::Time | Kind::Int | Kind::Text => column.to_owned(),
        }
    }

    fn present(&self, field: &Field, plain: &str) -> String {
        if field.optional {
            wrapped(field.kind, plain)
        } else {
            plain.to_owned()
        }
    }

    fn ordered(&self, field: &Field, plain: &str) -> String {
        if field.optional {
            format!("coalesce({},{})", wrapped(field.kind, plain), none(field.kind))
        } else {
            plain.to_owned()
        }
    }

    fn kept(&self, _field: &Field, plain: &str) -> String {
        plain.to_owned()
    }

    fn lowest(&self, field: &Field) -> String {
        match (field.optional, field.kind) {
            (true, kind) => none(kind).to_owned(),
            (false, Kind::Id) => "'00000000-0000-0000-0000-000000000000'::uuid".to_owned(),
            (false, Kind::Time | Kind::Int) => "'-9223372036854775808'::bigint".to_owned(),
            (false, Kind::Text) => "''".to_owned(),
            (false, Kind::Bytes) => "'\\x'::bytea".to_owned(),
        }
    }

    fn highest(&self, field: &Field) -> String {
        match (field.optional, field.kind) {
            (true, Kind::Id) => "decode(repeat('ff',17),'hex')".to_owned(),
            (true, Kind::Time | Kind::Int) => "'Infinity'::numeric".to_owned(),
            (true, Kind::Text) => "'\"'".to_owned(),
            (true, Kind::Bytes) => "'\\x02'::bytea".to_owned(),
            (false, Kind::Id) => "'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid".to_owned(),
            (false, Kind::Time | Kind::Int) => "'9223372036854775807'::bigint".to_owned(),
            // No key is longer than 512 bytes.
            (false, Kind::Text) => "repeat(chr(1114111),129)".to_owned(),
            (false, Kind::Bytes) => "decode(repeat('ff',513),'hex')".to_owned(),
        }
    }

    fn text(&self, _field: &Field, ordered: &str) -> String {
        ordered.to_owned()
    }

    fn param(&self, kind: Kind, number: usize) -> String {
        match kind {
            Kind::Id => format!("${number}::uuid"),
            Kind::Time | Kind::Int => format!("${number}::bigint"),
            Kind::Text => format!("${number}::text collate \"C\""),
            Kind::Bytes => format!("${number}::bytea"),
        }
    }

    fn bound(&self, field: &Field, number: usize) -> String {
        self.ordered(field, &self.param(field.kind, number))
    }

    fn count(&self, number: usize) -> String {
        format!("${number}::bigint")
    }

    fn unlimited(&self) -> &'static str {
        "all"
    }

    fn id(&self, column: &str) -> String {
        column.to_owned()
    }

    fn pick(&self, condition: &str, yes: &str, no: &str) -> String {
        format!("case when {condition} then {yes} else {no} end")
    }

    fn only(&self, value: &str) -> String {
        format!("case when count(*)=1 then (array_agg({value}))[1] end")
    }

    fn extreme(&self, function: &str, a: &str, b: &str) -> String {
        let function = if function == "min" { "least" } else { "greatest" };
        format!("{function}({a},{b})")
    }

    fn array(&self, items: &[String]) -> String {
        if items.len() <= ARGUMENTS {
            return format!("json_build_array({})", items.join(","));
        }
        let inner = |items: &[String]| format!("left(right(json_build_array({})::text,-1),-1)", items.join(","));
        let parts: Vec<String> = items.chunks(ARGUMENTS).map(inner).collect();
        format!("('['||{}||']')::json", parts.join("||','||"))
    }

    fn group(&self, item: &str) -> String {
        format!("coalesce(json_agg({item}),'[]')")
    }

    /// A column each: they are joined when they are read.
    fn answer(&self, items: &[String]) -> String {
        let texts: Vec<String> = items.iter().map(|item| format!("{item}::text")).collect();
        texts.join(",\n")
    }

    /// A parameter that stands nowhere has no type: it is used where it changes nothing, as bytes, which all values are.
    fn finish(&self, text: String, params: usize) -> String {
        let mut used = vec![false; params];
        for behind in text.split('$').skip(1) {
            let digits = behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len());
            let number = behind.get(..digits).and_then(|digits| digits.parse::<usize>().ok());
            if let Some(used) = number.and_then(|number| used.get_mut(number.checked_sub(1)?)) {
                *used = true;
            }
        }
        let unused = used.iter().enumerate().filter(|(_, used)| !**used);
        let unused: Vec<String> = unused
            .map(|(at, _)| format!("(${}::bytea is null or true)", at + 1))
            .collect();
        if unused.is_empty() {
            text
        } else {
            format!("{text} where {}", unused.join(" and "))
        }
    }

    fn list(&self, param: usize, alias: &str, _kinds: &[Kind]) -> String {
        format!("jsonb_array_elements(${param}::text::jsonb) with ordinality {alias}(_value,_number)")
    }

    fn number(&self, alias: &str) -> String {
        format!("({alias}._number-1)")
    }

    fn element(&self, alias: &str) -> String {
        format!("({alias}._value#>>'{{}}')")
    }

    fn item(&self, kind: Kind, alias: &str, at: usize) -> String {
        let item = format!("({alias}._value->>{at})");
        match kind {
            Kind::Id => format!("{item}::uuid"),
            Kind::Time | Kind::Int => format!("{item}::bigint"),
            Kind::Text => format!("({item} collate \"C\")"),
            Kind::Bytes => format!("decode({item},'hex')"),
        }
    }

    fn lateral(&self) -> bool {
        true
    }

    fn join(&self) -> &'static str {
        "join"
    }

    fn from(&self, table: &str, _index: Option<&str>, alias: &str) -> String {
        format!("{table} {alias}")
    }

    fn texts(&self) -> Texts {
        Texts::Tables
    }

    fn touches(&self) -> bool {
        true
    }

    /// All at once: statements in `with` see the state before any of them.
    fn together(&self, statements: Vec<String>) -> String {
        let named = statements.iter().enumerate();
        let named: Vec<String> = named.map(|(at, statement)| format!("w{at} as ({statement})")).collect();
        format!("with {} select 1", named.join(",\n"))
    }

    fn put(&self, into: &Target<'_>, rows: &str) -> String {
        let sets = into.over();
        format!(
            "insert into {}({}) {rows} on conflict({}) do {sets}",
            into.table,
            into.columns.join(","),
            conflict(into),
        )
    }

    fn leaves(&self) -> bool {
        true
    }

    fn begin(&self, into: &Target<'_>, rows: &str) -> String {
        format!(
            "insert into {}({}) {rows} on conflict({}) do nothing",
            into.table,
            into.columns.join(","),
            conflict(into),
        )
    }

    fn merge(&self, into: &Target<'_>, rows: &str, column: &str, function: &str) -> String {
        let value = match function {
            "+" => format!("t.{column}+excluded.{column}"),
            function => self.extreme(function, &format!("t.{column}"), &format!("excluded.{column}")),
        };
        format!(
            "insert into {} as t({}) {rows} on conflict({}) do update set {column}={value}",
            into.table,
            into.columns.join(","),
            conflict(into),
        )
    }

    /// Rows by their places, found one element after the other: a join may go through all rows of the network.
    fn delete(&self, table: &str, network: &str, fields: &[String], items: &[String], list: &str) -> String {
        let same = fields.iter().zip(items);
        let same: String = same.map(|(field, item)| format!(" and {field}={item}")).collect();
        format!(
            "delete from {table} where ctid=any(array(select d.place from {list} cross join lateral \
             (select ctid place from {table} where _network={network}{same} offset 0) d))"
        )
    }
}

/// The unique order by which a row is known; expressions stand in brackets.
fn conflict(into: &Target<'_>) -> String {
    let part = |(name, unique): (&String, &String)| {
        if name == unique {
            name.clone()
        } else {
            format!("({unique})")
        }
    };
    let parts: Vec<String> = into.key.iter().zip(into.unique).map(part).collect();
    parts.join(",")
}
