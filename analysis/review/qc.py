"""Double programming: recompute every efficacy result by a second program in R."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from analysis import paths
from analysis.errors import DataError, MissingError
from analysis.results import SMALL_P, format_number, format_p
from analysis.review.compare import compare_frames
from analysis.study import load_study
from analysis.tables import read_table

PROGRAM = Path(__file__).with_name("second_program") / "efficacy.R"
HOW_TO_GET = (
    "Install R with coin and exactRankTests: apt install r-base-core r-cran-coin"
    " r-cran-exactranktests, or conda install -c conda-forge r-base r-coin r-exactranktests"
)
_MISSING = 3
TOLERANCE = 1e-9
_PRINTED = re.compile(r"(?:at least )?(?P<number>−?\d+(?:\.(?P<decimals>\d+))?)(?P<percent>\s%)?")


def check_efficacy(outputs: paths.Outputs, *, tell: Callable[[str], None] = print) -> None:
    """Compute all efficacy results in R and compare them with results.csv.

    Raises
    ------
    MissingError
        R, one of its packages or a table is missing.
    DataError
        A result differs, or only one of the programs has it; the message names it.
    """
    results = read_table("results", outputs.processed)
    efficacy = results[(results["analysis"] == "efficacy") & results["value"].notna()]
    if efficacy.empty:
        raise DataError(
            "no efficacy result to compare",
            file=outputs.processed / "results.csv",
            hint="Run `make notebooks`",
        )
    random = _is_random(efficacy)
    second = run_second_program(outputs.processed, *_find_analysis(results))
    if random.any():
        tell(
            f"{random.sum()} results are not compared, since with more than 20 participants "
            "patterns of signs are drawn at random: " + ", ".join(efficacy.loc[random, "result_id"])
        )
        second = second.drop(efficacy.loc[random, "result_id"], errors="ignore")
    efficacy = efficacy[~random]
    differing = compare_programs(efficacy, second)
    if differing.empty:
        tell(f"{len(efficacy)} efficacy results agree with the second program, in R.")
        return
    tell(differing.to_string(index=False, na_rep="absent", float_format="%.12g"))
    raise DataError(
        f"{len(differing)} of {len(efficacy)} efficacy results differ between the two programs: "
        + ", ".join(differing["result_id"].head(10))
        + (" and others" if len(differing) > 10 else ""),
        file=outputs.processed / "results.csv",
        hint="Run `make notebooks` again; if they still differ, one of the programs is wrong",
    )


def run_second_program(processed: Path, population: str, visit: str) -> pd.Series:
    """Run the R program on the processed tables, and return its values by `result_id`.

    Raises
    ------
    MissingError
        R or one of its packages is not installed.
    DataError
        The program stopped.
    """
    rscript = shutil.which("Rscript")
    if rscript is None:
        raise MissingError("R is not installed", hint=HOW_TO_GET)
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "results.csv"
        command = [rscript, "--vanilla", PROGRAM, paths.STUDY, processed, population, visit, output]
        ended = subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        )
        if ended.returncode == _MISSING:
            raise MissingError(ended.stderr.strip().splitlines()[-1], hint=HOW_TO_GET)
        if ended.returncode:
            last = " ".join(ended.stderr.strip().splitlines()[-3:])
            raise DataError(
                f"the second program stopped: {last}",
                file=PROGRAM.name,
                hint="Run `make notebooks` again; if it still stops, the program is wrong",
            )
        return pd.read_csv(output, index_col="result_id")["value"]


def compare_programs(results: pd.DataFrame, second: pd.Series) -> pd.DataFrame:
    """List the results on which the two programs do not agree.

    Parameters
    ----------
    results
        Rows of results with a value.
    second
        Values by `result_id`.

    Returns
    -------
    pandas.DataFrame
        `result_id`, `results.csv`, `R` (NaN where absent) and `text` of results whose value or
        number printed in the text differs; sorted.
    """
    first = results.set_index("result_id")
    table = pd.DataFrame(
        {"results.csv": first["value"], "R": second, "text": first["text"]}
    ).rename_axis("result_id")
    found = compare_frames(first[["value"]], second.to_frame("value"), near_zero=TOLERANCE)
    printed = table.dropna()[["R", "text"]].itertuples()
    misprinted = {name for name, value, text in printed if not _is_printed(value, text)}
    differing = sorted({*found.gone, *found.new, *found.moved, *misprinted})
    return table.loc[differing].reset_index()


def _is_printed(value: float, text: str) -> bool:
    """Return True if a text is not a number, or is this value at the text's rounding."""
    if text == SMALL_P:
        return text == format_p(value)
    found = _PRINTED.fullmatch(text)
    if found is None:
        return True
    decimals = len(found["decimals"] or "")
    return found["number"] == format_number(value * (100 if found["percent"] else 1), decimals)


def _find_analysis(results: pd.DataFrame) -> tuple[str, str]:
    """Return population and follow-up visit of the primary result."""
    primary = next(o.name for o in load_study().outcomes if o.role == "primary")
    rows = results[results["result_id"] == f"efficacy.{primary}.n_pairs"]
    if rows.empty:
        raise DataError(
            f"there is no result efficacy.{primary}.n_pairs", hint="Run `make notebooks`"
        )
    return rows["population"].iloc[0], rows["visit"].iloc[0]


def _is_random(results: pd.DataFrame) -> pd.Series:
    """Return a mask of max-T and the global test, if max-T drew its patterns at random.

    The number of pairs does not show this: an outcome may have few pairs in a large trial.
    """
    max_t = results["statistic"].isin(["max_t_p", "max_t_p_min"])
    drawn = bool(results.loc[max_t, "method"].str.contains("random patterns").any())
    return (max_t | (results["outcome"] == "global_test")) & drawn
