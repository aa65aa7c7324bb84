"""The ACD: the decision as SQL, called after commit."""
