"""What support may see: a log without anybody's words, and a bundle in which people and folders are numbers.

Knows no server, no project file and no screen: who calls hands over facts.
"""
