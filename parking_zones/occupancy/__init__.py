"""How full paid parking is and what it takes in; what nobody knows is named."""
