//! The other noun: what is wrong with a row, where, and what became of the row.
//! It must not know how a problem is found, nor how it is written.

use std::borrow::Cow;
use std::fmt;

use crate::contact::Field;
use crate::phone::Phone;

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

/// A code's words: what docs, reports and help say of it.
struct CodeWords {
    code: Code,
    id: &'static str,
    level: Level,
    sentence: &'static str,
    remedy: &'static str,
}

use Level::{Error as Bad, Info, Warning};

/// A row of the list below.
const fn words(
    code: Code,
    id: &'static str,
    level: Level,
    sentence: &'static str,
    remedy: &'static str,
) -> CodeWords {
    CodeWords { code, id, level, sentence, remedy }
}

/// The one list of all codes, in the order of the enum.
#[rustfmt::skip]
const CODES: [CodeWords; 81] = [
    words(Code::RecordStrayQuote, "record.stray_quote", Bad,
        "a quote stands inside an unquoted cell",
        "put the cell in quotes and double the quote inside it"),
    words(Code::RecordTextAfterQuote, "record.text_after_quote", Bad,
        "text follows the quote that closes a cell",
        "double the quotes inside the cell, or remove the text after it"),
    words(Code::RecordUnclosedQuote, "record.unclosed_quote", Bad,
        "a quoted cell is never closed",
        "close the quote, or remove it"),
    words(Code::RecordSwallowedRows, "record.swallowed_rows", Bad,
        "a quoted cell holds lines that look like rows, as two stray quotes make it",
        "look for the quotes; --quote none reads every line as a row"),
    words(Code::RecordCellCount, "record.cell_count", Bad,
        "the record has another number of cells than the header",
        "put cells that hold the delimiter in quotes, or add what is missing"),
    words(Code::RecordBadBytes, "record.bad_bytes", Bad,
        "the record holds bytes that are not text in the file's encoding",
        "export the file again as UTF-8; if many rows have this, say what it is, for example: --encoding windows-1252"),
    words(Code::RecordCellTooLong, "record.cell_too_long", Bad,
        "a cell is longer than the limit",
        "look for a quote that is never closed before this cell"),
    words(Code::RecordTooLong, "record.too_long", Bad,
        "the record is longer than the limit",
        "look for missing line ends or a quote that is never closed"),
    words(Code::RecordTooManyCells, "record.too_many_cells", Bad,
        "the record has more cells than the limit",
        "look for missing line ends"),
    words(Code::RecordPadded, "record.padded", Info,
        "empty cells were added or left out at the end of the record",
        "nothing to do, or see whether a delimiter is missing"),
    words(Code::RecordTooLarge, "record.too_large", Bad,
        "the contact alone is larger than a file of the payload may be",
        "shorten its longest cells, leave columns out with --params, or give a larger --batch-bytes"),
    words(Code::TextMojibake, "text.mojibake", Warning,
        "the text looks as if it was once read in a wrong encoding",
        "export it again from where it was right; what stands here is sent"),
    words(Code::PhoneMissing, "phone.missing", Bad,
        "the phone number is missing",
        "fill the cell"),
    words(Code::PhoneNotANumber, "phone.not_a_number", Bad,
        "this is not a phone number",
        "write the number in digits, with + and the country calling code"),
    words(Code::PhoneNoRegion, "phone.no_region", Bad,
        "a national number without a region to read it in",
        "give --region, fill the country column, or write + and the country calling code"),
    words(Code::PhoneUnknownCallingCode, "phone.unknown_calling_code", Bad,
        "the number begins with no known country calling code",
        "check the digits after the +"),
    words(Code::PhoneTooShort, "phone.too_short", Bad,
        "the number is too short",
        "look for missing digits"),
    words(Code::PhoneTooLong, "phone.too_long", Bad,
        "the number is too long",
        "look for surplus digits or a second number in the cell"),
    words(Code::PhoneWrongLength, "phone.wrong_length", Bad,
        "numbers of this country have no such length",
        "look for missing or surplus digits"),
    words(Code::PhoneLocalOnly, "phone.local_only", Bad,
        "the number can be dialled within its area only",
        "add the area code"),
    words(Code::PhoneUnassigned, "phone.unassigned", Bad,
        "no assigned range of its country contains the number",
        "check the first digits, and whether the region is right"),
    words(Code::PhoneNotValid, "phone.not_valid", Bad,
        "the number has a possible form, and is of no kind in use",
        "check the digits after the area code"),
    words(Code::PhoneLetters, "phone.letters", Bad,
        "there are letters in the number",
        "remove them, or give --vanity if they are meant to be dialled"),
    words(Code::PhoneDigitsLost, "phone.digits_lost", Bad,
        "a spreadsheet turned the number into scientific notation and lost digits",
        "export again with the column formatted as text; the lost digits are in no file"),
    words(Code::PhoneErrorValue, "phone.error_value", Bad,
        "the cell begins with #, as the error values of spreadsheets do",
        "mend the formula in the spreadsheet and export again"),
    words(Code::PhoneHashes, "phone.hashes", Bad,
        "the cell shows only # because its column was too narrow",
        "widen the column in the spreadsheet and export again"),
    words(Code::PhoneFraction, "phone.fraction", Bad,
        "the number has decimals, as a calculation leaves them",
        "look for a formula or an average in the spreadsheet"),
    words(Code::PhoneDate, "phone.date", Bad,
        "a date stands where a phone number should",
        "look for a column that slipped, or for a spreadsheet that took digits for a date"),
    words(Code::PhoneOtherAddress, "phone.other_address", Bad,
        "this is the address of a WhatsApp group, channel or hidden account, which is no number",
        "ask for the contact's number"),
    words(Code::PhoneSeveralRefused, "phone.several_refused", Bad,
        "the cell holds several numbers",
        "keep one, or give --multi first to take the first valid one"),
    words(Code::PhoneKindRefused, "phone.kind_refused", Bad,
        "numbers of this kind were not wanted",
        "nothing to do, or change --kinds"),
    words(Code::PhoneRegionRefused, "phone.region_refused", Bad,
        "numbers of this region were not wanted",
        "nothing to do, or change --regions"),
    words(Code::PhoneExtension, "phone.extension", Warning,
        "the cell names an extension; the number was taken without it",
        "keep the extension in a column of its own if it matters"),
    words(Code::PhoneAmbiguous, "phone.ambiguous", Warning,
        "the digits are a valid number in two readings",
        "write + and the calling code; --digits settles it for digits without a plus"),
    words(Code::PhoneReserved, "phone.reserved", Warning,
        "the number is set aside for fiction and examples; nobody has it",
        "ask for the real number"),
    words(Code::PhonePlaceholder, "phone.placeholder", Warning,
        "the digits look typed to fill the field",
        "ask for the real number"),
    words(Code::PhonePossibleVariant, "phone.possible_variant", Warning,
        "an earlier row may be the same subscriber in another spelling",
        "compare the two rows; nothing was merged"),
    words(Code::PhoneInvisible, "phone.invisible", Info,
        "characters that show nothing were taken out",
        "nothing to do"),
    words(Code::PhoneFormula, "phone.formula", Info,
        "the number was taken out of a formula",
        "nothing to do"),
    words(Code::PhoneApostrophe, "phone.apostrophe", Info,
        "the ' before the number was taken off",
        "nothing to do"),
    words(Code::PhoneLink, "phone.link", Info,
        "the number was taken out of a link or a WhatsApp address",
        "nothing to do"),
    words(Code::PhoneExponent, "phone.exponent", Info,
        "scientific notation that had all digits was written out",
        "format the column as text before the next export"),
    words(Code::PhoneDecimalTail, "phone.decimal_tail", Info,
        "a decimal tail was taken off",
        "format the column as text before the next export"),
    words(Code::PhoneZeroBeforePlus, "phone.zero_before_plus", Info,
        "a zero before the plus was taken off",
        "nothing to do"),
    words(Code::PhoneForeignPrefix, "phone.foreign_prefix", Info,
        "an international prefix that the home region does not dial was read as a plus",
        "nothing to do"),
    words(Code::PhonePlusAdded, "phone.plus_added", Info,
        "digits without a plus were read as an international number",
        "nothing to do, or say otherwise with --digits"),
    words(Code::PhoneVanity, "phone.vanity", Info,
        "letters were read as the keys of a telephone",
        "nothing to do"),
    words(Code::PhoneMexicoOne, "phone.mexico_one", Info,
        "the 1 that Mexican mobiles had until 2019 was taken out",
        "nothing to do"),
    words(Code::PhoneBeninPrefix, "phone.benin_prefix", Info,
        "the 01 that numbers of Benin got in 2024 was put in",
        "nothing to do"),
    words(Code::PhoneSeveral, "phone.several", Info,
        "the cell holds several numbers; the first valid one was taken",
        "keep the others in columns of their own if they matter"),
    words(Code::PhoneOtherColumn, "phone.other_column", Info,
        "another column of the row has a valid number, too",
        "choose the columns and their order with --map phone=Column"),
    words(Code::PhoneColumnSkipped, "phone.column_skipped", Info,
        "this column has no valid number; one of another column was taken",
        "nothing to do, or correct the number"),
    words(Code::PhoneDuplicate, "phone.duplicate", Info,
        "another row has the same phone number and is kept",
        "nothing to do; see the kept row for what differs"),
    words(Code::PhoneMerged, "phone.merged", Info,
        "an earlier row has the same phone number, and this one was merged into it",
        "nothing to do; see the kept row for what differed"),
    words(Code::PhoneMergeConflict, "phone.merge_conflict", Warning,
        "the rows of one phone number say different things",
        "see which of the two values is right, and correct the other row"),
    words(Code::PhoneMergeRefused, "phone.merge_refused", Warning,
        "with what other rows of the phone number add, the contact could not be taken",
        "see the other rows; nothing of them was added"),
    words(Code::PhoneRepeated, "phone.repeated", Bad,
        "several rows have the same phone number, and none of them is wanted then",
        "keep one of the rows, or let one be kept: --on-duplicate first, last or merge"),
    words(Code::PhoneSuppressed, "phone.suppressed", Info,
        "a list given by --suppress has this phone",
        "nothing to do"),
    words(Code::PhoneUnchanged, "phone.unchanged", Info,
        "the platform has this contact already, as it is here",
        "nothing to do"),
    words(Code::PhoneExists, "phone.exists", Bad,
        "the platform has another contact of this phone, and its import changes none",
        "change the contact on the platform, or leave the row out"),
    words(Code::PhoneExistingVariant, "phone.existing_variant", Warning,
        "the platform may have this subscriber already, under another spelling of the number",
        "compare the two; nothing was merged"),
    words(Code::PhoneNoId, "phone.no_id", Bad,
        "the contact is to be updated, and the list of existing contacts does not have its id",
        "give the platform's own list answer, or a CSV with a column for the id"),
    words(Code::NameMissing, "name.missing", Bad,
        "the row has no name, and one is required",
        "fill the name"),
    words(Code::NameFilled, "name.filled", Info,
        "the row has no name; what --missing-name says stands in its place",
        "nothing to do, or fill the name"),
    words(Code::EmailInvalid, "email.invalid", Warning,
        "this is not an e-mail address, and no payload gets it",
        "correct the address"),
    words(Code::FieldMissing, "field.missing", Bad,
        "the platform requires this field, and the row has none that it takes",
        "fill the cell; --map says which column it is, --set what it always is"),
    words(Code::FieldTooLong, "field.too_long", Warning,
        "the platform takes no text of this length here, and no payload gets it",
        "shorten the text"),
    words(Code::FieldBadCharacters, "field.bad_characters", Warning,
        "the platform does not take some of these characters here, and no payload gets the text",
        "write it without them"),
    words(Code::EmailTypo, "email.typo", Warning,
        "the domain looks like a slip of a well-known one; the address was kept as it is",
        "check the address"),
    words(Code::ConsentUnknown, "consent.unknown", Warning,
        "the cell says neither yes nor no; no consent is assumed",
        "write yes or no"),
    words(Code::ConsentMissing, "consent.missing", Bad,
        "the row does not say that the contact agreed, as --require-opt-in asks",
        "ask for consent, or leave the contact out"),
    words(Code::ConsentDeclined, "consent.declined", Warning,
        "the row says that the contact does not want to be written to",
        "give --require-opt-in to leave such rows out"),
    words(Code::CountryUnknown, "country.unknown", Warning,
        "no country is known by this text, and no payload gets it",
        "write its name or its two letters, like AE"),
    words(Code::RegionUnknown, "region.unknown", Warning,
        "no region is known by this text, so the number was read in another",
        "write the region's two letters or its calling code, like AE or +971"),
    words(Code::CountryMismatch, "country.mismatch", Warning,
        "the row's country is not the country of its phone number",
        "check which of the two is right; the column's value is sent"),
    words(Code::TagsNoId, "tags.no_id", Warning,
        "the platform takes ids of tags, and this tag has none; it was left out",
        "make the group on the platform and give its id with --tag-id, or in the profile"),
    words(Code::TagsOneId, "tags.one_id", Warning,
        "the platform takes the id of one tag, and an earlier tag of the row gave it",
        "put the tag that matters first"),
    words(Code::TagsSeparator, "tags.separator", Warning,
        "the tag holds what divides tags on the platform; a space was put in its place",
        "rename the tag"),
    words(Code::FavoriteUnknown, "favorite.unknown", Warning,
        "the cell says neither yes nor no, and no payload gets it",
        "write yes or no"),
    words(Code::AvatarInvalid, "avatar.invalid", Warning,
        "this is no picture that the platform takes, and no payload gets it",
        "give the address of a JPG or PNG, or a file in the folder of --avatar-dir"),
    words(Code::AvatarDimensions, "avatar.dimensions", Warning,
        "the picture has other dimensions than the platform recommends; it is sent as it is",
        "scale the picture"),
];

impl Code {
    /// Every code.
    pub fn all() -> impl Iterator<Item = Code> {
        CODES.iter().map(|words| words.code)
    }

    /// How many codes there are.
    pub const COUNT: usize = CODES.len();

    /// The code as reports write it, `category.reason`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        CODES[self as usize].id
    }

    /// The part of the code before the point: `record`, `text`, or a field's name.
    #[must_use]
    pub fn category(self) -> &'static str {
        self.as_str().split_once('.').map_or(self.as_str(), |(category, _)| category)
    }

    /// How much it weighs.
    #[must_use]
    pub fn level(self) -> Level {
        CODES[self as usize].level
    }

    /// What it means, as a sentence without its full stop.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        CODES[self as usize].sentence
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        CODES[self as usize].remedy
    }
}

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
            for text in [code.sentence(), code.remedy()] {
                assert!(text.len() > 10 && !text.ends_with('.'), "{code}: {text}");
                assert!(text.chars().next().is_some_and(char::is_lowercase), "{code}: {text}");
            }
        }
    }
}
