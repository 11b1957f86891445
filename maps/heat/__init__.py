"""The heat index: how many reports lie in each cell of a fixed lattice, exact at every instant.

lattice.py cells and blocks; packing.py the sixteen bytes of a report; sql.py the triggers that
keep the index; index.py reading and folding; queries.py counts; release.py what the public gets;
tiles.py pictures; exports.py files; batch/ rebuilds and countries, as graphs over GeoParquet.
"""
