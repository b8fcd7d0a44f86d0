-- An explanation without its cells would accuse nobody; cells without an explanation would be accused of nothing.
select localisations.filing_id, localisations.table_code, localisations.rank
from {{ ref('fct_localisations') }} as localisations
left join {{ ref('fct_suspects') }} as suspects
    on
        localisations.filing_id = suspects.filing_id
        and localisations.table_code = suspects.table_code
        and localisations.rank = suspects.rank
group by all
having count(suspects.cell_key) <> max(localisations.n_cells)
union all
select suspects.filing_id, suspects.table_code, suspects.rank
from {{ ref('fct_suspects') }} as suspects
anti join {{ ref('fct_localisations') }} as localisations
    on
        suspects.filing_id = localisations.filing_id
        and suspects.table_code = localisations.table_code
        and suspects.rank = localisations.rank
