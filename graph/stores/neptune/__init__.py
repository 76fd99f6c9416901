"""Amazon Neptune, by either language, and its bulk loader."""
