"""How dates are written, one folder a language; what stands here goes before what Django knows of it."""
