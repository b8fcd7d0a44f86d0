{{ measure_view('not_held_per_handled') }}
