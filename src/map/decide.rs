//! Which columns feed which field, decided in this order: what the user said, what the export is
//! known for, what the headers mean, what the values look like.

use super::advice::{clashing_evidence, no_phone_column, two_candidates};
use super::content::Looks;
use super::preset::Preset;
use super::synonyms::{Strength, is_no_phone, meanings};
use super::{Evidence, Feed, Look, MapOptions, find_given};
use crate::contact::Field;
use crate::error::Result;
use crate::text::fold;

/// The columns as they are being decided.
pub(super) struct Decision<'d> {
    headers: &'d [String],
    look: &'d Look<'d>,
    feeds: [Vec<Feed>; Field::COUNT],
}

impl<'d> Decision<'d> {
    pub(super) fn new(headers: &'d [String], look: &'d Look<'d>) -> Decision<'d> {
        Decision { headers, look, feeds: Default::default() }
    }

    /// The columns that feed each field, the preferred one first.
    ///
    /// # Errors
    /// What is left in doubt.
    pub(super) fn decide(
        mut self,
        options: &MapOptions,
        preset: Option<&Preset>,
    ) -> Result<[Vec<Feed>; Field::COUNT]> {
        self.by_word(options)?;
        if let Some(preset) = preset {
            self.by_preset(preset);
        }
        self.by_header()?;
        self.by_content(preset)?;
        Ok(self.feeds)
    }

    fn is_taken(&self, at: usize) -> bool {
        self.feeds.iter().flatten().any(|(column, _)| *column == at)
    }

    fn looks(&self, at: usize) -> Looks {
        Looks::of(self.look.sample, at, self.look.plan, self.look.home)
    }

    /// What the user said.
    fn by_word(&mut self, options: &MapOptions) -> Result<()> {
        for (field, wanted) in &options.columns {
            let at = find_given(self.headers, wanted, "--map", self.look.source)?;
            let feeds = &mut self.feeds[*field as usize];
            if !feeds.iter().any(|(column, _)| *column == at) {
                feeds.push((at, Evidence::Given));
            }
        }
        Ok(())
    }

    /// What the export is known for.
    fn by_preset(&mut self, preset: &Preset) {
        for field in Field::all() {
            if self.feeds[field as usize].is_empty() && preset.speaks_of(field) {
                let columns = preset.columns_of(field, self.headers);
                let free = columns.into_iter().filter(|at| !self.is_taken(*at));
                self.feeds[field as usize] = free.map(|at| (at, Evidence::Preset)).collect();
            }
        }
    }

    /// What the headers mean.
    fn by_header(&mut self) -> Result<()> {
        // Where the family name has a column, what may be any name is the given one.
        let mut found: Vec<(Field, Vec<(Strength, usize)>)> =
            Field::all().map(|field| (field, self.candidates(field))).collect();
        let of = |found: &[(Field, Vec<(Strength, usize)>)], field: Field| {
            found.iter().position(|(known, _)| *known == field).expect("every field is there")
        };
        let (name, first, last) =
            (of(&found, Field::Name), of(&found, Field::FirstName), of(&found, Field::LastName));
        let weak = found[name].1.iter().all(|(strength, _)| *strength == Strength::Weak);
        if weak && found[first].1.is_empty() && !found[last].1.is_empty() {
            found[first].1 = std::mem::take(&mut found[name].1);
        }
        for (field, mut candidates) in found {
            if !self.feeds[field as usize].is_empty() {
                continue;
            }
            candidates.retain(|(_, at)| !self.is_taken(*at));
            candidates.sort_unstable();
            let best = candidates.first().map(|(strength, _)| *strength);
            let level = |(strength, _): &(Strength, usize)| Some(*strength) == best;
            if !matches!(field, Field::Phone | Field::Tags) {
                candidates.retain(level);
                if candidates.len() > 1 {
                    let found: Vec<usize> = candidates.iter().map(|(_, at)| *at).collect();
                    return Err(two_candidates(field, &found, self.headers, self.look.source));
                }
            }
            if field == Field::Phone {
                self.refuse_same_headers(&candidates)?;
            }
            let feeds = candidates.into_iter().map(|(_, at)| (at, Evidence::Header));
            self.feeds[field as usize] = feeds.collect();
        }
        Ok(())
    }

    /// The columns whose header may mean the field. A weak word counts only where the values say
    /// the same, or, for a name, do not say otherwise.
    fn candidates(&self, field: Field) -> Vec<(Strength, usize)> {
        let columns = (0..self.headers.len()).filter(|at| !self.is_taken(*at));
        let means = columns.filter_map(|at| {
            let meant = meanings(&self.headers[at]).iter().find(|(known, _)| *known == field);
            meant.map(|(_, strength)| (*strength, at))
        });
        let proved = |(strength, at): &(Strength, usize)| {
            *strength != Strength::Weak || {
                let looks = self.looks(*at);
                match field {
                    Field::Phone => looks.are_phones(),
                    _ => !looks.are_phones() && !looks.are_emails(),
                }
            }
        };
        means.filter(proved).collect()
    }

    /// Two phone columns under one header cannot be told apart, nor which of them comes first.
    fn refuse_same_headers(&self, candidates: &[(Strength, usize)]) -> Result<()> {
        let columns: Vec<usize> = candidates.iter().map(|(_, at)| *at).collect();
        let same = columns.iter().find(|at| {
            let header = fold(&self.headers[**at]);
            columns.iter().any(|other| other != *at && fold(&self.headers[*other]) == header)
        });
        match same {
            None => Ok(()),
            Some(at) => {
                let header = fold(&self.headers[*at]);
                let found: Vec<usize> =
                    columns.into_iter().filter(|at| fold(&self.headers[*at]) == header).collect();
                Err(two_candidates(Field::Phone, &found, self.headers, self.look.source))
            }
        }
    }

    /// What the values look like, where no header has said it.
    fn by_content(&mut self, preset: Option<&Preset>) -> Result<()> {
        let free: Vec<usize> = (0..self.headers.len()).filter(|at| !self.is_taken(*at)).collect();
        let mut looks: Vec<(usize, Looks)> = free.iter().map(|at| (*at, self.looks(*at))).collect();
        for (at, looks) in &mut looks {
            if is_no_phone(&self.headers[*at]) {
                looks.phones = 0;
            }
        }
        let like = |wanted: fn(Looks) -> bool| -> Vec<usize> {
            looks.iter().filter(|(_, looks)| wanted(*looks)).map(|(at, _)| *at).collect()
        };
        let phones = &self.feeds[Field::Phone as usize];
        let by_phones = like(Looks::are_phones);
        let given = phones.iter().any(|(_, evidence)| *evidence == Evidence::Given);
        let deny = |(at, _): &Feed| self.looks(*at).are_surely_no_phones();
        match (phones.is_empty(), &by_phones[..]) {
            (true, []) => {
                return Err(no_phone_column(self.headers, preset, self.look.source));
            }
            (true, [at]) => self.feeds[Field::Phone as usize] = vec![(*at, Evidence::Content)],
            (true, several) => {
                return Err(two_candidates(Field::Phone, several, self.headers, self.look.source));
            }
            (false, [at, ..]) if !given && phones.iter().all(deny) => {
                return Err(clashing_evidence(phones[0].0, *at, self.headers, self.look.source));
            }
            _ => {}
        }
        if self.feeds[Field::Email as usize].is_empty()
            && let [at] = like(Looks::are_emails)[..]
        {
            self.feeds[Field::Email as usize] = vec![(at, Evidence::Content)];
        }
        Ok(())
    }
}
