"""The committed record of the simulation, which the report's numbers come from."""

from pathlib import Path

import pandas as pd

FILE = Path(__file__).with_name("record.csv")


def read_record(file=FILE):
    """Read the record.

    Returns
    -------
    pandas.DataFrame
        As `simulate.summarise_counts`.
    """
    return pd.read_csv(file, keep_default_na=False, na_values={"sd_change": "", "step": ""})


def write_record(table, file=FILE):
    """Write the record and return its path."""
    file.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(file, index=False, lineterminator="\n", encoding="utf-8", float_format="%.12g")
    return file
