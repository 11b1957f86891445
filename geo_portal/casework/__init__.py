"""Cases on screen: my things, the page of a case, and the work list of a role."""
