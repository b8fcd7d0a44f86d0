-- The rate of the same bodies in both years: pooled (sum of numerators / sum of denominators) and the median. A
-- body is in it where both years have numerator and denominator, no break sets the years apart, and the sums of
-- neither report speak against them; how many are not, and why, stands beside.
with facts as (

    select
        facts.*,
        agencies.province_zh,
        agencies.level,
        agencies.kind,
        agencies.division_type,
        {{ is_trusted('facts.quality') }} as is_trusted
    from {{ published('fct_measures') }} as facts
    inner join {{ published('dim_agency') }} as agencies on facts.agency_id = agencies.agency_id
    where facts.denominator is not null

),

pairs as (

    select
        facts.*,
        earlier.numerator as earlier_numerator,
        earlier.denominator as earlier_denominator,
        earlier.ratio as earlier_ratio,
        earlier.relation as earlier_relation,
        earlier.agency_id is not null as is_pair,
        earlier.agency_id is not null and facts.joins_previous and facts.is_trusted
        and {{ is_trusted('earlier.quality') }} as is_matched
    from facts
    left join {{ published('fct_measures') }} as earlier
        on
            facts.agency_id = earlier.agency_id
            and facts.scope = earlier.scope
            and facts.measure = earlier.measure
            and facts.report_year - 1 = earlier.report_year
            and earlier.denominator is not null

),

matched as (

    select
        measure,
        report_year,
        scope,
        province_zh,
        level,
        kind,
        division_type,
        sum(numerator) filter (where is_matched) as numerator,
        sum(denominator) filter (where is_matched) as denominator,
        sum(earlier_numerator) filter (where is_matched) as previous_numerator,
        sum(earlier_denominator) filter (where is_matched) as previous_denominator,
        median(ratio) filter (where is_matched and earlier_ratio is not null) as median_ratio,
        median(earlier_ratio) filter (where is_matched and ratio is not null) as previous_median_ratio,
        count(*) filter (where is_matched and ratio is not null and earlier_ratio is not null) as n_ratios,
        {{ loosest_relation(['relation', 'earlier_relation'], of='is_matched') }} as relation,
        -- one measure crosses the same breaks between the same two years
        any_value(breaks_before) filter (where is_pair) as breaks_before,
        count(*) filter (where is_matched) as n_matched,
        count(*) filter (where is_pair and not joins_previous) as n_not_comparable,
        count(*) filter (where is_pair and joins_previous and not is_matched) as n_not_trusted,
        count(*) as n_reporting
    from pairs
    group by all

),

expected as (

    select
        expected.report_year,
        agencies.province_zh,
        agencies.level,
        agencies.kind,
        agencies.division_type,
        count(*) as n_expected
    from {{ published('fct_expected_reports') }} as expected
    inner join {{ published('dim_agency') }} as agencies on expected.agency_id = agencies.agency_id
    group by all

)

select
    matched.measure,
    matched.report_year,
    matched.scope,
    matched.province_zh,
    matched.level,
    matched.kind,
    matched.division_type,
    cast(matched.numerator as decimal(24, 6)) as numerator,
    cast(matched.denominator as decimal(24, 6)) as denominator,
    cast(matched.previous_numerator as decimal(24, 6)) as previous_numerator,
    cast(matched.previous_denominator as decimal(24, 6)) as previous_denominator,
    {%- set shown = 'matched.denominator >= about.hidden_below and matched.previous_denominator >= about.hidden_below' %}
    {%- set now = 'matched.numerator / nullif(matched.denominator, 0)' %}
    {%- set before = 'matched.previous_numerator / nullif(matched.previous_denominator, 0)' %}
    cast(if({{ shown }}, {{ now }}, null) as double) as ratio,
    cast(if({{ shown }}, {{ before }}, null) as double) as previous_ratio,
    cast(if({{ shown }}, {{ now }} - {{ before }}, null) as double) as change,
    coalesce(
        least(matched.denominator, matched.previous_denominator) > 0 and not ({{ shown }}), false
    ) as is_hidden,
    if(matched.n_ratios >= about.hidden_below, matched.median_ratio, null) as median_ratio,
    if(matched.n_ratios >= about.hidden_below, matched.previous_median_ratio, null) as previous_median_ratio,
    cast(matched.n_ratios as integer) as n_ratios,
    matched.relation,
    coalesce(matched.breaks_before, []) as breaks_before,
    cast(matched.n_matched as integer) as n,
    cast(matched.n_not_comparable as integer) as n_not_comparable,
    cast(matched.n_not_trusted as integer) as n_not_trusted,
    cast(matched.n_reporting as integer) as n_reporting,
    cast(if(matched.scope = 'own_body', coalesce(expected.n_expected, 0), null) as integer) as n_expected
from matched
inner join {{ published('dim_measure') }} as about on about.measure = 'rate_year_on_year'
left join expected
    on
        matched.report_year = expected.report_year
        and matched.province_zh is not distinct from expected.province_zh
        and matched.level is not distinct from expected.level
        and matched.kind is not distinct from expected.kind
        and matched.division_type is not distinct from expected.division_type
where matched.n_matched + matched.n_not_comparable + matched.n_not_trusted > 0
