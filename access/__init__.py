"""Who is there, who may what, and what was done: accounts, tokens, sessions, grants of roles by dataset, the audit log."""
