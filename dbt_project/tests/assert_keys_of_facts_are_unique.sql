-- The declared key of a fact names each of its rows once: facts have no index that would hold it (macros/keys.sql).
-- The names are listed since dbt must know what to build before this; one that is missing is an error.
{% set tested = [
    'fct_agency_queue',
    'fct_application_flow',
    'fct_application_outcomes',
    'fct_changes',
    'fct_corrections',
    'fct_disclosures',
    'fct_documents',
    'fct_expected_reports',
    'fct_filings',
    'fct_identity_results',
    'fct_issues',
    'fct_legacy_indicators',
    'fct_localisations',
    'fct_measures',
    'fct_narrative_facts',
    'fct_printed_totals',
    'fct_reconciled_cells',
    'fct_reviews',
    'fct_series',
    'fct_suspects'
] %}
{% set declared = [] %}
{% for node in mart_nodes() if not has_key_index(node) %}
    {% do declared.append(node.name) %}
{% endfor %}
{% if execute and declared | sort != tested | sort %}
    {{ exceptions.raise_compiler_error("assert_keys_of_facts_are_unique lists other facts than have a key: " ~ declared) }}
{% endif %}
{% for name in tested %}
{% set relation = ref(name) %}
{% for node in mart_nodes() if node.name == name %}
{% set key = key_columns(node) | join(', ') %}
select
    '{{ name }}' as table_name,
    count(*) as rows_of_one_key
from {{ relation }}
group by {{ key }}
having count(*) > 1
{% endfor %}
{{ 'union all' if execute and not loop.last }}
{% endfor %}
