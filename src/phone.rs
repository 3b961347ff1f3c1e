//! Phone numbers: text → [`Number`] → [`Phone`]. A library in itself: it knows nothing of CSV
//! or contacts.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;
use std::sync::{LazyLock, PoisonError};

use phonenumber::metadata::DATABASE;
use phonenumber::{ParseError, Type, country};
use regex_cache::RegexCache;

/// A valid E.164 number of at most 15 digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(NonZeroU64);

impl Phone {
    /// The digits, calling code first, as one integer.
    #[must_use]
    pub fn as_u64(self) -> u64 {
        self.0.get()
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}

/// A region of the numbering plan: ISO 3166-1 alpha-2, or `001` for the whole world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region([u8; 3]);

impl Region {
    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0)
            .expect("ASCII")
            .trim_end_matches('\0')
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A kind of line, as libphonenumber tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Kind {
    FixedLine,
    Mobile,
    FixedLineOrMobile,
    TollFree,
    PremiumRate,
    SharedCost,
    Voip,
    PersonalNumber,
    Pager,
    Uan,
    Voicemail,
    Unknown,
}

impl Kind {
    /// The name in every report.
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

impl FromStr for Region {
    type Err = UnknownRegion;

    fn from_str(text: &str) -> Result<Region, UnknownRegion> {
        let upper = text.to_ascii_uppercase();
        let known = upper.parse::<country::Id>().map_err(|_| UnknownRegion)?;
        let mut code = [0; 3];
        code[..known.as_ref().len()].copy_from_slice(known.as_ref().as_bytes());
        Ok(Region(code))
    }
}

/// The text is no region of the numbering plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownRegion;

/// Why text is not a valid phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Refusal {
    Missing,
    NotANumber,
    NoRegion,
    UnknownCallingCode,
    TooShort,
    TooLong,
    WrongLength,
    LocalOnly,
    Unassigned,
    NotValid,
}

impl Refusal {
    /// The name of the reason.
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

/// The numbering plan of the world: for now that of the crate `phonenumber`.
#[derive(Debug)]
pub struct Plan(());

/// How many compiled expressions the crate keeps; as shipped it keeps 100 and compiles anew.
const EXPRESSIONS_MAX: usize = 10_000;

static BUILTIN: LazyLock<Plan> = LazyLock::new(|| {
    let cache = DATABASE.cache();
    *cache.lock().unwrap_or_else(PoisonError::into_inner) = RegexCache::new(EXPRESSIONS_MAX);
    Plan(())
});

impl Plan {
    /// The plan that rowcall was built with.
    #[must_use]
    pub fn builtin() -> &'static Plan {
        &BUILTIN
    }

    /// The version of libphonenumber's metadata that the plan is.
    #[must_use]
    pub fn version(&self) -> &str {
        "9.0.33"
    }

    /// The number that `text` holds, read in the region `home` where it has no calling code.
    ///
    /// # Errors
    /// Why it holds none.
    pub fn parse(&self, text: &str, home: Option<Region>) -> Result<Number, Refusal> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Refusal::Missing);
        }
        let home = home.and_then(|region| region.as_str().parse::<country::Id>().ok());
        let parsed = phonenumber::parse(home, text).map_err(|error| match error {
            ParseError::NoNumber | ParseError::MalformedInteger(_) => Refusal::NotANumber,
            ParseError::InvalidCountryCode if home.is_none() && !text.starts_with('+') => {
                Refusal::NoRegion
            }
            ParseError::InvalidCountryCode => Refusal::UnknownCallingCode,
            ParseError::TooShortAfterIdd | ParseError::TooShortNsn => Refusal::TooShort,
            ParseError::TooLong => Refusal::TooLong,
        })?;
        Ok(Number(parsed))
    }
}

/// A number that parsed, valid or not.
#[derive(Debug, Clone)]
pub struct Number(phonenumber::PhoneNumber);

impl Number {
    /// The number's identity, where it is valid.
    ///
    /// # Errors
    /// Why it is not.
    pub fn phone(&self) -> Result<Phone, Refusal> {
        if !self.0.is_valid() {
            return Err(Refusal::Unassigned);
        }
        let e164 = self.0.format().mode(phonenumber::Mode::E164).to_string();
        if e164.len() > 16 {
            return Err(Refusal::TooLong);
        }
        let digits = e164
            .trim_start_matches('+')
            .parse()
            .map_err(|_| Refusal::NotANumber)?;
        NonZeroU64::new(digits)
            .map(Phone)
            .ok_or(Refusal::NotANumber)
    }

    /// The region that the number belongs to.
    #[must_use]
    pub fn region(&self) -> Option<Region> {
        self.0
            .country()
            .id()
            .and_then(|id| id.as_ref().parse().ok())
    }

    /// The kind of line.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.0.number_type(&DATABASE) {
            Type::FixedLine => Kind::FixedLine,
            Type::Mobile => Kind::Mobile,
            Type::FixedLineOrMobile => Kind::FixedLineOrMobile,
            Type::TollFree => Kind::TollFree,
            Type::PremiumRate => Kind::PremiumRate,
            Type::SharedCost => Kind::SharedCost,
            Type::Voip => Kind::Voip,
            Type::PersonalNumber => Kind::PersonalNumber,
            Type::Pager => Kind::Pager,
            Type::Uan => Kind::Uan,
            Type::Voicemail => Kind::Voicemail,
            _ => Kind::Unknown,
        }
    }

    /// The extension, empty where there is none.
    #[must_use]
    pub fn extension(&self) -> &str {
        self.0
            .extension()
            .map_or("", |extension| extension.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_national_number_is_read_in_its_region_and_an_international_one_anywhere() {
        let home = "ae".parse().ok();
        for (text, home) in [("050 123 4567", home), ("+971 50 123 4567", None)] {
            let number = Plan::builtin().parse(text, home).expect("a number");
            assert_eq!(number.phone().expect("valid").to_string(), "+971501234567");
            assert_eq!(number.region().expect("known").as_str(), "AE");
            assert_eq!(number.kind(), Kind::Mobile);
        }
    }

    #[test]
    fn a_refusal_says_why() {
        let why = |text| Plan::builtin().parse(text, None).expect_err("refused");
        assert_eq!(why("  "), Refusal::Missing);
        assert_eq!(why("n/a"), Refusal::NotANumber);
        assert_eq!(why("050 123 4567"), Refusal::NoRegion);
        assert_eq!(why("+999 123 4567"), Refusal::UnknownCallingCode);
    }
}

/// For tests of other modules.
#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// A phone of these digits, valid or not.
    pub(crate) fn phone(digits: u64) -> Phone {
        Phone(NonZeroU64::new(digits).expect("not 0"))
    }
}
