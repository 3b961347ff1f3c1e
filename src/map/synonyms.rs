//! The headers that mean a field, in the languages that exports come in.
//!
//! Each is written as people write it and compared folded: without case, accents, spaces and
//! punctuation. What stands earlier in a field's list is preferred to what stands later.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::contact::Field;
use crate::text::fold;

/// How well a header says what its column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// It names the very thing that is wanted, such as a WhatsApp number or a mobile.
    Best,
    /// It names the field.
    Usual,
    /// It names a lesser kind of it, such as a number at work.
    Lesser,
    /// It may mean the field; the values must say so, too.
    Weak,
}

use Strength::{Best, Lesser, Usual, Weak};

/// What a header may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// The field.
    pub field: Field,
    /// How well the header says so, and where among those that say it as well; the less, the better.
    /// No two headers have the same, so the order of the columns says nothing.
    pub rank: Rank,
}

/// How well a header says what its column holds, and its place in the list of headers.
pub type Rank = (Strength, usize);

/// A field, how well these headers name it, and the headers, a line a language: English, Arabic,
/// Hindi, Spanish, Portuguese, French, German, Italian, Turkish, Indonesian, Russian, Chinese.
type Words = (Field, Strength, &'static [&'static str]);

#[rustfmt::skip]
const WORDS: [Words; 28] = [
    (Field::Phone, Best, &[
        "WhatsApp", "WhatsApp number", "WhatsApp phone", "WhatsApp no", "WhatsApp phone number", "WA number", "wa_id",
        "واتساب", "رقم الواتساب", "رقم واتساب",
        "व्हाट्सएप", "व्हाट्सएप नंबर",
        "Número de WhatsApp", "Número WhatsApp", "Numéro WhatsApp", "WhatsApp Nummer", "Numero WhatsApp",
        "WhatsApp numarası", "Nomor WhatsApp", "No WhatsApp", "No WA", "Nomor WA", "Номер WhatsApp", "Ватсап",
    ]),
    (Field::Phone, Best, &[
        "Mobile", "Mobile phone", "Mobile number", "Mobile no", "Mobile phone number", "Cell", "Cell phone", "Cell number",
        "Cell phone number", "Mob no", "Mob", "GSM no", "Phone (WhatsApp)", "WhatsApp contact", "Núm. móvil", "Nº de celular", "Tél. portable",
        "N° portable", "Numero cellulare", "Tel. cellulare", "Cep tel", "No. Telp/HP", "No. HP/WA", "Моб. тел.", "Моб. телефон", "Сотовый номер",
        "الموبايل", "الهاتف المحمول", "मोबाईल नंबर", "WhatsApp号码", "Cellular", "MSISDN", "GSM", "Phone E164", "SMS number", "SMS Phone", "SMS Phone Number", "Phone - Mobile", "Tél. mobile", "Mobiltelefonnummer",
        "جوال", "الجوال", "رقم الجوال", "موبايل", "رقم الموبايل", "المحمول", "رقم المحمول", "نقال", "رقم النقال",
        "मोबाइल", "मोबाइल नंबर", "मोबाइल संख्या",
        "Móvil", "Teléfono móvil", "Celular", "Teléfono celular", "Número de celular", "Número móvil",
        "Telemóvel", "Número de telemóvel", "N.º de telemóvel", "N.º telemóvel", "Telem", "Telm", "Tlm", "Telemóv", "Tel. móvel", "Cel",
        "Telefone celular", "Telefone móvel", "Tlf. móvil", "Tfno. móvil", "Tel. móvil",
        "Portable", "Téléphone portable", "Téléphone mobile", "Numéro de portable", "Numéro de mobile",
        "Handy", "Handynummer", "Handy-Nr", "Mobilnummer", "Mobiltelefon", "Mobilfunknummer", "Mobil",
        "Cellulare", "Numero di cellulare", "Telefono cellulare", "Telefonino",
        "Cep telefonu", "Cep no", "Cep numarası", "Cep telefonu numarası", "Mobil telefon",
        "HP", "No HP", "Nomor HP", "Ponsel", "Nomor ponsel", "Handphone", "Nomor handphone", "No handphone",
        "Мобильный", "Мобильный телефон", "Номер мобильного", "Мобильный номер", "Сотовый", "Сотовый телефон",
        "手机", "手机号", "手机号码", "手机号碼", "手機", "手機號碼", "移动电话", "行動電話",
    ]),
    (Field::Phone, Usual, &[
        "Phone", "Phone number", "Phone no", "Phones", "Telephone", "Telephone number", "Telephone no", "Tel", "Tel no",
        "Tel number", "Contact number", "Contact no", "Contact phone", "User number", "Primary phone", "Customer phone",
                "Default phone", "Ph no", "Ph", "SMS", "Tlf", "№ телефона", "客户电话", "التلفون", "Phone 1", "Phone 1 - Value", "Main phone",
        "هاتف", "الهاتف", "رقم الهاتف", "رقم هاتف", "تليفون", "التليفون", "رقم التليفون", "رقم الاتصال", "تلفون", "رقم التلفون",
        "फ़ोन", "फोन", "फ़ोन नंबर", "फोन नंबर", "दूरभाष", "संपर्क नंबर",
        "Teléfono", "Número de teléfono", "Núm. de teléfono", "Tfno", "Teléfono de contacto", "Nº de teléfono", "N° teléfono",
        "Telefone", "Número de telefone", "Nº de telefone", "Fone", "Telefone de contato", "Telefone de contacto",
        "Contacto telefónico", "Contato telefônico", "Contato telefónico",
        "Téléphone", "Numéro de téléphone", "N° de téléphone", "N° téléphone", "Tél", "No de téléphone",
        "Telefon", "Telefonnummer", "Rufnummer", "Telefonnr", "Tel.-Nr.", "Telefon-Nr.",
        "Telefono", "Numero di telefono", "N. telefono", "Recapito telefonico",
        "Telefon numarası", "Telefon no", "Tel no", "İrtibat numarası",
        "Telepon", "Nomor telepon", "No telepon", "No telp", "Telp", "Nomor telp", "No. Tlp",
        "Телефон", "Номер телефона", "Номер", "Тел", "Контактный телефон",
        "电话", "电话号码", "電話", "電話號碼", "联系电话", "聯絡電話", "联系方式",
    ]),
    (Field::Phone, Lesser, &[
        "Alternate mobile", "Alternate mobile no", "Alternate mobile number", "Mobile 2", "备用电话",
        "Home phone", "Work phone", "Business phone", "Other phone", "Office phone", "Phone 2", "Phone 2 - Value", "Phone 3",
        "Phone 3 - Value", "Billing phone", "Shipping phone", "Default address phone", "Secondary phone", "Alternate phone",
        "Alternative phone", "Landline no", "Landline number", "Work number", "Home number", "Office number", "Other number", "Phone - Work", "Phone - Home", "Phone - Other", "Business phone 2", "Home phone 2", "Car phone", "Landline", "Second phone", "Phones 2", "Company phone", "Company main phone",
        "هاتف المنزل", "هاتف العمل", "الهاتف الثابت",
        "Tel. fixo", "Tlf. fixo", "Tel. fijo", "Tlf. fijo", "Tél. fixe", "Tel. fisso", "Tel. casa",
        "Teléfono de casa", "Teléfono fijo", "Teléfono del trabajo", "Telefone fixo", "Telefone residencial",
        "Telefone comercial", "Téléphone fixe", "Téléphone domicile", "Téléphone professionnel", "Téléphone bureau",
        "Festnetz", "Festnetznummer", "Telefon privat", "Telefon geschäftlich", "Telefono fisso", "Telefono casa",
        "Ev telefonu", "İş telefonu", "Telepon rumah", "Telepon kantor", "Домашний телефон", "Рабочий телефон", "Другой телефон", "Telefon (privat)", "Telefon (geschäftlich)",
        "家庭电话", "办公电话", "固定电话", "座机",
    ]),
    (Field::Phone, Weak, &["Cep", "Number", "Contact", "Contato", "Contacto", "Num", "No", "رقم", "الرقم", "नंबर", "Número", "Numéro", "Nummer", "Numero", "Numara", "Nomor", "号码"]),
    (Field::Name, Usual, &[
        "Name", "Full name", "Contact name", "Display name", "Customer name", "Client name", "User name", "Person name", "Customer", "Contact person", "Guest name", "Student name", "Lead name", "Patient name", "Member name", "اسم المريض", "اسم الطالب", "Nama siswa", "Nama pasien", "Name, Vorname", "Vor- und Zuname",
        "Ansprechpartner", "Nom prénom", "Nom & prénom", "Cognome e nome", "Razón social", "Ragione sociale", "ФИО клиента",
        "Фамилия имя", "Фамилия имя отчество", "Apellido y nombre", "Apellidos y nombres", "Apellidos y nombre", "Apellidos, nombre", "Nombres y apellidos", "Контактное лицо", "联系人", "收件人", "顧客姓名", "العميل", "اسم الزبون", "الاسم الثلاثي",
        "ग्राहक नाम", "Nama customer", "Nama peserta",
        "الاسم", "اسم", "الاسم الكامل", "الاسم بالكامل", "اسم العميل",
        "नाम", "पूरा नाम", "ग्राहक का नाम",
        "Nombre completo", "Nombre y apellidos", "Nombre y apellido", "Nombre del cliente", "Nome completo", "Nome do cliente",
        "Nom complet", "Nom et prénom", "Prénom et nom", "Nom du client", "Vollständiger Name", "Kundenname", "Vor- und Nachname",
        "Nome e cognome", "Nominativo", "Ad soyad", "Adı soyadı", "İsim soyisim", "Ad Soyadı", "Müşteri adı", "İsim",
        "Nama", "Nama lengkap", "Nama pelanggan", "Имя и фамилия", "ФИО", "Ф.И.О.", "Полное имя", "Имя клиента",
        "姓名", "名称", "全名", "客户姓名", "客户名称", "名字", "聯絡人",
    ]),
    (Field::Name, Weak, &[
        "Student", "Pupil", "Member", "Patient", "Guest", "Subscriber", "Aluno", "Aluna", "Nome do aluno", "Nome da aluna", "Estudante",
        "Sócio", "Nome do sócio", "Associado", "Utente", "Nome do utente", "Paciente", "Hóspede", "Alumno", "Alumna", "Nombre del alumno",
        "Estudiante", "Socio", "Nombre del socio", "Huésped", "Élève", "Nom de l'élève", "Étudiant", "Adhérent", "Membre", "Schüler",
        "Name des Schülers", "Mitglied", "Mitgliedsname", "Teilnehmer", "Gast", "Studente", "Alunno", "Iscritto", "Paziente", "Öğrenci", "Üye",
        "Siswa", "Anggota", "Pasien", "Ученик", "Студент", "Участник", "Пациент", "学生", "会员", "Contato",
        "Contact", "Client", "Contacto", "Cliente", "Kunde", "Nombre", "Nome", "Nom", "Ad", "Имя", "Клиент"]),
    (Field::FirstName, Usual, &[
        "First name", "First", "Given name", "Forename", "FName", "Billing first name", "Default address first name",
        "الاسم الأول", "पहला नाम", "प्रथम नाम", "Primer nombre", "Nombres", "Nombre de pila", "Primeiro nome",
        "Prénom", "Prénoms", "Vorname", "Nome proprio", "Adı", "Nama depan", "名",
    ]),
    (Field::LastName, Usual, &[
        "Last name", "Last", "Apellido paterno", "Family name", "Surname", "LName", "Billing last name", "Default address last name",
        "اسم العائلة", "الاسم الأخير", "اللقب", "उपनाम", "अंतिम नाम", "Apellido", "Apellidos", "Sobrenome", "Último nome", "Apelido",
        "Nom de famille", "Nachname", "Familienname", "Cognome", "Soyad", "Soyadı", "Soyisim", "Nama belakang", "Nama keluarga",
        "Фамилия", "姓", "姓氏",
    ]),
    (Field::Email, Usual, &[
        "Email", "Email address", "Mail", "Email 1", "Email address 1", "Emails", "Email - Work", "Email id", "E-mail 1 - Value", "Contact email", "Customer email", "Primary email", "Default email",
        "البريد الإلكتروني", "بريد إلكتروني", "البريد", "الإيميل", "ايميل", "البريد الالكتروني",
        "ईमेल", "ई-मेल", "ईमेल पता",
        "Correo electrónico", "Correo", "Dirección de correo", "Dirección de correo electrónico", "Endereço de email", "Endereço de e-mail",
        "Correio eletrônico", "Adresse e-mail", "Adresse email", "Courriel", "Adresse mail", "Adresse électronique",
        "E-Mail-Adresse", "Mailadresse", "Indirizzo email", "Indirizzo e-mail", "Posta elettronica", "E-posta", "E-posta adresi", "Eposta",
        "Alamat email", "Surel", "Электронная почта", "Почта", "Эл. почта", "Рабочий e-mail", "Рабочая почта", "Адрес электронной почты", "Имейл",
        "邮箱", "电子邮件", "电子邮箱", "邮件", "電子郵件", "邮箱地址",
    ]),
    (Field::Email, Lesser, &["Billing email", "Work email", "Home email", "Personal email", "Email - Home", "Email - Other", "Частный e-mail", "Личная почта", "Другой e-mail", "Email 2", "E-mail 2 - Value", "Secondary email", "Other email", "E-mail 2 Address"]),
    (Field::Country, Usual, &[
        "Country", "Country ISO", "ISO2", "Land/Region", "Pays/Région", "País o región", "País/Región", "País/Região", "Paese/Regione", "Ülke/Bölge", "Страна/регион", "ISO country", "ISO country code", "Country/Region", "Country name", "Nation",
        "الدولة", "البلد", "بلد", "دولة", "رمز الدولة",
        "देश", "País", "Código de país", "Pays", "Code pays", "Land", "Länderkürzel", "Paese", "Nazione", "Stato estero",
        "Ülke", "Ülke kodu", "Negara", "Kode negara", "Страна", "Код страны", "国家", "國家", "国家/地区", "国别",
    ]),
    (Field::Country, Lesser, &[
        "Billing country", "Mailing country", "Home country", "Address 1 - Country", "Default address country code", "Default address country",
        "Country code", "Shipping country", "Business country/region", "Home country/region", "Business country", "CC",
    ]),
    (Field::CallingCode, Usual, &[
        "Calling code", "Dial code", "Dialling code", "Dialing code", "Phone code", "Phone country code", "Country calling code", "Phone prefix",
        "ISD code", "Country dial code", "International code", "مفتاح الدولة", "कंट्री कोड", "Prefijo", "Prefijo telefónico", "Prefixo", "DDI", "Código do país (DDI)",
        "Indicatif", "Indicatif pays", "Ländervorwahl", "Landesvorwahl", "Prefisso", "Prefisso internazionale", "Ülke telefon kodu", "Kode telepon negara", "Телефонный код", "Телефонный код страны", "国家区号",
    ]),
    (Field::AreaCode, Usual, &[
        "Area code", "Phone area code", "STD code", "City code", "Local area code", "رمز المنطقة", "كود المنطقة", "مفتاح المنطقة", "एरिया कोड", "एसटीडी कोड",
        "Código de área", "Código de ciudad", "Prefijo local", "DDD", "Código DDD", "Indicatif régional", "Code régional", "Vorwahl", "Ortsvorwahl", "Vorwahlnummer",
        "Prefisso locale", "Prefisso urbano", "Alan kodu", "Kode area", "Код города", "区号", "區號", "地区区号",
    ]),
    (Field::Address, Usual, &[
        "Address", "Postal address", "Street address", "Full address", "Mailing address", "Home address", "Billing address", "Address 1 - Formatted",
        "العنوان", "عنوان", "पता", "Dirección", "Dirección postal", "Endereço", "Morada", "Adresse", "Adresse postale", "Anschrift", "Postanschrift",
        "Indirizzo", "Adres", "Alamat", "Alamat lengkap", "Адрес", "地址", "住址",
    ]),
    (Field::Address, Lesser, &["Street", "Address 1", "Address1", "Home street", "Mailing street", "Business street", "Calle", "Rue", "Straße", "Via", "Sokak", "Jalan", "Улица", "街道"]),
    (Field::Tags, Usual, &[
        "Tags", "Tag", "Labels", "Label", "Contact tags",
        "الوسوم", "وسوم", "علامات", "टैग", "Etiquetas", "Etiqueta", "Marcadores", "Étiquettes", "Étiquette", "Schlagwörter", "Schlagworte",
        "Etichette", "Etichetta", "Etiketler", "Etiket", "Label-label", "Tagar", "Теги", "Тег", "Метки", "标签", "標籤",
    ]),
    (Field::Tags, Lesser, &[
        "Groups", "Group", "Segments", "Segment", "Categories", "Category", "Lists", "List", "Group membership", "Audience",
        "المجموعات", "المجموعة", "الفئة", "समूह", "Grupos", "Grupo", "Categorías", "Categoria", "Groupes", "Groupe", "Catégories",
        "Gruppen", "Gruppe", "Kategorien", "Gruppi", "Gruppo", "Gruplar", "Grup", "Kategori", "Группы", "Группа", "Категория", "分组", "群组", "類別",
    ]),
    (Field::OptIn, Best, &["WhatsApp opt-in", "WhatsApp opted", "WhatsApp consent", "WhatsApp marketing consent", "WhatsApp izni", "Einwilligung WhatsApp", "WhatsApp-Einwilligung", "Consentimiento WhatsApp", "Consentimento WhatsApp",
        "Consentement WhatsApp", "Consenso WhatsApp", "WhatsApp onayı", "Persetujuan WhatsApp", "Согласие WhatsApp", "Согласие на WhatsApp", "WhatsApp同意", "موافقة واتساب", "व्हाट्सएप सहमति", "Accepts WhatsApp Marketing", "WhatsApp optin", "Autoriza WhatsApp", "Acepta WhatsApp", "Aceita WhatsApp"]),
    (Field::OptIn, Usual, &[
        "Opt-in", "Opted in", "Consent", "Opt-in SMS", "SMS marketing consent", "SMS consent", "SMS subscriber status", "SMS izni", "İletişim izni", "Subscribed", "Marketing consent", "Marketing opt-in", "SMS opt-in", "Accepts SMS Marketing",
        "الموافقة", "موافقة", "सहमति", "Consentimiento", "Consentimento", "Consentement", "Einwilligung", "Zustimmung", "Consenso", "Onay", "İzin",
        "Persetujuan", "Согласие", "同意", "是否同意",
    ]),
    (Field::OptIn, Lesser, &["Accepts marketing", "Consenso marketing", "Consentement marketing", "Marketing-Einwilligung", "Consentimiento de marketing", "Consentimento de marketing"]),
    (Field::OptOut, Best, &["WhatsApp opt-out", "WhatsApp opted out", "Opted out of WhatsApp"]),
    (Field::OptOut, Usual, &["Opt-out", "Opted out", "Unsubscribed", "Do not contact", "Do not call", "DoNotCall", "DND", "Do not disturb", "SMS opt out", "Has opted out of SMS"]),
    (Field::Description, Usual, &[
        "Description", "Contact description", "About", "وصف", "الوصف", "विवरण", "Descripción", "Descrição", "Beschreibung",
        "Descrizione", "Açıklama", "Deskripsi", "Описание", "描述", "说明",
    ]),
    (Field::Favorite, Usual, &[
        "Favorite", "Favourite", "Is favorite", "Starred", "مفضل", "المفضلة", "पसंदीदा", "Favorito", "Favori", "Favorit",
        "Preferito", "Избранное", "收藏",
    ]),
    (Field::Avatar, Usual, &[
        "Avatar", "Avatar URL", "Photo", "Photo URL", "Profile picture", "Picture URL", "صورة", "الصورة", "फोटो", "Foto",
        "Imagen", "Profilbild", "Fotoğraf", "Фото", "头像", "照片",
    ]),
    (Field::OptOut, Lesser, &[
        "Отписан", "Abgemeldet", "Désinscrit", "Désabonné", "Baja", "Descadastrado", "退订", "Disiscritto", "Berhenti berlangganan",
        "Blacklisted", "Suppressed",
    ]),
];

