"""From the raw export to the processed tables, with every question asked and every change kept."""

from analysis.cleaning.clean import Cleaned, clean_export
from analysis.cleaning.export import Export, read_export

__all__ = ["Cleaned", "Export", "clean_export", "read_export"]
