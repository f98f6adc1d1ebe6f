"""Real and scripted IMAP servers for the tests, and readers that share no code with the product."""
