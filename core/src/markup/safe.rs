//! A text as events that can do nothing.
//!
//! No HTML of the writer's is markup: it is shown as the words it is. Links lead to `https`, `http`, `mailto` and `tel` only, and carry
//! neither credit nor a way back. Images are links: strangers are not told who reads. What has attributes passes a sanitiser as well, so
//! that a fault of the renderer stays one of looks.

use super::words::{Piece, Run, pieces, unmarked};
use super::{Called, events, person};
use ammonia::{Builder, UrlRelative};
use pulldown_cmark::{CodeBlockKind, CowStr, Event, LinkType, Tag as Block, TagEnd};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Quotes, lists and spans stand in each other this deep; what is deeper stands there too.
const MAX_DEPTH: usize = 16;

/// So many tags and handles of a text are links; more of them are words.
const MAX_LINKED: usize = 100;

/// A text as it may be shown.
pub(super) struct Page<'a> {
    pub(super) events: Vec<Event<'a>>,
    /// Whether elements have attributes.
    pub(super) careful: bool,
}

/// Reads a text for one reader.
pub(super) fn page<'a>(source: &'a str, called: impl Fn(&str) -> Option<Called>) -> Page<'a> {
    let mut writer = Writer {
        called,
        page: Page {
            events: Vec::new(),
            careful: false,
        },
        run: Run::default(),
        open: Vec::new(),
        links: 0,
        tags: 0,
        code: 0,
        ended: false,
        unsaid: 0,
    };
    for (event, range) in events(source) {
        writer.event(event, source, range.start);
    }
    writer.flush();
    writer.page
}

/// Whether a link of the writer's may lead there.
fn leads(target: &str) -> bool {
    let schemes = ["https:", "http:", "mailto:", "tel:"];
    let plain = target.chars().all(|c| !c.is_control() && !c.is_whitespace());
    let begins = |scheme: &&str| {
        let start = target.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    plain && schemes.iter().any(begins)
}

static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let tags = "a blockquote br code del em h1 h2 h3 h4 h5 h6 hr li ol p pre strong table tbody td th thead tr ul";
    let attributes = HashMap::from([
        ("a", HashSet::from(["href"])),
        ("code", HashSet::from(["class"])),
        ("ol", HashSet::from(["start"])),
    ]);
    let mut builder = Builder::empty();
    builder
        .tags(tags.split(' ').collect())
        .tag_attributes(attributes)
        .url_schemes("https http mailto tel person tag".split(' ').collect())
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("nofollow noopener noreferrer"));
    builder
});

/// Takes away whatever is not on the list of what is shown, and marks links.
pub(super) fn clean(html: &str) -> String {
    SANITISER.clean(html).to_string()
}

/// The language of a code block, where it is a word.
fn language(kind: &CodeBlockKind<'_>) -> Option<String> {
    let CodeBlockKind::Fenced(info) = kind else { return None };
    let word = info.split_whitespace().next()?;
    let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '_' | '#');
    (word.len() <= 32 && word.chars().all(letter)).then(|| word.to_owned())
}

/// A link that leads somewhere.
fn link<'a>(target: impl Into<CowStr<'a>>) -> Block<'a> {
    Block::Link {
        link_type: LinkType::Inline,
        dest_url: target.into(),
        title: CowStr::Borrowed(""),
        id: CowStr::Borrowed(""),
    }
}

/// What became of something that is open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    /// It is written.
    Written,
    /// Its words are written, it is not.
    Left,
    /// A link is written for it.
    Link,
}

struct Writer<'a, F> {
    called: F,
    page: Page<'a>,
    run: Run,
    open: Vec<Open>,
    links: usize,
    tags: usize,
    code: usize,
    /// Whether a line of the writer's HTML ended, and the next one begins a new line.
    ended: bool,
    /// How much is open of a mention, whose own words are not written.
    unsaid: usize,
}

impl<'a, F: Fn(&str) -> Option<Called>> Writer<'a, F> {
    fn event(&mut self, event: Event<'a>, source: &str, at: usize) {
        match event {
            Event::Start(_) if self.unsaid > 0 => self.unsaid += 1,
            Event::End(_) if self.unsaid > 0 => self.unsaid -= 1,
            _ if self.unsaid > 0 => {}
            Event::Text(words) if self.code > 0 => self.write(Event::Text(words)),
            Event::Text(words) => self.run.push(&words, source, at),
            Event::Html(words) | Event::InlineHtml(words) => self.html(&words),
            // A line that was ended stays ended.
            Event::SoftBreak => self.write(Event::HardBreak),
            Event::TaskListMarker(done) => {
                self.write(Event::Text(if done { "\u{2611} " } else { "\u{2610} " }.into()));
            }
            Event::Start(block) => self.start(block),
            Event::End(end) => self.end(end),
            Event::Code(_) | Event::HardBreak | Event::Rule => self.write(event),
            // Not of the dialect.
            Event::FootnoteReference(words) | Event::InlineMath(words) | Event::DisplayMath(words) => {
                self.write(Event::Text(words));
            }
        }
    }

