"""The works under a permit: stages, site visits, what was built over what was approved, the end."""
