"""Part `train`: what a training costs, for one site and for many, beside AutoMLForecast."""
