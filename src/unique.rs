//! Stage 4: one contact a phone. One row of a phone keeps it; every other one learns which row that
//! is and which fields differ. Where the first row keeps it and memory holds all phones, each chunk
//! is settled when it comes; else all claims are gathered first, and settled together.
//! It must not know how a row was read or how it will be written.

use std::iter::Peekable;
use std::path::{Path, PathBuf};
use std::vec::IntoIter;
use std::{io, mem};

use rapidhash::v3::{DEFAULT_RAPID_SECRETS, rapidhash_v3_nano_inline};

use crate::contact::{Contact, Country, Field};
use crate::phone::{Phone, variant_key};

pub mod by_row;
pub mod existing;
mod later;
mod spill;
pub mod suppress;
mod table;

use by_row::ByRow;
use later::{Gathered, Verdict, Verdicts};
use table::Table;

/// What becomes of several rows of one phone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnDuplicate {
    /// The first row keeps the phone.
    #[default]
    First,
    /// The last row keeps the phone, at its own place.
    Last,
    /// The first row keeps the phone, and takes from the others what it lacks.
    Merge,
    /// No row keeps the phone.
    Reject,
}

impl OnDuplicate {
    /// The name on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            OnDuplicate::First => "first",
            OnDuplicate::Last => "last",
            OnDuplicate::Merge => "merge",
            OnDuplicate::Reject => "reject",
        }
    }
}

/// The fields in which a duplicate is compared with the kept row. A split name counts as a name,
/// and everything that feeds no field as params.
pub const COMPARED: [Compared; 6] = [
    Compared::Field(Field::Name),
    Compared::Field(Field::Email),
    Compared::Field(Field::Country),
    Compared::Field(Field::Address),
    Compared::Field(Field::Tags),
    Compared::Params,
];

/// Something in which two contacts of one phone may differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// A field of the contact.
    Field(Field),
    /// The columns that feed no field.
    Params,
}

impl Compared {
    /// The name in every report.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Compared::Field(field) => field.as_str(),
            Compared::Params => "params",
        }
    }
}

/// A fingerprint of each compared field of one contact. Unequal prints prove a difference; equal
/// ones hide one with a chance of 2⁻³², and only the list of differing fields rests on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Print([u32; COMPARED.len()]);

impl Print {
    /// The bytes of a print in a buffer of prints.
    pub const BYTES: usize = 4 * COMPARED.len();

    /// The print of a contact and its params, each given by its [`name_print`] and its value.
    #[must_use]
    pub fn of<'r>(contact: &Contact<'r>, params: impl Iterator<Item = (u32, &'r str)>) -> Print {
        let mut tags = 0;
        contact.tags.for_each(|tag| tags = join(tags, hash(tag)));
        // Two letters are their own print.
        let letters = |country: Country| country.as_str().bytes().map(u32::from);
        let country =
            contact.country.map_or(0, |it| letters(it).fold(0, |all, one| all << 8 | one));
        let mut print = 0;
        // Most contacts have none of these.
        for (field, value) in [
            (Field::Description, &*contact.description),
            (Field::Avatar, contact.avatar_text()),
            (Field::Favorite, contact.favorite.map_or("", |it| if it { "y" } else { "n" })),
        ] {
            if !value.is_empty() {
                print = join(print, hash(field.as_str()) ^ hash(value));
            }
        }
        for (name, value) in params.filter(|(_, value)| !value.is_empty()) {
            print = join(print, name ^ hash(value));
        }
        Print([
            hash(&contact.name),
            hash(&contact.email),
            country,
            hash(&contact.address),
            tags,
            print,
        ])
    }

    /// The fingerprints in a buffer of prints, six numbers a row.
    pub fn words(buffer: &[u8]) -> impl Iterator<Item = [u32; COMPARED.len()]> {
        buffer.as_chunks::<{ Print::BYTES }>().0.iter().map(|bytes| Print::from_bytes(bytes).0)
    }

    /// Appends the print to a buffer of prints.
    pub fn append_to(self, buffer: &mut Vec<u8>) {
        let mut bytes = [0; Print::BYTES];
        for (four, word) in bytes.as_chunks_mut().0.iter_mut().zip(self.0) {
            *four = word.to_le_bytes();
        }
        buffer.extend_from_slice(&bytes);
    }

