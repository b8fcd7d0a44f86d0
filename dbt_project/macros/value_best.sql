{# The number to use, by the ledger and nothing else. `cells` and `verdicts` are relations in the query, the
   second one left-joined. Where no verdict is settled, or it says "not an error", it is the printed number. A
   settled verdict that says the number is wrong takes it away: what stands then is the number that the entry
   gives, and nothing where it gives none. #}
{% macro value_best(cells, verdicts) -%}
    case
        when
            {{ verdicts }}.status = 'settled'
            and {{ verdicts }}.verdict in ('source_error', 'extraction_error', 'corrected_upstream')
            then {{ verdicts }}.value
        else {{ cells }}.value
    end
{%- endmacro %}
