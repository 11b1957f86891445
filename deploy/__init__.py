"""Set-up and running of the portal: from a bare machine to a served city.

Standard library only (Python 3.11 or newer), because these modules run before
the virtual environment exists.  `python3 -m deploy --help` lists the acts; the
Makefile names them.
"""
