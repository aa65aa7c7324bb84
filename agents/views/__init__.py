"""Pages of the set-up that are about people and about the rules of lines."""
