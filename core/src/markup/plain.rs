//! A text as plain words: for mails, notices, search, and whoever has no screen for markup.

use pulldown_cmark::{Event, Tag as Block, TagEnd};

/// The words of what is shown, line by line; a link is followed by where it leads, where its words do not say so.
pub(super) fn text(events: &[Event<'_>]) -> String {
    let mut page = Plain::default();
    for event in events {
        page.event(event);
    }
    page.text.truncate(page.text.trim_end().len());
    page.text
}

#[derive(Default)]
struct Plain {
    text: String,
    /// Line ends to write before the next words.
    ends: usize,
    /// What begins each line: quotes and list items that are open.
    margins: Vec<String>,
    /// The mark of a list item whose words have not begun.
    bullet: Option<String>,
    lists: Vec<Option<u64>>,
    links: Vec<(String, usize)>,
    cells: usize,
}

impl Plain {
    fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Text(words) | Event::Code(words) => {
                let mut lines = words.split('\n');
                self.words(lines.next().unwrap_or_default());
                for line in lines {
                    self.ends += 1;
                    self.words(line);
                }
            }
            Event::SoftBreak | Event::HardBreak => self.ends = self.ends.max(1),
            Event::Rule => {
                self.words("---");
                self.apart(2);
            }
            Event::Start(block) => self.start(block),
            Event::End(end) => self.end(*end),
            _ => {}
        }
    }

    /// Words of one line.
    fn words(&mut self, words: &str) {
        if words.is_empty() {
            return;
        }
        if self.text.is_empty() {
            self.ends = 0;
        }
        if self.ends > 0 || self.text.is_empty() {
            for _ in 0..self.ends {
                self.text.push('\n');
            }
            let last = self.margins.len().saturating_sub(usize::from(self.bullet.is_some()));
            self.text.extend(self.margins.iter().take(last).map(String::as_str));
            self.text.push_str(&self.bullet.take().unwrap_or_default());
            self.ends = 0;
        }
        self.text.push_str(words);
    }

    fn apart(&mut self, ends: usize) {
        self.ends = self.ends.max(ends);
    }

    fn start(&mut self, block: &Block<'_>) {
        match block {
            Block::List(first) => {
                self.apart(1);
                self.lists.push(*first);
            }
            Block::Item => {
                self.apart(1);
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        let mark = format!("{number}. ");
                        *number = number.saturating_add(1);
                        mark
                    }
                    _ => "- ".to_owned(),
                };
                self.margins.push("  ".to_owned());
                self.bullet = Some(mark);
            }
            Block::BlockQuote(_) => self.margins.push("> ".to_owned()),
            Block::Link { dest_url, .. } => self.links.push((dest_url.to_string(), self.text.len())),
            Block::TableCell => {
                if self.cells > 0 {
                    self.text.push('\t');
                }
                self.cells += 1;
            }
            _ => {}
        }
    }

    fn end(&mut self, end: TagEnd) {
        match end {
            TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Table => self.apart(2),
            TagEnd::CodeBlock => self.ends = 2,
            TagEnd::List(_) => {
                self.lists.pop();
                self.apart(if self.lists.is_empty() { 2 } else { 1 });
            }
            TagEnd::Item => {
                self.margins.pop();
                self.bullet = None;
                self.apart(1);
            }
            TagEnd::BlockQuote(_) => {
                self.margins.pop();
                self.apart(2);
            }
            TagEnd::TableRow | TagEnd::TableHead => {
                self.cells = 0;
                self.apart(1);
            }
            TagEnd::Link => {
                if let Some((target, from)) = self.links.pop() {
                    let words = self.text.get(from..).unwrap_or_default();
                    let bare = target.strip_prefix("mailto:").unwrap_or(&target);
                    let said = words.contains(bare) || target.starts_with("person:") || target.starts_with("tag:");
                    if !said {
                        self.text.push_str(&format!(" ({target})"));
                    }
                }
            }
            _ => {}
        }
    }
}
