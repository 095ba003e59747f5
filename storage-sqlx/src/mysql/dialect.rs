//! How MySQL and MariaDB spell it.

use crate::dialect::{Dialect, Names, Target, Texts};
use parvis::store::{Field, Kind};

/// MariaDB 10.6 or newer, MySQL 8.0 or newer. A parameter is `?` and its number: `run` puts them in
/// order. How fields are stored: [`Form`](crate::steps::Form).
#[derive(Clone, Debug)]
pub(crate) struct MysqlDialect {
    pub(crate) names: Names,
}

/// How many fields of a row the release knew that wrote it: columns that came later were not written.
pub(crate) const FIELDS: &str = "_fields";

/// Whether rows of this table say how many fields were written.
pub(crate) fn counts_fields(names: &Names, table: &str) -> bool {
    table != names.positions()
}

impl MysqlDialect {
    fn insert(&self, into: &Target<'_>, rows: &str, sets: &[String]) -> String {
        // Where there is nothing to set: a row stays as it is.
        let same = into.key.first().map(|name| format!("{name}=values({name})"));
        let sets = if sets.is_empty() {
            same.into_iter().collect()
        } else {
            sets.to_vec()
        };
        format!(
            "insert into {}({}) {rows} on duplicate key update {}",
            into.table,
            into.columns.join(","),
            sets.join(",")
        )
    }
}

impl Dialect for MysqlDialect {
    fn names(&self) -> &Names {
        &self.names
    }

    /// InnoDB has checksums of its pages.
    fn sums(&self) -> bool {
        false
    }

    fn stored(&self, _field: &Field, _key: bool, column: &str) -> String {
        column.to_owned()
    }

    fn plain(&self, field: &Field, key: bool, column: &str) -> String {
        if !(key && field.optional) {
            return column.to_owned();
        }
        let value = format!("substr({column},2)");
        let value = match field.kind {
            Kind::Time | Kind::Int => format!("cast(conv(hex({value}),16,10)^9223372036854775808 as signed)"),
            Kind::Id | Kind::Text | Kind::Bytes => value,
        };
        format!("if({column}=x'',null,{value})")
    }

    fn cell(&self, field: &Field, key: bool, column: &str) -> String {
        let plain = self.plain(field, key, column);
        match field.kind {
            Kind::Id | Kind::Bytes => format!("hex({plain})"),
            Kind::Text => format!("convert({plain} using utf8mb4)"),
            Kind::Time | Kind::Int => plain,
        }
    }

    fn present(&self, field: &Field, plain: &str) -> String {
        let bytes = match field.kind {
            Kind::Id | Kind::Bytes => plain.to_owned(),
            Kind::Text => format!("cast({plain} as binary)"),
            Kind::Time | Kind::Int if !field.optional => plain.to_owned(),
            Kind::Time | Kind::Int => format!("unhex(lpad(hex(cast({plain} as unsigned)^9223372036854775808),16,'0'))"),
        };
        if field.optional {
            format!("concat(x'01',{bytes})")
        } else {
            bytes
        }
    }

    fn ordered(&self, field: &Field, plain: &str) -> String {
        let present = self.present(field, plain);
        if field.optional {
            format!("ifnull({present},x'')")
        } else {
            present
        }
    }

    fn kept(&self, field: &Field, plain: &str) -> String {
        self.ordered(field, plain)
    }

    fn lowest(&self, field: &Field) -> String {
        match field.kind {
            Kind::Time | Kind::Int if !field.optional => i64::MIN.to_string(),
            Kind::Id if !field.optional => format!("x'{}'", "00".repeat(16)),
            Kind::Id | Kind::Time | Kind::Int | Kind::Text | Kind::Bytes => "x''".to_owned(),
        }
    }

    fn highest(&self, field: &Field) -> String {
        match field.kind {
            Kind::Time | Kind::Int if !field.optional => i64::MAX.to_string(),
            Kind::Id if !field.optional => format!("x'{}'", "ff".repeat(16)),
            // No key is longer than 512 bytes.
            Kind::Id | Kind::Time | Kind::Int | Kind::Text | Kind::Bytes => format!("x'{}'", "ff".repeat(513)),
        }
    }

    fn text(&self, field: &Field, ordered: &str) -> String {
        match field.kind {
            Kind::Time | Kind::Int if !field.optional => {
                format!("lpad(hex(cast({ordered} as unsigned)^9223372036854775808),16,'0')")
            }
            // The digits are behind `!`, which ends a text.
            Kind::Id | Kind::Time | Kind::Int | Kind::Text | Kind::Bytes => format!("concat(hex({ordered}),'!')"),
        }
    }

    fn param(&self, _kind: Kind, number: usize) -> String {
        format!("?{number}")
    }

    fn bound(&self, field: &Field, number: usize) -> String {
        self.ordered(field, &self.param(field.kind, number))
    }

    fn count(&self, number: usize) -> String {
        format!("?{number}")
    }

