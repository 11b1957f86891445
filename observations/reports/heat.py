"""Reports as a heat layer: what the numbers of the index mean in the words of this app."""

from maps.heat.index import HeatLayer

HEAT = HeatLayer(name="observations", number=1, table="observations_observation")
