"""One customer channel a file: parse in, deliver out. Asked as ADAPTERS[channel]."""

from interactions.adapters.email import EmailAdapter

ADAPTERS = {"email": EmailAdapter()}
