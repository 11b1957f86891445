"""Card terminals: they ask what is owed and answer with a token that is good once."""
