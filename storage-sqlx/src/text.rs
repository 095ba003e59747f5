//! From the plan of a call to its one text, which answers one row of one JSON value:
//! `[position, numbers, place, place, ...]`, the places of the roots in the order of [`Text::places`].

use crate::dialect::{DOCUMENT, Dialect, NETWORK, STAMP, SUM, quoted};
use crate::plan::{At, Origin, Piece, Place, Planned, plan};
use crate::shape::{GivenSlots, Slots, slots};
use crate::sums::summed;
use parvis::store::{Class, Dir, Field, Kind, Range, Read, Schema, StorageError, Table, Want};
use std::cell::Cell;

/// The text of a shape, and how to read its answer.
#[derive(Debug)]
pub(crate) struct Text {
    /// The statement.
    pub(crate) sql: String,
    /// The reads.
    pub(crate) planned: Vec<Planned>,
    /// The places of the answer.
    pub(crate) places: Vec<Place>,
    /// Whether rows come with their sums.
    pub(crate) sums: bool,
}

/// Writes the text of the shape that these reads have.
pub(crate) fn text(dialect: &dyn Dialect, schema: &Schema, reads: &[Read]) -> Result<Text, StorageError> {
    let planned = plan(schema, reads)?;
    let slots = slots(reads);
    let params = slots.last().map_or(1, |slots| slots.limit);
    let mut facts = Vec::with_capacity(reads.len());
    for (planned, slots) in planned.iter().zip(slots) {
        let misfit = StorageError::Refused {
            table: planned.name,
            what: "the read does not fit the schema",
        };
        let table = schema.tables.get(planned.table).ok_or_else(|| misfit.clone())?;
        let order = table.order(planned.name).ok_or(misfit)?;
        facts.push(Fact {
            dialect,
            table,
            order,
            planned,
            slots,
        });
    }
    let writer = Writer {
        dialect,
        reads,
        facts,
        aliases: Cell::new(0),
    };
    let mut with = Vec::new();
    for number in 0..reads.len() {
        writer.relation(number, &mut with);
    }
    let mut items = heads(dialect);
    let mut places = Vec::new();
    for number in 0..reads.len() {
        writer.roots(number, &mut items, &mut places);
    }
    let with = match with.as_slice() {
        [] => String::new(),
        with => format!("with recursive {} ", with.join(",\n")),
    };
    let sql = dialect.finish(format!("{with}select {}", dialect.answer(&items)), params);
    let sums = dialect.sums();
    Ok(Text {
        sql,
        planned,
        places,
        sums,
    })
}

/// What every answer begins with: the position of the network, and the numbers of the store.
pub(crate) fn heads(dialect: &dyn Dialect) -> Vec<String> {
    let names = dialect.names();
    let texts = |names: [&str; 3]| names.map(str::to_owned);
    let commit = dialect.id("commit_id");
    let position = dialect.array(&texts(["number", &commit, "newest"]));
    let numbers = dialect.array(&texts(["adds", "breaks", "filled"]));
    let network = dialect.param(Kind::Int, 1);
    vec![
        format!("(select {position} from {} where network={network})", names.positions()),
        format!("(select {numbers} from {})", names.numbers()),
    ]
}

/// A read, its table and the order it follows.
pub(crate) struct Fact<'a> {
    dialect: &'a dyn Dialect,
    pub(crate) table: &'a Table,
    pub(crate) order: Vec<&'a Field>,
    pub(crate) planned: &'a Planned,
    pub(crate) slots: Slots,
}

impl Fact<'_> {
    /// The index to use, where it is not the key.
    pub(crate) fn index(&self) -> Option<String> {
        (self.planned.name != self.table.name).then(|| self.dialect.names().index(self.planned.name))
    }

    /// The table that holds its rows.
    pub(crate) fn name(&self) -> String {
        self.dialect.names().table(self.table.name)
    }

    /// How many parts the keys have.
    pub(crate) fn prefix(&self) -> usize {
        let given = match &self.slots.given {
            GivenSlots::Single(keys) => keys.first().map(Vec::len),
            GivenSlots::List(_, parts) => Some(*parts),
        };
        given
            .or_else(|| self.planned.computed.first().map(|(_, pieces)| pieces.len()))
            .unwrap_or(0)
    }

    /// The names of what a row of it holds.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.table.key.iter().map(|field| quoted(field.name)).collect();
        if self.planned.want > Want::Key {
            names.extend(self.table.columns.iter().map(|field| quoted(field.name)));
            if self.table.class == Class::Stamped {
                names.push(STAMP.to_owned());
            }
            if self.dialect.sums() && summed(self.table) {
                names.push(SUM.to_owned());
            }
        }
        if self.planned.want == Want::Document && self.table.document {
            names.push(DOCUMENT.to_owned());
        }
        names
    }

    /// The same of a row called `alias`.
    pub(crate) fn columns(&self, alias: &str) -> String {
        let names = self.names();
        names
            .iter()
            .map(|name| format!("{alias}.{name}"))
            .collect::<Vec<_>>()
            .join(",")
    }

    pub(crate) fn is_key(&self, field: &Field) -> bool {
        self.table.key.iter().any(|part| part.name == field.name)
    }
}

