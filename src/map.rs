//! Stage 2: header → [`Columns`]; record → [`Draft`]. Decides which columns feed which field, by
//! what the user says, by the export it is (`preset`), by the headers (`synonyms`, `denial`), and by
//! what the values look like (`content`).
//! It must not know what makes a value right.

use crate::contact::Field;
use crate::error::{Error, Result};
use crate::ingest::guard::{RAW_COLUMN, is_ours, is_own_column, unguard};
use crate::phone::{Plan, Region};
use crate::text::fold;

pub mod advice;
mod beside;
pub mod content;
mod decide;
pub mod denial;
mod draft;
mod headers;
pub mod preset;
pub mod synonyms;

use advice::{changed_header, list, no_such_column, quoted};
use beside::{Beside, beside};
use content::{Looks, Sample};
use decide::{Decision, Feeds};
pub use draft::Draft;
use headers::Headers;
use preset::Preset;

/// What the user says of the columns.
#[derive(Debug, Clone, Default)]
pub struct MapOptions {
    /// `--map field=Column`: the header of a column that feeds a field, in the order given.
    pub columns: Vec<(Field, String)>,
    /// `--set field=value`: what a field is where no column says otherwise; tags are added.
    pub constants: Vec<(Field, String)>,
    /// Which columns that feed no field are carried along.
    pub params: Params,
    /// What stands between two tags of a cell; `None` is found.
    pub tag_separator: Option<String>,
    /// The export that it is.
    pub preset: PresetChoice,
    /// The headers that a saved mapping was made for; others are refused.
    pub saved: Option<Vec<String>>,
}

/// Which columns that feed no field are carried along as params.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Params {
    /// Every one.
    #[default]
    All,
    /// None.
    None,
    /// Those with these headers.
    Only(Vec<String>),
}

/// The export that a file is.
#[derive(Debug, Clone, Copy, Default)]
pub enum PresetChoice {
    /// Found by its headers.
    #[default]
    Auto,
    /// None: only headers and content count.
    None,
    /// The user said so.
    Named(&'static Preset),
}

/// How a column came to feed a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The user said so.
    Given,
    /// It is so in the export that the file is.
    Preset,
    /// Its header means the field.
    Header,
    /// Its values look like it, and no header says otherwise.
    Content,
}

impl Evidence {
    /// The name in every report.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Evidence::Given => "given",
            Evidence::Preset => "preset",
            Evidence::Header => "header",
            Evidence::Content => "content",
        }
    }
}

/// What columns are judged by beside their headers.
#[derive(Debug, Clone, Copy)]
pub struct Look<'s> {
    /// The first rows.
    pub sample: &'s Sample,
    /// The numbering plan by which values read as phones.
    pub plan: &'s Plan,
    /// The region of numbers without a calling code.
    pub home: Option<Region>,
    /// The source's name in messages.
    pub source: &'s str,
}

/// A column that feeds a field, by its index, and how that is known.
type Feed = (usize, Evidence);

/// Where a field's text comes from, told once, because every row asks for every field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// Nothing feeds it.
    Nowhere,
    /// One column, and nothing else.
    Column(usize),
    /// Several columns, or what the field is where its columns say nothing.
    Any,
}

impl Origin {
    fn of(columns: &[Feed], constant: &str) -> Origin {
        match (columns, constant) {
            ([], "") => Origin::Nowhere,
            ([(at, _)], "") => Origin::Column(*at),
            _ => Origin::Any,
        }
    }
}

/// Which columns feed which field of one source. A phone column exists.
#[derive(Debug, Clone)]
pub struct Columns {
    /// The header's cells, control characters and all.
    pub headers: Vec<String>,
    /// The export that it is, if it is a known one.
    pub preset: Option<&'static Preset>,
    /// What stands between two tags of a cell.
    pub tag_separator: String,
    feeds: Feeds,
    /// Where each field's text comes from.
    origins: [Origin; Field::COUNT],
    /// What a field is where its columns say nothing.
    constants: [String; Field::COUNT],
    has_constants: bool,
    /// What stands beside each phone column that something stands beside, in the order of columns.
    beside: Vec<(usize, Beside)>,
    /// How the first values of each column look.
    looks: Vec<Looks>,
    /// Indices of the columns that feed no field.
    leftovers: Vec<usize>,
    /// The source is a file that we wrote for people: its cells are guarded, and it has columns
    /// of our own.
    ours: bool,
}

