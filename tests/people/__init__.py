"""Tests of people: signing in, acting for others, and the walls."""
