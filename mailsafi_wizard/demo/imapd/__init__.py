"""A small IMAP server to be embedded: correct, in memory, TLS, one thread a connection. Knows nothing of the sample company."""
