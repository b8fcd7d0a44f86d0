{# One measure of fct_measures as a view of its own; the agencies that are known only. #}
{% macro measure_view(measure) -%}
select
    {{ agency_key('facts', 'agencies') }},
    facts.form,
    facts.numerator,
    facts.denominator,
    facts.numerator_best,
    facts.denominator_best,
    facts.ratio,
    facts.ratio_best,
    facts.denominator as n,
    facts.is_hidden,
    facts.relation,
    facts.previous_report_year,
    facts.breaks_before,
    facts.joins_previous,
    facts.cell_keys,
    facts.n_suspect,
    facts.quality
from {{ published('fct_measures') }} as facts
inner join {{ published('dim_agency') }} as agencies on facts.agency_id = agencies.agency_id
where facts.measure = '{{ measure }}'
{%- endmacro %}
