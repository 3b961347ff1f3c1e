//! What a header says of values that read as phones: that they are none, that they are somebody
//! else's, or, by a word among others, that they are the contact's.

use super::synonyms::{Rank, Strength, rank_of_folded};
use crate::contact::Field;
use crate::text::fold;

/// Whether a header says that its values are no phones that take messages, whatever they look like:
/// faxes and pagers, and numbers that count or name something else.
#[must_use]
pub fn is_no_phone(header: &str) -> bool {
    #[rustfmt::skip]
    const PARTS: &[&str] = &[
        "fax", "faks", "факс", "传真", "傳真", "فاكس", "pager", "telex", "isdn", "iban", "invoice",
        "account", "order", "rechnung", "konto", "sku", "pedido", "commande", "bestell", "kunden",
        "заказ", "订单", "訂單", "الطلب", "طلبية", "pesanan", "siparis", "ordine", "fattura", "facture",
        "factura", "fatura", "счет", "发票", "身份证", "паспорт",
    ];
    #[rustfmt::skip]
    const WORDS: &[&str] = &[
        "id", "uid", "number", "ref", "code", "zip", "total", "amount", "price", "vat", "tty",
        "tdd", "plz", "postal", "passport", "dni", "cpf", "cnpj", "nif", "rfc", "ruc", "rut",
        "curp", "ktp", "iva", "fiscale", "fiscal", "nik", "tckn", "ssn", "инн", "снилс",
    ];
    let folded = fold(header);
    let means_phone =
        rank_of_folded(&folded, Field::Phone).is_some() || word_for(Field::Phone, header).is_some();
    PARTS.iter().any(|part| folded.contains(part))
        || (!means_phone && words(header).iter().any(|word| WORDS.contains(&word.as_str())))
}

/// Parts of words that say of a number that it reaches somebody else than the contact.
#[rustfmt::skip]
const OF_ANOTHER: &[&str] = &[
    "assistant", "asistente", "emergenc", "emergênc", "urgence", "notfall", "emergenza", "acil",
    "darurat", "طوارئ", "экстрен", "紧急", "家长",
    "父亲", "母亲", "亲属", "orangtua", "ولي الأمر", "पिता", "माता", "अभिभावक", "erziehungsberechtigt",
];

/// Whether the label of one number says that it reaches somebody else than the contact. `Owner` or
/// `Agent` may be what the contact is.
pub(super) fn is_label_of_another(label: &str) -> bool {
    const WORDS: [&str; 8] =
        ["parent", "parents", "father", "mother", "spouse", "wife", "husband", "guardian"];
    has_part(label, OF_ANOTHER) || words(label).iter().any(|word| WORDS.contains(&word.as_str()))
}

/// Whether a header says that its values reach somebody else than the contact.
pub(super) fn is_of_another(header: &str) -> bool {
    #[rustfmt::skip]
    const WORDS: &[&str] = &[
        "parent", "parents", "father", "mother", "spouse", "wife", "husband", "guardian", "kin",
        "manager", "supervisor", "agent", "owner", "rep", "referrer", "referral", "reference",
        "doctor", "driver", "callback", "padre", "madre", "vater", "mutter", "eltern", "pai", "mae",
        "pere", "mere", "veli", "ayah", "ibu", "родитель",
        "родителя", "мать", "отец", "мама", "папа", "tutor", "apoderado", "acudiente", "responsavel",
        "encarregado", "encarregada", "tuteur", "conjoint", "genitore", "anne", "baba", "wali",
    ];
    has_part(header, OF_ANOTHER) || words(header).iter().any(|word| WORDS.contains(&word.as_str()))
}

fn has_part(header: &str, parts: &[&str]) -> bool {
    let folded = fold(header);
    parts.iter().any(|part| folded.contains(&fold(part)))
}

/// How well the best word, or the best few words, within a header say that it means the field.
pub(super) fn word_for(field: Field, header: &str) -> Option<Rank> {
    const WORDS_MAX: usize = 3;
    let words = words(header);
    let runs = (1..=WORDS_MAX).flat_map(|count| words.windows(count).map(<[String]>::concat));
    let ranks = runs.filter_map(|run| rank_of_folded(&run, field));
    ranks.filter(|(strength, _)| *strength < Strength::Lesser).min()
}

/// The words of a header, folded.
fn words(header: &str) -> Vec<String> {
    let words = header.split(|c: char| !c.is_alphanumeric()).map(fold);
    words.filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_count_or_name_something_are_no_phones_whatever_the_language() {
        for header in
            ["Fax number", "Order ID", "Número de pedido", "Kundennummer", "CPF", "订单号"]
        {
            assert!(is_no_phone(header), "{header}");
        }
        for header in ["Número", "Phone number", "x", "Núm. móvil", "Mobile number (billing)"] {
            assert!(!is_no_phone(header), "{header}");
        }
    }

    #[test]
    fn a_number_of_somebody_else_is_known_by_its_header() {
        for header in ["Assistant's Phone", "Emergency Contact Phone", "Teléfono de la madre"] {
            assert!(is_of_another(header), "{header}");
        }
        for header in ["Phone", "Número móvil", "Client mobile"] {
            assert!(!is_of_another(header), "{header}");
        }
    }

    #[test]
    fn a_word_within_a_header_may_say_that_it_means_a_field() {
        let strength = |header| word_for(Field::Phone, header).map(|(strength, _)| strength);
        assert_eq!(strength("Núm. móvil (cliente)"), Some(Strength::Best));
        assert_eq!(strength("Client's cell phone, if any"), Some(Strength::Best));
        assert_eq!(strength("Tel. de contacto 1"), Some(Strength::Usual));
        assert_eq!(strength("Order number"), None);
    }
}
