{{ measure_view('granted_or_partial_per_handled') }}
