//! Relations of several ranges on engines that join laterally: each range is a subquery of its own, with its own limit.

use crate::text::{Fact, Writer, order_by, until_sign};
use parvis::store::{Dir, Range};

impl Writer<'_> {
    /// One range of the prefix `g`, called `x` outside; `_o0, _o1, ..` is its order.
    fn opened(&self, fact: &Fact<'_>, range: &Range, more: &str) -> String {
        let rest = self.rest(fact, "z");
        let order: Vec<String> = rest
            .iter()
            .enumerate()
            .map(|(at, part)| format!(",{part} _o{at}"))
            .collect();
        format!(
            "(select {}{} from {} where {}{}{more}{} limit {}) x",
            fact.columns("z"),
            order.concat(),
            self.from(fact, "z"),
            self.beginning(fact, "z", &self.key_parts(fact, "g")),
            self.bounds(fact, range, "z"),
            order_by(&rest, range.dir),
            self.dialect.count(fact.slots.limit),
        )
    }

    /// Each prefix with its own limit.
    pub(crate) fn scanned_laterally(&self, read: usize, fact: &Fact<'_>, range: &Range) -> String {
        let order = [
            order_by(&self.key_parts(fact, "g"), Dir::Up),
            order_by(&places(fact), range.dir),
        ];
        format!(
            "select {} from ({}) g join lateral {} on true{}",
            fact.columns("x"),
            self.keys(read, fact, true),
            self.opened(fact, range, ""),
            joined(order),
        )
    }

    /// The ranges as one order, of rows that are equal there the one with the smallest prefix. Ranges are opened up to the
    /// `limit`-th different head.
    pub(crate) fn merged_laterally(
        &self,
        read: usize,
        fact: &Fact<'_>,
        range: &Range,
        with: &mut Vec<String>,
    ) -> String {
        let sign = until_sign(range.dir);
        let (parts, rest) = (self.key_parts(fact, "g"), self.rest(fact, "z"));
        let (Some(first), Some(field)) = (rest.first(), fact.order.get(fact.prefix())) else {
            return String::new();
        };
        let names: String = (0..parts.len()).map(|at| format!("p{at},")).collect();
        let values: String = parts.iter().map(|part| format!("{part},")).collect();
        with.push(format!(
            "h{read}({names}h) as materialized (select {values}f.h from ({}) g join lateral \
             (select {first} h from {} where {}{}{} limit 1) f on true)",
            self.keys(read, fact, true),
            self.from(fact, "z"),
            self.beginning(fact, "z", &parts),
            self.bounds(fact, range, "z"),
            order_by(std::slice::from_ref(first), range.dir),
        ));
        let order = [order_by(&places(fact), range.dir), order_by(&parts, Dir::Up)];
        format!(
            "select {} from (select distinct on ({}) {} from ({}) t join h{read} g on g.h{sign}t.t \
             join lateral {} on true{} limit {}) x",
            fact.columns("x"),
            places(fact).join(","),
            fact.columns("x"),
            self.threshold(read, fact, range, field),
            self.opened(fact, range, &format!(" and {first}{sign}t.t")),
            joined(order),
            self.dialect.count(fact.slots.limit),
        )
    }
}

/// What follows the prefix, as [`Writer::opened`] calls it.
fn places(fact: &Fact<'_>) -> Vec<String> {
    let rest = fact.order.len().saturating_sub(fact.prefix());
    (0..rest).map(|at| format!("x._o{at}")).collect()
}

/// One `order by` behind the other.
fn joined([first, second]: [String; 2]) -> String {
    if first.is_empty() {
        second
    } else {
        first + &second.replacen(" order by ", ",", 1)
    }
}
