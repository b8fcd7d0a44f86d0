-- What a model calls its grain (`config.meta.grain`) names each of its rows once. Primary keys are held by the
-- database or by a test of their own; of fct_cells, and so of the view of it, assert_every_cell_arrives_once says
-- the same and more.
-- The names are listed since dbt must know what to build before this; one that is missing is an error.
{% set tested = [
    'dim_agency_code',
    'dim_agency_event',
    'dim_crosswalk',
    'dim_division',
    'measure_carried_out_per_new_and_carried_in',
    'measure_direct_suits_per_suits',
    'measure_granted_or_partial_per_answered',
    'measure_granted_or_partial_per_handled',
    'measure_litigation_corrected_per_closed',
    'measure_natural_persons_per_received',
    'measure_not_held_per_handled',
    'measure_not_processed_per_handled',
    'measure_peer_percentiles',
    'measure_publication_delay',
    'measure_rate_year_on_year',
    'measure_refusals_by_ground',
    'measure_refused_per_handled',
    'measure_requests_by_applicant_type',
    'measure_review_corrected_per_closed',
    'measure_year_on_year',
    'rpt_concept_totals',
    'rpt_coverage',
    'rpt_registered_bodies'
] %}
{% set declared = [] %}
{% for node in mart_nodes() if node.name not in ('fct_cells', 'rpt_citations') and (node.config.meta or {}).get('grain') %}
    {% do declared.append(node.name) %}
{% endfor %}
{% if execute and declared | sort != tested | sort %}
    {{ exceptions.raise_compiler_error("assert_grains_hold lists other models than declare a grain: " ~ declared) }}
{% endif %}
{% for name in tested %}
{% set relation = ref(name) %}
{% for node in mart_nodes() if node.name == name %}
select
    '{{ name }}' as table_name,
    count(*) as rows_of_one_key
from {{ relation }}
group by {{ node.config.meta.grain | join(', ') }}
having count(*) > 1
{% endfor %}
{{ 'union all' if execute and not loop.last }}
{% endfor %}
