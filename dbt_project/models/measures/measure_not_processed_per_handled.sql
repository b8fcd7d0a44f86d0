{{ measure_view('not_processed_per_handled') }}
