{{ measure_view('natural_persons_per_received') }}
