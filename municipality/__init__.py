"""The ground floor: what every service of a city shares."""
