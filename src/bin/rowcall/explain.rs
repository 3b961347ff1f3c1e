//! `explain`: how one number is read, step by step, as text or JSON.

use std::fmt::Write as _;

use std::io;

use anyhow::Result;
use serde_json::{Value, json};

use rowcall::error::exit;
use rowcall::normalize::phone::{Finding, code_of_damage, code_of_repair, findings};
use rowcall::phone::{
    Attempt, Explanation, Fiction, Format as PhoneFormat, Number, Plan, ReadRules, Refusal, Region,
    Step, explain,
};
use rowcall::problem::Level;
use rowcall::text::printable;

use crate::args::{ExplainArgs, Format};
use crate::job::{known_regions, plan, region};
use crate::stdout;
use crate::style::{ColorWish, Style};

/// Explains the number on stdout.
pub(crate) fn run(args: &ExplainArgs) -> Result<u8> {
    let plan = plan(args.phone.numbering_plan.as_deref())?;
    let home = args.phone.region.as_deref().map(|text| region(text, plan)).transpose()?;
    known_regions(args.phone.regions.as_ref(), plan)?;
    let rules = args.phone.rules();
    let told = explain(plan, &args.number, home, rules.read);
    let found = findings(&told.reading, home, &rules);
    let text = match args.format {
        Format::Text => {
            let style = Style::of(&io::stdout(), ColorWish::Never);
            style.broken(&text(plan, &args.number, home, &told, &found))
        }
        Format::Json => {
            let value = value(plan, &args.number, home, rules.read, &told, &found);
            format!("{value:#}\n")
        }
    };
    stdout::write(text.as_bytes())?;
    Ok(exit::DONE)
}

fn text(
    plan: &Plan,
    number: &str,
    home: Option<Region>,
    told: &Explanation,
    found: &[Finding],
) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(out, "{name:15}{value}");
    };
    line("cell", &printable(number));
    line("home region", home.as_ref().map_or("none", Region::as_str));
    for (step, number) in told.steps.iter().zip(1..) {
        line(&format!("step {number}"), &printable(&step_text(plan, step)));
    }
    for (name, reading) in [("as national", told.national), ("international", told.international)] {
        if let Some(reading) = reading {
            line(name, &reading_text(plan, reading));
        }
    }
    match &told.reading.verdict {
        Ok(number) => {
            line("verdict", if is_wanted(found) { "valid" } else { "valid, and not wanted" });
            line("E.164", &number.phone.to_string());
            for (name, format) in
                [("national", PhoneFormat::National), ("from abroad", PhoneFormat::International)]
            {
                line(name, &formatted(plan, &number.number, format));
            }
            line("region", number.number.region().as_ref().map_or("unknown", Region::as_str));
            line("kind", number.number.kind().as_str());
            line("identity", &identity_text(told, &number.phone.to_string()));
        }
        Err(_) => {
            line("verdict", "refused");
            if let Some(key) = told.variant_key {
                line("identity", &format!("a valid spelling of it would share the key {key}"));
            }
        }
    }
    for Finding { code, detail } in found {
        let colon = if detail.is_empty() { "" } else { ": " };
        line(code.level().as_str(), &format!("{code}: {}{colon}{detail}", code.sentence()));
        if code.level() != Level::Info {
            line("", &format!("-> {}", code.remedy()));
        }
    }
    if let Some(phone) = told.reading.suggestion {
        line("perhaps", &format!("{phone}, if the digits were meant so"));
    }
    out
}

/// Whether nothing that was found costs the row.
fn is_wanted(found: &[Finding]) -> bool {
    found.iter().all(|finding| finding.code.level() != Level::Error)
}

fn identity_text(told: &Explanation, phone: &str) -> String {
    match told.variant_key {
        None => phone.to_owned(),
        Some(key) => format!("{phone}; spellings of one subscriber may share the key {key}"),
    }
}

fn reading_text(plan: &Plan, reading: Result<Number, Refusal>) -> String {
    match reading {
        Err(refusal) => format!("no number: {}", words(refusal)),
        Ok(number) => {
            let e164 = formatted(plan, &number, PhoneFormat::E164);
            match number.refusal() {
                None => {
                    let region = number.region();
                    let region = region.as_ref().map_or("unknown", Region::as_str);
                    format!("{e164}, valid in {region}, {}", number.kind().as_str())
                }
                Some(refusal) => format!("{e164}, not valid: {}", words(refusal)),
            }
        }
    }
}

fn step_text(plan: &Plan, step: &Step) -> String {
    match step {
        Step::Plain(text) => format!("in plain characters: {text}"),
        Step::Parted(parts) => format!("parted: {}", parts.join(" | ")),
        Step::Part(text) => format!("part: {text}"),
        Step::Whole(text) => format!("not every part is a number, so as a whole: {text}"),
        Step::Repaired(repair, text) => format!("{}: {text}", code_of_repair(*repair).sentence()),
        Step::Damaged(damage) => code_of_damage(*damage).sentence().to_owned(),
        Step::Read(attempt, text, outcome) => {
            format!("{text} {}: {}", attempt_words(*attempt), reading_text(plan, *outcome))
        }
    }
}

