"""Corrupt a valid export anyhow: the run stops with a named place, or the books balance."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.cleaning import clean_export, read_export
from analysis.cleaning.export import CAPILLAROSCOPY, DIARY, REDCAP
from analysis.demo.export import make_export, write_export
from analysis.errors import AnalysisError

SAMPLE = settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
NASTY = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", " ", "0", "1", "-9", "99", "1e400", "nan", "inf", "5,6", "١٢", "½", "2021-02-30", "NA"]
    ),
)


@given(data=st.data())
@SAMPLE
def test_any_text_in_any_cells_stops_or_balances(data, valid, study):
    tables = {name: table.copy() for name, table in valid.tables.items()}
    for _ in range(data.draw(st.integers(1, 12))):
        table = tables[data.draw(st.sampled_from([REDCAP, DIARY, CAPILLAROSCOPY]))]
        row = data.draw(st.integers(0, len(table) - 1))
        column = data.draw(st.integers(0, table.shape[1] - 1))
        table.iloc[row, column] = data.draw(NASTY).replace("\0", "")
    try:
        cleaned = clean_export(replace(valid, tables=tables), study)
    except AnalysisError as error:
        assert error.file
        assert error.exit_code == 1
    else:
        assert len(cleaned.balance) == 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bytes")
    write_export(make_export(7, 5, faults="none"), folder)
    (folder / "SHA256SUMS").unlink()
    return folder


@given(
    file=st.sampled_from([REDCAP, DIARY, CAPILLAROSCOPY, "fields.csv", "redcap_dictionary.csv"]),
    place=st.integers(0, 10**6),
    noise=st.binary(min_size=1, max_size=4),
)
@SAMPLE
def test_any_bytes_in_any_file_stop_or_balance(file, place, noise, folder, study):
    path = folder / file
    sound = path.read_bytes()
    at = place % len(sound)
    path.write_bytes(sound[:at] + noise + sound[at + len(noise) :])
    try:
        cleaned = clean_export(read_export(folder), study)
    except AnalysisError as error:
        assert error.file
    else:
        assert len(cleaned.balance) == 3
    finally:
        path.write_bytes(sound)
