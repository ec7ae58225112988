"""Hold every denominator of the results against the flow of participants."""

import pandas as pd

from analysis.errors import DataError

COUNTED_IN_FULL = ("safety",)
COUNTED_IF_KNOWN = ("baseline", "exposure", "efficacy", "sensitivity")


def find_unreconciled(results):
    """Return the results whose number of participants contradicts the flow.

    A safety result has the whole population for its denominator, if it names one and is of no
    arm or visit; no other result has more participants than its population. The pairs of an
    outcome (``efficacy.<outcome>.n_pairs``) are those that the flow says are analysed.

    Parameters
    ----------
    results : pandas.DataFrame
        The table results, of all notebooks.

    Returns
    -------
    pandas.DataFrame
        `result_id, n, flow_id, expected`; no row if everything reconciles. A population that
        is missing from the flow is expected to have no participant.
    """
    flow = results[results["analysis"] == "flow"].set_index("result_id")["value"]
    counted = results[results["population"].ne("") & results["n"].notna()]
    counted = counted[counted["analysis"].isin([*COUNTED_IN_FULL, *COUNTED_IF_KNOWN])]
    found = counted.assign(flow_id="flow." + counted["population"] + ".n")
    found["expected"] = found["flow_id"].map(flow).fillna(0)
    whole = found["analysis"].isin(COUNTED_IN_FULL) & found["group"].eq("") & found["visit"].eq("")
    wrong = (found["n"] > found["expected"]) | (whole & (found["n"] != found["expected"]))
    pairs = results[results["result_id"].str.fullmatch(r"efficacy\.\w+\.n_pairs")]
    pairs = pairs.assign(flow_id="flow." + pairs["outcome"] + ".n_analysed", n=pairs["value"])
    pairs["expected"] = pairs["flow_id"].map(flow).fillna(0)
    both = pd.concat([found[wrong.astype(bool)], pairs[pairs["n"] != pairs["expected"]]])
    return both[["result_id", "n", "flow_id", "expected"]].reset_index(drop=True)


def check_denominators(results):
    """Refuse results whose number of participants contradicts the flow.

    Raises
    ------
    DataError
        Naming the first result that does.
    """
    wrong = find_unreconciled(results)
    if len(wrong):
        first = wrong.iloc[0]
        raise DataError(
            f"{first['result_id']} has {first['n']:g} participants, {first['flow_id']} says "
            f"{first['expected']:g}",
            hint="Run the notebooks of both again, with the same population",
        )
