"""One file an audience: agent, supervisor, client, customer."""