    fn unlimited(&self) -> &'static str {
        "18446744073709551615"
    }

    fn id(&self, column: &str) -> String {
        format!("hex({column})")
    }

    fn pick(&self, condition: &str, yes: &str, no: &str) -> String {
        format!("if({condition},{yes},{no})")
    }

    fn only(&self, value: &str) -> String {
        format!("if(count(*)=1,max({value}),null)")
    }

    fn extreme(&self, function: &str, a: &str, b: &str) -> String {
        let function = if function == "min" { "least" } else { "greatest" };
        format!("{function}({a},{b})")
    }

    fn array(&self, items: &[String]) -> String {
        format!("json_array({})", items.join(","))
    }

    /// Elements are digits, numbers and NULL, in the order of the list they are joined to: the aggregate of MySQL has no order
    /// of its own.
    fn group(&self, item: &str) -> String {
        let element = format!("trim(leading '[' from trim(trailing ']' from json_array({item})))");
        format!("concat('[',ifnull(group_concat({element} order by j.n separator ','),''),']')")
    }

    /// A column each: they are joined when they are read.
    fn answer(&self, items: &[String]) -> String {
        items.join(",\n")
    }

    /// Only those that are used are sent.
    fn finish(&self, text: String, _params: usize) -> String {
        // MySQL ends what it aggregates at 1 KiB unless told otherwise; to MariaDB, which does at 1 MiB, this is a comment.
        match text.strip_prefix("select ") {
            Some(rest) => format!("select /*+ SET_VAR(group_concat_max_len=16777216) */ {rest}"),
            None => text,
        }
    }

    fn list(&self, param: usize, alias: &str, kinds: &[Kind]) -> String {
        let kind = |kind: &Kind| match kind {
            Kind::Id => "char(32) character set latin1",
            Kind::Time | Kind::Int => "bigint",
            Kind::Text => "longtext character set utf8mb4 collate utf8mb4_bin",
            Kind::Bytes => "longtext character set latin1",
        };
        let mut columns = "n for ordinality".to_owned();
        for (at, part) in kinds.iter().enumerate() {
            columns.push_str(&format!(",p{at} {} path '$[{at}]'", kind(part)));
        }
        if kinds.is_empty() {
            columns.push_str(&format!(",v {} path '$'", kind(&Kind::Text)));
        }
        format!("json_table(?{param},'$[*]' columns({columns})) {alias}")
    }

    fn number(&self, alias: &str) -> String {
        format!("({alias}.n-1)")
    }

    fn element(&self, alias: &str) -> String {
        format!("{alias}.v")
    }

    fn item(&self, kind: Kind, alias: &str, at: usize) -> String {
        match kind {
            Kind::Id | Kind::Bytes => format!("unhex({alias}.p{at})"),
            Kind::Time | Kind::Int | Kind::Text => format!("{alias}.p{at}"),
        }
    }

    fn lateral(&self) -> bool {
        false
    }

    fn join(&self) -> &'static str {
        "straight_join"
    }

    fn from(&self, table: &str, index: Option<&str>, alias: &str) -> String {
        match index {
            Some(index) => format!("{table} {alias} force index ({index})"),
            None => format!("{table} {alias}"),
        }
    }

    fn texts(&self) -> Texts {
        Texts::Single
    }

    /// A derived table would not see the list: whether there is one row more is asked first.
    fn few(&self, from: &str, most: &str) -> String {
        format!("if((select 1 from {from} limit 1 offset {most}) is null,(select count(*) from {from}),{most}+1)")
    }

    fn together(&self, statements: Vec<String>) -> String {
        statements.join(";\n")
    }

    fn put(&self, into: &Target<'_>, rows: &str) -> String {
        let rest = into.columns.iter().filter(|column| !into.key.contains(column));
        let mut sets: Vec<String> = rest.map(|column| format!("{column}=values({column})")).collect();
        if !counts_fields(&self.names, into.table) {
            return self.insert(into, rows, &sets);
        }
        let mut columns = vec![FIELDS.to_owned()];
        columns.extend_from_slice(into.columns);
        sets.push(format!("{FIELDS}=values({FIELDS})"));
        let rows = rows.strip_prefix("select ").unwrap_or(rows);
        let rows = format!("select {},{rows}", into.columns.len());
        let into = Target {
            columns: &columns,
            ..*into
        };
        self.insert(&into, &rows, &sets)
    }

    /// It does, and says how many it names.
    fn leaves(&self) -> bool {
        false
    }

    fn begin(&self, into: &Target<'_>, rows: &str) -> String {
        self.insert(into, rows, &[])
    }

    fn merge(&self, into: &Target<'_>, rows: &str, column: &str, function: &str) -> String {
        let (old, new) = (format!("{}.{column}", into.table), format!("values({column})"));
        let value = match function {
            "+" => format!("{old}+{new}"),
            function => self.extreme(function, &old, &new),
        };
        self.insert(into, rows, &[format!("{column}={value}")])
    }

    fn delete(&self, table: &str, network: &str, fields: &[String], items: &[String], list: &str) -> String {
        let same = fields
            .iter()
            .zip(items)
            .map(|(field, item)| format!(" and x.{field}={item}"));
        let same: String = same.collect();
        format!(
            "delete x from {list} straight_join {table} x on x.{}={network}{same}",
            crate::dialect::NETWORK
        )
    }
}

/// A text of ours as a literal: names of the schema only.
pub(crate) fn literal(name: &str) -> String {
    format!("'{}'", name.replace('\\', "\\\\").replace('\'', "''"))
}

/// An index's name without quotes.
pub(crate) fn bare_index(names: &Names, name: &str) -> String {
    let index = names.index(name);
    index.trim_matches('"').replace("\"\"", "\"")
}
