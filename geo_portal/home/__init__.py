"""The front door: pages, sign-in, search, what applies here, and how errors are told."""
