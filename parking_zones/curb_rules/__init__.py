"""Rules of curbs as other cities publish them: a line, days, hours and how long one may stay."""
