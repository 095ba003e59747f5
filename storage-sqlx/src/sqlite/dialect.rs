//! How SQLite spells it.

use crate::dialect::{Dialect, Names, Target, Texts};
use parvis::store::{Field, Kind};
use std::sync::LazyLock;

/// SQLite 3.45 or newer. Columns have no type, so that nothing is converted on the way in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SqliteDialect;

/// What every table is called.
pub(super) static NAMES: LazyLock<Names> = LazyLock::new(|| Names::new(String::new(), "parvis_".to_owned()));

/// An absent part of a key: minus infinity, the one REAL there is, since NULL is not allowed in keys of tables without rowid.
const ABSENT: &str = "-9e999";

fn or_absent(value: &str) -> String {
    format!("ifnull({value},{ABSENT})")
}

impl Dialect for SqliteDialect {
    fn names(&self) -> &Names {
        &NAMES
    }

    fn sums(&self) -> bool {
        true
    }

    fn stored(&self, field: &Field, key: bool, column: &str) -> String {
        if field.optional && !key {
            or_absent(column)
        } else {
            column.to_owned()
        }
    }

    fn plain(&self, field: &Field, key: bool, column: &str) -> String {
        if field.optional && key {
            self.pick(&format!("{column}={ABSENT}"), "null", column)
        } else {
            column.to_owned()
        }
    }

    fn cell(&self, field: &Field, key: bool, column: &str) -> String {
        let value = match field.kind {
            Kind::Id | Kind::Bytes => format!("hex({column})"),
            Kind::Time | Kind::Int | Kind::Text => column.to_owned(),
        };
        let absent = match (field.optional, key, field.kind) {
            (true, true, _) => format!("{column}={ABSENT}"),
            // An id is never empty, so the empty text that stands for an absent one is told from it.
            (_, false, Kind::Bytes) => format!("{column} is null"),
            _ => return value,
        };
        self.pick(&absent, "null", &value)
    }

    fn present(&self, _field: &Field, plain: &str) -> String {
        plain.to_owned()
    }

    fn ordered(&self, field: &Field, plain: &str) -> String {
        if field.optional {
            or_absent(plain)
        } else {
            plain.to_owned()
        }
    }

    fn kept(&self, field: &Field, plain: &str) -> String {
        self.ordered(field, plain)
    }

    fn lowest(&self, _field: &Field) -> String {
        ABSENT.to_owned()
    }

    /// Blobs come last, and no key is longer than 512 bytes.
    fn highest(&self, _field: &Field) -> String {
        format!("x'{}'", "ff".repeat(513))
    }

    fn text(&self, field: &Field, ordered: &str) -> String {
        let text = match field.kind {
            Kind::Id => format!("hex({ordered})"),
            // The digits are behind `!`, which ends a text.
            Kind::Text | Kind::Bytes => format!("hex({ordered})||'!'"),
            Kind::Time | Kind::Int => format!("iif({ordered}<0,'0','1')||printf('%016X',{ordered})"),
        };
        if field.optional {
            self.pick(&format!("{ordered}={ABSENT}"), "' '", &text)
        } else {
            text
        }
    }

    fn param(&self, _kind: Kind, number: usize) -> String {
        // Not `?1`: a statement of a text that skips a number would get its parameters one off.
        format!("${number}")
    }

    fn bound(&self, field: &Field, number: usize) -> String {
        self.param(field.kind, number)
    }

    fn count(&self, number: usize) -> String {
        // A bare parameter is looked at when the statement is prepared, which is then done again whenever it is bound.
        format!("(${number}+0)")
    }

    fn unlimited(&self) -> &'static str {
        "-1"
    }

    fn id(&self, column: &str) -> String {
        format!("hex({column})")
    }

    fn pick(&self, condition: &str, yes: &str, no: &str) -> String {
        format!("iif({condition},{yes},{no})")
    }

    fn only(&self, value: &str) -> String {
        self.pick("count(*)=1", &format!("max({value})"), "null")
    }

    fn extreme(&self, function: &str, a: &str, b: &str) -> String {
        format!("{function}({a},{b})")
    }

    fn array(&self, items: &[String]) -> String {
        format!("json_array({})", items.join(","))
    }

    fn group(&self, item: &str) -> String {
        format!("json_group_array({item})")
    }

    fn answer(&self, items: &[String]) -> String {
        format!("json_array({})", items.join(",\n"))
    }

    fn finish(&self, text: String, _params: usize) -> String {
        text
    }

    fn list(&self, param: usize, alias: &str, _kinds: &[Kind]) -> String {
        format!("json_each(${param}) {alias}")
    }

    fn number(&self, alias: &str) -> String {
        format!("{alias}.key")
    }

    fn element(&self, alias: &str) -> String {
        format!("{alias}.value")
    }

    fn item(&self, kind: Kind, alias: &str, at: usize) -> String {
        let item = format!("({alias}.value->>{at})");
        match kind {
            Kind::Id | Kind::Bytes => format!("unhex({item})"),
            Kind::Time | Kind::Int | Kind::Text => item,
        }
    }

    fn lateral(&self) -> bool {
        false
    }

    fn join(&self) -> &'static str {
        "cross join"
    }

    fn from(&self, table: &str, index: Option<&str>, alias: &str) -> String {
        match index {
            Some(index) => format!("{table} {alias} indexed by {index}"),
            None => format!("{table} {alias}"),
        }
    }

    fn texts(&self) -> Texts {
        Texts::Whole
    }

    fn together(&self, statements: Vec<String>) -> String {
        statements.join(";\n")
    }

    fn put(&self, into: &Target<'_>, rows: &str) -> String {
        let sets = into.over();
        format!(
            "insert into {}({}) {rows} where true on conflict({}) do {sets}",
            into.table,
            into.columns.join(","),
            into.key.join(","),
        )
    }

    fn leaves(&self) -> bool {
        true
    }

    fn begin(&self, into: &Target<'_>, rows: &str) -> String {
        format!(
            "insert or ignore into {}({}) {rows}",
            into.table,
            into.columns.join(",")
        )
    }

    fn merge(&self, into: &Target<'_>, rows: &str, column: &str, function: &str) -> String {
        let value = match function {
            "+" => format!("{column}+excluded.{column}"),
            function => format!("{function}({column},excluded.{column})"),
        };
        format!(
            "insert into {}({}) {rows} where true on conflict({}) do update set {column}={value}",
            into.table,
            into.columns.join(","),
            into.key.join(","),
        )
    }

    fn delete(&self, table: &str, network: &str, fields: &[String], items: &[String], list: &str) -> String {
        let (fields, items) = (fields.join(","), items.join(","));
        format!("delete from {table} where (_network,{fields}) in (select {network},{items} from {list})")
    }
}
