//! The phone cell → the phone that is the contact's identity.

use super::problem;
use crate::contact::Field;
use crate::map::Draft;
use crate::phone::{Number, Phone, Plan, Refusal, Region};
use crate::problem::{Code, Problem};

/// The row's phone and the number it was read from.
pub(super) fn read<'r>(
    draft: &Draft<'r>,
    plan: &Plan,
    home: Option<Region>,
    problems: &mut Vec<Problem<'r>>,
) -> Option<(Phone, Number)> {
    let verdict = plan
        .parse(draft.get(Field::Phone), home)
        .and_then(|number| number.phone().map(|phone| (phone, number)));
    match verdict {
        Ok((phone, number)) => {
            if !number.extension().is_empty() {
                let detail = format!("extension {}", number.extension());
                let found = problem(draft, Field::Phone, Code::PhoneExtension);
                problems.push(Problem { detail: detail.into(), ..found });
            }
            Some((phone, number))
        }
        Err(refusal) => {
            let found = problem(draft, Field::Phone, code_of(refusal));
            let detail = match (refusal, home) {
                (Refusal::Missing | Refusal::NotANumber | Refusal::NoRegion, _) | (_, None) => {
                    "".into()
                }
                (_, Some(home)) => format!("read in {home} where it has no calling code").into(),
            };
            problems.push(Problem { detail, ..found });
            None
        }
    }
}

fn code_of(refusal: Refusal) -> Code {
    match refusal {
        Refusal::Missing => Code::PhoneMissing,
        Refusal::NotANumber => Code::PhoneNotANumber,
        Refusal::NoRegion => Code::PhoneNoRegion,
        Refusal::UnknownCallingCode => Code::PhoneUnknownCallingCode,
        Refusal::TooShort => Code::PhoneTooShort,
        Refusal::TooLong => Code::PhoneTooLong,
        Refusal::WrongLength => Code::PhoneWrongLength,
        Refusal::LocalOnly => Code::PhoneLocalOnly,
        Refusal::Unassigned => Code::PhoneUnassigned,
        Refusal::NotValid => Code::PhoneNotValid,
    }
}
