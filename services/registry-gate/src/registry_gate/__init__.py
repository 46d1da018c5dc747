"""The registry gate: candidates in, recorded decisions and promotions out."""
