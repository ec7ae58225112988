"""Which results the documents print, and whether they print them as they are."""

import re
from html import unescape

from analysis.errors import DataError
from analysis.reporting.values import set_apostrophes

_PRINTED = re.compile(
    r'\[(?P<words>(?:\\.|[^\]\\])*)\]\{\.result data-result="(?P<key>[^"]+)"\}'
    r'|data-result="(?P<cell_key>[^"]+)">(?P<cell>[^<]*)<'
)


def list_printed(text):
    """Return every printed result of filled-in words and of tables, once.

    Parameters
    ----------
    text : str
        Markdown, HTML, or both.

    Returns
    -------
    list of (str, str)
        result_id and printed text, in order of appearance.
    """
    printed = {}
    for match in _PRINTED.finditer(text):
        if match["key"]:
            printed[match["key"], re.sub(r"\\(.)", r"\1", match["words"])] = None
        else:
            printed[match["cell_key"], unescape(match["cell"])] = None
    return list(printed)


def check_printed(printed, results):
    """Refuse a number that is not the text of the result that it names.

    Parameters
    ----------
    printed : list of (str, str)
        As `list_printed` returns it.
    results : pandas.DataFrame
        results.csv.

    Raises
    ------
    DataError
        The table that prints it was made from other results, or the result is gone.
    """
    texts = dict(zip(results["result_id"], results["text"], strict=True))
    for key, text in printed:
        if _squeeze(texts.get(key, "")) != _squeeze(text):
            known = f"is {texts[key]}" if key in texts else "is not there"
            raise DataError(
                f"the report prints {text} for {key}, which {known}",
                hint="Run `make notebooks` again",
            )


def _squeeze(text):
    return " ".join(set_apostrophes(text).split())
