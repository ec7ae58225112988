"""Write what the cleaning made: tables, their description, and where the data come from."""

import shutil

from analysis import paths
from analysis.provenance import write_provenance
from analysis.tables import write_table


def write_cleaned(cleaned, folder):
    """Write every processed table, datapackage.json and provenance.json into a folder.

    Returns
    -------
    list of pathlib.Path
        The tables.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = [write_table(frame, name, folder) for name, frame in sorted(cleaned.tables.items())]
    shutil.copyfile(paths.TABLE_SCHEMAS, folder / paths.TABLE_SCHEMAS.name)
    write_provenance(cleaned.provenance, folder)
    return written
