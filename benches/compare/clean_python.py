"""The lane of plain Python: the module csv and the package phonenumbers.

Reads the export, reads every phone with libphonenumber's rules, drops what is not valid and every
later row of a phone, and writes the contacts in JSON files of 1,000.
"""

import csv
import json
import os
import sys

import phonenumbers


def main(source, folder):
    os.makedirs(folder)
    seen = set()
    batch = []
    files = 0

    def write():
        nonlocal batch, files
        files += 1
        with open(os.path.join(folder, f"{files:06}.json"), "w", encoding="utf-8") as out:
            json.dump({"contacts": batch}, out, ensure_ascii=False)
        batch = []

    kept = 0
    with open(source, newline="", encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            try:
                number = phonenumbers.parse(row["Phone"], row["Country"] or "AE")
            except phonenumbers.NumberParseException:
                continue
            if not phonenumbers.is_valid_number(number):
                continue
            phone = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            if phone in seen:
                continue
            seen.add(phone)
            kept += 1
            contact = {"userNumber": phone, "userName": row["Name"].strip()}
            if row["Email"]:
                contact["email"] = row["Email"]
            if row["Country"]:
                contact["countryCode"] = row["Country"]
            if row["Tags"]:
                contact["tags"] = [tag.strip() for tag in row["Tags"].split(",") if tag.strip()]
            rest = {name: row[name] for name in ("Company", "City", "Created", "Note") if row[name]}
            if rest:
                contact["params"] = rest
            batch.append(contact)
            if len(batch) == 1000:
                write()
    if batch:
        write()
    print(kept)


main(*sys.argv[1:])
