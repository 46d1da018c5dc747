"""Pure tests: no socket, no process, no clock but the one that is passed in."""
