//! Parts of a statement: what one read asks in one round.
//!
//! Every cell of an answer is bytes or digits, so that pieces of several reads stand in one `union all`.

use super::form::Form;
use crate::dialect::{Arg, DOCUMENT, NETWORK, Names, STAMP, quoted};
use crate::json::List;
use parvis::store::{Class, CommitId, Dir, Field, Parts, Row, StorageError, Table, Value, Want};

/// Cells before those of a row: the piece, the number of the key, and a word.
const FIRST: usize = 3;

/// An order over a table, what a read wants of its rows, and how they are spelled.
pub(crate) struct Order<'a> {
    pub(crate) table: &'a Table,
    /// Behind the network.
    fields: Vec<Form<'a>>,
    /// How many parts the prefixes have.
    prefix: usize,
    want: Want,
    /// Columns that the order goes by although only keys are wanted.
    extra: Vec<Form<'a>>,
    /// The table's name, and its index.
    from: (String, String),
}

/// Where a range begins and ends, behind its prefix.
#[derive(Clone, Copy)]
pub(crate) struct Bounds<'a> {
    pub(crate) from: &'a [Option<Value>],
    pub(crate) to: &'a [Option<Value>],
    pub(crate) dir: Dir,
}

/// A text with its parameters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Piece {
    /// What it selects.
    cells: String,
    /// Where from.
    text: String,
    args: Vec<Arg>,
    /// How many cells its rows have.
    width: usize,
}

/// One row of an answer: bytes, digits or NULL.
pub(crate) type Cells = Vec<Option<Vec<u8>>>;

/// A row that a piece answered.
#[derive(Debug)]
pub(crate) struct Hit {
    /// The number of the key or prefix.
    pub(crate) key: usize,
    /// What the piece says beside the row.
    pub(crate) word: Option<String>,
    /// The row, and what follows the prefix in its order.
    pub(crate) row: Option<(Row, Parts)>,
}

impl Piece {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn param(&mut self, arg: Arg) {
        self.text.push('?');
        self.args.push(arg);
    }
}

