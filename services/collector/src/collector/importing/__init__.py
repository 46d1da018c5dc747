"""Imports observations from files: Open-Meteo's own downloads and the tidy daily table.

`text` opens the file, `csv_tables` and `json_answers` find the tables in it, `columns` their
meaning, `days` turns rows into checked UTC days, `import_file` stores them.
"""

from collector.importing.import_file import ImportReport, import_file

__all__ = ["ImportReport", "import_file"]
