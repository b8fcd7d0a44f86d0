-- Which release this database is. Empty in the warehouse, which is none yet: its one row is written when the
-- release is made (orchestration/release_identity.py), and so never makes a release.
select
    cast(null as varchar) as release_id,
    cast(null as timestamp) as built_at,
    cast(null as varchar) as previous_release_id,
    cast(null as varchar) as content_digest,
    cast(null as varchar) as code_version,
    cast(null as varchar) as written_by,
    cast(null as varchar) as storage_version,
    cast(null as varchar) as licence,
    cast(null as varchar) as how_to_cite
where false
