"""The lane of DuckDB: phones by regular expressions, which is less than a validation.

A number counts as good if it has 8 to 15 digits once it begins with a calling code; national ones
get that of their row's country, for the few countries of the export.
"""

import os
import sys

import duckdb

QUERY = """
COPY (
    WITH cleaned AS (
        SELECT *, regexp_replace(coalesce(Phone, ''), '[^0-9+]', '', 'g') AS digits,
               CASE Country WHEN 'IN' THEN '91' WHEN 'DE' THEN '49' WHEN 'SA' THEN '966'
                            WHEN 'GB' THEN '44' WHEN 'BR' THEN '55' WHEN 'US' THEN '1'
                            ELSE '971' END AS code
        FROM read_csv($source, all_varchar = true, header = true)
    ), spelled AS (
        SELECT *, CASE WHEN starts_with(digits, '+') THEN digits
                       WHEN starts_with(digits, '00') THEN '+' || substr(digits, 3)
                       ELSE '+' || code || ltrim(digits, '0') END AS phone
        FROM cleaned
    ), numbered AS (
        SELECT *, row_number() OVER () AS row FROM spelled
        WHERE regexp_full_match(phone, '\\+[1-9][0-9]{7,14}')
    )
    SELECT phone, Name AS name, Email AS email, Country AS country,
           string_split(Tags, ',') AS tags, Company, City, Created, Note
    FROM numbered
    QUALIFY row_number() OVER (PARTITION BY phone ORDER BY row) = 1
    ORDER BY row
) TO $target (FORMAT json)
"""


def main(source, folder):
    os.makedirs(folder)
    target = os.path.join(folder, "contacts.jsonl")
    # A COPY takes no parameters for its names.
    query = QUERY.replace("$source", f"'{source}'").replace("$target", f"'{target}'")
    print(duckdb.sql(query) or "")


main(*sys.argv[1:])
