"""Parking permits (تصريح مواقف): asked for, checked, paid, issued, renewed, changed, ended.

A permit is good for one vehicle at a time, over whole days of the city, in one zone, in every
zone, on one reserved bay, or (special permit, تصريح وقوف خاص) in the one zone that it names.

Who checks the papers: the registration section (``registrar``) where the right follows from a
plot (one zone, all zones), for it holds the register; the zone manager (``zone_manager``) where
the street itself is given away (reserved bays) or an exception is made (special permits).  A
renewal and a lost paper are not checked again: the permit that they stand on was, it must still
hold, and its zone must still be there.

Sources: permit kinds, prices, papers and the number of months chosen by the applicant are those
of the municipality's own service pages; permits of 2008 were sold for 3 or 6 months.  Nowhere is
it said where a special permit is good, nor how many months are the most: see ``terms``.
"""
