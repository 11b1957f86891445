"""Settings: ``base`` reads the environment once; dev, test and production say what differs."""
