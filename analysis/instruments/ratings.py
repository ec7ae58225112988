"""Scale a mark on a line by the length of that line."""

import numpy as np

from analysis.errors import DataError


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
    beyond = np.flatnonzero(raw > line)
    if len(beyond):
        at = beyond[0]
        visit = answers.visits.iloc[at]
        raise DataError(
            f"the mark at {raw[at]:g} mm lies beyond the line of {line[at]:g} mm",
            participant=visit["participant_id"],
            visit=visit["visit"],
            field=f"{instrument}/{column}",
            hint="Correct the mark or the length of the line in the export's corrections.csv",
        )
    return top * raw / line, declared & ~np.isnan(raw)
