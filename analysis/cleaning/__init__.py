"""From the raw export to the processed tables, with every question asked and every change kept.

It holds the reading of an export's files, its fields and values, the checks within and across
forms, the processed tables, and the query log and change log, which reconciliation proves complete.
Notebook 01, ``python -m analysis check-data`` and the rooms below (`trail`, `release`) may call it;
it calls `instruments` for items and ranges, `privacy`, and the modules that all rooms share.
"""

from analysis.cleaning.clean import Cleaned, clean_export
from analysis.cleaning.export import RawExport, read_export

__all__ = ["Cleaned", "RawExport", "clean_export", "read_export"]
