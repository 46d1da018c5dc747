"""Part `skill`: our forecasts beside the references and beside other libraries, on real weather."""
