"""The disk: the project file, secrets, the credential list. Nothing here knows the network or the screen."""
