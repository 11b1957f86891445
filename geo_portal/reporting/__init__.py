"""My Observations (ملاحظاتي): where people send what they see, and officers deal with it."""
