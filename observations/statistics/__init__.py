"""Statistics of reports for studies: how many, how soon answered, how soon closed."""
