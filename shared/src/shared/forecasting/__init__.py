"""The pure forecasting core: no IO, no clock, no environment."""
