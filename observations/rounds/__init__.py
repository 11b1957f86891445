"""The round of a day (جولة): which reports an officer goes to, and in which order."""
