"""Settings: base.py holds the defaults, development, test and production change what differs."""
