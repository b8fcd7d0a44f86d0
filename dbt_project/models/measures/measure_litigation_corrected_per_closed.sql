{{ measure_view('litigation_corrected_per_closed') }}
