"""The migration itself: no screen, no event loop. Joins `net` and `store`."""