    /// The writer's HTML, as words, line by line.
    fn html(&mut self, words: &str) {
        for line in words.trim_end_matches('\n').split('\n') {
            if self.ended {
                self.write(Event::HardBreak);
            }
            self.write(Event::Text(line.to_owned().into()));
            self.ended = true;
        }
        self.ended = words.ends_with('\n');
    }

    fn write(&mut self, event: Event<'a>) {
        self.flush();
        self.page.events.push(event);
    }

    /// Writes the run: words, tags, handles, addresses.
    fn flush(&mut self) {
        let run = self.run.take();
        if run.is_empty() {
            return;
        }
        if self.links > 0 {
            self.page.events.push(Event::Text(unmarked(&run).into()));
            return;
        }
        for piece in pieces(&run) {
            match piece {
                Piece::Words(words) => self.page.events.push(Event::Text(unmarked(words).into())),
                Piece::Tag(tag, words) if self.tags < MAX_LINKED => {
                    self.tags += 1;
                    self.link(format!("tag:{}", tag.id), words.to_owned());
                }
                Piece::Handle(name, words) if self.tags < MAX_LINKED => match (self.called)(&name) {
                    Some(called) => {
                        self.tags += 1;
                        self.link(format!("person:{}", called.person), format!("@{}", called.name));
                    }
                    None => self.page.events.push(Event::Text(words.to_owned().into())),
                },
                Piece::Tag(_, words) | Piece::Handle(_, words) => {
                    self.page.events.push(Event::Text(words.to_owned().into()))
                }
                Piece::Address(words, target) if leads(&target) => self.link(target, words.to_owned()),
                Piece::Address(words, _) => self.page.events.push(Event::Text(words.to_owned().into())),
            }
        }
    }

    fn link(&mut self, target: String, words: String) {
        self.page.careful = true;
        let link = [
            Event::Start(link(target)),
            Event::Text(words.into()),
            Event::End(TagEnd::Link),
        ];
        self.page.events.extend(link);
    }

    fn start(&mut self, block: Block<'a>) {
        if let Block::Link { dest_url, .. } = &block
            && self.links == 0
            && self.run.calls()
            && let Some(called) = person(dest_url).and_then(|named| (self.called)(&named))
        {
            // The sign belongs to the mention.
            self.run.uncall();
            self.flush();
            self.link(format!("person:{}", called.person), format!("@{}", called.name));
            self.unsaid = 1;
            return;
        }
        self.flush();
        let deep = self.open.len() >= MAX_DEPTH;
        let (open, block) = match block {
            Block::Link { dest_url, .. } | Block::Image { dest_url, .. } => {
                let written = self.links == 0 && leads(&dest_url);
                (if written { Open::Link } else { Open::Left }, link(dest_url))
            }
            Block::HtmlBlock => (Open::Written, Block::Paragraph),
            Block::CodeBlock(kind) => {
                self.code += 1;
                let word = language(&kind);
                self.page.careful |= word.is_some();
                let kind = word.map_or(CodeBlockKind::Indented, |word| CodeBlockKind::Fenced(word.into()));
                (Open::Written, Block::CodeBlock(kind))
            }
            Block::Heading { level, .. } => {
                let (id, classes, attrs) = (None, Vec::new(), Vec::new());
                let plain = Block::Heading {
                    level,
                    id,
                    classes,
                    attrs,
                };
                (Open::Written, plain)
            }
            block @ (Block::Table(_) | Block::TableHead | Block::TableRow | Block::TableCell) => {
                self.page.careful = true;
                (Open::Written, block)
            }
            block if deep => (Open::Left, block),
            block => (Open::Written, block),
        };
        match open {
            Open::Written => self.page.events.push(Event::Start(block)),
            Open::Link => {
                (self.links, self.page.careful) = (1, true);
                self.page.events.push(Event::Start(block));
            }
            Open::Left => {}
        }
        self.open.push(open);
    }

    fn end(&mut self, end: TagEnd) {
        self.flush();
        self.ended = false;
        if end == TagEnd::CodeBlock {
            self.code = self.code.saturating_sub(1);
        }
        match (self.open.pop(), end) {
            (Some(Open::Link), _) => {
                self.links = 0;
                self.page.events.push(Event::End(TagEnd::Link));
            }
            (Some(Open::Written), TagEnd::HtmlBlock) => self.page.events.push(Event::End(TagEnd::Paragraph)),
            (Some(Open::Written), end) => self.page.events.push(Event::End(end)),
            _ => {}
        }
    }
}
