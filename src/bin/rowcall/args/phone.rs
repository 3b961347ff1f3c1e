//! What can be typed on how phones are read, and which are wanted.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use rowcall::normalize::{PhoneRules, Wanted};
use rowcall::phone::{DigitsAs, Kind, Letters, ReadRules, Region, Several};

use super::values::{kinds, regions};

/// How phones are read, and which are wanted.
#[derive(Debug, Args)]
pub(crate) struct PhoneArgs {
    /// Read numbers without a calling code as numbers of this region, for example AE; a row's
    /// country column goes before it.
    #[arg(long, value_name = "REGION", help_heading = "Phones")]
    pub(crate) region: Option<String>,
    /// What digits without a plus are: as libphonenumber takes them in the region, national
    /// numbers, or international numbers that lost their plus.
    #[arg(long, value_enum, default_value_t = DigitsWish::Auto, help_heading = "Phones")]
    pub(crate) digits: DigitsWish,
    /// What becomes of a cell with several numbers: the first valid one is taken, or the row is
    /// rejected.
    #[arg(long, value_enum, default_value_t = MultiWish::First, help_heading = "Phones")]
    pub(crate) multi: MultiWish,
    /// Read letters as the keys of a telephone, as in 1-800-FLOWERS; they are refused otherwise.
    #[arg(long, help_heading = "Phones")]
    pub(crate) vanity: bool,
    /// Accept these kinds of line only, for example mobile,fixed_line_or_mobile; or all but
    /// these: not:premium_rate,toll_free.
    #[arg(long, value_name = "[not:]KIND,…", value_parser = kinds, help_heading = "Phones")]
    pub(crate) kinds: Option<Wanted<Kind>>,
    /// Accept numbers of these regions only, for example AE,SA; or of all but these: not:US.
    #[arg(long, value_name = "[not:]REGION,…", value_parser = regions, help_heading = "Phones")]
    pub(crate) regions: Option<Wanted<Region>>,
    /// Read numbers by this PhoneNumberMetadata.xml of libphonenumber instead of the built-in plan.
    #[arg(long, value_name = "FILE.xml", help_heading = "Phones")]
    pub(crate) numbering_plan: Option<PathBuf>,
}

impl PhoneArgs {
    /// The rules that these arguments make.
    pub(crate) fn rules(&self) -> PhoneRules {
        PhoneRules {
            read: ReadRules {
                digits: self.digits.into(),
                several: self.multi.into(),
                letters: if self.vanity { Letters::Vanity } else { Letters::Refuse },
            },
            kinds: self.kinds.clone().unwrap_or_default(),
            regions: self.regions.clone().unwrap_or_default(),
        }
    }
}

/// What digits without a plus are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DigitsWish {
    Auto,
    National,
    International,
}

impl From<DigitsWish> for DigitsAs {
    fn from(wish: DigitsWish) -> DigitsAs {
        match wish {
            DigitsWish::Auto => DigitsAs::Auto,
            DigitsWish::National => DigitsAs::National,
            DigitsWish::International => DigitsAs::International,
        }
    }
}

/// What becomes of a cell with several numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MultiWish {
    First,
    Reject,
}

impl From<MultiWish> for Several {
    fn from(wish: MultiWish) -> Several {
        match wish {
            MultiWish::First => Several::First,
            MultiWish::Reject => Several::Reject,
        }
    }
}
