"""The municipal calendar: weekends, holidays, Ramadan and office hours as dated data."""
