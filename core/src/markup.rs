//! CommonMark: what stands in a text that people wrote, and how it is shown: as HTML that can do nothing, and as plain words.
//!
//! The source is kept as written. What is shown is made when it is shown, because names in it depend on who reads.

mod plain;
mod safe;
mod words;

use crate::ids::{PersonId, TagId};
use crate::items::records::MAX_MENTIONS;
use crate::items::tags::{MAX_TAGS, Tag};
use pulldown_cmark::{Event, Options, Parser, Tag as Block, TagEnd, html};
use std::collections::HashSet;
use std::ops::Range;

use words::{Piece, Run};

/// The dialect: CommonMark with tables, struck words and task lists.
fn dialect() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS
}

fn events(source: &str) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
    Parser::new_ext(source, dialect()).into_offset_iter()
}

/// Whom a link's target names: what stands behind `person:`.
fn person(target: &str) -> Option<String> {
    let encoded = target.strip_prefix("person:")?;
    let named = percent_encoding::percent_decode_str(encoded).decode_utf8().ok()?;
    let fits = !named.is_empty() && !named.chars().any(char::is_control);
    fits.then(|| named.into_owned())
}

/// What a text refers to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    /// Its tags, each once, in the order of the text.
    pub(crate) tags: Vec<Tag>,
    /// Whom it mentions, as the text names them, each once, in the order of the text; a handle with its `@`, in its one form.
    pub(crate) mentions: Vec<String>,
}

/// The tags (`#tag`) and mentions (`@[Name](person:REF)`, or `@handle`) of a text: at most [`MAX_TAGS`] and [`MAX_MENTIONS`]. None in
/// code, none that is escaped, no tag and no handle in a link.
pub(crate) fn marks(source: &str) -> Marks {
    let mut marks = Marks::default();
    if !source.contains('#') && !source.contains('@') {
        return marks;
    }
    let (mut known, mut named): (HashSet<TagId>, HashSet<String>) = Default::default();
    let (mut run, mut apart) = (Run::default(), 0_usize);
    let mut read = |words: String, named: &mut HashSet<String>, marks: &mut Marks| {
        for piece in words::pieces(&words) {
            match piece {
                Piece::Tag(tag, _) if known.insert(tag.id) => marks.tags.push(tag),
                Piece::Handle(name, _) if named.insert(name.clone()) => marks.mentions.push(name),
                _ => {}
            }
        }
    };
    for (event, range) in events(source) {
        match event {
            Event::Text(words) if apart == 0 => run.push(&words, source, range.start),
            Event::Text(_) => {}
            Event::Start(Block::Link { dest_url, .. }) => {
                let mention = person(&dest_url).filter(|_| apart == 0 && run.calls());
                apart += 1;
                read(run.take(), &mut named, &mut marks);
                marks.mentions.extend(mention.filter(|who| named.insert(who.clone())));
            }
            Event::Start(Block::Image { .. } | Block::CodeBlock(_)) => {
                apart += 1;
                read(run.take(), &mut named, &mut marks);
            }
            Event::End(TagEnd::Link | TagEnd::Image | TagEnd::CodeBlock) => apart = apart.saturating_sub(1),
            _ => read(run.take(), &mut named, &mut marks),
        }
    }
    read(run.take(), &mut named, &mut marks);
    marks.tags.truncate(MAX_TAGS);
    marks.mentions.truncate(MAX_MENTIONS as usize);
    marks
}

/// A person whom a text mentions, as the one who reads may know him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Called {
    pub(crate) person: PersonId,
    pub(crate) name: String,
}

/// A text as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rendered {
    pub(crate) html: String,
    pub(crate) text: String,
}

