//! Bytes of keys and rows, for backends over an ordered map of bytes.
//!
//! Keys are *memcomparable*: comparing the bytes compares the parts. A part is one byte that says whether it is there
//! (so that absent ones come first), then an id as it is, a time or an integer big-endian with the sign flipped, a text
//! or bytes with 0x00 written as 0x00 0xFF and closed by 0x00 0x00. Each part tells where it ends, so the first parts of a
//! key are the first bytes of its encoding and nothing else begins with them: a prefix of parts is a range of bytes.
//!
//! Rows carry the kind of every column, so that a release can skip columns it does not know.

use super::value::{CommitId, Kind, Parts, Value};

const ABSENT: u8 = 0;
const PRESENT: u8 = 1;

/// Appends the parts of a key.
pub(crate) fn push_parts(out: &mut Vec<u8>, parts: &[Option<Value>]) {
    parts.iter().for_each(|part| push_part(out, part.as_ref()));
}

/// Appends one part of a key.
pub(crate) fn push_part(out: &mut Vec<u8>, part: Option<&Value>) {
    let Some(value) = part else { return out.push(ABSENT) };
    out.push(PRESENT);
    match value {
        Value::Id(id) => out.extend_from_slice(id),
        Value::Time(n) | Value::Int(n) => out.extend_from_slice(&flipped(*n).to_be_bytes()),
        Value::Text(text) => push_escaped(out, text.as_bytes()),
        Value::Bytes(bytes) => push_escaped(out, bytes),
    }
}

/// The parts that `push_parts` wrote: all of the bytes, no more and no fewer parts than kinds. `None` where they are not.
pub(crate) fn parts(bytes: &[u8], kinds: impl IntoIterator<Item = Kind>) -> Option<Parts> {
    let mut bytes = Bytes(bytes);
    let parts = kinds
        .into_iter()
        .map(|kind| bytes.part(kind))
        .collect::<Option<Parts>>()?;
    bytes.0.is_empty().then_some(parts)
}

/// The smallest byte string after all that begin with `prefix`; `None` where there is none.
pub(crate) fn after(prefix: &[u8]) -> Option<Vec<u8>> {
    let mut next = prefix.to_vec();
    while let Some(last) = next.pop() {
        if let Some(larger) = last.checked_add(1) {
            next.push(larger);
            return Some(next);
        }
    }
    None
}

/// Columns, stamp and document of a row as they are stored, columns this release may not know included.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Stored {
    /// The columns.
    pub(crate) columns: Parts,
    /// The stamp.
    pub(crate) stamp: Option<CommitId>,
    /// The document.
    pub(crate) document: Option<String>,
}

const HAS_STAMP: u8 = 1;
const HAS_DOCUMENT: u8 = 2;

impl Stored {
    /// The bytes: flags, stamp, number of columns, each column with its kind, and the document to the end.
    pub(crate) fn bytes(columns: &[Option<Value>], stamp: Option<CommitId>, document: Option<&str>) -> Vec<u8> {
        let mut out = Vec::with_capacity(32 + document.map_or(0, str::len));
        out.push(if stamp.is_some() { HAS_STAMP } else { 0 } | if document.is_some() { HAS_DOCUMENT } else { 0 });
        if let Some(stamp) = stamp {
            out.extend_from_slice(&stamp.0);
        }
        push_number(&mut out, columns.len() as u64);
        columns.iter().for_each(|column| push_column(&mut out, column.as_ref()));
        out.extend_from_slice(document.unwrap_or_default().as_bytes());
        out
    }

    /// What `bytes` wrote; `None` where it did not. The document is only looked at where it is wanted.
    pub(crate) fn read(bytes: &[u8], document: bool) -> Option<Stored> {
        let mut bytes = Bytes(bytes);
        let flags = bytes.byte()?;
        let stamp = if flags & HAS_STAMP == 0 {
            None
        } else {
            Some(CommitId(bytes.array()?))
        };
        let count = bytes.number()?;
        let columns = (0..count).map(|_| bytes.column()).collect::<Option<Parts>>()?;
        let document = match document && flags & HAS_DOCUMENT != 0 {
            true => Some(std::str::from_utf8(bytes.0).ok()?.to_owned()),
            false => None,
        };
        Some(Stored {
            columns,
            stamp,
            document,
        })
    }
}

