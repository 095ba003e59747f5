//! JSON on the way in (lists of parts as one parameter) and on the way out (the one row of a text).

use parvis::store::{Kind, Value};

/// Appends a text as a JSON string.
pub(crate) fn push_text(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c == '"' || c == '\\' || c < ' ') {
        let (plain, special) = rest.split_at(at);
        out.push_str(plain);
        let mut chars = special.chars();
        match chars.next() {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some(c) => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            None => {}
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

/// Appends bytes as a JSON string of hexadecimal digits.
pub(crate) fn push_hex(out: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| DIGITS.get(usize::from(half)).copied().map_or('0', char::from);
    out.push('"');
    for byte in bytes {
        out.push(digit(byte >> 4));
        out.push(digit(byte & 15));
    }
    out.push('"');
}

/// Appends a value; an absent one as `null`.
pub(crate) fn push_value(out: &mut String, value: Option<&Value>) {
    match value {
        None => out.push_str("null"),
        Some(Value::Id(id)) => push_hex(out, id),
        Some(Value::Time(n) | Value::Int(n)) => out.push_str(&n.to_string()),
        Some(Value::Text(text)) => push_text(out, text),
        Some(Value::Bytes(bytes)) => push_hex(out, bytes),
    }
}

/// Appends values, separated by commas.
pub(crate) fn push_values(out: &mut String, values: &[Option<Value>]) {
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        push_value(out, value.as_ref());
    }
}

/// A JSON array under construction.
#[derive(Debug)]
pub(crate) struct List(String);

impl List {
    /// An empty one.
    pub(crate) fn new() -> List {
        List(String::from("["))
    }

    /// Appends an element that `write` writes.
    pub(crate) fn push(&mut self, write: impl FnOnce(&mut String)) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        write(&mut self.0);
    }

    /// Appends an array of values.
    pub(crate) fn push_row(&mut self, values: &[Option<Value>]) {
        self.push(|out| {
            out.push('[');
            push_values(out, values);
            out.push(']');
        });
    }

    /// The text.
    pub(crate) fn finish(mut self) -> String {
        self.0.push(']');
        self.0
    }
}

