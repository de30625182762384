"""Where downloads pass by to be counted."""

from __future__ import annotations

from flask import Blueprint

from . import counting

demand = Blueprint("sonla_demand", __name__)
demand.after_app_request(counting.after_request)
