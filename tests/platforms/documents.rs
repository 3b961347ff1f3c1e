//! The five platforms as their documents describe them, each strict: what no document shows is
//! refused. Each keeps what arrived.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::http::{Answer, Call, Platform, form_parts, multipart};

/// A contact as it arrived: its fields by their keys. A list is joined by `|`.
pub(crate) type Arrived = BTreeMap<String, String>;

/// What arrived, in order.
#[derive(Clone, Default)]
pub(crate) struct Arrivals(Arc<Mutex<Vec<Arrived>>>);

impl Arrivals {
    pub(crate) fn all(&self) -> Vec<Arrived> {
        self.0.lock().expect("no test panics with it").clone()
    }

    fn push(&self, contact: Arrived) {
        self.0.lock().expect("no test panics with it").push(contact);
    }

    /// The place from 0 of the first that has this phone.
    fn position(&self, key: &str, phone: &str) -> Option<usize> {
        self.all().iter().position(|contact| contact.get(key).is_some_and(|it| it == phone))
    }
}

/// The credentials that the servers want. Every character that could go wrong on its way is in
/// one of them.
pub(crate) const CREDENTIALS: [(&str, &str); 12] = [
    ("SUPERWABA_TOKEN", r#"super"secret\ token'$HOME"#),
    ("SUPERWABA_ORG_ID", "5f0c0f9e-aaaa-bbbb-cccc-0123456789ab"),
    ("WHATSBIZAPI_TOKEN", r#"whats+bi%z&"token\n=@"#),
    ("WAWP_INSTANCE_ID", "wawp instance/7"),
    ("WAWP_ACCESS_TOKEN", "wawp&access=token#é%20"),
    ("VOBIZ_AUTH_ID", "MA_SECRETID"),
    ("VOBIZ_AUTH_TOKEN", "vobiz`token`;{x}[1-3]"),
    ("AWALCHAT_DOMAIN", "awal-workspace-domain"),
    ("AWALCHAT_CLIENT_ID", "awal-client-42"),
    ("AWALCHAT_PHONE_NUMBER_ID", "phone id/99"),
    ("AWALCHAT_HMAC_SECRET", AWALCHAT_SECRET),
    ("MINE_TOKEN", "mine-token"),
];

const AWALCHAT_SECRET: &str = r#"6\secret"key$()%666"#;

/// A credential by its name.
pub(crate) fn credential(name: &str) -> &'static str {
    CREDENTIALS.iter().find(|(known, _)| *known == name).expect("a credential").1
}

fn refused(status: u16, what: &str) -> Answer {
    Answer::new(status, json!({"success": false, "error": what}).to_string())
}

/// `+` and up to 15 digits, the first of them no zero.
fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(is_international)
}

fn is_international(text: &str) -> bool {
    (7..=15).contains(&text.len())
        && !text.starts_with('0')
        && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !text.contains(char::is_whitespace)
    })
}

fn well_formed(fields: &Arrived, known: &[&str]) -> Result<(), String> {
    for (key, value) in fields {
        if !known.contains(&key.as_str()) {
            return Err(format!("{key} is unknown"));
        }
        if value.is_empty() {
            return Err(format!("{key} is empty"));
        }
    }
    match fields.get("email") {
        Some(email) if !is_email(email) => Err(format!("{email} is no e-mail address")),
        _ => Ok(()),
    }
}

/// The values of a JSON object as texts; those of an object in it under `key.name`.
fn fields_of(item: &Value) -> Result<Arrived, String> {
    let mut fields = Arrived::new();
    for (key, value) in item.as_object().ok_or("a contact is no object")? {
        match value {
            Value::String(text) => {
                fields.insert(key.clone(), text.clone());
            }
            Value::Array(list) => {
                let texts: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
                fields.insert(key.clone(), texts.ok_or("a tag is no text")?.join("|"));
            }
            Value::Object(inner) => {
                for (name, value) in inner {
                    let text = value.as_str().ok_or("a param is no text")?;
                    fields.insert(format!("{key}.{name}"), text.to_owned());
                }
            }
            _ => return Err(format!("{key} is {value}")),
        }
    }
    Ok(fields)
}

