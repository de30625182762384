from ckanext.sonla.migration.environment import run

run("sonla_harvesting")
