"""Scale a mark on a line by the length of that line."""

import numpy as np

from analysis.instruments.totals import refuse_rows


def scale_rating(answers, column, *, instrument, line_mm, top):
    """Scale a rating to 0 to `top` by the recorded length of the line.

    Parameters
    ----------
    answers : Answers
        With `column` and ``line_length``, both in mm.
    instrument : str
        For the error.
    line_mm : float
        Length that study.yml declares, taken where none was recorded.

    Returns
    -------
    (array of float, array of bool)
        Ratings, and where the declared length stood in for a recorded one.

    Raises
    ------
    DataError
        A mark beyond the end of its line.
    """
    raw = answers.of([column])[:, 0]
    line = answers.of(["line_length"])[:, 0]
    declared = np.isnan(line)
    line = np.where(declared, line_mm, line)
    refuse_rows(
        answers,
        raw > line,
        lambda at: f"the mark at {raw[at]:g} mm lies beyond the line of {line[at]:g} mm",
        item=f"{instrument}/{column}",
        hint="Correct the mark or the length of the line in corrections.csv",
    )
    return top * raw / line, declared & ~np.isnan(raw)
