"""``python -m server`` is ``corridormap``."""

from server.cli import main

if __name__ == "__main__":
    main(prog_name="corridormap")
