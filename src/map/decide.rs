//! Which columns feed which field, decided in this order: what the user said, what the export is
//! known for, what the headers mean, what the values look like.

use std::collections::HashMap;

use super::advice::{clashing_evidence, no_phone_column, two_candidates};
use super::beside::Index;
use super::content::Looks;
use super::denial::{is_no_phone, is_of_another, phone_word};
use super::preset::Preset;
use super::synonyms::{Rank, Strength, meanings_of_folded, rank_of_folded};
use super::{Evidence, Feed, Look, MapOptions, find_given};
use crate::contact::Field;
use crate::country::region_of;
use crate::error::Result;
use crate::phone::Region;
use crate::text::fold;

/// The columns that feed each field, by the field's own number, the preferred one first.
pub(super) type Feeds = [Vec<Feed>; Field::COUNT];

/// The columns as they are being decided.
pub(super) struct Decision<'d> {
    headers: &'d [String],
    folded: Vec<String>,
    index: &'d Index<'d>,
    look: &'d Look<'d>,
    feeds: Feeds,
    /// Whether a column feeds a field, by the column's index.
    taken: Vec<bool>,
}

impl<'d> Decision<'d> {
    pub(super) fn new(
        headers: &'d [String],
        index: &'d Index<'d>,
        look: &'d Look<'d>,
    ) -> Decision<'d> {
        let folded = headers.iter().map(|header| fold(header)).collect();
        let taken = vec![false; headers.len()];
        Decision { headers, folded, index, look, feeds: Feeds::default(), taken }
    }

    /// The columns that feed each field, and how the values of every column look.
    ///
    /// # Errors
    /// What is left in doubt.
    pub(super) fn decide(
        mut self,
        options: &MapOptions,
        preset: Option<&Preset>,
    ) -> Result<(Feeds, Vec<Looks>)> {
        self.by_word(options)?;
        if let Some(preset) = preset {
            self.by_preset(preset);
        }
        self.by_header()?;
        self.refuse_same_headers()?;
        let looks = self.by_content(preset)?;
        Ok((self.feeds, looks))
    }

    fn feed(&mut self, field: Field, at: usize, evidence: Evidence) {
        self.feeds[field as usize].push((at, evidence));
        self.taken[at] = true;
    }

    fn feeds_of(&self, field: Field) -> &[Feed] {
        &self.feeds[field as usize]
    }

    /// What the user said.
    fn by_word(&mut self, options: &MapOptions) -> Result<()> {
        for (field, wanted) in &options.columns {
            let at = find_given(self.headers, wanted, "--map", self.look.source)?;
            if !self.feeds_of(*field).iter().any(|(column, _)| *column == at) {
                self.feed(*field, at, Evidence::Given);
            }
        }
        Ok(())
    }

    /// What the export is known for.
    fn by_preset(&mut self, preset: &Preset) {
        for field in Field::all().filter(|field| preset.speaks_of(*field)) {
            if self.feeds_of(field).is_empty() {
                for at in preset.columns_of(field, &self.folded) {
                    if !self.taken[at] {
                        self.feed(field, at, Evidence::Preset);
                    }
                }
            }
        }
    }

    /// What the headers mean.
    fn by_header(&mut self) -> Result<()> {
        let mut found = self.candidates();
        // Where the family name has a column, what may be any name is the given one.
        let [name, first, last] =
            [Field::Name, Field::FirstName, Field::LastName].map(|it| it as usize);
        let weak = found[name].iter().all(|(rank, _)| rank.0 == Strength::Weak);
        if weak && found[first].is_empty() && !found[last].is_empty() {
            found[first] = std::mem::take(&mut found[name]);
        }
        for field in Field::all() {
            let mut candidates = std::mem::take(&mut found[field as usize]);
            candidates.retain(|(_, at)| !self.taken[*at]);
            candidates.sort_unstable();
            if !self.feeds_of(field).is_empty() {
                if field == Field::Phone {
                    self.add_best_phones(&candidates);
                }
                continue;
            }
            if !matches!(field, Field::Phone | Field::Tags) {
                let best = candidates.first().map(|(rank, _)| rank.0);
                candidates.retain(|(rank, _)| Some(rank.0) == best);
                if candidates.len() > 1 {
                    return Err(self.two_candidates(field, candidates.iter().map(|(_, at)| *at)));
                }
            }
            for (_, at) in candidates {
                self.feed(field, at, Evidence::Header);
            }
        }
        Ok(())
    }

    /// The columns whose header may mean a field, by the field's own number. A weak word counts
    /// only where the values say the same, or, for a name, do not say otherwise.
    fn candidates(&self) -> [Vec<(Rank, usize)>; Field::COUNT] {
        let mut found: [Vec<(Rank, usize)>; Field::COUNT] = Default::default();
        for (at, header) in self.folded.iter().enumerate().filter(|(at, _)| !self.taken[*at]) {
            for meaning in meanings_of_folded(header) {
                let proved = meaning.rank.0 != Strength::Weak || {
                    let looks = self.looks(at);
                    match meaning.field {
                        Field::Phone => looks.are_phones(),
                        _ => !looks.are_phones() && !looks.are_emails(),
                    }
                };
                if proved {
                    found[meaning.field as usize].push((meaning.rank, at));
                }
            }
        }
        found
    }

    /// Beside the phone columns that an export always has there may be one of the user's own that
    /// names the very thing that is wanted, such as a WhatsApp number; it goes before the rest.
    fn add_best_phones(&mut self, candidates: &[(Rank, usize)]) {
        if self.feeds_of(Field::Phone).iter().any(|(_, evidence)| *evidence == Evidence::Given) {
            return;
        }
        let is_best = |header: &str| {
            rank_of_folded(header, Field::Phone)
                .is_some_and(|(strength, _)| strength == Strength::Best)
        };
        let best = candidates.iter().filter(|(rank, _)| rank.0 == Strength::Best);
        let added: Vec<usize> = best.map(|(_, at)| *at).collect();
        for at in &added {
            self.feed(Field::Phone, *at, Evidence::Header);
        }
        if !added.is_empty() {
            let folded = &self.folded;
            self.feeds[Field::Phone as usize].sort_by_key(|(at, _)| !is_best(&folded[*at]));
        }
    }

    /// Two columns under one header cannot be told apart, so neither may feed a field unasked.
    fn refuse_same_headers(&self) -> Result<()> {
        let mut same: HashMap<&str, Vec<usize>> = HashMap::new();
        let given =
            |at: &usize| self.feeds.iter().flatten().any(|feed| *feed == (*at, Evidence::Given));
        for (at, header) in self.folded.iter().enumerate() {
            same.entry(header).or_default().push(at);
        }
        for field in Field::all() {
            for (at, evidence) in self.feeds_of(field) {
                let columns = &same[self.folded[*at].as_str()];
                if *evidence != Evidence::Given && columns.len() > 1 {
                    let left: Vec<usize> =
                        columns.iter().copied().filter(|at| !given(at)).collect();
                    if left.len() > 1 {
                        return Err(self.two_candidates(field, left.into_iter()));
                    }
                }
            }
        }
        Ok(())
    }

    fn two_candidates(
        &self,
        field: Field,
        found: impl Iterator<Item = usize>,
    ) -> crate::error::Error {
        let found: Vec<(usize, Looks)> = found.map(|at| (at, self.looks(at))).collect();
        two_candidates(field, &found, self.headers, self.look.source)
    }

    /// What the values look like, where no header has said it; returns how those of every column
    /// do.
    fn by_content(&mut self, preset: Option<&Preset>) -> Result<Vec<Looks>> {
        let mut looks: Vec<Looks> = (0..self.headers.len()).map(|at| self.looks(at)).collect();
        let free = |this: &Self, wanted: fn(Looks) -> bool| -> Vec<usize> {
            (0..looks.len()).filter(|at| !this.taken[*at] && wanted(looks[*at])).collect()
        };
        let mut like_phones = free(self, Looks::are_phones);
        like_phones.retain(|at| !is_no_phone(&self.headers[*at]));
        let phones = self.feeds_of(Field::Phone);
        let given = phones.iter().any(|(_, evidence)| *evidence == Evidence::Given);
        let denied = |(at, _): &Feed| looks[*at].are_surely_no_phones();
        match (phones, &like_phones[..]) {
            ([], []) => return Err(no_phone_column(self.headers, preset, self.look.source)),
            ([], [at]) => self.feed(Field::Phone, *at, Evidence::Content),
            ([], several) => {
                return Err(self.two_candidates(Field::Phone, several.iter().copied()));
            }
            (known @ [(named, _), ..], [at, ..]) if !given && known.iter().all(denied) => {
                let (named, like) = ((*named, looks[*named]), (*at, looks[*at]));
                return Err(clashing_evidence(named, like, self.headers, self.look.source));
            }
            _ if given => {}
            _ => {
                self.drop_something_else(&looks);
                // What an export always has is known; only its own columns are not.
                if preset.is_none_or(|preset| !preset.speaks_of(Field::Phone)) {
                    self.add_like_phones(&like_phones, &looks);
                }
            }
        }
        let like_emails = free(self, Looks::are_emails);
        if let ([], [at]) = (self.feeds_of(Field::Email), &like_emails[..]) {
            self.feed(Field::Email, *at, Evidence::Content);
        }
        let like_countries = free(self, Looks::are_countries);
        if let ([], [at]) = (self.feeds_of(Field::Country), &like_countries[..]) {
            self.try_country(*at, &mut looks);
        }
        Ok(looks)
    }

    /// A column that is named like a phone among others, and holds nothing of the kind, such as
    /// yes and no under `SMS`, feeds no field.
    fn drop_something_else(&mut self, looks: &[Looks]) {
        let is_other = |(at, evidence): &Feed| {
            *evidence == Evidence::Header && looks[*at].are_something_else()
        };
        let phones = &mut self.feeds[Field::Phone as usize];
        if !phones.iter().all(is_other) {
            for (at, _) in phones.extract_if(.., |feed| is_other(feed)) {
                self.taken[at] = false;
            }
        }
    }

    /// Takes columns that no header is known for as further phones, where a word of the header or
    /// the way in which the values are written leaves no doubt. Such a column stands behind those
    /// that are named as well as its best word, and before the lesser ones.
    fn add_like_phones(&mut self, like: &[usize], looks: &[Looks]) {
        let own = like.iter().copied().filter(|at| !is_of_another(&self.headers[*at]));
        let ranked = own.filter_map(|at| match phone_word(&self.headers[at]) {
            Some((strength, _)) => Some((strength, &self.folded[at], at)),
            None if looks[at].are_written_as_phones() => {
                Some((Strength::Usual, &self.folded[at], at))
            }
            None => None,
        });
        let mut ranked: Vec<_> = ranked.collect();
        ranked.sort_unstable();
        let added: Vec<(Strength, usize)> =
            ranked.iter().map(|(rank, _, at)| (*rank, *at)).collect();
        let strength = |at: usize| {
            let known =
                rank_of_folded(&self.folded[at], Field::Phone).map(|(strength, _)| strength);
            let added = || added.iter().find(|(_, column)| *column == at).map(|it| it.0);
            known.or_else(added).unwrap_or(Strength::Usual)
        };
        let mut phones = self.feeds_of(Field::Phone).to_vec();
        phones.extend(added.iter().map(|(_, at)| (*at, Evidence::Content)));
        phones.sort_by_key(|(at, _)| strength(*at));
        for (_, at) in &added {
            self.taken[*at] = true;
        }
        self.feeds[Field::Phone as usize] = phones;
    }

    /// Takes a column of countries, unless it says another thing of the contact than where its
    /// phone is: then fewer numbers could be read.
    fn try_country(&mut self, at: usize, looks: &mut Vec<Looks>) {
        let valid = |this: &Self| -> usize {
            this.feeds_of(Field::Phone).iter().map(|(phone, _)| this.looks(*phone).phones).sum()
        };
        let before = valid(self);
        self.feed(Field::Country, at, Evidence::Content);
        if valid(self) < before {
            self.feeds[Field::Country as usize].clear();
            self.taken[at] = false;
        } else {
            for (phone, _) in self.feeds_of(Field::Phone) {
                looks[*phone] = self.looks(*phone);
            }
        }
    }

    /// How the values of a column look, in the light of what is decided so far.
    fn looks(&self, at: usize) -> Looks {
        let Look { sample, plan, home, .. } = *self.look;
        let beside = self.index.beside(at).country;
        let said = [Field::CallingCode, Field::Region].map(|field| self.feeds_of(field));
        let country = self.feeds_of(Field::Country);
        let home_of = |row: &[String]| -> Option<Region> {
            let said = said.iter().copied().flatten().map(|(at, _)| *at);
            let mut columns = said.chain(beside).chain(country.iter().map(|(at, _)| *at));
            columns.find_map(|column| region_of(row.get(column)?, plan)).or(home)
        };
        Looks::of(sample, at, plan, home_of)
    }
}
