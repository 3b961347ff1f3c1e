//! The words of a judgement: [`Kind`] of a number, [`Length`] against its plan, and the
//! [`Refusal`] of text that is no valid number. Names are libphonenumber's, in snake case.

/// What a number is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A telephone at a place.
    FixedLine,
    /// A mobile telephone.
    Mobile,
    /// Either; the plan of the region does not tell them apart (North America).
    FixedLineOrMobile,
    /// Freephone: the called party pays.
    TollFree,
    /// The caller pays more than for the call.
    PremiumRate,
    /// Caller and called party share the cost.
    SharedCost,
    /// Voice over IP.
    Voip,
    /// Follows a person, routed to whatever line the person chooses.
    PersonalNumber,
    /// A pager.
    Pager,
    /// A universal access number: one number for a company, routed to its offices.
    Uan,
    /// Reaches a voice mailbox.
    Voicemail,
    /// Fits no pattern of its region; the number is not valid.
    Unknown,
}

impl Kind {
    /// Every kind, in the order of libphonenumber.
    pub const ALL: [Kind; 12] = [
        Kind::FixedLine,
        Kind::Mobile,
        Kind::FixedLineOrMobile,
        Kind::TollFree,
        Kind::PremiumRate,
        Kind::SharedCost,
        Kind::Voip,
        Kind::PersonalNumber,
        Kind::Pager,
        Kind::Uan,
        Kind::Voicemail,
        Kind::Unknown,
    ];

    /// The name in snake case: `fixed_line_or_mobile`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::FixedLine => "fixed_line",
            Kind::Mobile => "mobile",
            Kind::FixedLineOrMobile => "fixed_line_or_mobile",
            Kind::TollFree => "toll_free",
            Kind::PremiumRate => "premium_rate",
            Kind::SharedCost => "shared_cost",
            Kind::Voip => "voip",
            Kind::PersonalNumber => "personal_number",
            Kind::Pager => "pager",
            Kind::Uan => "uan",
            Kind::Voicemail => "voicemail",
            Kind::Unknown => "unknown",
        }
    }
}

/// How the length of a national number compares with the lengths its calling code uses
/// (libphonenumber's `ValidationResult`). For a calling code that several regions share, only the
/// main region's lengths count.
#[allow(clippy::enum_variant_names, reason = "a wrong length is what the reference calls it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Length {
    /// A length that is in use.
    Possible,
    /// A length that can be dialled only within an area.
    LocalOnly,
    /// Shorter than every length in use.
    TooShort,
    /// Longer than every length in use.
    TooLong,
    /// Between the shortest and the longest, but not in use.
    WrongLength,
}

impl Length {
    /// The name in snake case: `local_only`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Length::Possible => "possible",
            Length::LocalOnly => "local_only",
            Length::TooShort => "too_short",
            Length::TooLong => "too_long",
            Length::WrongLength => "wrong_length",
        }
    }
}

/// Why text is not a valid phone number. The first seven can come from
/// [`Plan::parse`](super::Plan::parse); all but the first four from a
/// [`Number`](super::Number) that parsed and is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// Nothing but white space.
    Missing,
    /// No digits, or characters among them that no number has.
    NotANumber,
    /// No `+`, no international prefix, and no home region to read the number in.
    NoRegion,
    /// International, but no calling code begins so.
    UnknownCallingCode,
    /// Fewer digits than any number of its calling code.
    TooShort,
    /// More digits than any number of its calling code, or than E.164 allows.
    TooLong,
    /// A number of digits that its calling code does not use.
    WrongLength,
    /// Complete only within an area: the area code is missing.
    LocalOnly,
    /// The right length, but no region of the calling code has numbers that look like this.
    Unassigned,
    /// The right length and shape, but not in use: possible, not valid.
    NotValid,
}

impl Refusal {
    /// Every refusal, in the order of the steps that find it.
    pub const ALL: [Refusal; 10] = [
        Refusal::Missing,
        Refusal::NotANumber,
        Refusal::NoRegion,
        Refusal::UnknownCallingCode,
        Refusal::TooShort,
        Refusal::TooLong,
        Refusal::WrongLength,
        Refusal::LocalOnly,
        Refusal::Unassigned,
        Refusal::NotValid,
    ];

    /// The name in snake case: `unknown_calling_code`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Refusal::Missing => "missing",
            Refusal::NotANumber => "not_a_number",
            Refusal::NoRegion => "no_region",
            Refusal::UnknownCallingCode => "unknown_calling_code",
            Refusal::TooShort => "too_short",
            Refusal::TooLong => "too_long",
            Refusal::WrongLength => "wrong_length",
            Refusal::LocalOnly => "local_only",
            Refusal::Unassigned => "unassigned",
            Refusal::NotValid => "not_valid",
        }
    }
}
