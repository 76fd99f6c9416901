"""Back ends of the GraphStore protocol, one module each."""
