//! How requests are sent: what `upload.sh` adds to the payload from its environment.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How requests are sent. In every value `${NAME}` stands for an environment variable of
/// `upload.sh`, so that no credential ever stands in a contract or a payload.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Upload {
    /// The base URL; without it the environment must say it.
    pub base_url: Option<String>,
    /// How many requests the platform takes in a minute; `None` is no limit that is known.
    pub requests_per_minute: Option<u32>,
    /// What is not documented about the above.
    pub assumption: Option<String>,
    /// Headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Parts of the query.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    /// Fields of a form or of a multipart body.
    #[serde(default)]
    pub form: BTreeMap<String, String>,
    /// A signature, where the platform asks for one.
    pub sign: Option<Sign>,
}

/// An HMAC-SHA256 over the parts of a request, in hexadecimal digits.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sign {
    /// The header that takes the signature.
    pub header: String,
    /// What stands before it.
    #[serde(default)]
    pub prefix: String,
    /// The environment variable that holds the secret.
    pub secret: String,
    /// The header that takes the time, in seconds since 1970.
    pub timestamp_header: String,
    /// What is signed; `{method}`, `{path}`, `{query}` (with its `?`) and `{timestamp}` stand for
    /// the parts.
    pub text: String,
    /// What is not documented about it.
    pub assumption: Option<String>,
}

impl Upload {
    /// The environment variables that a run of `upload.sh` needs, each once, in order.
    #[must_use]
    pub fn variables(&self) -> Vec<String> {
        let values = self.headers.values().chain(self.query.values()).chain(self.form.values());
        let named = values.flat_map(|value| named(value));
        let all = named.chain(self.sign.iter().map(|sign| sign.secret.clone()));
        let mut unique: Vec<String> = Vec::new();
        for name in all {
            if !unique.contains(&name) {
                unique.push(name);
            }
        }
        unique
    }
}

/// The names of the variables in a value.
fn named(value: &str) -> impl Iterator<Item = String> {
    let parts = value.split("${").skip(1);
    parts.filter_map(|part| part.split_once('}').map(|(name, _)| name.to_owned()))
}
