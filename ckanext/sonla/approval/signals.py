"""What happens to revisions, told after the commit. The sender is the revision's id."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

opened = tk.signals.ckanext.signal("sonla:revision_opened")
"""An officer began a revision."""
submitted = tk.signals.ckanext.signal("sonla:revision_submitted")
"""An officer froze a revision and asks the leader to decide."""
withdrawn = tk.signals.ckanext.signal("sonla:revision_withdrawn")
"""An officer took a submitted revision back."""
returned = tk.signals.ckanext.signal("sonla:revision_returned")
"""A leader sent a revision back with directions."""
approved = tk.signals.ckanext.signal("sonla:revision_approved")
"""A leader approved a revision; the switch publishes it."""
published = tk.signals.ckanext.signal("sonla:revision_published")
"""The public sees a revision."""
discarded = tk.signals.ckanext.signal("sonla:revision_discarded")
"""An officer gave a revision up."""
commented = tk.signals.ckanext.signal("sonla:revision_commented")
"""Somebody said something about a revision."""
taken_down = tk.signals.ckanext.signal("sonla:dataset_taken_down")
"""The operator took a dataset from the public's sight. The sender is its id."""
restored = tk.signals.ckanext.signal("sonla:dataset_restored")
"""The operator gave the public a dataset back. The sender is its id."""
erased = tk.signals.ckanext.signal("sonla:dataset_erased")
"""Personal data was erased from a dataset by a decision. The sender is its id."""