    fn from_bytes(bytes: &[u8; Print::BYTES]) -> Print {
        let mut words = [0; COMPARED.len()];
        for (word, four) in words.iter_mut().zip(bytes.chunks_exact(4)) {
            *word = u32::from_le_bytes(four.try_into().expect("chunks of 4"));
        }
        Print(words)
    }

    /// What the two contacts certainly differ in.
    fn differs_from(self, other: Print) -> Differences {
        let mut differs = [false; COMPARED.len()];
        for (differs, (mine, theirs)) in differs.iter_mut().zip(self.0.iter().zip(other.0)) {
            *differs = *mine != theirs;
        }
        Differences(differs)
    }
}

/// What two contacts of one phone differ in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Differences([bool; COMPARED.len()]);

impl Differences {
    /// What differs, a bit for each of [`COMPARED`], the first in the lowest.
    #[must_use]
    pub fn from_bits(bits: u8) -> Differences {
        Differences(std::array::from_fn(|at| bits >> at & 1 == 1))
    }

    /// What differs, in the order in which it is compared.
    pub fn iter(self) -> impl Iterator<Item = Compared> {
        COMPARED.into_iter().zip(self.0).filter(|(_, differs)| *differs).map(|(it, _)| it)
    }
}

/// The print of a param's name.
#[must_use]
pub fn name_print(name: &str) -> u32 {
    hash(name).rotate_left(16)
}

/// The print of a set, from that of a part of it and that of one more thing in it; the order
/// does not matter.
fn join(part: u32, item: u32) -> u32 {
    part.wrapping_add(item)
}

/// The low half of a 64-bit hash, with the length: the hash alone is the same for short texts whose
/// last characters repeat, such as `An` and `Ann`. 0 for no text, as many fields of a contact are.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the low halves are what is wanted")]
fn hash(text: &str) -> u32 {
    if text.is_empty() {
        return 0;
    }
    let hash = rapidhash_v3_nano_inline::<false, false>(text.as_bytes(), &DEFAULT_RAPID_SECRETS);
    (hash as u32).wrapping_add(text.len() as u32)
}

/// What the rows of a chunk bring that other rows may have, too. A row is named by its index in
/// the chunk.
#[derive(Debug, Default)]
pub struct Claims {
    /// Valid phones, which their rows want to keep.
    phones: Vec<(u64, usize)>,
    /// The [`variant_key`]s of those phones and of refused numbers.
    variants: Vec<(u64, usize)>,
    /// Those of refused numbers alone.
    refused: Vec<(u64, usize)>,
}

impl Claims {
    /// Forgets all claims and keeps the memory.
    pub fn clear(&mut self) {
        self.phones.clear();
        self.variants.clear();
        self.refused.clear();
    }

    /// Bytes of memory that they take, or could without more.
    #[must_use]
    pub fn buffer_bytes(&self) -> usize {
        let lists = [&self.phones, &self.variants, &self.refused];
        lists.iter().map(|list| list.capacity() * size_of::<(u64, usize)>()).sum()
    }

    /// The phones that rows want to keep: the phone, the number under which all spellings of its
    /// subscriber come together, and the row.
    pub fn phones(&self) -> impl Iterator<Item = (u64, u64, usize)> {
        self.phones.iter().map(|(phone, row)| (*phone, later::subscriber(*phone), *row))
    }

    /// The subscribers whose numbers were refused, and their rows.
    pub fn refused(&self) -> impl Iterator<Item = (u64, usize)> {
        self.refused.iter().map(|(key, row)| (key | later::SHARED, *row))
    }

    /// The row wants to keep the phone. Rows claim in order, each once.
    pub fn push(&mut self, row: usize, phone: Phone) {
        self.phones.push((phone.as_u64(), row));
        self.variants.extend(variant_key(phone.as_u64()).map(|key| (key, row)));
    }

    /// The row has a number that was refused: it claims nothing, and yet may be the subscriber of
    /// another row.
    pub fn push_refused(&mut self, row: usize, key: u64) {
        self.variants.push((key, row));
        self.refused.push((key, row));
    }
}

