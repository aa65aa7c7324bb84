"""Speed as ratios of two arms measured in turns in one run; see README.md."""
