"""What stands around every request: headers, HEAD, limits."""
