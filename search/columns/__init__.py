"""What is known of every document, concept and label as arrays: made at publishing, mapped from disk when searched."""
