"""Who was lost at which stage of the flow, and why."""

import pandas as pd

NO_REASON = "reason not recorded"
NOBODY = "nobody"
LOSSES = {
    "not_enrolled": "Not enrolled",
    "not_harvested": "Enrolled, no anaesthesia",
    "not_injected": "Anaesthesia, no injection",
    "discontinued": "Injected, trial not completed",
    "not_per_protocol": "Injected, not per protocol",
}


def find_lost(participants, disposition):
    """Say at which stage of the flow each participant was lost, and why.

    Parameters
    ----------
    participants, disposition : pandas.DataFrame
        The tables.

    Returns
    -------
    pandas.DataFrame
        `participant_id, stage, reason` of those lost, `stage` one of `LOSSES`; several reasons
        are separated by a semicolon. Who is not per protocol may have discontinued as well.
    """
    ended = disposition.set_index("participant_id")
    frame = participants.assign(
        end=participants["participant_id"].map(ended["status"]).fillna(""),
        ended_for=participants["participant_id"].map(ended["reason"]).fillna(""),
    )

    def inside(population):
        return frame[f"in_{population}"].eq("yes")

    ended_for = frame["ended_for"].str.replace("_", " ")
    stages = (
        (
            "not_enrolled",
            ~inside("enrolled"),
            frame["screen_failure_reason"].mask(frame["screen_failure_reason"] == "", ended_for),
        ),
        ("not_harvested", inside("enrolled") & ~inside("procedure_safety"), ended_for),
        ("not_injected", inside("procedure_safety") & ~inside("product_safety"), ended_for),
        ("discontinued", inside("product_safety") & frame["end"].eq("discontinued"), ended_for),
        (
            "not_per_protocol",
            inside("full_analysis") & ~inside("per_protocol"),
            frame["per_protocol_exclusion"],
        ),
    )
    parts = [
        pd.DataFrame(
            {
                "participant_id": frame.loc[lost, "participant_id"],
                "stage": stage,
                "reason": reason[lost].mask(reason[lost] == "", NO_REASON),
            }
        )
        for stage, lost, reason in stages
    ]
    return pd.concat(parts, ignore_index=True)


def explain_missed(people, disposition):
    """Return why each of these participants did not come: the reason why their trial ended."""
    ended = disposition[disposition["status"] == "discontinued"]
    known = ended.set_index("participant_id")["reason"].str.replace("_", " ")
    return [known.get(person) or NO_REASON for person in people]


def join_reasons(texts):
    """Print reasons with how many participants each has, the most frequent first.

    Examples
    --------
    >>> join_reasons(["refused", "not done", "refused"]), join_reasons([])
    ('refused (2); not done (1)', 'nobody')
    """
    counts = pd.Series(list(texts), dtype="str").value_counts()
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return "; ".join(f"{text} ({n})" for text, n in ordered) or NOBODY
