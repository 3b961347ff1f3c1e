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
fn what_all_headers_begin_with_says_nothing() {
    let columns = decide("Person - Name|Person - Phone - Work|Person - Phone - Mobile", &[]);
    let columns = columns.expect("decided");
    assert_eq!(columns.of(Field::Name), Some(0));
    assert_eq!(all_of(&columns, Field::Phone), [2, 1]);
    let columns = decide("Phone 1|Phone 2|Phone 3", &[]).expect("decided");
    assert_eq!(all_of(&columns, Field::Phone), [0, 1, 2], "unless it says all");
}

#[test]
fn headers_are_found_in_the_languages_of_exports() {
    for (header, name, phone) in [
        ("الاسم|رقم الجوال", 0, 1),
        ("नाम|मोबाइल नंबर", 0, 1),
        ("Nombre completo|Teléfono móvil", 0, 1),
        ("Telemóvel|Nome completo", 1, 0),
        ("Sócio|Telem.|Tlf. fixo", 0, 1),
        ("Aluno|Tel. Encarregado|Telm.", 0, 2),
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
fn a_doubt_is_told_with_the_share_of_values_that_speak_for_each_column() {
    let sample = ["Ann|0501234561|0501234564", "Bob|0501234562|0501234563", "Cy|0501234565|x"];
    let message = decide_by("Name|a|b", &[], &sample).expect_err("a doubt").to_string();
    for part in ["\"a\" (column B; 3 of 3 values are phone numbers)", "(column C; 2 of 3 values"] {
        assert!(message.contains(part), "{message}");
    }
    assert!(message.contains("--map phone=a"), "the likelier is named: {message}");
}

#[test]
fn two_columns_under_one_header_are_an_error_for_every_field_and_in_known_exports_too() {
    let shopify = "First Name|Last Name|Email|Phone|Accepts Email Marketing|Tags";
    for (header, field) in [
        (format!("{shopify}|phone"), "phone"),
        (format!("{shopify}|TAGS"), "tags"),
        ("Phone|Tags|tags".to_owned(), "tags"),
        ("Phone|Email|E-mail".to_owned(), "email"),
    ] {
        let message = refusal(&header, &[]);
        assert!(message.contains(&format!("2 columns could be the {field}")), "{message}");
    }
    assert!(decide("Phone|Tags|tags", &["tags=#2"]).is_ok(), "unless it is mapped");
    assert!(decide("Phone|Tags|tags", &["tags=#2", "tags=#3"]).is_ok());
}

#[test]
fn the_order_of_columns_says_nothing_of_their_preference() {
    for header in ["WhatsApp|Mobile|Phone", "Phone|Mobile|WhatsApp", "Mobile|WhatsApp|Phone"] {
        let columns = decide(header, &[]).expect("decided");
        let names: Vec<&str> =
            columns.all_of(Field::Phone).map(|at| columns.headers[at].as_str()).collect();
        assert_eq!(names, ["WhatsApp", "Mobile", "Phone"], "{header}");
    }
}

#[test]
fn a_phone_column_under_an_unknown_header_joins_those_with_a_known_one() {
    let sample = ["042345678|050 123 4561|04 2345670", "042345679|050 123 4562|04 2345671"];
    for (header, phones, why) in [
        ("Teléfono fijo|Núm. móvil del cliente|Fax", &[1, 0][..], "before a lesser one"),
        ("Teléfono fijo|Reach|Fax", &[1, 0], "by the way it is written"),
        ("Mobile|Reach|Fax", &[0, 1], "behind a better one"),
        ("Teléfono fijo|Order|Reach", &[2, 0], "an order is none"),
        ("Teléfono fijo|Emergency contact mobile|Father's phone", &[0], "never somebody else's"),
    ] {
        let columns = decide_by(header, &[], &sample).expect("decided");
        assert_eq!(all_of(&columns, Field::Phone), phones, "{why}: {header}");
    }
}

#[test]
fn bare_digits_beside_a_known_phone_column_are_phones_only_where_their_header_says_so() {
    let sample = ["042345678|501234561", "042345679|501234562"];
    let of =
        |header| decide_by(header, &[], &sample).map(|it| all_of(&it, Field::Phone)).expect("ok");
    assert_eq!(of("Landline|Ticket"), [0]);
    assert_eq!(of("Landline|Your mobile, please"), [1, 0]);
}

#[test]
fn what_is_named_like_a_phone_among_others_and_holds_none_feeds_no_field() {
    let sample: Vec<String> = (0..6).map(|n| format!("yes|050123456{n}")).collect();
    let sample: Vec<&str> = sample.iter().map(String::as_str).collect();
    let columns = decide_by("SMS|Phone", &[], &sample).expect("decided");
    assert_eq!(all_of(&columns, Field::Phone), [1]);
    assert_eq!(columns.leftovers(), [0]);
    let columns = decide_by("CEP|Telefone", &[], &["01310-100|11 91234-5678"]).expect("decided");
    assert_eq!(all_of(&columns, Field::Phone), [1], "a postal code in Brazil, a mobile in Turkey");
    let columns = decide_by("Ad|Cep", &[], &["Ali|+905321234567"]).expect("decided");
    assert_eq!(all_of(&columns, Field::Phone), [1]);
}

#[test]
fn a_column_of_the_user_s_own_goes_before_those_of_a_known_export_if_it_is_the_very_thing() {
    let header =
        "First Name|Last Name|Email|Phone|Accepts Email Marketing|Tags|WhatsApp number|Work phone";
    let columns = decide(header, &[]).expect("decided");
    assert_eq!(columns.preset.map(|preset| preset.name.as_str()), Some("shopify"));
    assert_eq!(all_of(&columns, Field::Phone), [6, 3]);
    let sample = ["A|B|a@b.co|0501234561|yes||0501234562|0501234563"];
    let header = header.replace("WhatsApp number", "WhatsApp (customer.metafields.my.wa)");
    let columns = decide_by(&header, &[], &sample).expect("decided");
    assert_eq!(all_of(&columns, Field::Phone), [6, 3], "by a word and its values");
}

#[test]
fn of_two_columns_of_addresses_the_contact_s_own_is_taken_or_asked_for() {
    let sample = ["+971501234561|a@b.co|c@d.co"];
    let of = |header| decide_by(header, &[], &sample).map(|it| it.of(Field::Email));
    assert_eq!(of("Phone|Mail of the client|Owner").expect("decided"), Some(1));
    assert_eq!(of("Phone|Owner|Agent").expect("decided"), None);
    let message = of("Phone|Client mail|Mail at work").expect_err("a doubt").to_string();
    assert!(message.contains("2 columns could be the email"), "{message}");
    assert!(message.contains("(column B; 1 of 1 values are e-mail addresses)"), "{message}");
}

#[test]
fn countries_are_known_by_their_names_where_the_numbers_do_not_speak_against_it() {
    let of =
        |sample: &[&str]| decide_by("Phone|From", &[], sample).expect("decided").of(Field::Country);
    assert_eq!(of(&["98765 43210|India", "030 1234567|Deutschland"]), Some(1));
    assert_eq!(of(&["050 123 4561|India", "050 123 4562|Deutschland"]), None, "a nationality");
    assert_eq!(of(&["98765 43210|IN", "030 1234567|DE"]), None, "codes may be anything");
}

#[test]
fn a_country_column_of_calling_codes_is_one() {
    for (sample, field) in
        [("+91|98765 43210", Field::CallingCode), ("IN|98765 43210", Field::Country)]
    {
        let columns = decide_by("Country code|Phone", &[], &[sample]).expect("decided");
        assert_eq!(columns.of(field), Some(0), "{sample}");
    }
}

#[test]
fn what_may_be_meant_for_a_field_is_hinted_at() {
    let sample = ["+971501234561|Ann|050 1234562", "+971501234563|Bob|050 1234564"];
    let columns = decide_by("Phone|Frist Name|Emergency contact", &[], &sample).expect("decided");
    let hints: Vec<(usize, Field)> =
        advice::hints(&columns).iter().map(|hint| (hint.column, hint.field)).collect();
    assert_eq!(hints, [(1, Field::FirstName), (2, Field::Phone)]);
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
fn beside_one_part_of_the_name_what_may_be_any_name_is_the_other_if_its_values_lack_the_part() {
    for (header, sample, fields) in [
        ("Nom|Prénom|Mobile", &["Dupont|Jean|0501234561"][..], [None, Some(1), Some(0)]),
        ("Name|Vorname|Handy", &["Müller|Jörg|0501234561"], [None, Some(1), Some(0)]),
        (
            "Ragione sociale|Nome|Cognome|Tel",
            &["|Mario|Rossi|0501234561"],
            [Some(0), Some(1), Some(2)],
        ),
        ("Name|Surname|Phone", &["Ann|Lee|0501234561"], [None, Some(0), Some(1)]),
        ("Name|Surname|Phone", &["Ann Lee|Lee|0501234561"], [Some(0), None, Some(1)]),
        ("Name|First name|Phone", &["Ann Lee|Ann|0501234561"], [Some(0), Some(1), None]),
        ("Name|First name|Phone", &[], [Some(0), Some(1), None]),
    ] {
        let columns = decide_by(header, &[], sample).expect("decided");
        let found = [Field::Name, Field::FirstName, Field::LastName].map(|it| columns.of(it));
        assert_eq!(found, fields, "{header}: {sample:?}");
    }
}

#[test]
fn of_several_phone_columns_under_unknown_headers_the_contact_s_own_are_taken() {
    let sample = ["Ann|0501234561|0501234562", "Bob|0501234563|0501234564"];
    let of = |header| decide_by(header, &[], &sample).map(|it| all_of(&it, Field::Phone));
    assert_eq!(of("Name|Nomor WhatsApp Aktif (08...)|Nomor HP Orang Tua").expect("ok"), [1]);
    assert_eq!(of("Name|Which phone, please?|Your mobile, please?").expect("ok"), [2, 1]);
    assert!(of("Name|Reach|Reach too").is_err());
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
fn a_column_that_may_hold_names_holds_names_and_not_marks_or_numbers() {
    let named = |header: &str, sample: &[&str]| {
        let columns = decide_by(header, &[], sample).expect("decided");
        let fields = [Field::Name, Field::LastName];
        fields.into_iter().any(|field| columns.of(field).is_some())
    };
    let header = "Mobile|First name|Member";
    let with = |members: [&str; 4]| {
        let row = |n: usize| format!("05012345{n:02}|Ann|{}", members[n % 4]);
        let rows: Vec<String> = (0..20).map(row).collect();
        named(header, &rows.iter().map(String::as_str).collect::<Vec<_>>())
    };
    for no_names in [
        ["yes", "no", "yes", "no"],
        ["VIP", "VIP", "Lee", "VIP"],
        ["M-001", "M-002", "M-003", "M-004"],
        ["gold", "gold", "gold", "silver"],
    ] {
        assert!(!with(no_names), "{no_names:?}");
    }
    let family =
        ["Lee", "Li", "Haddad", "Silva", "Haddad", "Lopes", "Lee", "Kim", "Ali", "Roy", "Li"];
    let rows: Vec<String> = family.iter().map(|name| format!("0501234561|Ann|{name}")).collect();
    assert!(named(header, &rows.iter().map(String::as_str).collect::<Vec<_>>()));
    assert!(named(header, &["0501234561|Ann|Lee", "0501234561|Ann|Lee"]), "few rows say little");
}

#[test]
fn as_many_columns_feed_the_tags_as_a_contact_holds_and_no_other_is_lost() {
    let header = "Phone|Tags|Label|Contact tags|Groups|Group|Segments|Segment|Lists|List";
    let columns = decide(header, &[]).expect("decided");
    let (fed, left) = (all_of(&columns, Field::Tags).len(), columns.leftovers().len());
    assert_eq!((fed, fed + left), (crate::contact::Tags::COLUMNS_MAX, 9), "{columns:?}");
    let given: Vec<String> = (2..=9).map(|column| format!("tags=#{column}")).collect();
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    let header = "Phone|A|B|C|D|E|F|G|H";
    assert!(decide(header, &given[..7]).is_ok());
    let said = refusal(header, &given);
    assert_eq!(said, "a.csv: --map tags: at most 7 columns feed it; leave some out");
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
