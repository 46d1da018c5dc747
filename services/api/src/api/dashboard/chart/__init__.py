"""Charts as pure geometry: numbers in, paths and places out; templates draw them as SVG."""
