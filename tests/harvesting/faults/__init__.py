"""What a source can do wrong, and what comes of it: docs/harvesting-faults.md.

Each module has its faults in `FAULTS`, by the words of that page's first column; a test
of the page reads both.
"""
