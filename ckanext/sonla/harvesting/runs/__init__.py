"""A run: a source's rows come, page by page, into a revision of its dataset.

`start` puts a row into `sonla_harvest_run` (one open run of a source at a time, by a
unique index) beside ckanext-harvest's own job, and asks a background worker for it. In
the worker ckanext-harvest's three stages are called with its own functions:

- gather: the run's dataset and table, from where it reads (`HarvestObject`: one a run);
- fetch: pages go into a spool on disk, each with its checkpoint in the run's row, so
  that a run whose process died goes on behind the last whole page;
- import: the spool is checked as an upload is, bad rows go into `sonla_quarantine`, the
  rest is compared with the public table. Unchanged: nothing else happens. Else the rows
  become the file of a revision, loaded by the intake and submitted. `standing.judge`
  says whether a standing approval covers it; if not, the leader has it before her.

The ledger, columns of the run and the answer of `sonla_harvest_run_list`: `read` rows,
of which `loaded` (`added` + `updated`), `unchanged`, `quarantined`, `filtered` (empty,
or overtaken by a newer version of the same row); beside them `deleted` rows of the
public table; `pages`, `bytes`, `requests`, `retries`, `started`, `ended`, `outcome`,
`reasons` (`[{"code", "told"}]`, said by `words`). `read = loaded + unchanged +
quarantined + filtered` holds for every run that was compared; the database refuses
anything else.
"""
