//! The other noun: what is wrong with a row, where, and what became of the row.
//! It must not know how a problem is found, nor how it is written.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

mod words;

use crate::contact::Field;
use crate::phone::Phone;
use words::WORDS;

/// Where a record stands in its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Index of the source, from 0.
    pub source: u32,
    /// The record's number in its source, from 1; the header is not counted.
    pub row: u64,
    /// The physical line of the record's first byte, from 1.
    pub line: u64,
    /// The offset of the record's first byte in the source, from 0.
    pub byte: u64,
    /// The record's length in bytes, its line end included.
    pub length: u64,
}

/// What became of a row: exactly one, the first that applies in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fate {
    /// Nothing but white space and delimiters.
    Blank,
    /// The record could not be read.
    Malformed,
    /// The record was read, and its phone or a required field is not acceptable.
    Rejected,
    /// A list of phones that nobody wants written to has its phone.
    Suppressed,
    /// Another row has the same phone and keeps it.
    Duplicate,
    /// Another row has the same phone, keeps it, and took what this one has and it lacked.
    Merged,
    /// The platform has the contact already, as it is.
    Unchanged,
    /// It stands in the payload.
    Accepted,
}

impl Fate {
    /// Every fate, in the order in which the first that applies is taken.
    pub const ALL: [Fate; 8] = [
        Fate::Blank,
        Fate::Malformed,
        Fate::Rejected,
        Fate::Suppressed,
        Fate::Duplicate,
        Fate::Merged,
        Fate::Unchanged,
        Fate::Accepted,
    ];

    /// The fate's name in every report.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Fate::Blank => "blank",
            Fate::Malformed => "malformed",
            Fate::Rejected => "rejected",
            Fate::Suppressed => "suppressed",
            Fate::Duplicate => "duplicate",
            Fate::Merged => "merged",
            Fate::Unchanged => "unchanged",
            Fate::Accepted => "accepted",
        }
    }
}

/// What the payload does with an accepted row's contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// It makes the contact.
    Create,
    /// It changes the contact that the platform has.
    Update,
}

impl Action {
    /// The action's name in every report.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Action::Create => "create",
            Action::Update => "update",
        }
    }
}

/// How much a problem weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth knowing; nothing was lost.
    Info,
    /// A field was dropped or something should be looked at; the row's fate does not change.
    Warning,
    /// The row cannot be accepted.
    Error,
}

