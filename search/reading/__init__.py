"""What texts say: reading them with the names and terminologies of a generation."""