static MEANINGS: LazyLock<HashMap<String, Vec<Meaning>>> = LazyLock::new(|| {
    let mut meanings: HashMap<String, Vec<Meaning>> = HashMap::new();
    let words = WORDS.iter().flat_map(|(field, strength, words)| {
        words.iter().map(move |word| (*field, *strength, *word))
    });
    for (place, (field, strength, word)) in words.enumerate() {
        let known = meanings.entry(fold(word)).or_default();
        if known.iter().all(|other| other.field != field) {
            known.push(Meaning { field, rank: (strength, place) });
        }
    }
    meanings
});

/// The fields that a header may mean. Mostly one; a weak word may mean several.
#[must_use]
pub fn meanings(header: &str) -> &'static [Meaning] {
    meanings_of_folded(&fold(header))
}

/// The same for a header, or a part of one, that is folded.
pub(super) fn meanings_of_folded(header: &str) -> &'static [Meaning] {
    MEANINGS.get(header).map_or(&[], Vec::as_slice)
}

/// How well a header, or a part of one, that is folded says that it means the field.
pub(super) fn rank_of_folded(header: &str, field: Field) -> Option<Rank> {
    meanings_of_folded(header).iter().find(|it| it.field == field).map(|it| it.rank)
}

/// The known headers of a field, folded, for suggestions.
pub fn known(field: Field) -> impl Iterator<Item = &'static str> {
    let of_field = move |(_, found): &(&String, &Vec<Meaning>)| {
        found.iter().any(|known| known.field == field && known.rank.0 != Weak)
    };
    MEANINGS.iter().filter(of_field).map(|(header, _)| header.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_that_says_well_what_it_holds_means_one_field() {
        for (header, found) in MEANINGS.iter() {
            let strong = found.iter().filter(|meaning| meaning.rank.0 != Weak).count();
            assert!(strong <= 1, "{header}: {found:?}");
            assert!(!header.is_empty());
        }
    }

    #[test]
    fn headers_are_known_in_twelve_languages_whatever_their_spelling() {
        for (header, field) in [
            ("PHONE_NUMBER", Field::Phone),
            ("رقم الجوال", Field::Phone),
            ("मोबाइल नंबर", Field::Phone),
            ("Telefono Movil", Field::Phone),
            ("TELEMÓVEL", Field::Phone),
            ("N° de telephone", Field::Phone),
            ("Handy-Nr", Field::Phone),
            ("Cellulare", Field::Phone),
            ("CEP TELEFONU", Field::Phone),
            ("No. HP", Field::Phone),
            ("Номер телефона", Field::Phone),
            ("手机号码", Field::Phone),
            ("ФИО", Field::Name),
            ("Ad Soyad", Field::Name),
            ("Nachname", Field::LastName),
            ("Prenom", Field::FirstName),
            ("البريد الإلكتروني", Field::Email),
            ("E-posta", Field::Email),
            ("Страна", Field::Country),
            ("Ülke", Field::Country),
            ("标签", Field::Tags),
            ("Indicatif", Field::CallingCode),
            ("Alamat", Field::Address),
            ("Opt-In", Field::OptIn),
        ] {
            assert!(meanings(header).iter().any(|known| known.field == field), "{header}");
        }
    }
}