/// SuperWABA: `POST /api/whatsapp/contacts/bulk`. What is there already is skipped and named.
pub(crate) fn superwaba(arrivals: &Arrivals, bytes_max: usize) -> Platform {
    let arrivals = arrivals.clone();
    Box::new(move |call| {
        let bearer = format!("Bearer {}", credential("SUPERWABA_TOKEN"));
        if call.header("Authorization") != bearer
            || call.header("x-org-id") != credential("SUPERWABA_ORG_ID")
        {
            return refused(401, "Unauthorized");
        }
        if (call.method.as_str(), call.path.as_str()) != ("POST", "/api/whatsapp/contacts/bulk") {
            return refused(404, "Not found");
        }
        if call.header("Content-Type") != "application/json" {
            return refused(400, "not JSON");
        }
        if call.body.len() > bytes_max {
            return refused(413, "too large");
        }
        match superwaba_contacts(&call.body) {
            Ok(contacts) => superwaba_import(&arrivals, contacts),
            Err(what) => refused(400, &what),
        }
    })
}

fn superwaba_contacts(body: &[u8]) -> Result<Vec<Arrived>, String> {
    let file: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let object = file.as_object().filter(|it| it.len() == 1).ok_or("one key is known")?;
    let items = object.get("contacts").and_then(Value::as_array).ok_or("no contacts")?;
    let mut contacts = Vec::new();
    for item in items {
        let fields = fields_of(item)?;
        let is_param = |key: &String| key.starts_with("params.");
        let plain = fields.iter().filter(|(key, _)| !is_param(key));
        let plain: Arrived = plain.map(|(key, value)| (key.clone(), value.clone())).collect();
        well_formed(&plain, &["userNumber", "userName", "email", "countryCode", "tags"])?;
        if !fields.get("userNumber").is_some_and(|it| is_e164(it)) {
            return Err("Phone number (userNumber) is required".to_owned());
        }
        let code = fields.get("countryCode").map_or("AE", String::as_str);
        if code.len() != 2 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(format!("countryCode is {code}"));
        }
        contacts.push(fields);
    }
    Ok(contacts)
}

fn superwaba_import(arrivals: &Arrivals, contacts: Vec<Arrived>) -> Answer {
    let (mut errors, mut created) = (Vec::new(), Vec::new());
    for (index, contact) in contacts.into_iter().enumerate() {
        let phone = contact["userNumber"].clone();
        if arrivals.position("userNumber", &phone).is_some() {
            errors.push(json!({"index": index, "phone": phone, "error": "Contact already exists"}));
        } else {
            created.push(json!({"id": "contact_1", "phone": phone, "status": "created"}));
            arrivals.push(contact);
        }
    }
    let data = json!({
        "imported": created.len(), "skipped": errors.len(), "errors": errors, "contacts": created,
    });
    Answer::new(200, json!({"success": true, "data": data}).to_string())
}

/// WhatsBizAPI: `POST /api/wpbox/makeContact`, a form with the token in it; it updates what is
/// there.
pub(crate) fn whatsbizapi(arrivals: &Arrivals) -> Platform {
    let arrivals = arrivals.clone();
    Box::new(move |call| {
        if (call.method.as_str(), call.path.as_str()) != ("POST", "/api/wpbox/makeContact") {
            return refused(404, "Not found");
        }
        if call.header("Content-Type") != "application/x-www-form-urlencoded" {
            return refused(400, "no form");
        }
        let parts = match form_parts(&call.body) {
            Ok(parts) => parts,
            Err(what) => return refused(400, &what),
        };
        let count = parts.len();
        let mut fields: Arrived = parts.into_iter().collect();
        if fields.remove("token").as_deref() != Some(credential("WHATSBIZAPI_TOKEN")) {
            return refused(401, "Invalid token");
        }
        if fields.len() + 1 != count {
            return refused(400, "a field stands twice");
        }
        if let Err(what) = well_formed(&fields, &["phone", "name", "email", "address"]) {
            return refused(422, &what);
        }
        match fields.get("phone") {
            Some(phone) if is_international(phone) => {
                let id = arrivals.position("phone", phone).unwrap_or(arrivals.all().len());
                arrivals.push(fields);
                Answer::new(200, json!({"status": "success", "contact_id": id}).to_string())
            }
            _ => refused(422, "phone: country code and number, without + or spaces"),
        }
    })
}

