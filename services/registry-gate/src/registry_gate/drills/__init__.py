"""Gate drills: candidates known to be bad, which must be refused, and good ones, which must not.

A drill takes a good candidate and spoils one thing about it; the production code judges what comes
of it. They run on the live system without writing anything, and in the tests.
"""
