"""Catalogues of other portals: their datasets become revisions of ours.

`sonla_ckan` and `sonla_dcat` are subclasses of the upstream harvesters, whose paging
and parsing they keep. Upstream's own last step, which writes the public dataset, is
replaced: what another portal says becomes a revision that the agency's officer submits
and its leader decides.

- gather: the remote datasets are listed, each a row of `sonla_harvest_dataset` with
  what the remote portal says of it; `mapping` says which entry of our catalogue it
  belongs to. What belongs to none is counted, and told.
- fetch: the files of one dataset come over the guarded wire. Where nothing differs from
  what is public, the dataset is done: no revision is opened.
- import: a revision is opened, filled as an officer fills it, and submitted.

The ledger of such a run counts datasets: `read` of the remote portal, `added` and
`updated` ones that were submitted, `unchanged`, `quarantined` ones that could not be
taken over, `filtered` ones that belong to no entry or have to wait.
"""