/// Another row that has to do with what a row claims, by its ordinal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// It has the phone and keeps it.
    Keeps {
        /// The ordinal of that row.
        kept: u64,
        /// What differs between the two.
        differs: Differences,
    },
    /// It has the phone, too, and neither keeps it.
    Repeats {
        /// The ordinal of that row.
        other: u64,
        /// What differs between the two.
        differs: Differences,
    },
    /// It came before, and its number may be the same subscriber's in another spelling.
    MayBeSame {
        /// The ordinal of that row.
        variant: u64,
    },
}

/// Asked now and then in long work: an error ends it.
pub type GoOn<'g> = &'g dyn Fn() -> io::Result<()>;

/// Who has which phone. Rows are named by their ordinal: their number over all sources, from 0.
pub struct Unique {
    state: State,
    policy: OnDuplicate,
    /// Bytes that the phones may take before their claims go to a file.
    bytes_max: usize,
    /// Where private files are made.
    folder: PathBuf,
    /// The prints of all rows.
    prints: ByRow<{ Print::BYTES }>,
}

enum State {
    /// Every row is settled when it comes.
    AtOnce {
        phones: Table,
        /// Keys that two spellings of one subscriber may share.
        variants: Table,
    },
    /// What the rows claim is gathered, until all are known.
    Gathering(Gathered),
    /// All rows are known.
    Known(Verdicts),
    /// Somebody else has settled them: the rows that others matter to, by ordinal.
    Given(Peekable<IntoIter<(u64, Relation)>>),
}

impl Unique {
    /// Nobody has any phone. Private files are made in `folder`, without a name there; beyond
    /// `bytes_max` bytes of phones, one is used for them.
    #[must_use]
    pub fn new(policy: OnDuplicate, bytes_max: usize, folder: &Path) -> Unique {
        let state = match policy {
            OnDuplicate::First => State::AtOnce { phones: Table::new(), variants: Table::new() },
            OnDuplicate::Last | OnDuplicate::Merge | OnDuplicate::Reject => {
                State::Gathering(Gathered::new(folder))
            }
        };
        Unique { state, policy, bytes_max, folder: folder.to_owned(), prints: ByRow::new(folder) }
    }

    /// Who has which phone is settled already: `relations` has the rows that another row matters
    /// to, by their ordinals, in order.
    #[must_use]
    pub fn given(policy: OnDuplicate, relations: Vec<(u64, Relation)>, folder: &Path) -> Unique {
        let state = State::Given(relations.into_iter().peekable());
        Unique { state, ..Unique::new(policy, usize::MAX, folder) }
    }

    /// Whether the rows that come next, the first of which has the ordinal `next`, must be held
    /// back until all are known.
    ///
    /// # Errors
    /// A private file cannot be written, or `go_on` gives one.
    pub fn holds_back(&mut self, next: u64, go_on: GoOn<'_>) -> io::Result<bool> {
        let State::AtOnce { phones, variants } = &mut self.state else {
            return Ok(matches!(self.state, State::Gathering(_)));
        };
        if phones.bytes() + variants.bytes() <= self.bytes_max {
            return Ok(false);
        }
        let tables = [phones, variants].map(|table| mem::replace(table, Table::new()));
        self.state = State::Gathering(Gathered::with(&self.folder, tables, next, go_on)?);
        Ok(true)
    }

    /// Takes what the rows of a chunk that is held back claim, and a print for every row whatever
    /// its fate; the first has the ordinal `first`.
    ///
    /// # Errors
    /// A private file cannot be written.
    ///
    /// # Panics
    /// Where rows are not held back.
    pub fn gather(&mut self, claims: &Claims, prints: &[u8], first: u64) -> io::Result<()> {
        let State::Gathering(gathered) = &mut self.state else {
            unreachable!("only rows that are held back are gathered")
        };
        gathered.add(claims, first)?;
        self.prints.append(prints)
    }

