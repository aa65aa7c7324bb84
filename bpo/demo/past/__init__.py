"""The past month of the demo: what happened (`timelines`), written in bulk (`bulk`) or played (`play`)."""
