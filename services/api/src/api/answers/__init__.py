"""What is asked and answered over HTTP: parameters, units, shapes, problems."""
