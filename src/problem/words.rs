//! The words of every code, the one place for them: reports, `rowcall codes`, the README and
//! `docs/codes.md` say the same. It must not know who says them.

use super::Code;
use super::Level::{self, Error as Bad, Info, Warning};

/// A code's words.
pub(super) struct Words {
    pub(super) code: Code,
    pub(super) id: &'static str,
    pub(super) level: Level,
    /// What it means.
    pub(super) sentence: &'static str,
    /// What would come of it, or what the contact has of it.
    pub(super) why: &'static str,
    /// A cell or a record that has it, as text for a terminal; from its fixture.
    pub(super) example: &'static str,
    pub(super) remedy: &'static str,
}

/// A row of the list below.
const fn words(
    code: Code,
    id: &'static str,
    level: Level,
    [sentence, why, example, remedy]: [&'static str; 4],
) -> Words {
    Words { code, id, level, sentence, why, example, remedy }
}

/// The one list of all codes, in the order of the enum.
#[rustfmt::skip]
pub(super) const WORDS: [Words; 83] = [
    words(Code::RecordStrayQuote, "record.stray_quote", Bad, [
        "a quote stands inside an unquoted cell",
        "nobody can say whether the quote is text or encloses a cell, and a wrong guess moves every cell after it into another column",
        "Bob \"B\",+971501234562",
        "put the cell in quotes and double the quote inside it",
    ]),
    words(Code::RecordTextAfterQuote, "record.text_after_quote", Bad, [
        "text follows the quote that closes a cell",
        "the quote that ends the cell may have been meant as text, and then the cell ends somewhere else",
        "\"Bob\" B,+971501234562",
        "double the quotes inside the cell, or remove the text after it",
    ]),
    words(Code::RecordUnclosedQuote, "record.unclosed_quote", Bad, [
        "a quoted cell is never closed",
        "all that follows, up to the next quote or the end of the file, would be read as one cell, and the rows in it would be lost",
        "\"Bob,+971501234562",
        "close the quote, or remove it",
    ]),
    words(Code::RecordSwallowedRows, "record.swallowed_rows", Bad, [
        "a quoted cell holds lines that look like rows, as two stray quotes make it",
        "two stray quotes make one cell of all rows between them, and those contacts would be lost without a word",
        "\"b\\u{a}+971501234563,\"",
        "look for the quotes; --quote none reads every line as a row",
    ]),
    words(Code::RecordCellCount, "record.cell_count", Bad, [
        "the record has another number of cells than the header",
        "a cell too many or too few moves those after it into wrong columns, so that a city is sent as a name or a date as a phone",
        "Bob",
        "put cells that hold the delimiter in quotes, or add what is missing",
    ]),
    words(Code::RecordBadBytes, "record.bad_bytes", Bad, [
        "the record holds bytes that are not text in the file's encoding",
        "the name would reach the platform with a wrong letter in it, and nothing would say so",
        "Jos�,+971501234562",
        "export the file again as UTF-8; if many rows have this, say what it is, for example: --encoding windows-1252",
    ]),
    words(Code::RecordCellTooLong, "record.cell_too_long", Bad, [
        "a cell is longer than the limit",
        "no contact has a cell of this length; most often a quote is never closed and the cell has swallowed rows",
        "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB",
        "look for a quote that is never closed before this cell",
    ]),
    words(Code::RecordTooLong, "record.too_long", Bad, [
        "the record is longer than the limit",
        "no contact is of this length; most often line ends are missing and many rows are read as one",
        "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB,+971501234562,cccccccccccccccccccc",
        "look for missing line ends or a quote that is never closed",
    ]),
    words(Code::RecordTooManyCells, "record.too_many_cells", Bad, [
        "the record has more cells than the limit",
        "no contact has so many cells; most often line ends are missing and many rows are read as one",
        "Bob,+971501234562,,,,",
        "look for missing line ends",
    ]),
    words(Code::RecordPadded, "record.padded", Info, [
        "empty cells were added or left out at the end of the record",
        "spreadsheets leave empty cells out at the end of a line; where a cell is missing further to the left, what follows stands in a wrong column",
        "Bob,+971501234562",
        "nothing to do, or see whether a delimiter is missing",
    ]),
    words(Code::RecordTooLarge, "record.too_large", Bad, [
        "the contact alone is larger than a file of the payload may be",
        "the platform would refuse the whole file because of this one contact",
        "Bob,+971501234562,a long note that does not fit",
        "shorten its longest cells, leave columns out with --params, or give a larger --batch-bytes",
    ]),
    words(Code::TextMojibake, "text.mojibake", Warning, [
        "the text looks as if it was once read in a wrong encoding",
        "the contact would see their own name misspelled",
        "JosÃ© PÃ©rez",
        "export it again from where it was right; what stands here is sent",
    ]),
    words(Code::PhoneMissing, "phone.missing", Bad, [
        "the phone number is missing",
        "without a phone there is nobody to write to",
        "Bob,",
        "fill the cell",
    ]),
    words(Code::PhoneNotANumber, "phone.not_a_number", Bad, [
        "this is not a phone number",
        "what stands in the cell is a remark or belongs to another column, and no platform can write to it",
        "n/a",
        "write the number in digits, with + and the country calling code",
    ]),
    words(Code::PhoneNoRegion, "phone.no_region", Bad, [
        "a national number without a region to read it in",
        "the same digits belong to different people in different countries, and guessing one would write to a stranger",
        "050 123 4562",
        "give --region, fill the country column, or write + and the country calling code",
    ]),
    words(Code::PhoneUnknownCallingCode, "phone.unknown_calling_code", Bad, [
        "the number begins with no known country calling code",
        "no country has this code, so that the number reaches nobody",
        "+999501234562",
        "check the digits after the +",
    ]),
    words(Code::PhoneTooShort, "phone.too_short", Bad, [
        "the number is too short",
        "digits are missing, and no number can be made of what is left",
        "+971501",
        "look for missing digits",
    ]),
    words(Code::PhoneTooLong, "phone.too_long", Bad, [
        "the number is too long",
        "there are more digits than any number has; often two numbers stand in one cell",
        "+9715012345621234",
        "look for surplus digits or a second number in the cell",
    ]),
    words(Code::PhoneWrongLength, "phone.wrong_length", Bad, [
        "numbers of this country have no such length",
        "a digit was lost or typed twice, and the number as it stands belongs to nobody",
        "+6112345678901",
        "look for missing or surplus digits",
    ]),
    words(Code::PhoneLocalOnly, "phone.local_only", Bad, [
        "the number can be dialled within its area only",
        "the area code is missing, and without it the number is a different one in every town",
        "+1 555 2671",
        "add the area code",
    ]),
    words(Code::PhoneUnassigned, "phone.unassigned", Bad, [
        "no assigned range of its country contains the number",
        "the length is right and nobody has the number; often it was read in a wrong region or a digit is wrong",
        "+971301234562",
        "check the first digits, and whether the region is right",
    ]),
    words(Code::PhoneNotValid, "phone.not_valid", Bad, [
        "the number has a possible form, and is of no kind in use",
        "numbers of this form are not in use; often it is an old spelling or a digit is wrong",
        "+559281723241",
        "look for a missing area code, and check the digits after it",
    ]),
    words(Code::PhoneLetters, "phone.letters", Bad, [
        "there are letters in the number",
        "a remark beside the number may change its meaning, and a letter in it is most often a slip",
        "+971501234562 (home)",
        "remove them, or give --vanity if they are meant to be dialled",
    ]),
    words(Code::PhoneDigitsLost, "phone.digits_lost", Bad, [
        "a spreadsheet turned the number into scientific notation and lost digits",
        "the last digits were rounded away; any number made of the rest would belong to somebody else",
        "9.71501E+11",
        "export again with the column formatted as text; the lost digits are in no file",
    ]),
    words(Code::PhoneErrorValue, "phone.error_value", Bad, [
        "the cell begins with #, as the error values of spreadsheets do",
        "the formula behind the cell failed before the export, so that the number is not in the file",
        "#REF!",
        "mend the formula in the spreadsheet and export again",
    ]),
    words(Code::PhoneHashes, "phone.hashes", Bad, [
        "the cell shows only # because its column was too narrow",
        "the export has what the screen showed and not the number",
        "########",
        "widen the column in the spreadsheet and export again",
    ]),
    words(Code::PhoneFraction, "phone.fraction", Bad, [
        "the number has decimals, as a calculation leaves them",
        "no number has decimals, so the digits before them cannot be trusted either",
        "+971501234562.5",
        "look for a formula or an average in the spreadsheet",
    ]),
    words(Code::PhoneDate, "phone.date", Bad, [
        "a date stands where a phone number should",
        "the cell is of another column, or the number was turned into a date and cannot be read back",
        "21/11/2026",
        "look for a column that slipped, or for a spreadsheet that took digits for a date",
    ]),
    words(Code::PhoneOtherAddress, "phone.other_address", Bad, [
        "this is the address of a WhatsApp group, channel or hidden account, which is no number",
        "groups, channels and hidden accounts are no contacts, and no platform imports them",
        "120363040000000000@g.us",
        "ask for the contact's number",
    ]),
    words(Code::PhoneSeveralRefused, "phone.several_refused", Bad, [
        "the cell holds several numbers",
        "one number a cell was asked for (--multi reject), and nothing says which of these is the contact's",
        "+971501234562 ::: +971501234563",
        "keep one, or give --multi first to take the first valid one",
    ]),
    words(Code::PhoneKindRefused, "phone.kind_refused", Bad, [
        "numbers of this kind were not wanted",
        "a message to a line of another kind, a landline for example, is paid for and never read",
        "+97142345671",
        "nothing to do, or change --kinds",
    ]),
    words(Code::PhoneRegionRefused, "phone.region_refused", Bad, [
        "numbers of this region were not wanted",
        "a campaign may be allowed, or meant, for some countries only",
        "+14155552671",
        "nothing to do, or change --regions",
    ]),
    words(Code::PhoneExtension, "phone.extension", Warning, [
        "the cell names an extension; the number was taken without it",
        "the number is often that of an office, where the extension says who is meant, and a message cannot name it",
        "+971501234562 ext. 7",
        "keep the extension in a column of its own if it matters",
    ]),
    words(Code::PhoneAmbiguous, "phone.ambiguous", Warning, [
        "the digits are a valid number in two readings",
        "one of the two readings is a stranger's number, and only the owner of the file can say which",
        "6062642190",
        "write + and the calling code; --digits settles it for digits without a plus",
    ]),
    words(Code::PhoneReserved, "phone.reserved", Warning, [
        "the number is set aside for fiction and examples; nobody has it",
        "nobody can ever have this number, so that the contact is a test entry or invented",
        "+442079460958",
        "ask for the real number",
    ]),
    words(Code::PhonePlaceholder, "phone.placeholder", Warning, [
        "the digits look typed to fill the field",
        "somebody may have this number and is not this contact",
        "+971501234567",
        "ask for the real number",
    ]),
    words(Code::PhonePossibleVariant, "phone.possible_variant", Warning, [
        "an earlier row may be the same subscriber in another spelling",
        "the same person may get every message twice",
        "+541123456780",
        "compare the two rows; nothing was merged",
    ]),
    words(Code::PhoneInvisible, "phone.invisible", Info, [
        "characters that show nothing were taken out",
        "copied numbers bring such characters along, and a platform that keeps them cannot dial the number",
        "\\u{202a}+971501234562\\u{202c}",
        "nothing to do",
    ]),
    words(Code::PhoneFormula, "phone.formula", Info, [
        "the number was taken out of a formula",
        "the spreadsheet kept the digits as text in this way; the formula is no part of the number",
        "=+971501234562",
        "nothing to do",
    ]),
    words(Code::PhoneApostrophe, "phone.apostrophe", Info, [
        "the ' before the number was taken off",
        "a spreadsheet puts it there so that the cell stays text; it is no part of the number",
        "'+971501234562",
        "nothing to do",
    ]),
    words(Code::PhoneLink, "phone.link", Info, [
        "the number was taken out of a link or a WhatsApp address",
        "the digits of such a link are the full international number",
        "https://wa.me/971501234562",
        "nothing to do",
    ]),
    words(Code::PhoneExponent, "phone.exponent", Info, [
        "scientific notation that had all digits was written out",
        "the next export may lose digits, and then nobody can mend it",
        "+9.71501234562E11",
        "format the column as text before the next export",
    ]),
    words(Code::PhoneDecimalTail, "phone.decimal_tail", Info, [
        "a decimal tail was taken off",
        "the column was exported as decimals, in which long numbers lose digits",
        "0501234562.0",
        "format the column as text before the next export",
    ]),
    words(Code::PhoneZeroBeforePlus, "phone.zero_before_plus", Info, [
        "a zero before the plus was taken off",
        "the zero is no part of the number, and no platform takes it",
        "0+971501234562",
        "nothing to do",
    ]),
    words(Code::PhoneForeignPrefix, "phone.foreign_prefix", Info, [
        "an international prefix that the home region does not dial was read as a plus",
        "the number was written as somebody abroad dials it",
        "011 44 7400 123451",
        "nothing to do",
    ]),
    words(Code::PhonePlusAdded, "phone.plus_added", Info, [
        "digits without a plus were read as an international number",
        "as a national number the digits would be somebody else's or nobody's",
        "971501234562",
        "nothing to do, or say otherwise with --digits",
    ]),
    words(Code::PhoneVanity, "phone.vanity", Info, [
        "letters were read as the keys of a telephone",
        "the letters were meant as digits, as --vanity says",
        "+1-800-FLOWERS",
        "nothing to do",
    ]),
    words(Code::PhoneMexicoOne, "phone.mexico_one", Info, [
        "the 1 that Mexican mobiles had until 2019 was taken out",
        "the old spelling does not reach the contact as a new one does, and the two would count as two contacts",
        "+5215512345671",
        "nothing to do",
    ]),
    words(Code::PhoneBeninPrefix, "phone.benin_prefix", Info, [
        "the 01 that numbers of Benin got in 2024 was put in",
        "the number as it stands was valid until 2024, and the new one belongs to the same subscriber",
        "+22997123456",
        "nothing to do",
    ]),
    words(Code::PhoneSeveral, "phone.several", Info, [
        "the cell holds several numbers; the first valid one was taken",
        "the contact may prefer one of the others",
        "+971501234562 / +971501234563",
        "keep the others in columns of their own if they matter",
    ]),
    words(Code::PhoneLabelRefused, "phone.label_refused", Bad, [
        "by its label the row's only number is a fax, a pager or somebody else's",
        "a message to it reaches nobody, or the wrong person",
        "Home Fax",
        "give a number of the contact's own, or change the label if it is wrong",
    ]),
    words(Code::PhoneOtherColumn, "phone.other_column", Info, [
        "another column of the row has a valid number, too",
        "the contact may prefer the other one",
        "+971501234562,+971501234563",
        "choose the columns and their order with --map phone=Column",
    ]),
    words(Code::PhoneColumnSkipped, "phone.column_skipped", Info, [
        "this column has no valid number; one of another column was taken",
        "the preferred column was of no use here, and the number of another one may be of another kind",
        "n/a,+971501234563",
        "nothing to do, or correct the number",
    ]),
    words(Code::PhoneDuplicate, "phone.duplicate", Info, [
        "another row has the same phone number and is kept",
        "the same person would get every message twice, and most platforms refuse the second",
        "+971 50 123 4561",
        "nothing to do; see the kept row for what differs",
    ]),
    words(Code::PhoneMerged, "phone.merged", Info, [
        "an earlier row has the same phone number, and this one was merged into it",
        "the same person would get every message twice, and what only this row knows would be lost",
        "+971 50 123 4561",
        "nothing to do; see the kept row for what differed",
    ]),
    words(Code::PhoneMergeConflict, "phone.merge_conflict", Warning, [
        "the rows of one phone number say different things",
        "the contact gets one of the two values, and it may be the wrong one",
        "Ann,+971501234561",
        "see which of the two values is right, and correct the other row",
    ]),
    words(Code::PhoneMergeRefused, "phone.merge_refused", Warning, [
        "with what other rows of the phone number add, the contact could not be taken",
        "the platform gets the contact without what those rows know",
        "Ann,+971501234561,,Dubai",
        "see the other rows; nothing of them was added",
    ]),
    words(Code::PhoneRepeated, "phone.repeated", Bad, [
        "several rows have the same phone number, and none of them is wanted then",
        "nobody can say which of the rows is right",
        "+971 50 123 4561",
        "keep one of the rows, or let one be kept: --on-duplicate first, last or merge",
    ]),
    words(Code::PhoneSuppressed, "phone.suppressed", Info, [
        "a list given by --suppress has this phone",
        "whoever asked not to be written to must not be",
        "+971501234562",
        "nothing to do",
    ]),
    words(Code::PhoneUnchanged, "phone.unchanged", Info, [
        "the platform has this contact already, as it is here",
        "sending it again would change nothing",
        "+971501234562",
        "nothing to do",
    ]),
    words(Code::PhoneExists, "phone.exists", Bad, [
        "the platform has another contact of this phone, and its import changes none",
        "the platform would refuse it or leave it as it is, and the change in this row would be lost",
        "+971501234562",
        "change the contact on the platform, or leave the row out",
    ]),
    words(Code::PhoneExistingVariant, "phone.existing_variant", Warning, [
        "the platform may have this subscriber already, under another spelling of the number",
        "the same person may become a second contact and get every message twice",
        "+5511961724083",
        "compare the two; nothing was merged",
    ]),
    words(Code::PhoneNoId, "phone.no_id", Bad, [
        "the contact is to be updated, and the list of existing contacts does not have its id",
        "the platform finds the contact that is to change by its id alone",
        "+971501234562",
        "give the platform's own list answer, or a CSV with a column for the id",
    ]),
    words(Code::NameMissing, "name.missing", Bad, [
        "the row has no name, and one is required",
        "the platform refuses a contact without a name",
        ",+971501234562",
        "fill the name",
    ]),
    words(Code::NameFilled, "name.filled", Info, [
        "the row has no name; what --missing-name says stands in its place",
        "a message that addresses the contact by name will use what was put in",
        ",+971501234562",
        "nothing to do, or fill the name",
    ]),
    words(Code::EmailInvalid, "email.invalid", Warning, [
        "this is not an e-mail address, and no payload gets it",
        "mail to it comes back, and many platforms refuse a whole contact because of it",
        "bob@",
        "correct the address",
    ]),
    words(Code::FieldMissing, "field.missing", Bad, [
        "the platform requires this field, and the row has none that it takes",
        "the platform would refuse the contact",
        "Bob,+971501234562,",
        "fill the cell; --map says which column it is, --set what it always is",
    ]),
    words(Code::FieldTooLong, "field.too_long", Warning, [
        "the platform takes no text of this length here, and no payload gets it",
        "the platform would refuse the contact or cut the text",
        "Bob the Builder",
        "shorten the text",
    ]),
    words(Code::FieldBadCharacters, "field.bad_characters", Warning, [
        "the platform does not take some of these characters here, and no payload gets the text",
        "the platform would refuse the contact",
        "Bob 2",
        "write it without them",
    ]),
    words(Code::EmailTypo, "email.typo", Warning, [
        "the domain looks like a slip of a well-known one; the address was kept as it is",
        "mail to it comes back, or reaches a stranger",
        "b@gmial.com",
        "check the address",
    ]),
    words(Code::EmailSeveral, "email.several", Info, [
        "the cell holds several e-mail addresses; the first valid one was taken",
        "a contact has one address, and no payload gets the others",
        "ann@example.com; ann@example.org",
        "give another address a column of its own, which goes to the params",
    ]),
    words(Code::ConsentUnknown, "consent.unknown", Warning, [
        "the cell says neither yes nor no; no consent is assumed",
        "writing to somebody who did not agree is against the law in many countries and costs the sender's standing",
        "maybe",
        "write yes or no in a language that exports have, or Y, S, J or N, 1 or 0, true or false",
    ]),
    words(Code::ConsentMissing, "consent.missing", Bad, [
        "the row does not say that the contact agreed, as --require-opt-in asks",
        "writing to somebody who did not agree is against the law in many countries and costs the sender's standing",
        "+971501234562,no",
        "ask for consent, or leave the contact out",
    ]),
    words(Code::ConsentDeclined, "consent.declined", Warning, [
        "the row says that the contact does not want to be written to",
        "writing to somebody who does not want it is against the law in many countries; the contact is in the payload all the same",
        "+971501234562,no",
        "give --require-opt-in to leave such rows out",
    ]),
    words(Code::CountryUnknown, "country.unknown", Warning, [
        "no country is known by this text, and no payload gets it",
        "the contact's country would be missing or wrong on the platform",
        "Atlantis",
        "write its name or its two letters, like AE",
    ]),
    words(Code::RegionUnknown, "region.unknown", Warning, [
        "no region is known by this text, so the number was read in another",
        "in a wrong region the same digits may belong to somebody else",
        "abc",
        "write the region's two letters or its calling code, like AE or +971",
    ]),
    words(Code::CountryMismatch, "country.mismatch", Warning, [
        "the row's country is not the country of its phone number",
        "either the contact moved, or the number was read in a wrong region and belongs to somebody else",
        "+971501234562,IN",
        "check which of the two is right; the column's value is sent",
    ]),
    words(Code::TagsNoId, "tags.no_id", Warning, [
        "the platform takes ids of tags, and this tag has none; it was left out",
        "the contact will be missing from that group on the platform",
        "new",
        "make the group on the platform and give its id with --tag-id, or in the profile",
    ]),
    words(Code::TagsOneId, "tags.one_id", Warning, [
        "the platform takes the id of one tag, and an earlier tag of the row gave it",
        "the contact will be in one group only",
        "lead,vip",
        "put the tag that matters first",
    ]),
    words(Code::TagsSeparator, "tags.separator", Warning, [
        "the tag holds what divides tags on the platform; a space was put in its place",
        "the platform would make two tags of this one",
        "lead, warm",
        "rename the tag",
    ]),
    words(Code::FavoriteUnknown, "favorite.unknown", Warning, [
        "the cell says neither yes nor no, and no payload gets it",
        "the contact will not be marked",
        "perhaps",
        "write yes or no",
    ]),
    words(Code::AvatarInvalid, "avatar.invalid", Warning, [
        "this is no picture that the platform takes, and no payload gets it",
        "the platform would refuse the picture, and with it perhaps the contact",
        "bob.png",
        "give the address of a JPG or PNG, or a file in the folder of --avatar-dir",
    ]),
    words(Code::AvatarDimensions, "avatar.dimensions", Warning, [
        "the picture has other dimensions than the platform recommends; it is sent as it is",
        "the platform may cut or distort it",
        "wide.png",
        "scale the picture",
    ]),
];
