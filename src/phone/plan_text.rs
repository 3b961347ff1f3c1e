//! In: the text of `plan.txt`. Out: its [`Facts`]. Part of the build script, and of the library's
//! tests; `plan.py` tells what the lines mean.

use super::error::PlanError;
use super::facts::{Facts, Lengths, RegionFacts, Writing, sha256};
use super::kind::Kind;

/// Reads `plan.txt` and checks its stamp.
pub(super) fn read(text: &str) -> Result<Facts, PlanError> {
    let heading = |line, name: &str, text: Option<&str>| {
        text.and_then(|text| text.strip_prefix(name)?.strip_prefix('\t')).map_or_else(
            || Err(PlanError::Line { line, problem: format!("{name} is missing") }),
            |value| Ok(value.trim_end().to_owned()),
        )
    };
    let mut parts = text.splitn(3, '\n');
    let version = heading(1, "version", parts.next())?;
    let stamp = heading(2, "sha256", parts.next())?;
    let body = parts.next().unwrap_or("");
    let found = sha256(body.as_bytes());
    if found != stamp {
        return Err(PlanError::Stamp { found });
    }
    let mut regions: Vec<RegionFacts> = Vec::new();
    for (index, line) in body.lines().enumerate() {
        add_line(&mut regions, line)
            .map_err(|problem| PlanError::Line { line: index + 3, problem })?;
    }
    Ok(Facts { version, regions })
}

/// Adds one line: it begins a region, or states a fact of the last one begun.
fn add_line(regions: &mut Vec<RegionFacts>, line: &str) -> Result<(), String> {
    let mut columns = line.split('\t');
    let mut next = || columns.next().unwrap_or("").to_owned();
    let name = next();
    if name == "region" {
        let (id, code) = (next(), next());
        let calling_code = code.parse().map_err(|_| format!("{code:?} is no calling code"))?;
        regions.push(RegionFacts { id, calling_code, ..RegionFacts::default() });
        return Ok(());
    }
    let facts = regions.last_mut().ok_or("a fact before the first region")?;
    match name.as_str() {
        "idd" => facts.idd = next(),
        "trunk" => (facts.trunk, facts.trunk_transform) = (next(), next()),
        "leading" => facts.leading = next(),
        "extension" => facts.extension = next(),
        "possible" => {
            (facts.possible, facts.local) = (read_lengths(&next())?, read_lengths(&next())?);
        }
        "general" => facts.general = next(),
        "national" | "international" => {
            let writing =
                Writing { groups: next(), template: next(), rule: next(), leading: next() };
            let writings =
                if name == "national" { &mut facts.national } else { &mut facts.international };
            writings.push(writing);
        }
        kind => {
            let kind = Kind::ALL.into_iter().find(|known| known.as_str() == kind);
            let kind = kind.ok_or_else(|| format!("{name:?} is not the name of a fact"))?;
            facts.kinds.push((kind, read_lengths(&next())?, next()));
        }
    }
    Ok(())
}

/// Reads a list of lengths: `8,9,10`.
fn read_lengths(text: &str) -> Result<Lengths, String> {
    let mut lengths = Lengths::default();
    for part in text.split(',').filter(|part| !part.is_empty()) {
        match part.parse::<u32>() {
            Ok(length) if length < 32 => lengths.0 |= 1 << length,
            _ => return Err(format!("{part:?} is not a length")),
        }
    }
    Ok(lengths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamped(body: &str) -> String {
        format!("version\t1\nsha256\t{}\n{body}", sha256(body.as_bytes()))
    }

    #[test]
    fn the_plan_in_the_repository_carries_its_own_stamp() {
        let facts = read(include_str!("plan.txt")).unwrap();
        assert!(facts.regions.len() > 240);
    }

    #[test]
    fn a_plan_that_was_edited_is_refused() {
        let edited = stamped("region\tAE\t971\n").replace("971", "972");
        assert!(matches!(read(&edited), Err(PlanError::Stamp { .. })));
    }

    #[test]
    fn a_line_that_is_no_fact_is_named_by_its_number() {
        for body in ["idd\t00\n", "region\tAE\tx\n", "region\tAE\t971\npossible\t99\n"] {
            assert!(matches!(read(&stamped(body)), Err(PlanError::Line { .. })), "{body}");
        }
        let error = read(&stamped("region\tAE\t971\nfaxes\t8\t1\n")).unwrap_err();
        assert_eq!(error.to_string(), "plan.txt, line 4: \"faxes\" is not the name of a fact");
    }
}
