//! In: a pattern of the numbering plan, such as `0(?:[1-9]\d|1[12]?)\d{5,7}`. Out: [`Step`]s, a
//! nondeterministic automaton over decimal digits. Shared with the build script.
//!
//! The plan's patterns are regular expressions of a small kind: digits, `\d`, classes of digits,
//! groups, alternatives, bounded repetition and `$`. Nothing repeats without bound, so the steps
//! form a graph without cycles and every match has a greatest length. Anything else is refused:
//! a pattern that is not understood must not become one that matches something else.

/// One step of a compiled pattern. Steps name each other by index; a group's number decides where
/// [`Step::Mark`] notes its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// One digit of a set (bit `d` for digit `d`), then on.
    Digit(u16, u16),
    /// The first, or, where that fails, the second.
    Either(u16, u16),
    /// Notes the position in a slot: `2 * group` where the group begins, one more where it ends.
    Mark(u8, u16),
    /// The end of the digits, then on.
    End(u16),
    /// The pattern with this number has matched.
    Accept(u16),
}

/// The set of all ten digits.
pub(super) const ANY_DIGIT: u16 = 0x3ff;

/// The most digits of a national number. E.164 allows 15 with the calling code; the reference reads
/// 17 without it, because Germany has longer ones. No pattern of a plan may match more.
pub(super) const NATIONAL_DIGITS_MAX: usize = 17;

/// A pattern, parsed.
#[derive(Debug)]
pub(super) struct Pattern {
    root: Expression,
    /// How many groups `(…)` it captures.
    pub(super) groups: u8,
    /// Whether it has a `$`.
    pub(super) anchor: Anchor,
}

/// Whether a pattern asks for the end of the digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Absent,
    Present,
}

#[derive(Debug)]
enum Expression {
    Digit(u16),
    End,
    Sequence(Vec<Expression>),
    Choice(Vec<Expression>),
    Repeat(Box<Expression>, usize, usize),
    Group(u8, Box<Expression>),
}

impl Pattern {
    /// Parses a pattern, or says what in it is not understood.
    pub(super) fn parse(text: &str) -> Result<Pattern, String> {
        let mut parser =
            Parser { rest: text.as_bytes(), groups: 0, nesting: 0, anchor: Anchor::Absent };
        let root = parser.choice().and_then(|root| match parser.rest.first() {
            None => Ok(root),
            Some(&byte) => Err(unexpected(byte)),
        });
        match root {
            Ok(root) if root.digits_max() <= NATIONAL_DIGITS_MAX => {
                Ok(Pattern { root, groups: parser.groups, anchor: parser.anchor })
            }
            Ok(_) => {
                Err(format!("pattern {text:?} matches more than {NATIONAL_DIGITS_MAX} digits"))
            }
            Err(problem) => Err(format!("pattern {text:?}: {problem}")),
        }
    }

    /// Parses a pattern of whole numbers or leading digits, where a `$` has no place.
    pub(super) fn parse_unanchored(text: &str) -> Result<Pattern, String> {
        match Pattern::parse(text)? {
            Pattern { anchor: Anchor::Present, .. } => {
                Err(format!("pattern {text:?}: {}", unexpected(b'$')))
            }
            pattern => Ok(pattern),
        }
    }

    /// The most digits a match can have.
    pub(super) fn digits_max(&self) -> usize {
        self.root.digits_max()
    }

    /// The most and fewest digits of each part, where the pattern is a plain row of captured
    /// digits such as `(\d{2})(\d{3,4})`; `None` for any other pattern.
    pub(super) fn digit_groups(&self) -> Option<Vec<(usize, usize)>> {
        let parts = match &self.root {
            Expression::Sequence(parts) => parts.as_slice(),
            single => std::slice::from_ref(single),
        };
        parts.iter().map(Expression::digit_group).collect()
    }

    /// Appends the steps that match this pattern and then go on at `next`; returns the first.
    pub(super) fn emit(&self, steps: &mut Vec<Step>, next: u16) -> Result<u16, String> {
        emit(&self.root, steps, next)
    }
}

