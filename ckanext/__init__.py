# A namespace package, as every CKAN extension has it.
try:
    import pkg_resources  # pyright: ignore[reportMissingImports] - old setuptools only

    pkg_resources.declare_namespace(__name__)
except ImportError:
    import pkgutil

    __path__ = pkgutil.extend_path(__path__, __name__)
