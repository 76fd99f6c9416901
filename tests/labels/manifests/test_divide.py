import json
import random
from collections import Counter, defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labels.errors import ManifestError, StatementError
from labels.manifests.divide import assign, divide, parse_ratio
from labels.manifests.lines import locate


def patients(count=200, seed=3):
    drawn = random.Random(seed)
    return [
        {"source": f"note {patient}.{visit}", "patient": f"p{patient}", "m": {"kind": "rare" if patient % 10 == 0 else "common"}}
        for patient in range(count)
        for visit in range(drawn.randint(1, 6))
    ]


def divided(file, *arguments, **options):
    issues = []
    files = locate([str(file)])[0]
    given = {"shares": (0.8, 0.1, 0.1), "by": "patient", "stratify": None, "seed": 1, **options}
    division = divide(files, given["shares"], given["by"], given["stratify"], given["seed"], issues.append)
    parts = defaultdict(list)
    for part, line in division.lines(files):
        parts[part].append(json.loads(line))
    return division, [parts[part] for part in range(len(division.parts))], issues


def test_groups_stay_whole_and_shares_are_met(manifest):
    lines = patients()
    division, parts, _ = divided(manifest(*lines))
    owners = [{line["patient"] for line in part} for part in parts]
    assert not owners[0] & owners[1] and not owners[0] & owners[2] and not owners[1] & owners[2]
    assert sorted(line["source"] for part in parts for line in part) == sorted(line["source"] for line in lines)
    assert [abs(len(part) / len(lines) - share) < 0.01 for part, share in zip(parts, (0.8, 0.1, 0.1), strict=True)] == [True] * 3
    assert [(part.lines, part.groups) for part in division.parts] == [
        (len(part), len(owner)) for part, owner in zip(parts, owners, strict=True)
    ]


def test_strata_are_spread_evenly(manifest):
    lines = patients(400)
    division, parts, _ = divided(manifest(*lines), stratify="s.m.kind")
    rare = sum(line["m"]["kind"] == "rare" for line in lines)
    for part, share, counted in zip(parts, (0.8, 0.1, 0.1), division.parts, strict=True):
        found = Counter(line["m"]["kind"] for line in part)
        assert found == counted.strata
        assert abs(found["rare"] - share * rare) <= 4


def test_the_seed_decides_and_the_order_does_not(manifest):
    lines = patients()
    file, turned = manifest(*lines), manifest(*reversed(lines), name="turned.manifest")
    owners = lambda file, seed: [sorted({line["patient"] for line in part}) for part in divided(file, seed=seed)[1]]  # noqa: E731
    assert owners(file, 1) == owners(file, 1) == owners(turned, 1)
    assert owners(file, 1) != owners(file, 2)


def test_lines_keep_their_bytes_and_order(manifest):
    file = manifest(b'{"patient" : "a", "x":0.00}', b"{broken", b'{"patient":"b"}', b"", b'{"patient":"a"}\t')
    files = locate([str(file)])[0]
    issues = []
    division = divide(files, (0.5, 0.5), "patient", None, 0, issues.append)
    found = list(division.lines(files))
    assert b"".join(line for _, line in found) == b'{"patient" : "a", "x":0.00}\n{"patient":"b"}\n{"patient":"a"}\t\n'
    assert found[0][0] == found[2][0] != found[1][0]
    assert [issue.line for issue in issues] == [2]


def test_without_a_group_lines_stand_alone_but_one_object_stays_together(manifest):
    file = manifest(*({"source-ref": f"s3://x/{i % 50}.png"} for i in range(100)))
    _, parts, _ = divided(file, by=None, shares=(0.5, 0.5))
    assert not {line["source-ref"] for line in parts[0]} & {line["source-ref"] for line in parts[1]}
    division, parts, _ = divided(file, by="patient", shares=(0.5, 0.5))
    assert (division.ungrouped, len(parts[0]), len(parts[1])) == (100, 50, 50)


def test_a_number_of_lines(manifest):
    file = manifest(*({"source": str(i)} for i in range(30)))
    assert len(divided(file, shares=7, by=None)[1][0]) == 7
    assert len(divided(file, shares=30, by=None)[1][0]) == 30
    with pytest.raises(ManifestError, match="31 lines cannot be drawn: there are 30"):
        divided(file, shares=31, by=None)


def test_groups_by_an_expression(manifest):
    file = manifest(*({"source-ref": f"s3://x/slide{i % 4}/{i}.png"} for i in range(40)))
    _, parts, _ = divided(file, by='substring(s."source-ref", 8, 6)', shares=(0.5, 0.5))
    assert [len({line["source-ref"][7:13] for line in part}) for part in parts] == [2, 2]
    with pytest.raises(StatementError, match="column 1: no function is called 'slide'"):
        divided(file, by="slide(s.a)")


@pytest.mark.parametrize("text", ["8", "8:0", "a:b", "8:-1", "", "1:nan", "1:inf"])
def test_ratios_that_are_none(text):
    with pytest.raises(ManifestError, match="ratio"):
        parse_ratio(text)


def test_ratio():
    assert parse_ratio("8:1:1") == (0.8, 0.1, 0.1)


@settings(max_examples=50)
@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(1, 9), min_size=1), max_size=40), st.integers(0, 99))
def test_every_group_has_one_part_whatever_the_order(strata, seed):
    names = [f"g{i}" for i in range(len(strata))]
    parts = dict(zip(names, assign(names, strata, (0.6, 0.4), seed), strict=True))
    turned = dict(zip(names[::-1], assign(names[::-1], strata[::-1], (0.6, 0.4), seed), strict=True))
    assert parts == turned
    assert set(parts.values()) <= {0, 1}
