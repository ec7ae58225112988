"""Write a text as the patterns expect it, however its digits and hyphens were written."""

import unicodedata

# Letters that show nothing, and signs that look like a hyphen and are none by their category.
_BLANK = "\u115f\u1160\u3164\uffa0"
_HYPHENS = "\u2043\u2212\u30fc"
_UNSEEN = ("Cf", "Mn", "Me")


def fold_text(text):
    r"""Write all digits and hyphens as plain ones, and drop what cannot be seen.

    Lines stay as they are.

    Examples
    --------
    >>> fold_text("\uff10\uff11\u200b\u2011\u0662")
    '01-2'
    """
    if text.isascii():
        return text
    folded = unicodedata.normalize("NFKC", text)
    signs = {ord(sign): _fold_sign(sign) for sign in set(folded) if not sign.isascii()}
    return folded.translate(signs)


def _fold_sign(sign):
    category = unicodedata.category(sign)
    if category in _UNSEEN or sign in _BLANK:
        return ""
    if category == "Pd" or sign in _HYPHENS:
        return "-"
    return str(unicodedata.decimal(sign)) if category == "Nd" else sign
