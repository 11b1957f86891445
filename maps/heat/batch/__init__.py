"""City-wide rebuilds and country-sized heat indexes, as graphs of tasks over GeoParquet.

geoparquet.py reads and checks the reports of files; graph.py makes packed blocks of them, here or
on a Dask cluster; city.py writes a layer's table out and swaps its pieces; folder.py keeps an
index as a folder of Parquet that is asked without a database; refusals.py what is said instead.
"""
