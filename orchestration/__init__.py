"""The only room that knows Dagster: assembly, assets, the run lock, releases and the `gongkai` command."""