impl Columns {
    /// Decides what the columns under `headers` mean.
    ///
    /// # Errors
    /// [`Error::Usage`] where a field has two candidates, no column holds phone numbers, or a
    /// column that was asked for is not there.
    pub fn decide(
        mut headers: Vec<String>,
        options: &MapOptions,
        look: &Look<'_>,
    ) -> Result<Columns> {
        let ours = is_ours(&headers);
        if ours {
            headers.iter_mut().for_each(|header| *header = unguard(header).to_owned());
        }
        if let Some(saved) = &options.saved
            && !ours
            && *saved != headers
        {
            return Err(changed_header(saved, &headers, look.source));
        }
        let preset = match options.preset {
            PresetChoice::Auto => Preset::of(&headers),
            PresetChoice::None => None,
            PresetChoice::Named(preset) => Some(preset),
        };
        let known = Headers::new(&headers);
        let (feeds, looks) = Decision::new(&known, look).decide(options, preset)?;
        let phones = feeds[Field::Phone as usize].iter().map(|(at, _)| (*at, beside(&known, *at)));
        let mut beside: Vec<(usize, Beside)> =
            phones.filter(|(_, beside)| *beside != Beside::default()).collect();
        beside.sort_unstable_by_key(|(at, _)| *at);
        let taken = |at: &usize| feeds.iter().flatten().any(|(column, _)| column == at);
        let own = |at: &usize| ours && is_own_column(&headers[*at]);
        let leftovers = (0..headers.len()).filter(|at| !taken(at) && !own(at)).collect();
        let mut constants: [String; Field::COUNT] = Default::default();
        for (field, value) in &options.constants {
            value.clone_into(&mut constants[*field as usize]);
        }
        let origin = |at: usize| Origin::of(&feeds[at], &constants[at]);
        let origins = std::array::from_fn(origin);
        let tag_columns = &feeds[Field::Tags as usize];
        let separator = options
            .tag_separator
            .clone()
            .or_else(|| preset.and_then(|preset| preset.tag_separator.clone()))
            .unwrap_or_else(|| tag_separator(look.sample, tag_columns).to_owned());
        Ok(Columns {
            beside,
            looks,
            headers,
            preset,
            tag_separator: separator,
            feeds,
            origins,
            has_constants: constants.iter().any(|constant| !constant.is_empty()),
            constants,
            leftovers,
            ours,
        })
    }

    /// Whether something feeds `field`: a column, or what it is where its columns say nothing.
    #[must_use]
    #[inline]
    pub fn has(&self, field: Field) -> bool {
        self.origin(field) != Origin::Nowhere
    }

    #[inline]
    fn origin(&self, field: Field) -> Origin {
        self.origins[field as usize]
    }

    /// Index of the column that feeds `field` first, from 0.
    #[must_use]
    #[inline]
    pub fn of(&self, field: Field) -> Option<usize> {
        self.feeds[field as usize].first().map(|(at, _)| *at)
    }

    /// Indices of all columns that feed `field`, the preferred one first.
    pub fn all_of(&self, field: Field) -> impl Iterator<Item = usize> {
        self.feeds[field as usize].iter().map(|(at, _)| *at)
    }

    /// What a field is where its columns say nothing; empty where nothing was said.
    #[must_use]
    #[inline]
    pub fn constant(&self, field: Field) -> &str {
        &self.constants[field as usize]
    }

    /// Whether some field is something where its columns say nothing.
    #[must_use]
    #[inline]
    pub fn has_constants(&self) -> bool {
        self.has_constants
    }

    /// Every column that feeds a field, with the field and how it was found; a field's preferred
    /// column first.
    pub fn decided(&self) -> impl Iterator<Item = (Field, usize, Evidence)> {
        Field::all().flat_map(|field| {
            self.feeds[field as usize].iter().map(move |(at, evidence)| (field, *at, *evidence))
        })
    }

    /// How the first values of the column at this index look.
    #[must_use]
    pub fn looks(&self, at: usize) -> Looks {
        self.looks[at]
    }

    /// The column that says of what country the numbers of the phone column at this index are, if
    /// one speaks of them alone.
    #[must_use]
    pub fn country_of_phone(&self, phone: usize) -> Option<usize> {
        self.beside(phone).country
    }

    /// The phone column, if there is one alone, of whose kind no other column speaks.
    #[must_use]
    #[inline]
    pub fn only_phone(&self) -> Option<usize> {
        match self.feeds[Field::Phone as usize][..] {
            [(at, _)] if self.beside(at).label.is_none() => Some(at),
            _ => None,
        }
    }

    /// Whether rows say by a label of what kind their numbers are.
    #[must_use]
    pub fn has_phone_labels(&self) -> bool {
        self.beside.iter().any(|(_, beside)| beside.label.is_some())
    }

    fn beside(&self, phone: usize) -> Beside {
        let found = self.beside.binary_search_by_key(&phone, |(at, _)| *at);
        found.map(|at| self.beside[at].1).unwrap_or_default()
    }

    /// Indices of the columns that feed no field, in order.
    #[must_use]
    pub fn leftovers(&self) -> &[usize] {
        &self.leftovers
    }

    /// Indices of the columns that the source had before we wrote it: all, but for our own.
    #[must_use]
    pub fn originals(&self) -> Vec<usize> {
        let own = |at: &usize| self.ours && is_own_column(&self.headers[*at]);
        (0..self.headers.len()).filter(|at| !own(at)).collect()
    }

