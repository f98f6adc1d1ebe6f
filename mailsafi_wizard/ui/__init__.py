"""The screen. Shows what `project` answers; opens no connection, reads no database, computes no plan of its own."""
