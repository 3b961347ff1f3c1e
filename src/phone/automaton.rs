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
//! **Tails.** Below many nodes the digits no longer matter, only how many follow. Such a node is
//! a *tail*: a row of answers, by the number of digits to come. A walk ends where a tail begins.

use super::digits::Digits;
use super::pattern::{NATIONAL_DIGITS_MAX, Step};
use std::collections::HashMap;

/// An answer of an automaton; its builder decides what the bits mean.
pub(super) type Answer = u16;

/// A node: an index into the nodes, or, with [`TAIL`] set, into the tails.
pub(super) type NodeRef = u16;

const TAIL: NodeRef = 0x8000;

/// The digits that an automaton tells apart: one more than anything matches.
pub(super) const DEPTH: usize = NATIONAL_DIGITS_MAX + 1;

/// A node: where each digit leads, and the answer for a number that ends here.
///
/// The node that each of the ten digits leads to, then the answer. Sixteen places make a node half
/// a cache line, and four bits can name no other place.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
pub(super) struct Node(pub(super) [u16; 16]);

const ANSWER: usize = 10;

impl Node {
    fn new(next: [NodeRef; 10], answer: Answer) -> Node {
        let mut places = [0; 16];
        places[..10].copy_from_slice(&next);
        places[ANSWER] = answer;
        Node(places)
    }

    fn next(&self) -> &[NodeRef] {
        &self.0[..10]
    }

    #[inline]
    fn answer(&self) -> Answer {
        self.0[ANSWER]
    }
}

/// The answer by the number of digits to come; more than [`DEPTH`] are answered as `DEPTH` are.
pub(super) type Tail = [Answer; DEPTH + 1];

/// Walks from a root along the digits to their answer.
#[inline]
pub(super) fn walk(nodes: &[Node], tails: &[Tail], root: NodeRef, digits: &Digits) -> Answer {
    let (mut at, mut bits, mut left) = (root, digits.to_bits(), digits.len());
    while at & TAIL == 0 {
        let node = &nodes[usize::from(at)];
        if left == 0 {
            return node.answer();
        }
        at = node.0[(bits >> 124) as usize];
        bits <<= 4;
        left -= 1;
    }
    tails[usize::from(at & !TAIL)][left.min(DEPTH)]
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
    Node([u32; 10], Answer),
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
            return self.intern(Draft::Tail(Box::new([(run.answer)(&[], read); DEPTH + 1])));
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
        let index = self.join(next, answer);
        run.built.insert(key, index);
        index
    }

    /// A node; or a tail, where every digit leads to the same tail.
    fn join(&mut self, next: [u32; 10], answer: Answer) -> u32 {
        if next.iter().all(|&index| index == next[0])
            && let Draft::Tail(below) = &self.drafts[next[0] as usize]
        {
            let mut tail = [answer; DEPTH + 1];
            tail[1..].copy_from_slice(&below[..DEPTH]);
            return self.intern(Draft::Tail(Box::new(tail)));
        }
        self.intern(Draft::Node(next, answer))
    }

    fn intern(&mut self, draft: Draft) -> u32 {
        let drafts = &mut self.drafts;
        *self.indices.entry(draft).or_insert_with_key(|draft| {
            drafts.push(draft.clone());
            drafts.len() as u32 - 1
        })
    }

    /// Lays out the nodes that these roots reach, and gives each root its reference. A node is
    /// followed by what its lowest digit leads to, so that a walk often finds its next node near.
    pub(super) fn finish(self, roots: &[Root]) -> Result<Layout, &'static str> {
        let mut references = vec![None; self.drafts.len()];
        let mut layout = Layout { nodes: Vec::new(), tails: Vec::new(), roots: Vec::new() };
        let mut pending: Vec<u32> = roots.iter().rev().map(|root| root.0).collect();
        while let Some(index) = pending.pop() {
            let index = index as usize;
            if references[index].is_some() {
                continue;
            }
            references[index] = Some(match &self.drafts[index] {
                Draft::Tail(tail) => {
                    layout.tails.push(**tail);
                    reference(layout.tails.len()).ok_or("too many tails")? | TAIL
                }
                Draft::Node(next, answer) => {
                    layout.nodes.push(Node::new([0; 10], *answer));
                    pending.extend(next.iter().rev());
                    reference(layout.nodes.len()).ok_or("too many nodes")?
                }
            });
        }
        let reference = |index: u32| references[index as usize].expect("the layout reached it");
        for (draft, place) in self.drafts.iter().zip(&references) {
            if let (Draft::Node(next, answer), Some(place)) = (draft, place) {
                layout.nodes[usize::from(*place)] = Node::new(next.map(reference), *answer);
            }
        }
        layout.roots = roots.iter().map(|root| reference(root.0)).collect();
        Ok(layout)
    }
}

/// The reference to the last of `count` nodes or tails.
fn reference(count: usize) -> Option<NodeRef> {
    u16::try_from(count - 1).ok().filter(|index| index & TAIL == 0)
}

/// The root of an automaton that was built and is not laid out yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Root(u32);

/// Automata, ready to walk.
pub(super) struct Layout {
    /// The nodes of all automata.
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
        let Some(node) = (at & TAIL == 0).then(|| nodes[usize::from(at)]) else {
            tail_lengths(&tails[usize::from(at & !TAIL)], digits_max.saturating_sub(path.len()))
                .for_each(|length| found.push(path.chars().chain(filler(length, 0)).collect()));
            continue;
        };
        found.push(path.clone());
        for (digit, &next) in node.next().iter().enumerate().filter(|_| path.len() < digits_max) {
            let longer = format!("{path}{digit}");
            let left = digits_max - longer.len();
            if next & TAIL != 0 {
                tail_lengths(&tails[usize::from(next & !TAIL)], left)
                    .map(|length| longer.chars().chain(filler(length, digit)).collect())
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

/// The lengths, up to `left`, at which the answer of a tail differs from that of one digit less.
fn tail_lengths(tail: &Tail, left: usize) -> impl Iterator<Item = usize> {
    (0..=left.min(DEPTH)).filter(|&length| length == 0 || tail[length] != tail[length - 1])
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
        walk(&layout.nodes, &layout.tails, layout.roots[0], &Digits::from(digits))
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
        assert_eq!((layout.nodes.len(), layout.tails.len()), (1, 3));
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
