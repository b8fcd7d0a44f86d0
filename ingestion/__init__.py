"""From bytes to tidy tables, without knowing who orchestrates it or who judges it.

One way through: `archive` keeps bytes, `extract` turns them into documents of located cells, `recognise`
says which cell of which form each one is, `normalise` writes Parquet. `catalog` holds the facts they go by.
Nothing here imports dagster, dbt, duckdb or Great Expectations, and after the archive everything is a pure
function of bytes and catalog. Identities live in `expectations`, sums by agency and year in `dbt_project`.
"""
