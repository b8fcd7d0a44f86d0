{# One printed cell of a filing as three columns of a wide row: its number, the number by the ledger, and its
   state. The number is null wherever none is printed; the state then says why. A form without that cell gives
   null throughout. #}
{% macro printed(cell_key, column) -%}
    cast(max(c.value) filter (where c.cell_key = '{{ cell_key }}') as decimal(24, 6)) as {{ column }},
    cast(max(c.value_best) filter (where c.cell_key = '{{ cell_key }}') as decimal(24, 6)) as {{ column }}_best,
    cast(max(c.state) filter (where c.cell_key = '{{ cell_key }}') as varchar) as {{ column }}_state
{%- endmacro %}

{# The outcome classes of table 三, in the order of the form; used where a wide row has one column each. #}
{% macro outcome_classes() -%}
    {{ return(['granted', 'partial', 'denied', 'unable', 'rejected', 'other']) }}
{%- endmacro %}
