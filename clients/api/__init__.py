"""The API of the set-up, and what the API of every app shares: keys, sight, scopes."""
