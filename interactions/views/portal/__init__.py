"""The client's own rooms."""
