"""What is odd in provenance.yml or study.yml is one message with its line, at once."""

import pytest

from analysis.errors import DataError
from analysis.provenance import parse_provenance
from analysis.records import read_yaml


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "given twice"),
        ("a: 1\nA: 3\n", 2, "given twice, as 'a'"),
        ("a: &x [1]\nb: [*x, *x]\n", 1, "anchors and aliases"),
        ("a: 1\nb: " + "[" * 100_000, 2, "nested more than"),
        ("a:\n  " + "9" * 5000, 2, "5000 digits"),
        ("a: 1\nb: 2017-02-30\n", 2, "no 2017-02-30"),
        ("a: [0, .inf]\n", 1, "no number that can be compared"),
        ("a: .nan\n", 1, "no number that can be compared"),
        ("a: 1:30\n", 1, "number of minutes"),
        ("? [a, b]\n: 1\n", 1, "a key is one word"),
        ("a: [1\n", 2, "not readable YAML"),
        ("a: 1\nb: \x07\n", 2, "control character"),
        ("a: 1\nb: !!python/name:os.system\n", 2, "tags"),
        ('a: !!float "nan"\n', 1, "tags"),
        ('a: !!timestamp "2017-02-30"\n', 1, "tags"),
        ("a: !!set {x, y}\n", 1, "tags"),
        ("a:\n  <<: {b: 1}\n", 2, "a meaning of its own"),
        ('a: 1\nb: "\\e[31m"\n', 2, "invisible"),
        ("a: x\u202ey\n", 1, "invisible"),
        ("=: 5\n", 1, "a meaning of its own"),
        ("a" * 1_000_001, None, "more than 1000000 letters"),
    ],
)
def test_odd_yaml_is_refused_with_its_line(text, line, problem):
    with pytest.raises(DataError, match=problem) as raised:
        read_yaml(text, file="provenance.yml")
    assert raised.value.line == line and len(str(raised.value)) < 300


@pytest.mark.parametrize("name", ["Simulated", "simulatd", "SIMULATED ", "exported-on"])
def test_a_line_that_is_nearly_known_is_a_slip(name):
    with pytest.raises(DataError, match="is not read"):
        parse_provenance(f'"{name}": false\n', checksums="absent")


def test_ordinary_yaml_is_read_as_it_stands():
    text = "simulated: true\nexported_on: 2017-03-05\nnote: 'at 1:30'\nlist: [1, 0.5, {a: no}]\n"
    assert read_yaml(text, file="x")["list"] == [1, 0.5, {"a": False}]
    assert parse_provenance(text, checksums="absent").exported_on == "2017-03-05"
