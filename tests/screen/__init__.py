"""The program as a person uses it: a real X server, real key presses and clicks, real mail servers."""
