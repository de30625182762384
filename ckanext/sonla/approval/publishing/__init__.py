"""The switch: a revision made public whole or not at all, whenever the process dies."""
