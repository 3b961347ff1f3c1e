//! A contact as a request, one JSON object a line: `{method, path, query, headers, body}`.
//! Credentials are not in it: who sends it adds them.

use super::json::json_string;
use super::object::Item;
use super::value::spelled;
use crate::contact::Contact;
use crate::map::{Columns, Draft};
use crate::normalize::tags::TagIds;
use crate::write::contract::{Contract, PATH_PHONE, PhoneStyle, Request};

/// How a contact is written, prepared once.
#[derive(Debug, Clone)]
pub(super) struct RequestLine {
    /// Up to the phone in the path, or up to the body where the path has none.
    before_phone: String,
    /// The phone in the path, and what stands from there to the body.
    phone: Option<(PhoneStyle, String)>,
    body: Item,
}

impl RequestLine {
    pub(super) fn new(
        contract: &Contract,
        columns: &Columns,
        params: &[usize],
        ids: Option<&TagIds>,
    ) -> RequestLine {
        let Some(Request { method, path, path_phone, body, file_field: _, query }) =
            &contract.request
        else {
            unreachable!("the loader wants a request for a list of requests")
        };
        let query = serde_json::to_string(query).expect("texts");
        let after_path = format!(
            "\",\"query\":{query},\"headers\":{{\"Content-Type\":{}}},\"body\":",
            json_string(body.media_type())
        );
        let begin = |path: &str| format!("{{\"method\":\"{}\",\"path\":\"{path}", method.as_str());
        let (before_phone, phone) = match path.split_once(PATH_PHONE) {
            None => (begin(path) + &after_path, None),
            Some((before, after)) => {
                (begin(before), Some((*path_phone, format!("{after}{after_path}"))))
            }
        };
        let body = Item::new(contract, columns, params, ids);
        RequestLine { before_phone, phone, body }
    }

    /// Appends the request without a line end.
    pub(super) fn push(&self, contact: &Contact<'_>, draft: &Draft<'_>, out: &mut Vec<u8>) {
        out.extend_from_slice(self.before_phone.as_bytes());
        if let Some((style, after)) = &self.phone {
            for byte in spelled(*style, contact).bytes() {
                match byte {
                    b'+' => out.extend_from_slice(b"%2B"),
                    b'@' => out.extend_from_slice(b"%40"),
                    byte => out.push(byte),
                }
            }
            out.extend_from_slice(after.as_bytes());
        }
        self.body.push(contact, draft, out);
        out.push(b'}');
    }
}
