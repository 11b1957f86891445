"""Bills (فواتير): what is owed, frozen with the lines that explain it; a change is a new number."""
