//! In: patterns as [`Step`]s, each with a number, and a rule that turns the set of patterns that
//! match into an answer. Out: automata that find the answer in one walk over the digits.
//! Built by the build script or for a loaded plan; walked by the library.
//!
//! **Derivation.** All patterns of a calling code run side by side. A *state* is the set of steps
//! they may be at (subset construction) together with the number of digits read, because answers
//! depend on the length too. A node carries the finished answer for a number that ends there, so
//! priorities between regions and kinds are settled when the automaton is built. No digit past
//! [`DEPTH`] is told from another, so states form no cycle, and equal nodes are made one from the
//! leaves up: the automaton is the smallest there is.
//!
//! **Tails.** Below many nodes the digits no longer matter, only how many there are. Such a node is
//! a *tail*: a row of answers, by the length of the number. A number that ends before leads to a
//! tail too, so every walk ends at one.
//!
//! **The walk.** Where it ends cannot be foretold, and a processor that guesses wrong loses more
//! time than a few steps take. So a walk takes its first steps in any case: each tail is a node as
//! well, of which every step leads to itself. Hardly any walk is longer.

use super::digits::Digits;
use super::pattern::{NATIONAL_DIGITS_MAX, Step};
use std::collections::HashMap;

/// An answer of an automaton; its builder decides what the bits mean.
pub(super) type Answer = u16;

/// An index into the nodes. The first nodes are the tails, in their order.
pub(super) type NodeRef = u16;

/// The digits that an automaton tells apart: one more than anything matches.
pub(super) const DEPTH: usize = NATIONAL_DIGITS_MAX + 1;

/// A node: where each of the ten digits leads, then where the end of the number leads. Sixteen
/// places make a node half a cache line, and four bits can name no other place.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
pub(super) struct Node(pub(super) [NodeRef; 16]);

/// The place of the end of the number.
const END: usize = 10;

/// The answer by the length of the number; those past [`DEPTH`] are answered as `DEPTH` is.
pub(super) type Tail = [Answer; DEPTH + 1];

/// The steps that every walk takes.
const STEPS_SURE: usize = 4;

/// Walks from a root along the digits to their answer.
#[inline(always)]
pub(super) fn walk(nodes: &[Node], tails: &[Tail], root: NodeRef, digits: Digits) -> Answer {
    let marked = digits.marked(END as u64);
    let mut at = root;
    for place in 0..STEPS_SURE {
        at = nodes[usize::from(at)].0[(marked >> (60 - 4 * place)) as usize & 15];
    }
    match tails.get(usize::from(at)) {
        Some(tail) => tail[digits.len().min(DEPTH)],
        None => walk_on(nodes, tails, at, digits),
    }
}

/// Walks the rest of the way.
#[cold]
#[inline(never)]
fn walk_on(nodes: &[Node], tails: &[Tail], mut at: NodeRef, digits: Digits) -> Answer {
    let mut place = STEPS_SURE;
    loop {
        if let Some(tail) = tails.get(usize::from(at)) {
            return tail[digits.len().min(DEPTH)];
        }
        at = nodes[usize::from(at)].0[digits.get(place).map_or(END, usize::from)];
        place += 1;
    }
}

/// Builds automata that share their nodes.
#[derive(Default)]
pub(super) struct Builder {
    drafts: Vec<Draft>,
    indices: HashMap<Draft, u32>,
}

/// A node while it is built. Nodes know those they lead to, so they are made from the leaves up.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Draft {
    /// Where the digits lead, and the end of the number.
    Node([u32; END + 1]),
    Tail(Box<Tail>),
}

/// The states of one automaton that have their node already.
struct Run<'b> {
    steps: &'b [Step],
    answer: &'b dyn Fn(&[u16], usize) -> Answer,
    built: HashMap<(Vec<u16>, usize), u32>,
}

impl Run<'_> {
    /// Where a digit leads from a state.
    fn after(&self, state: &[u16], digit: usize) -> Vec<u16> {
        let steps = state.iter().map(|&step| self.steps[usize::from(step)]);
        steps
            .filter_map(|step| match step {
                Step::Digit(set, next) if set >> digit & 1 == 1 => Some(next),
                _ => None,
            })
            .collect()
    }

    /// The numbers of the patterns that match in a state, in order.
    fn accepted(&self, state: &[u16]) -> Vec<u16> {
        let steps = state.iter().map(|&step| self.steps[usize::from(step)]);
        let mut numbers: Vec<u16> = steps
            .filter_map(|step| match step {
                Step::Accept(number) => Some(number),
                _ => None,
            })
            .collect();
        numbers.sort_unstable();
        numbers
    }
}

impl Builder {
    /// Builds the automaton of the patterns that begin at `entries`. `answer` is given the
    /// numbers of the patterns that match, in order, and the number of digits they matched.
    pub(super) fn build(
        &mut self,
        steps: &[Step],
        entries: &[u16],
        answer: &dyn Fn(&[u16], usize) -> Answer,
    ) -> Root {
        let mut run = Run { steps, answer, built: HashMap::new() };
        Root(self.state(&mut run, settle(steps, entries), 0))
    }

