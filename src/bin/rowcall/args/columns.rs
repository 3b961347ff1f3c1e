//! What can be typed on what the columns mean.

use std::path::PathBuf;

use clap::Args;

use rowcall::contact::Field;
use rowcall::map::{MapOptions, Params, PresetChoice};
use rowcall::normalize::{MissingName, Need};

use super::values::{missing_name, preset};

/// What the columns mean.
#[derive(Debug, Args)]
#[command(next_help_heading = "Columns")]
pub(crate) struct ColumnArgs {
    /// Settings to begin with, a TOML file whose keys are the names of these flags; what is typed
    /// goes before it. `rowcall.toml` in the current folder is read by itself; `none` reads none.
    #[arg(long, value_name = "FILE|none", help_heading = "Settings")]
    pub(crate) profile: Option<PathBuf>,
    /// The header as it was when the profile was saved.
    #[arg(long, hide = true)]
    pub(crate) saved_columns: Option<String>,
    /// Let a column feed a field, for example phone=Mobile or phone=#3; may be given several times,
    /// for one field in order of preference.
    #[arg(long, value_name = "FIELD=COLUMN")]
    pub(crate) map: Vec<String>,
    /// The column that names the region of a row's number; by default the country's.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) region_column: Option<String>,
    /// What a field is where no column says otherwise, for example country=AE; tags are added to
    /// those of the row.
    #[arg(long, value_name = "FIELD=VALUE")]
    pub(crate) set: Vec<String>,
    /// Which columns that feed no field are carried along: all, none, or these. A phone or e-mail
    /// column behind the first counts as one.
    #[arg(long, value_name = "all|none|COLUMN,…", default_value = "all")]
    pub(crate) params: String,
    /// What stands between two tags of a cell; by default it is found.
    #[arg(long, value_name = "TEXT")]
    pub(crate) tags_sep: Option<String>,
    /// The program that wrote the export: found by its headers, none, or one of google,
    /// google-old, outlook, hubspot, salesforce, shopify, mailchimp, zoho, stripe, woocommerce,
    /// systeme.
    #[arg(long, value_name = "auto|none|NAME", default_value = "auto", value_parser = preset)]
    pub(crate) preset: PresetChoice,
    /// Reject rows that do not say that their contact agreed to be written to.
    #[arg(long)]
    pub(crate) require_opt_in: bool,
    /// What becomes of a row without a name: it is rejected, its phone is its name, or this text
    /// is. By default it is rejected where the platform requires a name.
    #[arg(long, value_name = "reject|phone|TEXT", value_parser = missing_name)]
    pub(crate) missing_name: Option<MissingName>,
    /// For a platform that takes ids of tags: the id of a tag under a key, for example
    /// contact_group_id=vip=12; may be given several times.
    #[arg(long, value_name = "KEY=TAG=ID")]
    pub(crate) tag_id: Vec<String>,
    /// The folder in which the files that a column of avatars names are looked for; without it
    /// only addresses of the web are taken.
    #[arg(long, value_name = "DIR")]
    pub(crate) avatar_dir: Option<PathBuf>,
}

impl ColumnArgs {
    /// Whether a row must say that its contact agreed.
    pub(crate) fn opt_in(&self) -> Need {
        if self.require_opt_in { Need::Required } else { Need::Optional }
    }

    /// What these arguments say.
    ///
    /// # Errors
    /// A sentence that says what is wrong with them.
    pub(crate) fn options(&self) -> Result<MapOptions, String> {
        let pairs = |flag: &str, pairs: &[String]| {
            let read = |pair: &String| MapOptions::parse_pair(pair);
            let pairs: Result<Vec<_>, String> = pairs.iter().map(read).collect();
            pairs.map_err(|what| format!("{flag}: {what}"))
        };
        let mut columns = pairs("--map", &self.map)?;
        columns.extend(self.region_column.iter().map(|name| (Field::Region, name.clone())));
        let constants = pairs("--set", &self.set)?;
        if let Some((field, _)) = constants.iter().find(|(field, _)| *field == Field::Phone) {
            return Err(format!("--set: the {field} cannot be the same in every row"));
        }
        let saved = self.saved_columns.as_deref().map(serde_json::from_str).transpose();
        Ok(MapOptions {
            columns,
            constants,
            saved: saved.map_err(|_| "profile: `columns` is no list of texts".to_owned())?,
            params: match self.params.as_str() {
                "all" => Params::All,
                "none" => Params::None,
                list => Params::Only(list.split(',').map(|name| name.trim().to_owned()).collect()),
            },
            tag_separator: self.tags_sep.clone().filter(|text| !text.is_empty()),
            preset: self.preset,
        })
    }
}