/// Wawp: `PUT /v2/contacts/{chatId}` with its credentials in the query; it updates what is there.
pub(crate) fn wawp(arrivals: &Arrivals) -> Platform {
    let arrivals = arrivals.clone();
    Box::new(move |call| {
        let given = |name| call.query_part(name);
        if given("instance_id").as_deref() != Some(credential("WAWP_INSTANCE_ID"))
            || given("access_token").as_deref() != Some(credential("WAWP_ACCESS_TOKEN"))
        {
            return refused(401, "Unauthorized - Invalid or Missing Access Token");
        }
        let phone = call.path.strip_prefix("/v2/contacts/").filter(|_| call.method == "PUT");
        let Some(phone) = phone else { return refused(404, "Not found") };
        let Some(phone) = phone.strip_suffix("%40c.us").filter(|it| is_international(it)) else {
            return refused(400, "Bad Request - Invalid Parameter Format");
        };
        if call.header("Content-Type") != "application/json" {
            return refused(400, "not JSON");
        }
        let body: Result<Value, _> = serde_json::from_slice(&call.body);
        let fields = body.map_err(|error| error.to_string()).and_then(|body| fields_of(&body));
        let checked = fields.and_then(|fields| {
            well_formed(&fields, &["firstName", "lastName"])?;
            fields.contains_key("firstName").then_some(fields).ok_or("no firstName".to_owned())
        });
        match checked {
            Ok(mut fields) => {
                fields.insert("chatId".to_owned(), phone.to_owned());
                arrivals.push(fields);
                Answer::new(200, r#"{"ok": true}"#)
            }
            Err(what) => refused(400, &what),
        }
    })
}

/// Vobiz: `POST /api/v1/messaging/contacts/import`, a CSV in the field `file`; it updates what is
/// there.
pub(crate) fn vobiz(arrivals: &Arrivals) -> Platform {
    let arrivals = arrivals.clone();
    Box::new(move |call| {
        if call.header("X-Auth-ID") != credential("VOBIZ_AUTH_ID")
            || call.header("X-Auth-Token") != credential("VOBIZ_AUTH_TOKEN")
        {
            return refused(401, "unauthorized");
        }
        let place = (call.method.as_str(), call.path.as_str());
        if place != ("POST", "/api/v1/messaging/contacts/import") {
            return refused(404, "not found");
        }
        match vobiz_import(&arrivals, call) {
            Ok(answer) => answer,
            Err(what) => refused(422, &what),
        }
    })
}

fn vobiz_import(arrivals: &Arrivals, call: &Call) -> Result<Answer, String> {
    let parts = multipart(call)?;
    let [file] = parts.as_slice() else { return Err("one field is known".to_owned()) };
    if file.name != "file" || !file.file.as_ref().is_some_and(|name| name.ends_with(".csv")) {
        return Err(format!("{} is no CSV under `file`", file.name));
    }
    let mut reader = csv::Reader::from_reader(file.content.as_slice());
    let header = reader.headers().map_err(|error| error.to_string())?.clone();
    let (mut total, mut created, mut updated, mut errors) = (0, 0, 0, Vec::new());
    for name in ["phone_number", "name"] {
        if !header.iter().any(|column| column == name) {
            return Err(format!("no column {name}"));
        }
    }
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        let cells = header.iter().zip(&record).filter(|(_, cell)| !cell.is_empty());
        let fields: Arrived = cells.map(|(key, cell)| (key.to_owned(), cell.to_owned())).collect();
        well_formed(&fields, &["phone_number", "name", "tags"])?;
        total += 1;
        let phone = fields.get("phone_number").cloned().unwrap_or_default();
        if !is_e164(&phone) || !fields.contains_key("name") {
            let reason = "invalid phone_number: must be E.164 format";
            errors.push(json!({"row": total, "phone_number": phone, "reason": reason}));
            continue;
        }
        match arrivals.position("phone_number", &phone) {
            Some(_) => updated += 1,
            None => created += 1,
        }
        arrivals.push(fields);
    }
    let answer = json!({
        "total": total, "created": created, "updated": updated,
        "failed": errors.len(), "errors": errors,
    });
    Ok(Answer::new(200, answer.to_string()))
}