    fn state(&mut self, run: &mut Run, state: Vec<u16>, read: usize) -> u32 {
        if state.is_empty() {
            let tail = std::array::from_fn(|length| (run.answer)(&[], length));
            return self.intern(Draft::Tail(Box::new(tail)));
        }
        let key = (state, read);
        if let Some(&index) = run.built.get(&key) {
            return index;
        }
        let mut next = [0; 10];
        for (digit, next) in next.iter_mut().enumerate() {
            let moved: Vec<u16> = if read < DEPTH { run.after(&key.0, digit) } else { Vec::new() };
            *next = self.state(run, settle(run.steps, &moved), read + 1);
        }
        let answer = (run.answer)(&run.accepted(&key.0), read);
        let index = self.join(next, answer, read);
        run.built.insert(key, index);
        index
    }

    /// A node; or a tail, where every digit leads to the same tail. `answer` is for a number that
    /// ends here, with so many digits.
    fn join(&mut self, next: [u32; 10], answer: Answer, digits: usize) -> u32 {
        if next.iter().all(|&index| index == next[0])
            && let Draft::Tail(below) = &self.drafts[next[0] as usize]
        {
            let mut tail = below.clone();
            tail[digits] = answer;
            return self.intern(Draft::Tail(tail));
        }
        let mut places = [self.constant(answer).0; END + 1];
        places[..END].copy_from_slice(&next);
        self.intern(Draft::Node(places))
    }

    /// An automaton that gives one answer to every number.
    pub(super) fn constant(&mut self, answer: Answer) -> Root {
        Root(self.intern(Draft::Tail(Box::new([answer; DEPTH + 1]))))
    }

    /// An automaton that goes on as one of ten after its digit, the last of `digits` and one; the
    /// answer is for a number of `digits`, which ends before.
    pub(super) fn node(&mut self, next: &[Root; 10], answer: Answer, digits: usize) -> Root {
        Root(self.join(next.map(|root| root.0), answer, digits))
    }

    fn intern(&mut self, draft: Draft) -> u32 {
        let drafts = &mut self.drafts;
        *self.indices.entry(draft).or_insert_with_key(|draft| {
            drafts.push(draft.clone());
            drafts.len() as u32 - 1
        })
    }

    /// Lays out what these roots reach, and gives each root its reference. A node is followed by
    /// what its lowest digit leads to, so that a walk often finds its next node near.
    pub(super) fn finish(self, roots: &[Root]) -> Result<Layout, &'static str> {
        let roots: Vec<u32> = roots.iter().map(|root| root.0).collect();
        let (mut tails, mut nodes) = (Vec::new(), Vec::new());
        let mut reached = vec![false; self.drafts.len()];
        let mut pending: Vec<u32> = roots.iter().rev().copied().collect();
        while let Some(index) = pending.pop() {
            if std::mem::replace(&mut reached[index as usize], true) {
                continue;
            }
            match &self.drafts[index as usize] {
                Draft::Tail(tail) => tails.push((index, **tail)),
                Draft::Node(next) => {
                    nodes.push((index, next));
                    pending.extend(next.iter().rev());
                }
            }
        }
        let order = tails.iter().map(|(index, _)| *index).chain(nodes.iter().map(|node| node.0));
        let mut references = vec![0; self.drafts.len()];
        for (place, index) in order.enumerate() {
            let place = NodeRef::try_from(place).map_err(|_| "too many nodes")?;
            references[index as usize] = place;
        }
        let reference = |index: u32| references[index as usize];
        let loops = tails.iter().map(|(index, _)| Node([reference(*index); 16]));
        let others = nodes.iter().map(|(_, next)| {
            let mut node = Node([0; 16]);
            node.0[..=END].copy_from_slice(&next.map(reference));
            node
        });
        Ok(Layout {
            nodes: loops.chain(others).collect(),
            roots: roots.into_iter().map(reference).collect(),
            tails: tails.into_iter().map(|(_, tail)| tail).collect(),
        })
    }
}

/// The root of an automaton that was built and is not laid out yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Root(u32);

/// Automata, ready to walk.
pub(super) struct Layout {
    /// The nodes of all automata, after one for each tail.
    pub(super) nodes: Vec<Node>,
    /// The tails of all automata.
    pub(super) tails: Vec<Tail>,
    /// The root of each automaton, in the order in which they were asked for.
    pub(super) roots: Vec<NodeRef>,
}

