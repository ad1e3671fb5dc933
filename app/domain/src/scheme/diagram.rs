//! Decisions laid out as diagrams: what can come out of any set of answers, without trying every completion.
//!
//! A decision is a plain function that reads answers in order. Laid out once, it is a graph of questions in which
//! equal parts are one part, so that it stays small however many answers are open. A verdict is one walk through it:
//! answers that were given choose a way, open ones go all ways.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Open, Reading, Rule, Step, Verdict, counted};
use crate::answer::{Answers, Given, Key, Kind, Value};

/// The most values that any key takes, so that a node needs no list of its own.
const WAYS: usize = 6;

/// A decision as a graph over the questions that can matter to it.
#[derive(Debug)]
pub struct Diagram<T> {
    outcomes: Vec<T>,
    nodes: Vec<Node>,
    root: Place,
}

/// The place of a node among the nodes.
type Place = u16;

/// One node: an outcome, or a question with a way for each value of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Node {
    End(Place),
    Ask(Key, [Place; WAYS]),
}

impl<T: Ord + Clone> Diagram<T> {
    /// Lays out a decision by following it through every answer that it reads. For decisions over few keys.
    #[must_use]
    pub fn of(decision: impl Fn(&mut Reading<'_>) -> Result<T, Open>) -> Self {
        let mut layout = Layout::default();
        let root = layout.follow(&decision, &mut Vec::new());
        layout.finish(root)
    }

    /// Lays out a table of rules of which the first that applies decides. Grows with the table, not with the number
    /// of combinations.
    #[must_use]
    pub fn of_rules(rules: &[Rule<T>], otherwise: T) -> Self {
        let mut layout = Layout::default();
        let mut below = layout.end(otherwise);
        for rule in rules.iter().rev() {
            let applies = Diagram::of(rule.applies);
            below = layout.graft(&applies, below, |applies| applies.then(|| rule.outcome.clone()));
        }
        layout.finish(below)
    }

    /// The diagram that goes on with `rest` wherever `end` gives no outcome.
    #[must_use]
    pub fn before<F: Ord + Clone>(first: &Diagram<F>, end: impl Fn(&F) -> Option<T>, rest: &Self) -> Self {
        let mut layout = Layout::default();
        let below = layout.copy(rest);
        let root = layout.graft(first, below, end);
        layout.finish(root)
    }

    /// What the answers come to.
    #[must_use]
    pub fn verdict(&self, answers: &Answers) -> Verdict<T> {
        let mut walk = Walk::through(self, answers);
        walk.visit(self.root);
        let possible: BTreeSet<T> =
            walk.ends.iter().map(|end| self.outcomes[usize::from(*end)].clone()).collect();
        let decided = possible.len() == 1;
        Verdict {
            result: if decided { possible.first().cloned() } else { None },
            possible,
            path: walk.path(decided),
            open: walk.open(),
            reached: walk.reached,
        }
    }
}

/// The number of a value among those of its key, in the order of [`Key::domain`].
fn way_of(key: Key, value: Value) -> usize {
    match (key.kind(), value) {
        (Kind::YesNo | Kind::Text, value) => usize::from(value != Value::Yes),
        (Kind::OneOf(values), value) => {
            values.iter().position(|name| *name == value.name()).unwrap_or_default()
        }
        (Kind::Classes, value) => {
            ["none", "A", "B", "C"].iter().position(|name| *name == value.name()).unwrap_or_default()
        }
    }
}

/// How many values a key takes.
const fn ways_of(key: Key) -> usize {
    match key.kind() {
        Kind::YesNo | Kind::Text => 2,
        Kind::OneOf(values) => values.len(),
        Kind::Classes => 4,
    }
}

/// A diagram that is being laid out. A node stands after all that it leads to, and no two are equal.
struct Layout<T> {
    outcomes: Vec<T>,
    nodes: Vec<Node>,
    places: BTreeMap<Node, Place>,
    narrowed: BTreeMap<(Place, Key, usize), Place>,
}

impl<T> Default for Layout<T> {
    fn default() -> Self {
        Self { outcomes: Vec::new(), nodes: Vec::new(), places: BTreeMap::new(), narrowed: BTreeMap::new() }
    }
}

fn place(index: usize) -> Place {
    Place::try_from(index).expect("a decision is smaller than that")
}

impl<T: Ord + Clone> Layout<T> {
    fn finish(self, root: Place) -> Diagram<T> {
        Diagram { outcomes: self.outcomes, nodes: self.nodes, root }
    }

    fn put(&mut self, node: Node) -> Place {
        let next = place(self.nodes.len());
        let at = *self.places.entry(node).or_insert(next);
        if at == next {
            self.nodes.push(node);
        }
        at
    }

