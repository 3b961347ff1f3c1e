//! What a cell looks like, from its text alone: enough to tell a header from data, and cells from
//! pieces of cells.

/// Words that stand in headers of contact exports, in lower case.
const HEADER_WORDS: &str = "name phone mobile email mail e-mail tel telephone cell number first \
    last company country city address tags notes id date nombre telefono teléfono correo celular \
    apellido nome telefone cognome nom prénom téléphone vorname nachname telefon firma имя \
    телефон الاسم هاتف";

/// What a cell looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Empty,
    /// At least seven digits and what stands between the digits of a telephone number.
    Phone,
    Email,
    Number,
    /// A date, or a date with a time.
    Date,
    Time,
    Url,
    Text,
}

impl Kind {
    /// What the text looks like. Spaces around it, a spreadsheet's leading `'` and `="…"` do not
    /// count. Only the head of a long text is looked at.
    pub(super) fn of(text: &[u8]) -> Kind {
        const HEAD: usize = 256;
        let text = bare(text);
        if text.is_empty() {
            return Kind::Empty;
        }
        if text.len() > HEAD {
            return if starts_with_scheme(text) { Kind::Url } else { Kind::Text };
        }
        if is_email(text) {
            Kind::Email
        } else if starts_with_scheme(text) {
            Kind::Url
        } else if is_time(text) {
            Kind::Time
        } else if is_date(text) {
            Kind::Date
        } else if is_number(text) {
            let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
            let plain = text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'+');
            if plain && digits >= 7 { Kind::Phone } else { Kind::Number }
        } else if is_phone(text) {
            Kind::Phone
        } else {
            Kind::Text
        }
    }

    /// Whether a header never looks like this.
    pub(super) fn is_contact_data(self) -> bool {
        matches!(self, Kind::Phone | Kind::Email)
    }

    /// Whether it is data of some format, and neither free text nor nothing.
    pub(super) fn is_data(self) -> bool {
        !matches!(self, Kind::Empty | Kind::Text)
    }
}

/// Whether the cell is a few words, one of which headers have.
pub(super) fn is_header_word(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bare(&text[..text.len().min(64)])) else { return false };
    let lower = text.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric() && c != '-');
    words.clone().count() <= 5
        && words.any(|word| HEADER_WORDS.split(' ').any(|known| known == word))
}

/// The text without spaces around it, a spreadsheet's leading `'`, or its `="…"`.
fn bare(text: &[u8]) -> &[u8] {
    let text = text.trim_ascii();
    let text = text.strip_prefix(b"'").unwrap_or(text);
    let inner = text.strip_prefix(b"=\"").and_then(|inner| inner.strip_suffix(b"\""));
    inner.unwrap_or(text).trim_ascii()
}

fn is_email(text: &[u8]) -> bool {
    let Some(at) = memchr::memchr(b'@', text) else { return false };
    let (local, domain) = (&text[..at], &text[at + 1..]);
    let plain = |byte: &u8| !byte.is_ascii_whitespace() && !b",;|<>\"@".contains(byte);
    let dot = domain.iter().rposition(|&byte| byte == b'.');
    !local.is_empty()
        && local.iter().all(plain)
        && domain.iter().all(plain)
        && dot.is_some_and(|dot| dot > 0 && dot + 2 < domain.len())
}

fn starts_with_scheme(text: &[u8]) -> bool {
    let lower = |word: &[u8]| text.get(..word.len()).is_some_and(|h| h.eq_ignore_ascii_case(word));
    lower(b"http://") || lower(b"https://") || lower(b"mailto:") || lower(b"www.")
}

/// `9:05`, `09:05:00`, `9:05 PM`.
fn is_time(text: &[u8]) -> bool {
    let upper = text.to_ascii_uppercase();
    let clock = upper.strip_suffix(b"AM").or_else(|| upper.strip_suffix(b"PM")).unwrap_or(&upper);
    let parts: Vec<&[u8]> = clock.trim_ascii().split(|&byte| byte == b':').collect();
    let number = |part: &[u8], most: usize| {
        (1..=most).contains(&part.len()) && part.iter().all(u8::is_ascii_digit)
    };
    let seconds = parts.last().and_then(|last| last.split(|&byte| byte == b'.').next());
    matches!(parts.len(), 2 | 3)
        && parts[..parts.len() - 1].iter().all(|part| number(part, 2))
        && seconds.is_some_and(|seconds| number(seconds, 2))
}