/// Awalchat: `POST /contacts`, multipart and signed; what is there already is a conflict.
pub(crate) fn awalchat(arrivals: &Arrivals) -> Platform {
    let arrivals = arrivals.clone();
    Box::new(move |call| {
        if !is_signed(call) {
            return refused(401, "invalid_signature");
        }
        if (call.method.as_str(), call.path.as_str()) != ("POST", "/contacts") {
            return refused(404, "Not Found");
        }
        match awalchat_create(&arrivals, call) {
            Ok(id) => {
                let data = json!({"id": id});
                let body = json!({"status": true, "message": "created", "data": data});
                Answer::new(201, body.to_string())
            }
            Err((status, what)) => refused(status, &what),
        }
    })
}

fn is_signed(call: &Call) -> bool {
    let timestamp = call.header("X-Timestamp");
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("a clock after 1970")
        .as_secs();
    let is_fresh = timestamp.parse::<u64>().is_ok_and(|time| time.abs_diff(now) < 300);
    let signed = format!("{}{}{}{timestamp}", call.method, call.path, call.query);
    is_fresh
        && call.header("Accept") == "application/json"
        && call.header("X-Domain") == credential("AWALCHAT_DOMAIN")
        && call.header("X-Client-ID") == credential("AWALCHAT_CLIENT_ID")
        && call.query_part("phone_number_id").as_deref()
            == Some(credential("AWALCHAT_PHONE_NUMBER_ID"))
        && call.header("X-Awal-Signature-256")
            == format!("sha256={}", hmac(AWALCHAT_SECRET.as_bytes(), signed.as_bytes()))
}

/// HMAC-SHA256 in hexadecimal digits, by RFC 2104.
pub(crate) fn hmac(secret: &[u8], text: &[u8]) -> String {
    let mut key = [0; 64];
    if secret.len() > 64 {
        key[..32].copy_from_slice(&Sha256::digest(secret));
    } else {
        key[..secret.len()].copy_from_slice(secret);
    }
    let inner = Sha256::digest([&key.map(|byte| byte ^ 0x36), text].concat());
    let outer = Sha256::digest([&key.map(|byte| byte ^ 0x5c)[..], &inner].concat());
    outer.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The groups that the account of the test has.
pub(crate) const AWALCHAT_GROUP: &str = "7";

fn awalchat_create(arrivals: &Arrivals, call: &Call) -> Result<usize, (u16, String)> {
    const FILE_BYTES_MAX: usize = 5_000_000;
    let wrong = |what: &str| (422, what.to_owned());
    let mut fields = Arrived::new();
    for part in multipart(call).map_err(|what| (400, what))? {
        let is_picture =
            part.content.starts_with(b"\x89PNG") || part.content.starts_with(b"\xff\xd8");
        let value = match (part.name.as_str(), part.file) {
            ("file", Some(_)) if part.content.len() > FILE_BYTES_MAX => {
                return Err((413, "Payload Too Large".to_owned()));
            }
            ("file", Some(name)) if is_picture => name,
            ("file", _) | (_, Some(_)) => return Err(wrong("this is no picture")),
            (_, None) => String::from_utf8(part.content).map_err(|_| wrong("this is no text"))?,
        };
        if fields.insert(part.name, value).is_some() {
            return Err(wrong("a field stands twice"));
        }
    }
    let known = [
        "name",
        "phone",
        "email",
        "branch_id",
        "contact_group_id",
        "description",
        "address",
        "full_name",
        "is_favorite",
        "file",
        "avatar",
    ];
    well_formed(&fields, &known).map_err(|what| wrong(&what))?;
    let phone = fields.get("phone").ok_or_else(|| wrong("phone is required"))?;
    if !fields.contains_key("name") {
        return Err(wrong("name is required"));
    }
    if !is_international(phone) {
        return Err((400, "invalid_phone_number".to_owned()));
    }
    if !matches!(fields.get("is_favorite").map(String::as_str), None | Some("true" | "false")) {
        return Err(wrong("is_favorite is true or false"));
    }
    if fields.get("contact_group_id").is_some_and(|id| id != AWALCHAT_GROUP) {
        return Err((404, "Not Found".to_owned()));
    }
    if arrivals.position("phone", phone).is_some() {
        return Err((409, "Duplicate phone number".to_owned()));
    }
    arrivals.push(fields);
    Ok(arrivals.all().len())
}