fn attempt_words(attempt: Attempt) -> &'static str {
    match attempt {
        Attempt::Reference => "by libphonenumber's rules",
        Attempt::Vanity => "with letters as digits",
        Attempt::National => "as a national number",
        Attempt::International => "as an international number",
        Attempt::AfterForeignPrefix => "after another region's international prefix",
        Attempt::Modern => "as it is spelled today",
    }
}

fn step_value(plan: &Plan, step: &Step) -> Value {
    match step {
        Step::Plain(text) => json!({ "step": "plain", "text": text }),
        Step::Parted(parts) => json!({ "step": "parted", "parts": parts }),
        Step::Part(text) => json!({ "step": "part", "text": text }),
        Step::Whole(text) => json!({ "step": "whole", "text": text }),
        Step::Repaired(repair, text) => {
            json!({ "step": "repaired", "code": code_of_repair(*repair).as_str(), "text": text })
        }
        Step::Damaged(damage) => {
            json!({ "step": "damaged", "code": code_of_damage(*damage).as_str() })
        }
        Step::Read(attempt, text, outcome) => {
            let name = match attempt {
                Attempt::Reference => "reference",
                Attempt::Vanity => "vanity",
                Attempt::National => "national",
                Attempt::International => "international",
                Attempt::AfterForeignPrefix => "after_foreign_prefix",
                Attempt::Modern => "modern",
            };
            let reading = reading_value(plan, name, outcome);
            json!({ "step": "read", "text": text, "reading": reading })
        }
    }
}

fn reading_value(plan: &Plan, name: &str, outcome: &Result<Number, Refusal>) -> Value {
    match outcome {
        Err(refusal) => json!({ "as": name, "valid": false, "reason": refusal.as_str() }),
        Ok(number) => json!({
            "as": name,
            "valid": number.is_valid(),
            "phone": formatted(plan, number, PhoneFormat::E164),
            "region": number.region().map(|region| region.to_string()),
            "kind": number.kind().as_str(),
            "reason": number.refusal().map(Refusal::as_str),
        }),
    }
}

fn words(refusal: Refusal) -> String {
    refusal.as_str().replace('_', " ")
}

fn formatted(plan: &Plan, number: &Number, format: PhoneFormat) -> String {
    let mut text = String::new();
    plan.format(number, format, &mut text);
    text
}

fn value(
    plan: &Plan,
    number: &str,
    home: Option<Region>,
    rules: ReadRules,
    told: &Explanation,
    found: &[Finding],
) -> Value {
    let reading = |name: &str, reading: Option<Result<Number, Refusal>>| {
        reading.map(|outcome| reading_value(plan, name, &outcome))
    };
    let readings: Vec<Value> = reading("national", told.national)
        .into_iter()
        .chain(reading("international", told.international))
        .collect();
    let verdict = told.reading.verdict.as_ref().ok();
    let write = |format| verdict.map(|found| formatted(plan, &found.number, format));
    json!({
        "schema": "rowcall.explain/2",
        "numbering_plan": plan.version(),
        "input": number,
        "home": home.map(|home| home.to_string()),
        "vanity": rules.letters == rowcall::phone::Letters::Vanity,
        "steps": told.steps.iter().map(|step| step_value(plan, step)).collect::<Vec<_>>(),
        "readings": readings,
        "valid": verdict.is_some(),
        "accepted": verdict.is_some() && is_wanted(found),
        "phone": verdict.map(|found| found.phone.to_string()),
        "national": write(PhoneFormat::National),
        "international": write(PhoneFormat::International),
        "rfc3966": write(PhoneFormat::Rfc3966),
        "region": verdict.and_then(|found| found.number.region()).map(|it| it.to_string()),
        "kind": verdict.map(|found| found.number.kind().as_str()),
        "extension": verdict.map(|found| found.number.extension()).filter(|it| !it.is_empty()),
        "fiction": verdict.and_then(|found| found.fiction).map(|fiction| match fiction {
            Fiction::Reserved => "reserved",
            Fiction::Placeholder => "placeholder",
        }),
        "identity": {
            "phone": verdict.map(|found| found.phone.to_string()),
            "variant_key": told.variant_key,
        },
        "others": told.reading.others.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "suggestion": told.reading.suggestion.map(|phone| phone.to_string()),
        "findings": found.iter().map(|finding| json!({
            "code": finding.code.as_str(),
            "level": finding.code.level().as_str(),
            "meaning": finding.code.sentence(),
            "detail": finding.detail,
            "remedy": finding.code.remedy(),
        })).collect::<Vec<_>>(),
    })
}
