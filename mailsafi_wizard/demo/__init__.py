"""The rehearsal: two embedded servers and a sample company. Knows nothing of the screen."""
