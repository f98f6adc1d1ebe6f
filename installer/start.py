"""Where the frozen program begins. Knows nothing but the program's own beginning."""

from mailsafi_wizard.__main__ import run

if __name__ == "__main__":
    run()
