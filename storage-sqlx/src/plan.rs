//! How the reads of a call hang together, before any text is written.
//!
//! Reads form a forest: a read whose keys are columns of an earlier one is a correlated subquery inside each of that
//! read's rows, so that no temporary table is built. Some reads cannot hang there and are *relations* of their own: merges
//! and walks, what these take their prefixes from, and those whose only row gives a part of a key.

use crate::shape::{computed, given, keys_of, order_of};
use parvis::store::{Part, Read, Schema, StorageError, Table, Want};

/// A read that would be written more often than this into one text becomes a relation.
const MAX_PLACES: usize = 8;

/// Where a column lies in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// A part of the key.
    Key(usize),
    /// A column.
    Column(usize),
}

/// A part of a computed key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// A constant of the call.
    Const,
    /// Of the row of the earlier read.
    Row(At),
    /// Of the only row of that read.
    Only(usize, At),
}

/// One read of a shape.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    /// The number of its table in the schema.
    pub(crate) table: usize,
    /// What refusals name.
    pub(crate) name: &'static str,
    /// How much of each row.
    pub(crate) want: Want,
    /// Whether it is a relation of its own.
    pub(crate) relation: bool,
    /// Whether it finds at most one row, whatever is stored.
    pub(crate) single: bool,
    /// Whether some of its keys are given.
    pub(crate) given: bool,
    /// Its computed keys: the earlier read, and the parts.
    pub(crate) computed: Vec<(usize, Vec<Piece>)>,
}

/// What a place in the answer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The rows of a relation.
    Relation,
    /// The rows of this given key.
    Given(usize),
    /// The rows of each given key.
    List,
    /// The rows of this computed key, for the row around it.
    Computed(usize),
}

/// A place in the answer: rows of a read, and in each the places that hang on it.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The read.
    pub(crate) read: usize,
    /// See [`Origin`].
    pub(crate) origin: Origin,
    /// Whether there may be several rows.
    pub(crate) many: bool,
    /// Whether the rows carry their keys; otherwise the key is the one that was asked for.
    pub(crate) keyed: bool,
    /// What hangs on each row.
    pub(crate) inside: Vec<Place>,
}

/// Where the field called `name` lies in rows of a table.
pub(crate) fn at(table: &Table, name: &str) -> Option<At> {
    let key = table.key.iter().position(|field| field.name == name);
    let column = || table.columns.iter().position(|field| field.name == name);
    key.map(At::Key).or_else(|| column().map(At::Column))
}

/// Works out which reads are relations. The reads were held against the schema before.
pub(crate) fn plan(schema: &Schema, reads: &[Read]) -> Result<Vec<Planned>, StorageError> {
    let mut planned: Vec<Planned> = Vec::with_capacity(reads.len());
    for read in reads {
        let name = order_of(read);
        let misfit = || StorageError::Refused {
            table: name,
            what: "the read does not fit the schema",
        };
        let is_own = |table: &Table| table.name == name || table.indexes.iter().any(|index| index.name == name);
        let table = schema.tables.iter().position(is_own).ok_or_else(misfit)?;
        let column = |planned: &[Planned], read: usize, name: &str| {
            let table = planned.get(read).and_then(|read| schema.tables.get(read.table));
            table.and_then(|table| at(table, name)).ok_or_else(misfit)
        };
        let piece = |of: usize, part: &Part| {
            Ok(match part {
                Part::Const(_) => Piece::Const,
                Part::Column(name) => Piece::Row(column(&planned, of, name)?),
                Part::Only { read, column: name } => Piece::Only(*read, column(&planned, *read, name)?),
            })
        };
        let computed = computed(keys_of(read))
            .map(|(of, parts)| Ok((of, parts.iter().map(|part| piece(of, part)).collect::<Result<_, _>>()?)))
            .collect::<Result<Vec<(usize, Vec<Piece>)>, StorageError>>()?;
        let single = match (given(keys_of(read)).count(), computed.as_slice()) {
            (1, []) => true,
            (0, [(of, _)]) => planned.get(*of).is_some_and(|read| read.single),
            _ => false,
        };
        let want = match read {
            Read::Get { want, .. } | Read::Walk { want, .. } => *want,
            Read::Scan(range) | Read::Merge(range) => range.want,
        };
        planned.push(Planned {
            table,
            name,
            want,
            relation: matches!(read, Read::Merge(_) | Read::Walk { .. }),
            given: given(keys_of(read)).next().is_some(),
            single: single && matches!(read, Read::Get { .. }),
            computed,
        });
    }
    settle(&mut planned);
    Ok(planned)
}

/// Makes relations of all reads that have to be.
fn settle(planned: &mut [Planned]) {
    let only: Vec<usize> = planned
        .iter()
        .flat_map(|read| read.computed.iter().flat_map(|(_, pieces)| pieces))
        .filter_map(|piece| match piece {
            Piece::Only(read, _) => Some(*read),
            _ => None,
        })
        .collect();
    for (number, read) in planned.iter_mut().enumerate() {
        // A key that no column goes into is one key, not one a row.
        let rowless = |(_, pieces): &(usize, Vec<Piece>)| !pieces.iter().any(|piece| matches!(piece, Piece::Row(_)));
        read.relation |= only.contains(&number) || read.computed.iter().any(rowless);
    }
    loop {
        for number in (0..planned.len()).rev() {
            let Some(read) = planned.get(number).filter(|read| read.relation) else {
                continue;
            };
            let sources: Vec<usize> = read.computed.iter().map(|(of, _)| *of).collect();
            for of in sources {
                if let Some(source) = planned.get_mut(of) {
                    source.relation = true;
                }
            }
        }
        let mut places: Vec<usize> = Vec::with_capacity(planned.len());
        for read in planned.iter() {
            let of = read
                .computed
                .iter()
                .map(|(of, _)| places.get(*of).copied().unwrap_or(1));
            places.push(if read.relation {
                1
            } else {
                of.fold(usize::from(read.given), usize::saturating_add)
            });
        }
        let crowded = places.iter().position(|places| *places > MAX_PLACES);
        match crowded.and_then(|number| planned.get_mut(number)) {
            Some(read) => read.relation = true,
            None => return,
        }
    }
}
