#!/usr/bin/env python3
"""Writes the numbering plan, plan.txt, from the Python package `phonenumbers`.

    pip install --upgrade phonenumbers
    cp plan.txt old.txt && python3 plan.py > plan.txt && python3 plan.py --diff old.txt plan.txt

plan.txt holds facts only, one to a line, its columns separated by tabs; a fact that does not
hold is left out. The first two lines are the version and the SHA-256 of all lines after them.

    region            id, calling code; the facts below it are this region's, and the first
                      region of a calling code is its main region
    idd               pattern of the international prefix (international direct dialling)
    trunk             pattern of the national prefix as dialled (trunk prefix), and, where the
                      prefix stands for something, the rule that transforms it
    leading           pattern of the leading digits that mark the region among those that share
                      its calling code
    extension         text before an extension, where it is not " ext. "
    possible          lengths of its national numbers, and the lengths dialled only locally
    general           pattern of all its national numbers
    <kind>            lengths and pattern of the numbers of one kind
    national          how a number is written within the region: pattern of its groups, template,
                      rule for the first group, pattern of its leading digits
    international     the same from abroad, where it differs
"""
import hashlib
import sys

KINDS = ['fixed_line', 'mobile', 'toll_free', 'premium_rate', 'shared_cost', 'voip',
         'personal_number', 'pager', 'uan', 'voicemail']


def text(value):
    return '' if value is None else value


def lengths(values):
    return ','.join(map(str, values))


def facts(metadata):
    """All facts of one region, each a list of columns."""
    yield ['idd', text(metadata.international_prefix)]
    yield ['trunk', text(metadata.national_prefix_for_parsing),
           text(metadata.national_prefix_transform_rule)]
    yield ['leading', text(metadata.leading_digits)]
    yield ['extension', text(metadata.preferred_extn_prefix)]
    general = metadata.general_desc
    yield ['possible', lengths(general.possible_length),
           lengths(general.possible_length_local_only)]
    yield ['general', text(general.national_number_pattern)]
    for kind in KINDS:
        desc = getattr(metadata, kind)
        if desc is not None and desc.national_number_pattern and desc.possible_length != (-1,):
            yield [kind, lengths(desc.possible_length or general.possible_length),
                   desc.national_number_pattern]
    for name, formats in [('national', metadata.number_format),
                          ('international', metadata.intl_number_format)]:
        for form in formats:
            rule = form.national_prefix_formatting_rule if name == 'national' else None
            leading = form.leading_digits_pattern
            yield [name, form.pattern, form.format, text(rule), leading[-1] if leading else '']


def plan():
    """The whole of plan.txt."""
    import phonenumbers
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata
    lines = []
    for code in sorted(COUNTRY_CODE_TO_REGION_CODE):
        for region in COUNTRY_CODE_TO_REGION_CODE[code]:
            metadata = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
            lines.append('\t'.join(['region', region, str(code)]))
            for name, *columns in facts(metadata):
                if any(columns):
                    lines.append('\t'.join([name, *columns]).rstrip('\t'))
    body = ''.join(line + '\n' for line in lines)
    digest = hashlib.sha256(body.encode()).hexdigest()
    return f'version\t{phonenumbers.__version__}\nsha256\t{digest}\n{body}'


def read(path):
    """The version of a plan.txt, and its regions: (id, calling code) -> {fact name: lines}."""
    regions, current = {}, {}
    with open(path, encoding='utf-8') as lines:
        version = next(lines).split('\t')[1].strip()
        next(lines)
        for line in lines:
            name, _, rest = line.rstrip('\n').partition('\t')
            if name == 'region':
                current = regions.setdefault(tuple(rest.split('\t')), {})
            else:
                current.setdefault(name, []).append(rest)
    return version, regions


def diff(old_path, new_path):
    """Which regions changed, and in which facts."""
    (old_version, old), (new_version, new) = read(old_path), read(new_path)
    print(f'{old_version} -> {new_version}')
    changed = 0
    for region in sorted(old.keys() | new.keys(), key=lambda key: (int(key[1]), key[0])):
        before, after = old.get(region), new.get(region)
        if before == after:
            continue
        changed += 1
        if before is None or after is None:
            what = 'new' if before is None else 'gone'
        else:
            names = list(dict.fromkeys([*before, *after]))
            what = ', '.join(name for name in names if before.get(name) != after.get(name))
        print(f'{region[0]} +{region[1]}: {what}')
    print(f'{changed} of {len(new)} regions changed')


if __name__ == '__main__':
    if sys.argv[1:2] == ['--diff'] and len(sys.argv) == 4:
        diff(sys.argv[2], sys.argv[3])
    elif len(sys.argv) == 1:
        sys.stdout.write(plan())
    else:
        sys.exit('usage: plan.py > plan.txt | plan.py --diff OLD NEW')
