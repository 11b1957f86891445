"""A site: its ground as arrays, which edge looks where, its rules, and a drawing checked on it."""
