"""The real observations and recorded answers beside the repository; they may not be there."""

from pathlib import Path

SHARED_DATA = Path(__file__).parents[3] / "shared" / "data"
REAL_WEATHER = SHARED_DATA / "marrakech" / "daily.csv"
