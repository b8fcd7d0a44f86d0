{{ measure_view('refused_per_handled') }}
