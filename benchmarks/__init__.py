"""What the system can do, measured beside what others can, on this machine: `make bench`."""
