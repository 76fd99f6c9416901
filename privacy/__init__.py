"""What identifies people, and records and texts without it. Pure functions: nothing here reads or writes anything."""