impl Level {
    /// The level's name in every report.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Info => "info",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

/// What is wrong. A code never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// A quote stands inside an unquoted cell.
    RecordStrayQuote,
    /// Text follows the quote that closes a cell.
    RecordTextAfterQuote,
    /// A quoted cell is never closed.
    RecordUnclosedQuote,
    /// A quoted cell holds lines that are rows themselves.
    RecordSwallowedRows,
    /// The record has another number of cells than the header.
    RecordCellCount,
    /// The record holds bytes that are no text in the source's encoding.
    RecordBadBytes,
    /// A cell is longer than the limit.
    RecordCellTooLong,
    /// The record is longer than the limit.
    RecordTooLong,
    /// The record has more cells than the limit.
    RecordTooManyCells,
    /// Cells were missing at the record's end, or surplus cells, all empty, stood there.
    RecordPadded,
    /// The contact alone is larger than a file of the payload may be.
    RecordTooLarge,
    /// The text was decoded wrongly before it came here.
    TextMojibake,
    /// The phone cell is empty.
    PhoneMissing,
    /// The phone cell holds no phone number.
    PhoneNotANumber,
    /// A national number, and no region to read it in.
    PhoneNoRegion,
    /// The international number begins with no known calling code.
    PhoneUnknownCallingCode,
    /// The number has too few digits.
    PhoneTooShort,
    /// The number has too many digits.
    PhoneTooLong,
    /// Numbers of its country have no such length.
    PhoneWrongLength,
    /// The number can be dialled within its area only.
    PhoneLocalOnly,
    /// The number's length is right, and no range of its country contains it.
    PhoneUnassigned,
    /// The number follows its country's general pattern, and is of no kind in use.
    PhoneNotValid,
    /// There are letters in the number.
    PhoneLetters,
    /// A spreadsheet turned the number into scientific notation and lost digits.
    PhoneDigitsLost,
    /// The cell begins with #, as the error values of spreadsheets do.
    PhoneErrorValue,
    /// The cell shows only # because its column was too narrow.
    PhoneHashes,
    /// The number has decimals, as a calculation leaves them.
    PhoneFraction,
    /// A date stands in the place of the number.
    PhoneDate,
    /// The address of a WhatsApp group or the like, which is no number.
    PhoneOtherAddress,
    /// The cell holds several numbers.
    PhoneSeveralRefused,
    /// Numbers of this kind were not wanted.
    PhoneKindRefused,
    /// Numbers of this region were not wanted.
    PhoneRegionRefused,
    /// The cell names an extension beside the number.
    PhoneExtension,
    /// The digits are a valid number both as national and as international.
    PhoneAmbiguous,
    /// The number is set aside for fiction and examples; nobody has it.
    PhoneReserved,
    /// The digits look typed to fill the field.
    PhonePlaceholder,
    /// An earlier row may be the same subscriber in another spelling.
    PhonePossibleVariant,
    /// Characters that show nothing were taken out.
    PhoneInvisible,
    /// The number was taken out of a formula.
    PhoneFormula,
    /// The ' before the number was taken off.
    PhoneApostrophe,
    /// The number was taken out of a link or a WhatsApp address.
    PhoneLink,
    /// Scientific notation that had all digits was written out.
    PhoneExponent,
    /// A decimal tail was taken off.
    PhoneDecimalTail,
    /// A zero before the plus was taken off.
    PhoneZeroBeforePlus,
    /// An international prefix that the home region does not dial was read as a plus.
    PhoneForeignPrefix,
    /// Digits without a plus were read as an international number.
    PhonePlusAdded,
    /// Letters were read as the keys of a telephone, as was asked for.
    PhoneVanity,
    /// The 1 that Mexican mobiles had until 2019 was taken out.
    PhoneMexicoOne,
    /// The 01 that numbers of Benin got in 2024 was put in.
    PhoneBeninPrefix,
    /// The cell holds several numbers; the first valid one was taken.
    PhoneSeveral,
    /// By its label the number is a fax, a pager or somebody else's.
    PhoneLabelRefused,
    /// Another column of the row has a valid number, too.
    PhoneOtherColumn,
    /// A preferred column of the row has no valid number; another has.
    PhoneColumnSkipped,
    /// Another accepted row has the same phone.
    PhoneDuplicate,
    /// An earlier accepted row has the same phone and took what this one adds.
    PhoneMerged,
    /// Several rows of one phone say different things of its contact.
    PhoneMergeConflict,
    /// With what the other rows add, the contact could not be taken.
    PhoneMergeRefused,
    /// Several rows have the same phone, and none is wanted then.
    PhoneRepeated,
    /// A list of suppressed phones has it.
    PhoneSuppressed,
    /// The platform has the contact already, as it is.
    PhoneUnchanged,
    /// The platform has a contact of this phone, and takes no other and no change.
    PhoneExists,
    /// The platform may have the contact under another spelling of its phone.
    PhoneExistingVariant,
    /// The contact that is to be updated has no id in the list of existing contacts.
    PhoneNoId,
    /// The platform requires a name and the row has none.
    NameMissing,
    /// The row has no name, and one was put in its place.
    NameFilled,
    /// The e-mail address is none.
    EmailInvalid,
    /// The platform requires a field and the row has none.
    FieldMissing,
    /// A field is longer than the platform takes.
    FieldTooLong,
    /// A field has characters that the platform does not take.
    FieldBadCharacters,
    /// The domain of the e-mail address looks like a slip.
    EmailTypo,
    /// The row has several e-mail addresses in one cell.
    EmailSeveral,
    /// The cell for consent says neither yes nor no.
    ConsentUnknown,
    /// The row does not say that its contact agreed.
    ConsentMissing,
    /// The row says that its contact did not agree, and nobody asked for consent.
    ConsentDeclined,
    /// The country is no ISO 3166-1 alpha-2 code.
    CountryUnknown,
    /// The calling code or the region of the row cannot be read.
    RegionUnknown,
    /// The row's country is not the country of its phone.
    CountryMismatch,
    /// The platform takes ids of tags, and this one has none.
    TagsNoId,
    /// The platform takes one id, and another tag of the row gave it.
    TagsOneId,
    /// A tag holds what divides tags on the platform.
    TagsSeparator,
    /// The cell for favorites says neither yes nor no.
    FavoriteUnknown,
    /// The picture is none.
    AvatarInvalid,
    /// The picture has other dimensions than the platform recommends.
    AvatarDimensions,
}