/// The steps that wait for a digit or accept, reached from `entries` without a digit; in order.
pub(super) fn settle(steps: &[Step], entries: &[u16]) -> Vec<u16> {
    let mut settled = Vec::new();
    let mut pending = entries.to_vec();
    while let Some(step) = pending.pop() {
        match steps[usize::from(step)] {
            Step::Digit(..) | Step::Accept(_) => settled.push(step),
            Step::Either(first, second) => pending.extend([first, second]),
            Step::Mark(_, next) | Step::End(next) => pending.push(next),
        }
    }
    settled.sort_unstable();
    settled.dedup();
    settled
}

/// Texts of digits which together take every transition of the automaton at `root`, and in each
/// tail every length, up to `digits_max`, at which the answer changes. For tests.
pub(super) fn transitions(
    nodes: &[Node],
    tails: &[Tail],
    root: NodeRef,
    digits_max: usize,
) -> Vec<String> {
    let mut found = Vec::new();
    let mut paths = HashMap::from([(root, String::new())]);
    let mut order = vec![root];
    let mut visited = 0;
    // Digits that complete a path do not matter where a tail begins; elsewhere they should vary.
    let filler = |length: usize, salt: usize| {
        (0..length).map(move |place| char::from(b'0' + ((salt * 7 + place * 3 + 1) % 10) as u8))
    };
    while visited < order.len() {
        let at = order[visited];
        visited += 1;
        let path = paths[&at].clone();
        if let Some(tail) = tails.get(usize::from(at)) {
            tail_lengths(tail, path.len(), digits_max)
                .for_each(|more| found.push(path.chars().chain(filler(more, 0)).collect()));
            continue;
        }
        let node = nodes[usize::from(at)];
        found.push(path.clone());
        for (digit, &next) in node.0[..END].iter().enumerate().filter(|_| path.len() < digits_max) {
            let longer = format!("{path}{digit}");
            let left = digits_max - longer.len();
            if let Some(tail) = tails.get(usize::from(next)) {
                tail_lengths(tail, longer.len(), digits_max)
                    .map(|more| longer.chars().chain(filler(more, digit)).collect())
                    .for_each(|text| found.push(text));
            } else {
                found.push(longer.chars().chain(filler(found.len() % (left + 1), digit)).collect());
                paths.entry(next).or_insert_with(|| {
                    order.push(next);
                    longer
                });
            }
        }
    }
    found
}

/// How many digits can follow the first `read`, up to `digits_max` in all, where the answer of a
/// tail differs from that of one digit less.
fn tail_lengths(tail: &Tail, read: usize, digits_max: usize) -> impl Iterator<Item = usize> {
    let lengths = read..=digits_max.min(DEPTH);
    lengths
        .filter(move |&length| length == read || tail[length] != tail[length - 1])
        .map(move |length| length - read)
}

#[cfg(test)]
mod tests {
    use super::super::pattern::{Pattern, push};
    use super::*;

    /// An automaton whose answer has a bit for each pattern that matches.
    fn automaton(patterns: &[&str]) -> Layout {
        let mut steps = Vec::new();
        let entries: Vec<u16> = (0..)
            .zip(patterns)
            .map(|(number, pattern)| {
                let accept = push(&mut steps, Step::Accept(number)).unwrap();
                let pattern = Pattern::parse(pattern).unwrap();
                pattern.emit(&mut steps, accept).unwrap()
            })
            .collect();
        let mut builder = Builder::default();
        let bits = |matched: &[u16], _| matched.iter().fold(0, |bits, number| bits | 1 << number);
        let root = builder.build(&steps, &entries, &bits);
        builder.finish(&[root]).unwrap()
    }

    fn ask(layout: &Layout, digits: &str) -> Answer {
        walk(&layout.nodes, &layout.tails, layout.roots[0], Digits::from(digits))
    }

    #[test]
    fn a_walk_ends_at_all_patterns_that_match_the_whole_number() {
        let layout = automaton(&[r"12\d{2,4}", r"1[2-4]\d{3}|7"]);
        let answers = [
            ("", 0),
            ("7", 2),
            ("12", 0),
            ("1200", 1),
            ("12000", 3),
            ("14000", 2),
            ("120000", 1),
            ("1200000", 0),
            ("12000000000000000000000000", 0),
        ];
        for (digits, answer) in answers {
            assert_eq!(ask(&layout, digits), answer, "{digits}");
        }
    }

    #[test]
    fn nodes_below_which_only_the_length_matters_are_tails() {
        let layout = automaton(&[r"[1-5]\d{9}|8\d{3}"]);
        // One node, and below it a tail each for 1 to 5, for 8, and for the others.
        assert_eq!((layout.nodes.len(), layout.tails.len()), (1 + 3, 3));
    }

    #[test]
    fn transitions_reach_every_answer() {
        let layout = automaton(&[r"12\d{2,4}", r"1[2-4]\d{3}|7"]);
        let texts = transitions(&layout.nodes, &layout.tails, layout.roots[0], 17);
        for answer in 0..4 {
            assert!(texts.iter().any(|text| ask(&layout, text) == answer), "{answer}");
        }
        assert!(texts.iter().all(|text| text.len() <= 17));
    }
}
