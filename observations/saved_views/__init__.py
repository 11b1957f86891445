"""What a planner looked at, kept under a name: the query of the heat page, private or shared."""
