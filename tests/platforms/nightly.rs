//! Two nights of the guide's batch job, word for word, against a server that keeps its contacts.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::http::{Answer, Platform, Server};
use crate::script::is_missing;
use crate::support::{scratch, stderr};

const TOKEN: &str = "night-token";
const ORGANISATION: &str = "5f0c0f9e-aaaa-bbbb-cccc-0123456789ab";

/// Contacts by id, as the document's list shows them.
type Contacts = Arc<Mutex<BTreeMap<String, Value>>>;

/// SuperWABA with its list in pages of two, its bulk import, and the update of one contact.
fn superwaba(contacts: &Contacts) -> Platform {
    let contacts = contacts.clone();
    Box::new(move |call| {
        let refused = |status, what: &str| {
            Answer::new(status, json!({"success": false, "error": what}).to_string())
        };
        if call.header("Authorization") != format!("Bearer {TOKEN}")
            || call.header("x-org-id") != ORGANISATION
        {
            return refused(401, "Unauthorized");
        }
        let mut contacts = contacts.lock().expect("no test panics with it");
        let body = || serde_json::from_slice::<Value>(&call.body).ok();
        let update = call.path.strip_prefix("/api/whatsapp/contacts/");
        match (call.method.as_str(), call.path.as_str(), update) {
            ("GET", "/api/whatsapp/contacts", _) => {
                let page: usize =
                    call.query_part("page").and_then(|it| it.parse().ok()).unwrap_or(1);
                let shown: Vec<&Value> = contacts.values().skip(2 * (page - 1)).take(2).collect();
                let data = json!({
                    "contacts": shown, "total": contacts.len(), "page": page, "limit": 2,
                    "hasNext": contacts.len() > 2 * page,
                });
                Answer::new(200, json!({"success": true, "data": data}).to_string())
            }
            ("POST", "/api/whatsapp/contacts/bulk", _) => match body() {
                Some(body) => import(&mut contacts, &body),
                None => refused(400, "no JSON"),
            },
            ("PATCH", _, Some(id)) => match (contacts.get_mut(id), body()) {
                (None, _) => refused(404, "Contact not found"),
                (Some(contact), Some(Value::Object(changes))) if !changes.is_empty() => {
                    for (key, value) in changes {
                        let key = if key == "country_code" { "countryCode" } else { &key };
                        contact[key] = value;
                    }
                    let data = json!({"id": id, "phone": contact["phone"]});
                    Answer::new(200, json!({"success": true, "data": data}).to_string())
                }
                _ => refused(400, "No valid fields to update"),
            },
            _ => refused(404, "Not found"),
        }
    })
}

fn import(contacts: &mut BTreeMap<String, Value>, body: &Value) -> Answer {
    let (mut errors, mut created) = (Vec::new(), Vec::new());
    for (index, item) in body["contacts"].as_array().into_iter().flatten().enumerate() {
        let phone = &item["userNumber"];
        if contacts.values().any(|known| known["phone"] == *phone) {
            errors.push(json!({"index": index, "phone": phone, "error": "Contact already exists"}));
            continue;
        }
        let id = format!("contact_{:04}", contacts.len() + 1);
        created.push(json!({"id": id, "phone": phone, "status": "created"}));
        let or_null = |key: &str| item.get(key).cloned().unwrap_or(Value::Null);
        let tags = item.get("tags").cloned().unwrap_or(json!([]));
        contacts.insert(
            id.clone(),
            json!({
                "id": id, "phone": phone, "name": or_null("userName"), "email": or_null("email"),
                "countryCode": or_null("countryCode"), "tags": tags, "optedIn": false,
                "params": item.get("params").cloned().unwrap_or(json!({})),
            }),
        );
    }
    let data = json!({
        "imported": created.len(), "skipped": errors.len(), "errors": errors, "contacts": created,
    });
    Answer::new(200, json!({"success": true, "data": data}).to_string())
}

/// Runs the job of the guide.
fn night(folder: &Path, name: &str, server: &Server) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_rowcall")).parent().expect("a folder");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(program.to_owned()).chain(std::env::split_paths(&path));
    Command::new("sh")
        .args(["nightly.sh", name])
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::join_paths(folders).expect("a path"))
        .env("SUPERWABA_TOKEN", TOKEN)
        .env("SUPERWABA_ORG_ID", ORGANISATION)
        .env("SUPERWABA_BASE_URL", server.url())
        .env("ROWCALL_PACE_SECONDS", "0")
        .env("ROWCALL_RETRY_SECONDS", "0")
        .stdin(Stdio::null())
        .output()
        .expect("sh starts")
}

/// The requests of a night that change something: method and body.
fn changes(server: &Server, from: usize) -> Vec<(String, Value)> {
    let log = server.log();
    let sent = log.iter().skip(from).filter(|(call, _)| call.method != "GET");
    sent.map(|(call, _)| (call.method.clone(), serde_json::from_slice(&call.body).expect("JSON")))
        .collect()
}

#[test]
fn the_second_night_of_the_guide_s_job_sends_only_what_changed() {
    if is_missing("curl") {
        return;
    }
    let guide =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guide/nightly.md"))
            .expect("the guide");
    let script = guide.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next());
    let place = scratch();
    let write = |name: &str, text: &str| fs::write(place.path().join(name), text).expect("written");
    write("nightly.sh", script.expect("the guide has the job"));
    write("stop.txt", "+971 50 123 4599\n");
    let rows = |bob: &str, more: &str| {
        format!(
            "Name,Phone,Email,Tags,City\nAnn,0501234561,ann@example.com,vip,Dubai\n\
             Bob,+971501234562,{bob},\"lead,new\",\nCy,0501234563,,,\nNo,0501234599,,,\n{more}"
        )
    };
    let contacts = Contacts::default();
    let server = Server::start(superwaba(&contacts));

    write("contacts.csv", &rows("", ""));
    let first = night(place.path(), "first", &server);
    assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
    assert_eq!(contacts.lock().expect("whole").len(), 3, "the suppressed one is not sent");
    let sent = changes(&server, 0);
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].1["contacts"].as_array().map(Vec::len), Some(3));

    let before = server.log().len();
    let again = night(place.path(), "again", &server);
    assert_eq!(again.status.code(), Some(0), "{}", stderr(&again));
    assert_eq!(changes(&server, before), [], "nothing changed, so nothing is sent");

    write("contacts.csv", &rows("bob@example.com", "Dee,0501234564,,,\n"));
    let before = server.log().len();
    let second = night(place.path(), "second", &server);
    assert_eq!(second.status.code(), Some(0), "{}", stderr(&second));
    let sent = changes(&server, before);
    let created = json!({"contacts": [
        {"userNumber": "+971501234564", "userName": "Dee", "countryCode": "AE"},
    ]});
    let updated = json!({"email": "bob@example.com"});
    assert_eq!(sent, [("POST".to_owned(), created), ("PATCH".to_owned(), updated)]);
    let rows =
        fs::read_to_string(place.path().join("second/reconciled/rows.csv")).expect("a ledger");
    for outcome in ["created", "updated"] {
        let count = rows.lines().filter(|line| line.contains(&format!(",{outcome},"))).count();
        assert_eq!(count, 1, "{outcome}: {rows}");
    }
    let ledger = fs::read_to_string(place.path().join("second/out/rows.csv")).expect("a ledger");
    assert_eq!(ledger.lines().filter(|line| line.contains(",unchanged,")).count(), 2, "{ledger}");
}