/// Shows a text. `called` tells whom a mention names, where the reader may know; else it is words as they were written.
pub(crate) fn render(source: &str, called: impl Fn(&str) -> Option<Called>) -> Rendered {
    let page = safe::page(source, called);
    let text = plain::text(&page.events);
    let mut out = String::with_capacity(source.len() * 2);
    html::push_html(&mut out, page.events.into_iter());
    if page.careful {
        out = safe::clean(&out);
    }
    out.truncate(out.trim_end().len());
    Rendered { html: out, text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(text: &str) -> Vec<String> {
        marks(text).tags.into_iter().map(|tag| tag.name).collect()
    }

    #[test]
    fn tags_are_those_of_the_words() {
        assert_eq!(
            tags("# Title\n\nWe met #Rex and *#rex* and #a_b_c, #other."),
            ["Rex", "a_b_c", "other"]
        );
        let none = "`#code` [#link](http://x/#y) \\#escaped\n\n    #indented\n\n```\n#fenced\n```\n<b id=#raw>";
        assert_eq!(tags(none), Vec::<String>::new());
        let many: String = (0..30).map(|n| format!("#t{n} ")).collect();
        assert_eq!(tags(&many).len(), MAX_TAGS);
    }

    #[test]
    fn mentions_are_links_to_persons_behind_a_free_sign() {
        let found = |text: &str| marks(text).mentions;
        assert_eq!(
            found("Hi @[Ana](person:4711), (@[Bo](<person:b o>)) **@[C](person:c%2Fd)** @[Ana](person:4711)"),
            ["4711", "b o", "c/d"]
        );
        for text in [
            "[Ana](person:4711)",
            "\\@[Ana](person:4711)",
            "x@[Ana](person:4711)",
            "`@[Ana](person:4711)`",
            "@[Ana](person:)",
            "@[Ana](person:%00)",
            "@[Ana](https://person:4711)",
            "@![Ana](person:4711)",
        ] {
            assert_eq!(found(text), Vec::<String>::new(), "{text}");
        }
        assert_eq!(
            found("@ana, (@Bo.B.) *@c-d* @ana @_x @ana_b_c: @[x](<person:@ana>)"),
            ["@ana", "@bo.b", "@c-d", "@ana_b_c"]
        );
        for text in [
            "ana@bo.org",
            "@ana@bo.org",
            "\\@ana",
            "x@ana",
            "`@ana`",
            "[@ana](https://x.org)",
            "@an\u{e9}",
            "@everybody",
            "@a",
            "https://x.org/@ana",
            "@@ana",
            "    @ana",
        ] {
            assert_eq!(found(text), Vec::<String>::new(), "{text}");
        }
        let many: String = (0..60).map(|n| format!("@[x](person:{n}) ")).collect();
        assert_eq!(found(&many).len(), 50);
    }

    fn shown(text: &str) -> (String, String) {
        let ana = |named: &str| {
            matches!(named, "4711" | "@ana").then(|| Called {
                person: PersonId::from_bytes([7; 16]),
                name: "Ana <b>".into(),
            })
        };
        let Rendered { html, text } = render(text, ana);
        (html, text)
    }

    #[test]
    fn a_mention_is_a_link_with_the_name_of_today() {
        let (html, text) = shown("Hi @[Old *name*](person:4711)!");
        assert_eq!(
            html,
            "<p>Hi <a href=\"person:07070707-0707-0707-0707-070707070707\" rel=\"nofollow noopener noreferrer\">@Ana &lt;b&gt;</a>!</p>"
        );
        assert_eq!(text, "Hi @Ana <b>!");
        let (html, text) = shown("Hi @Ana. @bo `@ana` [@ana](https://x.org)");
        assert_eq!(
            html,
            "<p>Hi <a href=\"person:07070707-0707-0707-0707-070707070707\" rel=\"nofollow noopener noreferrer\">@Ana &lt;b&gt;</a>. @bo \
             <code>@ana</code> <a href=\"https://x.org\" rel=\"nofollow noopener noreferrer\">@ana</a></p>"
        );
        assert_eq!(text, "Hi @Ana <b>. @bo @ana @ana (https://x.org)");
        let (html, text) = shown("Hi @[Bo *x*](person:4) and [Ana](person:4711)");
        assert_eq!(html, "<p>Hi @Bo <em>x</em> and Ana</p>");
        assert_eq!(text, "Hi @Bo x and Ana");
    }

    #[test]
    fn words_keep_their_lines_and_lists() {
        let source = "# Head\n\none\ntwo **three**\n\n1. a\n2. b\n   - c\n\n> quoted\n\n```rust\nlet x = \"<b>\";\n```\n\n- [x] done";
        let (html, text) = shown(source);
        assert_eq!(
            html,
            "<h1>Head</h1>\n<p>one<br />\ntwo <strong>three</strong></p>\n<ol>\n<li>a</li>\n<li>b\n<ul>\n<li>c</li>\n</ul>\n</li>\n</ol>\n\
             <blockquote>\n<p>quoted</p>\n</blockquote>\n<pre><code class=\"language-rust\">let x = \"&lt;b&gt;\";\n</code></pre>\n\
             <ul>\n<li>\u{2611} done</li>\n</ul>"
                .replace("<br />", if html.contains("<br />") { "<br />" } else { "<br>" })
        );
        assert_eq!(
            text,
            "Head\n\none\ntwo three\n\n1. a\n2. b\n  - c\n\n> quoted\n\nlet x = \"<b>\";\n\n- \u{2611} done"
        );
    }

    #[test]
    fn links_lead_out_and_nowhere_else() {
        let (html, text) = shown(
            "[a](https://x.org/?a=1&b=2) see www.no https://y.org/a_b_c. <ana@x.org> ![cat](https://z.org/c.png)",
        );
        let rel = "rel=\"nofollow noopener noreferrer\"";
        let link = |to: &str, words: &str| format!("<a href=\"{to}\" {rel}>{words}</a>");
        assert_eq!(
            html,
            format!(
                "<p>{} see www.no {}. {} {}</p>",
                link("https://x.org/?a=1&amp;b=2", "a"),
                link("https://y.org/a_b_c", "https://y.org/a_b_c"),
                link("mailto:ana@x.org", "ana@x.org"),
                link("https://z.org/c.png", "cat")
            )
        );
        assert_eq!(
            text,
            "a (https://x.org/?a=1&b=2) see www.no https://y.org/a_b_c. ana@x.org cat (https://z.org/c.png)"
        );
        for target in [
            "javascript:alert(1)",
            "data:text/html,x",
            "/admin",
            "//x.org",
            "person:4711",
            "vbscript:x",
            "file:///etc",
        ] {
            let (html, _) = shown(&format!("[a](<{target}>) ![b](<{target}>)"));
            assert_eq!(html, "<p>a b</p>", "{target}");
        }
    }

    #[test]
    fn html_is_words() {
        let (html, text) = shown("<script>alert(1)</script>\n\na <b onclick=x>b</b> <!-- c -->");
        assert!(
            !html.contains("<script") && !html.contains("<b ") && !html.contains("<!"),
            "{html}"
        );
        assert_eq!(text, "<script>alert(1)</script>\n\na <b onclick=x>b</b> <!-- c -->");
    }

    #[test]
    fn a_tag_is_a_link() {
        let id = crate::items::tags::Tag::new("Rex").map(|tag| tag.id.to_string());
        let (html, text) = shown("about #Rex");
        assert_eq!(
            html,
            format!(
                "<p>about <a href=\"tag:{}\" rel=\"nofollow noopener noreferrer\">#Rex</a></p>",
                id.unwrap_or_default()
            )
        );
        assert_eq!(text, "about #Rex");
    }

    #[test]
    fn depth_ends() {
        let deep = ">".repeat(4_000) + "x";
        let (html, text) = shown(&deep);
        assert!(html.matches("<blockquote>").count() <= 16, "{html}");
        assert!(text.ends_with('x'));
        shown(&("- ".repeat(5_000) + "x"));
        shown(&"[".repeat(16_000));
        shown(&"*a ".repeat(5_000));
    }
}
