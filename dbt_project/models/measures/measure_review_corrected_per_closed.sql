{{ measure_view('review_corrected_per_closed') }}
