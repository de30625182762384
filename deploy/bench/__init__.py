"""What `make bench-publish` measures, one module a question."""

# CKAN puts its own folder first on the path, where it has tests of its own.
import tests.factories  # noqa: F401 - to be found before CKAN's
