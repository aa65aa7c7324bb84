"""Pages and endpoints of a client's customers: no account, no cookie, the client's brand alone."""
