"""The console's pages and fragments, a file for each concern."""
