-- A ratio against which the sums of its report speak is shown, but has no place and moves nobody else's.
with ratios as (

    select
        {{ agency_key('facts', 'agencies') }},
        facts.measure,
        facts.ratio,
        facts.n_suspect,
        facts.quality,
        {{ is_trusted('facts.quality') }} as is_ranked
    from {{ published('fct_measures') }} as facts
    inner join {{ published('dim_agency') }} as agencies on facts.agency_id = agencies.agency_id
    where facts.ratio is not null

),

placed as (

    select
        *,
        cast(count(*) filter (where is_ranked) over peers as integer) as n_peers,
        cast(count(*) filter (where not is_ranked) over peers as integer) as n_not_ranked,
        median(ratio) filter (where is_ranked) over peers as median_of_peers,
        percent_rank() over (
            partition by measure, report_year, scope, kind, level, province_zh, is_ranked
            order by ratio
        ) as share_below
    from ratios
    window peers as (partition by measure, report_year, scope, kind, level, province_zh)

)

select
    placed.filing_id,
    placed.agency_id,
    placed.name_zh,
    placed.province_zh,
    placed.city_zh,
    placed.county_zh,
    placed.level,
    placed.kind,
    placed.division_type,
    placed.report_year,
    placed.scope,
    placed.measure,
    placed.ratio,
    placed.n_peers as n,
    placed.n_peers,
    placed.n_not_ranked,
    placed.is_ranked,
    placed.n_peers < about.hidden_below as is_hidden,
    if(placed.n_peers >= about.hidden_below, placed.median_of_peers, null) as peer_median,
    if(placed.n_peers >= about.hidden_below and placed.is_ranked, placed.share_below, null) as share_of_peers_below,
    placed.n_suspect,
    placed.quality
from placed
inner join {{ published('dim_measure') }} as about on about.measure = 'peer_percentiles'
