//! What columns are taken for.

use super::*;

fn rows(sample: &[&str]) -> Vec<Vec<String>> {
    sample.iter().map(|row| row.split('|').map(str::to_owned).collect()).collect()
}

fn decide_by(header: &str, given: &[&str], sample: &[&str]) -> Result<Columns> {
    let columns = given.iter().map(|pair| MapOptions::parse_pair(pair).expect("a pair")).collect();
    let headers = header.split('|').map(str::to_owned).collect();
    let sample = rows(sample);
    let look =
        Look { sample: &sample, plan: Plan::builtin(), home: "AE".parse().ok(), source: "a.csv" };
    Columns::decide(headers, &MapOptions { columns, ..MapOptions::default() }, &look)
}

fn decide(header: &str, given: &[&str]) -> Result<Columns> {
    decide_by(header, given, &[])
}

fn refusal(header: &str, given: &[&str]) -> String {
    decide(header, given).expect_err("must be refused").to_string()
}

fn all_of(columns: &Columns, field: Field) -> Vec<usize> {
    columns.all_of(field).collect()
}

#[test]
fn headers_are_found_whatever_their_case_spaces_and_punctuation() {
    let columns = decide("Full Name|E-MAIL|phone_number|Notes", &[]).expect("decided");
    assert_eq!(columns.of(Field::Name), Some(0));
    assert_eq!(columns.of(Field::Email), Some(1));
    assert_eq!(columns.of(Field::Phone), Some(2));
    assert_eq!(columns.leftovers(), [3]);
}

#[test]
fn headers_are_found_in_the_languages_of_exports() {
    for (header, name, phone) in [
        ("الاسم|رقم الجوال", 0, 1),
        ("नाम|मोबाइल नंबर", 0, 1),
        ("Nombre completo|Teléfono móvil", 0, 1),
        ("Telemóvel|Nome completo", 1, 0),
        ("Nom complet|N° de téléphone", 0, 1),
        ("Handynummer|Vollständiger Name", 1, 0),
        ("Nome e cognome|Cellulare", 0, 1),
        ("Ad Soyad|Cep Telefonu", 0, 1),
        ("Nama lengkap|No. HP", 0, 1),
        ("ФИО|Номер телефона", 0, 1),
        ("姓名|手机号码", 0, 1),
    ] {
        let columns = decide(header, &[]).unwrap_or_else(|error| panic!("{header}: {error}"));
        assert_eq!(columns.of(Field::Name), Some(name), "{header}");
        assert_eq!(columns.of(Field::Phone), Some(phone), "{header}");
    }
}

#[test]
fn several_phone_columns_are_taken_in_order_of_preference() {
    let columns = decide("Name|Home Phone|Telephone|WhatsApp|Mobile|Fax", &[]).expect("decided");
    assert_eq!(all_of(&columns, Field::Phone), [3, 4, 2, 1]);
    assert_eq!(columns.leftovers(), [5], "a fax takes no messages");
    let given = decide("Name|Home Phone|Mobile", &["phone=Home Phone", "phone=Mobile"]);
    assert_eq!(all_of(&given.expect("decided"), Field::Phone), [1, 2]);
}

#[test]
fn two_phone_columns_under_one_header_are_an_error_that_names_both_and_the_flag() {
    let message = refusal("Name|Phone|phone", &[]);
    for part in ["a.csv", "column B", "column C", "--map 'phone=#2'"] {
        assert!(message.contains(part), "{message}");
    }
    let columns = decide("Name|Phone|phone", &["phone=#3"]).expect("decided");
    assert_eq!(columns.of(Field::Phone), Some(2));
}

