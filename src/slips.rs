//! How many slips lead from one text to another: a letter lost, added or changed, or two side by
//! side swapped.

/// A text, and as much of it as tells most others to be far away without comparing them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outline<'t> {
    text: &'t str,
    chars: usize,
    /// A bit for each of its letters; some share one.
    letters: u64,
}

impl<'t> Outline<'t> {
    pub(crate) fn of(text: &'t str) -> Outline<'t> {
        let (mut chars, mut letters) = (0, 0);
        for letter in text.chars() {
            chars += 1;
            letters |= 1 << (u32::from(letter) % u64::BITS);
        }
        Outline { text, chars, letters }
    }

    pub(crate) fn text(&self) -> &'t str {
        self.text
    }

    /// How many letters the text has.
    pub(crate) fn chars(&self) -> usize {
        self.chars
    }

    /// The slips that lead to `other`, if they are at most `most`.
    pub(crate) fn slips_to(&self, other: &Outline<'_>, most: usize) -> Option<usize> {
        // A slip takes one letter away and brings one, at most.
        let other_letters = (self.letters ^ other.letters).count_ones() as usize;
        if self.chars.abs_diff(other.chars) > most || other_letters > 2 * most {
            return None;
        }
        Some(strsim::osa_distance(self.text, other.text)).filter(|slips| *slips <= most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_at_a_glance_is_what_comparing_tells() {
        // Every text of up to four letters of three kinds, one of them of several bytes.
        let mut texts = vec![String::new()];
        let mut from = 0;
        while texts[from].chars().count() < 4 {
            for letter in ['a', 'b', 'é'] {
                texts.push(format!("{}{letter}", texts[from]));
            }
            from += 1;
        }
        for text in &texts {
            for other in &texts {
                let distance = strsim::osa_distance(text, other);
                for most in 0..3 {
                    let slips = Outline::of(text).slips_to(&Outline::of(other), most);
                    assert_eq!(slips, (distance <= most).then_some(distance), "{text} {other}");
                }
            }
        }
    }
}
