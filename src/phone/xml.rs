//! In: libphonenumber's `PhoneNumberMetadata.xml`. Out: the same [`Facts`] as in `plan.txt`. Names
//! the crate `phonenumber`, whose loader reads the XML; its regular expressions are not used.
//!
//! The XML leaves out what follows from the rest, and libphonenumber's own build derives it:
//!
//! - a pattern may be broken over lines: white space in it means nothing;
//! - the possible lengths of a region are those of all its kinds together, and so are the lengths
//!   for local dialling, without those that are possible anyway;
//! - the national prefix as dialled is the national prefix, unless it is stated;
//! - the main region of a calling code comes first, the others in the order of the file;
//! - in rules, `$NP` is the national prefix, `$FG` the first group, and `$1` a group of a pattern.

use super::error::PlanError;
use super::facts::{Facts, Lengths, RegionFacts, Writing, sha256};
use super::kind::Kind;
use phonenumber::metadata::loader::{self, Descriptor, Metadata};
use std::io::BufRead;

/// Reads the facts of a plan.
pub(super) fn facts(mut xml: impl BufRead) -> Result<Facts, PlanError> {
    let mut text = String::new();
    xml.read_to_string(&mut text)?;
    let version = format!("sha256:{}", &sha256(text.as_bytes())[..12]);
    check_lengths(&text)?;
    let metadata = loader::load(without_declaration(&text).as_bytes())
        .map_err(|error| PlanError::Xml(error.to_string()))?;
    let mut regions = Vec::with_capacity(metadata.len());
    for metadata in metadata {
        let main = metadata.main_country_for_code;
        regions.push((!main, region(metadata)?));
    }
    regions.sort_by_key(|(not_main, facts)| (facts.calling_code, *not_main));
    if regions.is_empty() {
        return Err(PlanError::Xml("it has no territories".to_owned()));
    }
    Ok(Facts { version, regions: regions.into_iter().map(|(_, facts)| facts).collect() })
}

/// The loader refuses an XML declaration, which the file may begin with.
fn without_declaration(xml: &str) -> &str {
    let xml = xml.trim_start_matches('\u{FEFF}').trim_start();
    let declaration = xml.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>"));
    declaration.map_or(xml, |(_, rest)| rest)
}

/// Checks the lists of lengths, `4,[6-8]`: the loader panics on some that are wrong.
fn check_lengths(xml: &str) -> Result<(), PlanError> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_part = |part: &str| match part.strip_prefix('[') {
        None => is_number(part),
        Some(range) => range
            .strip_suffix(']')
            .and_then(|range| range.split_once('-'))
            .is_some_and(|(first, last)| is_number(first) && is_number(last)),
    };
    for name in ["national", "localOnly"] {
        for (at, _) in xml.match_indices(name) {
            let Some(value) = xml[at + name.len()..].trim_start().strip_prefix('=') else {
                continue;
            };
            let value = value.trim_start();
            let value = value.strip_prefix(['"', '\'']).unwrap_or(value);
            let value = value.split(['"', '\'']).next().unwrap_or("");
            if !value.split(',').all(|part| is_part(part.trim())) {
                return Err(PlanError::Xml(format!("{name}={value:?} is no list of lengths")));
            }
        }
    }
    Ok(())
}

/// The facts of one territory.
fn region(metadata: Metadata) -> Result<RegionFacts, PlanError> {
    let missing = |what| PlanError::Xml(format!("a territory without {what}"));
    let id = metadata.id.ok_or_else(|| missing("an id"))?;
    let calling_code = metadata.country_code.ok_or_else(|| missing("a calling code"))?;
    let general = metadata.general.and_then(|general| general.national_number);
    let kinds = [
        (Kind::FixedLine, metadata.fixed_line),
        (Kind::Mobile, metadata.mobile),
        (Kind::TollFree, metadata.toll_free),
        (Kind::PremiumRate, metadata.premium_rate),
        (Kind::SharedCost, metadata.shared_cost),
        (Kind::Voip, metadata.voip),
        (Kind::PersonalNumber, metadata.personal_number),
        (Kind::Pager, metadata.pager),
        (Kind::Uan, metadata.uan),
        (Kind::Voicemail, metadata.voicemail),
    ];
    let kinds = kinds.into_iter().filter_map(|(kind, desc)| Some((kind, desc?)));
    let (mut possible, mut local) = (Lengths::default(), Lengths::default());
    let mut stated = Vec::new();
    for (kind, Descriptor { national_number, possible_length, possible_local_length, .. }) in kinds
    {
        let lengths: Lengths = possible_length.into_iter().collect();
        possible.0 |= lengths.0;
        local.0 |= Lengths::from_iter(possible_local_length).0;
        stated.extend(national_number.map(|pattern| (kind, lengths, compact(&pattern))));
    }
    local.0 &= !possible.0;
    let prefix = metadata.national_prefix.unwrap_or_default();
    let writings = |formats: Vec<loader::Format>| {
        formats.into_iter().map(|form| writing(form, &prefix)).collect()
    };
    Ok(RegionFacts {
        id,
        calling_code,
        idd: compact(&metadata.international_prefix.unwrap_or_default()),
        trunk: compact(metadata.national_prefix_for_parsing.as_ref().unwrap_or(&prefix)),
        trunk_transform: groups(&metadata.national_prefix_transform_rule.unwrap_or_default()),
        leading: compact(&metadata.leading_digits.unwrap_or_default()),
        extension: metadata.preferred_extension_prefix.unwrap_or_default(),
        possible,
        local,
        general: compact(&general.unwrap_or_default()),
        kinds: stated,
        national: writings(metadata.formats),
        international: writings(metadata.international_formats),
    })
}

