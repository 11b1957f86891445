"""The demo city: a synthetic Muscat, the same from the same seed, labelled as what it is.

Real: the coast, the names, the dates and shares that ``docs/demo-city.md`` lists with their
sources.  Drawn for the demo: every boundary, road line, wadi course, plot, building, zone and
report.  ``build.py`` puts the parts together, one file a part.
"""

SOURCE = "synthetic, not authoritative"
SOURCE_AR = "بيانات تجريبية غير معتمدة / synthetic, not authoritative"
LIMITS_SOURCE = "قواعد تجريبية غير ملزمة / demo rules, not law"
