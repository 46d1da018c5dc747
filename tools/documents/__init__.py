"""What the generated parts of the pages in `docs` are made of."""
