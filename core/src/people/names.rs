//! Names: their order in lists, and the rows by which what somebody types completes to them.

use super::records::{Named, Word};
use crate::store::execute::Draft;
use icu_collator::CollatorBorrowed;
use icu_collator::options::CollatorOptions;
use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;
use std::collections::BTreeSet;

/// The key of a name's order takes at most this many bytes: what it leaves out comes after hundreds of letters.
const MAX_ORDER: usize = 240;
/// A name is found by each of its first words, up to this many.
const MAX_WORDS: usize = 6;
/// A name and a handle together are found by at most this many rows.
pub(crate) const MAX_ENTRIES: usize = MAX_WORDS + 2;
/// A row by which a name is found holds at most this many bytes.
const MAX_ENTRY: usize = 120;

/// The order of a name among names, as bytes: the same on every engine. It is the root order of Unicode (UTS 10 with the CLDR's
/// data), which is the one of English and French; names that differ only by accents or case stand beside each other.
pub(crate) fn order(name: &str) -> Vec<u8> {
    let mut key: Vec<u8> = Vec::new();
    match CollatorBorrowed::try_new(Default::default(), CollatorOptions::default()) {
        Ok(collator) => {
            let Ok(()) = collator.write_sort_key_to(name, &mut key);
        }
        // The root order is compiled in; without it, names would stand in the order of their letters' numbers.
        Err(_) => key.extend(plain(name).as_bytes()),
    }
    key.truncate(MAX_ORDER);
    key
}

/// The words of a text without case and accents, one space between them.
pub(crate) fn plain(text: &str) -> String {
    let marks = CanonicalCombiningClassMapBorrowed::new();
    let text = DecomposingNormalizerBorrowed::new_nfkd().normalize(text);
    let mut plain = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            // Letters that Unicode does not take apart, as they are typed where the keyboard lacks them.
            'œ' => plain.push_str("oe"),
            'æ' => plain.push_str("ae"),
            'ß' => plain.push_str("ss"),
            'ø' => plain.push('o'),
            'ł' => plain.push('l'),
            'đ' | 'ð' => plain.push('d'),
            'ı' => plain.push('i'),
            c if marks.get_u8(c) != 0 => {}
            c if c.is_alphanumeric() => plain.push(c),
            _ if plain.ends_with(' ') || plain.is_empty() => {}
            _ => plain.push(' '),
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

/// The texts by which a name is found: from each of its words on, the words before behind them; so `dup` and `dupont j` both
/// complete to Jean Dupont. Each ends in a space, so that it comes after the bare beginning of itself.
pub(crate) fn entries(name: &str, handle: Option<&str>) -> BTreeSet<String> {
    let turned = |text: &str, most: usize| {
        let plain = plain(text);
        let words: Vec<&str> = plain.split(' ').filter(|word| !word.is_empty()).collect();
        (0..words.len().min(most))
            .map(|first| {
                let turned = words.iter().cycle().skip(first).take(words.len());
                let text = turned.copied().collect::<Vec<_>>().join(" ");
                let text: String = text
                    .char_indices()
                    .take_while(|(at, c)| at + c.len_utf8() < MAX_ENTRY)
                    .map(|(_, c)| c)
                    .collect();
                text + " "
            })
            .collect::<Vec<_>>()
    };
    let mut entries: BTreeSet<String> = turned(name, MAX_WORDS).into_iter().collect();
    entries.extend(handle.into_iter().flat_map(|handle| turned(handle, 2)));
    entries
}

/// Whether what was typed, made plain, completes to a name or a handle.
pub(crate) fn completes(typed: &str, name: &str, handle: Option<&str>) -> bool {
    entries(name, handle).iter().any(|entry| entry.starts_with(typed))
}

/// Writes the rows by which a person or a space is found, and deletes those by which it no longer is.
pub(crate) fn rewrite(
    draft: &mut Draft,
    named: Named,
    id: [u8; 16],
    before: &BTreeSet<String>,
    after: &BTreeSet<String>,
) {
    let row = |text: &String| Word {
        named,
        text: text.clone(),
        id,
        kept: 1,
    };
    before.difference(after).for_each(|text| draft.delete(&row(text)));
    after.difference(before).for_each(|text| draft.put(&row(text)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_as_a_directory_has_them() {
        let mut names = vec![
            "Zoé",
            "zoe",
            "Émile",
            "Eric",
            "emma",
            "Øystein",
            "Olaf",
            "Peter",
            "de Gaulle",
            "Ångström",
            "Anna",
        ];
        names.sort_by_key(|name| order(name));
        assert_eq!(
            names,
            [
                "Ångström",
                "Anna",
                "de Gaulle",
                "Émile",
                "emma",
                "Eric",
                "Olaf",
                "Øystein",
                "Peter",
                "zoe",
                "Zoé"
            ]
        );
        assert!(order(&"é".repeat(200)).len() <= MAX_ORDER);
    }

    #[test]
    fn a_name_is_found_by_the_beginning_of_any_word() {
        let found = |typed: &str| completes(&plain(typed), "Jean-Paul Œuvrard d'Été", Some("jp.o"));
        for typed in [
            "j",
            "JEAN",
            "paul",
            "Oeuv",
            "œuvrard d",
            "ete",
            "été jean",
            "jp",
            "jp.o",
            "o",
        ] {
            assert!(found(typed), "{typed}");
        }
        for typed in ["an", "vrard", "ete paul", "jpo"] {
            assert!(!found(typed), "{typed}");
        }
        assert_eq!(plain("  --  "), "");
        assert!(entries("王小明", None).contains("王小明 "));
        let long = entries(&"a bc ".repeat(80), Some(&"x.".repeat(20)));
        assert!(long.len() <= MAX_ENTRIES && long.iter().all(|entry| entry.len() <= MAX_ENTRY + 1));
    }
}
