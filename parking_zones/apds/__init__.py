"""Places, rates, rights and quotes of parking in the shape of APDS (parkingdata/spec)."""
