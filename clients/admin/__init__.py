"""The administration of clients: everything can be found, what decides states goes through operations."""

from clients.admin import catalogue, company, customers, flows, lines

__all__ = ["catalogue", "company", "customers", "flows", "lines"]
