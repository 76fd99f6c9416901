"""Plain texts: their reader and mapping."""
