//! Which columns feed which field, decided in this order: what the user said, what the export is
//! known for, what the headers mean, what the values look like.

use std::collections::HashMap;

use super::advice::{clashing_evidence, no_phone_column, too_many_columns, two_candidates};
use super::beside::beside;
use super::content::Looks;
use super::denial::{is_no_phone, is_of_another, word_for};
use super::headers::Headers;
use super::preset::Preset;
use super::synonyms::{Rank, Strength};
use super::{Evidence, Feed, Look, MapOptions, find_given};
use crate::contact::{Field, Tags};
use crate::country::region_of;
use crate::error::Result;
use crate::phone::{ReadRules, Region, read};
use crate::text::fold;

/// The columns that feed each field, by the field's own number, the preferred one first.
pub(super) type Feeds = [Vec<Feed>; Field::COUNT];

/// The columns whose header may mean a field, by the field's own number.
type Candidates = [Vec<(Rank, usize)>; Field::COUNT];

/// The columns as they are being decided.
pub(super) struct Decision<'d> {
    headers: &'d Headers<'d>,
    look: &'d Look<'d>,
    feeds: Feeds,
    /// Whether a column feeds a field, by the column's index.
    taken: Vec<bool>,
}

impl<'d> Decision<'d> {
    pub(super) fn new(headers: &'d Headers<'d>, look: &'d Look<'d>) -> Decision<'d> {
        let taken = vec![false; headers.given.len()];
        Decision { headers, look, feeds: Feeds::default(), taken }
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

    /// Whether one more column may feed the field. What has no room is carried along as it is.
    fn has_room(&self, field: Field) -> bool {
        field != Field::Tags || self.feeds_of(field).len() < Tags::COLUMNS_MAX
    }

    /// What the user said.
    fn by_word(&mut self, options: &MapOptions) -> Result<()> {
        for (field, wanted) in &options.columns {
            let at = find_given(self.headers.given, wanted, "--map", self.look.source)?;
            if self.feeds_of(*field).iter().any(|(column, _)| *column == at) {
                continue;
            }
            if !self.has_room(*field) {
                return Err(too_many_columns(*field, Tags::COLUMNS_MAX, self.look.source));
            }
            self.feed(*field, at, Evidence::Given);
        }
        Ok(())
    }

    /// What the export is known for.
    fn by_preset(&mut self, preset: &Preset) {
        for field in Field::all().filter(|field| preset.speaks_of(*field)) {
            if self.feeds_of(field).is_empty() {
                for at in preset.columns_of(field, &self.headers.folded) {
                    if !self.taken[at] && self.has_room(field) {
                        self.feed(field, at, Evidence::Preset);
                    }
                }
            }
        }
    }