impl<'a> Order<'a> {
    /// The order called `name`, for prefixes of so many parts.
    ///
    /// # Errors
    /// [`StorageError::Refused`] for a name that the schema does not have.
    pub(crate) fn new(
        names: &Names,
        table: &'a Table,
        name: &'static str,
        prefix: usize,
        want: Want,
    ) -> Result<Order<'a>, StorageError> {
        let fields = table.order(name).ok_or(StorageError::Refused {
            table: name,
            what: "the schema has no such table or index",
        })?;
        let key = |field: &Field| table.key.iter().any(|part| part.name == field.name);
        let index = if name == table.name {
            "primary".to_owned()
        } else {
            names.index(name)
        };
        let extra = fields.iter().filter(|field| want == Want::Key && !key(field));
        Ok(Order {
            extra: extra.map(|field| Form::of(table, field)).collect(),
            fields: fields.iter().map(|field| Form::of(table, field)).collect(),
            from: (names.table(table.name), format!("force index ({index})")),
            table,
            prefix,
            want,
        })
    }

    /// From here on prefixes have one part.
    pub(crate) fn under_one(&mut self) {
        self.prefix = 1;
    }

    fn rest(&self) -> &[Form<'a>] {
        self.fields.get(self.prefix..).unwrap_or_default()
    }

    fn key(&self) -> impl Iterator<Item = Form<'_>> {
        self.table.key.iter().map(|field| Form::of(self.table, field))
    }

    /// The cells of a row called `x`.
    fn cells(&self) -> Vec<String> {
        let cell = |form: Form<'_>| form.cell(&format!("x.{}", quoted(form.field.name)));
        let mut cells: Vec<String> = self.key().map(cell).collect();
        if self.want > Want::Key {
            cells.extend(self.table.columns.iter().map(|field| cell(Form::of(self.table, field))));
            if self.table.class == Class::Stamped {
                cells.push(format!("x.{STAMP}"));
            }
        }
        if self.want == Want::Document && self.table.document {
            cells.push(format!("x.{DOCUMENT}"));
        }
        cells.extend(self.extra.iter().map(|form| cell(*form)));
        cells
    }

    /// Reads an answered row; `None` where it does not fit the schema.
    fn read(&self, cells: &[Option<Vec<u8>>]) -> Option<Hit> {
        let text = |at: usize| match cells.get(at)? {
            Some(bytes) => std::str::from_utf8(bytes).ok().map(Some),
            None => Some(None),
        };
        let mut hit = Hit {
            key: text(1)??.parse().ok()?,
            word: text(2)?.map(str::to_owned),
            row: None,
        };
        if !cells.get(FIRST).is_some_and(Option::is_some) {
            return Some(hit);
        }
        let mut rest = cells.iter().skip(FIRST).map(Option::as_deref);
        let mut row = Row {
            key: self.key().map(|form| form.read(rest.next()?)).collect::<Option<_>>()?,
            columns: Parts::new(),
            stamp: None,
            document: None,
        };
        if self.want > Want::Key {
            let columns = self.table.columns.iter().map(|field| Form::of(self.table, field));
            row.columns = columns.map(|form| form.read(rest.next()?)).collect::<Option<_>>()?;
            if self.table.class == Class::Stamped {
                row.stamp = Some(CommitId(rest.next()??.try_into().ok()?));
            }
        }
        if self.want == Want::Document && self.table.document {
            row.document = match rest.next()? {
                Some(bytes) => Some(String::from_utf8(bytes.to_vec()).ok()?),
                None => None,
            };
        }
        let extra: Parts = self
            .extra
            .iter()
            .map(|form| form.read(rest.next()?))
            .collect::<Option<_>>()?;
        let value = |form: &Form<'_>| {
            let named = |field: &Field| field.name == form.field.name;
            let of = |fields: &[Field], parts: &Parts| parts.get(fields.iter().position(named)?).cloned();
            of(&self.table.key, &row.key)
                .or_else(|| of(&self.table.columns, &row.columns))
                .or_else(|| {
                    extra
                        .get(self.extra.iter().position(|form| named(form.field))?)
                        .cloned()
                })
        };
        let behind = self.rest().iter().map(value).collect::<Option<Parts>>()?;
        hit.row = Some((row, behind));
        Some(hit)
    }

    /// The rows of an answer.
    ///
    /// # Errors
    /// [`StorageError::Corrupt`] where one does not fit the schema.
    pub(crate) fn hits(&self, answer: &[Cells]) -> Result<Vec<Hit>, StorageError> {
        let read = answer.iter().map(|cells| self.read(cells));
        read.collect::<Option<_>>()
            .ok_or(StorageError::Corrupt { table: self.table.name })
    }

    /// What follows the prefix, from the word of a [`heads`](Order::heads) piece.
    ///
    /// # Errors
    /// [`StorageError::Corrupt`]
    pub(crate) fn behind(&self, word: &str) -> Result<Parts, StorageError> {
        let mut words = word.split('|');
        let parts = self.rest().iter().map(|form| form.spelled(words.next()?));
        parts
            .collect::<Option<_>>()
            .ok_or(StorageError::Corrupt { table: self.table.name })
    }

    fn start(&self, piece: &mut Piece, tag: usize, number: &str, word: &str) {
        let cells = self.cells();
        piece.width = FIRST + cells.len();
        piece.cells = format!("select '{tag}',{number},{word},{}", cells.join(","));
    }

    /// A relation `j` of keys: their numbers `n` and parts `p0, p1, ..`.
    fn list(&self, piece: &mut Piece, keys: &[&Parts]) {
        let mut list = List::new();
        for key in keys {
            list.push(|out| {
                out.push('[');
                for (at, (form, value)) in self.fields.iter().zip(*key).enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    form.push(out, value.as_ref());
                }
                out.push(']');
            });
        }
        piece.push("json_table(");
        piece.param(Arg::Text(list.finish()));
        piece.push(",'$[*]' columns(n for ordinality");
        for (at, form) in self.fields.iter().take(self.prefix).enumerate() {
            piece.push(&format!(",p{at} {} path '$[{at}]'", form.element()));
        }
        piece.push(")) j");
    }

    fn from(&self, alias: &str) -> String {
        format!("{} {alias} {}", self.from.0, self.from.1)
    }

    /// The rows called `alias` under the prefix whose parts are `part`.
    fn under(&self, piece: &mut Piece, network: i64, alias: &str, mut part: impl FnMut(&mut Piece, usize, &Form<'_>)) {
        piece.push(&format!("{alias}.{NETWORK}="));
        piece.param(Arg::Int(network));
        for (at, form) in self.fields.iter().take(self.prefix).enumerate() {
            piece.push(&format!(" and {alias}.{}{}", quoted(form.field.name), form.equals()));
            part(piece, at, form);
        }
    }

    /// All rows under each prefix, or the rows of whole keys.
    pub(crate) fn all(&self, network: i64, tag: usize, keys: &[&Parts]) -> Piece {
        let mut piece = Piece::default();
        self.start(&mut piece, tag, "cast(j.n-1 as char)", "null");
        piece.push(" from ");
        self.list(&mut piece, keys);
        piece.push(&format!(" straight_join {} on ", self.from("x")));
        self.under(&mut piece, network, "x", |piece, at, form| {
            piece.push(&form.compared(&format!("j.p{at}")))
        });
        piece
    }

    /// The rows within the bounds under each prefix that has at most `most` rows in all; one row with a word for each prefix
    /// that has more.
    pub(crate) fn short(&self, network: i64, tag: usize, keys: &[&Parts], bounds: Bounds<'_>, most: i64) -> Piece {
        let mut piece = Piece::default();
        self.start(&mut piece, tag, "cast(k.n-1 as char)", "k.more");
        piece.push(" from (select j.n");
        for (at, form) in self.fields.iter().take(self.prefix).enumerate() {
            piece.push(&format!(",{} p{at}", form.compared(&format!("j.p{at}"))));
        }
        piece.push(&format!(",(select 'more' from {} where ", self.from("y")));
        self.under(&mut piece, network, "y", |piece, at, form| {
            piece.push(&form.compared(&format!("j.p{at}")))
        });
        self.sort(&mut piece, "y", Dir::Up);
        piece.push(" limit 1 offset ");
        piece.param(Arg::Int(most));
        piece.push(") more from ");
        self.list(&mut piece, keys);
        // A limit keeps the engine from working `more` out again wherever it is named.
        piece.push(&format!(
            " limit 5000) k left join {} on k.more is null and ",
            self.from("x")
        ));
        self.under(&mut piece, network, "x", |piece, at, _| piece.push(&format!("k.p{at}")));
        self.bounds(&mut piece, "x", bounds);
        piece
    }

    /// For each prefix the word of what follows it in its first row, whatever the bounds.
    pub(crate) fn heads(&self, network: i64, tag: usize, keys: &[&Parts], dir: Dir) -> Piece {
        let mut piece = Piece {
            width: FIRST,
            ..Piece::default()
        };
        let words = self
            .rest()
            .iter()
            .map(|form| form.word(&format!("y.{}", quoted(form.field.name))));
        let words: Vec<String> = words.collect();
        let word = if words.is_empty() {
            "''".to_owned()
        } else {
            format!("concat_ws('|',{})", words.join(","))
        };
        piece.push(&format!(
            "select '{tag}',cast(j.n-1 as char),(select {word} from {} where ",
            self.from("y")
        ));
        self.under(&mut piece, network, "y", |piece, at, form| {
            piece.push(&form.compared(&format!("j.p{at}")))
        });
        self.sort(&mut piece, "y", dir);
        piece.push(" limit 1)");
        piece.cells = std::mem::take(&mut piece.text);
        piece.push(" from ");
        self.list(&mut piece, keys);
        piece
    }

    /// The first rows within the bounds under one prefix.
    pub(crate) fn range(
        &self,
        network: i64,
        tag: usize,
        key: (usize, &Parts),
        bounds: Bounds<'_>,
        limit: i64,
    ) -> Piece {
        let mut piece = Piece::default();
        let (number, parts) = key;
        self.start(&mut piece, tag, &format!("'{number}'"), "null");
        piece.push(&format!(" from {} where ", self.from("x")));
        self.under(&mut piece, network, "x", |piece, at, form| {
            piece.param(form.arg(parts.get(at).and_then(Option::as_ref)));
        });
        self.bounds(&mut piece, "x", bounds);
        self.sort(&mut piece, "x", bounds.dir);
        piece.push(" limit ");
        piece.param(Arg::Int(limit));
        piece
    }

    /// The order of the index, all of it: an engine that does not see that a prefix is constant would sort.
    fn sort(&self, piece: &mut Piece, alias: &str, dir: Dir) {
        let dir = match dir {
            Dir::Up => "",
            Dir::Down => " desc",
        };
        piece.push(&format!(" order by {alias}.{NETWORK}{dir}"));
        for form in &self.fields {
            piece.push(&format!(",{alias}.{}{dir}", quoted(form.field.name)));
        }
    }

    fn bounds(&self, piece: &mut Piece, alias: &str, bounds: Bounds<'_>) {
        let (after, until) = match bounds.dir {
            Dir::Up => (Sign::Above, Sign::Below),
            Dir::Down => (Sign::Below, Sign::Above),
        };
        if !bounds.from.is_empty() {
            piece.push(" and ");
            compare(piece, self.rest(), bounds.from, alias, after, Last::Out);
        }
        if !bounds.to.is_empty() {
            piece.push(" and ");
            compare(piece, self.rest(), bounds.to, alias, until, Last::In);
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Sign {
    Above,
    Below,
}

/// Whether what equals a bound is within it.
#[derive(Clone, Copy, PartialEq)]
enum Last {
    In,
    Out,
}

/// Fields compared with a bound, one by one: these engines look through a whole index for a comparison of rows.
fn compare(piece: &mut Piece, forms: &[Form<'_>], parts: &[Option<Value>], alias: &str, sign: Sign, last: Last) {
    let (Some((form, forms)), Some((part, parts))) = (forms.split_first(), parts.split_first()) else {
        return;
    };
    let column = format!("{alias}.{}", quoted(form.field.name));
    if parts.is_empty() {
        return one(piece, form, &column, part.as_ref(), sign, last);
    }
    piece.push("(");
    one(piece, form, &column, part.as_ref(), sign, Last::In);
    piece.push(" and (");
    one(piece, form, &column, part.as_ref(), sign, Last::Out);
    piece.push(" or ");
    compare(piece, forms, parts, alias, sign, last);
    piece.push("))");
}

/// One field compared with a value. NULL is below every value.
fn one(piece: &mut Piece, form: &Form<'_>, column: &str, value: Option<&Value>, sign: Sign, last: Last) {
    if form.nullable && value.is_none() {
        let text = match (sign, last) {
            (Sign::Above, Last::In) => "1=1".to_owned(),
            (Sign::Above, Last::Out) => format!("{column} is not null"),
            (Sign::Below, Last::In) => format!("{column} is null"),
            (Sign::Below, Last::Out) => "1=0".to_owned(),
        };
        return piece.push(&text);
    }
    let sign_text = match (sign, last) {
        (Sign::Above, Last::In) => ">=",
        (Sign::Above, Last::Out) => ">",
        (Sign::Below, Last::In) => "<=",
        (Sign::Below, Last::Out) => "<",
    };
    let or_null = form.nullable && sign == Sign::Below;
    piece.push(&format!("{}{column}{sign_text}", if or_null { "(" } else { "" }));
    piece.param(form.arg(value));
    if or_null {
        piece.push(&format!(" or {column} is null)"));
    }
}

/// Pieces as one statement.
pub(crate) fn together(pieces: &[Piece]) -> (String, Vec<Arg>) {
    let args = pieces.iter().flat_map(|piece| piece.args.iter().cloned()).collect();
    let width = pieces.iter().map(|piece| piece.width).max().unwrap_or(0);
    let whole = |piece: &Piece| {
        let nulls = ",null".repeat(width.saturating_sub(piece.width));
        format!("{}{nulls}{}", piece.cells, piece.text)
    };
    let text = match pieces {
        [piece] => whole(piece),
        pieces => pieces
            .iter()
            .map(|piece| format!("({})", whole(piece)))
            .collect::<Vec<_>>()
            .join(" union all "),
    };
    (text, args)
}
