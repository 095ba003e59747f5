//! The form of what stands in a profile: e-mail addresses, languages, time zones, skills.

use crate::error::{Error, Reason};
use crate::ids::TagId;
use crate::items::tags::Tag;
use crate::text;
use std::collections::HashSet;

/// A person speaks at most this many languages here.
const MAX_LANGUAGES: usize = 8;
/// A person declares at most this many skills.
const MAX_SKILLS: usize = 30;
/// An e-mail address may take this many bytes (RFC 5321, 4.5.3.1.3, without the brackets).
const MAX_EMAIL: usize = 254;
/// The name of a time zone may take this many bytes.
const MAX_ZONE: usize = 64;

/// A field that a request may change: not named it stays, empty it goes.
///
/// # Errors
/// Those of the field's form.
pub(crate) fn changed(
    asked: Option<&str>,
    before: Option<String>,
    form: fn(&str) -> Result<String, Error>,
) -> Result<Option<String>, Error> {
    match asked.map(str::trim) {
        None => Ok(before),
        Some("") => Ok(None),
        Some(text) => form(text).map(Some),
    }
}

/// An e-mail address: one mailbox, something on both sides of its one `@`, no space and no control character. Whether mail
/// arrives there, sending it tells.
///
/// # Errors
/// [`Reason::LongText`], [`Reason::BadValue`].
pub(crate) fn email(text: &str) -> Result<String, Error> {
    if text.len() > MAX_EMAIL {
        return Err(Error::new(Reason::LongText).at("email"));
    }
    let stray = |c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '(' | ')' | ',' | ';' | ':' | '"' | '\\')
    };
    let sides = text.split_once('@');
    let whole = sides.is_some_and(|(local, domain)| {
        let dots = |side: &str| side.starts_with('.') || side.ends_with('.') || side.contains("..");
        !local.is_empty() && !domain.is_empty() && !domain.contains('@') && !dots(local) && !dots(domain)
    });
    if !whole || text.chars().any(stray) {
        return Err(Error::new(Reason::BadValue).at("email"));
    }
    Ok(text.to_owned())
}

/// Languages (BCP 47), the best one first, each once in its usual spelling; an empty list takes them away.
///
/// # Errors
/// [`Reason::LongList`], [`Reason::BadValue`].
pub(crate) fn languages(asked: Option<&[String]>, before: Option<Vec<String>>) -> Result<Option<Vec<String>>, Error> {
    let Some(asked) = asked else { return Ok(before) };
    if asked.len() > MAX_LANGUAGES {
        return Err(Error::new(Reason::LongList).at("languages"));
    }
    let mut languages: Vec<String> = Vec::new();
    for one in asked {
        let bad = || Error::new(Reason::BadValue).at("languages");
        let language = text::language(one, "languages")?.ok_or_else(bad)?;
        if !languages.contains(&language) {
            languages.push(language);
        }
    }
    Ok((!languages.is_empty()).then_some(languages))
}

/// Skills: tags, the most important one first, each once as it is spelt first; an empty list takes them away.
///
/// # Errors
/// [`Reason::LongList`], [`Reason::BadValue`].
pub(crate) fn skills(asked: Option<&[String]>, before: Option<Vec<String>>) -> Result<Option<Vec<String>>, Error> {
    let Some(asked) = asked else { return Ok(before) };
    if asked.len() > MAX_SKILLS {
        return Err(Error::new(Reason::LongList).at("skills"));
    }
    let mut seen: HashSet<TagId> = HashSet::new();
    let mut skills = Vec::new();
    for text in asked {
        let tag = Tag::new(text).ok_or(Error::new(Reason::BadValue).at("skills"))?;
        if seen.insert(tag.id) {
            skills.push(tag.name);
        }
    }
    Ok((!skills.is_empty()).then_some(skills))
}

/// The IANA name of a time zone: one that the time-zone data knows, where there is any.
///
/// # Errors
/// [`Reason::LongText`], [`Reason::BadValue`].
pub(crate) fn zone(text: &str) -> Result<String, Error> {
    if text.len() > MAX_ZONE {
        return Err(Error::new(Reason::LongText).at("zone"));
    }
    let formed = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '+'));
    let data = jiff::tz::db();
    let known = data.is_definitively_empty() || data.get(text).is_ok();
    if !formed || !known {
        return Err(Error::new(Reason::BadValue).at("zone"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_address_is_one_mailbox() {
        for good in ["ana@example.org", "a.b+c@x.example", "zoé@exemple.fr"] {
            assert_eq!(email(good).unwrap(), good);
        }
        for bad in [
            "ana",
            "@example.org",
            "ana@",
            "a@b@c",
            "a b@c.d",
            "a@b.c\r\nBcc: x@y.z",
            "Ana <a@b.c>",
            "a@b.c,d@e.f",
            ".a@b.c",
            "a@b..c",
        ] {
            assert_eq!(email(bad).unwrap_err().reason, Reason::BadValue, "{bad}");
        }
        assert_eq!(
            email(&format!("{}@b.c", "a".repeat(300))).unwrap_err().reason,
            Reason::LongText
        );
    }

    #[test]
    fn skills_are_tags_each_once() {
        let given = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let asked = given(&["#Soudure", "SOUDURE", " C-arc ", "Stra\u{df}enbau", "strassenbau"]);
        let kept = skills(Some(&asked), None).unwrap().unwrap();
        assert_eq!(kept, ["Soudure", "C-arc", "Stra\u{df}enbau"]);
        assert_eq!(skills(None, Some(kept.clone())).unwrap(), Some(kept.clone()));
        assert_eq!(skills(Some(&[]), Some(kept)).unwrap(), None);
        for bad in ["", "two words", "2026", "a,b", "<b>"] {
            let refused = skills(Some(&given(&[bad])), None).unwrap_err();
            assert_eq!(
                (refused.reason, refused.field),
                (Reason::BadValue, Some("skills")),
                "{bad}"
            );
        }
        let many: Vec<String> = (0..31).map(|n| format!("skill{n}")).collect();
        assert_eq!(skills(Some(&many), None).unwrap_err().reason, Reason::LongList);
        assert_eq!(
            skills(many.get(..30), None).unwrap().map(|skills| skills.len()),
            Some(30)
        );
    }

    #[test]
    fn languages_and_zones_have_one_spelling() {
        let asked = ["FR", "en-gb", "fr"].map(str::to_owned);
        assert_eq!(languages(Some(&asked), None).unwrap().unwrap(), ["fr", "en-GB"]);
        assert_eq!(languages(Some(&[]), Some(vec!["fr".to_owned()])).unwrap(), None);
        assert!(languages(Some(&["und".to_owned()]), None).is_err());
        assert!(languages(Some(&["français".to_owned()]), None).is_err());
        assert_eq!(zone("Europe/Paris").unwrap(), "Europe/Paris");
        assert!(zone("Mars/Olympus").is_err() && zone("../etc/passwd").is_err());
    }
}
