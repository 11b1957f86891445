"""What restricts a plot: planning themes, concerned, not concerned or without data."""
