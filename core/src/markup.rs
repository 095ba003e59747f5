//! CommonMark: what stands in a text that people wrote.

use crate::ids::TagId;
use crate::items::tags::{self, MAX_TAGS, Tag};
use pulldown_cmark::{Event, Options, Parser, Tag as Block, TagEnd};
use std::collections::HashSet;

/// The dialect: CommonMark 0.31 with tables, struck words and task lists.
fn dialect() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS
}

/// The tags of a text, each once, in the order of the text; at most [`MAX_TAGS`]. None in code, in links, and none that is
/// escaped (`\#`).
pub(crate) fn tags(source: &str) -> Vec<Tag> {
    if !source.contains('#') {
        return Vec::new();
    }
    let mut seen: HashSet<TagId> = HashSet::new();
    let mut found: Vec<Tag> = runs(source)
        .iter()
        .flat_map(|words| tags::in_words(words))
        .filter(|tag| seen.insert(tag.id))
        .collect();
    found.truncate(MAX_TAGS);
    found
}

/// The words of a text in runs that no markup parts, without code and links. `\0` stands before a character that was escaped.
fn runs(source: &str) -> Vec<String> {
    let (mut runs, mut run, mut apart) = (Vec::new(), String::new(), 0_usize);
    for (event, range) in Parser::new_ext(source, dialect()).into_offset_iter() {
        match event {
            Event::Text(words) if apart == 0 => {
                if range.start.checked_sub(1).and_then(|at| source.as_bytes().get(at)) == Some(&b'\\') {
                    run.push('\0');
                }
                run.push_str(&words);
            }
            Event::Start(Block::Link { .. } | Block::Image { .. } | Block::CodeBlock(_)) => {
                apart += 1;
                runs.push(std::mem::take(&mut run));
            }
            Event::End(TagEnd::Link | TagEnd::Image | TagEnd::CodeBlock) => apart = apart.saturating_sub(1),
            Event::Text(_) => {}
            _ => runs.push(std::mem::take(&mut run)),
        }
    }
    runs.push(run);
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_those_of_the_words() {
        let found = |text: &str| tags(text).into_iter().map(|tag| tag.name).collect::<Vec<_>>();
        assert_eq!(
            found("# Title\n\nWe met #Rex and *#rex* and #a_b_c, #other."),
            ["Rex", "a_b_c", "other"]
        );
        assert_eq!(
            found("`#code` [#link](http://x/#y) \\#escaped\n\n    #indented\n\n```\n#fenced\n```\n<b id=#raw>"),
            Vec::<String>::new()
        );
        let many: String = (0..30).map(|n| format!("#t{n} ")).collect();
        assert_eq!(found(&many).len(), MAX_TAGS);
    }
}
