"""Messages out and in: templates, outbox, providers, and the one router of what people text."""
