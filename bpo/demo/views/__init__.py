"""Pages of the demo: the first page, the client companies' sites, the customers' mailbox."""