/// A text under way.
pub(crate) struct Writer<'a> {
    pub(crate) dialect: &'a dyn Dialect,
    pub(crate) reads: &'a [Read],
    pub(crate) facts: Vec<Fact<'a>>,
    aliases: Cell<usize>,
}

impl Writer<'_> {
    pub(crate) fn fact(&self, read: usize) -> Option<&Fact<'_>> {
        self.facts.get(read)
    }

    /// A stored field, ordered.
    pub(crate) fn ordered(&self, fact: &Fact<'_>, field: &Field, alias: &str) -> String {
        let stored = format!("{alias}.{}", quoted(field.name));
        self.dialect.stored(field, fact.is_key(field), &stored)
    }

    /// A stored field, plain.
    pub(crate) fn part(&self, fact: &Fact<'_>, at: At, alias: &str) -> String {
        let (field, key) = match at {
            At::Key(at) => (fact.table.key.get(at), true),
            At::Column(at) => (fact.table.columns.get(at), false),
        };
        let Some(field) = field else { return "null".to_owned() };
        self.dialect
            .plain(field, key, &format!("{alias}.{}", quoted(field.name)))
    }

    /// The parts of a computed key, ordered, for a row called `alias` of the earlier read; NULL where one is absent.
    pub(crate) fn pieces(&self, read: usize, computed: usize, alias: &str) -> Vec<String> {
        let Some(fact) = self.fact(read) else { return Vec::new() };
        let Some((of, pieces)) = fact.planned.computed.get(computed) else {
            return Vec::new();
        };
        let constants = fact.slots.constants.get(computed);
        let piece = |(at, (piece, field)): (usize, (&Piece, &&Field))| match piece {
            Piece::Const => {
                let slot = constants.and_then(|slots| slots.get(at).copied().flatten());
                slot.map_or_else(|| "null".to_owned(), |slot| self.dialect.bound(field, slot))
            }
            Piece::Row(at) => {
                let plain = self
                    .fact(*of)
                    .map_or_else(|| "null".to_owned(), |of| self.part(of, *at, alias));
                self.dialect.present(field, &plain)
            }
            Piece::Only(only, at) => self.dialect.present(field, &self.only(*only, *at)),
        };
        pieces.iter().zip(&fact.order).enumerate().map(piece).collect()
    }

    /// A column of the only row of a relation; NULL where there is no row or are several.
    fn only(&self, read: usize, at: At) -> String {
        let Some(fact) = self.fact(read) else {
            return "null".to_owned();
        };
        let part = self.part(fact, at, "o");
        if fact.planned.single {
            return format!("(select {part} from r{read} o)");
        }
        format!("(select {} from r{read} o)", self.dialect.only(&part))
    }

    /// The parts of a given key that are parameters of their own, ordered.
    pub(crate) fn given(&self, fact: &Fact<'_>, slots: &[usize]) -> Vec<String> {
        let bound = |(field, slot): (&&Field, &usize)| self.dialect.bound(field, *slot);
        fact.order.iter().zip(slots).map(bound).collect()
    }

    /// The kinds of the parts of the keys of a read.
    pub(crate) fn kinds(&self, fact: &Fact<'_>) -> Vec<Kind> {
        fact.order.iter().take(fact.prefix()).map(|field| field.kind).collect()
    }

    /// The parts of an element of a list of keys, ordered.
    pub(crate) fn listed(&self, fact: &Fact<'_>, alias: &str) -> Vec<String> {
        let part = |(at, field): (usize, &&Field)| {
            let item = self.dialect.item(field.kind, alias, at);
            self.dialect.ordered(field, &item)
        };
        fact.order.iter().take(fact.prefix()).enumerate().map(part).collect()
    }

    /// The rows called `alias` whose order begins with these parts.
    pub(crate) fn beginning(&self, fact: &Fact<'_>, alias: &str, parts: &[String]) -> String {
        let mut out = format!("{alias}.{NETWORK}={}", self.dialect.param(Kind::Int, 1));
        for (field, part) in fact.order.iter().zip(parts) {
            out.push_str(&format!(" and {}={part}", self.ordered(fact, field, alias)));
        }
        out
    }

    /// The condition that the bounds of a range put on what follows the prefix.
    pub(crate) fn bounds(&self, fact: &Fact<'_>, range: &Range, alias: &str) -> String {
        self.begun(fact, range, alias) + &self.compared(fact, &fact.slots.to, until_sign(range.dir), alias, "")
    }

    /// The half of [`bounds`](Self::bounds) that says where a range begins.
    pub(crate) fn begun(&self, fact: &Fact<'_>, range: &Range, alias: &str) -> String {
        let after = match range.dir {
            Dir::Up => ">",
            Dir::Down => "<",
        };
        self.compared(fact, &fact.slots.from, after, alias, "")
    }

    /// The half that says where it ends, for a range whose end in the order is also bounded by something else: an engine
    /// goes through an index to one of two ends only, and the other one would be worked out anew for every row. The first
    /// part belongs into that end; what follows it is left to be compared row by row.
    pub(crate) fn ended(&self, fact: &Fact<'_>, range: &Range, alias: &str) -> String {
        match fact.slots.to.as_slice() {
            [] | [_] => String::new(),
            slots => self.compared(fact, slots, until_sign(range.dir), alias, "+"),
        }
    }

    /// `unindexed` keeps an engine from looking the fields up in an index.
    fn compared(&self, fact: &Fact<'_>, slots: &[usize], sign: &str, alias: &str, unindexed: &str) -> String {
        let rest = fact.order.get(fact.prefix()..).unwrap_or_default();
        let field = |field: &&Field| format!("{unindexed}{}", self.ordered(fact, field, alias));
        let fields: Vec<String> = rest.iter().take(slots.len()).map(field).collect();
        let bounds: Vec<String> = rest
            .iter()
            .zip(slots)
            .map(|(field, slot)| self.dialect.bound(field, *slot))
            .collect();
        match slots {
            [] => String::new(),
            [_] => format!(" and {}{sign}{}", fields.join(","), bounds.join(",")),
            _ => format!(" and ({}){sign}({})", fields.join(","), bounds.join(",")),
        }
    }

    /// What follows the prefix, as an order.
    pub(crate) fn rest(&self, fact: &Fact<'_>, alias: &str) -> Vec<String> {
        let rest = fact.order.get(fact.prefix()..).unwrap_or_default();
        rest.iter().map(|field| self.ordered(fact, field, alias)).collect()
    }

    pub(crate) fn alias(&self, letter: char) -> String {
        self.aliases.set(self.aliases.get() + 1);
        format!("{letter}{}", self.aliases.get())
    }

    /// The places of a read at the top of the answer.
    fn roots(&self, read: usize, items: &mut Vec<String>, places: &mut Vec<Place>) {
        let Some(fact) = self.fact(read) else { return };
        if fact.planned.relation {
            let row = self.alias('y');
            let (cells, inside) = self.row(read, &row, true);
            let item = self.dialect.group(&cells);
            items.push(format!("(select {item} from r{read} {row})"));
            places.push(Place {
                read,
                origin: Origin::Relation,
                many: true,
                keyed: true,
                inside,
            });
            return;
        }
        match fact.slots.given.clone() {
            GivenSlots::Single(keys) => {
                for (number, slots) in keys.iter().enumerate() {
                    let parts = self.fact(read).map(|fact| self.given(fact, slots)).unwrap_or_default();
                    let (item, place) = self.hanging(read, Origin::Given(number), &parts);
                    items.push(item);
                    places.push(place);
                }
            }
            GivenSlots::List(slot, _) => {
                let list = self.alias('j');
                let (parts, kinds) = self
                    .fact(read)
                    .map(|fact| (self.listed(fact, &list), self.kinds(fact)))
                    .unwrap_or_default();
                let (item, place) = self.hanging(read, Origin::List, &parts);
                let from = self.dialect.list(slot, &list, &kinds);
                items.push(format!("(select {} from {from})", self.dialect.group(&item)));
                places.push(place);
            }
        }
    }

    /// The rows of a `Get` or a `Scan` under one key whose parts are expressions.
    fn hanging(&self, read: usize, origin: Origin, parts: &[String]) -> (String, Place) {
        let table = self.alias('x');
        let (item, inside, many) = match self.reads.get(read) {
            Some(Read::Scan(range)) => {
                let row = self.alias('y');
                let (cells, inside) = self.row(read, &row, true);
                let rows = self.range(read, range, &table, parts);
                let item = self.dialect.group(&cells);
                (format!("(select {item} from ({rows}) {row})"), inside, true)
            }
            _ => {
                let (cells, inside) = self.row(read, &table, false);
                let found = self.fact(read).map_or_else(String::new, |fact| {
                    let from = self.dialect.from(&fact.name(), None, &table);
                    format!("{from} where {}", self.beginning(fact, &table, parts))
                });
                (format!("(select {cells} from {found})"), inside, false)
            }
        };
        let place = Place {
            read,
            origin,
            many,
            keyed: many,
            inside,
        };
        (item, place)
    }

    /// One range, in its direction and up to its limit.
    pub(crate) fn range(&self, read: usize, range: &Range, alias: &str, parts: &[String]) -> String {
        let Some(fact) = self.fact(read) else {
            return String::new();
        };
        let from = self.dialect.from(&fact.name(), fact.index().as_deref(), alias);
        format!(
            "select {} from {from} where {}{}{} limit {}",
            fact.columns(alias),
            self.beginning(fact, alias, parts),
            self.bounds(fact, range, alias),
            order_by(&self.rest(fact, alias), range.dir),
            self.dialect.count(fact.slots.limit),
        )
    }

    /// A row called `alias` as JSON, with everything that hangs on it.
    fn row(&self, read: usize, alias: &str, keyed: bool) -> (String, Vec<Place>) {
        let Some(fact) = self.fact(read) else {
            return (String::new(), Vec::new());
        };
        let mut cells = Vec::new();
        if keyed {
            cells.extend(fact.table.key.iter().map(|field| self.cell(field, true, alias)));
        }
        if fact.planned.want > Want::Key {
            cells.extend(fact.table.columns.iter().map(|field| self.cell(field, false, alias)));
            if fact.table.class == Class::Stamped {
                cells.push(self.dialect.id(&format!("{alias}.{STAMP}")));
            }
            if self.dialect.sums() && summed(fact.table) {
                cells.push(format!("{alias}.{SUM}"));
            }
        }
        if fact.planned.want == Want::Document && fact.table.document {
            cells.push(format!("{alias}.{DOCUMENT}"));
        }
        let mut inside = Vec::new();
        for hanging in read + 1..self.facts.len() {
            let Some(planned) = self.fact(hanging).map(|fact| fact.planned) else {
                continue;
            };
            if planned.relation {
                continue;
            }
            let numbers: Vec<usize> = planned
                .computed
                .iter()
                .enumerate()
                .filter_map(|(number, (of, _))| (*of == read).then_some(number))
                .collect();
            for number in numbers {
                let parts = self.pieces(hanging, number, alias);
                let (item, place) = self.hanging(hanging, Origin::Computed(number), &parts);
                cells.push(item);
                inside.push(place);
            }
        }
        (self.dialect.array(&cells), inside)
    }

    fn cell(&self, field: &Field, key: bool, alias: &str) -> String {
        cell(self.dialect, field, key, alias)
    }
}

/// How what a range holds compares with where it ends.
pub(crate) fn until_sign(dir: Dir) -> &'static str {
    match dir {
        Dir::Up => "<=",
        Dir::Down => ">=",
    }
}

/// A key part or a column of a row called `alias` as JSON.
pub(crate) fn cell(dialect: &dyn Dialect, field: &Field, key: bool, alias: &str) -> String {
    dialect.cell(field, key, &format!("{alias}.{}", quoted(field.name)))
}

/// An `order by` over these expressions.
pub(crate) fn order_by(fields: &[String], dir: Dir) -> String {
    let way = match dir {
        Dir::Up => "",
        Dir::Down => " desc",
    };
    let fields: Vec<String> = fields.iter().map(|field| format!("{field}{way}")).collect();
    match fields.as_slice() {
        [] => String::new(),
        fields => format!(" order by {}", fields.join(",")),
    }
}
