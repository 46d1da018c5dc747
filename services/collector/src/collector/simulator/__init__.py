"""The simulator: weather that never was, for trying the system out without a source.

`climate` says what is usual at a place, `weather` draws days from that, `app` answers over HTTP in
Open-Meteo's shape.
"""
