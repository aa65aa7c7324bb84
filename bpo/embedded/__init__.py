"""Servers we start ourselves when no address is given; no Django in here, settings import it."""
