"""Areas that somebody follows: told once a day how many reports were shown or closed there."""
