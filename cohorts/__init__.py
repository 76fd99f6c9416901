"""Who belongs together: patients found by their charts and notes."""
