{# How far a number may be trusted, the worst first. One order for all facts: of several marks on a cell, or of
   several cells in a row, the worst stands.
     reconciled            the reading is doubtful and the sums choose another one that was really seen
                           (fct_reconciled_cells): this number is probably not what is printed
     violated_identities   a sum of the report fails and points at this number
     doubtful_reading      read with little confidence, and nothing speaks for or against it
     not_printed           there is no number; `state` says why
     complete              read with confidence, no failing sum points at it #}
{% macro quality_marks() -%}
    {{ return(['reconciled', 'violated_identities', 'doubtful_reading', 'not_printed', 'complete']) }}
{%- endmacro %}

{# The mark of one cell; `doubts` is int_doubts, left-joined. #}
{% macro quality(cells, doubts) -%}
    coalesce({{ doubts }}.quality, if({{ cells }}.value is null, 'not_printed', 'complete'))
{%- endmacro %}

{# The worst of a group of marks: one number a row is compared, for there are millions. #}
{% macro worst_quality(mark) -%}
    (['{{ quality_marks() | join("', '") }}'])[
        min(case {{ mark }}{% for name in quality_marks() %} when '{{ name }}' then {{ loop.index }}{% endfor %} end)
    ]
{%- endmacro %}

{# Whether no sum of the report speaks against a number with that mark. #}
{% macro is_trusted(mark) -%}
    {{ mark }} not in ('reconciled', 'violated_identities')
{%- endmacro %}

{# The worse of two marks, either of which may be null. #}
{% macro worse_quality(one, other) -%}
    case {% for name in quality_marks() %} when '{{ name }}' in ({{ one }}, {{ other }}) then '{{ name }}'{% endfor %} end
{%- endmacro %}
