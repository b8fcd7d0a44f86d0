{{ measure_view('direct_suits_per_suits') }}
