"""First answers as SQL cells: a marimo notebook on the current release, for whoever wants to play."""

import marimo

app = marimo.App(width="medium", app_title="Gongkai: first answers")


@app.cell
def _():
    import os
    from pathlib import Path

    import duckdb
    import marimo as mo

    here = Path(__file__).resolve().parents[1]
    root = Path(os.environ.get("GONGKAI_DATA", here / "data"))
    release = duckdb.connect(str(root / "releases" / "current" / "gongkai.duckdb"), read_only=True)
    return mo, release


@app.cell
def _(mo):
    mo.md(
        """
        # 政府信息公开年度报告：最初的几个问题 / first answers

        每格都是 SQL，改了就重新计算；不需要网络。更多问题见 `docs/cookbook.md`，
        每一列的含义见发布中的 `dictionary/index.html`。

        Every cell is SQL: change it and it runs again. No network is needed. More questions are in
        `docs/cookbook.md`, the meaning of every column in `dictionary/index.html` of the release.

        A number is `value` **and** `state`: null is never 0. Never add `own_body` and `aggregate`.
        """
    )
    return


@app.cell
def _(mo, release):
    reports = mo.sql(
        """
        -- 有哪些报告，读出多少 / which reports are there, and how much of each was read
        select agency, cast(report_year as varchar) as year, form, status,
               round(coverage, 2) as coverage, n_suspect
        from rpt_agency_year order by year, agency
        """,
        engine=release,
    )
    return (reports,)


@app.cell
def _(mo, release):
    requests = mo.sql(
        """
        -- 收到申请，跨三种表式 / requests received over the three forms
        select agency, cast(report_year as varchar) as year, form, value::double as received,
               relation, states_not_printed
        from fct_series where concept = 'requests_received' order by year, agency
        """,
        engine=release,
    )
    return (requests,)


@app.cell
def _(mo, release):
    totals = mo.sql(
        """
        -- 合计，以及几家中的几家 / totals, and of how many
        select cast(report_year as varchar) as year, province_zh, value::double as received,
               n_reporting, n_expected, n_registered
        from rpt_concept_totals
        where concept = 'requests_received' and scope = 'own_body' and n_filings > 0
        order by year, province_zh
        """,
        engine=release,
    )
    return (totals,)


@app.cell
def _(mo, release):
    rates = mo.sql(
        """
        -- 公开率：分母为零时为空，小于 5 时不显示 / disclosure rate: null over 0, hidden under 5
        select name_zh, cast(report_year as varchar) as year, numerator::double as granted,
               denominator::double as handled, ratio, is_hidden
        from measure_granted_or_partial_per_handled order by year, name_zh
        """,
        engine=release,
    )
    return (rates,)


@app.cell
def _(mo, release):
    broken = mo.sql(
        """
        -- 不成立的勾稽关系 / identities that fail
        select r.agency, cast(r.report_year as varchar) as year, r.identity_id,
               i.name_zh, i.name_en, r.severity
        from fct_identity_results r join dim_identity i using (identity_id)
        where r.result = 'fails' order by year, agency, identity_id
        """,
        engine=release,
    )
    return (broken,)


@app.cell
def _(mo, release):
    columns = mo.sql(
        """
        -- 字典 / the dictionary
        select table_name, column_name, description_zh, description_en, unit from meta_columns
        order by table_name, position
        """,
        engine=release,
    )
    return (columns,)


if __name__ == "__main__":
    app.run()
