"""Tickets: the paid stay, what it would cost, and how it is asked for."""
