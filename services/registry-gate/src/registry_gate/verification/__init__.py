"""Every forecast is scored when its day is observed, and again when the observation is revised."""
