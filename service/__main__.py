"""`python -m service` is the `council` command."""

import sys

from service.cli import main

sys.exit(main())
