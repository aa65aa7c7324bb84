"""Sockets: authenticate, join, relay, leave."""
