"""Plays customers and colleagues through the public doors, at human pace: widget, mail, callback form, console."""
