"""A small synthetic sample of every format: no station has seen these days."""

from datetime import date, timedelta

_DAYS = [date(2020, 1, 1) + timedelta(n) for n in range(40)]


def _dly() -> str:
    lines = []
    for element, value in (("TMAX", 150), ("TMIN", 50), ("PRCP", 3)):
        values = "".join(f"{value + day:5}  S" for day in range(31))
        lines.append(f"TEST0000001202001{element}{values}\n")
    return "".join(lines)


def _gsod() -> str:
    header = "STATION,DATE,TEMP,STP,MXSPD,GUST,MAX,MIN,PRCP,PRCP_ATTRIBUTES,FRSHTT\n"
    return header + "".join(
        f"TEST,{day},  5{n % 10}.0,998.{n % 10}, 10.0,999.9,  59.0,  41.0, 0.{n:02},G,010000\n"
        for n, day in enumerate(_DAYS)
    )


def _open_meteo_json() -> str:
    days = ",".join(f'"{day}"' for day in _DAYS)
    values = ",".join(str(15 + n % 7) for n in range(len(_DAYS)))
    return (
        '{"utc_offset_seconds": 0, "daily_units": {"temperature_2m_max": "°C"}, '
        f'"daily": {{"time": [{days}], "temperature_2m_max": [{values}]}}}}'
    )


SAMPLES = {
    "Open-Meteo JSON": _open_meteo_json(),
    "NOAA GHCN-Daily (.dly)": _dly(),
    "NOAA GHCN-Daily (by station)": "".join(
        f"TEST0000001,{day:%Y%m%d},TMAX,{150 + n},,,S,0700\n" for n, day in enumerate(_DAYS)
    ),
    "NOAA GHCN-Daily (station table)": '"STATION","DATE","TMAX","TMAX_ATTRIBUTES"\n'
    + "".join(f'"TEST","{day}","{150 + n}",",,S"\n' for n, day in enumerate(_DAYS)),
    "NOAA GSOD": _gsod(),
    "Meteostat daily": "".join(
        f"{day},10.{n % 10},5.2,15.3,0.4,,270,12.1,38.9,1015.2,\n" for n, day in enumerate(_DAYS)
    ),
    "Open-Meteo CSV, or a table of days": "date,temperature_2m_max,precipitation_sum\n"
    + "".join(f"{day},{15 + n % 7}.5,0.{n % 10}\n" for n, day in enumerate(_DAYS)),
}