    fn end(&mut self, outcome: T) -> Place {
        let found = self.outcomes.iter().position(|known| *known == outcome);
        let at = found.unwrap_or_else(|| {
            self.outcomes.push(outcome);
            self.outcomes.len() - 1
        });
        self.put(Node::End(place(at)))
    }

    /// A question; where all its values lead to the same, it is left out.
    fn ask(&mut self, key: Key, ways: [Place; WAYS]) -> Place {
        let ways_taken = &ways[..ways_of(key)];
        if ways_taken.iter().all(|way| *way == ways[0]) { ways[0] } else { self.put(Node::Ask(key, ways)) }
    }

    fn follow(
        &mut self,
        decision: &impl Fn(&mut Reading<'_>) -> Result<T, Open>,
        assumed: &mut Vec<(Key, Value)>,
    ) -> Place {
        let none = Answers::none();
        match decision(&mut Reading::assuming(&none, assumed)) {
            Ok(outcome) => self.end(outcome),
            Err(Open(key)) => {
                let mut ways = [0; WAYS];
                for (way, value) in ways.iter_mut().zip(key.domain()) {
                    assumed.push((key, value));
                    *way = self.follow(decision, assumed);
                    assumed.pop();
                }
                self.ask(key, ways)
            }
        }
    }

    /// What is left of the part at `at` once the key has that value.
    fn narrow(&mut self, at: Place, key: Key, way: usize) -> Place {
        let Node::Ask(asked, mut ways) = self.nodes[usize::from(at)] else { return at };
        if asked == key {
            return ways[way];
        }
        if let Some(known) = self.narrowed.get(&(at, key, way)) {
            return *known;
        }
        for next in ways.iter_mut().take(ways_of(asked)) {
            *next = self.narrow(*next, key, way);
        }
        let left = self.ask(asked, ways);
        self.narrowed.insert((at, key, way), left);
        left
    }

    fn copy(&mut self, from: &Diagram<T>) -> Place {
        let mut copied: Vec<Place> = Vec::with_capacity(from.nodes.len());
        for node in &from.nodes {
            copied.push(match *node {
                Node::End(outcome) => self.end(from.outcomes[usize::from(outcome)].clone()),
                Node::Ask(key, mut ways) => {
                    for way in ways.iter_mut().take(ways_of(key)) {
                        *way = copied[usize::from(*way)];
                    }
                    self.ask(key, ways)
                }
            });
        }
        copied[usize::from(from.root)]
    }

    /// Copies a diagram in; where `end` gives nothing for an outcome, `below` goes on, knowing the answers on the way.
    fn graft<F>(&mut self, from: &Diagram<F>, below: Place, end: impl Fn(&F) -> Option<T>) -> Place {
        self.graft_at(from, from.root, below, &end, &mut BTreeMap::new())
    }

    fn graft_at<F>(
        &mut self,
        from: &Diagram<F>,
        at: Place,
        below: Place,
        end: &impl Fn(&F) -> Option<T>,
        done: &mut BTreeMap<(Place, Place), Place>,
    ) -> Place {
        if let Some(known) = done.get(&(at, below)) {
            return *known;
        }
        let grafted = match from.nodes[usize::from(at)] {
            Node::End(outcome) => match end(&from.outcomes[usize::from(outcome)]) {
                Some(outcome) => self.end(outcome),
                None => below,
            },
            Node::Ask(key, mut ways) => {
                for (index, way) in ways.iter_mut().take(ways_of(key)).enumerate() {
                    let below = self.narrow(below, key, index);
                    *way = self.graft_at(from, *way, below, end, done);
                }
                self.ask(key, ways)
            }
        };
        done.insert((at, below), grafted);
        grafted
    }
}

/// A walk through a diagram with some answers given.
struct Walk<'a, T> {
    diagram: &'a Diagram<T>,
    answers: &'a Answers,
    /// For each node that was visited: what is left of it, and how many given answers the longest way below rests on.
    seen: Vec<Option<Seen>>,
    /// What is left, each part once.
    left: HashMap<Node, Place>,
    ends: BTreeSet<Place>,
    reached: BTreeSet<Key>,
}

#[derive(Clone, Copy)]
struct Seen {
    left: Place,
    given: Option<(Given, Value)>,
    rests_on: usize,
    longest: Place,
}

impl<'a, T> Walk<'a, T> {
    fn through(diagram: &'a Diagram<T>, answers: &'a Answers) -> Self {
        Self {
            diagram,
            answers,
            seen: vec![None; diagram.nodes.len()],
            left: HashMap::new(),
            ends: BTreeSet::new(),
            reached: BTreeSet::new(),
        }
    }

    fn keep(&mut self, node: Node) -> Place {
        let next = place(self.left.len());
        *self.left.entry(node).or_insert(next)
    }

