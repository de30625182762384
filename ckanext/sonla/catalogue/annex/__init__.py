"""The annex of a catalogue decision: its columns, their words, both ways.

An annex is an official document in Vietnamese, whatever language the reader's portal
has, so its headers and words stand here and not in the translations.
"""
