"""Who answers whom: the one page where lower packages are told of upper ones.

Plain dotted names, tested to lead somewhere.
"""

MAP_LAYERS = [
    "plots.layers.PLOTS",
    "plots.layers.BUILDINGS",
    "plots.layers.ROADS",
    "plots.layers.RESTRICTIONS",
    "geo_portal.layers.WILAYATS",
    "geo_portal.layers.AREAS",
    "parking_zones.layers.ZONES",
    "observations.layers.OBSERVATIONS",
]

IMPORTERS = {
    "plots": "plots.register.imports.PLOTS",
    "buildings": "plots.register.imports.BUILDINGS",
    "zones": "parking_zones.zones.imports.ZONES",
    "bays": "parking_zones.zones.imports.BAYS",
    "boundaries": "municipality.importing.boundaries.BOUNDARIES",
    "observations": "observations.reports.imports.OBSERVATIONS",
    "layer": "plots.restrictions.imports.LAYER",
}

# Who has open cases on plots: called with plot_ids, returns what a swap report lists.
OPEN_CASES_AT: list[str] = []

# What the worker does again and again: a plain function without arguments, and how often.
PERIODIC: dict[str, int] = {  # seconds
    "observations.reports.jobs.fold_heat": 30,
    "observations.reports.jobs.release_months": 600,
}
