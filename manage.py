#!/usr/bin/env python3
"""Every command of Parallax: `up`, `test`, `migrate`, `load_content`, ..."""

import os
import sys

from config import bootstrap


def main():
    """Set up what is missing, then run the command in the project's own environment."""
    bootstrap.enter(sys.argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # Django is there only now: `enter` returns inside .venv alone.
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