#[test]
fn two_columns_for_another_field_are_an_error_that_names_both() {
    let message = refusal("Full Name|Contact Name|Phone", &[]);
    for part in ["Full Name", "Contact Name", "--map 'name=Full Name'"] {
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn no_phone_column_is_an_error_that_shows_the_header() {
    let message = refusal("a|My mobile", &[]);
    assert!(message.contains("\"a\" (column A), \"My mobile\" (column B)"), "{message}");
    assert!(message.contains("--map 'phone=My mobile'"), "{message}");
    assert!(refusal("a|Phnoe", &[]).contains("--map phone=Phnoe"), "a slip is seen");
    assert!(refusal("a|b", &[]).contains("--map phone=COLUMN"));
}

#[test]
fn a_column_without_a_telling_header_is_known_by_its_values() {
    let sample = ["Ann|0501234561|a@b.co", "Bob|+971501234562|b@c.co", "Cy||"];
    let columns = decide_by("x|y|z", &[], &sample).expect("decided");
    let found: Vec<(Field, usize, Evidence)> = columns.decided().collect();
    assert_eq!(found, [(Field::Phone, 1, Evidence::Content), (Field::Email, 2, Evidence::Content)]);
    let two = decide_by("x|y", &[], &["0501234561|0501234562"]).expect_err("which?").to_string();
    assert!(two.contains("2 columns could be the phone"), "{two}");
}

#[test]
fn values_that_look_like_phones_are_none_under_a_header_that_says_otherwise() {
    for header in ["Fax number", "Факс", "Order ID", "Invoice No", "Bank account", "SKU"] {
        let refused = decide_by(&format!("{header}|Nom"), &[], &["0501234561|Ann"]);
        assert!(refused.is_err(), "{header}");
    }
}

#[test]
fn a_word_that_may_mean_anything_counts_only_where_the_values_say_so() {
    let columns = decide_by("Contact|Number", &[], &["Ann|0501234561"]).expect("decided");
    assert_eq!((columns.of(Field::Name), columns.of(Field::Phone)), (Some(0), Some(1)));
    let columns = decide_by("Number|Contact", &[], &["17|0501234561"]).expect("decided");
    assert_eq!((columns.of(Field::Name), columns.of(Field::Phone)), (None, Some(1)));
}

#[test]
fn a_header_that_its_values_deny_is_an_error_that_names_the_column_they_lead_to() {
    let sample: Vec<String> = (0..6).map(|n| format!("home{n}|050123456{n}")).collect();
    let sample: Vec<&str> = sample.iter().map(String::as_str).collect();
    let message = decide_by("Phone|Reach", &[], &sample).expect_err("a clash").to_string();
    assert!(message.contains("\"Phone\"") && message.contains("--map phone=Reach"), "{message}");
    assert!(decide_by("Phone|Reach", &["phone=Phone"], &sample).is_ok(), "the user knows better");
}

#[test]
fn beside_a_family_name_what_may_be_any_name_is_the_given_one() {
    let columns = decide("Nombre|Apellidos|Teléfono", &[]).expect("decided");
    assert_eq!((columns.of(Field::FirstName), columns.of(Field::Name)), (Some(0), None));
    let columns = decide("Nombre|Teléfono", &[]).expect("decided");
    assert_eq!((columns.of(Field::FirstName), columns.of(Field::Name)), (None, Some(0)));
}

#[test]
fn a_given_column_wins_and_the_other_candidate_feeds_nothing() {
    let columns = decide("Name|Mobile|Telephone", &["phone=telephone"]).expect("decided");
    assert_eq!(all_of(&columns, Field::Phone), [2]);
    assert_eq!(columns.leftovers(), [1]);
}

#[test]
fn a_given_column_must_exist_and_a_near_one_is_named() {
    assert!(refusal("Phone", &["name=Nom"]).contains("no column \"Nom\""));
    let message = refusal("Phone|Customer", &["name=Custmer"]);
    assert!(message.contains("did you mean \"Customer\"?"), "{message}");
    let message = MapOptions::parse_pair("phnoe=x").expect_err("no field");
    assert!(message.contains("did you mean phone?"), "{message}");
}

#[test]
fn two_params_of_one_name_are_an_error_unless_only_some_are_carried() {
    let check = |header, wanted: &Params| {
        let columns = decide(header, &[]).expect("decided");
        let all = columns.leftovers().to_vec();
        columns.wanted_params(all, wanted, "a.csv").map_err(|error| error.to_string())
    };
    let message = check("Phone|Note|Note", &Params::All).expect_err("one would be lost");
    assert!(message.contains("columns B and C"), "{message}");
    assert_eq!(check("Phone|Note|Note", &Params::None), Ok(vec![]));
    assert_eq!(check("Phone|Note|Note", &Params::Only(vec!["#3".to_owned()])), Ok(vec![2]));
    assert_eq!(check("Phone||", &Params::All), Ok(vec![1, 2]), "without a header: numbered");
}

#[test]
fn tags_are_parted_by_what_most_cells_have() {
    for (cells, separator) in [
        (&["a|x", "b; c|x", "d;e|x", "f, g|x"][..], ";"),
        (&["a ::: b, c|x"], ":::"),
        (&["a|x"], ","),
    ] {
        let columns = decide_by("Tags|Phone", &[], cells).expect("decided");
        assert_eq!(columns.tag_separator, separator, "{cells:?}");
    }
}

#[test]
fn an_export_without_phones_says_why() {
    let message = refusal("id|Description|Email|Name|Created (UTC)|Delinquent", &[]);
    assert!(message.contains("Stripe") && message.contains("no phone column"), "{message}");
}

#[test]
fn column_letters_are_those_of_a_spreadsheet() {
    let all: Vec<String> = [0, 25, 26, 51, 52, 701, 702].map(letters).to_vec();
    assert_eq!(all, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
}

#[test]
fn hostile_headers_are_shown_escaped() {
    let message = refusal("\u{1b}[31mred\u{202e}", &[]);
    assert!(!message.contains('\u{1b}') && !message.contains('\u{202e}'), "{message}");
}
