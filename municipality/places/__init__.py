"""The ground a city is divided into: wilayats, housing areas, phases, directorates, branches."""