impl Expression {
    fn digits_max(&self) -> usize {
        match self {
            Expression::Digit(_) => 1,
            Expression::End => 0,
            Expression::Sequence(parts) => parts.iter().map(Expression::digits_max).sum(),
            Expression::Choice(parts) => {
                parts.iter().map(Expression::digits_max).max().unwrap_or(0)
            }
            Expression::Repeat(part, _, most) => part.digits_max().saturating_mul(*most),
            Expression::Group(_, part) => part.digits_max(),
        }
    }

    fn digit_group(&self) -> Option<(usize, usize)> {
        let Expression::Group(_, part) = self else {
            return None;
        };
        match &**part {
            Expression::Digit(ANY_DIGIT) => Some((1, 1)),
            Expression::Repeat(digit, least, most)
                if matches!(**digit, Expression::Digit(ANY_DIGIT)) =>
            {
                Some((*least, *most))
            }
            _ => None,
        }
    }
}

/// Appends a step and returns its index.
pub(super) fn push(steps: &mut Vec<Step>, step: Step) -> Result<u16, String> {
    let index = u16::try_from(steps.len()).map_err(|_| "too many patterns".to_owned())?;
    steps.push(step);
    Ok(index)
}

/// Appends the steps of a pattern that leading digits match, whatever follows them.
pub(super) fn emit_leading(
    pattern: &str,
    number: u16,
    steps: &mut Vec<Step>,
) -> Result<u16, String> {
    let leading = Pattern::parse_unanchored(pattern)?;
    let accept = push(steps, Step::Accept(number))?;
    let any = push(steps, Step::Digit(ANY_DIGIT, accept.saturating_add(2)))?;
    let rest = push(steps, Step::Either(any, accept))?;
    leading.emit(steps, rest)
}

/// Emits back to front: what follows an expression is known before the expression itself.
fn emit(expression: &Expression, steps: &mut Vec<Step>, next: u16) -> Result<u16, String> {
    match expression {
        Expression::Digit(set) => push(steps, Step::Digit(*set, next)),
        Expression::End => push(steps, Step::End(next)),
        Expression::Sequence(parts) => {
            parts.iter().rev().try_fold(next, |next, part| emit(part, steps, next))
        }
        Expression::Choice(parts) => {
            let mut entries = Vec::with_capacity(parts.len());
            for part in parts {
                entries.push(emit(part, steps, next)?);
            }
            let last = entries.pop().expect("a choice has at least one part");
            entries
                .into_iter()
                .rev()
                .try_fold(last, |others, entry| push(steps, Step::Either(entry, others)))
        }
        Expression::Repeat(part, least, most) => {
            let mut entry = next;
            for _ in *least..*most {
                let once_more = emit(part, steps, entry)?;
                entry = push(steps, Step::Either(once_more, next))?;
            }
            for _ in 0..*least {
                entry = emit(part, steps, entry)?;
            }
            Ok(entry)
        }
        Expression::Group(group, part) => {
            let end = push(steps, Step::Mark(2 * group + 1, next))?;
            let inside = emit(part, steps, end)?;
            push(steps, Step::Mark(2 * group, inside))
        }
    }
}

struct Parser<'p> {
    rest: &'p [u8],
    groups: u8,
    nesting: u8,
    anchor: Anchor,
}

/// More groups or deeper nesting than any plan has would only be an attempt on the stack.
const GROUPS_MAX: u8 = 9;
const NESTING_MAX: u8 = 40;

fn unexpected(byte: u8) -> String {
    format!("{:?} is not understood here", char::from(byte))
}

