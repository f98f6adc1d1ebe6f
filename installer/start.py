"""Where the frozen program begins. Knows nothing but the program's own beginning."""

import sys

from mailsafi_wizard.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
