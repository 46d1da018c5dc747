"""The API: champions and observations in, forecasts out."""
