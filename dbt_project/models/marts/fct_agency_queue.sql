-- Filings whose agency could not be told. Where they lie is said only as far as all that they may be of agree: the
-- place that the name is of, else the candidates that nothing contradicts.
with waiting as (

    select
        filings.filing_id,
        filings.sha256,
        filings.agency,
        filings.report_year,
        resolutions.division_code,
        resolutions.how,
        resolutions.why,
        resolutions.of_place,
        resolutions.names_seen,
        coalesce(resolutions.candidates, '[]') as candidates
    from {{ ref('int_filings') }} as filings
    left join {{ ref('stg_agency_resolutions') }} as resolutions on filings.filing_id = resolutions.filing_id
    where filings.agency_id is null

),

told as (

    select
        filing_id,
        unnest(
            case
                when division_code is not null
                    then [{'agency_id': null, 'division_code': division_code, 'contradicted_by': null}]
                when of_place is not null then {{ places_told("'[' || of_place || ']'") }}
                else {{ places_told('candidates') }}
            end
        ) as place
    from waiting

),

provinces as (

    select
        substr(division_code, 1, 2) as digits,
        min(province_zh) as province_zh
    from {{ ref('stg_divisions') }}
    group by 1

),

possible as (

    select
        told.filing_id,
        if(
            count(distinct provinces.province_zh) = 1 and count(provinces.province_zh) = count(*),
            min(provinces.province_zh), null
        ) as province_zh,
        if(
            count(distinct agencies.level) = 1 and count(agencies.level) = count(*), min(agencies.level), null
        ) as level
    from told
    left join provinces on substr(told.place.division_code, 1, 2) = provinces.digits
    left join {{ ref('dim_agency') }} as agencies on told.place.agency_id = agencies.agency_id
    where told.place.contradicted_by is null
    group by told.filing_id

)

select
    cast(waiting.filing_id as varchar) as filing_id,
    cast(waiting.sha256 as varchar) as sha256,
    cast(waiting.agency as varchar) as agency,
    cast(waiting.report_year as integer) as report_year,
    cast(
        case when waiting.division_code is not null then 'not_an_office' else coalesce(waiting.how, 'no_name') end
        as varchar
    ) as how,
    cast(coalesce(waiting.why, 'there is no name') as varchar) as why,
    cast(possible.province_zh as varchar) as province_zh,
    cast(possible.level as varchar) as level,
    cast(waiting.of_place as varchar) as of_place,
    cast(coalesce(from_json(waiting.names_seen, '["VARCHAR"]'), []) as varchar[]) as names_seen,
    cast(waiting.candidates as varchar) as candidates,
    cast(coalesce(json_array_length(waiting.candidates), 0) as integer) as n_candidates
from waiting
left join possible on waiting.filing_id = possible.filing_id