/// Three groups of digits between `/`, `-` or `.`, one of at most four digits and two of at most
/// two, with a time behind it or not.
fn is_date(text: &[u8]) -> bool {
    let split = text.iter().position(|&byte| byte == b' ' || byte == b'T');
    let (day, time) = split.map_or((text, None), |at| (&text[..at], Some(&text[at + 1..])));
    let Some(&mark) = day.iter().find(|byte| !byte.is_ascii_digit()) else { return false };
    if !b"/-.".contains(&mark) {
        return false;
    }
    let groups: Vec<&[u8]> = day.split(|&byte| byte == mark).collect();
    let fits = groups.len() == 3
        && groups
            .iter()
            .all(|group| (1..=4).contains(&group.len()) && group.iter().all(u8::is_ascii_digit))
        && groups.iter().filter(|group| group.len() > 2).count() <= 1;
    let clock = |time: &[u8]| {
        let head = time.split(|&byte| byte == b'+' || byte == b'Z').next().unwrap_or_default();
        is_time(head)
    };
    fits && time.is_none_or(clock)
}

/// A number with signs, separators, an exponent, a percent or a currency sign.
fn is_number(text: &[u8]) -> bool {
    let text = text.strip_suffix(b"%").unwrap_or(text).trim_ascii();
    let text = ["$", "€", "£"]
        .iter()
        .find_map(|sign| {
            let sign = sign.as_bytes();
            text.strip_prefix(sign).or_else(|| text.strip_suffix(sign))
        })
        .unwrap_or(text)
        .trim_ascii();
    let text = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let mut digits = 0;
    let mut marks_together = 0;
    for (at, &byte) in text.iter().enumerate() {
        if byte.is_ascii_digit() {
            digits += 1;
            marks_together = 0;
        } else if b".,".contains(&byte) {
            marks_together += 1;
        } else if b"eE".contains(&byte) && digits > 0 {
            let exponent = &text[at + 1..];
            let bare = exponent.strip_prefix(b"-").or_else(|| exponent.strip_prefix(b"+"));
            let bare = bare.unwrap_or(exponent);
            return (1..=4).contains(&bare.len()) && bare.iter().all(u8::is_ascii_digit);
        } else {
            return false;
        }
        if marks_together > 1 {
            return false;
        }
    }
    digits > 0
}

/// Seven digits or more, and only what stands between the digits of a telephone number.
fn is_phone(text: &[u8]) -> bool {
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    let fits = |byte: &u8| byte.is_ascii_digit() || b"+ -().\x2f".contains(byte);
    (7..=20).contains(&digits) && text.iter().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_told_by_their_looks() {
        for (text, kind) in [
            ("", Kind::Empty),
            ("  ", Kind::Empty),
            ("'+573001112233", Kind::Phone),
            ("=\"0501234567\"", Kind::Phone),
            ("+971 50 123-4567", Kind::Phone),
            ("0501234567", Kind::Phone),
            ("ana@example.com", Kind::Email),
            ("ana@home", Kind::Text),
            ("12", Kind::Number),
            ("-1.234,50 €", Kind::Number),
            ("2,04582E+05", Kind::Number),
            ("50%", Kind::Number),
            ("28/01/2018", Kind::Date),
            ("2018-01-28T10:00:00Z", Kind::Date),
            ("10:30", Kind::Time),
            ("9:05 pm", Kind::Time),
            ("https://example.com", Kind::Url),
            ("Name", Kind::Text),
            ("Phone 1", Kind::Text),
        ] {
            assert_eq!(Kind::of(text.as_bytes()), kind, "{text}");
        }
    }
}
