-- Ratios of concepts by agency, report year and scope. A measure has a row where the report's form has every
-- concept of it in a comparable sense, and a value where all of them are printed and the denominator is not 0.
with terms as (

    select
        *,
        count(*) over (partition by measure) as n_terms
    from {{ ref('stg_catalog_measure_terms') }}

),

sides as (

    select
        series.filing_id,
        terms.measure,
        any_value(terms.n_terms) as n_terms,
        count(*) as n_found,
        sum(terms.sign * series.value) filter (where terms.side = 'numerator') as numerator,
        sum(terms.sign * series.value) filter (where terms.side = 'denominator') as denominator,
        sum(terms.sign * series.value_best) filter (where terms.side = 'numerator') as numerator_best,
        sum(terms.sign * series.value_best) filter (where terms.side = 'denominator') as denominator_best,
        count(*) filter (where series.value is null) as n_not_printed,
        count(*) filter (where series.value_best is null) as n_without_best,
        sum(series.n_suspect) as n_suspect
    from {{ ref('fct_series') }} as series
    inner join terms on series.concept = terms.concept
    where series.is_comparable
    group by series.filing_id, terms.measure

)

select
    {{ filing_key('filings') }},
    cast(sides.measure as varchar) as measure,
    cast(if(sides.n_not_printed = 0, sides.numerator, null) as decimal(24, 6)) as numerator,
    cast(if(sides.n_not_printed = 0, sides.denominator, null) as decimal(24, 6)) as denominator,
    cast(if(sides.n_without_best = 0, sides.numerator_best, null) as decimal(24, 6)) as numerator_best,
    cast(if(sides.n_without_best = 0, sides.denominator_best, null) as decimal(24, 6)) as denominator_best,
    cast(
        case
            when sides.n_not_printed = 0 and sides.denominator >= measures.hidden_below
                then sides.numerator / nullif(sides.denominator, 0)
        end as double
    ) as ratio,
    cast(
        case
            when sides.n_without_best = 0 and sides.denominator_best >= measures.hidden_below
                then sides.numerator_best / nullif(sides.denominator_best, 0)
        end as double
    ) as ratio_best,
    cast(
        sides.n_not_printed = 0 and sides.denominator > 0 and sides.denominator < measures.hidden_below
        as boolean
    ) as is_hidden,
    cast(sides.n_suspect as integer) as n_suspect
from sides
inner join {{ ref('int_filings') }} as filings on sides.filing_id = filings.filing_id
inner join {{ ref('stg_catalog_measures') }} as measures on sides.measure = measures.measure
where sides.n_found = sides.n_terms