/// A reader of the JSON that the engine wrote: white space only before a value. Every method answers `None` where the text is another.
#[derive(Debug)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    /// At the beginning of a text.
    pub(crate) fn new(text: &'a str) -> Cursor<'a> {
        Cursor { text, at: 0 }
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// Goes over this byte.
    pub(crate) fn expect(&mut self, byte: u8) -> Option<()> {
        self.eat(byte).then_some(())
    }

    fn skip(&mut self) {
        let blanks = self.rest().iter().take_while(|byte| **byte <= b' ').count();
        self.at += blanks;
    }

    /// Goes over this byte if it stands here.
    pub(crate) fn eat(&mut self, byte: u8) -> bool {
        self.skip();
        let here = self.rest().first() == Some(&byte);
        self.at += usize::from(here);
        here
    }

    /// Goes over `null` if it stands here.
    pub(crate) fn null(&mut self) -> bool {
        self.skip();
        let here = self.rest().starts_with(b"null");
        self.at += if here { 4 } else { 0 };
        here
    }

    /// An array, its elements read by `element`.
    pub(crate) fn array(&mut self, mut element: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.expect(b'[')?;
        if self.eat(b']') {
            return Some(());
        }
        loop {
            element(self)?;
            if self.eat(b']') {
                return Some(());
            }
            self.expect(b',')?;
        }
    }

    /// A number of 64 bits.
    pub(crate) fn int(&mut self) -> Option<i64> {
        self.skip();
        let bytes = self.rest();
        let length = bytes
            .iter()
            .position(|b| !(b.is_ascii_digit() || *b == b'-'))
            .unwrap_or(bytes.len());
        let number = self.text.get(self.at..self.at + length)?.parse().ok()?;
        self.at += length;
        Some(number)
    }

    /// What stands between the quotes, and whether it holds escapes.
    fn quoted(&mut self) -> Option<(&'a str, bool)> {
        self.expect(b'"')?;
        let start = self.at;
        let mut escaped = false;
        loop {
            let rest = self.rest();
            let at = memchr::memchr2(b'"', b'\\', rest)?;
            if rest.get(at) == Some(&b'"') {
                let end = self.at + at;
                self.at = end + 1;
                return Some((self.text.get(start..end)?, escaped));
            }
            escaped = true;
            self.at += at + 2;
        }
    }

    /// A text.
    pub(crate) fn text(&mut self) -> Option<String> {
        let (raw, escaped) = self.quoted()?;
        if escaped { unescaped(raw) } else { Some(raw.to_owned()) }
    }

    /// Bytes.
    pub(crate) fn bytes(&mut self) -> Option<Vec<u8>> {
        let (raw, _) = self.quoted()?;
        let (pairs, odd) = raw.as_bytes().as_chunks::<2>();
        if !odd.is_empty() {
            return None;
        }
        pairs.iter().map(|pair| byte(*pair)).collect()
    }

    /// Sixteen bytes, as digits or as a UUID with its dashes.
    pub(crate) fn id(&mut self) -> Option<[u8; 16]> {
        self.expect(b'"')?;
        if self.rest().get(8) == Some(&b'-') {
            let uuid = self.rest().first_chunk::<36>()?;
            let id = dashless(uuid)?;
            self.at += 36;
            self.expect(b'"')?;
            return Some(id);
        }
        let digits: &[u8; 32] = self.rest().first_chunk()?;
        let mut id = [0; 16];
        let mut all = 0;
        for (to, [high, low]) in id.iter_mut().zip(digits.as_chunks::<2>().0) {
            let (high, low) = (half(*high), half(*low));
            all |= high | low;
            *to = high << 4 | low;
        }
        self.at += 32;
        self.expect(b'"')?;
        (all < 16).then_some(id)
    }

    /// A value of a kind, or `null`; an id that is absent may also be an empty text.
    pub(crate) fn value(&mut self, kind: Kind) -> Option<Option<Value>> {
        if self.null() {
            return Some(None);
        }
        Some(Some(match kind {
            Kind::Id if self.rest().starts_with(b"\"\"") => {
                self.at += 2;
                return Some(None);
            }
            Kind::Id => Value::Id(self.id()?),
            Kind::Time => Value::Time(self.int()?),
            Kind::Int => Value::Int(self.int()?),
            Kind::Text => Value::Text(self.text()?),
            Kind::Bytes => Value::Bytes(self.bytes()?),
        }))
    }
}

fn dashless(uuid: &[u8; 36]) -> Option<[u8; 16]> {
    let mut id = [0; 16];
    let mut digits = uuid.iter().filter(|byte| **byte != b'-');
    for to in &mut id {
        *to = byte([*digits.next()?, *digits.next()?])?;
    }
    digits.next().is_none().then_some(id)
}

fn byte([high, low]: [u8; 2]) -> Option<u8> {
    let (high, low) = (half(high), half(low));
    ((high | low) < 16).then_some(high << 4 | low)
}

/// The value of every hexadecimal digit; 255 for what is none.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const HALVES: [u8; 256] = {
    let mut halves = [255; 256];
    let mut digit = 0;
    while digit < 16 {
        let (lower, upper) = (b"0123456789abcdef", b"0123456789ABCDEF");
        halves[lower[digit] as usize] = digit as u8;
        halves[upper[digit] as usize] = digit as u8;
        digit += 1;
    }
    halves
};

fn half(digit: u8) -> u8 {
    HALVES.get(usize::from(digit)).copied().unwrap_or(255)
}

/// A JSON string without its quotes as the text it stands for.
fn unescaped(raw: &str) -> Option<String> {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        let (plain, special) = rest.split_at(at);
        out.push_str(plain);
        let mut chars = special.chars();
        chars.next();
        let plain = match chars.next()? {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            // Seldom: left to the general reader, which knows surrogates.
            'u' => return serde_json::from_str(&format!("\"{raw}\"")).ok(),
            other => other,
        };
        out.push(plain);
        rest = chars.as_str();
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_as_they_went() {
        for text in ["", "plain", "a\"b\\c\n\t\u{1}\u{7f}é\u{10ffff}", "\\u0041", "\\"] {
            let mut json = String::new();
            push_text(&mut json, text);
            assert_eq!(Cursor::new(&json).text().as_deref(), Some(text));
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
        assert_eq!(Cursor::new("\"\\ud83d\\ude00x\"").text().as_deref(), Some("\u{1f600}x"));
    }

    #[test]
    fn numbers_and_bytes_come_back_as_they_went() {
        for number in [i64::MIN, -1, 0, i64::MAX] {
            assert_eq!(Cursor::new(&number.to_string()).int(), Some(number));
        }
        let mut json = String::new();
        push_hex(&mut json, &[0, 255, 16]);
        assert_eq!(Cursor::new(&json).bytes(), Some(vec![0, 255, 16]));
        assert_eq!(Cursor::new("\"0g\"").bytes(), None);
        assert_eq!(Cursor::new("\"00\"").id(), None);
        assert_eq!(Cursor::new("9223372036854775808").int(), None);
    }
}