    /// What the headers mean.
    fn by_header(&mut self) -> Result<()> {
        let mut found = self.candidates();
        self.part_names(&mut found);
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
                if self.has_room(field) {
                    self.feed(field, at, Evidence::Header);
                }
            }
        }
        Ok(())
    }

    /// Where one part of the name has a column, what may be any name is the other part: by its
    /// header if that may mean much, and by its values if they lack the part that is there.
    fn part_names(&self, found: &mut Candidates) {
        let of = |field: Field| found[field as usize].first().map(|(_, at)| *at);
        let (part, other) = match (of(Field::FirstName), of(Field::LastName)) {
            (None, Some(last)) => (Field::FirstName, last),
            (Some(first), None) => (Field::LastName, first),
            _ => return,
        };
        let names = &mut found[Field::Name as usize];
        let weak = |(rank, _): &(Rank, usize)| rank.0 == Strength::Weak;
        let mut likely: Vec<_> = names.iter().copied().filter(weak).collect();
        if likely.is_empty() {
            likely.clone_from(names);
        }
        let [(rank, whole)] = likely[..] else { return };
        let cell = |row: &[String], at: usize| row.get(at).map_or(String::new(), |it| fold(it));
        let rows = self.look.sample.iter().map(|row| (cell(row, whole), cell(row, other)));
        let filled: Vec<_> = rows.filter(|it| !it.0.is_empty() && !it.1.is_empty()).collect();
        let holding = filled.iter().filter(|(whole, other)| whole.contains(other)).count();
        let is_part = match (rank.0, filled.len()) {
            (Strength::Weak, 0) => true,
            (_, 0) => false,
            (_, rows) => holding * 2 < rows,
        };
        if is_part {
            found[Field::Name as usize].retain(|(_, at)| *at != whole);
            found[part as usize].push((rank, whole));
        }
    }

    /// The columns whose header may mean a field, by the field's own number. A weak word counts
    /// only where the values say the same, or, for a name, do not say otherwise.
    fn candidates(&self) -> Candidates {
        let mut found = Candidates::default();
        for at in (0..self.headers.given.len()).filter(|at| !self.taken[*at]) {
            let names_number = names_number(&self.headers.given[at]);
            for meaning in self.headers.meanings(at) {
                let proved = meaning.rank.0 != Strength::Weak || {
                    let looks = self.looks(at);
                    match meaning.field {
                        Field::Phone => looks.are_phones(),
                        _ => looks.may_be_names() && !names_number,
                    }
                };
                // `Country code` may be either.
                let field = match meaning.field {
                    Field::Country if self.looks(at).are_calling_codes() => Field::CallingCode,
                    field => field,
                };
                if proved {
                    found[field as usize].push((meaning.rank, at));
                }
            }
        }
        found
    }

    /// Beside the phone columns that an export always has there may be one of the user's own that
    /// names the very thing that is wanted, such as a WhatsApp number.
    fn add_best_phones(&mut self, candidates: &[(Rank, usize)]) {
        let given = |(_, evidence): &Feed| *evidence == Evidence::Given;
        if !self.feeds_of(Field::Phone).iter().any(given) {
            let best = candidates.iter().filter(|(rank, _)| rank.0 == Strength::Best);
            self.add_phones(best.map(|(_, at)| *at), Evidence::Header);
        }
    }

    /// Takes further phone columns. Each stands behind those that are named as well as it is, and
    /// before the lesser ones.
    fn add_phones(&mut self, added: impl Iterator<Item = usize>, evidence: Evidence) {
        for at in added {
            self.feed(Field::Phone, at, evidence);
        }
        let mut phones = std::mem::take(&mut self.feeds[Field::Phone as usize]);
        phones.sort_by_key(|feed| self.phone_rank(*feed));
        self.feeds[Field::Phone as usize] = phones;
    }

    /// How well a phone column is named; of the very best, which. In a known export the order of its
    /// own columns is known, too, and the names tell the very best only.
    fn phone_rank(&self, (at, evidence): Feed) -> Rank {
        let named = match evidence {
            Evidence::Content => word_for(Field::Phone, &self.headers.given[at]),
            _ => self
                .headers
                .meanings(at)
                .iter()
                .find(|it| it.field == Field::Phone)
                .map(|it| it.rank),
        };
        match named {
            Some(rank) if rank.0 == Strength::Best => rank,
            Some((strength, _)) if evidence != Evidence::Preset => (strength, 0),
            _ => (Strength::Usual, 0),
        }
    }

    /// Two columns under one header cannot be told apart, so neither may feed a field unasked.
    fn refuse_same_headers(&self) -> Result<()> {
        let mut same: HashMap<&str, Vec<usize>> = HashMap::new();
        let given =
            |at: &usize| self.feeds.iter().flatten().any(|feed| *feed == (*at, Evidence::Given));
        for (at, header) in self.headers.folded.iter().enumerate() {
            same.entry(header).or_default().push(at);
        }
        for field in Field::all() {
            let may_feed =
                |at: &usize| field == Field::Phone || !names_number(&self.headers.given[*at]);
            for (at, evidence) in self.feeds_of(field) {
                let columns = &same[self.headers.folded[*at].as_str()];
                let columns: Vec<usize> = columns.iter().copied().filter(may_feed).collect();
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
        two_candidates(field, &found, self.headers.given, self.look.source)
    }

    /// What the values look like, where no header has said it; returns how those of every column
    /// do.
    fn by_content(&mut self, preset: Option<&Preset>) -> Result<Vec<Looks>> {
        let mut looks: Vec<Looks> =
            (0..self.headers.given.len()).map(|at| self.looks(at)).collect();
        let free = |this: &Self, wanted: fn(Looks) -> bool| -> Vec<usize> {
            (0..looks.len()).filter(|at| !this.taken[*at] && wanted(looks[*at])).collect()
        };
        let mut like_phones = free(self, Looks::are_phones);
        like_phones.retain(|at| !is_no_phone(&self.headers.given[*at]));
        let phones = self.feeds_of(Field::Phone);
        let given = phones.iter().any(|(_, evidence)| *evidence == Evidence::Given);
        let denied = |(at, _): &Feed| looks[*at].are_surely_no_phones();
        match (phones, &like_phones[..]) {
            ([], []) => return Err(no_phone_column(self.headers.given, preset, self.look.source)),
            ([], [at]) => self.feed(Field::Phone, *at, Evidence::Content),
            ([], several) => self.several_like_phones(several)?,
            (known @ [(named, _), ..], [at, ..]) if !given && known.iter().all(denied) => {
                let (named, like) = ((*named, looks[*named]), (*at, looks[*at]));
                return Err(clashing_evidence(named, like, self.headers.given, self.look.source));
            }
            _ if given => {}
            _ => {
                self.drop_something_else(&looks);
                self.add_like_phones(&like_phones, &looks, preset);
            }
        }
        let mut like_emails = free(self, Looks::are_emails);
        // Where several columns hold addresses, those of others are told apart by their headers.
        if like_emails.len() > 1 {
            like_emails.retain(|at| word_for(Field::Email, &self.headers.given[*at]).is_some());
        }
        match (self.feeds_of(Field::Email), &like_emails[..]) {
            ([], [at]) => self.feed(Field::Email, *at, Evidence::Content),
            ([], several @ [_, ..]) => {
                return Err(self.two_candidates(Field::Email, several.iter().copied()));
            }
            _ => {}
        }
        let like_countries = free(self, Looks::are_countries);
        if let ([], [at]) = (self.feeds_of(Field::Country), &like_countries[..]) {
            self.try_country(*at, &mut looks);
        }
        Ok(looks)
    }

    /// Of several columns of phones without a telling header the contact's own are those that are
    /// not somebody else's, and of these those with a telling word.
    fn several_like_phones(&mut self, like: &[usize]) -> Result<()> {
        let own = like.iter().copied().filter(|at| !is_of_another(&self.headers.given[*at]));
        let own: Vec<usize> = own.collect();
        let told = |at: &usize| word_for(Field::Phone, &self.headers.given[*at]).is_some();
        let mut told: Vec<usize> = own.iter().copied().filter(told).collect();
        told.sort_by_key(|at| &self.headers.folded[*at]);
        match (&own[..], &told[..]) {
            ([_], _) => self.add_phones(own.into_iter(), Evidence::Content),
            (_, [_, ..]) => self.add_phones(told.into_iter(), Evidence::Content),
            _ => return Err(self.two_candidates(Field::Phone, like.iter().copied())),
        }
        Ok(())
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
    /// the way in which the values are written leaves no doubt. Of what a known export always has
    /// all is known; among the user's own columns only the very thing is looked for.
    fn add_like_phones(&mut self, like: &[usize], looks: &[Looks], preset: Option<&Preset>) {
        let known = preset.is_some_and(|preset| preset.speaks_of(Field::Phone));
        let is_own = |at: &usize| match word_for(Field::Phone, &self.headers.given[*at]) {
            Some((Strength::Best, _)) => true,
            Some(_) => !known,
            None => !known && looks[*at].are_written_as_phones(),
        };
        let of_contact = |at: &usize| !is_of_another(&self.headers.given[*at]);
        let mut added: Vec<usize> =
            like.iter().copied().filter(|at| of_contact(at) && is_own(at)).collect();
        added.sort_by_key(|at| &self.headers.folded[*at]);
        self.add_phones(added.into_iter(), Evidence::Content);
    }

    /// Takes a column of countries, unless it says another thing of the contact than where its
    /// phone is: then fewer numbers could be read.
    fn try_country(&mut self, at: usize, looks: &mut [Looks]) {
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
        let beside = beside(self.headers, at).country;
        let columns = |field| self.feeds_of(field).iter().map(|(at, _)| *at);
        let home_of = |row: &[String]| -> Option<Region> {
            let said = columns(Field::CallingCode).chain(columns(Field::Region));
            let mut said = said.chain(beside).chain(columns(Field::Country));
            said.find_map(|column| region_of(row.get(column)?, plan)).or(home)
        };
        let is_phone = |row: &[String], value: &str| {
            let home = home_of(row);
            let read = |text: &str| read(plan, text, home, ReadRules::default()).verdict.is_ok();
            let area = columns(Field::AreaCode).find_map(|column| row.get(column));
            let area = area.filter(|area| !area.trim().is_empty());
            read(value) || area.is_some_and(|area| read(&format!("{area} {value}")))
        };
        Looks::of(sample, at, plan, is_phone)
    }
}

/// Whether a header is of what numbers things, such as `Member #`.
fn names_number(header: &str) -> bool {
    header.trim_end().ends_with('#')
}