    /// Settles the claims of all rows that were held back.
    ///
    /// # Errors
    /// A private file cannot be used, or `go_on` gives one.
    pub fn settle_all(&mut self, go_on: GoOn<'_>) -> io::Result<()> {
        let placeholder = State::AtOnce { phones: Table::new(), variants: Table::new() };
        self.state = match mem::replace(&mut self.state, placeholder) {
            State::Gathering(gathered) => {
                State::Known(gathered.settle(self.policy, &self.folder, go_on)?)
            }
            other => other,
        };
        Ok(())
    }

    /// Settles what a chunk claims, whose first row has the ordinal `first`. The rows with which
    /// another row has to do are appended to `found`, in order. There is a print for every row,
    /// whatever its fate; rows that were held back have given theirs.
    ///
    /// # Errors
    /// A private file cannot be used.
    pub fn claim(
        &mut self,
        claims: &Claims,
        prints: &[u8],
        first: u64,
        found: &mut Vec<(usize, Relation)>,
    ) -> io::Result<()> {
        let (phones, variants) = match &mut self.state {
            State::AtOnce { phones, variants } => (phones, variants),
            State::Gathering(_) => unreachable!("what is held back is settled later"),
            State::Given(relations) => {
                let end = first + (prints.len() / Print::BYTES) as u64;
                while let Some((ordinal, relation)) = relations.next_if(|(at, _)| *at < end) {
                    found.push((usize::try_from(ordinal - first).expect("of the chunk"), relation));
                }
                return Ok(());
            }
            State::Known(verdicts) => {
                let end = first + (prints.len() / Print::BYTES) as u64;
                while let Some((ordinal, verdict)) = verdicts.next_before(end)? {
                    let row = usize::try_from(ordinal - first).expect("a row of the chunk");
                    found.push((row, relation(&self.prints, ordinal, verdict)?));
                }
                return Ok(());
            }
        };
        self.prints.append(prints)?;
        let mut duplicates = Vec::new();
        phones.claim(&claims.phones, first, |row, kept| duplicates.push((row, kept)));
        for &(row, kept) in &duplicates {
            let verdict = Verdict::Duplicate { kept };
            found.push((row, relation(&self.prints, first + row as u64, verdict)?));
        }
        // A duplicate adds nothing to what its phone's first row has claimed.
        let mut duplicates = duplicates.into_iter().map(|(row, _)| row).peekable();
        let claims_variant = |(_, row): &&(u64, usize)| {
            while duplicates.next_if(|duplicate| duplicate < row).is_some() {}
            duplicates.peek() != Some(row)
        };
        let claimed: Vec<(u64, usize)> =
            claims.variants.iter().filter(claims_variant).copied().collect();
        variants.claim(&claimed, first, |row, variant| {
            found.push((row, Relation::MayBeSame { variant }));
        });
        found.sort_unstable_by_key(|(row, _)| *row);
        Ok(())
    }

    /// Whether other rows are merged into the row with that ordinal.
    #[must_use]
    pub fn has_members(&self, kept: u64) -> bool {
        matches!(&self.state, State::Known(verdicts) if verdicts.has_member(kept))
    }

    /// The next row that is merged into the row with the ordinal `kept`; such rows are asked for in
    /// order.
    ///
    /// # Errors
    /// A private file cannot be read.
    pub fn next_member(&mut self, kept: u64) -> io::Result<Option<u64>> {
        match &mut self.state {
            State::Known(verdicts) => verdicts.next_member(kept),
            State::AtOnce { .. } | State::Gathering(_) | State::Given(_) => Ok(None),
        }
    }
}

