"""From a history to contenders: families, tuning, backtest, fit and artifact."""
