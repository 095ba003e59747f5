//! Reads that are relations of their own: common table expressions that other reads take keys from.

use crate::dialect::{NETWORK, quoted};
use crate::plan::At;
use crate::shape::GivenSlots;
use crate::text::{Fact, Writer, order_by, until_sign};
use parvis::store::{Dir, Field, Kind, Range, Read};

/// A relation that costs at most this many others to work out again is not kept in a temporary table.
const CHEAP: usize = 8;

impl Writer<'_> {
    /// Appends the relation of a read, where it is one, and what it is made of.
    pub(crate) fn relation(&self, read: usize, with: &mut Vec<String>) {
        let (Some(fact), Some(asked)) = (self.fact(read), self.reads.get(read)) else {
            return;
        };
        if !fact.planned.relation {
            return;
        }
        let body = match asked {
            _ if self.keyless(fact) => {
                let from = self.dialect.from(&fact.name(), None, "x");
                format!("select {} from {from} where 1=0", fact.columns("x"))
            }
            Read::Get { .. } => self.got(read, fact),
            Read::Scan(range) => self.scanned(read, fact, range),
            Read::Merge(range) => self.merged(read, fact, range, with),
            Read::Walk { next, depth, .. } => self.walked(read, fact, next, *depth, with),
        };
        let kept = if self.uses(read) < 2 {
            ""
        } else if self.cost(read) <= CHEAP {
            "not materialized "
        } else {
            "materialized "
        };
        with.push(format!("r{read}({}) as {kept}({body})", fact.names().join(",")));
    }

    fn keyless(&self, fact: &Fact<'_>) -> bool {
        fact.planned.computed.is_empty() && fact.slots.given == GivenSlots::Single(Vec::new())
    }

    /// Whether there is at most one key, whatever is stored.
    fn one_key(&self, fact: &Fact<'_>) -> bool {
        match (&fact.slots.given, fact.planned.computed.as_slice()) {
            (GivenSlots::Single(keys), []) => keys.len() <= 1,
            (GivenSlots::Single(keys), [(of, _)]) => {
                keys.is_empty() && self.fact(*of).is_some_and(|of| of.planned.single)
            }
            _ => false,
        }
    }

    /// How often the text names the relation.
    fn uses(&self, read: usize) -> usize {
        let named = |fact: &Fact<'_>| {
            let keys = fact
                .planned
                .computed
                .iter()
                .filter(|(of, _)| *of == read && fact.planned.relation);
            let only = fact.planned.computed.iter().flat_map(|(_, pieces)| pieces);
            keys.count()
                + only
                    .filter(|piece| matches!(piece, crate::plan::Piece::Only(of, _) if *of == read))
                    .count()
        };
        1 + self.facts.iter().map(named).sum::<usize>()
    }

    /// How many relations are worked out to work this one out, those in temporary tables aside.
    fn cost(&self, read: usize) -> usize {
        let (Some(fact), Some(asked)) = (self.fact(read), self.reads.get(read)) else {
            return 0;
        };
        let dear = matches!(asked, Read::Merge(_) | Read::Walk { .. }) || !self.one_key(fact);
        let of = fact.planned.computed.iter().map(|(of, _)| match self.cost(*of) {
            kept if kept > CHEAP => 1,
            cost => cost,
        });
        if dear { CHEAP + 1 } else { 1 + of.sum::<usize>() }
    }

    /// The keys of a read as a relation with the columns `p0, p1, ..`; each once where `distinct`.
    pub(crate) fn keys(&self, read: usize, fact: &Fact<'_>, distinct: bool) -> String {
        let select = |word: &str, parts: &[String]| {
            let parts: Vec<String> = parts
                .iter()
                .enumerate()
                .map(|(at, part)| format!("{part} p{at}"))
                .collect();
            let parts = if parts.is_empty() {
                "1 p".to_owned()
            } else {
                parts.join(",")
            };
            format!("select {word}{parts}")
        };
        let mut branches = Vec::new();
        let several = !self.one_key(fact);
        let word = if distinct && several { "distinct " } else { "" };
        match &fact.slots.given {
            GivenSlots::Single(keys) => {
                branches.extend(keys.iter().map(|slots| select("", &self.given(fact, slots))));
            }
            GivenSlots::List(slot, _) => {
                let from = self.dialect.list(*slot, "j", &self.kinds(fact));
                branches.push(format!("{} from {from}", select(word, &self.listed(fact, "j"))));
            }
        }
        for (number, (of, _)) in fact.planned.computed.iter().enumerate() {
            let parts = self.pieces(read, number, "q");
            let present: Vec<String> = parts.iter().map(|part| format!("{part} is not null")).collect();
            let present = if present.is_empty() {
                String::new()
            } else {
                format!(" where {}", present.join(" and "))
            };
            branches.push(format!("{} from r{of} q{present}", select(word, &parts)));
        }
        branches.join(if distinct { " union " } else { " union all " })
    }

    /// Names of the parts of the keys that [`Writer::keys`] gives.
    pub(crate) fn key_parts(&self, fact: &Fact<'_>, alias: &str) -> Vec<String> {
        (0..fact.prefix()).map(|at| format!("{alias}.p{at}")).collect()
    }

    pub(crate) fn from(&self, fact: &Fact<'_>, alias: &str) -> String {
        self.dialect.from(&fact.name(), fact.index().as_deref(), alias)
    }

    fn got(&self, read: usize, fact: &Fact<'_>) -> String {
        if let (GivenSlots::Single(keys), []) = (&fact.slots.given, fact.planned.computed.as_slice())
            && let [slots] = keys.as_slice()
        {
            let found = self.beginning(fact, "x", &self.given(fact, slots));
            return format!(
                "select {} from {} where {found}",
                fact.columns("x"),
                self.from(fact, "x")
            );
        }
        let keys = self.keys(read, fact, true);
        format!(
            "select {} from ({keys}) g {} {} on {}",
            fact.columns("x"),
            self.dialect.join(),
            self.from(fact, "x"),
            self.beginning(fact, "x", &self.key_parts(fact, "g")),
        )
    }

    fn scanned(&self, read: usize, fact: &Fact<'_>, range: &Range) -> String {
        if let (GivenSlots::Single(keys), []) = (&fact.slots.given, fact.planned.computed.as_slice())
            && let [slots] = keys.as_slice()
        {
            return self.range(read, range, "x", &self.given(fact, slots));
        }
        let keys = self.keys(read, fact, true);
        let parts = self.key_parts(fact, "g");
        let limit = self.dialect.count(fact.slots.limit);
        let found = format!(
            "from ({keys}) g {} {} on {}",
            self.dialect.join(),
            self.from(fact, "x"),
            self.beginning(fact, "x", &parts),
        );
        let rest = self.rest(fact, "x");
        if self.one_key(fact) {
            let (bounds, order) = (self.bounds(fact, range, "x"), order_by(&rest, range.dir));
            return format!("select {} {found}{bounds}{order} limit {limit}", fact.columns("x"));
        }
        if self.dialect.lateral() {
            return self.scanned_laterally(read, fact, range);
        }
        // Each prefix has its own limit: the rows up to the one that the limit reaches, then exactly as many.
        let within = self.within(fact, range, &parts, None);
        let places: Vec<String> = (0..parts.len()).map(|at| format!("_p{at}")).collect();
        let place = |(part, name): (&String, &String)| format!(",{part} {name}");
        let prefix: String = parts.iter().zip(&places).map(place).collect();
        let window = format!(
            "row_number() over (partition by {} {})",
            if parts.is_empty() {
                "1".to_owned()
            } else {
                parts.join(",")
            },
            order_by(&rest, range.dir).trim_start()
        );
        let mut order = places;
        order.push("_n".to_owned());
        format!(
            "select {} from (select {}{prefix},{window} _n {found}{within}) x where x._n<={limit}{} limit {}",
            fact.columns("x"),
            fact.columns("x"),
            order_by(&order, Dir::Up),
            self.dialect.unlimited(),
        )
    }

    /// The condition that keeps to the rows of a prefix that lie within the bounds, that its own limit can reach, and that
    /// are not beyond `threshold`.
    fn within(&self, fact: &Fact<'_>, range: &Range, parts: &[String], threshold: Option<&str>) -> String {
        let first = |alias| self.rest(fact, alias).into_iter().next();
        let (Some(mine), Some(yours), Some(field)) = (first("x"), first("y"), fact.order.get(fact.prefix())) else {
            return String::new();
        };
        let (nearer, none) = match range.dir {
            Dir::Up => ("min", self.dialect.highest(field)),
            Dir::Down => ("max", self.dialect.lowest(field)),
        };
        let end = fact.slots.to.first().map(|slot| self.dialect.bound(field, *slot));
        let end = match (threshold, end) {
            (Some(threshold), Some(end)) => Some(self.dialect.extreme(nearer, threshold, &end)),
            (Some(threshold), None) => Some(threshold.to_owned()),
            (None, end) => end,
        };
        let sign = until_sign(range.dir);
        let near = end
            .as_ref()
            .map_or_else(String::new, |end| format!(" and {yours}{sign}{end}"));
        format!(
            "{} and {mine}{sign}coalesce((select {yours} from {} where {}{}{near}{}{} limit 1 offset {}-1),{}){}",
            self.begun(fact, range, "x"),
            self.from(fact, "y"),
            self.beginning(fact, "y", parts),
            self.begun(fact, range, "y"),
            self.ended(fact, range, "y"),
            order_by(std::slice::from_ref(&yours), range.dir),
            self.dialect.count(fact.slots.limit),
            end.unwrap_or(none),
            self.ended(fact, range, "x"),
        )
    }

    /// The heads of all ranges give a threshold: the `limit`-th different one. What lies beyond it cannot be in the answer,
    /// so only ranges that begin before it are opened, each up to the threshold or its own `limit`-th row.
    fn merged(&self, read: usize, fact: &Fact<'_>, range: &Range, with: &mut Vec<String>) -> String {
        if self.one_key(fact) {
            return self.scanned(read, fact, range);
        }
        let limit = self.dialect.count(fact.slots.limit);
        let rest = self.rest(fact, "x");
        let (Some(first), Some(field)) = (rest.first(), fact.order.get(fact.prefix())) else {
            // Nothing follows the prefix: all rows are equal there.
            let keys = self.keys(read, fact, true);
            let parts = self.key_parts(fact, "g");
            let one = self.dialect.pick(&format!("{limit}>0"), "1", "0");
            return format!(
                "select {} from ({keys}) g {} {} on {}{} limit {one}",
                fact.columns("x"),
                self.dialect.join(),
                self.from(fact, "x"),
                self.beginning(fact, "x", &parts),
                order_by(&parts, Dir::Up),
            );
        };
        if self.dialect.lateral() {
            return self.merged_laterally(read, fact, range, with);
        }
        let sign = until_sign(range.dir);
        let parts = self.key_parts(fact, "g");
        let name = |at: usize| format!("p{at}");
        let names: String = (0..parts.len()).map(|at| name(at) + ",").collect();
        let values: String = parts.iter().map(|part| format!("{part},")).collect();
        with.push(format!(
            "h{read}({names}o,h) as materialized (select {values}{},(select {first} from {} where {}{}{} limit 1) from ({}) g)",
            self.smaller(fact, &parts),
            self.from(fact, "x"),
            self.beginning(fact, "x", &parts),
            self.bounds(fact, range, "x"),
            order_by(std::slice::from_ref(first), range.dir),
            self.keys(read, fact, false),
        ));
        let threshold = self.threshold(read, fact, range, field);
        let parts = self.key_parts(fact, "g");
        let opened = format!(
            "from ({threshold}) t cross join h{read} g cross join {} on {}{} where g.h{sign}t.t",
            self.from(fact, "x"),
            self.beginning(fact, "x", &parts),
            self.within(fact, range, &parts, Some("t.t")),
        );
        // With `min` the other columns are those of the row that has it: the one with the smallest prefix.
        format!(
            "select {} from (select {},min(g.o) {opened} group by {}{} limit {limit}) x",
            fact.columns("x"),
            fact.columns("x"),
            rest.join(","),
            order_by(&rest, range.dir),
        )
    }

    /// The `limit`-th different head, or what lies behind all heads.
    pub(crate) fn threshold(&self, read: usize, fact: &Fact<'_>, range: &Range, first: &Field) -> String {
        let end = match range.dir {
            Dir::Up => self.dialect.highest(first),
            Dir::Down => self.dialect.lowest(first),
        };
        format!(
            "select coalesce((select h from h{read} where h is not null group by h{} limit 1 offset {}-1),{end}) t",
            order_by(&["h".to_owned()], range.dir),
            self.dialect.count(fact.slots.limit),
        )
    }

    /// A text that is smaller for a smaller prefix.
    fn smaller(&self, fact: &Fact<'_>, parts: &[String]) -> String {
        let part = |(field, part): (&&Field, &String)| self.dialect.text(field, part);
        let texts: Vec<String> = fact.order.iter().zip(parts).map(part).collect();
        if texts.is_empty() {
            "''".to_owned()
        } else {
            texts.join("||")
        }
    }

    fn walked(&self, read: usize, fact: &Fact<'_>, next: &str, depth: u8, with: &mut Vec<String>) -> String {
        let key: Vec<String> = fact.table.key.iter().map(|part| quoted(part.name)).collect();
        let of = |alias: &str| {
            key.iter()
                .map(|part| format!("{alias}.{part}"))
                .collect::<Vec<_>>()
                .join(",")
        };
        let step = crate::plan::at(fact.table, next).map(|at: At| self.part(fact, at, "x"));
        let step = match (step, fact.order.first()) {
            (Some(step), Some(field)) => self.dialect.present(field, &step),
            _ => "null".to_owned(),
        };
        let (from, join) = (self.from(fact, "x"), self.dialect.join());
        let start = self.beginning(fact, "x", &self.key_parts(fact, "g"));
        let up = self.beginning(fact, "x", &["g._next".to_owned()]);
        with.push(format!(
            "w{read}({},_next,_step) as (select {},{step},1 from ({}) g {join} {from} on {start} \
             union select {},{step},g._step+1 from w{read} g {join} {from} on {up} where g._step<{depth})",
            key.join(","),
            of("x"),
            self.keys(read, fact, false),
            of("x"),
        ));
        let same = |field: &Field| {
            format!(
                " and {}={}",
                self.ordered(fact, field, "x"),
                self.ordered(fact, field, "g")
            )
        };
        let same: String = fact.table.key.iter().map(same).collect();
        format!(
            "select {} from (select distinct {} from w{read} g) g {join} {} on x.{NETWORK}={}{same}",
            fact.columns("x"),
            of("g"),
            self.dialect.from(&fact.name(), None, "x"),
            self.dialect.param(Kind::Int, 1),
        )
    }
}
