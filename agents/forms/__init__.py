"""Forms of people and of the rules of lines."""