impl Parser<'_> {
    fn take(&mut self) -> Result<u8, String> {
        let (&byte, rest) = self.rest.split_first().ok_or("it ends too early")?;
        self.rest = rest;
        Ok(byte)
    }

    fn accept(&mut self, token: &str) -> bool {
        let rest = self.rest.strip_prefix(token.as_bytes());
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, byte: u8) -> Result<(), String> {
        match self.take()? {
            found if found == byte => Ok(()),
            found => Err(unexpected(found)),
        }
    }

    fn choice(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.sequence()?];
        while self.accept("|") {
            parts.push(self.sequence()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expression::Choice(parts) })
    }

    fn sequence(&mut self) -> Result<Expression, String> {
        let mut parts = Vec::new();
        while !matches!(self.rest.first(), None | Some(b'|' | b')')) {
            let atom = self.atom()?;
            parts.push(self.repeated(atom)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expression::Sequence(parts) })
    }

    fn atom(&mut self) -> Result<Expression, String> {
        match self.take()? {
            digit @ b'0'..=b'9' => Ok(Expression::Digit(1 << (digit - b'0'))),
            b'\\' => self.expect(b'd').map(|()| Expression::Digit(ANY_DIGIT)),
            b'[' => self.class(),
            b'(' => self.group(),
            b'$' => {
                self.anchor = Anchor::Present;
                Ok(Expression::End)
            }
            other => Err(unexpected(other)),
        }
    }

    fn class(&mut self) -> Result<Expression, String> {
        let mut set = 0;
        while !self.accept("]") {
            let low = self.digit()?;
            let high = if self.accept("-") { self.digit()? } else { low };
            for digit in low..=high {
                set |= 1 << digit;
            }
        }
        Ok(Expression::Digit(set))
    }

    fn digit(&mut self) -> Result<u8, String> {
        match self.take()? {
            digit @ b'0'..=b'9' => Ok(digit - b'0'),
            other => Err(unexpected(other)),
        }
    }

    fn group(&mut self) -> Result<Expression, String> {
        self.nesting += 1;
        if self.nesting > NESTING_MAX {
            return Err("groups are nested too deep".to_owned());
        }
        let captured = !self.accept("?:");
        self.groups += u8::from(captured);
        let number = self.groups;
        if number > GROUPS_MAX {
            return Err("it has too many groups".to_owned());
        }
        let inside = self.choice()?;
        self.expect(b')')?;
        self.nesting -= 1;
        Ok(if captured { Expression::Group(number, Box::new(inside)) } else { inside })
    }

    fn repeated(&mut self, atom: Expression) -> Result<Expression, String> {
        let (least, most) = if self.accept("?") {
            (0, 1)
        } else if self.accept("{") {
            let least = self.count()?;
            let most = if self.accept(",") { self.count()? } else { least };
            self.expect(b'}')?;
            (least, most)
        } else {
            return Ok(atom);
        };
        if least > most || most > NATIONAL_DIGITS_MAX {
            return Err(format!("{{{least},{most}}} is no repetition of digits"));
        }
        Ok(Expression::Repeat(Box::new(atom), least, most))
    }

    fn count(&mut self) -> Result<usize, String> {
        let mut count = usize::from(self.digit()?);
        while self.rest.first().is_some_and(u8::is_ascii_digit) && count <= NATIONAL_DIGITS_MAX {
            count = count * 10 + usize::from(self.digit()?);
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_construct_of_the_plan_is_understood() {
        let pattern = Pattern::parse(r"0?(?:[1-37]\d{2,4}|(9)8)$").unwrap();
        assert_eq!(pattern.groups, 1);
        assert_eq!(pattern.digits_max(), 6);
    }

    #[test]
    fn what_is_not_understood_is_refused_with_its_reason() {
        for text in ["a", "1+", "1*", "[^1]", "(1", "1)", "(?=1)", r"\w", "1{", "1{3,2}", "1{99}"] {
            let problem = Pattern::parse(text).unwrap_err();
            assert!(problem.starts_with(&format!("pattern {text:?}: ")), "{problem}");
        }
        assert!(Pattern::parse(&"(?:".repeat(10_000)).is_err());
        assert!(Pattern::parse_unanchored("1$").is_err());
    }

    #[test]
    fn a_row_of_captured_digits_tells_its_groups() {
        let groups = |text| Pattern::parse(text).unwrap().digit_groups();
        assert_eq!(groups(r"(\d)(\d{3})(\d{2,4})"), Some(vec![(1, 1), (3, 3), (2, 4)]));
        assert_eq!(groups(r"(\d{8})"), Some(vec![(8, 8)]));
        assert_eq!(groups(r"(1)(\d{3})"), None);
        assert_eq!(groups(r"\d(\d{3})"), None);
    }
}
