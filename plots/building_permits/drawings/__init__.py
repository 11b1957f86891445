"""From an office's file to the parts of a site plan: what was read, and where on the plot it is."""
