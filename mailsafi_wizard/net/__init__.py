"""The network: each file speaks one protocol. Nothing here knows the disk, the plan or the screen."""
