"""A finished run becomes the record, and files that are not those of the record are named."""

import json

RECORD = "report/record"
BUILTIN = "RENDERER=builtin"


def test_a_run_goes_on_record_and_any_altered_file_is_named(trial):
    for name in ("record.json", "results.csv"):
        (trial.root / RECORD / name).unlink(missing_ok=True)
    first = trial.make("record", BUILTIN)
    assert first.returncode == 0, first.stderr
    kept = {
        name: (trial.root / RECORD / name).read_bytes() for name in ("record.json", "results.csv")
    }
    assert kept["results.csv"] == (trial.root / "data/processed/results.csv").read_bytes()
    assert str(trial.root).encode() not in kept["record.json"]

    whole = trial.make("verify", "QUICK=1", BUILTIN)
    assert whole.returncode == 0 and "AGREES: everything is as recorded" in whole.stdout
    verdict = json.loads((trial.root / ".run/verify/verdict.json").read_text(encoding="utf-8"))
    assert verdict["agrees"] and (trial.root / ".run/verify/verdict.html").exists()

    altered = {
        "data/raw/raynaud_diary.csv": "raw/raynaud_diary.csv has other bytes",
        "analysis/instruments/mrss.py": "analysis/instruments/mrss.py has other bytes",
        "report/_output/index.docx": "report/_output/index.docx has other bytes",
    }
    for file in altered:
        trial.rewrite(file, lambda content: content + b"\n")
    done = trial.make("verify", "QUICK=1", BUILTIN)
    assert done.returncode == 2 and "Error 1" in done.stderr and "DIFFERS" in done.stdout
    for phrase in altered.values():
        assert phrase in done.stdout
    refused = trial.make("verify", "PARAMS=followup_visit=week_4", "OUT=what-if")
    assert "Error 2" in refused.stderr
