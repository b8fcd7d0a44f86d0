{{ measure_view('carried_out_per_new_and_carried_in') }}
