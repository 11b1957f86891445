"""Changes of paid hours, prices and terms: proposed, proved, and set by a second person."""