fn writing(format: loader::Format, prefix: &str) -> Writing {
    let rule = format.national_prefix_formatting_rule.unwrap_or_default();
    Writing {
        groups: compact(&format.pattern.unwrap_or_default()),
        template: groups(&format.format.unwrap_or_default()),
        rule: groups(&rule.replace("$NP", prefix).replace("$FG", "$1")),
        leading: compact(&format.leading_digits.last().cloned().unwrap_or_default()),
    }
}

/// A pattern without the white space that it was laid out with.
fn compact(pattern: &str) -> String {
    pattern.split_whitespace().collect()
}

/// A rule with its groups named as in `plan.txt`.
fn groups(rule: &str) -> String {
    rule.replace('$', "\\")
}

#[cfg(test)]
mod tests {
    use super::super::compile::compile;
    use super::super::{Format, Plan, plan_text};

    const XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
        <phoneNumberMetadata><territories>
          <territory id="AE" countryCode="971" internationalPrefix="00" nationalPrefix="0"
                     nationalPrefixFormattingRule="$NP$FG">
            <availableFormats>
              <numberFormat pattern="(\d{2})(\d{3})(\d{4})">
                <leadingDigits>5</leadingDigits>
                <format>$1 $2 $3</format>
                <intlFormat>$1-$2-$3</intlFormat>
              </numberFormat>
            </availableFormats>
            <generalDesc><nationalNumberPattern>5\d{8}</nationalNumberPattern></generalDesc>
            <mobile>
              <possibleLengths national="9" localOnly="[6-7]"/>
              <exampleNumber>501234567</exampleNumber>
              <nationalNumberPattern>
                5[024-68]
                \d{7}
              </nationalNumberPattern>
            </mobile>
          </territory>
        </territories></phoneNumberMetadata>"#;

    fn problem(xml: &str) -> String {
        Plan::load(xml.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_loaded_plan_answers_by_its_own_rules_and_goes_by_its_hash() {
        let plan = Plan::load(XML.as_bytes()).unwrap();
        assert!(plan.version().starts_with("sha256:") && plan.version().len() == 19);
        let home = Some("AE".parse().unwrap());
        let number = plan.parse("050 123 4567", home).unwrap();
        assert_eq!(number.phone().unwrap().as_u64(), 971_501_234_567);
        let mut written = String::new();
        plan.format(&number, Format::National, &mut written);
        plan.format(&number, Format::International, &mut written);
        assert_eq!(written, "050 123 4567+971 50-123-4567");
        assert!(plan.parse("+1 650 253 0000", home).is_err());
    }

    /// When a plan is refreshed, this holds the two ways to it together:
    /// `ROWCALL_XML=PhoneNumberMetadata.xml cargo test states_the_same -- --ignored`.
    #[test]
    #[ignore = "needs the XML of plan.txt's version, or ROWCALL_PLAN of the XML's version"]
    fn the_xml_states_the_same_plan_as_plan_txt() {
        let xml = std::env::var("ROWCALL_XML").expect("ROWCALL_XML names the file");
        let text = std::env::var("ROWCALL_PLAN").unwrap_or("src/phone/plan.txt".to_owned());
        let text = std::fs::read_to_string(text).unwrap();
        let stated = compile(&plan_text::read(&text).unwrap()).unwrap();
        let mut loaded = Plan::open(xml.as_ref()).unwrap().tables;
        loaded.version = stated.version.clone();
        assert!(format!("{loaded:?}") == format!("{stated:?}"), "they differ");
    }

    #[test]
    fn a_file_that_is_no_plan_is_refused_with_its_reason() {
        assert!(problem("").starts_with("not a PhoneNumberMetadata.xml: "));
        assert!(problem("<html></html>").starts_with("not a PhoneNumberMetadata.xml: "));
        assert!(problem(&XML[..900]).starts_with("not a PhoneNumberMetadata.xml: "));
        assert_eq!(
            problem("<phoneNumberMetadata><territories></territories></phoneNumberMetadata>"),
            "not a PhoneNumberMetadata.xml: it has no territories",
        );
        for list in ["", "[6-", "[6-é", "6,,7", "x"] {
            let problem = problem(&XML.replace("[6-7]", list));
            assert!(problem.ends_with("is no list of lengths"), "{problem}");
        }
        assert_eq!(
            problem(&XML.replace("5[024-68]", "5+")),
            "region AE: pattern \"5+\\\\d{7}\": '+' is not understood here",
        );
    }
}
