"""Korea's resident registration numbers, told from other numbers of thirteen digits."""

import datetime

_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
# The seventh digit tells sex, century and whether the person is a foreigner.
_BORN_IN_1900S = "1256"
# Korea's prefix of the numbers in bar codes.
_BAR_CODE = "880"


def is_resident_number(birth, mark, rest):
    """Say whether digits of that form are a resident registration number.

    The birth date has to exist. With a hyphen or a space that is enough: numbers given out since
    October 2020 have no check digit. Without one the number is taken for one unless it is another
    number that thirteen digits are commonly used for, and no check digit speaks for it:
    a Korean bar code, or the milliseconds since 1970 of our days.

    Parameters
    ----------
    birth : str
        Six digits, YYMMDD.
    mark : str
        What stands between; "" for nothing.
    rest : str
        Seven digits, the first 1 to 8.
    """
    if not _exists(birth, rest):
        return False
    digits = birth + rest
    if mark or has_check_digit(digits):
        return True
    return not (_is_bar_code(digits) or _is_time(digits))


def has_check_digit(digits):
    """Say whether the last of thirteen digits is the check digit of a citizen or a foreigner."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits[:12], strict=True))
    return int(digits[12]) in ((11 - total % 11) % 10, (13 - total % 11) % 10)


def _exists(birth, rest):
    century = 1900 if rest[0] in _BORN_IN_1900S else 2000
    try:
        datetime.date(century + int(birth[:2]), int(birth[2:4]), int(birth[4:]))
    except ValueError:
        return False
    return True


def _is_bar_code(digits):
    """EAN-13: every second digit counts three times, and the sum ends in 0."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return digits.startswith(_BAR_CODE) and total % 10 == 0


def _is_time(digits):
    """Milliseconds since 1970, from 2014 to 2033: 1.4e12 to 2e12."""
    return "14" <= digits[:2] <= "19"
