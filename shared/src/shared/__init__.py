"""What two services or more share: contracts, the forecasting core, adapters."""