    /// The name under which a column's value goes to the params: its header, or its number.
    #[must_use]
    pub fn param_name(&self, at: usize) -> String {
        let header = self.headers[at].trim();
        if header.is_empty() { format!("column {}", at + 1) } else { header.to_owned() }
    }

    /// Index of the column in which a file of ours has the records that could not be read.
    #[must_use]
    pub fn raw_column(&self) -> Option<usize> {
        self.headers.iter().position(|header| self.ours && header == RAW_COLUMN)
    }

    /// Of these columns, those that are to be carried as params.
    ///
    /// # Errors
    /// [`Error::Usage`] where a column that was asked for is none of the source's, or where two
    /// have one name: as params, one would overwrite the other.
    pub fn wanted_params(
        &self,
        columns: Vec<usize>,
        wanted: &Params,
        source: &str,
    ) -> Result<Vec<usize>> {
        let columns = match wanted {
            Params::All => columns,
            Params::None => Vec::new(),
            Params::Only(names) => {
                let find = |name: &String| find_given(&self.headers, name, "--params", source);
                let found = names.iter().map(find).collect::<Result<Vec<usize>>>()?;
                (0..self.headers.len()).filter(|at| found.contains(at)).collect()
            }
        };
        let mut seen = std::collections::HashMap::new();
        for &at in &columns {
            let name = self.param_name(at);
            if let Some(first) = seen.insert(name.clone(), at) {
                return Err(Error::Usage(format!(
                    "{source}: the columns {} and {} have the same header, {}; rename one in the \
                     file, or choose the columns to carry with --params",
                    letters(first),
                    letters(at),
                    quoted(&name)
                )));
            }
        }
        Ok(columns)
    }
}

/// What most of the cells with several tags have between them; a comma where none has any.
fn tag_separator(sample: &Sample, columns: &[Feed]) -> &'static str {
    const KNOWN: [&str; 8] = [":::", ";", "|", ",", "،", "؛", "、", "；"];
    let cells = || {
        let of_row = |row: &'_ Vec<String>| -> Vec<String> {
            columns.iter().filter_map(|(at, _)| row.get(*at).cloned()).collect()
        };
        sample.iter().flat_map(of_row)
    };
    let counts = KNOWN.map(|known| cells().filter(|cell| cell.contains(known)).count());
    let most = counts.iter().copied().max().unwrap_or(0);
    let first = counts.iter().position(|count| *count == most && most > 0);
    first.map_or(",", |at| KNOWN[at])
}

impl MapOptions {
    /// Reads one `field=Column` or `field=value`.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn parse_pair(pair: &str) -> std::result::Result<(Field, String), String> {
        let (field, column) = pair.split_once('=').ok_or_else(|| {
            format!(
                "`{pair}` is no pair; --map takes field=Column, like phone=Mobile, and --set takes \
                 field=value, like country=AE"
            )
        })?;
        let field = Field::from_name(field.trim()).ok_or_else(|| {
            let names: Vec<&str> = Field::all().map(Field::as_str).collect();
            let meant = advice::similar(field, names.iter().copied());
            let meant = meant.map_or(String::new(), |name| format!("; did you mean {name}?"));
            format!("`{field}` is no field; the fields are {}{meant}", names.join(", "))
        })?;
        if column.trim().is_empty() {
            return Err(format!("`{pair}` names no column"));
        }
        Ok((field, column.to_owned()))
    }
}

/// The one column whose header is `wanted`, to the letter or else folded; or the one whose number
/// it is, as in `#3`.
fn find_given(headers: &[String], wanted: &str, flag: &str, source: &str) -> Result<usize> {
    let number = wanted.strip_prefix('#').and_then(|number| number.parse::<usize>().ok());
    if let Some(at) = number.and_then(|number| number.checked_sub(1))
        && at < headers.len()
    {
        return Ok(at);
    }
    let exact: Vec<usize> = (0..headers.len()).filter(|at| headers[*at] == wanted).collect();
    let folded = || (0..headers.len()).filter(|at| fold(&headers[*at]) == fold(wanted)).collect();
    let found: Vec<usize> = if exact.is_empty() { folded() } else { exact };
    match found[..] {
        [at] => Ok(at),
        [] => Err(no_such_column(headers, wanted, flag, source)),
        _ => Err(Error::Usage(format!(
            "{source}: {} columns are called {}: {}; name one by its number, for example #{}",
            found.len(),
            quoted(wanted),
            list(headers, found.iter().copied()),
            found[0] + 1
        ))),
    }
}

/// A column's letters in a spreadsheet: A for index 0, AA for 26.
#[must_use]
pub fn letters(at: usize) -> String {
    let mut letters = Vec::new();
    let mut left = at + 1;
    while left > 0 {
        left -= 1;
        letters.push(b'A' + u8::try_from(left % 26).expect("less than 26"));
        left /= 26;
    }
    letters.reverse();
    String::from_utf8(letters).expect("ASCII letters")
}

#[cfg(test)]
mod tests;
