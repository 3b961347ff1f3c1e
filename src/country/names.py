"""The names of countries, as people write them in exports: names.txt beside this file.

Facts from the Unicode CLDR, read by the Python package babel:

    python3 -m pip install --upgrade babel
    python3 src/country/names.py

A line is a country's ISO 3166-1 alpha-2 code and its names, in the languages that exports come in and
in the country's own. A name that two countries share is left to the one that bears it in English,
else out. The names and aliases of ISO itself are not here: they come with a library.
"""

import pathlib
import unicodedata

import babel
from babel.core import Locale, get_global

TARGET = pathlib.Path(__file__).with_name("names.txt")
LANGUAGES = "en ar hi es pt fr de it tr id ru zh ja ko nl pl sv uk fa ur he el".split()

# What people write and neither ISO nor CLDR lists.
USUAL = {
    "AE": ["UAE", "U.A.E.", "Emirates", "الامارات", "الإمارات"],
    "BA": ["Bosnia"],
    "BO": ["Bolivia"],
    "CD": ["DRC", "DR Congo", "Congo-Kinshasa"],
    "CG": ["Congo-Brazzaville", "Republic of the Congo"],
    "CI": ["Ivory Coast"],
    "CN": ["PRC", "Mainland China"],
    "CV": ["Cape Verde"],
    "CZ": ["Czech Republic", "Czechia"],
    "GB": ["UK", "U.K.", "Great Britain", "Britain", "England", "Scotland", "Wales", "Northern Ireland"],
    "GM": ["Gambia"],
    "HK": ["Hong Kong"],
    "IR": ["Iran"],
    "KP": ["North Korea"],
    "KR": ["South Korea", "Korea", "Republic of Korea"],
    "LA": ["Laos"],
    "MD": ["Moldova"],
    "MK": ["Macedonia", "North Macedonia"],
    "MM": ["Burma", "Myanmar"],
    "MO": ["Macau", "Macao"],
    "NL": ["Holland", "The Netherlands"],
    "PS": ["Palestine"],
    "RU": ["Russia", "Russian Federation", "РФ"],
    "SA": ["KSA", "Saudi", "Kingdom of Saudi Arabia", "السعودية"],
    "SY": ["Syria"],
    "SZ": ["Swaziland"],
    "TL": ["East Timor"],
    "TR": ["Turkey", "Türkiye", "Turkiye"],
    "TW": ["Taiwan"],
    "TZ": ["Tanzania"],
    "US": ["USA", "U.S.", "U.S.A.", "United States of America", "America", "EUA", "EE.UU.", "EEUU", "ABD", "США"],
    "VA": ["Vatican", "Holy See"],
    "VE": ["Venezuela"],
    "VN": ["Vietnam", "Viet Nam"],
    "XK": ["Kosovo"],
    "ZA": ["RSA"],
}


def fold(name):
    """The name as it is compared: letters and digits, without case and marks."""
    plain = unicodedata.normalize("NFKD", name.replace("&", " and ").casefold())
    return "".join(c for c in plain if c.isalnum())


def official_languages(code):
    """The languages in which a country writes its own name."""
    for language, facts in get_global("territory_languages").get(code, {}).items():
        if (facts["official_status"] or "").startswith(("official", "de_facto")):
            yield language


def names_in(language, code):
    """The name of a country in a language, if CLDR has one."""
    try:
        locale = Locale.parse(language)
    except (babel.UnknownLocaleError, ValueError):
        return
    name = locale.territories.get(code)
    if name:
        yield name


def main():
    """Writes names.txt."""
    english = Locale.parse("en").territories
    codes = sorted(code for code in english if len(code) == 2 and code.isalpha() and code not in SKIPPED)
    owners, chosen = {}, {code: [] for code in codes}
    # English names first: they win where two countries share a name.
    ranked = [(code, name) for code in codes for name in names_in("en", code)]
    ranked += [(code, name) for code in codes for name in USUAL.get(code, [])]
    others = []
    for code in codes:
        for language in [*official_languages(code), *LANGUAGES]:
            others += [(code, name) for name in names_in(language, code)]
    shared = {}
    for code, name in others:
        shared.setdefault(fold(name), set()).add(code)
    ranked += [(code, name) for code, name in others if len(shared[fold(name)]) == 1]
    for code, name in ranked:
        key = fold(name)
        if key and key not in owners:
            owners[key] = code
            chosen[code].append(name)
    with open(TARGET, "w", encoding="utf-8", newline="\n") as file:
        file.write("# Made by names.py from the Unicode CLDR (Unicode License V3), by babel ")
        file.write(f"{babel.__version__}.\n")
        for code in codes:
            file.write(f"{code}: {'; '.join(chosen[code])}\n")


# Codes of CLDR that are no country of their own: unions, and what ISO only reserves.
SKIPPED = {"EU", "EZ", "UN", "ZZ", "XA", "XB", "QO", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}

if __name__ == "__main__":
    main()
