"""Issues the forecasts of a day: of the champion, of its shadows and of the references."""
