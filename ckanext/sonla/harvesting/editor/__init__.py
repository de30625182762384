"""The form of a source: fields made from its kind's JSON Schema."""
