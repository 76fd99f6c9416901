"""`python -m commissure`."""

from commissure.cli import main

main()
