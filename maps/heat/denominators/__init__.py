"""What reports are divided by: residents, metres of road, plots, cell by cell and dated.

cells.py values on the smallest cells and their sums; lines.py lengths of lines by cell; areas.py
the cells of an area; spread.py a sum spread over places; declared.py what apps declare; kept.py
the table, its job and the readers; measure.py counts turned into rates.
"""
