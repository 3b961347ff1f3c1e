//! An export whose every value is hard on something on its way: on quotes, on a shell, on curl, on
//! a form, on JSON or on CSV.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::support::{rowcall, scratch, stderr};

/// A row that is accepted.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// Without its plus.
    pub(crate) phone: &'static str,
    pub(crate) email: &'static str,
    pub(crate) address: &'static str,
    pub(crate) tags: &'static [&'static str],
}

pub(crate) const ROWS: [Row; 11] = [
    Row {
        name: r#"Ann "the best" O'Neil, Jr."#,
        phone: "971501234561",
        email: "ann+news@example.com",
        address: "1, Palm St\nDubai\\UAE\r\n\"north\"",
        tags: &["vip", "new lead"],
    },
    Row {
        name: "أحمد الحسن",
        phone: "971501234562",
        email: "",
        address: "دبي، الإمارات",
        tags: &["عميل"],
    },
    Row {
        name: "@/etc/passwd;type=text/html",
        phone: "971501234563",
        email: "at@example.com",
        address: "<file;filename=x",
        tags: &["@vip"],
    },
    Row {
        name: "😀 Zoë & Søn + 100% = $HOME `id` $(id)",
        phone: "971501234564",
        email: "",
        address: "%41%0d%0aX-Injected: 1",
        tags: &["100%", "a+b"],
    },
    Row { name: r"back\", phone: "971501234565", email: "", address: r"\\n\t\", tags: &[] },
    Row {
        name: r#"x","name":"y"#,
        phone: "971501234566",
        email: "",
        address: r#"\","phone":"999\\"#,
        tags: &[r#"q"t"#],
    },
    Row {
        name: r#"{"body":{}} "body": }"#,
        phone: "971501234567",
        email: "",
        address: "a\tb\n\nurl = \"http://127.0.0.1:1/\"\n--output x",
        tags: &["vip"],
    },
    Row {
        name: "=cmd|' /C calc'!A0",
        phone: "971501234568",
        email: "",
        address: "-o x",
        tags: &[],
    },
    Row { name: "-n -e %s %b", phone: "971501234569", email: "", address: "#;'", tags: &["#1"] },
    Row { name: "'", phone: "971501234571", email: "", address: "\"", tags: &["\\"] },
    Row {
        name: "Ночь в Дубае",
        phone: "971501234572",
        email: "last@example.com",
        address: "",
        tags: &["vip"],
    },
];

/// Writes the export as `contacts.csv`, with rows that are not accepted between the others.
pub(crate) fn write(folder: &Path) {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["Name", "Phone", "Email", "Address", "Tags"]).expect("memory");
    for (at, row) in ROWS.iter().enumerate() {
        let phone = format!("+{}", row.phone);
        let record = [row.name, &phone, row.email, row.address, &row.tags.join(";")];
        table.write_record(record).expect("memory");
        if at == 2 {
            table.write_record(["No number", "12", "", "", ""]).expect("memory");
            table.write_record(["Again", "+971501234561", "", "", ""]).expect("memory");
        }
    }
    let bytes = table.into_inner().expect("memory");
    fs::write(folder.join("contacts.csv"), bytes).expect("written");
}

/// Prepares `contacts.csv` of the folder as `out`.
pub(crate) fn prepare(folder: &Path, to: &str, options: &[&str]) -> Output {
    let plain = ["prepare", "contacts.csv", "--to", to, "--region", "AE", "-o", "out"];
    rowcall(folder, &[&plain, options].concat())
}

/// A folder with the export, and with `out` for the platform.
pub(crate) fn prepared(to: &str, options: &[&str]) -> tempfile::TempDir {
    let place = scratch();
    write(place.path());
    let output = prepare(place.path(), to, options);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    place
}
