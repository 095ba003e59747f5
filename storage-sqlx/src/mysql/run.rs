//! Statements through the driver. Texts are made of names of the schema and numbers of the store only.

use super::errors::fault;
use crate::dialect::Arg;
use crate::steps::{Ask, Cells};
use crate::talk::Fault;
use async_trait::async_trait;
use sqlx::mysql::{MySqlArguments, MySqlRow};
use sqlx::{AssertSqlSafe, Executor, MySql, MySqlConnection, Row};

/// A text whose parameters are numbered, as one whose parameters are in order, with these in that order.
pub(super) fn in_order(text: &str, args: &[Arg]) -> (String, Vec<Arg>) {
    let mut out = String::with_capacity(text.len());
    let mut used = Vec::new();
    let mut pieces = text.split('?');
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let digits = piece.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = piece.split_at(digits);
        let arg = number
            .parse::<usize>()
            .ok()
            .and_then(|number| args.get(number.checked_sub(1)?));
        out.push('?');
        used.push(arg.cloned().unwrap_or(Arg::Absent));
        out.push_str(rest);
    }
    (out, used)
}

/// A text whose identifiers stand in backquotes: a host's session may take double quotes for those of a text.
pub(super) fn spelled(text: &str) -> String {
    let mut literal = false;
    let spell = |c: char| {
        literal ^= c == '\'';
        if c == '"' && !literal { '`' } else { c }
    };
    text.chars().map(spell).collect()
}

fn query(text: &str, args: Vec<Arg>) -> sqlx::query::Query<'static, MySql, MySqlArguments> {
    let query = sqlx::query(AssertSqlSafe(spelled(text)));
    args.into_iter().fold(query, |query, arg| match arg {
        Arg::Int(n) => query.bind(n),
        Arg::Text(text) => query.bind(text),
        Arg::Bytes(bytes) => query.bind(bytes),
        Arg::Absent => query.bind(None::<Vec<u8>>),
    })
}

fn cells(row: &MySqlRow) -> Result<Cells, sqlx::Error> {
    (0..row.len())
        .map(|at| Ok(row.try_get_unchecked::<Option<&[u8]>, _>(at)?.map(<[u8]>::to_vec)))
        .collect()
}

/// The rows of a prepared statement whose cells are bytes or digits.
pub(super) async fn rows(c: &mut MySqlConnection, text: String, args: Vec<Arg>) -> Result<Vec<Cells>, Fault> {
    let rows = query(&text, args).fetch_all(c).await.map_err(|error| fault(&error))?;
    rows.iter()
        .map(cells)
        .collect::<Result<_, _>>()
        .map_err(|error| fault(&error))
}

/// Carries a prepared statement out.
pub(super) async fn run(c: &mut MySqlConnection, text: String, args: Vec<Arg>) -> Result<(), Fault> {
    query(&text, args)
        .execute(c)
        .await
        .map(|_| ())
        .map_err(|error| fault(&error))
}

/// Carries out statements as they are, in one round trip, and answers the rows of all of them.
pub(super) async fn plain(c: &mut MySqlConnection, text: String) -> Result<Vec<Cells>, Fault> {
    let rows = c
        .fetch_all(sqlx::raw_sql(AssertSqlSafe(spelled(&text))))
        .await
        .map_err(|error| fault(&error))?;
    rows.iter()
        .map(cells)
        .collect::<Result<_, _>>()
        .map_err(|error| fault(&error))
}

/// A cell that is a text.
pub(super) fn text(cells: &Cells, at: usize) -> Option<&str> {
    std::str::from_utf8(cells.get(at)?.as_deref()?).ok()
}

/// A cell that is digits.
pub(super) fn number<T: std::str::FromStr>(cells: &Cells, at: usize) -> Option<T> {
    text(cells, at)?.parse().ok()
}

/// The statements of a read.
pub(super) struct Asking<'a>(pub(super) &'a mut MySqlConnection);

#[async_trait]
impl Ask for Asking<'_> {
    type Error = Fault;

    async fn ask(&mut self, text: String, args: Vec<Arg>) -> Result<Vec<Cells>, Fault> {
        rows(self.0, text, args).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_told_from_literals() {
        let text = spelled("select \"a\" from \"b\" where c='$.\"d\"' or e='it''s \"'");
        assert_eq!(text, "select `a` from `b` where c='$.\"d\"' or e='it''s \"'");
    }

    #[test]
    fn parameters_come_in_the_order_they_are_named() {
        let args = [Arg::Int(1), Arg::Int(2), Arg::Int(3)];
        let (text, used) = in_order("select ?3,(?1+0) where x=?3", &args);
        assert_eq!(text, "select ?,(?+0) where x=?");
        assert_eq!(used, [Arg::Int(3), Arg::Int(1), Arg::Int(3)]);
    }
}
