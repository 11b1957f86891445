"""The project and its front door: the only package that may see all others."""
