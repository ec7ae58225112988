"""What is taken for personal data, and what is not; none of the examples is anybody's.

The tilde keeps the gate from finding them in this file.
"""

import pytest

from analysis.privacy.days import find_days
from analysis.privacy.kinds import find_in_texts, find_kinds, has_check_digit, hide_kinds

RESIDENT = "a resident registration number"
IN_PART = "a resident registration number, in part"
MOBILE = "a mobile phone number"
LANDLINE = "a landline phone number"
ABROAD = "an international phone number"
MAIL = "an e-mail address"
LABEL = "a name or chart number"
OLD = "an age over 89"
KEY = "the key of a de-identification"


def kinds_of(text, **options):
    return {kind for kind, _ in find_kinds(text.replace("~", ""), **options)}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("born 800101~-2345678", RESIDENT),
        ("800101~ - 2345678", RESIDENT),
        ("주민 800101~-2345673입니다", RESIDENT),
        ("８００１０１~－２３４５６７８", RESIDENT),
        ("800101~\u2011\u200b2345678", RESIDENT),
        ("8001\u200d01~\u30fc23\ufe0f4\u31645678", RESIDENT),
        ("\u0668\u0660\u0660\u0661\u0660\u0661~-2345678", RESIDENT),
        ("800101~_2345678", RESIDENT),
        ("800101~  -\n 2345678", RESIDENT),
        # As a program writes a number that it took for one with decimals.
        ("800101~2345676.0", RESIDENT),
        ("800101~-2******", IN_PART),
        ("800101~-2\u25cf\u25cf\u25cf\u25cf\u25cf\u25cf", IN_PART),
        # Without a hyphen, with and without a check digit.
        ("800101~2345676", RESIDENT),
        ("id=800101~2345678;", RESIDENT),
        ("foreigner 900228~-5123456", RESIDENT),
        ("born in 2001: 010203~-3123456", RESIDENT),
        ("010~-1234-5678", MOBILE),
        ("call 010~12345678 now", MOBILE),
        ("+82~ 10-1234-5678", MOBILE),
        ("+82~(0)10 1234 5678", MOBILE),
        ("(010)~ 1234-5678", MOBILE),
        ("016~.123.4567", MOBILE),
        ("02~-2258-1234", LANDLINE),
        ("(031)~ 123-4567", LANDLINE),
        ("+82~-2-2258-1234", LANDLINE),
        ("070~-1234-5678", LANDLINE),
        ("+49~ 30 1234567", ABROAD),
        ("+1 (212)~ 555-0123", ABROAD),
        ("+4930~12345678", ABROAD),
        ("hong.gd~@hospital.example.kr", MAIL),
        ("<a.kim~@example.org>", MAIL),
        ("성명~: 홍길동", LABEL),
        ("Chart no~. 12", LABEL),
        ("a woman 93~ years old", OLD),
        ("a 91~-year-old man", OLD),
        ("만 95~세", OLD),
        ("age~: 102", OLD),
        (f"de-identification key~: {'0f' * 32}", KEY),
    ],
)
def test_personal_data_are_found_by_their_form(text, kind):
    assert kinds_of(text) == {kind}
    assert not kinds_of(hide_kinds(text.replace("~", "")))


@pytest.mark.parametrize(
    "text",
    [
        # No such day; a number inside a longer one, a name, a decimal, a hash.
        "801301-2345678",
        "800231-2345678",
        "8001012345678901",
        "0.8001012345678",
        "12,8001012345678",
        "a8001012345678f",
        "LOT_8001012345678",
        "3f0101234567801ac0",
        "0.01012345678",
        # A Korean bar code, the milliseconds since 1970: neither has a check digit of a person.
        "8801062343003",
        "1612312345670",
        "800101-9345678",
        "2021-03-08 10:20",
        "020-123",
        "M 10 20 L 30 40 50 60",
        "+1.23456789012",
        "-1.5 +2 10 15 20 25",
        "frame @ other.T",
        "@pytest.mark.parametrize",
        "95 % of 92 participants, at the age of 42",
        "coverage 95, average 93 and stage 90",
        "89 years old",
        "aged 92 % of them",
    ],
)
def test_ordinary_numbers_are_not_taken_for_people(text):
    assert kinds_of(text) == set()


def test_a_number_without_a_hyphen_may_look_like_another_only_without_a_check_digit():
    for birth in ("161231", "880106"):
        ends = [f"{birth}1{tail:06d}" for tail in range(345_000, 345_200)]
        assert all(kinds_of(f"{end[:6]}-{end[6:]}") == {RESIDENT} for end in ends)
        assert all(kinds_of(end) == {RESIDENT} for end in ends if has_check_digit(end))
    assert kinds_of("1612311345001") == set()


def test_hospital_numbers_have_the_declared_form():
    assert kinds_of("seen as 12345678") == set()
    assert kinds_of("seen as 12345678", hospital_number="[0-9]{8}") == {"a hospital number"}
    assert kinds_of("0.12345678 and 123456789", hospital_number="[0-9]{8}") == set()


def test_of_many_texts_those_that_hold_something_are_told():
    texts = ["800101", "2345678", "call 010~-1234-5678".replace("~", ""), "none"]
    assert find_in_texts(texts) == {texts[2]: MOBILE}
    assert find_in_texts(["a", ""]) == {}


@pytest.mark.parametrize(
    "text",
    ["2017-03-05", "2017-03-05T10:20", "2017. 3. 5.", "2017년 3월 5일", "20170305", "5 March 2017",
     "Mar 5, 2017", "D:20170305000000Z", "2017 년 3 월 5 일", "２０１７－０３－０５",
     "2017\u201103\u201105", "20170305T1020", "scan_2017-03-05_x.png", "5th of March 2017",
     "March 5th, 2017"],
)  # fmt: skip
def test_exact_dates_are_read_as_people_and_programs_write_them(text):
    assert [day.isoformat() for day, _ in find_days(text)] == ["2017-03-05"]


def test_where_day_and_month_may_be_either_both_are_read():
    assert {day.isoformat() for day, _ in find_days("05/03/2017")} == {"2017-03-05", "2017-05-03"}
    assert [day.isoformat() for day, _ in find_days("25.3.2017")] == ["2017-03-25"]


@pytest.mark.parametrize("text", ["2017-02-30", "2017-03", "2017", "0.20170305", "120170305"])
def test_what_is_no_exact_date_is_none(text):
    assert list(find_days(text)) == []