    fn visit(&mut self, at: Place) -> Seen {
        if let Some(seen) = self.seen[usize::from(at)] {
            return seen;
        }
        let seen = match self.diagram.nodes[usize::from(at)] {
            Node::End(outcome) => {
                self.ends.insert(outcome);
                Seen { left: self.keep(Node::End(outcome)), given: None, rests_on: 0, longest: at }
            }
            Node::Ask(key, ways) => {
                self.reached.insert(key);
                match self.answers.given(key) {
                    Some(given) => {
                        let value = counted(key, given);
                        let longest = ways[way_of(key, value)];
                        let below = self.visit(longest);
                        let rests_on = below.rests_on + 1;
                        Seen { left: below.left, given: Some((given, value)), rests_on, longest }
                    }
                    None => self.visit_all(key, ways),
                }
            }
        };
        self.seen[usize::from(at)] = Some(seen);
        seen
    }

    fn visit_all(&mut self, key: Key, mut ways: [Place; WAYS]) -> Seen {
        let count = ways_of(key);
        let (mut rests_on, mut longest) = (0, ways[0]);
        for (index, way) in ways.iter_mut().take(count).enumerate() {
            let below = self.visit(*way);
            if index == 0 || below.rests_on > rests_on {
                (rests_on, longest) = (below.rests_on, *way);
            }
            *way = below.left;
        }
        let same = ways[..count].iter().all(|way| *way == ways[0]);
        let left = if same { ways[0] } else { self.keep(Node::Ask(key, ways)) };
        Seen { left, given: None, rests_on, longest }
    }

    /// The open questions that are left.
    fn open(&self) -> BTreeSet<Key> {
        let Some(root) = self.seen[usize::from(self.diagram.root)] else { return BTreeSet::new() };
        let mut by_place: Vec<Option<Node>> = vec![None; self.left.len()];
        for (node, place) in &self.left {
            by_place[usize::from(*place)] = Some(*node);
        }
        let (mut open, mut to_see) = (BTreeSet::new(), vec![root.left]);
        while let Some(at) = to_see.pop() {
            if let Some(Node::Ask(key, ways)) = by_place[usize::from(at)].take() {
                open.insert(key);
                to_see.extend_from_slice(&ways[..ways_of(key)]);
            }
        }
        open
    }

    /// A decided verdict is told by the way that rests on most given answers; an open one by what was given before
    /// the first open answer.
    fn path(&self, decided: bool) -> Vec<Step> {
        let mut path = Vec::new();
        let mut at = self.diagram.root;
        while let (Node::Ask(key, _), Some(seen)) =
            (self.diagram.nodes[usize::from(at)], self.seen[usize::from(at)])
        {
            match seen.given {
                Some((given, counted)) => path.push(Step { key, given, counted }),
                None if decided => {}
                None => break,
            }
            at = seen.longest;
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_has_more_values_than_a_node_has_ways() {
        for key in Key::ALL {
            let domain = key.domain();
            assert_eq!(domain.len(), ways_of(*key), "{key}");
            assert!(domain.len() <= WAYS, "{key}");
            for (way, value) in domain.into_iter().enumerate() {
                assert_eq!(way_of(*key, value), way, "{key} {value:?}");
            }
        }
    }

    #[test]
    fn an_open_answer_that_changes_nothing_is_not_asked_for() {
        // Reads both, but only the second decides.
        let diagram = Diagram::of(|reading| {
            reading.yes(Key::IsSoftware)?;
            reading.yes(Key::MedicalPurpose)
        });
        let verdict = diagram.verdict(&Answers::none());
        assert_eq!(verdict.open, BTreeSet::from([Key::MedicalPurpose]));
        assert_eq!(verdict.possible, BTreeSet::from([false, true]));
        assert_eq!(verdict.result, None);
    }

    #[test]
    fn a_part_that_goes_on_knows_what_was_answered_before() {
        let first = Diagram::of(|reading| reading.yes(Key::Becs));
        let rest = Diagram::of(|reading| Ok(u8::from(reading.yes(Key::Becs)?)));
        let both = Diagram::before(&first, |becs| (!becs).then_some(7), &rest);
        let verdict = both.verdict(&Answers::none());
        assert_eq!(verdict.possible, BTreeSet::from([1, 7]));
    }

    #[test]
    fn a_decided_verdict_is_told_by_the_answers_it_rests_on() {
        let diagram = Diagram::of(|reading| Ok(reading.yes(Key::Becs)? && reading.yes(Key::UsClassIII)?));
        let no = Answers::none().with(Key::UsClassIII, Given::Value(Value::No));
        let verdict = diagram.verdict(&no);
        assert_eq!(verdict.result, Some(false));
        assert_eq!(verdict.path.iter().map(|step| step.key).collect::<Vec<_>>(), [Key::UsClassIII]);
        assert!(verdict.open.is_empty());
        assert!(diagram.verdict(&Answers::none()).path.is_empty());
    }
}