impl Code {
    /// Every code.
    pub fn all() -> impl Iterator<Item = Code> {
        WORDS.iter().map(|words| words.code)
    }

    /// How many codes there are.
    pub const COUNT: usize = WORDS.len();

    /// The code as reports write it, `category.reason`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        WORDS[self as usize].id
    }

    /// The part of the code before the point: `record`, `text`, or a field's name.
    #[must_use]
    pub fn category(self) -> &'static str {
        self.as_str().split_once('.').map_or(self.as_str(), |(category, _)| category)
    }

    /// How much it weighs.
    #[must_use]
    pub fn level(self) -> Level {
        WORDS[self as usize].level
    }

    /// What it means, as a sentence without its full stop.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        WORDS[self as usize].sentence
    }

    /// Why it matters, as a sentence without its full stop.
    #[must_use]
    pub fn why(self) -> &'static str {
        WORDS[self as usize].why
    }

    /// A cell or a record that has it, as [`printable`](crate::text::printable) shows it.
    #[must_use]
    pub fn example(self) -> &'static str {
        WORDS[self as usize].example
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        WORDS[self as usize].remedy
    }
}

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Code, UnknownCode> {
        let known = Code::all().find(|code| code.as_str().eq_ignore_ascii_case(text.trim()));
        known.ok_or(UnknownCode)
    }
}

/// The text is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownCode;

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Something wrong with a row, or worth knowing of it. Its place is added by the ordered stage,
/// the only one that knows row numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem<'r> {
    /// What is wrong.
    pub code: Code,
    /// Index of the column, from 0; none where the whole record is meant.
    pub column: Option<u32>,
    /// The field that the column feeds.
    pub field: Option<Field>,
    /// The cell as it was read.
    pub value: Cow<'r, str>,
    /// What was seen, beyond the code's sentence; may be empty.
    pub detail: Cow<'static, str>,
    /// What to put instead, where that is certain enough to say.
    pub suggestion: Option<Suggestion>,
    /// The valid readings of the cell, where there are two: how it was read, and as what. The
    /// first is the one that was taken.
    pub readings: Vec<(&'static str, Phone)>,
}

/// A value that may be right instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The value.
    pub value: String,
    /// How sure it is.
    pub confidence: Confidence,
}

/// How sure a suggestion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confidence {
    /// It is likely, and a person should look.
    Medium,
}

impl Confidence {
    /// The name in every report.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Medium => "medium",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_stands_at_its_own_place_in_the_list() {
        for (at, code) in Code::all().enumerate() {
            assert_eq!(code as usize, at, "{code}");
        }
    }

    #[test]
    fn a_code_is_unique_and_its_words_are_sentences_without_a_stop() {
        let mut seen = std::collections::HashSet::new();
        for code in Code::all() {
            assert!(seen.insert(code.as_str()), "{code} stands twice");
            for text in [code.sentence(), code.why(), code.remedy()] {
                assert!(text.len() > 10 && !text.ends_with('.'), "{code}: {text}");
                assert!(text.chars().next().is_some_and(char::is_lowercase), "{code}: {text}");
            }
        }
    }
}