/// Order of signed numbers as order of unsigned ones.
fn flipped(n: i64) -> u64 {
    n.cast_unsigned() ^ (1 << 63)
}

fn push_escaped(out: &mut Vec<u8>, bytes: &[u8]) {
    for byte in bytes {
        out.push(*byte);
        if *byte == 0 {
            out.push(0xFF);
        }
    }
    out.extend_from_slice(&[0, 0]);
}

/// Seven bits a byte, the low ones first: most numbers of a row are small.
fn push_number(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push((n & 0x7F) as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn push_column(out: &mut Vec<u8>, column: Option<&Value>) {
    // Small negative numbers stay short too: the sign goes to the lowest bit.
    let zigzag = |n: i64| ((n << 1) ^ (n >> 63)).cast_unsigned();
    match column {
        None => out.push(0),
        Some(Value::Id(id)) => {
            out.push(1);
            out.extend_from_slice(id);
        }
        Some(Value::Time(n)) => {
            out.push(2);
            push_number(out, zigzag(*n));
        }
        Some(Value::Int(n)) => {
            out.push(3);
            push_number(out, zigzag(*n));
        }
        Some(Value::Text(text)) => {
            out.push(4);
            push_number(out, text.len() as u64);
            out.extend_from_slice(text.as_bytes());
        }
        Some(Value::Bytes(bytes)) => {
            out.push(5);
            push_number(out, bytes.len() as u64);
            out.extend_from_slice(bytes);
        }
    }
}

/// Bytes that are read from the front.
pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

impl<'a> Bytes<'a> {
    /// The next `n` bytes.
    pub(crate) fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(taken)
    }

    /// The next `N` bytes.
    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    /// A big-endian number.
    pub(crate) fn int(&mut self) -> Option<i64> {
        self.array().map(i64::from_be_bytes)
    }

    fn byte(&mut self) -> Option<u8> {
        self.array().map(|[byte]: [u8; 1]| byte)
    }

    fn number(&mut self) -> Option<u64> {
        let mut n = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            n |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(n);
            }
        }
        None
    }

    fn part(&mut self, kind: Kind) -> Option<Option<Value>> {
        match self.byte()? {
            ABSENT => return Some(None),
            PRESENT => (),
            _ => return None,
        }
        let mut number = || {
            self.array()
                .map(|bytes| (u64::from_be_bytes(bytes) ^ (1 << 63)).cast_signed())
        };
        let value = match kind {
            Kind::Time => Value::Time(number()?),
            Kind::Int => Value::Int(number()?),
            Kind::Id => Value::Id(self.array()?),
            Kind::Text => Value::Text(String::from_utf8(self.unescaped()?).ok()?),
            Kind::Bytes => Value::Bytes(self.unescaped()?),
        };
        Some(Some(value))
    }

    fn unescaped(&mut self) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        loop {
            match self.byte()? {
                0 => match self.byte()? {
                    0 => return Some(out),
                    0xFF => out.push(0),
                    _ => return None,
                },
                byte => out.push(byte),
            }
        }
    }

    fn column(&mut self) -> Option<Option<Value>> {
        let unzigzag = |n: u64| (n >> 1).cast_signed() ^ -((n & 1).cast_signed());
        let value = match self.byte()? {
            0 => return Some(None),
            1 => Value::Id(self.array()?),
            2 => Value::Time(unzigzag(self.number()?)),
            3 => Value::Int(unzigzag(self.number()?)),
            4 => Value::Text(String::from_utf8(self.counted()?.to_vec()).ok()?),
            5 => Value::Bytes(self.counted()?.to_vec()),
            _ => return None,
        };
        Some(Some(value))
    }

    fn counted(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.take(length)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    /// A small generator (xorshift): the same numbers on every run.
    struct Random(u64);

    impl Random {
        fn below(&mut self, n: u64) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0 % n
        }

        /// Few different bytes, so that many values share a beginning; 0x00, 0x01 and 0xFF are the hard ones.
        fn bytes(&mut self) -> Vec<u8> {
            (0..self.below(5))
                .map(|_| [0, 1, 0x7F, 0xFF][self.below(4) as usize])
                .collect()
        }

        fn int(&mut self) -> i64 {
            [
                i64::MIN,
                -256,
                -1,
                0,
                1,
                255,
                256,
                i64::MAX,
                self.below(1 << 60) as i64 - (1 << 59),
            ][self.below(9) as usize]
        }

        fn part(&mut self, kind: Kind) -> Option<Value> {
            if self.below(5) == 0 {
                return None;
            }
            Some(match kind {
                Kind::Id => Value::Id([[0, 1, 0xFE, 0xFF][self.below(4) as usize]; 16]),
                Kind::Time => Value::Time(self.int()),
                Kind::Int => Value::Int(self.int()),
                Kind::Text => Value::Text(
                    (0..self.below(4))
                        .map(|_| ['\u{1}', 'a', 'é', '\u{10FFFF}'][self.below(4) as usize])
                        .collect(),
                ),
                Kind::Bytes => Value::Bytes(self.bytes()),
            })
        }
    }

    const KINDS: [Kind; 5] = [Kind::Bytes, Kind::Int, Kind::Text, Kind::Id, Kind::Time];

    fn encoded(parts: &[Option<Value>]) -> Vec<u8> {
        let mut out = Vec::new();
        push_parts(&mut out, parts);
        out
    }

    #[test]
    fn bytes_are_ordered_as_the_parts_are() {
        let mut random = Random(0x9E37_79B9_7F4A_7C15);
        for round in 0..20_000 {
            let kinds: Vec<Kind> = (0..1 + round % 4).map(|i| KINDS[(round / 4 + i) % 5]).collect();
            let a: Parts = kinds.iter().map(|kind| random.part(*kind)).collect();
            let b: Parts = kinds.iter().map(|kind| random.part(*kind)).collect();
            assert_eq!(encoded(&a).cmp(&encoded(&b)), a.cmp(&b), "{a:?} {b:?}");
            assert_eq!(parts(&encoded(&a), kinds), Some(a));
        }
    }

    #[test]
    fn a_prefix_of_parts_is_a_prefix_of_bytes_and_the_other_way_round() {
        let mut random = Random(42);
        for round in 0..20_000 {
            let kinds: Vec<Kind> = (0..3).map(|i| KINDS[(round + i) % 5]).collect();
            let a: Parts = kinds.iter().map(|kind| random.part(*kind)).collect();
            let b: Parts = kinds.iter().map(|kind| random.part(*kind)).collect();
            let n = random.below(4) as usize;
            assert_eq!(
                encoded(&a).starts_with(&encoded(&b[..n])),
                a.starts_with(&b[..n]),
                "{a:?} {b:?} {n}"
            );
            let end = after(&encoded(&b[..n]));
            let before = end.is_none_or(|end| encoded(&a) < end);
            assert_eq!(before, a.starts_with(&b[..n]) || a < b[..n].to_vec());
        }
    }

    #[test]
    fn rows_come_back_as_they_were() {
        let mut random = Random(7);
        for round in 0..5_000 {
            let columns: Parts = (0..round % 7).map(|i| random.part(KINDS[(round + i) % 5])).collect();
            let stamp = (round % 2 == 0).then_some(CommitId([round as u8; 16]));
            let document = (round % 3 == 0).then(|| format!("{{\"n\":{round}}}"));
            let bytes = Stored::bytes(&columns, stamp, document.as_deref());
            assert_eq!(
                Stored::read(&bytes, true).unwrap(),
                Stored {
                    columns: columns.clone(),
                    stamp,
                    document
                }
            );
            assert_eq!(
                Stored::read(&bytes, false).unwrap(),
                Stored {
                    columns,
                    stamp,
                    document: None
                }
            );
        }
    }

    #[test]
    fn damaged_bytes_are_told_and_never_panic() {
        let mut random = Random(99);
        for _ in 0..20_000 {
            let bytes: Vec<u8> = (0..random.below(24)).map(|_| random.below(256) as u8).collect();
            let _ = Stored::read(&bytes, true);
            let _ = parts(&bytes, KINDS);
        }
        assert_eq!(parts(&[PRESENT, 1, 0], [Kind::Bytes]), None);
        assert_eq!(parts(&[ABSENT, ABSENT], [Kind::Int]), None);
        assert_eq!(after(&[1, 0xFF, 0xFF]), Some(vec![2]));
        assert_eq!(after(&[0xFF]), None);
    }
}