/// A verdict, with what differs between the two rows.
fn relation(
    prints: &ByRow<{ Print::BYTES }>,
    ordinal: u64,
    verdict: Verdict,
) -> io::Result<Relation> {
    let print = |ordinal| prints.get(ordinal).map(|bytes| Print::from_bytes(&bytes));
    let differs = |other| Ok::<_, io::Error>(print(ordinal)?.differs_from(print(other)?));
    Ok(match verdict {
        Verdict::Duplicate { kept } => Relation::Keeps { kept, differs: differs(kept)? },
        Verdict::Repeated { other } => Relation::Repeats { other, differs: differs(other)? },
        Verdict::Variant { variant } => Relation::MayBeSame { variant },
    })
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;
    use crate::contact::{Avatar, Tags};
    use crate::phone::{Plan, ReadRules, read};

    fn phone(text: &str) -> Phone {
        read(Plan::builtin(), text, None, ReadRules::default()).verdict.expect("valid").phone
    }

    fn contact() -> Contact<'static> {
        Contact {
            phone: phone("+971501234567"),
            calling_code: 971,
            region: None,
            kind: crate::phone::Kind::Mobile,
            name: "Ann".into(),
            is_name_filled: false,
            first_name: "".into(),
            last_name: "".into(),
            email: "ann@example.org".into(),
            country: Country::from_alpha2("AE"),
            states_country: true,
            address: "1 Road".into(),
            tags: Tags::new(["vip,new"], ",", None),
            opt_in: None,
            description: "".into(),
            favorite: None,
            avatar: None,
        }
    }

    /// The print of a contact and of params, each with its name.
    fn print_of(contact: &Contact<'_>, params: &[(&str, &str)]) -> Print {
        Print::of(contact, params.iter().map(|(name, value)| (name_print(name), *value)))
    }

    #[test]
    fn two_contacts_differ_in_just_what_is_not_the_same() {
        let params = [("city", "Dubai"), ("note", "x")];
        let print = print_of(&contact(), &params);
        let same = Contact { tags: Tags::new(["new", "vip"], ",", None), ..contact() };
        let turned = [params[1], params[0], ("empty", "")];
        assert_eq!(print_of(&same, &turned), print);
        let tags = Tags::new(["vip"], ",", None);
        let others = [
            ("name", Contact { name: "Anna".into(), ..contact() }),
            ("email", Contact { email: "".into(), ..contact() }),
            ("country", Contact { country: Country::from_alpha2("BE"), ..contact() }),
            ("country", Contact { country: Country::from_alpha2("AF"), ..contact() }),
            ("country", Contact { country: Country::from_alpha2("EE"), ..contact() }),
            ("address", Contact { address: "2 Road".into(), ..contact() }),
            ("tags", Contact { tags, ..contact() }),
            ("params", Contact { description: "x".into(), ..contact() }),
            ("params", Contact { favorite: Some(true), ..contact() }),
            ("params", Contact { avatar: Some(Avatar::File("a.png")), ..contact() }),
        ];
        for (name, other) in others {
            let differs = print.differs_from(print_of(&other, &params));
            let names: Vec<&str> = differs.iter().map(Compared::as_str).collect();
            assert_eq!(names, if other.country.is_none() { vec!["country"] } else { vec![name] });
        }
        for params in [&[("city", "Dubai")][..], &[("city", "x"), ("note", "Dubai")]] {
            let differs = print.differs_from(print_of(&contact(), params));
            assert_eq!(differs.iter().collect::<Vec<_>>(), [Compared::Params]);
        }
    }

    #[test]
    fn thousands_of_values_have_prints_of_their_own() {
        let texts: Vec<String> = (0..4000).map(|at| format!("value {at}")).collect();
        let noted = |text| print_of(&Contact { description: text, ..contact() }, &[]).0;
        let prints: HashSet<_> = texts.iter().map(|text| noted(text.into())).collect();
        assert_eq!(prints.len(), texts.len());
        let prints: HashSet<_> =
            texts.iter().map(|text| print_of(&contact(), &[("note", text)]).0).collect();
        assert_eq!(prints.len(), texts.len());
    }

    #[test]
    fn differences_come_back_from_their_bits() {
        for bits in 0..1u8 << COMPARED.len() {
            let differs: Vec<Compared> = Differences::from_bits(bits).iter().collect();
            let expected = (0..COMPARED.len()).filter(|at| bits & 1 << at != 0);
            assert_eq!(differs, expected.map(|at| COMPARED[at]).collect::<Vec<_>>());
        }
    }

    /// The ordinal of a chunk's first row, what its rows claim, their prints, and what follows.
    type Chunk = (u64, Claims, Vec<u8>, Vec<(usize, Relation)>);

    /// Two chunks of rows: a phone thrice, and a subscriber in two spellings, with one of them again
    /// and a refused number of the same.
    fn chunks() -> [Chunk; 2] {
        let [one, other] = ["+5491123456789", "+541123456789"].map(phone);
        let repeated = phone("+971501234567");
        let prints = |rows: usize| {
            let mut prints = Vec::new();
            (0..rows).for_each(|_| print_of(&contact(), &[]).append_to(&mut prints));
            prints
        };
        let kept = |kept| Relation::Keeps { kept, differs: Differences::from_bits(0) };
        let mut first = Claims::default();
        first.push(0, repeated);
        first.push(1, one);
        first.push(2, repeated);
        let mut second = Claims::default();
        second.push(0, other);
        second.push(1, repeated);
        second.push_refused(2, variant_key(one.as_u64()).expect("two spellings share one"));
        second.push(3, other);
        let same = Relation::MayBeSame { variant: 1 };
        let found = vec![(0, same), (1, kept(0)), (2, same), (3, kept(3))];
        [(0, first, prints(3), vec![(2, kept(0))]), (3, second, prints(4), found)]
    }

    fn check_chunks(unique: &mut Unique) {
        for (first, claims, prints, expected) in chunks() {
            let mut found = Vec::new();
            unique.claim(&claims, &prints, first, &mut found).expect("claimed");
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn rows_are_settled_alike_at_once_later_and_by_somebody_else() {
        let folder = std::env::temp_dir();
        check_chunks(&mut Unique::new(OnDuplicate::First, usize::MAX, &folder));
        let mut later = Unique::new(OnDuplicate::First, 0, &folder);
        assert!(later.holds_back(0, &|| Ok(())).expect("kept"));
        for (first, claims, prints, _) in chunks() {
            later.gather(&claims, &prints, first).expect("kept");
        }
        later.settle_all(&|| Ok(())).expect("settled");
        check_chunks(&mut later);
        let relations = chunks().into_iter().flat_map(|(first, _, _, found)| {
            found.into_iter().map(move |(row, relation)| (first + row as u64, relation))
        });
        check_chunks(&mut Unique::given(OnDuplicate::First, relations.collect(), &folder));
    }

    #[test]
    fn rows_are_held_back_when_the_phones_take_more_than_they_may() {
        let folder = std::env::temp_dir();
        let mut unique = Unique::new(OnDuplicate::First, usize::MAX, &folder);
        let State::AtOnce { phones, variants } = &unique.state else { panic!("so it begins") };
        let bytes = phones.bytes() + variants.bytes();
        for (bytes_max, is_held) in [(bytes, false), (bytes - 1, true)] {
            unique.bytes_max = bytes_max;
            assert_eq!(unique.holds_back(0, &|| Ok(())).expect("kept"), is_held);
        }
    }

    #[test]
    fn a_refused_number_and_a_phone_of_one_subscriber_come_together() {
        let [_, (_, claims, _, _)] = chunks();
        let (refused, _) = claims.refused().next().expect("one was refused");
        let subscribers: Vec<u64> = claims.phones().map(|(_, subscriber, _)| subscriber).collect();
        assert_eq!(subscribers, [refused, phone("+971501234567").as_u64(), refused]);
    }

    #[test]
    fn claims_say_how_much_memory_they_take() {
        let mut claims = Claims::default();
        assert_eq!(claims.buffer_bytes(), 0);
        for row in 0..100 {
            claims.push_refused(row, 1);
        }
        let used = 2 * 100 * size_of::<(u64, usize)>();
        assert!((used..3 * used).contains(&claims.buffer_bytes()));
        for row in 100..200 {
            claims.push(row, phone("+971501234567"));
        }
        claims.clear();
        assert!(claims.buffer_bytes() > used, "memory is kept");
    }

    #[test]
    fn short_texts_have_prints_of_their_own() {
        let mut seen = HashMap::new();
        for first in b'A'..=b'z' {
            let mut texts = vec![String::from(char::from(first))];
            for second in b'a'..=b'z' {
                let pair = format!("{}{}", char::from(first), char::from(second));
                texts.extend((b'a'..=b'z').map(|third| format!("{pair}{}", char::from(third))));
                texts.push(pair);
            }
            for text in texts {
                let other = seen.insert(hash(&text), text.clone());
                assert!(other.is_none(), "{text} has the print of {other:?}");
            }
        }
    }
}
