"""Articles become events: language, topics, grouping, severity, standing, leads."""
