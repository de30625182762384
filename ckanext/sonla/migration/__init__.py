"""Migrations, a folder a plugin: `ckan db upgrade -p <plugin>` looks here."""
