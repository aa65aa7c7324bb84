"""The floor everybody stands on; no business noun may appear here."""
