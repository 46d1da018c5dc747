"""Imports observations from files of Open-Meteo, Meteostat and NOAA, and from tables of days.

`text` opens the file, `formats` finds the tables in it, `columns` their meaning, `days` turns rows
into UTC days, `reading` is all of that; `changes` compares with what is known, and `import_file`
has the days checked and stored.
"""

from collector.importing.import_file import ImportReport, import_file

__all__ = ["ImportReport", "import_file"]
