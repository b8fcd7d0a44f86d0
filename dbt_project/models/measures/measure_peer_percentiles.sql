select
    placed.filing_id,
    placed.agency_id,
    placed.name_zh,
    placed.province_zh,
    placed.city_zh,
    placed.county_zh,
    placed.level,
    placed.kind,
    placed.report_year,
    placed.scope,
    placed.measure,
    placed.ratio,
    placed.n_peers,
    if(placed.n_peers >= about.hidden_below, placed.peer_median, null) as peer_median,
    if(placed.n_peers >= about.hidden_below, placed.share_below, null) as share_of_peers_below
from (
    select
        {{ agency_key('facts', 'agencies') }},
        facts.measure,
        facts.ratio,
        cast(count(*) over peers as integer) as n_peers,
        median(facts.ratio) over peers as peer_median,
        percent_rank() over (
            partition by
                facts.measure, facts.report_year, facts.scope, agencies.kind, agencies.level, agencies.province_zh
            order by facts.ratio
        ) as share_below
    from {{ published('fct_measures') }} as facts
    inner join {{ published('dim_agency') }} as agencies on facts.agency_id = agencies.agency_id
    where facts.ratio is not null
    window peers as (
        partition by
            facts.measure, facts.report_year, facts.scope, agencies.kind, agencies.level, agencies.province_zh
    )
) as placed
inner join {{ published('dim_measure') }} as about on about.measure = 'peer_percentiles'
