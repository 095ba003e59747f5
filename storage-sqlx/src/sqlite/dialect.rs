//! How SQLite spells it.

use crate::dialect::Dialect;
use parvis::store::Kind;

/// SQLite 3.45 or newer. Columns have no type, so that nothing is converted on the way in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SqliteDialect;

impl Dialect for SqliteDialect {
    /// Minus infinity, the one REAL there is: NULL is not allowed in keys of tables without rowid.
    fn absent(&self) -> &'static str {
        "-9e999"
    }

    /// Blobs come last, and no key is longer than 512 bytes.
    fn highest(&self) -> String {
        format!("x'{}'", "ff".repeat(513))
    }

    fn param(&self, number: usize) -> String {
        // Not `?1`: a statement of a text that skips a number would get its parameters one off.
        format!("${number}")
    }

    fn count(&self, number: usize) -> String {
        // A bare parameter is looked at when the statement is prepared, which is then done again whenever it is bound.
        format!("(${number}+0)")
    }

    fn hex(&self, bytes: &str) -> String {
        format!("hex({bytes})")
    }

    fn unhex(&self, digits: &str) -> String {
        format!("unhex({digits})")
    }

    fn pick(&self, condition: &str, yes: &str, no: &str) -> String {
        format!("iif({condition},{yes},{no})")
    }

    fn or(&self, value: &str, other: &str) -> String {
        format!("ifnull({value},{other})")
    }

    fn extreme(&self, function: &str, a: &str, b: &str) -> String {
        format!("{function}({a},{b})")
    }

    fn array(&self, items: &str) -> String {
        format!("json_array({items})")
    }

    fn group(&self, item: &str) -> String {
        format!("json_group_array({item})")
    }

    fn list(&self, param: usize, alias: &str) -> String {
        format!("json_each(${param}) {alias}")
    }

    fn number(&self, alias: &str) -> String {
        format!("{alias}.key")
    }

    fn element(&self, alias: &str) -> String {
        format!("{alias}.value")
    }

    fn item(&self, alias: &str, at: usize) -> String {
        format!("({alias}.value->>{at})")
    }

    fn ordered(&self, kind: Kind, value: &str) -> String {
        match kind {
            Kind::Id => format!("hex({value})"),
            // The digits are behind `!`, which ends a text.
            Kind::Text | Kind::Bytes => format!("hex({value})||'!'"),
            Kind::Time | Kind::Int => format!("iif({value}<0,'0','1')||printf('%016X',{value})"),
        }
    }

    fn from(&self, table: &str, index: Option<&str>, alias: &str) -> String {
        match index {
            Some(index) => format!("{table} {alias} indexed by {index}"),
            None => format!("{table} {alias}"),
        }
    }

    fn put(&self, table: &str, columns: &str, rows: &str) -> String {
        // Columns that a newer release added get their default, by which that release finds them.
        format!("insert or replace into {table}({columns}) {rows}")
    }

    fn begin(&self, table: &str, columns: &str, rows: &str) -> String {
        format!("insert or ignore into {table}({columns}) {rows}")
    }

    fn merge(&self, table: &str, columns: &str, rows: &str, key: &str, column: &str, function: &str) -> String {
        let value = match function {
            "+" => format!("{column}+excluded.{column}"),
            function => format!("{function}({column},excluded.{column})"),
        };
        format!("insert into {table}({columns}) {rows} where true on conflict({key}) do update set {column}={value}")
    }
}
